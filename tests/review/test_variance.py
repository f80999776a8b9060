"""What explains cost, out of fold: against models fitted one fold at a time, and against truths that are known."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from banding.review.bootstrap import Floats
from banding.review.clusters import FOLDS, Clusters, Wholes, folds
from banding.review.variance import BESIDE, PARTS, variance_parts

NAMES = (*PARTS, *BESIDE)


def explained(
    setting: Wholes, band: Wholes, cost: Floats, cluster: Wholes, resamples: int = 0, seed: int = 0
) -> tuple[dict[str, float], Floats]:
    clusters = Clusters(cluster, int(cluster.max()) + 1, len(cluster), 0, 0)
    frame = pl.DataFrame({"setting": setting, "band": band})
    parts, limits = variance_parts(frame, cost, clusters, seed=seed, resamples=resamples)
    return dict(zip(NAMES, parts.tolist(), strict=True)), limits


def fold_by_fold(setting: Wholes, band: Wholes, cost: Floats, fold: Wholes) -> list[float]:
    """R2 of setting, of setting and band added up, of every band in every setting, and of band, child by child."""
    foretold = np.zeros((5, len(cost)))
    for number in range(FOLDS):
        seen = fold != number
        dummies = np.column_stack([
            *(setting[seen] == one for one in np.unique(setting)), *(band[seen] == one for one in np.unique(band)),
        ]).astype(float)  # fmt: skip
        fitted = np.linalg.lstsq(dummies, cost[seen], rcond=None)[0]
        of_setting, of_band = np.split(fitted, [len(np.unique(setting))])
        for child in np.flatnonzero(~seen):
            s, b = setting[child], band[child]
            everyone, there = cost[seen].mean(), cost[seen & (setting == s)]
            cell, banded = cost[seen & (setting == s) & (band == b)], cost[seen & (band == b)]
            added = of_setting[np.unique(setting) == s][0] + of_band[np.unique(band) == b][0]
            foretold[:, child] = (
                everyone, there.mean() if len(there) else everyone, added, cell.mean() if len(cell) else added,
                banded.mean() if len(banded) else everyone,
            )  # fmt: skip
    errors = ((cost - foretold) ** 2).sum(axis=1)
    return [float(1 - error / errors[0]) for error in errors[1:]]


def test_parts_are_those_of_models_fitted_fold_by_fold() -> None:
    rng = np.random.default_rng(2)
    cluster = np.sort(rng.integers(0, 40, 300))
    setting, band = rng.integers(0, 4, 300), np.minimum(rng.geometric(0.4, 300), 6)
    cost = 1_000.0 * setting + 300 * band * (setting > 1) + 200 * rng.standard_normal(300)
    found, _ = explained(setting, band, cost, cluster)
    fold = folds(Clusters(cluster, 40, 300, 0, 0))
    r_setting, r_added, r_cell, r_band = fold_by_fold(setting, band, cost, fold)
    truth = (
        r_setting, r_added - r_setting, r_cell - r_added, 1 - r_cell, (r_cell - r_setting) / (1 - r_setting), r_band,
    )  # fmt: skip
    assert list(found.values()) == pytest.approx(truth)
    assert sum(found[part] for part in PARTS) == pytest.approx(1)


def test_an_unseen_setting_is_foretold_like_the_average_and_the_band_still_counts() -> None:
    rng = np.random.default_rng(5)
    # One provider has all of the last setting: no other fold knows of it. The lower band is the commoner by far.
    cluster = np.repeat(np.arange(20), np.where(np.arange(20) == 0, 60, 10))
    band = (rng.random(len(cluster)) < 0.1).astype(np.int64)
    setting = np.where(cluster == 0, 3, rng.integers(0, 2, len(cluster)))
    cost = 1_000 + 100.0 * band + 5 * rng.standard_normal(len(cluster))
    found, _ = explained(setting, band, cost, cluster)
    assert found["Setting"] == pytest.approx(0, abs=0.03)
    assert found["Band within setting"] > 0.97
    assert found["Setting x band"] == pytest.approx(0, abs=0.01)


def test_a_band_that_was_seen_nowhere_is_one_like_any_other() -> None:
    rng = np.random.default_rng(6)
    cluster = np.repeat(np.arange(20), 10)
    setting, band = cluster % 2, np.where(cluster == 0, 4, rng.random(200) < 0.2)
    cost = 100.0 * setting + 50 * (band == 1) + 10 * (band == 4)
    found, _ = explained(setting, band, cost, cluster)
    assert found["Setting"] + found["Band within setting"] > 0.9999


def test_where_nothing_explains_cost_shares_are_about_nought_and_may_be_below() -> None:
    rng = np.random.default_rng(1)
    cluster = np.repeat(np.arange(60), 5)
    found, _ = explained(rng.integers(0, 6, 300), rng.integers(0, 6, 300), rng.standard_normal(300), cluster)
    assert found["Band, of what the setting leaves"] < 0
    assert found["Neither"] > 1
    assert found["Band alone"] == pytest.approx(0, abs=0.05)


def test_shares_of_known_components_are_found() -> None:
    cluster, setting, band, cost = components(3, 3_000)
    found, _ = explained(setting, band, cost, cluster)
    assert found == pytest.approx(dict(zip(NAMES, SHARES, strict=True)), abs=0.02)


def test_a_dear_provider_belongs_to_what_neither_explains() -> None:
    cluster, setting, band, cost = components(3, 600)
    plain, _ = explained(setting, band, cost, cluster)
    dear, _ = explained(setting, band, cost + 3_000 * (cluster % 20 == 0), cluster)
    assert dear["Neither"] > plain["Neither"] + 0.2
    assert dear["Band within setting"] < plain["Band within setting"]
    # Were a provider's children on both sides of the test, a setting it rules would be foretold from its own dearness.
    setting = np.where(cluster == 0, 9, setting)
    leaked, _ = explained(setting, band, cost + 9_000 * (cluster == 0), np.arange(len(cost)))
    whole, _ = explained(setting, band, cost + 9_000 * (cluster == 0), cluster)
    assert leaked["Setting"] > whole["Setting"] + 0.1


def test_intervals_hold_the_known_shares() -> None:
    held = np.zeros(len(NAMES))
    for seed in range(150):
        cluster, setting, band, cost = components(seed + 10, 30)
        _, (low, high) = explained(setting, band, cost, cluster, 300, seed)
        held += (low <= SHARES) & (np.array(SHARES) <= high)
    shares = dict(zip(NAMES, held / 150, strict=True))
    assert all(share >= 0.9 for share in shares.values())
    # What is exactly nought cannot be missed on both sides alike; the others are.
    assert all(shares[name] <= 0.99 for name in ("Setting", "Band, of what the setting leaves", "Band alone"))


def test_one_setting_explains_nothing_and_equal_costs_have_no_parts() -> None:
    cluster, _, band, cost = components(1, 40)
    one = np.zeros_like(band)
    assert explained(one, band, cost, cluster)[0]["Setting"] == 0
    assert all(np.isnan(part) for part in explained(one, band, np.full(len(band), 3.0), cluster)[0].values())


# Setting, band, providers and chance: their variances, and so the shares.
_SETTING, _BAND, _PROVIDER, _CHANCE = (0.0, 300.0, 1_500.0), (0.0, 200.0, 500.0), 100.0, 200.0
_PARTS = (float(np.var(_SETTING)), float(np.var(_BAND)), _PROVIDER**2 + _CHANCE**2)
_WHOLE = sum(_PARTS)
SHARES = (
    _PARTS[0] / _WHOLE, _PARTS[1] / _WHOLE, 0.0, _PARTS[2] / _WHOLE, _PARTS[1] / (_PARTS[1] + _PARTS[2]),
    _PARTS[1] / _WHOLE,
)  # fmt: skip


def components(seed: int, clusters: int) -> tuple[Wholes, Wholes, Wholes, Floats]:
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), 1 + rng.poisson(14, clusters))
    setting, band = rng.integers(0, 3, len(cluster)), rng.integers(0, 3, len(cluster))
    provider = _PROVIDER * rng.standard_normal(clusters)[cluster]
    chance = _CHANCE * rng.standard_normal(len(cluster))
    return cluster, setting, band, np.array(_SETTING)[setting] + np.array(_BAND)[band] + provider + chance
