"""What a summary consists of: sections of sentences and tables, so that a page, a workbook and Python hold one thing.

A figure is kept with what it rests on (children, providers, the largest share of one child), so that disclosure control
can judge every cell in one place. A sentence names the cells it quotes: nothing is said that no table holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

ALL = "All"


class Unit(StrEnum):
    """What a column holds, and how it is written.

    KEY       String: a category of a dimension, or ALL.
    CHILDREN  Int64: a count of children.
    PERCENT   Float64: a share of a count, 0 to 100.
    POUNDS    Float64: pounds a week, a mean or a sum; written in whole pounds.
    NUMBER    Float64: anything else, such as a ratio or a correlation; written with two decimals.
    TEXT      String: words about the row.
    """

    KEY = "key"
    CHILDREN = "children"
    PERCENT = "percent"
    POUNDS = "pounds"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column:
    """
    id     the column of the frame.
    label  as people read it.
    where  of CHILDREN: what these children have in common beside the row's keys, as dimension to category, such as
           {"cost": "above"}; a KEY's dimension is its `id`. Children who are some of another column's have all that
           those have in common and more, such as {"compared": "yes", "cost": "above"} beside {"compared": "yes"}.
    of     of PERCENT: the CHILDREN columns (id) that it rests on, such as the two whose quotient it is: it is written
           only where they are.
    """

    id: str
    label: str
    unit: Unit
    where: Mapping[str, str] = field(default_factory=dict)
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """
    id       unique in a summary, snake_case.
    title    what it shows, of whom, on which date.
    frame    a row a line, the columns by their ids; null is a figure that does not exist (shown as [x]) or, in a KEY,
             never occurs. Keys first. A line whose key is ALL is the total over that dimension. The order of lines
             does not follow their figures, as it would tell those that are withheld.
    whole    the KEY dimensions whose categories together make up ALL (each child in exactly one).
    about    what all children of the table have in common, as `Column.where`, such as {"compared": "yes"}.
    support  for every POUNDS and NUMBER column `x`: `x.children` (Int64), `x.providers` (Int64; null where none is
             known) and `x.largest` (Float64: the largest share of the sum that is one child's; null where the figure is
             no sum or mean). As many rows as `frame`. A figure of which it says nothing is withheld from readers.
    notes    what a reader must know beside it, whole sentences.
    symbols  String, by the ids of columns: what stands in place of a figure (`c` confidential, `z` not applicable, `x`
             not available, `u` low reliability, `low` rounds to 0), null where the figure itself stands. `u` stands
             beside its figure, in place of none; under the others the frame's cell is null. Empty: no symbol anywhere.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    support: pl.DataFrame = field(default_factory=pl.DataFrame)
    whole: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    symbols: pl.DataFrame = field(default_factory=pl.DataFrame)

    def __post_init__(self) -> None:
        if self.frame.columns != [column.id for column in self.columns]:
            raise AssertionError(f"the columns of {self.id} are not those it declares")

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.id for column in self.columns if column.unit is Unit.KEY)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.id == name)

    def behind(self, name: str, part: str) -> pl.Series:
        """What the figures of a column rest on, by a name of `support`; null where nothing says so."""
        of, kind = f"{name}.{part}", pl.Float64 if part == "largest" else pl.Int64
        if of in self.support.columns:
            return self.support[of].cast(kind)
        return pl.repeat(None, self.frame.height, dtype=kind, eager=True)

    def written(self, row: int, name: str) -> str:
        """A cell as people read it, its symbol in square brackets."""
        symbol = self.symbols[name][row] if name in self.symbols.columns else None
        value = self.frame[name][row]
        if value is None:
            return f"[{symbol or 'x'}]"
        unit = self.column(name).unit
        figure = _pounds(value) if unit is Unit.POUNDS else _WRITTEN[unit].format(value)
        return f"{figure} [{symbol}]" if symbol else figure


_WRITTEN = {
    Unit.KEY: "{}",
    Unit.CHILDREN: "{:,}",
    Unit.PERCENT: "{:.0f}%",
    Unit.NUMBER: "{:,.2f}",
    Unit.TEXT: "{}",
}


def _pounds(value: float) -> str:
    """Whole pounds, the sign before them; what rounds to nothing has none."""
    figure = f"£{abs(value):,.0f}"
    return f"-{figure}" if value < 0 and figure != "£0" else figure


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table: its row is an index of the frame."""

    table: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A plain sentence with `{}` wherever a figure stands, and the cells of those figures in order."""

    text: str
    cells: tuple[Cell, ...] = ()

    def filled(self, tables: Mapping[str, Table]) -> str:
        """The sentence with its figures, as the tables (by id) show them."""
        return self.text.format(*(tables[cell.table].written(cell.row, cell.column) for cell in self.cells))


@dataclass(frozen=True, slots=True)
class Section:
    """
    id        snake_case.
    title     the question it answers, as a reader would put it.
    says      the finding first, in one sentence; then what else matters.
    cannot    what cannot be shown of this caseload, and why; whole sentences.
    """

    id: str
    title: str
    says: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    cannot: tuple[str, ...] = ()
