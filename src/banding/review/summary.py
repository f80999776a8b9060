"""A caseload's summary as a whole: what page and workbook are written from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from banding.review.model import Section, Table

# What stands in place of a figure, or beside it, in square brackets.
SYMBOLS = {
    "c": "confidential: a small number, or one that would give a small number away",
    "x": "not available: it cannot be worked out of this caseload",
    "z": "not applicable",
    "u": "low reliability: too few profiles are usable",
    "low": "rounds to 0 and is above it",
}
WORKING = "Working file: holds children's records. Do not share."
SHAREABLE = "Shareable: it holds no child's record, and small numbers are suppressed."


@dataclass(frozen=True, slots=True)
class Summary:
    """
    title, pack, version, status  of the pack: what it is called, its id, its version, how official it is.
    on         the date it is of.
    sections   in the order in which they are read: need, wishes and fit before pounds.
    shareable  disclosure control was applied to every table; else it is a working file, which stays in the team.
    notes      what a reader must know before all else, whole sentences, such as that the children are invented.
    """

    title: str
    pack: str
    version: str
    status: str
    on: dt.date
    sections: tuple[Section, ...]
    shareable: bool
    notes: tuple[str, ...] = ()

    @property
    def tables(self) -> dict[str, Table]:
        """All tables by id."""
        return {table.id: table for section in self.sections for table in section.tables}


@dataclass(frozen=True, slots=True)
class ChildList:
    """A list of single children, for a working file only.

    id       snake_case, unique among a summary's sections and lists.
    title    what it is a list of.
    says     what a reader must know before using it, whole sentences.
    labels   the columns as people read them, by id, in order; the first names the child.
    frame    String columns by those ids, a row a child; null is an empty cell.
    choices  of a column that people fill in, what may stand in it.
    """

    id: str
    title: str
    says: tuple[str, ...]
    labels: Mapping[str, str]
    frame: pl.DataFrame
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
