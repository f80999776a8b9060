"""A summary as one HTML page: no network, no script, nothing beside it, the same bytes for the same summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from banding.explanation.words import STATUSES, day
from banding.report.charts import Chart, chart_of, parts
from banding.report.house import written
from banding.review.model import Section, Table, Unit
from banding.review.summary import SHAREABLE, SYMBOLS, WORKING, ChildList, Summary

# Rows beyond which a table opens only when asked for; print shows them all.
_LONG = 16
_BEFORE_LISTS = ("unmet_need", "moves")


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as the page shows it.

    says    its sentences with their figures.
    tables  each with its chart, where it has one, and the rows that are totals; those with a chart first.
    """

    section: Section
    says: tuple[str, ...]
    tables: tuple[tuple[Table, Chart | None, frozenset[int]], ...]


def write_page(summary: Summary, file: BinaryIO, *, lists: Sequence[ChildList] = ()) -> None:
    """Writes a summary as one HTML page in UTF-8.

    lists  of single children, in order; a working file only.

    Raises ValueError where the summary is the shareable one and there are lists.
    """
    file.write(page_of(summary, lists=lists).encode())


def page_of(summary: Summary, *, lists: Sequence[ChildList] = ()) -> str:
    """The page that `write_page` writes."""
    if summary.shareable and lists:
        raise ValueError("a shareable page holds no children")
    return written(
        "page.html.j2",
        summary=summary,
        date=day(summary.on),
        status=STATUSES[summary.status],
        parts=list(_in_order([_shown(section, summary.tables) for section in summary.sections], lists)),
        mark=SHAREABLE if summary.shareable else WORKING,
        symbols=SYMBOLS,
        Unit=Unit,
        LONG=_LONG,
    )


def _in_order(
    sections: Sequence[Shown], lists: Sequence[ChildList]
) -> Iterator[tuple[Shown, None] | tuple[None, ChildList]]:
    """Sections and lists as they are read: lists that people decide on follow what is said of need and of moves, before
    any pounds; every other list stands at the end."""
    before = max((place for place, one in enumerate(sections, 1) if one.section.id in _BEFORE_LISTS), default=0)
    yield from ((one, None) for one in sections[:before])
    yield from ((None, one) for one in lists if one.choices)
    yield from ((one, None) for one in sections[before:])
    yield from ((None, one) for one in lists if not one.choices)


def _shown(section: Section, tables: Mapping[str, Table]) -> Shown:
    says = tuple(sentence.filled(tables) for sentence in section.says)
    shown = [
        (table, chart_of(table), frozenset(range(table.frame.height)) - {*parts(table)}) for table in section.tables
    ]
    return Shown(section, says, tuple(sorted(shown, key=lambda one: one[1] is None)))
