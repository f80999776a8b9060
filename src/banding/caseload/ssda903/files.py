"""A folder, a zip or a workbook to a return: which collection year each of its parts is of, and its rows, typed.

The year stands nowhere in the files. Every DEC of a return lies in its year, so the year of an Episodes file is that
in which most of its DEC lie; without any DEC, that of its latest DECOM. The other files are of the year of the Episodes
file beside them: of the only one; or else of the one in the same workbook, or in the same folder with the same numbers
in its name ("2017-oc2.csv" goes with "2017-episodes.csv", and so do sheets).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path, PurePath

import polars as pl

from banding.caseload.limits import Limits
from banding.caseload.ssda903.cells import date, typed
from banding.caseload.ssda903.checks import between_episodes
from banding.caseload.ssda903.codes import Table, in_year, label, tables, years
from banding.caseload.ssda903.model import FAULTS, Return, about_file, from_findings
from banding.caseload.ssda903.parts import EPISODES, Part, files_in, is_return, left_out, parts_in
from banding.errors import CaseloadError, Finding

__all__ = ["files_in", "is_return", "read_return"]

# Part of what the file is called, not of when it is from.
_OWN_NUMBER = re.compile("oc2|903", re.IGNORECASE)
_TYPES = {"date": pl.Date, "count": pl.Int64}


def read_return(path: Path, limits: Limits | None = None) -> Return:
    """Every CSV file and workbook of a folder and of the folders in it, or of a zip, or one workbook, as one return of
    one or more collection years.

    What is wrong in single rows stands in the faults; so does every file that is no file of the return, and what is not
    checked. UPN, names, MOTHER, MC_DOB and postcodes are never kept, nor any other column that tables.toml has not.

    Raises CaseloadError with all findings where there is no Episodes file, where a file is broken, lacks a column or
    goes beyond the limits, and where the year of a file cannot be told or is the year of another file of its kind.
    """
    errors: list[Finding] = []
    said = list(left_out(path)) if path.is_dir() else []
    sources = files_in(path) if path.is_dir() else [path]
    read = [part for source in sources for part in parts_in(source, limits or Limits(), said, errors)]
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
        frame, faults = typed(file, year)
        parts.setdefault(file.table.name, []).append(frame)
        found += faults
    whole = {name: pl.concat(parts[name]) if name in parts else _empty(table) for name, table in tables().items()}
    held = tuple(sorted({year for year, _ in of_years}))
    found += [*between_episodes(whole[EPISODES], held), *_said_once(str(path), held, {*parts})]
    every = frozenset((file.table.name, year) for year, file in of_years)
    return Return(str(path), held, whole, every, pl.concat(found))


# -- years ------------------------------------------------------------------------------------------------------------


def _of_years(read: Sequence[Part], found: list[pl.DataFrame], errors: list[Finding]) -> list[tuple[int, Part]]:
    """Each part with its year; one without an Episodes file beside it is left out, and that is said."""
    episodes = {part.name: _year(part.raw) for part in read if part.table.name == EPISODES}
    for name in (name for name, year in episodes.items() if year is None):
        says = "No DEC and no DECOM can be read as a date, so the collection year cannot be told."
        errors.append(Finding("year-unknown", name, "", says, "Write dates as dd/mm/yyyy."))
    beside = [_by(key, read, episodes) for key in (_of_all, _of_file, _of_numbers)]
    of_years: list[tuple[int, Part]] = []
    for part in read:
        year = episodes.get(part.name) or next(filter(None, (told(part) for told in beside)), None)
        if year is not None:
            of_years.append((year, part))
        elif not errors:
            says = "No Episodes file has the same numbers in its name, so the collection year cannot be told: left out."
            remedy = "Name it as the Episodes file of its year is named, 2017-oc2.csv beside 2017-episodes.csv."
            found.append(about_file("year-unknown", part.name, says, remedy))
    return of_years


def _of_all(_: Part) -> Hashable:
    return None


def _of_file(part: Part) -> Hashable:
    return part.file


def _of_numbers(part: Part) -> Hashable:
    return PurePath(part.file).parent, tuple(re.findall(r"\d+", _OWN_NUMBER.sub("", part.called)))


def _by(
    key: Callable[[Part], Hashable], read: Sequence[Part], episodes: Mapping[str, int | None]
) -> Callable[[Part], int | None]:
    """The year of the Episodes that have a part's key; None where there are none, or of several years."""
    told: dict[Hashable, set[int | None]] = {}
    for part in read:
        if part.name in episodes:
            told.setdefault(key(part), set()).add(episodes[part.name])
    only = {group: next(iter(found)) for group, found in told.items() if len(found) == 1}
    return lambda part: only.get(key(part))


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


def _twice(of_years: Sequence[tuple[int, Part]]) -> Iterable[Finding]:
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
