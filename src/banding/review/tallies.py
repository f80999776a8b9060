"""Tables of counts from rows of figures, and the counts of reviews and holds that more than one section shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from banding.explanation.words import KINDS, day
from banding.pack.meaning import Pack
from banding.review.model import ALL, Column, Table, Unit
from banding.review.placing import FIRST, FIRST_TIERS, SECOND_TIERS, counted, of_tiers, priority
from banding.review.reviewed import Reviewed

_TYPES: dict[Unit, type[pl.DataType]] = {
    Unit.KEY: pl.String,
    Unit.CHILDREN: pl.Int64,
    Unit.PERCENT: pl.Float64,
    Unit.POUNDS: pl.Float64,
    Unit.NUMBER: pl.Float64,
    Unit.TEXT: pl.String,
}
# The categories of the dimension "check".
CHECK_FIRST, CLEAR = "Something to check first", "Nothing to check first"
OVERLAPPING = "A child with two of them counts in two rows."


def tabled(name: str, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], **more: Any) -> Table:
    """A table from its rows, a value a column; `more` as `Table` takes it."""
    frame = pl.DataFrame(list(rows), schema={column.id: _TYPES[column.unit] for column in columns}, orient="row")
    return Table(name, title, tuple(columns), frame, **more)


def row_of(table: Table, *keys: str) -> int:
    """The place of the row with these keys."""
    return table.frame.select(table.keys).rows().index(keys)


def children(name: str, label: str, **where: str) -> Column:
    """A column of counts of children, with what they have in common."""
    return Column(name, label, Unit.CHILDREN, where)


def told_apart(said: Mapping[str, str]) -> dict[str, str]:
    """Words by id, the id behind those that two have."""
    often = Counter(said.values())
    return {name: text if often[text] == 1 else f"{text} ({name})" for name, text in said.items()}


def labels_of(pack: Pack) -> dict[str, str]:
    """What people read for each review."""
    return told_apart({review.id: review.label for review in pack.reviews})


def by_priority(
    pack: Pack, rows: pl.DataFrame, which: str, flags: Mapping[str, Column], name: str, title: str
) -> Table:
    """The children of one list, each once: by priority, then by the review that put them there, with totals.

    rows   children as `placed` gives them; `which` is FIRST or SECOND.
    flags  a Boolean of `rows`, and the column that counts the children of whom it is true.
    """
    labels = labels_of(pack)
    sums = [pl.len(), *(pl.col(flag).sum() for flag in flags)]
    counts = {tuple(row[:2]): row[2:] for row in rows.group_by("tier", "review").agg(sums).iter_rows()}
    nothing = (0,) * len(sums)
    lines: list[tuple[Any, ...]] = []
    for tier in FIRST_TIERS if which == FIRST else SECOND_TIERS:
        reviews = [(labels[one.id], counts.get((tier, one.id), nothing)) for one in of_tiers(pack, (tier,))]
        total = tuple(map(sum, zip(nothing, *(figures for _, figures in reviews), strict=True)))
        lines += [(priority(tier), ALL, *total), *((priority(tier), label, *figures) for label, figures in reviews)]
    lines.append(
        (ALL, ALL, *(sum(line[place] for line in lines if line[1] == ALL) for place in range(2, 2 + len(sums))))
    )
    return tabled(
        name,
        title,
        (
            Column("priority", "What is most pressing", Unit.KEY),
            Column("review", "Review", Unit.KEY),
            children("children", "Children"),
            *flags.values(),
        ),
        lines,
        whole=("priority", "review"),
        about={"list": which},
        notes=("A child counts once, under the first of the reviews that stand, in the order of this table.",),
    )


def to_be_checked(reviewed: Reviewed, rows: pl.DataFrame, tiers: tuple[int, ...], name: str, what: str) -> Table:
    """For each review of some tiers, for how many of all children nobody can say whether it stands.

    what  the reviews, as the title names them.
    """
    unknown = counted(reviewed.frame["reviews_unknown"][rows["index"]])
    labels = labels_of(reviewed.pack)
    return tabled(
        name,
        f"{what} of which nobody can say whether they stand, children in care, on {day(reviewed.on)}",
        (
            Column("review_unknown", "Review", Unit.KEY),
            Column("kind", "Kind", Unit.TEXT),
            children("children", "Children"),
        ),
        [(labels[one.id], KINDS[one.kind], unknown[one.id]) for one in of_tiers(reviewed.pack, tiers)],
        notes=(OVERLAPPING, "A fact is not recorded, or there is nothing to compare with: that is not the same as no."),
    )


def by_hold(reviewed: Reviewed, rows: pl.DataFrame, name: str, title: str, about: Mapping[str, str]) -> Table:
    """For each hold how many children it stands for, and for how many nobody can say."""
    held = counted(reviewed.frame["holds"][rows["index"]])
    said = told_apart({hold.id: hold.because for hold in reviewed.pack.holds})
    return tabled(
        name,
        title,
        (
            Column("hold", "What speaks against a move for now", Unit.KEY),
            children("stands", "It holds", hold_state="stands"),
            children("unknown", "To check first", hold_state="unknown"),
        ),
        [(text, held[hold], held[f"{hold}?"]) for hold, text in said.items()],
        about=about,
        notes=(OVERLAPPING,),
    )
