"""A synthetic caseload, scored by the England reference pack, comes near what is published of England."""

from __future__ import annotations

import datetime as dt
import itertools
import warnings

import numpy as np
import polars as pl
import pytest

import banding
from banding.synthetic import ON, Synthetic, mix, synthesise
from tests.synthetic.figures import ages, correlation, days, likeness_of_siblings, mean

CHILDREN = 100_000
TODAY = pl.lit(ON)
FAMILIES = ("kinship", "own_foster", "agency_foster")


@pytest.fixture(scope="module", params=[1, 20_261])
def made(request: pytest.FixtureRequest, pack: banding.Pack) -> Synthetic:
    return synthesise(CHILDREN, request.param, pack=pack, on=ON)


@pytest.fixture(scope="module")
def scored(made: Synthetic, pack: banding.Pack) -> pl.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return banding.score(made.frame, pack, on=ON)


def shares(values: pl.Series) -> dict[object, float]:
    """Per cent of the values that are each value."""
    return {value: 100 * count / values.len() for value, count in values.value_counts().iter_rows()}


def band_shares(scored: pl.DataFrame) -> list[float]:
    found = shares(scored["band"])
    return [found.get(band, 0) for band in range(1, 7)]


# -- scored -----------------------------------------------------------------------------------------------------------


def test_every_child_is_scored(scored: pl.DataFrame) -> None:
    assert scored["status"].unique().to_list() == ["scored"]


def test_bands_have_plausible_shares(scored: pl.DataFrame) -> None:
    limits = ((35, 50), (15, 25), (14, 22), (8, 15), (4, 8), (1, 3))
    for share, (low, high) in zip(band_shares(scored), limits, strict=True):
        assert low < share < high


def test_prices_come_near_published_costs(scored: pl.DataFrame) -> None:
    expected = scored.group_by("setting").agg(pl.col("price_expected_pence").drop_nulls() / 100)
    prices = dict(expected.iter_rows())
    fostering = list(itertools.chain.from_iterable(prices[setting] for setting in FAMILIES))
    assert np.mean(fostering) == pytest.approx(756, rel=0.10)
    assert np.mean(prices["childrens_home"]) == pytest.approx(6_100, rel=0.10)
    assert scored["price_expected_pence"].sum() / 100 / CHILDREN == pytest.approx(1_399, rel=0.10)


def test_residents_of_homes_have_the_needs_that_homes_are_for(scored: pl.DataFrame) -> None:
    found = band_shares(scored.filter(pl.col("setting") == "childrens_home"))
    assert found == pytest.approx([5, 8, 22, 32, 24, 9], abs=3)


def test_every_kind_of_review_has_something_to_find(scored: pl.DataFrame, pack: banding.Pack) -> None:
    found = set(scored["reviews"].str.split(";").explode().drop_nulls()) - {""}
    assert {review.id for review in pack.reviews} - found <= {"secure_under_13"}


# -- the mix ----------------------------------------------------------------------------------------------------------


def test_settings_as_published(made: Synthetic) -> None:
    found = shares(made.frame["setting"])
    for setting, share in mix.SETTINGS.items():
        assert found[setting] == pytest.approx(share, abs=max(0.06, 0.08 * share)), setting


def test_unaccompanied_as_published(made: Synthetic) -> None:
    age = ages(made)
    alone = made.frame["unaccompanied"]
    assert mean(alone) == pytest.approx(6_540 / 81_770, abs=0.004)
    assert mean(age.filter(alone) >= 16) > 0.8
    assert 0.03 < mean(made.frame["days_in_care"].filter(alone) <= 92) < 0.12


def test_providers_and_distance_as_published(made: Synthetic) -> None:
    kinds = shares(made.frame["provider_kind"])
    published = {"own_council": 43, "private": 40, "voluntary": 7, "parents": 6, "other_council": 1, None: 3}
    for kind, share in published.items():
        assert kinds[kind] == pytest.approx(share, abs=1.5), kind
    assert mean(made.frame["location"] != "in_area") == pytest.approx(0.44, abs=0.01)
    assert mean(made.frame["distance_miles"] > 20) == pytest.approx(0.22, abs=0.012)
    each = made.frame.group_by("provider").agg(pl.col("provider_kind").n_unique())
    assert each.filter(pl.col("provider").is_not_null())["provider_kind"].max() == 1


def test_sdq_as_published(made: Synthetic, scored: pl.DataFrame) -> None:
    age = ages(made)
    due = (age >= 4) & (age <= 16) & (made.frame["days_in_care"] >= 365)
    total = made.frame["sdq_total"]
    assert total.filter(~due).null_count() == (~due).sum()
    assert mean(total.filter(due).is_not_null()) == pytest.approx(0.78, abs=0.01)
    held = total.drop_nulls()
    assert mean(held) == pytest.approx(14.9, abs=0.5)
    assert mean(held >= 17) == pytest.approx(0.42, abs=0.02)
    assert mean(held <= 13) == pytest.approx(0.45, abs=0.02)
    assert correlation(pl.DataFrame({"sdq": total, "need": scored["need_score"].cast(pl.Float64)}), "sdq", "need") > 0.4


def test_orders_of_size_of_dangers(made: Synthetic) -> None:
    older = made.frame.filter(ages(made) >= 10)
    limits = {
        "substance_use": (0.02, 0.06),
        "offending": (0.01, 0.05),
        "self_harm": (0.04, 0.13),
        "going_missing": (0.04, 0.11),
        "exploitation": (0.04, 0.11),
    }
    for item, (low, high) in limits.items():
        assert low < mean(older[item] >= 2) < high, item


def test_most_profiles_are_in_date_and_complete(made: Synthetic, scored: pl.DataFrame) -> None:
    rated = days(made.frame, "profile_date", TODAY)
    assert (rated >= 0).all()
    assert 0.03 < mean(rated > 190) < 0.15
    assert mean(scored["completeness"] == 100) > 0.85
    assert 0.005 < mean(scored["completeness"] < 80) < 0.03


# -- inside a row -----------------------------------------------------------------------------------------------------


def test_costs_add_up(made: Synthetic) -> None:
    apart = ["core_cost", "additional_support_cost", "education_cost", "other_cost"]
    frame = made.frame
    known = frame.drop_nulls("core_cost")
    assert (known.select(pl.sum_horizontal(apart)).to_series() == known["weekly_cost"]).all()
    assert frame["weekly_cost"].null_count() / CHILDREN == pytest.approx(0.032, abs=0.005)
    assert frame["core_cost"].null_count() > frame["weekly_cost"].null_count()
    assert (frame["health_contribution"] <= frame["weekly_cost"]).all()
    assert (frame["education_contribution"] <= frame["weekly_cost"]).all()


def test_time_in_care_and_in_the_placement_agree(made: Synthetic) -> None:
    frame = made.frame
    assert (7 * frame["weeks_in_placement"].cast(pl.Int32) <= frame["days_in_care"]).all()
    assert (frame["days_in_care"] < days(frame, "date_of_birth", TODAY)).all()
    assert (frame["days_in_care"] >= days(frame, "profile_date", TODAY)).all()
    assert (frame["weeks_in_placement"] >= 52).any()
    assert frame.filter(pl.col("weeks_in_placement") >= 52)["moves_12_months"].max() == 0
    assert mean(frame["moves_12_months"] == 0) > 0.5


def test_siblings_who_live_together_share_the_placement(made: Synthetic) -> None:
    frame = made.frame.filter(pl.col("siblings_here") > 0)
    assert 0.2 < frame.height / made.frame.filter(pl.len().over("household") > 1).height < 0.5
    shared = ("setting", "provider", "location", "distance_miles", "council")
    each = frame.group_by("household").agg(pl.len(), pl.col("siblings_here").max(), pl.col(shared).n_unique())
    assert (each["len"] == each["siblings_here"] + 1).all()
    assert each.select(pl.max_horizontal(pl.col(shared).max())).item() == 1


def test_exams_are_for_those_who_turn_16_in_the_school_year(made: Synthetic) -> None:
    born = made.frame.filter("exam_year")["date_of_birth"]
    assert born.min() == dt.date(2009, 9, 1)
    assert born.max() == dt.date(2010, 8, 31)


# -- needs ------------------------------------------------------------------------------------------------------------


def test_needs_of_one_domain_go_together(made: Synthetic, pack: banding.Pack) -> None:
    older = made.frame.filter(ages(made) >= 14)
    for domain in pack.domains:
        items = [item.id for item in pack.items.values() if item.domain == domain and item.weight]
        found = [correlation(older, one, other) for one, other in itertools.combinations(items, 2)]
        assert np.mean(found) > (0.15 if domain == "assets" else 0.2), domain


def test_strengths_fall_with_distress_but_not_wholly(made: Synthetic) -> None:
    assert -0.5 < correlation(made.frame, "coping", "trauma_effects") < -0.1


def test_brothers_and_sisters_are_alike(made: Synthetic) -> None:
    assert 0.2 < likeness_of_siblings(made) < 0.5
