"""One filled-in form as people keep it: a sheet with each question in one column and its answer in the next.

An item that another opens often stands there by its short name ("Planning" below "Running Away*"), and the same short
name below several: the form's order says which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from banding.caseload.layout_files import shipped
from banding.caseload.layout_model import Layout, folds

# A form has a few hundred rows; a longer sheet is a table, and is not searched for questions.
MOST_ROWS = 1_000
_SHORT = re.compile(r"^(.+?)\s*\([^()]*\)\s*$")


def recognise_form(raw: pl.DataFrame) -> Layout | None:
    """The instrument's layout of which most columns are questions of this sheet, or None.

    raw  every cell of the sheet as text, blank ones null, whatever its columns are called.
    """
    if raw.height > MOST_ROWS:
        return None
    found = {layout.id: _share(raw, layout) for layout in shipped().values() if layout.heading.instrument is not None}
    best = max(found, key=found.__getitem__, default=None)
    return shipped()[best] if best is not None and found[best] > 1 / 2 else None


def form_of_pairs(raw: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The answers of one form as a table of one row.

    raw  as for `recognise_form`; questions stand in the column that holds most of them, answers in the next.

    Returns String columns: each answered or blank question of the layout by the name of its field, as often as it is
    answered, so that `layout.apply` refuses one that is answered twice. What else stands there is a column without an
    answer: a misspelt question is offered as the nearest, and nothing more of it is read.
    """
    answers = _answers(raw, layout)
    given: dict[str, list[str | None]] = {}
    strangers: list[str] = []
    for one in answers:
        if one.path is not None:
            given.setdefault(one.path, []).append(one.said)
        else:
            strangers.append(one.question)
    columns: dict[str, str | None] = {}
    for path, said in given.items():
        for number, answer in enumerate([one for one in said if one is not None] or [None]):
            columns[path + " " * number] = answer
    columns |= {question: None for question in strangers if question not in columns}
    return pl.DataFrame([columns], schema=dict.fromkeys(columns, pl.String))


def answer_places(raw: pl.DataFrame, layout: Layout) -> dict[tuple[int, int], str]:
    """By row and column of `raw`, each cell for an answer that the layout reads, and the field it belongs to."""
    return {one.place: one.path for one in _answers(raw, layout) if one.path is not None}


@dataclass(frozen=True, slots=True)
class _Answer:
    """A question and what stands beside it. `path`: the field that it asks for; None where the layout has none."""

    question: str
    path: str | None
    place: tuple[int, int]
    said: str | None


def _answers(raw: pl.DataFrame, layout: Layout) -> list[_Answer]:
    """In the order of the sheet; questions that are known and never read are left out."""
    cells = [column.cast(pl.String).str.strip_chars() for column in raw.iter_columns()]
    asking = max(range(len(cells) - 1), key=lambda at: len(_questions(cells[at], layout)), default=None)
    if asking is None:
        return []
    places = _Places(layout)
    found: list[_Answer] = []
    asked = [(row, question) for row, question in enumerate(cells[asking]) if question]
    for (row, question), folded in zip(asked, folds(question for _, question in asked), strict=True):
        path = places.next(folded)
        if path is not None or (folded and folded not in places.never):
            found.append(_Answer(question, path, (row, asking + 1), cells[asking + 1][row] or None))
    return found


class _Places:
    """The fields of a form in its order, by the names a question may have, and how far the reading has come.

    never  the names of what is known and not read.
    """

    def __init__(self, layout: Layout) -> None:
        self._paths = [field.path for field in layout.fields]
        self._full = _by_name(list(layout.spelt.values()))
        self._short = _by_name([folds(_shortened(field.spellings)) for field in layout.fields])
        self.never = set(folds((*layout.heading.not_read, *_shortened(layout.heading.not_read))))
        self._from = 0

    def next(self, folded: str) -> str | None:
        """The field that a question means: the next one of that name in the form's order, else an earlier one of its
        full name, else the last of its short name; None where there is none."""
        full, short = self._full.get(folded, []), self._short.get(folded, [])
        ahead = [at for at in (*full, *short) if at >= self._from]
        behind = full[:1] or short[-1:]
        if not ahead and not behind:
            return None
        place = min(ahead) if ahead else behind[0]
        self._from = max(self._from, place + 1)
        return self._paths[place]


def _by_name(folded: Sequence[Sequence[str]]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, names in enumerate(folded):
        for name in dict.fromkeys(names):
            found.setdefault(name, []).append(at)
    return found


def _shortened(names: Sequence[str]) -> list[str]:
    """The names without what stands in brackets at their end."""
    return [match[1] for match in map(_SHORT.match, names) if match]


def _questions(cells: pl.Series, layout: Layout) -> set[str]:
    """The paths of the layout's fields that stand in a column by their full names."""
    held = set(folds(cells.drop_nulls()))
    return {path for path, spelt in layout.spelt.items() if held & {*spelt}}


def _share(raw: pl.DataFrame, layout: Layout) -> float:
    """How many of the questions that every such form has stand in one column, from 0 to 1."""
    always = {field.path for field in layout.fields if not field.may_be_absent}
    most = max((len(_questions(column, layout) & always) for column in raw.iter_columns()), default=0)
    return most / len(always)
