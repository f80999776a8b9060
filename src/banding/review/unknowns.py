"""The counts of children behind all tables of a report: which cells are one count, and which counts add up to which.

A count is known by its conditions: what the table's children have in common (`about`), what the column's have (`where`)
and the row's keys other than ALL. Readers can add and subtract whatever is printed, so a sum counts as known to them as
soon as it holds, whether or not a table says that it must: more known sums only make for more protection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csc_array

from banding.review.model import ALL, Column, Table, Unit

Wholes = NDArray[np.int64]
Flags = NDArray[np.bool_]
_Conditions = frozenset[tuple[str, str]]
_Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknowns:
    """
    counts  int64, one an unknown: how many children meet its conditions.
    shown   Boolean: whether a CHILDREN cell of some table is this count; else only sums lead to it.
    sums    sparse, a row a sum and a column an unknown: -1 at the total, 1 at each part; times `counts` it is 0.
    places  int64: those of one column of one table have the same number.
    cells   by table and column (ids): the unknown of each row, -1 where there is none. CHILDREN columns; and for a
            POUNDS or NUMBER column the children whom its figures rest on, where they can be told.
    """

    counts: Wholes
    shown: Flags
    sums: csc_array
    places: Wholes
    cells: Mapping[tuple[str, str], Wholes]


def unknowns_of(tables: Sequence[Table]) -> Unknowns:
    """The counts behind some tables and the sums between them.

    A line that a table does not have counts as no children. The children of a POUNDS or NUMBER column are those of the
    first CHILDREN column that has as many on every line with a figure; where none has, a POUNDS column's are a count
    of its own, which no table shows.

    Raises AssertionError, for whoever makes tables, where two have one id, where two cells of the same conditions hold
    different counts, or where the categories of a dimension that is declared whole do not add up to its total.
    """
    found = _Found()
    for table in tables:
        found.add_table(table)
    found.add_nested()
    return found.unknowns()


class _Found:
    def __init__(self) -> None:
        self.counts: list[int] = []
        self.shown: list[bool] = []
        self.places: list[int] = []
        self.by_conditions: dict[_Conditions, int] = {}
        self.sums: dict[tuple[int, ...], tuple[int, ...]] = {}  # by total and parts: those, and what is over
        self.under: set[tuple[int, int]] = set()
        self.cells: dict[tuple[str, str], Wholes] = {}

    def add_table(self, table: Table) -> None:
        if any(name == table.id for name, _ in self.cells):
            raise AssertionError(f"two tables are called {table.id}")
        figures = [column for column in table.columns if column.unit in {Unit.POUNDS, Unit.NUMBER}]
        candidates = {column.id: table.frame[column.id] for column in table.columns if column.unit is Unit.CHILDREN}
        for column in table.columns:
            if column.unit is Unit.CHILDREN:
                self.add_column(table, column, table.frame[column.id], shown=True)
        for column in figures:
            behind = table.behind(column.id, "children")
            known = behind.is_not_null() & table.frame[column.id].is_not_null()
            same = (name for name, counts in candidates.items() if counts.eq_missing(behind).filter(known).all())
            if (name := next(same, None)) is None and column.unit is Unit.POUNDS:
                own = Column(column.id, column.label, Unit.CHILDREN, {f"{table.id}.{column.id}": "known"})
                self.add_column(table, own, behind, shown=False)
                candidates[column.id] = behind
            elif name is not None:
                self.cells[table.id, column.id] = self.cells[table.id, name]

    def add_column(self, table: Table, column: Column, counts: pl.Series, *, shown: bool) -> None:
        place = len(self.cells)
        common = {*table.about.items(), *column.where.items()}
        keys = table.frame.select(table.keys).rows() if table.keys else [()] * table.frame.height
        lines = list(zip(keys, counts.to_list(), strict=True))

        def unknown(keys: _Keys, count: int) -> int:
            own = frozenset(
                common.union((key, value) for key, value in zip(table.keys, keys, strict=True) if value != ALL)
            )
            at = self.by_conditions.setdefault(own, len(self.counts))
            if at == len(self.counts):
                self.add(count, place)
            elif self.counts[at] != count:
                raise AssertionError(f"{table.id}.{column.id} and another column count the same children differently")
            return at

        cells = [-1 if count is None else unknown(keys, count) for keys, count in lines]
        self.cells[table.id, column.id] = np.array(cells, np.int64)
        for at in cells:
            if at >= 0:
                self.shown[at] |= shown
        rows = {keys: count for keys, count in lines if count is not None}
        complete = len(rows) == len(lines)
        for dimension in table.whole:
            for total, parts in _totals(rows, table.keys.index(dimension)).items():
                rows.setdefault(total, sum(rows[part] for part in parts))
                held = self.add_sum(unknown(total, rows[total]), [unknown(part, rows[part]) for part in parts])
                if not held and complete and shown:
                    raise AssertionError(f"{table.id}.{column.id}: {dimension} does not add up to its total")

    def add(self, count: int, place: int) -> int:
        self.counts.append(count)
        self.shown.append(False)
        self.places.append(place)
        return len(self.counts) - 1

    def add_sum(self, total: int, parts: Sequence[int]) -> bool:
        """Whether the parts make up the total. What is over is a count that no table shows; where the parts overlap,
        each has its own."""
        self.under.update((total, part) for part in parts)
        over = self.counts[total] - sum(self.counts[part] for part in parts)
        for some in [parts] if over >= 0 else [[part] for part in parts]:
            rest = self.counts[total] - sum(self.counts[part] for part in some)
            known = (total, *sorted(some))
            if known not in self.sums:
                self.sums[known] = (*known, self.add(rest, self.places[total])) if rest else known
        return over == 0

    def add_nested(self) -> None:
        """A count under some conditions is part of the count under all but one of them; where there is none such, of
        those under all but two, and so on."""
        nested: dict[tuple[int, frozenset[str]], list[int]] = defaultdict(list)
        for conditions, part in self.by_conditions.items():
            for total, without in self.around(conditions):
                if (total, part) not in self.under:
                    nested[total, frozenset(name for name, _ in without)].append(part)
        for (total, _), parts in nested.items():
            self.add_sum(total, parts)

    def around(self, conditions: _Conditions) -> Iterator[tuple[int, tuple[tuple[str, str], ...]]]:
        for size in range(1, len(conditions) + 1):
            found = [
                (self.by_conditions[conditions.difference(without)], without)
                for without in combinations(sorted(conditions), size)
                if conditions.difference(without) in self.by_conditions
            ]
            if found:
                yield from found
                return

    def unknowns(self) -> Unknowns:
        rows = [row for row, known in enumerate(self.sums.values()) for _ in known]
        columns = [at for known in self.sums.values() for at in known]
        signs = [sign for known in self.sums.values() for sign in (-1, *(1 for _ in known[1:]))]
        shape = (len(self.sums), len(self.counts))
        return Unknowns(
            np.array(self.counts, np.int64),
            np.array(self.shown, np.bool_),
            csc_array((np.array(signs, np.int64), (rows, columns)), shape=shape),
            np.array(self.places, np.int64),
            self.cells,
        )


def _totals(rows: Mapping[_Keys, Any], at: int) -> dict[_Keys, list[_Keys]]:
    """For each line that is the total over one key: the lines that are its parts."""
    found = defaultdict(list)
    for keys in rows:
        if keys[at] != ALL:
            found[(*keys[:at], ALL, *keys[at + 1 :])].append(keys)
    return found
