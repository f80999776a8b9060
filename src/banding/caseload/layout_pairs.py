"""One filled-in form as people keep it: sheets with each question in one column and its answer in the next.

An item that another opens often stands there by its short name ("Planning" below "Running Away*"), and the same short
name below several: what stands together on the sheet, and the form's order, say which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from banding.caseload.layout_cells import DATES, NOT_APPLICABLE
from banding.caseload.layout_files import shipped
from banding.caseload.layout_model import Layout, folds

# A form has a few hundred rows; a longer sheet is a table, and is not searched for questions.
MOST_ROWS = 1_000
_SHORT = re.compile(r"^(.+?)\s*\(([^()]*)\)\s*$")
_WHOLE = re.compile(r"([0-9]{1,9})(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what stands beside it.

    paths  the fields that it may ask for: one, or none that the layout has, or several where nothing says which.
    place  row and column of the cell for the answer, counted from 0.
    """

    question: str
    paths: tuple[str, ...]
    place: tuple[int, int]
    said: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet as a layout's questions and answers, in its order.

    asked  how many cells the column of the questions has, whatever they say.
    never  how many of them are questions that are known and never read; they are not among the answers.
    """

    layout: Layout
    answers: tuple[Answer, ...]
    asked: int
    never: int

    @property
    def paths(self) -> set[str]:
        return {path for answer in self.answers for path in answer.paths}

    @property
    def share(self) -> float:
        """How many of the questions that every such form has stand here, from 0 to 1."""
        return share_of([self])

    @property
    def is_part(self) -> bool:
        """Whether the sheet belongs to a filled-in form: it holds little but questions, or most of the form's, and most
        of what stands beside ratings and dates are ratings and dates. Guidance tells of the items in words."""
        known = self.never + sum(1 for answer in self.answers if answer.paths)
        if not known or not (2 * known > self.asked or self.share > 1 / 2):
            return False
        judged = [self._reads(answer) for answer in self.answers if answer.paths and answer.said]
        sure = [reads for reads in judged if reads is not None]
        return not sure or 2 * sum(sure) > len(sure)

    def _reads(self, answer: Answer) -> bool | None:
        """Whether an answer is of its field's kind; None where anything may be."""
        field = next(field for field in self.layout.fields if field.path == answer.paths[0])
        said = answer.said or ""
        if field.type == "rating":
            number = _WHOLE.fullmatch(said)
            top = self.layout.heading.top or 0
            return int(number[1]) <= top if number else re.sub(r"\W", "", said.casefold()) in NOT_APPLICABLE
        if field.type == "date":
            return any(re.search(pattern, said) for _, pattern in DATES.values())
        return None


def share_of(pages: Iterable[Page]) -> float:
    """How many of the questions that every form of the pages' layout has stand on them together, from 0 to 1."""
    together = list(pages)
    if not together:
        return 0.0
    always = {field.path for field in together[0].layout.fields if not field.may_be_absent}
    return len(always & set[str]().union(*(page.paths for page in together))) / len(always)


def pages_of(raws: Sequence[pl.DataFrame]) -> dict[int, Page]:
    """By place in `raws` the sheets that are one form, of the instrument of which most questions stand on them; none
    where no layout's do.

    raws  every cell of each sheet as text, blank ones null, whatever the columns are called.
    """
    best: dict[int, Page] = {}
    for layout in shipped().values():
        if layout.heading.instrument is not None:
            places = _Places(layout)
            pages = {at: _page(raw, layout, places) for at, raw in enumerate(raws) if raw.height <= MOST_ROWS}
            parts = {at: page for at, page in pages.items() if page.is_part or len(raws) == 1}
            if share_of(parts.values()) > max(1 / 2, share_of(best.values())):
                best = parts
    return best


def _page(raw: pl.DataFrame, layout: Layout, places: _Places) -> Page:
    """Questions stand in the column that holds most of them, answers in the next."""
    cells = [column.cast(pl.String).str.strip_chars() for column in raw.iter_columns()]
    asking = max(range(len(cells) - 1), key=lambda at: places.known(cells[at]), default=None)
    if asking is None:
        return Page(layout, (), 0, 0)
    asked = [(row, question) for row, question in enumerate(cells[asking]) if question]
    meant = places.meant(folds(question for _, question in asked))
    answers = tuple(
        Answer(question, paths, (row, asking + 1), cells[asking + 1][row] or None)
        for (row, question), paths in zip(asked, meant, strict=True)
        if paths is not None
    )
    return Page(layout, answers, len(asked), len(asked) - len(answers))


def form_of(said: Mapping[str, str | None], strangers: Iterable[str]) -> pl.DataFrame:
    """The answers of one form as a table of one row.

    said  by the path of the field; None where there is no answer.

    What else stands there is a column without an answer: a misspelt question is offered as the nearest, and nothing
    more of it is read.
    """
    columns = {**dict.fromkeys(strangers), **said}
    return pl.DataFrame([columns], schema=dict.fromkeys(columns, pl.String))


class _Places:
    """The fields of a form in its order, by the names a question may have."""

    def __init__(self, layout: Layout) -> None:
        self._paths = [field.path for field in layout.fields]
        self._full = _by_name((at, name) for at, names in enumerate(layout.spelt.values()) for name in names)
        short = [(at, name) for at, field in enumerate(layout.fields) for name in _shortened(field.spellings)]
        self._short = _by_name(zip((at for at, _ in short), folds(name for _, name in short), strict=True))
        # What opens a module is of it, as is all that has its name in brackets.
        self._module = folds(match[2] if (match := _SHORT.match(path)) else path for path in self._paths)
        self._never = set(folds((*layout.heading.not_read, *_shortened(layout.heading.not_read))))

    def known(self, cells: pl.Series) -> int:
        """How many different questions of the form stand in a column, those too that are never read."""
        return sum(1 for name in {*folds(cells.drop_nulls())} if name in self._never or self._all(name))

    def meant(self, asked: Sequence[str]) -> list[tuple[str, ...] | None]:
        """For each question, folded, of one sheet the fields that it means; None where it is known and never read.

        A question means the field of its name in the module of the question above it; else that of its full name; else
        the next of its short name in the form's order. Where the first could be several, each is tried, and the one is
        taken from which the sheet keeps closest together in the form; where that is true of several, what differs
        between them is not known.
        """
        first = next((name for name in asked if self._all(name)), "")
        tried = [self._from(asked, start) for start in self._all(first) or [0]]
        least = min(map(_reach, tried))
        readings = [reading for reading in tried if _reach(reading) == least]
        return [
            None if places[0] is None and self._is_never(name) else
            tuple(dict.fromkeys(self._paths[at] for at in places if at is not None))
            for name, places in zip(asked, zip(*readings, strict=True), strict=True)
        ]  # fmt: skip

    def _all(self, name: str) -> list[int]:
        return sorted({*self._full.get(name, []), *self._short.get(name, [])})

    def _is_never(self, name: str) -> bool:
        return not name or name in self._never

    def _from(self, asked: Sequence[str], start: int) -> list[int | None]:
        """The fields of a sheet that begins at one."""
        found: list[int | None] = []
        ahead_of, module = start, self._module[start]
        for name in asked:
            full, short = self._full.get(name, []), self._short.get(name, [])
            within = [at for at in (*full, *short) if self._module[at] == module]
            ahead = [at for at in short if at >= ahead_of]
            at = next(iter(within or full or ahead or short[-1:]), None)
            if at is not None:
                ahead_of, module = max(ahead_of, at + 1), self._module[at]
            found.append(at)
        return found


def _reach(places: Sequence[int | None]) -> int:
    known = [at for at in places if at is not None]
    return max(known) - min(known) if known else 0


def _by_name(pairs: Iterable[tuple[int, str]]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, name in dict.fromkeys(pairs):
        found.setdefault(name, []).append(at)
    return found


def _shortened(names: Sequence[str]) -> list[str]:
    """The names without what stands in brackets at their end."""
    return [match[1] for match in map(_SHORT.match, names) if match]
