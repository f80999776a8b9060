"""Actual over expected: ratios and intervals worked by hand, and what intervals hold in repeated draws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from banding.review.clusters import clusters_of
from banding.review.equal_need import FEWEST, at_equal_need, yardstick
from banding.review.grouped import DIMENSIONS, grouped
from banding.review.ratios import Ratios, ratios
from banding.review.reviewed import Reviewed
from tests.review.made import alike, by_hand, drawn


def ratios_of(made: Reviewed, name: str = "provider") -> tuple[tuple[str, ...], Ratios]:
    """The groups of a dimension and their ratios, as the section has them."""
    frame = made.compared.sort("child_id")
    dimension = next(one for one in DIMENSIONS if one.id == name)
    found, compared = grouped(frame, dimension), at_equal_need(frame)
    held = frame.with_columns(provider=pl.lit(None, pl.String)) if name == "provider" else frame
    yard = yardstick(compared, dimension.fact)
    return found.names, ratios(compared, yard, found.of, len(found.names), clusters_of(held).of)


def test_ratio_and_own_part_of_one_stratum_are_as_worked_by_hand() -> None:
    made = by_hand([*alike(10, 1_000, provider="dear"), *alike(30, 600, provider="large")])
    names, found = ratios_of(made)
    assert names == ("dear", "large")
    assert found.children.tolist() == [10, 30]
    assert found.actual.tolist() == [1_000_000, 1_800_000]
    assert found.expected == pytest.approx([700_000, 2_100_000])
    assert found.own == pytest.approx([10 / 40, 30 / 40])
    assert found.ratio[0] == pytest.approx(1_000 / 700)
    # The other is three quarters of its own yardstick.
    assert math.isnan(found.ratio[1])
    assert math.isnan(found.low[1])


def test_ratio_of_two_factors_is_as_worked_by_hand() -> None:
    rows = [
        *alike(10, 100, region="london", provider="a"),
        *alike(10, 200, region="north_east", provider="b"),
        *alike(10, 300, band=3, region="london", provider="c"),
        *alike(10, 800, band=3, region="north_east", provider="d"),
    ]
    _, found = ratios_of(by_hand(rows))
    expected = [300 * 400 / 1_400, 300 * 1_000 / 1_400, 1_100 * 400 / 1_400, 1_100 * 1_000 / 1_400]
    assert found.expected == pytest.approx([10 * 100 * cell for cell in expected])
    assert found.ratio[0] == pytest.approx(7 / 6)


def test_interval_is_as_worked_by_hand() -> None:
    # Every cost of a is 100 off the mean of 1,000, every other child costs just that. Each child of a is a tenth of a,
    # and a is a quarter of the yardstick: z = 100 / 0.9 - 100 / 4. t of 9 degrees of freedom is 2.262157.
    rows = [{"core_cost": 900 + 200 * (number % 2), "provider": "a"} for number in range(10)]
    _, found = ratios_of(by_hand([*rows, *alike(30, 1_000, provider="b")]))
    error = math.sqrt(10 * (100 / 0.9 - 25) ** 2 * 9 / 10 * 40 / 39) / 10_000
    assert found.ratio[0] == pytest.approx(1)
    assert found.low[0] == pytest.approx(math.exp(-2.262157 * error))
    assert found.high[0] == pytest.approx(math.exp(2.262157 * error))


def test_brothers_and_sisters_are_one_cluster() -> None:
    costs = [900, 900, 1_100, 1_100] * 5
    apart = [{"core_cost": cost, "provider": "a"} for cost in costs]
    rest = alike(60, 1_000, provider="b")
    together = [{**row, "household": f"pair{number // 2}"} for number, row in enumerate(apart)]
    widths = [
        math.log(found.high[0] / found.low[0])
        for _, found in (ratios_of(by_hand([*rows, *rest])) for rows in (apart, together))
    ]
    # Pairs that are alike in full are half as many children: the root of 2 in the error, and t of 9 instead of 19.
    assert widths[1] / widths[0] == pytest.approx(math.sqrt(2), rel=0.15)
    assert widths[1] > 1.4 * widths[0]


def test_no_interval_of_fewer_than_ten_clusters() -> None:
    few = [{"core_cost": 900 + number, "provider": "a", "household": f"of{number % 9}"} for number in range(12)]
    _, found = ratios_of(by_hand([*few, *alike(30, 1_000, provider="b")]))
    assert found.ratio[0] == pytest.approx(0.93, abs=0.01)
    assert math.isnan(found.low[0])
    ten = [{**row, "household": f"of{number % FEWEST}"} for number, row in enumerate(few)]
    _, found = ratios_of(by_hand([*ten, *alike(30, 1_000, provider="b")]))
    assert found.low[0] < found.ratio[0] < found.high[0]


def test_a_group_that_pays_nothing_has_the_ratio_nought_and_no_interval() -> None:
    _, found = ratios_of(by_hand([*alike(10, 0, provider="a"), *alike(30, 1_000, provider="b")]))
    assert found.ratio[0] == 0
    assert math.isnan(found.low[0])


def _held(made: Reviewed, dimension: str) -> tuple[int, int, Any]:
    """How many groups have an interval, of how many it holds 1, and the mean of the ratios."""
    _, found = ratios_of(made, dimension)
    given = np.isfinite(found.low) & (found.children >= FEWEST)
    holds = given & (found.low <= 1) & (found.high >= 1)
    return int(given.sum()), int(holds.sum()), found.ratio[given]


@pytest.mark.parametrize(
    ("dimension", "stated"),
    [
        ("provider", {"provider_effect": 0.0}),
        ("provider", {"provider_effect": 0.0, "cost_noise": 0.4}),
        # Providers differ here, and regions by that alone: an interval by child would hold 1 far too seldom.
        ("region", {"provider_effect": 0.1}),
    ],
)
def test_without_an_effect_intervals_hold_1_about_as_often_as_they_say(
    dimension: str, stated: dict[str, float]
) -> None:
    found = [_held(drawn(2_000, seed, **stated), dimension) for seed in range(8)]
    given, holds = (sum(each[place] for each in found) for place in (0, 1))
    assert given > 60
    assert 0.90 <= holds / given <= 0.98
    assert float(np.mean(np.concatenate([each[2] for each in found]))) == pytest.approx(1, abs=0.02)
