"""Rank correlations inside strata, against every pair counted one by one and against scipy."""

from __future__ import annotations

from itertools import combinations
from math import isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from banding.review.clusters import Wholes
from banding.review.ranks import rank_correlations


def tau_b_by_pairs(one: Wholes, other: Wholes, stratum: Wholes) -> float:
    ahead = in_one = in_other = 0
    for a, b in combinations(range(len(one)), 2):
        if stratum[a] == stratum[b]:
            left, right = np.sign(one[a] - one[b]), np.sign(other[a] - other[b])
            ahead += int(left * right)
            in_one += left != 0
            in_other += right != 0
    return ahead / sqrt(in_one * in_other)


def spearman_by_strata(one: Wholes, other: Wholes, stratum: Wholes) -> float:
    ranks = np.zeros((2, len(one)))
    for number in np.unique(stratum):
        here = stratum == number
        for place, values in enumerate((one, other)):
            ranks[place, here] = (2 * stats.rankdata(values[here]) - here.sum() - 1) / here.sum()
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


@pytest.mark.parametrize(("needs", "costs", "strata"), [(5, 8, 3), (40, 1_000_000, 7), (2, 3, 20), (300, 4, 1)])
def test_pairs_and_ranks_are_those_inside_strata(needs: int, costs: int, strata: int) -> None:
    rng = np.random.default_rng(needs)
    stratum = rng.integers(0, strata, 60)
    need = rng.integers(0, needs, 60)
    cost = rng.integers(0, costs, 60) + need * costs // needs // 2
    (found,) = rank_correlations(need, cost, [stratum])
    assert found.tau_b == pytest.approx(tau_b_by_pairs(need, cost, stratum))
    assert found.spearman == pytest.approx(spearman_by_strata(need, cost, stratum))


def test_of_one_stratum_they_are_the_ordinary_correlations() -> None:
    rng = np.random.default_rng(3)
    need, cost = rng.integers(0, 30, 5_000), rng.integers(0, 900, 5_000)
    cost += 20 * need
    everyone, halves = rank_correlations(need, cost, [np.zeros(5_000, np.int64), need % 2])
    assert everyone.tau_b == pytest.approx(stats.kendalltau(need, cost).statistic)
    assert everyone.spearman == pytest.approx(stats.spearmanr(need, cost).statistic)
    assert halves.tau_b == pytest.approx(tau_b_by_pairs(need[:400], cost[:400], need[:400] % 2), abs=0.05)


def test_where_all_is_tied_there_is_none() -> None:
    one, other = np.array([1, 1, 2, 2]), np.array([1, 2, 3, 4])
    tied, single = rank_correlations(one, other, [one, np.arange(4)])
    assert isnan(tied.tau_b)
    assert isnan(tied.spearman)
    assert isnan(single.tau_b)
