"""Who belongs together: children of one provider, or brothers and sisters, whose costs may be alike for that alone.

A statistic that is tested on children of a provider whose other children it has seen looks better than it is, and an
interval that takes such children for independent is too narrow. So folds and resamples take whole clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Wholes = npt.NDArray[np.int64]
FEWEST = 10
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Clusters:
    """
    of         for each child the number of its cluster, from 0 by the first of its children.
    count      how many clusters there are.
    providers, households, alone  children who are held together by provider, by household, or by nothing known.
    """

    of: Wholes
    count: int
    providers: int
    households: int
    alone: int

    @property
    def many(self) -> bool:
        """Whether there are enough for folds."""
        return self.count >= FEWEST

    @property
    def enough(self) -> bool:
        """Whether there are enough for intervals: many, and most children are held together by something known."""
        return self.many and 2 * self.alone <= len(self.of)


def clusters_of(frame: pl.DataFrame) -> Clusters:
    """Puts each child with its provider's, else its household's, else by itself.

    frame  setting, provider and household of at least one child, by child_id; the last two null where unknown.

    A provider that has more than half of the children of a setting (often the council itself, in fostering) holds none
    of them together there: without it, nothing would be known of the setting. They go by household.
    """
    shares = frame.group_by("setting", "provider").agg(pl.len().alias("here"))
    shares = shares.with_columns(pl.col("here").sum().over("setting").alias("all"))
    most = shares.filter(pl.col("provider").is_not_null(), 2 * pl.col("here") > pl.col("all"))
    main = (
        pl.col("setting")
        .cast(pl.String)
        .replace_strict(most["setting"].cast(pl.String), most["provider"], default=None, return_dtype=pl.String)
    )
    by_provider = pl.col("provider").is_not_null() & pl.col("provider").ne_missing(main)
    level = pl.when(by_provider).then(0).when(pl.col("household").is_not_null()).then(1).otherwise(2)
    held = frame.select("provider", "household", level=level.cast(pl.Int8)).with_row_index("row")
    first = np.arange(frame.height)
    for place, key in enumerate(("provider", "household")):
        part = held.filter(pl.col("level") == place).select("row", first=pl.col("row").first().over(key))
        first[part["row"].to_numpy()] = part["first"].to_numpy()
    numbers = np.cumsum(first == np.arange(frame.height)) - 1
    counts = np.bincount(held["level"].to_numpy(), minlength=3)
    return Clusters(numbers[first], int(numbers[-1]) + 1, *map(int, counts))


def folds(clusters: Clusters) -> Wholes:
    """The fold of each child, 0 to FOLDS - 1: whole clusters, dealt out from the largest, there and back again, so that
    folds come near one size."""
    largest_first = np.argsort(-np.bincount(clusters.of, minlength=clusters.count), kind="stable")
    turn = np.arange(clusters.count) % (2 * FOLDS)
    fold = np.empty(clusters.count, np.int64)
    fold[largest_first] = np.where(turn < FOLDS, turn, 2 * FOLDS - 1 - turn)
    return fold[clusters.of]


def places(values: npt.NDArray[np.integer[Any]]) -> tuple[Wholes, int]:
    """The place of each value among the different ones in order, from 0, and how many those are."""
    lowest, reach = int(values.min()), int(values.max()) - int(values.min())
    if reach < 4 * len(values):  # counting is faster than sorting
        shifted = values.astype(np.int64) - lowest
        here = np.bincount(shifted) > 0
        return (np.cumsum(here) - 1)[shifted], int(here.sum())
    found, place = np.unique(values, return_inverse=True)
    return place.astype(np.int64), len(found)
