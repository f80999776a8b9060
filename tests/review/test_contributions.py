"""What health and education pay: counts, sums, and that unknown is not nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from banding.review.contributions import contributions
from banding.review.groups import groups
from banding.review.model import ALL
from tests.review.made import by_hand, drawn, row, said, sound, table

HOME: dict[str, Any] = {"setting": "childrens_home", "age_on": 12}
ROWS: list[dict[str, Any]] = [
    {**HOME, "weekly_cost": 5_000, "health_contribution": 1_000, "provider": "a"},
    {**HOME, "weekly_cost": 4_000, "health_contribution": 3_000, "provider": "b"},
    {**HOME, "weekly_cost": 1_000, "health_contribution": 0, "provider": "c"},
    {**HOME, "weekly_cost": None, "health_contribution": 500, "provider": "a"},
    {**HOME, "weekly_cost": 9_000, "health_contribution": None, "provider": "a"},
    {"weekly_cost": 900, "health_contribution": 0, "provider": "d"},
    {"setting": None, "weekly_cost": 700, "health_contribution": None},
]


def test_figures_are_as_worked_by_hand() -> None:
    found = contributions(by_hand(ROWS))
    sound(found)
    shown = table(found, "health_contributions")
    home = row(shown, "Children's home, 3 places or more")
    assert home == {
        "setting": "Children's home, 3 places or more",
        "children": 5, "paid": 3, "share": 60, "none": 1, "unknown": 1,
        "mean": 1_500, "total": 4_500, "cost": 10_000, "part": 40,
    }  # fmt: skip
    everyone = row(shown, ALL)
    assert [everyone[name] for name in ("children", "paid", "none", "unknown")] == [7, 3, 2, 2]
    assert everyone["part"] == pytest.approx(100 * 4_000 / 10_900)


def test_unknown_is_not_nothing() -> None:
    found = contributions(by_hand(ROWS))
    blank = row(table(found, "health_contributions"), "Not known")
    assert [blank["children"], blank["unknown"], blank["none"]] == [1, 1, 0]
    assert [blank[name] for name in ("share", "mean", "total", "cost", "part")] == [None] * 5
    assert "of 2 it is not known" in said(found)
    assert found.cannot == ("What education pays is not known of any child, which is not the same as nothing.",)


def test_where_nobody_pays_there_is_no_sum() -> None:
    agency = row(table(contributions(by_hand(ROWS)), "health_contributions"), "Foster care through an agency")
    assert [agency[name] for name in ("share", "mean", "total", "part")] == [0, None, None, None]


def test_support_says_what_each_figure_rests_on() -> None:
    shown = table(contributions(by_hand(ROWS)), "health_contributions")
    home = shown.support.row(shown.frame["setting"].to_list().index("Children's home, 3 places or more"), named=True)
    assert [home[f"mean.{part}"] for part in ("children", "providers", "largest")] == [3, 2, 3_000 / 4_500]
    assert [home[f"cost.{part}"] for part in ("children", "providers", "largest")] == [3, 3, 0.5]
    assert [home[f"part.{part}"] for part in ("children", "providers", "largest")] == [2, 2, 0.75]
    agency = shown.support.row(shown.frame["setting"].to_list().index("Foster care through an agency"), named=True)
    assert [agency[f"total.{part}"] for part in ("children", "providers", "largest")] == [0, None, None]
    blank = shown.support.row(shown.frame["setting"].to_list().index("Not known"), named=True)
    assert [blank[f"total.{part}"] for part in ("children", "providers", "largest")] == [0, None, None]


def test_settings_add_up_and_go_in_the_order_of_the_pack() -> None:
    made = drawn(2_000, 1)
    found = contributions(made)
    sound(found)
    labels = [setting.label for setting in made.pack.settings.values()]
    for one in found.tables:
        by_setting, everyone = one.frame[:-1], one.frame.row(-1, named=True)
        for name in ("children", "paid", "none", "unknown", "total", "cost"):
            assert by_setting[name].sum() == everyone[name]
        places = [labels.index(name) for name in by_setting["setting"]]
        assert places == sorted(places)
        assert everyone["children"] == everyone["paid"] + everyone["none"] + everyone["unknown"]


def test_who_pays_never_changes_what_is_expected() -> None:
    made = drawn(1_500, 1)
    free = by_pence(made.frame)
    assert not made.frame["health_contribution_pence"].equals(free["health_contribution_pence"])
    other = replace(made, frame=free)
    for one, same in zip(groups(made).tables, groups(other).tables, strict=True):
        assert one.frame.equals(same.frame)
    assert "Who pays never changes what a child's care is expected to cost." in said(contributions(made))


def by_pence(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        health_contribution_pence=pl.lit(100_000), education_contribution_pence=pl.lit(None, pl.Int64)
    )


def test_who_is_not_in_care_does_not_count() -> None:
    made = by_hand(ROWS)
    apart = replace(made, frame=made.frame.with_columns(in_care=pl.col("setting") == "childrens_home"))
    assert row(table(contributions(apart), "health_contributions"), ALL)["children"] == 5


def test_without_children_or_contributions_it_says_so() -> None:
    for made in (by_hand([]), by_hand([{}])):
        found = contributions(made)
        assert not found.tables
        assert len(found.cannot) == 2
