"""The files of a return, and the parts that they hold: a CSV file is one part, a workbook one for each sheet.

What each part is, its columns say, and never the name of the file or sheet.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import polars as pl

from banding.caseload import books, sheets, text
from banding.caseload import tables as ends
from banding.caseload.archive import Archive, DamagedError
from banding.caseload.limits import Limits
from banding.caseload.opened import Opened, files_of
from banding.caseload.sheets import Sheet
from banding.caseload.ssda903.codes import Table, tables
from banding.caseload.ssda903.model import from_findings
from banding.caseload.workbook import STRINGS
from banding.errors import CaseloadError, Finding

EPISODES = "episodes"
SUFFIXES = (".csv", *books.READERS)
# What other programs keep for themselves: macOS writes ._name beside each real file, a spreadsheet ~$name.
_ASIDE = (".", "~$")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_NAMED = 12
_HEADER_BYTES = 65_536
_LOOKED_AT = 1 << 20
_OWN_COLUMN = b"DECOM"


@dataclass(frozen=True, slots=True)
class Part:
    """
    file    as the user named it.
    name    as findings name the part: the file, and of a workbook the sheet too, "return.xlsx, sheet 2".
    called  what people call it: the file without its ending, and the sheet.
    table   what it is.
    raw     the columns of the table, String, in the order of tables.toml; null where the file has no such column.
    lines   Int64, the number of each row.
    spoilt  as FAULTS: cells that cannot be read, null in `raw`, where a blank would say something else.
    """

    file: str
    name: str
    called: str
    table: Table
    raw: pl.DataFrame
    lines: pl.Series
    spoilt: pl.DataFrame


def files_in(folder: Path) -> list[Path]:
    """The files of a return in a folder and in the folders in it."""
    return [path for path in _every(folder) if path.suffix.lower() in SUFFIXES]


def left_out(folder: Path) -> Iterator[Finding]:
    """A note of the files that are not read."""
    if others := [path.name for path in _every(folder) if path.suffix.lower() not in SUFFIXES]:
        yield Finding(
            "not-read",
            str(folder),
            "",
            f"Not read: {_some(others)}.",
            "If one belongs to the return, save it as CSV.",
            "note",
        )


def _every(folder: Path) -> list[Path]:
    found = [*folder.glob("*"), *folder.glob("*/*")]
    return sorted(path for path in found if path.is_file() and not path.name.startswith(_ASIDE))


def parts_in(path: Path, limits: Limits, said: list[Finding], errors: list[Finding]) -> Iterator[Part]:
    """The parts of one file, or of the files of a zip. What is left out or noted goes into `said`, and what is wrong
    with a file into `errors`, so that the others are looked at too."""
    try:
        for opened in _opened_in(path, limits, said, errors):
            try:
                yield from _parts(opened, limits, said)
            except CaseloadError as error:
                errors += error.findings
    except CaseloadError as error:
        errors += [finding if finding.file else finding.within(str(path)) for finding in error.findings]


def is_return(path: Path) -> bool:
    """Whether a folder, a folder in it, a zip or a workbook holds a part with the columns of Episodes.

    Of CSV files in a folder the first lines alone are read.
    """
    if not path.is_dir():
        return path.is_file() and path.suffix.lower() in (".zip", *books.READERS) and _holds_episodes(path)
    found = files_in(path)
    texts = [file for file in found if file.suffix.lower() not in books.READERS]
    if any(_is_episodes(_start(file)) for file in texts):
        return True
    return any(_holds_episodes(file) for file in found if file not in texts)


def _holds_episodes(path: Path) -> bool:
    try:
        return any(
            _is_episodes(opened.content)
            if opened.suffix not in books.READERS
            else _says_episodes(opened.content) and EPISODES in _kinds(opened)
            for opened in _opened_in(path, Limits(), [], [])
        )
    except CaseloadError:
        return False


def _says_episodes(content: bytes) -> bool:
    """Whether a workbook may name a column of Episodes where names of columns stand: a folder may hold a thousand of
    other kinds, and few need to be read whole."""
    try:
        archive = Archive(content, "", Limits())
        most = {name: archive.size(name) if name == STRINGS else _LOOKED_AT for name in archive.names}
        return any(_OWN_COLUMN in archive.start(name, size).upper() for name, size in most.items())
    except DamagedError:
        return False


def _kinds(opened: Opened) -> set[str]:
    """What the sheets of a workbook are."""
    with books.sheets_in(opened.content, opened.suffix, opened.file, Limits()) as (found, _):
        return {table.name for sheet in found if (table := _of_sheet(sheet)) is not None}


def _opened_in(path: Path, limits: Limits, said: list[Finding], errors: list[Finding]) -> Iterator[Opened]:
    """The file itself, or every file of a zip that a return can have."""
    for opened in files_of(path, limits, said, errors):
        if opened.suffix in SUFFIXES:
            yield opened
        else:
            message = "It is of no kind that a return has; the file is left out."
            said.append(
                Finding("not-read", opened.file, "", message, "If one belongs to the return, save it as CSV.", "note")
            )


def _start(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(_HEADER_BYTES)


# -- what a part is ---------------------------------------------------------------------------------------------------


def _is_episodes(content: bytes) -> bool:
    table = _of_text(content)
    return table is not None and table.name == EPISODES


def _of_text(content: bytes) -> Table | None:
    """The kind of file by the first row that holds the names of its columns."""
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    try:
        top = csv.reader(io.StringIO(content[:_HEADER_BYTES].decode(encoding, errors="replace")))
        return _first(row for row, _ in zip(top, range(ends.MOST_ABOVE), strict=False))
    except csv.Error:
        return None


def _of_sheet(sheet: Sheet) -> Table | None:
    return _first(sheet.raw.head(ends.MOST_ABOVE + 1).iter_rows())


def _first(rows: Iterable[Iterable[str | None]]) -> Table | None:
    return next((table for row in rows if (table := _recognise(row)) is not None), None)


def _recognise(columns: Iterable[str | None]) -> Table | None:
    present = {(column or "").strip().upper() for column in columns}
    return next((table for table in tables().values() if present.issuperset(table.identified_by)), None)


def _fits(names: Sequence[str | None]) -> bool:
    return _recognise(names) is not None


# -- its rows ---------------------------------------------------------------------------------------------------------


def _parts(opened: Opened, limits: Limits, said: list[Finding]) -> Iterator[Part]:
    file, called = opened.file, PurePath(opened.file).stem
    if opened.suffix in books.READERS:
        yield from _of_book(opened, limits, said)
    elif (table := _of_text(opened.content)) is None:
        said.append(_unknown(file, "file"))
    else:
        content, notes = text.as_utf8(opened.content, file)
        said += notes
        yield _Reader(file, file, called, table, said).part(_rows_of_text(content, file, limits))


def _of_book(opened: Opened, limits: Limits, said: list[Finding]) -> Iterator[Part]:
    """Each sheet that holds anything. Raises CaseloadError with all that is wrong in any of them."""
    file, errors = opened.file, list[Finding]()
    with books.sheets_in(opened.content, opened.suffix, file, limits) as (found, notes):
        said += notes
        for sheet in found:
            name, called = f"{file}, {sheet.shown}", f"{PurePath(file).stem} {sheet.stored.name}"
            if (table := _of_sheet(sheet)) is not None:
                try:
                    yield _Reader(file, name, called, table, said).part(_rows_of_sheet(sheet, file))
                except CaseloadError as error:
                    errors += error.findings
            elif not sheet.raw.is_empty():
                said.append(_unknown(name, "sheet"))
    if errors:
        raise CaseloadError(errors)


def _unknown(name: str, what: str) -> Finding:
    says = f"The columns are those of no file of the return that is read; the {what} is left out."
    return Finding("unknown-file", name, "", says, "Nothing to do, unless it should be read.", "note")


def _rows_of_text(content: bytes, file: str, limits: Limits) -> ends.Table:
    try:
        return text.read(content, file, _fits, limits)
    except CaseloadError as error:
        _unless_empty(error)
        return _no_rows(next(row for row in csv.reader(io.StringIO(content.decode())) if _fits(row)))


def _rows_of_sheet(sheet: Sheet, file: str) -> ends.Table:
    try:
        return sheets.table(sheet, file, _fits, named=False)
    except CaseloadError as error:
        _unless_empty(error)
        return _no_rows(next(row for row in sheet.raw.iter_rows() if _fits(row)))


def _unless_empty(error: CaseloadError) -> None:
    """A council with no child missing, or none unaccompanied, sends a header and no row."""
    if [finding.code for finding in error.findings] != ["empty-file"]:
        raise error


def _no_rows(header: Sequence[str | None]) -> ends.Table:
    columns = [cell.strip() for cell in header if cell and cell.strip()]
    return ends.Table(pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), pl.Series("row", [], pl.Int64))


@dataclass(frozen=True, slots=True)
class _Reader:
    file: str
    name: str
    called: str
    table: Table
    said: list[Finding]

    def part(self, whole: ends.Table) -> Part:
        """Raises CaseloadError with all findings where a column is not there, or there twice."""
        upper = {column.strip().upper(): column for column in whole.frame.columns}
        if len(upper) < whole.frame.width:
            says = "Columns are there twice, once in small letters."
            raise CaseloadError(Finding("duplicate-column", self.name, "", says, "Keep one of each."))
        if wrong := [self._absent(c.name) for c in self.table.columns if c.name not in upper and not c.may_be_absent]:
            raise CaseloadError(wrong)
        whole = ends.without_ends(whole, upper["CHILD"], self.name)
        self.said.extend(one.within(self.name) for one in whole.findings if one.index is None)
        read = {column.name for column in self.table.columns}
        if dropped := [column for column in upper if column not in read]:
            says = f"Columns that are not read, so that no result holds them: {_some(dropped)}."
            self.said.append(Finding("not-read", self.name, "", says, "", "note"))
        cells = {name: pl.col(upper[name]) if name in upper else pl.lit(None, pl.String) for name in read}
        raw = whole.frame.select(cells[column.name].alias(column.name) for column in self.table.columns)
        return Part(self.file, self.name, self.called, self.table, raw, whole.lines, self._spoilt(whole, read))

    def _absent(self, column: str) -> Finding:
        says = f"The column is not there; the {self.table.name} file needs it."
        return Finding("missing-column", self.name, f"column {column}", says, "Add it.", path=column)

    def _spoilt(self, whole: ends.Table, read: Set[str]) -> pl.DataFrame:
        """The cells of columns that are read; an error in any other takes nothing away."""
        return from_findings(
            replace(
                one,
                file=self.name,
                place=f"row {whole.lines[one.index]}",
                message=f"{one.path.upper()}: {one.message} The row is not used.",
                path=one.path.upper(),
            )
            for one in whole.findings
            if one.index is not None and one.path.upper() in read
        )


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
