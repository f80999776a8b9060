"""The compared children, who of them belongs together, and their sums by setting and band: made once for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from banding.pack.meaning import Pack
from banding.review import categories
from banding.review.bootstrap import Floats, Sums, intervals
from banding.review.clusters import FEWEST, Clusters, clusters_of
from banding.review.compared import VARIANCES, compared_children, summed
from banding.review.model import ALL
from banding.review.reviewed import Reviewed
from banding.review.unlinked import unlinked

SUMMED = ("care_cost", "price_expected", "reference_expected", *VARIANCES)
# Within 20% of the expected price, in whole pence.
NEAR = 5 * pl.col("price_variance").abs() <= pl.col("price_expected")


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    frame     `compared_children`.
    clusters  of these children.
    sums      for `rolled_up`, keys setting and band as Enums of their labels, with what is expected if cost had no link
              to need (`unlinked`).
    """

    frame: pl.DataFrame
    clusters: Clusters
    sums: pl.DataFrame


def comparison(reviewed: Reviewed) -> Comparison | None:
    """What sections about cost have in common; None where no cost can be compared."""
    frame = compared_children(reviewed)
    if frame.is_empty():
        return None
    fits = {name: pl.col("cost_fit") == name for name in ("below", "within", "above")}
    sums = summed(frame, ("setting", "band"), SUMMED, near=NEAR, **fits)
    both = pl.concat([sums, unlinked(frame)], how="diagonal")
    named = both.with_columns(categories.setting(reviewed.pack), categories.band(reviewed.pack))
    return Comparison(frame, clusters_of(frame), named)


def mean_intervals(
    compared: Comparison,
    rolled: pl.DataFrame,
    keys: Sequence[str],
    values: dict[str, pl.Expr],
    *,
    pack: Pack,
    seed: int,
    resamples: int,
) -> pl.DataFrame:
    """The 95% interval of the mean of each value in each row of `rolled`, as `<value>_from` and `<value>_to`.

    Null where fewer than FEWEST clusters have a child in the row.
    """
    frame, clusters = compared.frame, compared.clusters
    names = [f"{value}_{side}" for value in values for side in ("from", "to")]
    if not resamples or not clusters.enough:
        nothing = pl.repeat(None, rolled.height, dtype=pl.Float64, eager=True)
        return pl.DataFrame(dict.fromkeys(names, nothing))
    lines = rolled.select(keys)
    finest = lines.filter(pl.all_horizontal(pl.col(key) != ALL for key in keys)).with_row_index("cell")
    labelled = frame.select(categories.setting(pack), categories.band(pack))
    cell = labelled.join(finest, on=keys, how="left", maintain_order="left")["cell"].cast(pl.Int64).to_numpy()
    within = np.ones((lines.height, finest.height), np.bool_)
    for key in keys:
        line, category = (part[key].cast(pl.String).to_numpy()[:, None] for part in (lines, finest))
        within &= (line == ALL) | (line == category.T)
    member = within.astype(np.float64)
    met = np.zeros((finest.height, clusters.count))
    met[cell, clusters.of] = 1
    few = (member @ met > 0).sum(axis=1) < FEWEST
    columns = frame.select(**values).cast(pl.Float64)
    many = finest.height
    sums = Sums(
        row=np.concatenate([cell + place * many for place in range(len(values) + 1)]),
        cluster=np.tile(clusters.of, len(values) + 1),
        value=np.concatenate([np.ones(frame.height), *(columns[value].to_numpy() for value in values)]),
        rows=many * (len(values) + 1),
        clusters=clusters.count,
    )

    def means(total: Floats) -> Floats:
        # Whole numbers below 2^53 each: their sums are exact, however the product is worked out.
        children, *totals = (member @ part for part in np.split(total, len(values) + 1))
        seen = np.where(children > 0, children, np.nan)
        return np.concatenate([total / seen for total in totals])

    found = intervals(sums, means, seed=seed, resamples=resamples).reshape(2, len(values), lines.height)
    found[:, :, few] = np.nan
    columns_by_name = {
        f"{value}_{side}": pl.Series(found[end, place]).fill_nan(None)
        for place, value in enumerate(values)
        for end, side in enumerate(("from", "to"))
    }
    return pl.DataFrame(columns_by_name).select(names)
