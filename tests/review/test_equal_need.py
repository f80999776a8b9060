"""What care costs on average at equal need: strata, balanced sums, and examples worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from banding.review.equal_need import FACTORS, Compared, at_equal_need, yardstick
from tests.review.made import alike, by_hand, drawn


def compared(rows: list[dict[str, Any]]) -> Compared:
    return at_equal_need(by_hand(rows).compared.sort("child_id"))


def means(found: Compared, without: str = "") -> list[float]:
    """The expected costs in pounds, each once, in the order of the children."""
    return list(dict.fromkeys(np.round(yardstick(found, without).expected / 100, 6).tolist()))


def test_in_one_stratum_the_mean_is_expected() -> None:
    assert means(compared([*alike(10, 1_000), *alike(30, 600)])) == [700]


def test_settings_and_bands_of_ten_children_are_strata() -> None:
    rows = [*alike(10, 900), *alike(10, 1_300, band=3), *alike(10, 500, setting="supported_lodgings", age_on=17)]
    assert means(compared(rows)) == [900, 1_300, 500]


def test_bands_of_few_children_are_joined_and_prices_tell_them_apart() -> None:
    # The pack expects £900 at band 1, £960 at band 2 and £1,080 at band 3: 9 x 900 + 6 x 960 = 13,860, of which the
    # sums are 9 x 1,000 + 6 x 810 = 13,860. Band 3 has fewer than ten and nobody above it, so it joins them.
    assert means(compared([*alike(9, 1_000), *alike(6, 810, band=2)])) == [900, 960]
    rows = [*alike(9, 1_000), *alike(6, 810, band=2), *alike(5, 1_080, band=3)]
    assert means(compared(rows)) == [900, 960, 1_080]


def test_bands_are_joined_only_until_there_are_ten() -> None:
    rows = [*alike(4, 900), *alike(6, 960, band=2), *alike(10, 5_000, band=3)]
    assert means(compared(rows)) == [900, 960, 5_000]


def test_settings_of_few_children_are_one_stratum_with_the_next_larger() -> None:
    homes: dict[str, Any] = {"setting": "childrens_home", "age_on": 12}
    kin: dict[str, Any] = {"setting": "kinship", "cost_scope": "full_unit_cost"}
    # Four in a home and three with kin join the smaller of the settings that have ten.
    rows = [
        *alike(4, 4_700, **homes),
        *alike(3, 560, **kin),
        *alike(10, 900),
        *alike(20, 800, setting="supported_lodgings"),
    ]
    assert means(compared(rows)) == [4_700, 560, 900, 800]
    strata = compared(rows).strata
    assert len({*strata[:17].tolist()}) == 1
    assert strata[17] != strata[0]


def test_two_factors_balance_as_worked_by_hand() -> None:
    # Rows 100 + 200 and 300 + 800, columns 100 + 300 and 200 + 800, all 1,400: each cell is row x column / all.
    rows = [
        *alike(10, 100, region="london"),
        *alike(10, 200, region="north_east"),
        *alike(10, 300, band=3, region="london"),
        *alike(10, 800, band=3, region="north_east"),
    ]
    assert means(compared(rows)) == [
        round(cell / 1_400, 6) for cell in (300 * 400, 300 * 1_000, 1_100 * 400, 1_100 * 1_000)
    ]


def test_what_is_compared_is_no_part_of_its_own_yardstick() -> None:
    rows = [*alike(10, 1_000, contract_kind="spot"), *alike(30, 600, contract_kind="block")]
    assert means(compared(rows)) == [1_000, 600]
    assert means(compared(rows), without="contract_kind") == [700]


def test_a_blank_is_a_category_and_few_children_join_the_largest() -> None:
    rows = [
        *alike(10, 1_000, emergency_start="yes"),
        *alike(10, 800, emergency_start=None),
        *alike(20, 600, emergency_start="no"),
    ]
    assert means(compared(rows)) == [1_000, 800, 600]
    rows = [*alike(9, 1_500, region="london"), *alike(15, 700, region="south_east")]
    assert means(compared(rows)) == [1_000]
    assert not compared(rows).factors


def test_categories_of_few_children_are_one_where_they_are_ten_together() -> None:
    rows = [*alike(6, 500, region="london"), *alike(6, 700, region="north_east"), *alike(15, 900, region="south_east")]
    assert means(compared(rows)) == [600, 900]


def test_care_that_costs_nothing_is_expected_to() -> None:
    assert means(compared([*alike(10, 0), *alike(10, 500, band=2)])) == [0, 500]


def test_sums_balance_in_every_category() -> None:
    found = at_equal_need(drawn(3_000, 1).compared.sort("child_id"))
    yard = yardstick(found)
    assert [*found.factors] == [*FACTORS]
    for codes in (found.strata, *found.factors.values()):
        actual, expected = np.bincount(codes, found.actual), np.bincount(codes, yard.expected)
        assert expected == pytest.approx(actual, rel=1e-8)
        assert actual.min() > 0


def test_costs_that_are_products_of_the_factors_are_found_again() -> None:
    frame = drawn(3_000, 1).compared.sort("child_id")
    by = {"south_east": 1.2, "london": 1.4, "spot": 1.1, "block": 0.9}
    product = pl.lit(1.0)
    for fact in ("region", "contract_kind"):
        product = product * pl.col(fact).replace_strict(by, default=1.0)
    product = product * pl.when("emergency_start").then(1.3).otherwise(1.0) * pl.col("band")
    # Prices in the same proportion as costs, so that joined bands fit too.
    frame = frame.with_columns(
        care_cost_pence=(product * 1_000_000).cast(pl.Int64), price_expected_pence=pl.col("band").cast(pl.Int64) * 700
    )
    found = at_equal_need(frame)
    assert yardstick(found).expected == pytest.approx(found.actual, rel=1e-6)
