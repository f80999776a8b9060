"""The limits of a funnel plot: how far from 1 the ratio of a provider of a size can lie by chance alone.

Spiegelhalter 2005, Statistics in Medicine 24: 1185-1202. With no difference between providers the ratio R of one has
mean 1 and variance

    V = D (1 - own) x sum of f(i) m(i)^2 / (sum of m(i))^2

over its children: m the expected cost, own the provider's own part of the yardstick (which draws R to 1), f(i) the
variance of the relative difference of one child's cost in the child's setting, and D by how much brothers and sisters
at one provider multiply it. f is found inside providers, so that differences between them do not widen the funnel: for
setting s the sum of e^2, e = (y - R m) / m, and of FEWEST times the mean f of all, over its children, less those that
the ratios take, and FEWEST. D is the sum over households at one provider of squared sums of e / root f, over the sum of
their squares, and at least 1.

Size is the mean f of all times D over V: the number of children of average variance that would say as much. The limits
are 1 -+ z x root(f D / size), at least 0; z is the normal's 97.5th percentile for 95% and its 99.9th for 99.8%.

In 30 synthetic caseloads of 3,000 children whose providers do not differ, 5.9% of 1,277 providers lay outside the 95%
limits and 0.4% outside the 99.8%; one made 30% dearer lay above the latter in all 30, and 10% of the others outside the
former, since it moves the yardstick of the homes it is among.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from banding.review.equal_need import FEWEST, Compared, Floats, Wholes, Yardstick, added
from banding.review.ratios import Ratios

INNER, OUTER = 0.95, 0.998
# A variance this small is what rounding leaves of costs that are all alike.
_NO_SPREAD = 1e-18


@dataclass(frozen=True, slots=True)
class Funnel:
    """One value a provider; NaN where it has no ratio, or where no costs differ inside providers.

    inner, outer  how far the limits lie from 1.
    """

    size: Floats
    inner: Floats
    outer: Floats


def funnel(compared: Compared, yard: Yardstick, found: Ratios, group: Wholes, household: Wholes) -> Funnel:
    """The limits for each provider.

    found      the ratios of `group`.
    household  for each child whom it belongs together with at a provider, from 0.
    """
    count = len(found.ratio)
    taken = np.flatnonzero(np.isfinite(found.ratio[group]) & (yard.expected > 0))
    ratio, of, expected = found.ratio[group[taken]], group[taken], yard.expected[taken]
    setting = compared.frame["setting"].to_physical().to_numpy().astype(np.int64)[taken]
    error = compared.actual[taken] / expected - ratio
    # What a ratio takes away of the freedom of its children, spread over them.
    free = 1 - 1 / found.children[of]
    overall = float(np.sum(error**2) / np.sum(free))
    if overall < _NO_SPREAD:
        return Funnel(*[np.full(count, np.nan)] * 3)
    settings = int(setting.max()) + 1
    squares, freedom = added(setting, error**2, settings), added(setting, free, settings)
    variance = ((squares + FEWEST * overall) / (freedom + FEWEST))[setting]
    standard = error / np.sqrt(variance)
    pairs, together = np.unique(of * (int(household.max()) + 1) + household[taken], return_inverse=True)
    design = max(1.0, float(np.sum(added(together, standard, len(pairs)) ** 2) / np.sum(standard**2)))
    spread = added(of, variance * expected**2, count) * (1 - found.own)
    size = np.full(count, np.nan)
    np.divide(overall * found.expected**2, spread, out=size, where=spread > 0)
    inner, outer = (NormalDist().inv_cdf((1 + part) / 2) * np.sqrt(overall * design / size) for part in (INNER, OUTER))
    return Funnel(size, inner, outer)
