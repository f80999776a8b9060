"""Rank correlations inside strata: of two children of one stratum, does the one with more need cost more?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from banding.review.bootstrap import Floats
from banding.review.clusters import Wholes, places


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """NaN where all of one column is tied inside every stratum."""

    tau_b: float
    spearman: float


def rank_correlations(one: Wholes, other: Wholes, strata: Sequence[Wholes]) -> list[RankCorrelation]:
    """Kendall's tau-b and Spearman's correlation of two columns, inside the strata of each division.

    one, other  whole numbers, one a child, at least one child.
    strata      for each division the number of the stratum of each child; of one stratum alone they are the ordinary
                correlations.

    tau-b, over the pairs of all strata together: with C concordant and D discordant pairs, n0 all pairs, n1 and n2 the
    pairs tied in one and in the other,

        tau_b = (C - D) / sqrt((n0 - n1) (n0 - n2)),  each a sum over strata

    (Kendall 1945, Biometrika 33: 239-251, its pairs pooled within strata, so that a stratum weighs by its pairs.)
    Spearman: the correlation of r = (2 R - n - 1) / n over all children, R the mid-rank inside the stratum of n
    children (Liu, Li, Wanga & Shepherd 2018, Biometrics 74: 595-605: the partial Spearman correlation by
    probability-scale residuals, the stratum as a factor). A child weighs alike in whatever stratum.
    """
    # Both statistics are symmetric; the column with fewer values is sorted by fewer bits.
    (y, more), (x, many) = sorted((places(one), places(other)), key=lambda found: found[1])
    bits = (more - 1).bit_length()
    pair = (x << bits) | y
    above = bits + (many - 1).bit_length()
    return [_inside((places(stratum)[0] << above) | pair, above, bits) for stratum in strata]


def _inside(key: Wholes, above: int, bits: int) -> RankCorrelation:
    """Of children's keys: from the lowest bit, `bits` of the one value, the other, and from `above` on the stratum."""
    key = np.sort(key)
    s, group, y = key >> above, key >> bits, key & ((1 << bits) - 1)
    second, ordered = s << bits | y, np.sort(s << bits | y)
    both, in_x, in_y, everyone = (_ties(_starts(part)) for part in (key, group, ordered, s))
    ahead = everyone - in_x - in_y + both - 2 * _discordant(s, y, bits)
    size = sqrt(everyone - in_x) * sqrt(everyone - in_y)
    ranks = _centred_ranks(s, ordered)[_starts(ordered)[:-1]][places(second)[0]]
    return RankCorrelation(
        tau_b=ahead / size if size else float("nan"), spearman=_correlation(_centred_ranks(s, group), ranks)
    )


def _starts(ordered: Wholes) -> Wholes:
    """Where each run of equal values of a sorted array begins, and where the last one ends."""
    changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    return np.concatenate([[0], changes, [len(ordered)]])


def _ties(starts: Wholes) -> int:
    """Pairs inside runs."""
    runs = np.diff(starts)
    return int((runs * (runs - 1) // 2).sum())


def _discordant(stratum: Wholes, values: Wholes, bits: int) -> int:
    """Pairs of rows of one stratum whose earlier value is larger.

    stratum  rises; values have so many bits.

    Sorts by one bit at a time from the highest: of each pair the bit in which it first differs tells whether the larger
    came first, so counting the ones before every nought of the same group counts each pair once.
    """
    rows = np.arange(len(values), dtype=np.int32)
    values, starts, found = values.astype(np.int32), _starts(stratum), 0
    for bit in range(bits - 1, -1, -1):
        high = values >> bit & 1
        ones = np.concatenate([[0], np.cumsum(high, dtype=np.int32)], dtype=np.int32)
        sizes, seen = np.diff(starts), ones[starts]
        many = np.diff(seen).astype(np.int64)
        middle = (starts[1:] - many).astype(np.int32)
        before = ones[:-1] - np.repeat(seen[:-1], sizes)
        # Of all rows less of the ones themselves, which leaves the noughts: no choice by row, which is slow.
        found += int(before.sum(dtype=np.int64) - (many * (many - 1) // 2).sum())
        moved = np.empty_like(values)
        moved[rows - before + high * (np.repeat(middle, sizes) + 2 * before - rows)] = values
        values = moved
        starts = np.append(np.stack([starts[:-1], middle], axis=1).ravel(), starts[-1])
        starts = starts[np.diff(starts, prepend=-1) > 0]
    return found


def _centred_ranks(stratum: Wholes, key: Wholes) -> Floats:
    """(2 R - n - 1) / n of rows in order of stratum and key: (children below - children above) / n."""
    middle = np.zeros(len(key))
    for ordered, sign in ((key, 1), (stratum, -1)):
        starts = _starts(ordered)
        middle += sign * np.repeat(starts[:-1] + starts[1:], np.diff(starts))
    strata = _starts(stratum)
    return np.asarray(middle / np.repeat(np.diff(strata), np.diff(strata)))


def _correlation(one: Floats, other: Floats) -> float:
    # Both have a mean of 0 in every stratum.
    size = sqrt((one**2).sum()) * sqrt((other**2).sum())
    return float((one * other).sum() / size) if size else float("nan")
