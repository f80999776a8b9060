"""Actual over expected cost of groups, with intervals, and the limits of a funnel around 1.

Ratio of group g (indirect standardisation): R = sum of y(i) over sum of m(i) over its children, y the actual cost and
m the yardstick's.

Its variance is that of its linear part, cluster by cluster (Taylor linearisation of a ratio: Cochran 1977, Sampling
Techniques, section 6.3; of an estimate inside it: Binder 1983, International Statistical Review 51: 279-292):

    z(c) = sum over the group's children in cluster c of (y - R m) / (1 - w(c))
           - R h' A+ sum over all children in cluster c of x (y - m)
    variance = sum of z(c)^2 x (C - 1) / C x N / (N - k) / (sum of m)^2

h is the sum of m x over the group, A+ the inverse of the yardstick's information, w(c) the cluster's part of the
group's expected cost (as if each cluster were left out in turn: the jackknife), C the group's clusters, N all children,
k the rank of the yardstick. The second term is what the group, and every other cluster, does to the yardstick itself.
The interval is R exp(-+ t s / R), s the root of the variance and t the 97.5th percentile of Student's t with C - 1
degrees of freedom.

Own part of the yardstick: h' A+ h over the group's expected cost: 0 where the yardstick rests on others alone, 1 where
the group is alone in its strata and the ratio is 1 whatever it costs. In one stratum it is the group's share of it.

How often intervals held 1 where groups do not differ, in 40 synthetic caseloads of 3,000 children: of providers 94.8%
(1,711 intervals; 94.6% with cost_noise 0.4), of councils 96.6% (118), of regions 94.1% (358), of kinds of contract
91.7% (120). Where providers differ by 0.1 in the log, of councils 94.1%, of regions 93.3%, of kinds of contract 92.5%.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import stdtrit

from banding.review.bootstrap import CONFIDENCE
from banding.review.equal_need import FEWEST, Compared, Floats, Wholes, Yardstick, added

# Above this a group is held against itself more than against others, and its ratio says nothing.
MOST_OWN = 0.5


@dataclass(frozen=True, slots=True)
class Ratios:
    """One value a group.

    actual, expected  sums, pence a week.
    ratio             actual over expected; NaN where expected is 0 or `own` is above MOST_OWN.
    low, high         of the interval; NaN beside no ratio, and with fewer than FEWEST clusters.
    own               own part of the yardstick.
    """

    children: Wholes
    actual: Floats
    expected: Floats
    ratio: Floats
    low: Floats
    high: Floats
    own: Floats


def ratios(compared: Compared, yard: Yardstick, group: Wholes, count: int, cluster: Wholes) -> Ratios:
    """The ratio of each group.

    group    for each child its group, 0 to count - 1; no group is empty.
    cluster  for each child who belongs together by more than the group, from 0.
    """
    children = np.bincount(group, minlength=count)
    actual, expected = (added(group, costs, count) for costs in (compared.actual, yard.expected))
    inside = yard.spread(group, yard.expected, count)
    pull = np.asarray(inside @ yard.inverse)
    own = _over(np.asarray(inside.multiply(pull).sum(axis=1)).ravel(), expected)
    ratio = np.where(own <= MOST_OWN, _over(actual, expected), np.nan)

    clusters = int(cluster.max()) + 1
    pair, of = np.unique(group * clusters + cluster, return_inverse=True)
    in_group, in_cluster = pair // clusters, pair % clusters
    weight = _over(added(of, yard.expected, len(pair)), expected[in_group])
    left_out = np.where(weight < 1, 1 - weight, np.nan)
    inner = added(of, compared.actual - ratio[group] * yard.expected, len(pair)) / left_out
    moved = yard.spread(cluster, compared.actual - yard.expected, clusters)
    both = csr_array((inner, (in_group, in_cluster)), shape=(count, clusters)) @ moved
    # Sums in loops, not by BLAS, whose last digits can hang on the number of threads.
    outer = np.einsum("gi,gi->g", np.einsum("gi,ij->gj", pull, (moved.T @ moved).toarray()), pull)
    squares = added(in_group, inner**2, count) - 2 * ratio * both.multiply(pull).sum(axis=1) + ratio**2 * outer

    held = np.bincount(in_group, minlength=count)
    freedom = np.maximum(held - 1, 1)
    everyone = len(group)
    squares *= freedom / held * everyone / max(everyone - yard.rank, 1)
    error = _over(np.sqrt(np.maximum(squares, 0)), actual)
    reach = np.exp(stdtrit(freedom, (1 + CONFIDENCE) / 2) * np.where(held < FEWEST, np.nan, error))
    return Ratios(children, actual, expected, ratio, ratio / reach, ratio * reach, own)


def _over(one: Floats, other: Floats) -> Floats:
    found = np.full(len(one), np.nan)
    np.divide(one, other, out=found, where=other > 0)
    return found
