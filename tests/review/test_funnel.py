"""The limits of the funnel: worked by hand, held by chance, and left by a provider that is dear."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from banding.review.groups import groups
from banding.review.reviewed import Reviewed
from banding.synthetic import DEAR_PROVIDER
from tests.review.made import alike, by_hand, drawn, row, table


def share(true: pl.Series) -> float:
    return float(np.mean(true.to_numpy()))


def points(made: Reviewed) -> pl.DataFrame:
    return table(groups(made), "funnel").frame


def test_limits_are_as_worked_by_hand() -> None:
    # The children of each of three providers are a tenth off its mean, half up, half down; the yardstick is 1,000.
    rows = [{"core_cost": 1_000 + (-100, 100)[number % 2], "provider": "abc"[number % 3]} for number in range(60)]
    found = points(by_hand(rows))
    # 60 squares of 0.1 over 57 degrees of freedom, and a third of the yardstick is a provider's own: 20 children say as
    # much as 30 would of whom none stands in it.
    spread = 0.01 * 60 / 57
    assert found["size"].to_list() == pytest.approx([30] * 3)
    assert found["high_95"].to_list() == pytest.approx([1 + 1.959964 * math.sqrt(spread / 30)] * 3)
    assert found["low_95"].to_list() == pytest.approx([1 - 1.959964 * math.sqrt(spread / 30)] * 3)
    assert found["high_998"].to_list() == pytest.approx([1 + 3.090232 * math.sqrt(spread / 30)] * 3)
    assert found["place"].to_list() == ["Inside the limits"] * 3


def test_brothers_and_sisters_widen_the_funnel() -> None:
    # Pairs that are alike in full say as much as one child: limits are the root of 2 as wide.
    rows = [
        {
            "core_cost": 1_000 + (-100, 100)[number // 6 % 2],
            "provider": "abc"[number % 3],
            "household": str(number // 6),
        }
        for number in range(60)
    ]
    apart = [{**each, "household": str(number)} for number, each in enumerate(rows)]
    wide, narrow = (points(by_hand(each))["high_95"][0] - 1 for each in (rows, apart))
    assert wide / narrow == pytest.approx(math.sqrt(2))


def test_limits_do_not_go_below_nothing_and_narrow_with_size() -> None:
    rows = [{"core_cost": 1 + 9_999 * (number % 10 == 0), "provider": "ab"[number >= 10]} for number in range(100)]
    found = points(by_hand([*rows, *alike(100, 1_000)])).sort("size")
    assert found["provider"].to_list() == ["a", "b"]
    assert found["low_998"].to_list()[0] == 0
    assert found["high_95"][0] > 2 * found["high_95"][1] - 1


def test_no_funnel_where_no_costs_differ() -> None:
    found = groups(by_hand([*alike(10, 700, provider="a"), *alike(10, 700, provider="b"), *alike(10, 700)]))
    assert row(table(found, "provider_ratios"), "a")["ratio"] == 1
    assert "Costs do not differ inside any provider, so a funnel plot has no limits." in found.cannot
    assert not found.says


def test_a_dear_provider_is_outside_and_few_others_are() -> None:
    others, outside, far = 0, 0, 0
    for seed in range(3):
        found = points(drawn(3_000, seed, provider_effect=0, dear_provider=math.log(1.3)))
        dear = found.filter(pl.col("provider") == DEAR_PROVIDER)
        assert dear["place"].to_list() == ["Above the 99.8% limit"]
        rest = found.filter(pl.col("provider") != DEAR_PROVIDER)["place"]
        others += rest.len()
        outside += int((rest != "Inside the limits").sum())
        far += int(rest.str.contains("99.8").sum())
    # The dear one moves the yardstick of homes, so that some more of the others lie below it than by chance.
    assert others > 100
    assert outside / others < 0.15
    assert far / others < 0.02


def test_of_providers_that_do_not_differ_one_in_twenty_is_outside() -> None:
    places = pl.concat([points(drawn(3_000, seed, provider_effect=0, cost_noise=0.3))["place"] for seed in range(6)])
    assert places.len() > 200
    assert 0.02 <= share(places != "Inside the limits") <= 0.09
    assert share(places.str.contains("99.8")) <= 0.01
