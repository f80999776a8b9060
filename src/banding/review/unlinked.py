"""How far costs would be from what is expected if, inside each setting, they had no link to need.

The care costs of the children of a setting are thought shuffled among them, every order as likely as any other; each
child keeps its own band and prices. The mean over all orders needs no drawing: any cost i of the setting meets any
child j as often as another, so the expected value of f(cost, prices) for child j is the mean of f(cost_i, prices_j)
over the costs i of its setting (the exact expectation of a permutation test; Good, Permutation Tests, 2000, ch. 3).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from banding.review.clusters import Wholes

PRICES = ("price_low", "price_expected", "price_high")
# Expectations are kept as whole numbers of these parts, so that they add up alike in any order.
PARTS = 1_000_000
PENCE_PARTS = 1_000
FIGURES = ("below_unlinked", "above_unlinked", "near_unlinked", "apart_unlinked")
# Within 20%: 5 x cost between 4 x price and 6 x price, in whole pence.
NEAR = (4, 6, 5)


def unlinked(frame: pl.DataFrame) -> pl.DataFrame:
    """Expected figures by setting and band if cost had no link to need inside the setting.

    frame  `compared_children`.

    Returns setting, band, and Int64: below_unlinked and above_unlinked (children expected outside the range) and
    near_unlinked (expected within 20% of the expected price), in parts of 1 / PARTS of a child; apart_unlinked (the sum
    of distances from the expected price), in 1 / PENCE_PARTS of a penny.
    """
    code = pl.col("setting").to_physical().cast(pl.Int64).alias("code")
    met = frame.group_by("setting", "band", *PRICES).agg(pl.len().cast(pl.Int64).alias("children")).with_columns(code)
    if met.is_empty():
        return met.select("setting", "band", *(pl.lit(0, pl.Int64).alias(name) for name in FIGURES))
    here, low, expected, high = (met[name].to_numpy() for name in ("code", *PRICES))
    cost = frame["care_cost"].to_numpy()
    step = int(max(cost.max(), high.max() * 2)) + 1
    # By setting, then cost: one search finds the place of a cost inside a setting.
    reach = np.sort(frame.select(code).to_series().to_numpy() * step + cost)
    first, last = (np.searchsorted(reach, (here + after) * step, "left") for after in (0, 1))
    running = np.concatenate([[0], np.cumsum(reach % step)])

    def up_to(limit: Wholes, side: Literal["left", "right"]) -> Wholes:
        return np.searchsorted(reach, here * step + limit, side).astype(np.int64)

    least, most, scale = NEAR
    near = up_to(expected * most // scale, "right") - up_to(-(-expected * least // scale), "left")
    middle = up_to(expected, "right")
    apart = expected * (2 * middle - first - last) - 2 * running[middle] + running[first] + running[last]
    children, of = met["children"].to_numpy(), last - first
    figures = {
        "below_unlinked": (up_to(low, "left") - first, PARTS),
        "above_unlinked": (last - up_to(high, "right"), PARTS),
        "near_unlinked": (near, PARTS),
        "apart_unlinked": (apart, PENCE_PARTS),
    }
    return (
        met.select("setting", "band")
        .with_columns(
            pl.Series(name, np.rint(children * (value / of) * parts).astype(np.int64))
            for name, (value, parts) in figures.items()
        )
        .group_by("setting", "band")
        .agg(pl.col(FIGURES).sum())
    )
