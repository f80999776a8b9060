"""Groups at equal need: what the section shows, says, and cannot show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from banding.review.grouped import OTHERS
from banding.review.groups import groups
from banding.review.model import ALL, Section
from banding.synthetic import ON, Truth, synthesise
from tests.review.made import alike, by_hand, drawn, pack, row, said, scored, sound, table

MONEY = ("core_cost", "additional_support_cost")


@pytest.fixture(scope="module")
def of_many() -> Section:
    return groups(drawn(4_000, 2))


def test_every_dimension_has_a_table_that_counts_every_child(of_many: Section) -> None:
    sound(of_many)
    children = {
        one.frame.filter(pl.col(one.keys[0]) == ALL)["children"].item()
        for one in of_many.tables
        if one.id not in ("funnel", "ratio_intervals")
    }
    assert children == {drawn(4_000, 2).compared.height}
    for name in ("provider", "contract", "council", "region"):
        frame = table(of_many, f"{name}_ratios").frame
        assert frame["children"][:-1].sum() == frame["children"][-1]
        assert frame["actual"][-1] == pytest.approx(frame["expected"][-1])


def test_lines_go_by_the_alphabet_never_by_the_ratio(of_many: Section) -> None:
    for name in ("provider", "contract", "council", "region"):
        frame = table(of_many, f"{name}_ratios").frame
        named = frame.filter(~pl.col(name).is_in([OTHERS, "Not known", ALL]))
        assert named[name].to_list() == sorted(named[name].to_list())
        assert frame[name].to_list()[named.height :] in ([OTHERS, "Not known", ALL], ["Not known", ALL], [ALL])
        assert not named["ratio"].drop_nulls().is_sorted()
    assert table(of_many, "funnel").frame["provider"].is_sorted()


def test_a_group_of_fewer_than_ten_is_counted_with_others() -> None:
    rows = [
        *alike(12, 900, provider="large"),
        *alike(9, 1_200, provider="small"),
        *alike(4, 600, provider="tiny"),
        *alike(30, 900),
    ]
    found = groups(by_hand(rows))
    shown = table(found, "provider_ratios")
    assert shown.frame["provider"].to_list() == ["large", OTHERS, "Not known", ALL]
    assert row(shown, OTHERS)["children"] == 13
    assert row(shown, OTHERS)["actual"] == pytest.approx((9 * 1_200 + 4 * 600) / 13)
    assert f'"{OTHERS}" is 2 providers.' in shown.notes
    assert "tiny" not in str(found)
    # Others of fewer than ten are for disclosure control to withhold: it is told on how many they rest.
    few = groups(by_hand([*alike(12, 900, provider="large"), *alike(9, 1_200, provider="small"), *alike(30, 900)]))
    shown = table(few, "provider_ratios")
    assert shown.support["ratio.children"][shown.frame["provider"].to_list().index(OTHERS)] == 9
    assert f'"{OTHERS}" is 1 provider.' in shown.notes


def test_support_says_what_each_figure_rests_on() -> None:
    rows = [
        *alike(9, 500, provider="a", region="london"),
        {"core_cost": 5_500, "provider": "b", "region": "london"},
        *alike(20, 900, provider="b", region="north_west"),
    ]
    shown = table(groups(by_hand(rows)), "region_ratios")
    assert shown.frame["region"].to_list() == ["London", "North West", ALL]
    assert shown.support["actual.children"].to_list() == [10, 20, 30]
    assert shown.support["actual.providers"].to_list() == [2, 1, 2]
    assert shown.support["actual.largest"].to_list() == pytest.approx([5_500 / 10_000, 900 / 18_000, 5_500 / 28_000])
    assert shown.support["expected.largest"].to_list() == pytest.approx([1 / 10, 1 / 20, 1 / 30])


def test_a_dear_market_moves_the_ratio_of_its_region_alone() -> None:
    made = synthesise(6_000, 3, pack=pack(), on=ON, truth=Truth(provider_effect=0)).frame
    dearer = pl.when(pl.col("region").cast(pl.String) == "south_west").then(1.3).otherwise(1.0)
    moved = made.with_columns((pl.col(MONEY) * dearer).round().cast(pl.Int32))
    before, after = (table(groups(scored(frame)), "region_ratios") for frame in (made, moved))
    south_west = row(after, "South West")
    assert south_west["low"] > 1.15
    assert south_west["ratio"] / row(before, "South West")["ratio"] == pytest.approx(1.3, abs=0.05)
    others = after.frame.filter(~pl.col("region").is_in(["South West", ALL]))["ratio"].drop_nulls()
    assert others.len() >= 5
    assert others.is_between(0.93, 1.02).all()


def test_the_first_sentence_counts_children_outside_the_funnel(of_many: Section) -> None:
    places = table(of_many, "funnel").frame
    above = places.filter(pl.col("place").str.starts_with("Above"))["children"].sum()
    below = places.filter(pl.col("place").str.starts_with("Below"))["children"].sum()
    first = of_many.says[0].filled({one.id: one for one in of_many.tables})
    assert first.startswith(
        f"Of {drawn(4_000, 2).compared.height:,} children, {above:,} are with a provider whose care costs more than "
        "that of children alike in band, setting, region, kind of contract and emergency start, and "
        f"{below:,} with one whose care costs less, "
    )
    assert "one in twenty" in first


def test_intervals_are_counted_by_where_they_lie(of_many: Section) -> None:
    for label, name in (("Kind of contract", "contract"), ("Council", "council"), ("Region", "region")):
        groups_ = table(of_many, f"{name}_ratios").frame.filter(~pl.col(name).is_in([OTHERS, "Not known", ALL]))
        counted = row(table(of_many, "ratio_intervals"), label)
        assert counted["above"] == groups_.filter(pl.col("low") > 1)["children"].sum()
        assert counted["below"] == groups_.filter(pl.col("high") < 1)["children"].sum()
        assert counted["around"] == groups_.filter(pl.col("low") <= 1, pl.col("high") >= 1)["children"].sum()
        assert counted["children"] == sum(counted[one] for one in ("above", "around", "below", "without"))


def test_a_ratio_is_called_a_question_and_says_what_it_adjusts_for(of_many: Section) -> None:
    assert "a question, not a verdict" in said(of_many)
    notes = {one.id: " ".join(one.notes) for one in of_many.tables}
    assert "alike in band, setting, region and emergency start;" in notes["contract_ratios"]
    assert "alike in band, setting, kind of contract and emergency start;" in notes["region_ratios"]
    assert "alike in band, setting, region, kind of contract and emergency start;" in notes["provider_ratios"]


def test_rows_in_any_order_give_the_same() -> None:
    made = synthesise(2_000, 5, pack=pack(), on=ON).frame
    one, other = groups(scored(made)), groups(scored(made.sample(fraction=1, shuffle=True, seed=1)))
    for first, second in zip(one.tables, other.tables, strict=True):
        assert first.frame.equals(second.frame)
        assert first.support.equals(second.support)
    assert one.says == other.says


def test_who_is_not_in_care_or_not_compared_counts_nowhere() -> None:
    made = by_hand([*alike(10, 700, provider="a"), *alike(20, 700, provider="b"), *alike(5, 9_000, provider="b")])
    made = replace(made, frame=made.frame.with_columns(in_care=pl.col("care_cost_pence") < 800_000))
    assert row(table(groups(made), "provider_ratios"), ALL)["children"] == 30
    rows = [*alike(10, 700, provider="a"), *alike(20, 700, provider="b"), *alike(5, 9_000, cost_scope="carer_payments")]
    found = groups(by_hand(rows))
    everyone = row(table(found, "provider_ratios"), ALL)
    assert [everyone[name] for name in ("children", "actual", "ratio")] == [30, 700, 1]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, "No provider is recorded for a child whose cost is compared, so providers are not."),
        ({"provider": "only"}, "All children of a known provider are of one, so there is no other to compare it with."),
        ({}, "No region is recorded for a child whose cost is compared, so regions are not."),
        ({"region": "london"}, "All children of a known region are of one, so there is no other to compare it with."),
        ({}, "No kind of contract is recorded for a child whose cost is compared, so kinds of contract are not."),
        (
            {},
            "What is expected is not adjusted for region, kind of contract and emergency start, which all or nearly "
            "all children have alike.",
        ),
    ],
)
def test_what_cannot_be_compared_is_said(facts: dict[str, Any], why: str) -> None:
    found = groups(by_hand(alike(25, 900, **facts)))
    assert why in found.cannot
    assert not found.tables


def test_no_group_of_ten_is_no_comparison() -> None:
    found = groups(by_hand([{"core_cost": 900, "provider": f"p{number % 4}"} for number in range(36)]))
    assert "No provider has 10 children whose costs are compared, so providers are not." in found.cannot


def test_a_group_that_is_its_own_yardstick_has_no_ratio() -> None:
    rows = [
        *alike(20, 500, setting="supported_lodgings", age_on=17, provider="lodgings"),
        *alike(20, 900, provider="b"),
    ]
    found = groups(by_hand(rows))
    shown = table(found, "provider_ratios")
    assert shown.frame["ratio"].to_list()[:2] == [None, None]
    assert "Some providers have no ratio: each is more than half of what it would be held against." in found.cannot
    assert not any(one.id == "funnel" for one in found.tables)
    assert not found.says


@pytest.mark.parametrize("children", [0, 1, 5, 9])
def test_too_few_children_are_said(children: int) -> None:
    found = groups(by_hand(alike(children, 900, provider="a")))
    assert found.cannot == (
        "Care costs at equal need cannot be shown: those of fewer than 10 children can be compared.",
    )
    assert not found.tables
    assert not found.says


def test_intervals_of_councils_rest_on_providers_those_of_providers_on_households() -> None:
    costs = [
        {"core_cost": 880 + number, "provider": f"p{number % 4}", "council": "ab"[number % 3 > 0]}
        for number in range(60)
    ]
    found = groups(by_hand(costs))
    assert row(table(found, "council_ratios"), "a")["ratio"] is not None
    # Four providers are fewer than ten, the households of one provider are not.
    assert row(table(found, "council_ratios"), "a")["low"] is None
    assert row(table(found, "provider_ratios"), "p1")["low"] is not None
    assert row(table(found, "ratio_intervals"), "Council")["without"] == 60


def test_where_no_provider_is_known_support_says_so() -> None:
    rows = [*alike(10, 900, region="london"), *alike(20, 900, region="north_west", provider="a")]
    shown = table(groups(by_hand(rows)), "region_ratios")
    assert shown.support["ratio.providers"].to_list() == [None, 1, 1]
