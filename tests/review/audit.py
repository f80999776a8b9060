"""What a reader can work out from published tables, found apart from how they were protected.

The reader knows: what is printed; that a withheld count, [c], is no 0, and that [low] is 1 to 4; which dimensions are
whole, so that a total is the sum of the finest lines under it; that fewer children meet more conditions; and that a
share is the quotient of its counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from banding.review.model import ALL, Column, Table, Unit

Conditions = frozenset[tuple[str, str]]
# More children than any table here counts.
MANY = 1000
_NEAR = 1e-6


def conditions(table: Table, column: Column, line: Sequence[str]) -> Conditions:
    keys = {(key, value) for key, value in zip(table.keys, line, strict=True) if value != ALL}
    return frozenset({*table.about.items(), *column.where.items(), *keys})


def lines(table: Table) -> list[tuple[str, ...]]:
    return table.frame.select(table.keys).rows() if table.keys else [()] * table.frame.height


def cells(table: Table) -> Iterator[tuple[int, Column, Conditions]]:
    for column in table.columns:
        if column.unit is Unit.CHILDREN:
            for row, line in enumerate(lines(table)):
                yield row, column, conditions(table, column, line)


def sums(table: Table, parts: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Conditions, list[Conditions]]]:
    """Totals and what adds up to them: lines under total lines, also where no total is printed, and columns."""
    finest = [
        line
        for line in lines(table)
        if all(value != ALL for key, value in zip(table.keys, line, strict=True) if key in table.whole)
    ]
    for column in table.columns:
        if column.unit is not Unit.CHILDREN:
            continue
        choices = [
            {line[at] for line in finest} | ({ALL} if key in table.whole else set())
            for at, key in enumerate(table.keys)
        ]
        for total in product(*map(sorted, choices)):
            under = [
                line for line in finest if all(own in {ALL, value} for own, value in zip(total, line, strict=True))
            ]
            if total not in finest and under:
                yield conditions(table, column, total), [conditions(table, column, line) for line in under]
        if column.id in parts:
            for line in lines(table):
                yield (
                    conditions(table, column, line),
                    [conditions(table, table.column(part), line) for part in parts[column.id]],
                )


class Reader:
    """What a reader of some tables knows of the counts in them.

    parts     for a CHILDREN column the columns that add up to it, wherever they stand together.
    national  printed counts are rounded to 10.
    """

    def __init__(
        self, tables: Sequence[Table], parts: Mapping[str, tuple[str, ...]] | None = None, *, national: bool = False
    ) -> None:
        self.at: dict[Conditions, int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.hidden: set[Conditions] = set()
        for table in tables:
            for row, column, own in cells(table):
                self._reads(table, row, column, own, national=national)
            self._shares(table)
        for table in tables:
            for total, under in sums(table, parts or {}):
                self._row({total: -1, **dict.fromkeys(under, 1)}, 0, 0)
        for fewer, more in product(self.at, self.at):
            if more < fewer:
                self._row({more: 1, fewer: -1}, 0, np.inf)
        self.found: list[np.ndarray] = []

    def _unknown(self, own: Conditions) -> int:
        if own not in self.at:
            self.at[own] = len(self.at)
            self.low.append(0)
            self.high.append(MANY)
        return self.at[own]

    def _reads(self, table: Table, row: int, column: Column, own: Conditions, *, national: bool) -> None:
        at = self._unknown(own)
        value, symbol = table.frame[column.id][row], table.symbols[column.id][row]
        if value is None:
            low, high = (1, 4) if symbol == "low" else (1, MANY)
            self.hidden.add(own)
        elif national and value:
            low, high = value - 5, value + 4
            self.hidden.add(own)
        else:
            low = high = value
        self.low[at], self.high[at] = max(self.low[at], low), min(self.high[at], high)

    def _shares(self, table: Table) -> None:
        for column in table.columns:
            if column.unit is Unit.PERCENT:
                one, all_ = (table.column(name) for name in column.of)
                for row, line in enumerate(lines(table)):
                    share = table.frame[column.id][row]
                    if share is not None:
                        own, whole = conditions(table, one, line), conditions(table, all_, line)
                        self._row({own: 100, whole: -share}, -_NEAR, _NEAR)

    def _row(self, weights: dict[Conditions, float], low: float, high: float) -> None:
        self.rows.append(({self._unknown(own): weight for own, weight in weights.items()}, low, high))

    @cached_property
    def _limits(self) -> LinearConstraint:
        places = [(row, at) for row, (weights, _, _) in enumerate(self.rows) for at in weights]
        weights = [weight for weights, _, _ in self.rows for weight in weights.values()]
        matrix = csr_array((weights, tuple(zip(*places, strict=True))), shape=(len(self.rows), len(self.at)))
        return LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows])

    def _solved(self, *aims: Conditions, sign: int) -> None:
        aim = np.zeros(len(self.at))
        aim[[self.at[own] for own in aims]] = sign
        limits = (self._limits,) if self.rows else ()
        found = milp(aim, integrality=np.ones(len(aim)), bounds=Bounds(self.low, self.high), constraints=limits)
        assert found.status == 0, found.message
        self.found.append(np.round(found.x))

    def bounds(self, own: Conditions) -> tuple[int, int]:
        """The least and the most that a count can be."""
        for sign in (1, -1):
            self._solved(own, sign=sign)
        least, most = (int(found[self.at[own]]) for found in self.found[-2:])
        return least, most

    def could_be(self, own: Conditions, enough: int) -> tuple[int, int]:
        """Two values, apart if any two are, and the upper at least `enough` if it can be; what was found before for
        other counts is used."""
        if not self.found:
            self._solved(*self.hidden, sign=-1)
            self._solved(*self.hidden, sign=1)
        seen = [int(found[self.at[own]]) for found in self.found]
        if max(seen) < enough or min(seen) == max(seen):
            self._solved(own, sign=-1)
            seen.append(int(self.found[-1][self.at[own]]))
        if min(seen) == max(seen):
            self._solved(own, sign=1)
            seen.append(int(self.found[-1][self.at[own]]))
        return min(seen), max(seen)


def told(
    tables: Sequence[Table], parts: Mapping[str, tuple[str, ...]], wanted: Sequence[Conditions]
) -> set[Conditions]:
    """Of which groups of children printed means and counts give the sum of pounds away, by adding and subtracting."""
    known: set[Conditions] = set()
    groups: dict[Conditions, None] = {}
    equal = []
    for table in tables:
        for row, column, own in cells(table):
            groups[own] = None
            mean = f"{column.id}_mean"
            count = table.frame[column.id][row]
            if count == 0 or (mean in table.frame.columns and table.frame[mean][row] is not None):
                assert count is not None
                known.add(own)
        for total, under in sums(table, parts):
            groups |= dict.fromkeys((total, *under))
            equal.append((total, under))
    open_ = {own: at for at, own in enumerate(own for own in groups if own not in known)}
    matrix = np.zeros((len(equal) + 1, len(open_)))
    for row, (total, under) in enumerate(equal):
        for own, weight in ((total, -1), *((part, 1) for part in under)):
            if own in open_:
                matrix[row, open_[own]] += weight
    _, sizes, ways = np.linalg.svd(matrix)
    free = ways[int((sizes > _NEAR).sum()) :]
    return {own for own in wanted if own in known or (own in open_ and not (abs(free[:, open_[own]]) > _NEAR).any())}
