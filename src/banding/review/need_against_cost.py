"""Children by need, care cost and setting, counted in bins of fixed edges: what a chart of need against cost shows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import polars as pl

from banding.explanation.words import number
from banding.pack.meaning import Pack
from banding.review import categories
from banding.review.compared import CHILDREN
from banding.review.model import Column, Table, Unit

KEYS = ("setting", "need_points", "cost_pounds")
# Pounds a week: wider where fewer children are, so that bins are seldom too small to be shown.
COST_EDGES = (0, 500, 1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000, 15_000)


def need_against_cost(frame: pl.DataFrame, pack: Pack) -> Table:
    """Counts of children by setting, points of need and pounds of care cost a week: table `need_against_cost`.

    frame  `compared_children`; those without a need score are left out.

    Need is binned at the pack's band edges (a band may be higher than its points, where a rule raises it), cost at
    COST_EDGES. A lower edge belongs to its bin, an upper one to the next. Bins with nobody have no row.
    """
    needs, costs = need_bins(pack.edges), cost_bins()
    need = _bin("need_score", pack.edges)
    cost = _bin("care_cost", [100 * edge for edge in COST_EDGES[1:]])
    counts = (
        frame.lazy()
        .drop_nulls("need_score")
        .group_by("setting", need_points=need, cost_pounds=cost)
        .agg(pl.len().cast(pl.Int64).alias(CHILDREN))
        .collect()
        .with_columns(categories.setting(pack))
        .sort(KEYS)
        .with_columns(
            pl.col("setting").cast(pl.String),
            pl.col("need_points").replace_strict(dict(enumerate(needs)), return_dtype=pl.String),
            pl.col("cost_pounds").replace_strict(dict(enumerate(costs)), return_dtype=pl.String),
        )
    )
    columns = (
        Column("setting", "Setting", Unit.KEY),
        Column("need_points", "Need score", Unit.KEY),
        Column("cost_pounds", "Care cost a week", Unit.KEY),
        Column(CHILDREN, "Children", Unit.CHILDREN),
    )
    return Table(
        "need_against_cost", "Need against care cost, children compared, by setting", columns,
        counts.select(*KEYS, CHILDREN),
        about={"status": "scored", "compared": "yes"},
    )  # fmt: skip


def need_bins(edges: tuple[Decimal, ...]) -> list[str]:
    """The bins of need from the lowest, by their names."""
    if not edges:
        return ["Any points"]
    between = [f"{number(low)} to under {number(high)} points" for low, high in pairwise(edges)]
    return [f"Under {number(edges[0])} points", *between, f"{number(edges[-1])} points and over"]


def cost_bins() -> list[str]:
    """The bins of cost from the lowest, by their names."""
    return [
        *(f"£{low:,} to under £{high:,}" for low, high in pairwise(COST_EDGES)),
        f"£{COST_EDGES[-1]:,} and over",
    ]


def _bin(column: str, edges: Sequence[Decimal | int]) -> pl.Expr:
    """The place of a value among edges: how many of them it reaches."""
    return pl.sum_horizontal(pl.lit(0, pl.Int64), *((pl.col(column) >= edge).cast(pl.Int64) for edge in edges))
