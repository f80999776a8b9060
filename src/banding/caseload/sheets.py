"""A sheet of a workbook, of whatever kind, to a table: which sheet, where its names stand, and which cells are not what
they seem. The spreadsheet's own numbers and letters name every row and cell.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import polars as pl

from banding.caseload import tables
from banding.caseload.layout_model import CHILD_ID
from banding.caseload.tables import Fits, Table
from banding.errors import CaseloadError, Finding, nearest

SHEET = "Profiles"
LETTERS = 26
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]00:00:00$"
_LONG = r"^-?[0-9]+\.[0-9]{8}[1-9]$"
_SHORTEST_CHANGED = len("0.000000001")
_CORRECT = "Correct the formula, or type what the cell should say."


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as stored, row and column counted from 0. `unread`: it reads as blank, and it is not."""

    row: int
    column: int
    value: str
    unread: bool

    @property
    def address(self) -> str:
        return f"{letters(self.column)}{self.row + 1}"


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that were made one, rows and columns counted from 0: only the first of them holds anything."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def address(self) -> str:
        return f"{letters(self.left)}{self.top + 1}:{letters(self.right)}{self.bottom + 1}"


class Stored(Protocol):
    """What a kind of workbook knows of one of its sheets.

    name    as people named it: it may be a child's name, so that no finding has it.
    shown   how a finding names it.
    unread  the cells that read as blank and are not.
    """

    @property
    def name(self) -> str: ...
    @property
    def shown(self) -> str: ...
    @property
    def unread(self) -> Sequence[Cell]: ...
    @property
    def merged(self) -> Sequence[Merged]: ...
    def first_column(self, raw: pl.DataFrame) -> int:
        """The sheet's column, counted from 0, with which `raw` begins."""


@dataclass(frozen=True)
class Sheet:
    """`raw`: every cell as text, from the sheet's first row and from the first column that holds anything."""

    raw: pl.DataFrame
    stored: Stored

    @property
    def shown(self) -> str:
        return self.stored.shown

    @cached_property
    def first_column(self) -> int:
        return self.stored.first_column(self.raw)

    def address(self, row: int, column: int) -> str:
        """The address of a cell of `raw`, such as C4."""
        return f"{letters(column + self.first_column)}{row + 1}"

    def unread(self, below: int) -> Mapping[tuple[int, int], Cell]:
        """By row and column in `raw`, each cell below a row that is not blank and cannot be read.

        Formulas without a result to the right of or below everything else are left out: they hold nothing yet.
        """
        if not self.stored.unread:
            return {}
        found = {(cell.row, cell.column - self.first_column): cell for cell in self.stored.unread}
        rows, columns = self.raw.shape
        return {place: cell for place, cell in found.items() if below < place[0] < rows and 0 <= place[1] < columns}


def is_profiles(name: str) -> bool:
    """Whether a sheet's name is the one that a form has."""
    return name.strip().casefold() == SHEET.casefold()


def shown(name: str, number: int) -> str:
    """How a finding names a sheet: by its place, because some keep a sheet a child under the child's name."""
    return f"sheet {SHEET}" if is_profiles(name) else f"sheet {number}"


def letters(column: int) -> str:
    """The letters of a column counted from 0: A, ..., Z, AA."""
    before, last = divmod(column, LETTERS)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def number(text: str) -> int:
    """The column, counted from 0, of letters."""
    found = 0
    for letter in text:
        found = found * LETTERS + ord(letter) - ord("A") + 1
    return found - 1


def table(sheet: Sheet, file: str, fits: Fits, *, named: bool) -> Table:
    """The sheet's rows below the names of its columns.

    fits   says whether the cells of a row can be the names of a caseload's columns.
    named  whether a layout was named: then the first row is taken where none fits.

    Raises CaseloadError with all findings where there are no such names, a name is there twice or its cell merged, a
    column has content and no name, or there is no row below.
    """
    at = tables.header_at(sheet.raw.head(tables.MOST_ABOVE + 1).iter_rows(), fits)
    names = [(cell or "").strip() for cell in sheet.raw.row(at or 0)]
    if not any(names) or (at is None and not named):
        raise CaseloadError(_no_header(sheet, names, file))
    at = at or 0
    unread = sheet.unread(at)
    above, below = sheet.raw[:at], sheet.raw[at + 1 :]
    filled = [
        column for column, cells in enumerate(below.iter_columns())
        if _holds_something(cells) or any(other == column for _, other in unread)
    ]  # fmt: skip
    if wrong := [*_wrong_names(sheet, names, at, filled, file), *_merged_names(sheet, names, at, file)]:
        raise CaseloadError(wrong)
    held = (~tables.blank_rows(below)).scatter([row - at - 1 for row, _ in unread], values=True)
    rows = (held.arg_true() + at + 1).to_list()
    if not rows:
        message = "There are names of columns and no row below them."
        raise CaseloadError(Finding("empty-file", file, sheet.shown, message, "Fill in a row for each child."))
    frame = as_shown(below if held.all() else below.filter(held))
    frame = frame.select(pl.nth(place).alias(name) for place, name in enumerate(names) if name)
    index = {row: place for place, row in enumerate(rows)}
    findings = [unreadable(sheet, cell, names[column], index[row], file) for (row, column), cell in unread.items()]
    findings += _merged_cells(sheet, names, index, file)
    if at and not tables.blank_rows(above).all():
        findings.append(tables.said_above(at, file, sheet.shown))
    if bare := [column for column in range(len(names)) if not names[column] and column not in filled]:
        places = [f"column {letters(column + sheet.first_column)}" for column in bare]
        findings.append(tables.said_blank(places, file, sheet.shown))
    return Table(frame, pl.Series("row", rows, pl.Int64) + 1, tuple(findings))


def _holds_something(cells: pl.Series) -> bool:
    given = cells.drop_nulls()
    # Of nearly every column the first cell tells.
    return any(not tables.blank_rows(some.to_frame()).all() for some in (given.head(1), given) if some.len())


def as_shown(cells: pl.DataFrame) -> pl.DataFrame:
    """The text of cells as CSV has it: empty text is null, a day has no midnight, and 99999999.99, of which fastexcel
    makes 99999999.989999995, has the shortest form that is the same number."""
    lengths = cells.lazy().select(pl.all().str.len_bytes())
    longest, shortest = lengths.max().collect(), lengths.min().collect()
    changed: list[pl.Expr] = []
    for name in cells.columns:
        cell = pl.col(name)
        if (longest[name][0] or 0) < _SHORTEST_CHANGED:
            changed.append(cell if shortest[name][0] else pl.when(cell != "").then(cell))
        else:
            plain = cell.cast(pl.Float64, strict=False).cast(pl.String)
            text = cell.str.replace(_MIDNIGHT, "${1}")
            changed.append(pl.when(cell.str.contains(_LONG)).then(plain).when(cell != "").then(text))
    return cells.lazy().select(changed).collect()


# -- what is wrong ----------------------------------------------------------------------------------------------------


def unreadable(sheet: Sheet, cell: Cell, name: str, index: int, file: str) -> Finding:
    message = "The cell holds the error of a formula." if cell.value else "The cell's formula has not been worked out."
    remedy = _CORRECT if cell.value else "Open the workbook in a spreadsheet program and save it."
    place = f"{sheet.shown}, cell {cell.address}, column {name}"
    return Finding("cell-error", file, place, message, remedy, index=index, path=name, value=cell.value or None)


def _no_header(sheet: Sheet, names: Sequence[str], file: str) -> Finding:
    message = f"Expected the names of the columns in the first row, {CHILD_ID} among them."
    place = f"{sheet.shown}, cell A1"
    for row, cells in enumerate(sheet.raw.iter_rows()):
        for column, cell in enumerate(cells):
            if cell is not None and cell.strip() == CHILD_ID:
                remedy = f"{CHILD_ID} stands in cell {sheet.address(row, column)}: delete the rows above it."
                return Finding("no-header", file, place, message, remedy)
    near = nearest(CHILD_ID, filter(None, names))
    # The cell is named and not quoted: where there is no header, it may hold a child's name.
    remedy = f"Is it cell {sheet.address(0, names.index(near))}? Then rename it." if near else "Write them there."
    return Finding("no-header", file, place, message, remedy)


def _wrong_names(sheet: Sheet, names: Sequence[str], at: int, filled: Sequence[int], file: str) -> Iterator[Finding]:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield Finding("duplicate-column", file, f"column {name}", "The column is there twice.", "Keep one.", path=name)
    for column in filled:
        if not names[column]:
            place = f"{sheet.shown}, cell {sheet.address(at, column)}"
            yield Finding("no-column-name", file, place, "The column has no name.", "Name it, or delete it.")


def _merged_names(sheet: Sheet, names: Sequence[str], at: int, file: str) -> Iterator[Finding]:
    for one in sheet.stored.merged:
        first = max(one.left - sheet.first_column, 0)
        if one.top <= at <= one.bottom and any(names[first : one.right - sheet.first_column + 1]):
            place = f"{sheet.shown}, cells {one.address}"
            message = "A name of a column stands in merged cells: which column it names cannot be told."
            yield Finding("merged-header", file, place, message, "Unmerge them, and give each column its own name.")


def _merged_cells(sheet: Sheet, names: Sequence[str], index: Mapping[int, int], file: str) -> Iterator[Finding]:
    """Each row that has only a blank where merged cells show a value: read as they are, they would be unanswered."""
    rows = list(index)
    blocks = []
    for one in sheet.stored.merged:
        left, right = max(one.left - sheet.first_column, 0), one.right - sheet.first_column
        held = names[left : max(right + 1, 0)]
        if below := next(filter(None, held), None):
            beside = next(filter(None, held[1:]), None)
            blocks.append((one.top, beside is None, one, beside or below))
    done = 0
    # In this order a row that an earlier block reaches needs no look at the later ones: it is rejected already.
    for top, first_is_right, one, name in sorted(blocks, key=lambda block: block[:2]):
        start = bisect.bisect_left(rows, top + first_is_right)
        end = bisect.bisect_right(rows, one.bottom)
        for row in rows[max(start, done) : end]:
            place = f"{sheet.shown}, cells {one.address}, row {row + 1}"
            message = f"{name} stands in merged cells, of which only the first holds anything."
            remedy = "Unmerge them, and fill in each cell."
            yield Finding("merged-cell", file, place, message, remedy, index=index[row], path=name)
        done = max(done, end)
