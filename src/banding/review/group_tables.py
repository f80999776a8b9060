"""The tables of groups at equal need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from banding.review.equal_need import FEWEST, Compared, Floats, Wholes, Yardstick
from banding.review.figures import DECIMALS
from banding.review.funnel import Funnel
from banding.review.grouped import OTHERS, Grouped
from banding.review.model import ALL, Column, Table, Unit
from banding.review.ratios import Ratios

ABOUT = {"status": "scored", "compared": "yes"}
CHILDREN = Column("children", "Children", Unit.CHILDREN)
INTERVALS = ("above", "around", "below", "without")
# Where a provider lies, from far above the limits to far below; then whoever has no point.
PLACES = (
    "Above the 99.8% limit",
    "Above the 95% limit",
    "Inside the limits",
    "Below the 95% limit",
    "Below the 99.8% limit",
)
NO_PLACE = len(PLACES)
OUTSIDE = ("Above the limits", "Inside the limits", "Below the limits", "Not in the funnel")
# The figures of a group, and which sum's largest part is what disclosure control has to know of each.
_FIGURES = (
    (Column("actual", "Mean care cost a week", Unit.POUNDS), "actual"),
    (Column("expected", "Expected at equal need", Unit.POUNDS), "expected"),
    (Column("ratio", "Actual over expected", Unit.NUMBER), "actual"),
    (Column("low", "95% interval from", Unit.NUMBER), "actual"),
    (Column("high", "to", Unit.NUMBER), "actual"),
    (Column("own", "Own part of the yardstick, 0 to 1", Unit.NUMBER), "expected"),
)
_PENCE = 100


@dataclass(frozen=True, slots=True)
class Held:
    """The groups of a dimension held against the yardstick.

    adjusts   what the yardstick adjusts for, in words.
    clusters  what the intervals rest on, in words.
    """

    grouped: Grouped
    found: Ratios
    yard: Yardstick
    adjusts: str
    clusters: str


def ratio_table(held: Held, compared: Compared, date: str) -> Table:
    """A line a group, and one for all."""
    dimension, found = held.grouped.dimension, held.found
    children, actual, expected = (
        np.append(each, each.sum()) for each in (found.children, found.actual, found.expected)
    )
    everyone = 1.0 if expected[-1] > 0 else np.nan
    figures = {
        "actual": actual / children / _PENCE,
        "expected": expected / children / _PENCE,
        "ratio": np.append(found.ratio, everyone),
        "low": np.append(found.low, np.nan),
        "high": np.append(found.high, np.nan),
        "own": np.append(found.own, everyone),
    }
    frame = pl.DataFrame(
        {
            dimension.id: [*held.grouped.names, ALL],
            "children": children,
            **{name: _cut(values) for name, values in figures.items()},
        }
    )
    notes = [
        "A ratio is a question, not a verdict. Above 1, the care of these children costs more than that of children "
        f"alike in {held.adjusts}; what the profile does not ask can explain it.",
        "The yardstick is the average of all these children, so it cannot show that all care is dear. The larger a "
        "group's own part of the yardstick, the nearer its ratio lies to 1; above 0.5 none is given.",
        f"No interval is given of fewer than {FEWEST} {held.clusters}. Were all groups alike, the interval of one in "
        "twenty would leave out 1 by chance.",
    ]
    if merged := held.grouped.merged:
        notes.append(f'"{OTHERS}" is {merged:,} {dimension.one if merged == 1 else dimension.several}.')
    return Table(
        f"{dimension.id}_ratios",
        f"Care cost at equal need by {dimension.one}, {date}",
        (Column(dimension.id, dimension.one.capitalize(), Unit.KEY), CHILDREN, *(column for column, _ in _FIGURES)),
        frame,
        _rests_on(held, compared),
        whole=(dimension.id,),
        about=ABOUT,
        notes=tuple(notes),
    )


def _rests_on(held: Held, compared: Compared) -> pl.DataFrame:
    costs = pl.DataFrame(
        {
            "of": held.grouped.of,
            "actual": compared.actual,
            "expected": held.yard.expected,
            "provider": compared.frame["provider"],
        }
    )
    rows = pl.concat([costs, costs.with_columns(of=pl.lit(len(held.grouped.names), pl.Int64))])
    by_group = rows.group_by("of").agg(
        pl.len().cast(pl.Int64).alias("children"),
        pl.col("provider").n_unique().cast(pl.Int64) - pl.col("provider").has_nulls().cast(pl.Int64),
        pl.col("actual", "expected").max() / pl.col("actual", "expected").sum(),
    )
    found = by_group.sort("of").with_columns(
        pl.col("provider").replace(0, None), pl.col("actual", "expected").fill_nan(None)
    )
    return found.select(
        part
        for column, total in _FIGURES
        for part in (
            pl.col("children").alias(f"{column.id}.children"),
            pl.col("provider").alias(f"{column.id}.providers"),
            pl.col(total).round(DECIMALS).alias(f"{column.id}.largest"),
        )
    )


def interval_table(held: list[Held], date: str) -> Table:
    """For each dimension, how many children are in groups whose interval lies above 1, holds it, or lies below."""
    rows = []
    for each in held:
        found = each.found
        named = np.arange(len(found.ratio)) < each.grouped.large
        given = named & np.isfinite(found.low)
        above, below = given & (found.low > 1), given & (found.high < 1)
        parts = (above, given & ~above & ~below, below, ~given)
        counts = [int(found.children[part].sum()) for part in parts]
        rows.append([each.grouped.dimension.one.capitalize(), sum(counts), *counts])
    labels = ("In one that lies above 1", "In one that holds 1", "In one that lies below 1", "In none")
    columns = (
        Column("comparison", "Groups", Unit.KEY),
        CHILDREN,
        *(
            Column(name, label, Unit.CHILDREN, {"interval": name})
            for name, label in zip(INTERVALS, labels, strict=True)
        ),
    )
    return Table(
        "ratio_intervals",
        f"Children by the 95% interval of their group's ratio at equal need, {date}",
        columns,
        pl.DataFrame(rows, schema=[column.id for column in columns], orient="row"),
        about=ABOUT,
    )


def _places(held: Held, limits: Funnel) -> Wholes:
    """For each group its place among PLACES, or NO_PLACE."""
    off, groups = held.found.ratio - 1, np.arange(len(held.found.ratio))
    beyond = (off > limits.outer, off > limits.inner, off < -limits.outer, off < -limits.inner)
    found = np.select(beyond, (0, 1, 4, 3), 2)
    return np.where(np.isfinite(limits.size) & (groups < held.grouped.large), found, NO_PLACE)


def funnel_table(held: Held, limits: Funnel, compared: Compared, date: str) -> Table:
    """The points of the funnel plot: a line a provider that has a ratio, with the limits at its size."""
    place = _places(held, limits)
    shown = np.flatnonzero(place != NO_PLACE)
    figures = (
        (Column("size", "Size: as many children of average spread", Unit.NUMBER), limits.size),
        (Column("ratio", "Actual over expected", Unit.NUMBER), held.found.ratio),
        (Column("low_95", "95% limit below 1", Unit.NUMBER), np.maximum(1 - limits.inner, 0)),
        (Column("high_95", "above 1", Unit.NUMBER), 1 + limits.inner),
        (Column("low_998", "99.8% limit below 1", Unit.NUMBER), np.maximum(1 - limits.outer, 0)),
        (Column("high_998", "above 1", Unit.NUMBER), 1 + limits.outer),
    )
    frame = pl.DataFrame(
        {
            "provider": [held.grouped.names[group] for group in shown],
            "children": held.found.children[shown],
            **{column.id: _cut(values[shown]) for column, values in figures},
            "place": [PLACES[number] for number in place[shown]],
        },
        schema_overrides={"provider": pl.String, "place": pl.String},
    )
    ratio = _rests_on(held, compared)[shown]
    rests_on = [
        ratio[f"ratio.{part}"].alias(f"{column.id}.{part}")
        for column, _ in figures
        for part in ("children", "providers", "largest")
    ]
    return Table(
        "funnel",
        f"Funnel plot of providers' care costs at equal need, {date}",
        (
            Column("provider", "Provider", Unit.KEY),
            CHILDREN,
            *(column for column, _ in figures),
            Column("place", "Place", Unit.TEXT),
        ),
        frame,
        pl.DataFrame(rests_on),
        about=ABOUT,
        notes=(
            "Were there no difference between providers, one in twenty would lie outside the 95% limits and one in 500 "
            "outside the 99.8% limits by chance. The smaller a provider, the further out chance reaches.",
            "A provider outside the limits is a question, not a verdict; one inside them is no proof of value.",
            f"Providers of fewer than {FEWEST} children have no point.",
        ),
    )


def outside_table(held: Held, limits: Funnel, date: str) -> Table:
    """How many children are with providers above, inside and below the 95% limits of the funnel."""
    part = np.array([0, 0, 1, 2, 2, 3])[_places(held, limits)]
    children = np.bincount(part, held.found.children, len(OUTSIDE)).astype(np.int64)
    frame = pl.DataFrame({"funnel": [*OUTSIDE, ALL], "children": [*children.tolist(), int(children.sum())]})
    title = f"Children by where their provider lies in the funnel plot, 95% limits, {date}"
    return Table(
        "outside_funnel",
        title,
        (Column("funnel", "Provider", Unit.KEY), CHILDREN),
        frame,
        whole=("funnel",),
        about=ABOUT,
    )


def _cut(values: Floats) -> pl.Series:
    return pl.Series(np.round(values, DECIMALS)).fill_nan(None)
