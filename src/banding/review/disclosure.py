"""Disclosure control of a whole report: what none of its readers may find out about a few children or one provider.

- A count of 1 to 5 is withheld, [c], wherever it stands; a count of 0 is shown. So are the other counts that it takes
  so that no withheld count has a single possible value, and that every count of 1 to 5 could also be 6 or more, for a
  reader who adds and subtracts all that is printed in all tables and knows that what is withheld is no 0. A count that
  no table shows, such as of the children whom none of a row's columns counts, is not hidden for its own sake.
- A PERCENT is shown only where the counts it is of are.
- A POUNDS figure is shown only where its count is, and where it rests on at least 10 children and 3 known providers, no
  child being over half of it. Where nobody knows how many providers there are, it is withheld: unknown is not three.
  All POUNDS figures of the same children are shown or withheld together, since cost less expected cost is the variance.
  So are as few others as it takes that no sum over fewer than 10 children, or over others whose sum is withheld, comes
  out by subtraction: each is hidden among sums over at least 10 children more.
- A NUMBER is shown only where its count is, and where it rests on at least 10 children, none of them over half of it. A
  ratio tells no provider's price, so one provider's is shown.
- Nationally counts are rounded to 10, half up; 1 to 4 are shown as [low], never as 0. Means, sums and shares are of the
  children as they are, unrounded, and so could give their counts away: a share is shown only where none of its counts
  is 1 to 5, and every count that has one is taken to be known exactly. No count of 1 to 5 has then a single possible
  value; where rounding does not suffice, counts are withheld too.

Source: DfE's statistics of children looked after, which withhold 1 to 5 in council-level tables and round national
figures to 10; the rules for pounds are this project's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from banding.review.model import Cell, Column, Section, Table, Unit
from banding.review.protection import Known, Reals, also_withheld
from banding.review.unknowns import Flags, Wholes, unknowns_of

SMALL = 5
FEWEST_CHILDREN = 10
FEWEST_PROVIDERS = 3
LARGEST_SHARE = 0.5
ROUNDED_TO = 10
# How many times as much a figure that a sentence quotes is worth as one that only a table holds.
QUOTED = 20.0

CONFIDENTIAL, NOT_AVAILABLE, LOW = "c", "x", "low"
_NO_PROVIDERS = (
    "No pounds are shown of children whose providers are not known: it takes at least three providers, and nobody can "
    "say how many these are. A caseload that names them can show more."
)


def controlled(sections: Sequence[Section], *, national: bool = False) -> tuple[Section, ...]:
    """The sections of one report, with nothing in them that tells of a few children or of one provider.

    Where a figure is withheld the frame's cell is null and its symbol is `c`; where it rounds to 0, `low`; every other
    null of a figure is `x` unless it has a symbol already. What figures rest on (`support`) is dropped. Sentences quote
    cells, so they need no change. `cannot` says where it is for want of providers that pounds are withheld.

    All tables that are published together, as a page and as a workbook, must be given together: what two calls leave
    may add up to what each withholds. The order of a table's lines must not tell its figures.

    Raises AssertionError as `unknowns_of` does.
    """
    quoted = {cell for section in sections for sentence in section.says for cell in sentence.cells}
    report = _Report([table for section in sections for table in section.tables], quoted, national=national)
    return tuple(report.section(section) for section in sections)


class _Report:
    """What of a report is withheld: `counts`, and the children of whom `pounds` are, Boolean and one an unknown."""

    def __init__(self, tables: Sequence[Table], quoted: Collection[Cell], *, national: bool) -> None:
        self.tables, self.quoted, self.national = tables, quoted, national
        self.unknowns = unknowns_of(tables)
        self.number = self.unknowns.counts.astype(np.float64)
        self.small = self.unknowns.shown & (self.number > 0) & (self.number <= SMALL)
        self.counts = self._counts()
        self.pounds = self._pounds()

    # -- what is withheld --------------------------------------------------------------------------------------------

    def _counts(self) -> Flags:
        shown, number = self.unknowns.shown, self.number
        withheld = self.small & (not self.national)
        floor = np.where(shown, 1.0, 0.0)
        low = np.where(shown & ~withheld, number, floor)
        high = np.where(shown & ~withheld, number, np.inf)
        if self.national:
            rounded, nearest = shown & (number > 0) & ~self._exact(), _rounded(number)
            low = np.where(rounded, np.maximum(nearest - ROUNDED_TO // 2, 1), low)
            high = np.where(rounded, nearest + ROUNDED_TO // 2 - 1, high)
        known = Known(
            low,
            high,
            floor,
            loss=np.where(
                shown & (number > 0) & ~withheld, self._loss((Unit.CHILDREN, Unit.POUNDS, Unit.NUMBER)), np.inf
            ),
            need=np.where(self.small, 1 if self.national else SMALL + 1 - number, 0),
        )
        return withheld | also_withheld(self.unknowns, known)

    def _pounds(self) -> Flags:
        """Sums are hidden as counts are, each weighing as many children as it is over."""
        number, columns = self.number, list(self._columns(Unit.POUNDS))
        given, failing = np.zeros(len(number), np.bool_), np.zeros(len(number), np.bool_)
        for table, column in columns:
            cells = self.unknowns.cells[table.id, column.id]
            there = _there(table, column) & (cells >= 0)
            given[cells[there]] = True
            failing[cells[there & ~_rests(table, column)]] = True
        shown = given & ~failing & ~self.counts
        if not shown.any():
            return given
        nobody = number == 0
        known = Known(
            low=np.where(shown, number, 0),
            high=np.where(shown | nobody, number, np.inf),
            floor=np.zeros(len(number)),
            loss=np.where(shown, self._loss((Unit.POUNDS,)), np.inf),
            need=np.where(~nobody & (failing | (number < FEWEST_CHILDREN)), FEWEST_CHILDREN, 0),
        )
        return (given & ~shown) | also_withheld(self.unknowns, known)

    def _exact(self) -> Flags:
        """The counts that an unrounded figure could give away."""
        found = np.zeros(len(self.number), np.bool_)
        for table, column in self._columns(Unit.POUNDS):
            cells = self.unknowns.cells[table.id, column.id]
            found[cells[_there(table, column) & (cells >= 0) & _rests(table, column)]] = True
        for table, column in self._columns(Unit.PERCENT):
            of = self._of(table, column)
            sized = np.all([(cells >= 0) & ~self.small[cells] for cells in of], axis=0)
            for cells in of:
                found[cells[_there(table, column) & sized]] = True
        return found

    def _of(self, table: Table, column: Column) -> list[Wholes]:
        return [self.unknowns.cells[table.id, name] for name in column.of]

    def _loss(self, units: Sequence[Unit]) -> Reals:
        """What withholding a count loses: its cells and the figures that go with it, more where it is of more, and
        most where a sentence quotes them."""
        often = np.zeros(len(self.number))
        for table, column in (each for unit in units for each in self._columns(unit)):
            cells = self.unknowns.cells.get((table.id, column.id), np.empty(0, np.int64))
            np.add.at(often, cells[cells >= 0], 1)
        weight: Reals = often * (1 + np.log(np.maximum(self.number, 1)))
        weight[self._quoted()] *= QUOTED
        return weight

    def _quoted(self) -> Wholes:
        """The counts that sentences quote, or whose quotient they quote."""
        tables = {table.id: table for table in self.tables}
        found = set()
        for cell in self.quoted:
            for name in (cell.column, *tables[cell.table].column(cell.column).of):
                counts = self.unknowns.cells.get((cell.table, name))
                found |= set() if counts is None else {int(counts[cell.row])}
        return np.array(sorted(found - {-1}), np.int64)

    def _columns(self, unit: Unit) -> Iterator[tuple[Table, Column]]:
        return ((table, column) for table in self.tables for column in table.columns if column.unit is unit)

    # -- what is left ------------------------------------------------------------------------------------------------

    def section(self, section: Section) -> Section:
        unsaid = any(
            column.unit is Unit.POUNDS and _lacks_providers(table, column)
            for table in section.tables
            for column in table.columns
        )
        tables = tuple(self.table(table) for table in section.tables)
        return replace(section, tables=tables, cannot=(*section.cannot, _NO_PROVIDERS) if unsaid else section.cannot)

    def table(self, table: Table) -> Table:
        frame, symbols = [], []
        for column in table.columns:
            values = table.frame[column.id]
            if column.unit is Unit.KEY or column.unit is Unit.TEXT:
                frame.append(values)
                continue
            there = _there(table, column)
            confidential = there & ~self._stands(table, column)
            low = np.zeros(len(there), np.bool_)
            if self.national and column.unit is Unit.CHILDREN:
                nearest = _rounded(values.fill_null(0).to_numpy().astype(np.float64)).astype(np.int64)
                low = there & ~confidential & (nearest == 0) & (values != 0).fill_null(value=False).to_numpy()
                values = pl.Series(column.id, nearest).set(~pl.Series(there), None)
            frame.append(values.set(pl.Series(confidential | low), None))
            symbols.append(_symbols(table, column, {CONFIDENTIAL: confidential, LOW: low, NOT_AVAILABLE: ~there}))
        return replace(table, frame=pl.DataFrame(frame), support=pl.DataFrame(), symbols=pl.DataFrame(symbols))

    def _stands(self, table: Table, column: Column) -> Flags:
        """Which figures of a column are not confidential; of cells without a figure it says nothing."""
        if column.unit is Unit.PERCENT and column.of:
            shares: Flags = np.all(
                [self._open(cells) & ~self.small[cells] for cells in self._of(table, column)], axis=0
            )
            return shares
        cells = self.unknowns.cells.get((table.id, column.id))
        if cells is None:
            return _rests(table, column)
        if column.unit is Unit.CHILDREN:
            return self._open(cells)
        return _rests(table, column) & self._open(cells) & ~(self.pounds[cells] & (column.unit is Unit.POUNDS))

    def _open(self, cells: Wholes) -> Flags:
        """Which cells have a count that is not withheld."""
        return (cells >= 0) & ~self.counts[cells]


def _there(table: Table, column: Column) -> Flags:
    return table.frame[column.id].is_not_null().to_numpy()


def _rests(table: Table, column: Column) -> Flags:
    """Which figures of a column rest on enough children, on enough providers where they are pounds, and on none too
    much."""
    rests = (table.behind(column.id, "children") >= FEWEST_CHILDREN).fill_null(value=False)
    rests &= (table.behind(column.id, "largest") <= LARGEST_SHARE).fill_null(value=True)
    if column.unit is Unit.POUNDS:
        rests &= (table.behind(column.id, "providers") >= FEWEST_PROVIDERS).fill_null(value=False)
    return rests.to_numpy()


def _lacks_providers(table: Table, column: Column) -> bool:
    """Whether pounds are withheld that rest on children enough, for want of known providers alone."""
    many = (table.behind(column.id, "children") >= FEWEST_CHILDREN).fill_null(value=False)
    return bool((many & table.behind(column.id, "providers").is_null() & table.frame[column.id].is_not_null()).any())


def _symbols(table: Table, column: Column, found: Mapping[str, Flags]) -> pl.Series:
    """What stands in place of a column's figures, or beside them; what the table says itself gives way to what is
    withheld, and takes the place of [x]."""
    none = pl.repeat(None, table.frame.height, dtype=pl.String, eager=True).alias(column.id)
    symbols = table.symbols[column.id] if column.id in table.symbols.columns else none
    for symbol, where in found.items():
        over = symbols.is_null() if symbol == NOT_AVAILABLE else True
        symbols = symbols.set(pl.Series(where) & over, symbol)
    return symbols


def _rounded(counts: Reals) -> Reals:
    """To the nearest 10, half up."""
    return (counts + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
