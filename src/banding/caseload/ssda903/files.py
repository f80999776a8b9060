"""A folder, or a zip, to a return: what each file is, by its columns; which collection year it is of; its rows, typed.

The year stands nowhere in the files. Every DEC of a return lies in its year, so the year of an Episodes file is that
in which most of its DEC lie; without any DEC, that of its latest DECOM. The other files are of the year of the Episodes
file beside them: of the only one, or else of the one in the same folder whose name has the same numbers
("2017-oc2.csv" goes with "2017-episodes.csv").
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import polars as pl

from banding.caseload import tables as ends
from banding.caseload import text
from banding.caseload.limits import Limits
from banding.caseload.opened import Opened, files_of
from banding.caseload.ssda903.cells import date, typed
from banding.caseload.ssda903.checks import between_episodes
from banding.caseload.ssda903.codes import Table, in_year, label, tables, years
from banding.caseload.ssda903.model import FAULTS, Return, about_file, from_findings
from banding.errors import CaseloadError, Finding

EPISODES = "episodes"
# Part of what the file is called, not of when it is from.
_OWN_NUMBER = re.compile("oc2|903", re.IGNORECASE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_NAMED = 12
_HEADER_BYTES = 65_536
_TYPES = {"date": pl.Date, "count": pl.Int64}


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    table: Table
    raw: pl.DataFrame
    lines: pl.Series

    @property
    def group(self) -> tuple[PurePath, tuple[str, ...]]:
        path = PurePath(self.name)
        return path.parent, tuple(re.findall(r"\d+", _OWN_NUMBER.sub("", path.stem)))


def is_return(path: Path) -> bool:
    """Whether a folder, a folder in it, or a zip holds a CSV file with the columns of Episodes.

    Of a folder the first lines of its files alone are read.
    """
    if path.is_dir():
        return any(_is_episodes(_start(file)) for file in csv_files(path))
    if path.suffix.lower() != ".zip" or not path.is_file():
        return False
    try:
        return any(_is_episodes(opened.content) for opened in _csv_in(path, Limits(), [], []))
    except CaseloadError:
        return False


def read_return(path: Path, limits: Limits | None = None) -> Return:
    """Every CSV file of a folder and of the folders in it, or of a zip, as one return of one or more collection years.

    What is wrong in single rows stands in the faults; so does every file that is no file of the return, and what is not
    checked. UPN, names, MOTHER, MC_DOB and postcodes are never kept, nor any other column that tables.toml has not.

    Raises CaseloadError with all findings where there is no Episodes file, where a file is broken, lacks a column or
    goes beyond the limits, and where the year of a file cannot be told or is the year of another file of its kind.
    """
    errors: list[Finding] = []
    said: list[Finding] = []
    read: list[_File] = []
    for source in csv_files(path) if path.is_dir() else [path]:
        try:
            for opened in _csv_in(source, limits or Limits(), said, errors):
                read += _file(opened, limits or Limits(), said)
        except CaseloadError as error:
            errors += [finding if finding.file else finding.within(str(source)) for finding in error.findings]
    if not errors and not any(file.table.name == EPISODES for file in read):
        says = "No file here has the columns of Episodes: CHILD, DECOM, RNE, LS, PLACE."
        errors.append(Finding("no-episodes", str(path), "", says, "Add the Episodes file of the return."))
    found = [pl.DataFrame(schema=FAULTS), from_findings(said)]
    of_years = [] if errors else _of_years(read, found, errors)
    errors += _twice(of_years)
    if errors:
        raise CaseloadError(errors)
    parts: dict[str, list[pl.DataFrame]] = {}
    for year, file in of_years:
        frame, faults = typed(file.raw, file.lines, file.table, file.name, year)
        parts.setdefault(file.table.name, []).append(frame)
        found += faults
    whole = {name: pl.concat(parts[name]) if name in parts else _empty(table) for name, table in tables().items()}
    held = tuple(sorted({year for year, _ in of_years}))
    found += [*between_episodes(whole[EPISODES], held), *_said_once(str(path), held, {*parts})]
    every = frozenset((file.table.name, year) for year, file in of_years)
    return Return(str(path), held, whole, every, pl.concat(found))


# -- one file ---------------------------------------------------------------------------------------------------------


def csv_files(folder: Path) -> list[Path]:
    """Other programs' own files left out: macOS writes ._name beside each real one, a spreadsheet ~$name."""
    every = [*folder.glob("*"), *folder.glob("*/*")]
    return sorted(
        path
        for path in every
        if path.suffix.lower() == ".csv" and path.is_file() and not path.name.startswith((".", "~$"))
    )


def _csv_in(path: Path, limits: Limits, said: list[Finding], errors: list[Finding]) -> Iterator[Opened]:
    """The file itself, or every CSV file of a zip."""
    return (opened for opened in files_of(path, limits, said, errors) if opened.suffix == ".csv")


def _start(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(_HEADER_BYTES)


def _is_episodes(content: bytes) -> bool:
    table = _recognise_text(content)
    return table is not None and table.name == EPISODES


def _recognise_text(content: bytes) -> Table | None:
    """The kind of file by the first row that holds the names of its columns."""
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    try:
        top = csv.reader(io.StringIO(content[:_HEADER_BYTES].decode(encoding, errors="replace")))
        rows = [row for row, _ in zip(top, range(ends.MOST_ABOVE), strict=False)]
    except csv.Error:
        return None
    return next((table for row in rows if (table := _recognise(row)) is not None), None)


def _recognise(columns: Iterable[str | None]) -> Table | None:
    present = {(column or "").strip().upper() for column in columns}
    return next((table for table in tables().values() if present.issuperset(table.identified_by)), None)


def _file(opened: Opened, limits: Limits, said: list[Finding]) -> Iterator[_File]:
    """The file as text, or nothing where it is no file of the return, which is said.

    Raises CaseloadError with all findings where it cannot be used.
    """
    name = opened.file
    table = _recognise_text(opened.content)
    if table is None:
        says = "The columns are those of no file of the return that is read; the file is left out."
        said.append(Finding("unknown-file", name, "", says, "Nothing to do, unless it should be read.", "note"))
        return
    content, notes = text.as_utf8(opened.content, name)
    said += notes
    whole = _table(content, name, limits, said)
    raw = whole.frame.rename({column: column.strip().upper() for column in whole.frame.columns})
    errors = []
    for column in table.columns:
        if column.name not in raw.columns and not column.may_be_absent:
            says = f"The column is not there; the {table.name} file needs it."
            where = f"column {column.name}"
            errors.append(Finding("missing-column", name, where, says, "Add it.", path=column.name))
    if errors:
        raise CaseloadError(errors)
    if dropped := [column for column in raw.columns if column not in {one.name for one in table.columns}]:
        says = f"Columns that are not read, so that no result holds them: {_some(dropped)}."
        said.append(Finding("not-read", name, "", says, "", "note"))
    wanted = [pl.col(c.name) if c.name in raw.columns else pl.lit(None, pl.String).alias(c.name) for c in table.columns]
    yield _File(name, table, raw.select(wanted), whole.lines)


def _table(content: bytes, name: str, limits: Limits, said: list[Finding]) -> ends.Table:
    try:
        whole = text.read(content, name, lambda names: _recognise(names) is not None, limits)
    except CaseloadError as error:
        # A council with no child missing, or none unaccompanied, sends a header and no row.
        if [finding.code for finding in error.findings] != ["empty-file"]:
            raise
        columns = next(row for row in csv.reader(io.StringIO(content.decode())) if _recognise(row) is not None)
        blank = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        return ends.Table(blank, pl.Series("row", [], pl.Int64))
    upper = {column.strip().upper() for column in whole.frame.columns}
    if len(upper) < whole.frame.width:
        says = "Columns are there twice, once in small letters."
        raise CaseloadError(Finding("duplicate-column", name, "", says, "Keep one of each."))
    child = next(column for column in whole.frame.columns if column.strip().upper() == "CHILD")
    whole = ends.without_ends(whole, child, name)
    said += whole.findings
    return whole


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


# -- years ------------------------------------------------------------------------------------------------------------


def _of_years(read: Sequence[_File], found: list[pl.DataFrame], errors: list[Finding]) -> list[tuple[int, _File]]:
    """Each file with its year; a file without an Episodes file beside it is left out, and that is said."""
    episodes = {file.name: _year(file.raw) for file in read if file.table.name == EPISODES}
    groups: dict[tuple[PurePath, tuple[str, ...]], int | None] = {}
    for file in read:
        if file.table.name != EPISODES:
            continue
        if episodes[file.name] is None:
            says = "No DEC and no DECOM can be read as a date, so the collection year cannot be told."
            errors.append(Finding("year-unknown", file.name, "", says, "Write dates as dd/mm/yyyy."))
        groups[file.group] = episodes[file.name]
    only = next(iter(episodes.values())) if len(episodes) == 1 else None
    of_years: list[tuple[int, _File]] = []
    for file in read:
        year = episodes.get(file.name) or only or groups.get(file.group)
        if year is not None:
            of_years.append((year, file))
        elif not errors:
            says = "No Episodes file has the same numbers in its name, so the collection year cannot be told: left out."
            remedy = "Name it as the Episodes file of its year is named, 2017-oc2.csv beside 2017-episodes.csv."
            found.append(about_file("year-unknown", file.name, says, remedy))
    return of_years


def _year(raw: pl.DataFrame) -> int | None:
    ended = _by_year(raw, "DEC")
    # Of two years with as many ends, the later.
    votes = ended.sort("len", "year") if ended.height else _by_year(raw, "DECOM").sort("year")
    return int(votes["year"][-1]) if votes.height else None


def _by_year(raw: pl.DataFrame, column: str) -> pl.DataFrame:
    """How many of a column's dates (len) lie in each collection year (year)."""
    # Each day is read once: there are far fewer days than rows.
    days = raw.group_by(column).len().select(in_year(date(pl.col(column))).alias("year"), "len")
    return days.drop_nulls().group_by("year").agg(pl.col("len").sum())


def _twice(of_years: Sequence[tuple[int, _File]]) -> Iterable[Finding]:
    seen: dict[tuple[str, int], str] = {}
    for year, file in of_years:
        other = seen.setdefault((file.table.name, year), file.name)
        if other != file.name:
            says = f"By its dates and its name it is a second {file.table.name} file of {label(year)}, beside {other}."
            yield Finding("two-of-a-year", file.name, "", says, "Keep one file of each kind and year.")


def _empty(table: Table) -> pl.DataFrame:
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        column.name: _TYPES.get(column.type, pl.String) for column in table.columns
    }
    return pl.DataFrame(schema={**schema, "year": pl.Int32, "file": pl.String, "row": pl.Int64, "usable": pl.Boolean})


def _said_once(folder: str, held: Sequence[int], present: set[str]) -> Iterable[pl.DataFrame]:
    columns = [c.name for name, table in tables().items() if name in present for c in table.columns if c.type == "open"]
    says = f"Code lists not known here, so not checked: {', '.join(dict.fromkeys(columns))}."
    yield about_file("codes-not-checked", folder, says, "", "note")
    says = f"Collection years, as told from the dates: {', '.join(map(label, held))}."
    yield about_file("years", folder, says, "Compare them with what was returned.", "note")
    first, last = years()
    if beyond := [label(year) for year in held if not first <= year <= last]:
        says = f"Code lists are known from {label(first)} to {label(last)}; {', '.join(beyond)} is held against the "
        yield about_file("codes-not-known", folder, says + "nearest of these.", "Check findings of codes by hand.")
