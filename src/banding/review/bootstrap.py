"""Intervals by cluster bootstrap, from sums by cluster.

Whole clusters are drawn with replacement, as many as there are; a resample is no more than a weight for each cluster,
so that sums over it are one product of a sparse matrix. From the statistic of each resample the interval is BCa (bias
corrected and accelerated; Efron 1987, J. Am. Stat. Assoc. 82: 171-185; Davison & Hinkley 1997, section 5.3.2): an error
or a share of variance found out of fold is skewed and biased in resamples, which a plain percentile interval takes for
news. z is replaced by sqrt(C / (C - 1)) t(C - 1) of C clusters, since few clusters understate their own spread
(Hesterberg 2015, The American Statistician 69: 371-386, on the expanded percentile interval).

Measured on 300 draws each of 12 and 30 clusters, even and skewed: the 95% intervals of an error and of six shares of
variance held the truth in 91% to 100% of draws, plain percentiles in 89% to 97%, BCa without t in 87% to 100%. A share
that is truly 0 is held nearly always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri, stdtrit

from banding.review.clusters import FEWEST, Wholes

Floats = npt.NDArray[np.float64]
# From sums, a row each and a column a resample, to statistics, a row each.
Statistic = Callable[[Floats], Floats]

RESAMPLES = 1_000
BLOCK = 100
CONFIDENCE = 0.95
MOST_LEFT_OUT = 200


@dataclass(frozen=True, slots=True)
class Sums:
    """Values to be added up, each in one row of a statistic's sums and from one cluster.

    row, cluster, value  one an entry; rows are from 0 to rows - 1, clusters from 0 to clusters - 1.
    """

    row: Wholes
    cluster: Wholes
    value: Floats
    rows: int
    clusters: int

    def total(self) -> Floats:
        return np.bincount(self.row, self.value, self.rows).astype(np.float64)


def intervals(sums: Sums, statistic: Statistic, *, seed: int, resamples: int) -> Floats:
    """Limits of the 95% interval of each statistic, from and to: two rows, NaN where there is none.

    resamples  0: no interval. There is none either of fewer than FEWEST clusters.

    Every block of resamples has a random stream of its own and sums are added up in one order, so the same seed gives
    the same limits whatever the number of processors.
    """
    found = statistic(sums.total()[:, None])[:, 0]
    if sums.clusters < FEWEST or resamples == 0:
        return np.full((2, len(found)), np.nan)
    table = csr_array((sums.value, (sums.row, sums.cluster)), shape=(sums.rows, sums.clusters))
    drawn = [
        statistic(np.asarray(table @ _weights(seed, block, sums.clusters, min(BLOCK, resamples - block * BLOCK))))
        for block in range(-(-resamples // BLOCK))
    ]
    left_out = statistic(np.asarray(table @ _all_but_some(sums.clusters)))
    return _limits(found, np.concatenate(drawn, axis=1), left_out, sums.clusters)


def _weights(seed: int, block: int, clusters: int, resamples: int) -> Floats:
    """How often each cluster stands in each resample: a row a cluster, a column a resample."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block,))))
    drawn = rng.integers(0, clusters, (clusters, resamples)) * resamples + np.arange(resamples)
    counts = np.bincount(drawn.ravel(), minlength=clusters * resamples)
    return counts.reshape(clusters, resamples).astype(np.float64)


def _all_but_some(clusters: int) -> Floats:
    """The weights of a jackknife: without one cluster each, and of many clusters without one group of them each, which
    gives the same acceleration, but for chance, at a bounded price."""
    groups = min(clusters, MOST_LEFT_OUT)
    weights = np.ones((clusters, groups))
    weights[np.arange(clusters), np.arange(clusters) % groups] = 0
    return weights


def _limits(found: Floats, drawn: Floats, left_out: Floats, clusters: int) -> Floats:
    drawn = np.sort(drawn, axis=1)  # NaN last
    known = np.isfinite(drawn).sum(axis=1)
    here = found[:, None]
    below = (drawn < here).sum(axis=1) + 0.5 * (drawn == here).sum(axis=1)
    bias = ndtri(np.clip(below / np.maximum(known, 1), 0.5 / np.maximum(known, 1), 1 - 0.5 / np.maximum(known, 1)))
    pull = left_out.mean(axis=1, keepdims=True) - left_out
    spread = (pull**2).sum(axis=1) ** 1.5
    acceleration = np.divide((pull**3).sum(axis=1), 6 * spread, out=np.zeros_like(found), where=spread > 0)
    reach = np.sqrt(clusters / (clusters - 1)) * stdtrit(clusters - 1, (1 + CONFIDENCE) / 2)
    limits = np.empty((2, len(found)))
    for side, sign in enumerate((-1, 1)):
        shifted = bias + sign * reach
        place = ndtr(bias + shifted / (1 - acceleration * shifted)) * np.maximum(known - 1, 0)
        under = np.floor(place).astype(np.int64)
        over = np.minimum(under + 1, np.maximum(known - 1, 0))
        rows = np.arange(len(found))
        limits[side] = drawn[rows, under] + (place - under) * (drawn[rows, over] - drawn[rows, under])
    limits[:, ~np.isfinite(found) | (known == 0)] = np.nan
    return limits
