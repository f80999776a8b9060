"""Files to a caseload: which layout each file has, and its rows under our own column names.

`opened` gives the files and says what they are, `text`, `workbook`, `ods`, `parquet` and `json_text` read them. Cells
stay text where the file holds text: `engine.columns` types them, for every format alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from banding.caseload import books, flat_json, json_text, own, parquet, placements_standard, tables, text
from banding.caseload import layout as layouts
from banding.caseload.layout_files import named
from banding.caseload.layout_model import CHILD_ID, Layout, folds
from banding.caseload.layout_rows import of_children
from banding.caseload.limits import Limits
from banding.caseload.model import IS_ERROR, OF_A_ROW, Caseload, Findings
from banding.caseload.opened import (
    CSV,
    JSON,
    LINES,
    PARQUET,
    TSV,
    Opened,
    files_of,
    input_files,
    left_out,
)  # fmt: skip
from banding.caseload.tables import Table
from banding.errors import CaseloadError, Finding

__all__ = ["OUR_OWN", "input_files", "read"]

OUR_OWN = "own columns"
MOST_NAMED = 12
# Names and free text: for the child's file, and never read.
NOT_READ = ("rater", "evidence")
_DEFAULT = Limits()


def read(
    paths: Sequence[str | Path],
    *,
    layout: str | None = None,
    limits: Limits = _DEFAULT,
    accrued_to: dt.date | None = None,
) -> Caseload:
    """Reads one or more files, the files of a folder, or the members of a zip, into one caseload.

    layout  the id of a shipped layout or the path of a layout's TOML file; None: recognised from the content, and our
            own columns where no layout fits.
    limits  how much the files may ask of the machine.
    accrued_to  of files whose costs are sums since 1 April: the day to which they run in rows that do not say so, that
            day not counted.

    Raises CaseloadError with all findings where a file is missing, empty, broken, not what its ending says, or beyond
    the limits, where the files' columns differ, or where a layout's columns are absent. What is wrong in single rows
    stands in the findings.
    """
    asked = _Asked(named(layout) if layout is not None else None, limits, accrued_to)
    errors: list[Finding] = []
    notes = left_out(paths)
    parts: list[Caseload] = []
    for path in input_files(paths, errors):
        try:
            for opened in files_of(path, limits, notes, errors):
                _add(parts, errors, opened, asked)
        except CaseloadError as error:
            errors += [finding if finding.file else finding.within(str(path)) for finding in error.findings]
    errors += _unlike(parts)
    if errors:
        raise CaseloadError(errors)
    return _joined(parts, notes)


@dataclass(frozen=True, slots=True)
class _Asked:
    """How files are to be read, as `read` takes it."""

    layout: Layout | None
    limits: Limits
    accrued_to: dt.date | None


def _add(parts: list[Caseload], errors: list[Finding], opened: Opened, asked: _Asked) -> None:
    """One file more; what is wrong with it is told together with what is wrong with the others."""
    try:
        parts.append(_one(opened, asked))
    except CaseloadError as error:
        errors += [finding if finding.file else finding.within(opened.file) for finding in error.findings]


def _one(opened: Opened, asked: _Asked) -> Caseload:
    if opened.kind == PARQUET:
        return _parquet(opened, asked)
    if opened.kind in (JSON, LINES):
        return _json(opened, asked)
    return _from_text(_table(opened, asked), opened, asked)


def _table(opened: Opened, asked: _Asked) -> Table:
    """The rows of a text file or workbook, below the names of its columns."""

    def fits(names: Sequence[str]) -> bool:
        if asked.layout is not None:
            return layouts.is_of(names, asked.layout)
        return CHILD_ID in names or layouts.recognise(names) is not None

    if opened.kind in (CSV, TSV):
        content, said = text.as_utf8(opened.content, opened.file)
        found = text.read(content, opened.file, fits, asked.limits)
        return replace(found, findings=(*said, *found.findings))
    found = books.table(opened.content, opened.suffix, opened.file, fits, asked.limits, named=asked.layout is not None)
    _check_size(found.frame, opened.file, asked.limits)
    return found


def _from_text(table: Table, opened: Opened, asked: _Asked) -> Caseload:
    """A table of text by its layout."""
    file = opened.file
    found = asked.layout or layouts.recognise(table.frame.columns)
    if found is not None and found.is_json:
        message = f"The layout {found.id} is of JSON; this is {opened.kind}."
        raise CaseloadError(Finding("wrong-layout", file, "", message, "Name another."))
    table = tables.without_ends(table, _child_id(found, table.frame.columns), file)
    if found is None:
        return _own(table.frame, table.lines, file, table.findings)
    table, left_out = of_children(table, found, file)
    frame, findings = layouts.apply(table.frame, found, file, lines=table.lines, accrued_to=asked.accrued_to)
    laid_out = _laid_out(frame, Findings.of(table.findings, findings), table.lines, file, found.id)
    return replace(laid_out, left_out=left_out)


def _child_id(layout: Layout | None, columns: Sequence[str]) -> str | None:
    """The column of the file that says whose row it is."""
    if layout is None:
        return CHILD_ID
    path = next((field.path for field in layout.fields if field.to == CHILD_ID), None)
    forms = layout.spelt[path] if path is not None else ()
    return next((name for name, folded in zip(columns, folds(columns), strict=True) if folded in forms), None)


def _check_size(frame: pl.DataFrame, file: str, limits: Limits) -> None:
    if frame.height > limits.rows:
        raise limits.exceeded("rows", f"It has {frame.height:,} rows.", file)
    if frame.width > limits.columns:
        raise limits.exceeded("columns", f"It has {frame.width:,} columns.", file)
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    for name, longest in frame.select(pl.col(texts).str.len_chars().max()).to_dict(as_series=False).items():
        if (longest[0] or 0) > limits.cell_characters:
            raise limits.exceeded("cell_characters", "A cell holds too much text.", file, f"column {name}")


def _parquet(opened: Opened, asked: _Asked) -> Caseload:
    file = opened.file
    if asked.layout is not None:
        message = f"The layout {asked.layout.id} is of text files; this is Parquet."
        raise CaseloadError(Finding("wrong-layout", file, "", message, "Leave --layout out."))
    frame = parquet.read(opened.content, file, asked.limits)
    _check_size(frame, file, asked.limits)
    return _own(frame, pl.Series("row", range(1, frame.height + 1), pl.Int64), file)


def _json(opened: Opened, asked: _Asked) -> Caseload:
    file, chosen = opened.file, asked.layout
    content, said = text.as_utf8(opened.content, file)
    parse: Callable[[bytes, str, Limits], object] = json_text.parse_lines if opened.kind == LINES else json_text.parse
    document = parse(content, file, asked.limits)
    if chosen is None and placements_standard.is_record(document):
        chosen = layouts.shipped()["placements-standard"]
    if chosen is not None:
        if not chosen.is_json:
            message = f"The layout {chosen.id} is of CSV; this is JSON."
            raise CaseloadError(Finding("wrong-layout", file, "", message, "Name another."))
        frame, findings = placements_standard.read(document, chosen, file)
        records = pl.Series("row", range(1, frame.height + 1), pl.Int64)
        return _laid_out(frame, Findings.of(said, findings), records, file, chosen.id)
    frame, findings = flat_json.read(document, file, asked.limits)
    records = pl.Series("row", range(1, frame.height + 1), pl.Int64)
    return _own(frame, records, file, [*said, *findings], "record")


# -- together ---------------------------------------------------------------------------------------------------------


def _own(
    frame: pl.DataFrame, lines: pl.Series, file: str, findings: Sequence[Finding] = (), one: str = "row"
) -> Caseload:
    """A frame of our own columns, without names and free text."""
    said = [Findings.of(findings).where(~pl.col("path").is_in(NOT_READ))]
    if dropped := [name for name in NOT_READ if name in frame.columns]:
        message = "Names and free text are for the child's file: they are not read, and no result holds them."
        place = f"column {' and column '.join(dropped)}"
        said.append(Findings.of([Finding("not-read", file, place, message, "", "note")]))
    frame, settled = own.settled(frame.drop(dropped), lines, file, one)
    return _laid_out(frame, Findings.of(*said, settled), lines, file, OUR_OWN)


def _laid_out(frame: pl.DataFrame, findings: Findings, lines: pl.Series, file: str, layout: str) -> Caseload:
    if unusable := findings.where(~OF_A_ROW & IS_ERROR):
        raise CaseloadError(unusable)
    origins = pl.DataFrame({"file": pl.repeat(file, frame.height, dtype=pl.String, eager=True), "row": lines})
    return Caseload(frame, findings, origins, layout)


def _unlike(parts: Sequence[Caseload]) -> list[Finding]:
    """A column that one file has and another has not would read as unanswered there: the files are refused instead."""
    found = []
    # An instrument's items stand in a column of their own, and who was not rated on it has none of them.
    every = list(dict.fromkeys(name for part in parts for name, kind in part.frame.schema.items() if kind != pl.Struct))
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


def _joined(parts: Sequence[Caseload], notes: Sequence[Finding]) -> Caseload:
    findings, start = [Findings.of(notes)], 0
    for part in parts:
        findings.append(Findings(Findings.of(part.findings).frame.with_columns(pl.col("index") + start)))
        start += part.frame.height
    frame = parts[0].frame if len(parts) == 1 else _stacked(parts)
    names = dict.fromkeys(part.layout for part in parts)
    left_out = sum(part.left_out for part in parts)
    origins = pl.concat([part.origins for part in parts])
    return Caseload(frame, Findings.of(*findings), origins, ", ".join(names), left_out)


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
