"""Files to a caseload: what a file is by its content, which layout it has, and its rows under our own column names.

Formats are told by content, not by ending alone, and a file that is not what its ending says is refused rather than
guessed at. Cells stay text where the file holds text: `engine.columns` types them, for every format alike.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence, Set
from dataclasses import replace
from pathlib import Path

import polars as pl

from banding.caseload import flat_json, placements_standard, workbook
from banding.caseload import layout as layouts
from banding.caseload.layout_model import CHILD_ID, Layout
from banding.caseload.model import Caseload
from banding.errors import CaseloadError, Finding, did_you_mean

OUR_OWN = "own columns"
WORKBOOK = "an Excel workbook"
ENDINGS = {".csv": "CSV", ".xlsx": WORKBOOK, ".parquet": "Parquet", ".json": "JSON", ".jsonld": "JSON"}
MOST_NAMED = 12
OUR_NOTES = (".manifest", "-truth", "-hidden")
_SAVE_AS = "Save it as what it is."
# Names and free text: for the child's file, and never read.
NOT_READ = ("rater", "evidence")
_NO_CASELOAD = {
    b"PK\x03\x04": ("a zip that is no Excel workbook", "Save it as .xlsx, or unpack it."),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook, or one with a password", "Save it as .xlsx, without a password."),
    b"%PDF": ("a PDF", _SAVE_AS),
}


def read(paths: Sequence[str | Path], *, layout: str | None = None) -> Caseload:
    """Reads one or more files, or the files of a folder, into one caseload.

    layout  the id of a shipped layout or the path of a layout's TOML file; None: recognised from the content, and our
    own
            columns where no layout fits.

    Raises CaseloadError with all findings where a file is missing, empty, broken, or not what its ending says, where
    the
    files' columns differ, or where a layout's columns are absent. What is wrong in single rows stands in the findings.
    """
    chosen = _named_layout(layout) if layout is not None else None
    errors: list[Finding] = []
    parts: list[Caseload] = []
    for path in input_files(paths, errors):
        try:
            parts.append(_one(path, chosen))
        except CaseloadError as error:
            errors += [finding if finding.file else finding.within(str(path)) for finding in error.findings]
    errors += _unlike(parts)
    if errors:
        raise CaseloadError(errors)
    return _joined(parts)


def _named_layout(name: str) -> Layout:
    shipped = layouts.shipped()
    if name in shipped:
        return shipped[name]
    if Path(name).suffix == ".toml":
        return layouts.load(name)
    remedy = did_you_mean(name, shipped) or f"Layouts: {', '.join(shipped)}; or give a layout's .toml file."
    raise CaseloadError(Finding("no-such-layout", "", "", f'There is no layout called "{name}".', remedy))


def input_files(paths: Sequence[str | Path], errors: list[Finding]) -> list[Path]:
    """The files themselves, those of a folder in the order of their names; what is missing goes into `errors`."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            # Other programs' own files: macOS writes ._name beside each real one, Excel ~$name beside an open one. Ours
            # are what a run says of its files, and what nobody could know of real children.
            inside = sorted(
                file
                for file in path.glob("*")
                if file.suffix.lower() in ENDINGS
                and file.is_file()
                and not file.name.startswith((".", "~$"))
                and not file.stem.endswith(OUR_NOTES)
            )
            if not inside:
                errors.append(
                    Finding(
                        "nothing-to-read",
                        str(path),
                        "",
                        "The folder holds no CSV, Parquet or JSON file and no Excel workbook.",
                        "Name the files.",
                    )
                )
            found += inside
        elif not path.exists():
            near = (
                did_you_mean(path.name, (file.name for file in path.parent.iterdir())) if path.parent.is_dir() else ""
            )
            errors.append(
                Finding("file-missing", str(path), "", "There is no such file.", near or "Check its name and folder.")
            )
        else:
            found.append(path)
    return found


def _one(path: Path, chosen: Layout | None) -> Caseload:
    file = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CaseloadError(Finding("unreadable", file, "", f"The file cannot be read: {error.strerror}.")) from None
    if not content.strip():
        raise CaseloadError(Finding("empty-file", file, "", "The file is empty.", "Export it again."))
    (kind, remedy), said = _kind(content), ENDINGS.get(path.suffix.lower())
    if said is None:
        raise CaseloadError(
            Finding(
                "unknown-format", file, "", f"Files end in {', '.join(ENDINGS)}.", "Save the caseload as one of these."
            )
        )
    if kind != said:
        raise CaseloadError(Finding("wrong-ending", file, "", f"The name says {said}, the content is {kind}.", remedy))
    if kind == "Parquet":
        return _parquet(path, chosen)
    if kind == WORKBOOK:
        return _workbook(content, file, chosen)
    text = _text(content, file)
    return _json(text, file, chosen) if kind == "JSON" else _csv(text, file, chosen)


def _kind(content: bytes) -> tuple[str, str]:
    """What the content is, and what to do where the name says something else."""
    if workbook.is_workbook(content):
        return WORKBOOK, _SAVE_AS
    for mark, said in _NO_CASELOAD.items():
        if content.startswith(mark):
            return said
    if content.startswith(b"PAR1"):
        return "Parquet", _SAVE_AS
    is_json = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    return "JSON" if is_json else "CSV", _SAVE_AS


def _text(content: bytes, file: str) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CaseloadError(Finding("bad-encoding", file, "", "The file is UTF-16.", "Save it as CSV UTF-8."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CaseloadError(
            Finding(
                "bad-encoding", file, f"row {line}", "The text is not UTF-8 from this row on.", "Save it as CSV UTF-8."
            )
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise CaseloadError(
            Finding(
                "bad-encoding", file, f"row {line}", "The row holds a zero byte: this is no text.", "Export it again."
            )
        )
    return text


# -- CSV --------------------------------------------------------------------------------------------------------------


def _csv(text: str, file: str, chosen: Layout | None) -> Caseload:
    header = _header(text, file)
    # The reader fills a short row with blanks and drops a blank beyond the header, so that after one comma too many the
    # cells of a row would stand in the wrong columns: every row is counted first.
    if broken := _broken_rows(text, file, len(header)):
        raise CaseloadError(broken)
    try:
        raw = pl.read_csv(io.BytesIO(text.encode()), infer_schema=False, new_columns=header)
    except pl.exceptions.PolarsError:
        raise CaseloadError(
            Finding("bad-csv", file, "", "The file cannot be read as CSV.", "Check its quotation marks.")
        ) from None
    lines = pl.Series("row", range(2, raw.height + 2), pl.Int64)
    blank = raw.select(pl.all_horizontal(pl.all().is_null() | (pl.all().str.strip_chars() == ""))).to_series()
    raw, lines = raw.filter(~blank), lines.filter(~blank)
    if not raw.height:
        raise CaseloadError(
            Finding("empty-file", file, "", "There is a header and no row below it.", "Export it again.")
        )
    return _from_text(raw, lines, file, chosen)


def _from_text(
    raw: pl.DataFrame, lines: pl.Series, file: str, chosen: Layout | None, unreadable: Sequence[Finding] = ()
) -> Caseload:
    """A table of text by its layout; `unreadable` are the findings about its cells."""
    found = chosen or layouts.recognise(raw.columns)
    if found is None:
        return _own(raw, lines, file, unreadable)
    if found.is_json:
        message = f"The layout {found.id} is of JSON; this is {ENDINGS[Path(file).suffix.lower()]}."
        raise CaseloadError(Finding("wrong-layout", file, "", message, "Name another."))
    frame, findings = layouts.apply(raw, found, file, lines=lines)
    return _laid_out(frame, [*unreadable, *findings], lines, file, found.id)


def _header(text: str, file: str) -> list[str]:
    try:
        header = [cell.strip() for cell in next(csv.reader(io.StringIO(text), strict=True))]
    except (csv.Error, StopIteration):
        raise CaseloadError(
            Finding("bad-csv", file, "row 1", "The header is not CSV.", "Check its quotation marks.")
        ) from None
    if not any(header):
        remedy = "Delete what stands above the names of the columns."
        raise CaseloadError(Finding("no-column-name", file, "row 1", "The first row is blank.", remedy))
    twice = sorted({name for name in header if name and header.count(name) > 1})
    blank = [f"column {place}" for place, name in enumerate(header, start=1) if not name]
    findings = [
        Finding("duplicate-column", file, f"column {name}", "The column is there twice.", "Keep one.", path=name)
        for name in twice
    ]
    findings += [
        Finding("no-column-name", file, place, "The column has no name.", "Name it, or delete it.") for place in blank
    ]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        findings = [
            Finding(
                "bad-csv", file, "row 1", "The columns are not separated by commas.", "Save it as comma-separated CSV."
            )
        ]
    if findings:
        raise CaseloadError(findings)
    return header


def _broken_rows(text: str, file: str, columns: int) -> list[Finding]:
    """Every row whose number of cells is not the header's, rows counted as a spreadsheet does."""
    found: list[Finding] = []
    row = 0
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            if len(cells) != columns and any(cell.strip() for cell in cells):
                message = f"The row has {len(cells)} cells, the header {columns}."
                remedy = 'Put quotation marks around cells that hold a comma: "a, b".'
                found.append(Finding("ragged-row", file, f"row {row}", message, remedy))
    except csv.Error as error:
        message = f"This is not CSV: {error}."
        found.append(Finding("bad-csv", file, f"row {row + 1}", message, "Check its quotation marks."))
    return found


# -- workbooks, Parquet and JSON --------------------------------------------------------------------------------------


def _workbook(content: bytes, file: str, chosen: Layout | None) -> Caseload:
    def fits(names: Sequence[str]) -> bool:
        return chosen is not None or CHILD_ID in names or layouts.recognise(names) is not None

    table = workbook.read(content, file, fits)
    return _from_text(table.frame, table.lines, file, chosen, table.findings)


def _parquet(path: Path, chosen: Layout | None) -> Caseload:
    file = str(path)
    if chosen is not None:
        raise CaseloadError(
            Finding(
                "wrong-layout",
                file,
                "",
                f"The layout {chosen.id} is of text files; this is Parquet.",
                "Leave --layout out.",
            )
        )
    try:
        # Opened here, because a path may hold what the reader takes for a pattern: "[1]".
        with path.open("rb") as opened:
            frame = pl.read_parquet(opened)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise CaseloadError(
            Finding("bad-parquet", file, "", "The Parquet file is damaged.", "Export it again.")
        ) from None
    return _own(frame, pl.Series("row", range(1, frame.height + 1), pl.Int64), file)


def _json(text: str, file: str, chosen: Layout | None) -> Caseload:
    document = placements_standard.parse(text, file)
    if chosen is None and placements_standard.is_record(document):
        chosen = layouts.shipped()["placements-standard"]
    if chosen is not None:
        if not chosen.is_json:
            raise CaseloadError(
                Finding("wrong-layout", file, "", f"The layout {chosen.id} is of CSV; this is JSON.", "Name another.")
            )
        frame, findings = placements_standard.read(document, chosen, file)
        return _laid_out(frame, findings, pl.Series("row", range(1, frame.height + 1), pl.Int64), file, chosen.id)
    frame, findings = flat_json.read(document, file)
    return _own(frame, pl.Series("row", range(1, frame.height + 1), pl.Int64), file, findings)


# -- together ---------------------------------------------------------------------------------------------------------


def _own(frame: pl.DataFrame, lines: pl.Series, file: str, findings: Sequence[Finding] = ()) -> Caseload:
    """A frame of our own columns, without names and free text."""
    findings = [finding for finding in findings if finding.path not in NOT_READ]
    if dropped := [name for name in NOT_READ if name in frame.columns]:
        message = "Names and free text are for the child's file: they are not read, and no result holds them."
        findings.append(Finding("not-read", file, f"column {' and column '.join(dropped)}", message, "", "note"))
    return _laid_out(frame.drop(dropped), findings, lines, file, OUR_OWN)


def _laid_out(frame: pl.DataFrame, findings: Sequence[Finding], lines: pl.Series, file: str, layout: str) -> Caseload:
    unusable = [finding for finding in findings if finding.index is None and finding.severity == "error"]
    if unusable:
        raise CaseloadError(unusable)
    origins = pl.DataFrame({"file": pl.repeat(file, frame.height, dtype=pl.String, eager=True), "row": lines})
    return Caseload(frame, tuple(findings), origins, layout)


def _unlike(parts: Sequence[Caseload]) -> list[Finding]:
    """A column that one file has and another has not would read as unanswered there: the files are refused instead."""
    found = []
    every = list(dict.fromkeys(column for part in parts for column in part.frame.columns))
    for part in parts:
        absent = [column for column in every if column not in part.frame.columns]
        if absent and part.frame.height:
            found.append(
                Finding(
                    "columns-differ",
                    part.origins["file"][0],
                    "",
                    f"Absent here, present in other files: {_some(absent)}.",
                    "Give the files the same columns, or score them one by one.",
                )
            )
    return found


def _some(names: Sequence[str]) -> str:
    """The first few of many names, and how many more there are."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _joined(parts: Sequence[Caseload]) -> Caseload:
    findings, start = [], 0
    for part in parts:
        findings += [f if f.index is None else replace(f, index=f.index + start) for f in part.findings]
        start += part.frame.height
    frame = parts[0].frame if len(parts) == 1 else _stacked(parts)
    names = dict.fromkeys(part.layout for part in parts)
    return Caseload(frame, tuple(findings), pl.concat([part.origins for part in parts]), ", ".join(names))


def _stacked(parts: Sequence[Caseload]) -> pl.DataFrame:
    """All rows in one frame; a column that has several types is given one, text where nothing else fits."""
    frames = [part.frame for part in parts]
    errors = []
    for name in {name: None for frame in frames for name in frame.columns}:
        kinds = {frame.schema[name] for frame in frames if name in frame.columns} - {pl.Null()}
        if len(kinds) > 1:
            try:
                frames = [
                    frame.with_columns(_alike(frame[name], kinds)) if name in frame.columns else frame
                    for frame in frames
                ]
            except pl.exceptions.PolarsError:
                message = f"The files hold it as {', '.join(sorted(map(str, kinds)))}."
                errors.append(Finding("columns-differ", "", f"column {name}", message, "Give it one type.", path=name))
    if errors:
        raise CaseloadError(errors)
    return pl.concat(frames, how="diagonal_relaxed")


def _alike(column: pl.Series, kinds: Set[pl.DataType]) -> pl.Series:
    if column.dtype == pl.Null:
        return column
    if all(kind.is_numeric() or kind == pl.Boolean for kind in kinds):
        return column.cast(pl.Int8) if column.dtype == pl.Boolean else column
    if all(kind in (pl.Date, pl.Datetime) for kind in kinds):
        return column.dt.date()
    return column.cast(pl.String)
