"""Intervals: how often they hold a truth that is known, that clusters count, and that a seed gives the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from banding.review.bootstrap import Floats, Sums, intervals
from banding.review.clusters import Wholes


def mean_of(cluster: Wholes, value: Floats) -> Sums:
    ones = np.ones_like(value)
    row = np.repeat([0, 1], len(value))
    return Sums(row, np.tile(cluster, 2), np.concatenate([ones, value]), 2, int(cluster.max()) + 1)


def mean(total: Floats) -> Floats:
    return total[1:] / total[:1]


def drawn(seed: int, clusters: int) -> tuple[Wholes, Floats]:
    """Skewed costs of providers of very different sizes, their true mean 400."""
    rng = np.random.default_rng(seed)
    sizes = 1 + np.floor(rng.lognormal(2, 0.7, clusters)).astype(np.int64)
    cluster = np.repeat(np.arange(clusters), sizes)
    return cluster, 60 * rng.standard_normal(clusters)[cluster] + rng.exponential(400, len(cluster))


@pytest.mark.parametrize("clusters", [12, 40, 500])
def test_of_many_draws_about_95_in_100_intervals_hold_the_truth(clusters: int) -> None:
    held = 0
    for seed in range(300):
        low, high = intervals(mean_of(*drawn(seed, clusters)), mean, seed=seed, resamples=400)[:, 0]
        held += low <= 400 <= high
    assert 0.90 <= held / 300 <= 0.99


def test_limits_are_bca_with_the_t_of_the_clusters() -> None:
    seen: list[Floats] = []

    def spied(total: Floats) -> Floats:
        seen.append(mean(total))
        return seen[-1]

    for clusters in (15, 230):
        seen.clear()
        found = intervals(mean_of(*drawn(7, clusters)), spied, seed=2, resamples=300)[:, 0]
        whole, left_out = seen[0][0, 0], seen[-1][0]
        resampled = np.concatenate(seen[1:-1], axis=1)[0]
        assert len(left_out) == min(clusters, 200)
        bias = stats.norm.ppf((resampled < whole).mean())
        pull = left_out.mean() - left_out
        acceleration = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
        assert abs(acceleration) > 0.001
        for side, reach in zip(found, stats.t.interval(0.95, clusters - 1), strict=True):
            z = bias + reach * (clusters / (clusters - 1)) ** 0.5
            level = stats.norm.cdf(bias + z / (1 - acceleration * z))
            assert side == pytest.approx(np.quantile(resampled, level))


def test_taking_children_of_a_provider_for_strangers_is_too_sure() -> None:
    rng = np.random.default_rng(1)
    cluster = np.repeat(np.arange(30), 20)
    value = 100 * rng.standard_normal(30)[cluster] + 50 * rng.standard_normal(600)
    whole, single = (
        intervals(mean_of(of, value), mean, seed=0, resamples=500)[:, 0] for of in (cluster, np.arange(600))
    )
    assert whole[1] - whole[0] > 2.5 * (single[1] - single[0])


def test_a_seed_gives_the_same_and_another_seed_nearly() -> None:
    sums = mean_of(*drawn(1, 60))
    one, again, other = (intervals(sums, mean, seed=seed, resamples=1_000) for seed in (5, 5, 6))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert np.abs(one - other).max() < 0.15 * (one[1] - one[0])


def test_more_resamples_begin_with_the_same_ones() -> None:
    seen: list[Floats] = []

    def spied(total: Floats) -> Floats:
        seen.append(total)
        return mean(total)

    sums = mean_of(*drawn(1, 30))
    for resamples in (100, 250):
        intervals(sums, spied, seed=3, resamples=resamples)
    few, many = seen[1], seen[4]
    assert np.array_equal(few, many)
    assert [part.shape[1] for part in seen] == [1, 100, 30, 1, 100, 100, 50, 30]
    assert not np.array_equal(seen[4], seen[5])


def test_under_ten_clusters_or_without_resamples_there_is_none() -> None:
    nine, ten = mean_of(*drawn(1, 9)), mean_of(*drawn(1, 10))
    assert np.isnan(intervals(nine, mean, seed=0, resamples=100)).all()
    assert np.isnan(intervals(ten, mean, seed=0, resamples=0)).all()
    assert np.isfinite(intervals(ten, mean, seed=0, resamples=100)).all()


def test_a_statistic_that_does_not_exist_has_no_interval_and_a_constant_has_no_width() -> None:
    def odd(total: Floats) -> Floats:
        return np.stack([np.full(total.shape[1], np.nan), np.full(total.shape[1], 7.0)])

    found = intervals(mean_of(*drawn(1, 30)), odd, seed=0, resamples=100)
    assert np.isnan(found[:, 0]).all()
    assert found[:, 1].tolist() == [7, 7]
