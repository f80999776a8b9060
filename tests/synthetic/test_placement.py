"""Where synthetic children live: the mix of settings, and how far it follows need."""

from __future__ import annotations

import polars as pl
import pytest

import banding
from banding.synthetic import Synthetic, mix
from banding.synthetic.facts import APART
from tests.synthetic.figures import ages, mean, with_truth


@pytest.fixture(scope="module")
def unlinked(pack: banding.Pack) -> Synthetic:
    return with_truth(pack, 60_000, placement_link=0, need_cost_link=0)


def test_settings_and_sets_are_those_of_the_pack(pack: banding.Pack) -> None:
    assert set(mix.SETTINGS) == set(pack.settings) - {"short_break"}
    assert set(APART) == set(pack.document.rules.sets["apart"])
    assert sum(mix.SETTINGS.values()) == pytest.approx(100)


# -- the link to need -------------------------------------------------------------------------------------------------


def rank_correlation(made: Synthetic, need: str) -> float:
    """Of cost and true need at ages 10 to 15, where the cost is known."""
    cost = pl.col("core_cost") + pl.col("additional_support_cost")
    frame = made.frame.select(cost=cost).with_columns(made.hidden[need]).filter(ages(made).is_between(10, 15))
    known = frame.drop_nulls("cost")
    assert known.height > 0.3 * made.frame.height
    return float(known.select(pl.corr("cost", need, method="spearman")).item())


@pytest.mark.parametrize("need", ["true_need_score", "true_band"])
def test_without_any_link_cost_does_not_follow_need(unlinked: Synthetic, need: str) -> None:
    assert abs(rank_correlation(unlinked, need)) < 0.03


def test_either_link_alone_lets_cost_follow_need(pack: banding.Pack) -> None:
    assert rank_correlation(with_truth(pack, need_cost_link=0), "true_band") > 0.3
    assert rank_correlation(with_truth(pack, placement_link=0), "true_band") > 0.2


def test_without_a_link_the_mix_of_settings_stays(unlinked: Synthetic) -> None:
    found = dict(unlinked.frame["setting"].value_counts(normalize=True).iter_rows())
    for setting, share in mix.SETTINGS.items():
        assert 100 * found[setting] == pytest.approx(share, abs=max(0.08, 0.08 * share)), setting
    homes = unlinked.frame["setting"].is_in(["childrens_home", "small_home"])
    assert mean((ages(unlinked) >= 10).filter(homes)) > 0.85
    alone = unlinked.frame["unaccompanied"]
    assert mean(unlinked.frame["setting"].filter(alone) == "supported_accommodation") > 0.5


def test_in_between_the_link_is_drawn_for_each_child(pack: banding.Pack, plain: Synthetic) -> None:
    none, half = (with_truth(pack, placement_link=link).frame["setting"] for link in (0, 0.5))
    full = plain.frame["setting"]
    # Brothers and sisters may follow one another: only of the others is the setting their own.
    differs = (full != none) & plain.frame.select(pl.len().over("household") == 1).to_series()
    assert differs.sum() > 2_000
    assert ((half == full) | (half == none)).filter(differs).all()
    assert mean((half == full).filter(differs)) == pytest.approx(0.5, abs=0.03)


def test_the_link_leaves_the_children_alone(pack: banding.Pack, plain: Synthetic) -> None:
    other = with_truth(pack, placement_link=0)
    for column in ("date_of_birth", "household", "days_in_care", "sdq_total", "low_mood", "going_missing"):
        assert plain.frame[column].equals(other.frame[column]), column
    assert plain.hidden["true_need_score"].equals(other.hidden["true_need_score"])
