"""The costs of a synthetic caseload keep to the stated law: the link to need, the market, the providers."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

import banding
from banding.synthetic import DEAR_PROVIDER, ON, Synthetic, Truth, synthesise
from tests.synthetic.figures import CHILDREN, mean, with_truth


def comparable(made: Synthetic) -> pl.DataFrame:
    """Children whose care cost is known in full, with what is hidden, in settings with a few hundred of them."""
    frame = made.frame.with_columns(
        care=pl.col("core_cost") + pl.col("additional_support_cost"), need=made.hidden["true_need_score"]
    )
    known = frame.filter(pl.col("cost_scope").is_in(["fee", "full_unit_cost"]), pl.col("care").is_not_null())
    settings = ("own_foster", "kinship", "agency_foster", "childrens_home", "supported_accommodation")
    return known.filter(pl.col("setting").is_in(settings))


def rank_correlations(made: Synthetic) -> dict[str, float]:
    return dict(comparable(made).group_by("setting").agg(pl.corr("need", "care", method="spearman")).iter_rows())


def test_no_link_no_correlation(pack: banding.Pack) -> None:
    for setting, found in rank_correlations(with_truth(pack, need_cost_link=0)).items():
        assert abs(found) < 0.07, setting


def test_a_full_link_gives_a_strong_correlation(pack: banding.Pack) -> None:
    for setting, found in rank_correlations(with_truth(pack, need_cost_link=1)).items():
        assert found > 0.55, setting


def test_a_half_link_lies_between(plain: Synthetic) -> None:
    found = rank_correlations(plain)
    assert 0.2 < np.mean(list(found.values())) < 0.8


def test_with_nothing_else_costs_are_the_prices(pack: banding.Pack) -> None:
    made = with_truth(pack, need_cost_link=1, provider_effect=0, cost_noise=0, rater_noise=0, missing=0)
    scored = banding.score(made.frame, pack, on=ON)
    full = made.frame["cost_scope"].is_in(["fee", "full_unit_cost"])
    priced = scored.filter(full & (pl.col("cost_basis") == "care") & (pl.col("price_expected_pence") > 0))
    assert priced.height > CHILDREN / 2
    assert (priced["care_cost_pence"] == priced["price_expected_pence"]).all()


@pytest.mark.parametrize("children", [300, 3_000])
def test_care_by_parents_is_free_and_not_unknown(pack: banding.Pack, children: int) -> None:
    made = synthesise(children, 1, pack=pack, on=ON).frame.filter(pl.col("setting") == "with_parents")
    assert made.height > 10
    assert made["weekly_cost"].drop_nulls().unique().to_list() == [0]
    assert mean(made["weekly_cost"].is_null()) < 0.2


def test_a_dear_market_shows(pack: banding.Pack, plain: Synthetic) -> None:
    dear = with_truth(pack, market=1.5)
    ratio = dear.hidden["full_care_cost"] / plain.hidden["full_care_cost"]
    assert mean(ratio.filter(plain.hidden["full_care_cost"] > 1000)) == pytest.approx(1.5, abs=0.001)


@pytest.mark.parametrize(("provider_effect", "times"), [(0.1, 1.3), (0.5, 1.3), (0, 1.3), (0.1, 0.8)])
def test_a_dear_provider_is_as_dear_as_stated(pack: banding.Pack, provider_effect: float, times: float) -> None:
    usual = with_truth(pack, provider_effect=provider_effect)
    dear = with_truth(pack, provider_effect=provider_effect, dear_provider=math.log(times))
    there = dear.frame["provider"].cast(pl.String).fill_null("") == DEAR_PROVIDER
    assert there.sum() > 100
    multiplier = dear.hidden["provider_multiplier"].filter(there)
    assert multiplier.to_list() == pytest.approx([times] * multiplier.len())
    # Its own draw is gone, so that its cost is a multiple of the middle of the market and not of what was drawn for it.
    drawn = usual.hidden["provider_multiplier"].filter(there)[0]
    assert (drawn == 1) == (provider_effect == 0)
    ratio = (dear.hidden["full_care_cost"] / usual.hidden["full_care_cost"]).fill_nan(1)
    assert mean(ratio.filter(there)) == pytest.approx(times / drawn, abs=0.001)
    assert (ratio.filter(~there).drop_nulls() == 1).all()


def test_providers_differ_as_stated(pack: banding.Pack) -> None:
    made = synthesise(CHILDREN, 1, pack=pack, on=ON, truth=Truth(provider_effect=0.25))
    each = made.hidden.with_columns(made.frame["provider"]).group_by("provider").agg(pl.col("provider_multiplier"))
    logs = [math.log(found[0]) for provider, found in each.iter_rows() if provider is not None]
    assert len(logs) > 80
    assert np.std(logs) == pytest.approx(0.25, rel=0.25)
