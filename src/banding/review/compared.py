"""The children whose costs are compared like with like, and sums over them by setting and band.

Sums are whole pence, so that they come out the same in any order and on any number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import polars as pl

from banding.review.model import ALL
from banding.review.reviewed import Reviewed

FACTS = ("provider", "household", "age_on")
RESULTS = ("child_id", "setting", "band", "need_score", "cost_fit")
MONEY = ("care_cost", "price_low", "price_expected", "price_high", "reference_expected")
VARIANCES = ("price_variance", "setting_variance")
CHILDREN, PROVIDERS, LARGEST = "children", "providers", "largest"


def compared_children(reviewed: Reviewed) -> pl.DataFrame:
    """The scored children in care whose care cost and price cover the same, by child_id.

    child_id, setting, band, need_score, cost_fit, provider, household and age_on as in `Reviewed.frame`; money of MONEY
    and VARIANCES Int64 pence a week, without `_pence` in its name.
    """
    names = {f"{name}_pence": name for name in (*MONEY, *VARIANCES)}
    fits = pl.col("in_care") & (pl.col("status") == "scored") & (pl.col("cost_fit") != "unknown")
    return (
        reviewed.frame.lazy()
        .filter(fits)
        .select(*RESULTS, *FACTS, *(pl.col(column).alias(name) for column, name in names.items()))
        .sort("child_id")
        .collect()
    )


def summed(frame: pl.DataFrame, keys: Sequence[str], values: Sequence[str], **counts: pl.Expr) -> pl.DataFrame:
    """Sums of whole numbers by some keys and by provider: what `rolled_up` takes.

    Gives the keys, provider, children, of each value its sum, `x.known` (how many are known) and `x.most` (the largest,
    whatever its sign), and how many rows each of the truths `counts` holds in.
    """
    return frame.group_by(*keys, "provider").agg(
        pl.len().cast(pl.Int64).alias(CHILDREN),
        *(pl.col(value).sum() for value in values),
        *(pl.col(value).abs().sum().alias(f"{value}.size") for value in values),
        *(pl.col(value).count().cast(pl.Int64).alias(f"{value}.known") for value in values),
        *(pl.col(value).abs().max().alias(f"{value}.most") for value in values),
        *(truth.sum().cast(pl.Int64).alias(name) for name, truth in counts.items()),
    )


def rolled_up(sums: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Sums by all keys, and by every choice of fewer with ALL in place of the others; keys are Enums that hold ALL.

    Also `providers`: how many different ones are known, null where none is.
    """
    largest = [name for name in sums.columns if name.endswith(".most")]
    added = [name for name in sums.columns if name not in {*keys, "provider", *largest}]
    parts = []
    for size in range(len(keys), -1, -1):
        for kept in combinations(keys, size):
            everyone = [pl.lit(ALL).cast(sums.schema[key]).alias(key) for key in keys if key not in kept]
            parts.append(
                sums.with_columns(everyone)
                .group_by(keys)
                .agg(
                    pl.col(added).sum(),
                    pl.col(largest).max(),
                    pl.col("provider").drop_nulls().n_unique().cast(pl.Int64).replace(0, None).alias(PROVIDERS),
                )
            )
    return pl.concat(parts).sort(keys)


def mean(value: str) -> pl.Expr:
    """The mean in pounds of a value summed in pence, over where it is known; null where it never is."""
    known = pl.col(f"{value}.known")
    return (pl.when(known > 0).then(pl.col(value) / known / 100)).alias(value)


def support(rolled: pl.DataFrame, figures: Mapping[str, str]) -> pl.DataFrame:
    """What figures rest on, for a Table.

    figures  the column of each figure, and the value whose mean it is; "" where it is no mean: then all children.
    """
    columns = []
    for figure, value in figures.items():
        size = pl.col(f"{value}.size") if value else pl.lit(0)
        share = pl.when(size > 0).then(pl.col(f"{value}.most") / size) if value else pl.lit(None, pl.Float64)
        columns += [
            pl.col(f"{value}.known" if value else CHILDREN).alias(f"{figure}.{CHILDREN}"),
            pl.col(PROVIDERS).alias(f"{figure}.{PROVIDERS}"),
            share.cast(pl.Float64).alias(f"{figure}.{LARGEST}"),
        ]
    return rolled.select(columns)
