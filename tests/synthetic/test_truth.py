"""What is true of a synthetic caseload is said, and what is said is true."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import banding
from banding.synthetic import DEAR_PROVIDER, Synthetic, Truth
from banding.synthetic.truth import COST_AND_NEED, PARAMETERS
from tests.synthetic.figures import files, with_truth


def explained_by_band(made: Synthetic) -> float:
    """The share of the variance of the log full cost of care that the true bands explain."""
    costs = made.hidden.filter(pl.col("full_care_cost") > 0).with_columns(cost=pl.col("full_care_cost").log())
    mean_of_band = costs.select(pl.col("cost").mean().over("true_band")).to_series()
    return float(np.var(mean_of_band.to_numpy()) / np.var(costs["cost"].to_numpy()))


def slope_in_settings(made: Synthetic, pack: banding.Pack) -> float:
    """The slope of the log cost of care on the log expected price of the rated band, inside settings."""
    scored = banding.score(made.frame, pack, on=made.on)
    logs = scored.filter(
        made.frame["cost_scope"].is_in(["fee", "full_unit_cost"]),
        pl.col("cost_basis") == "care",
        pl.col("price_expected_pence") > 0,
    ).select("setting", cost=pl.col("care_cost_pence").log(), price=pl.col("price_expected_pence").log())
    centred = logs.select(pl.col("cost", "price") - pl.col("cost", "price").mean().over("setting"))
    return float(centred.select(pl.col("cost").dot("price") / pl.col("price").dot("price")).item())


@pytest.mark.parametrize("parameter", [field.name for field in fields(Truth)])
def test_every_parameter_is_explained_in_one_sentence(parameter: str) -> None:
    means = PARAMETERS[parameter].means
    assert means.endswith(".")
    assert ". " not in means
    assert parameter in str(Truth.__doc__)
    assert means in " ".join(str(Truth.__doc__).split())


def test_the_truth_file_says_what_its_numbers_mean(plain: Synthetic, tmp_path: Path) -> None:
    told = json.loads(files(tmp_path / "files", ".csv", plain)["made-truth.json"])
    assert told["truth"] == asdict(Truth())
    assert told["truth_means"] == {name: parameter.means for name, parameter in PARAMETERS.items()}
    assert [*told["truth_means"]] == [*told["truth"]]
    assert told["cost_and_need"] == COST_AND_NEED
    assert told["dear_provider_is"] == DEAR_PROVIDER
    assert f" {DEAR_PROVIDER}," in told["truth_means"]["dear_provider"]


def test_how_far_cost_follows_need_is_as_measured(pack: banding.Pack) -> None:
    assert COST_AND_NEED in " ".join(str(Truth.__doc__).split())
    explained = {link: explained_by_band(with_truth(pack, 60_000, need_cost_link=link)) for link in (0, 0.5, 1)}
    assert explained == pytest.approx({0: 0.40, 0.5: 0.53, 1: 0.64}, abs=0.02)
    assert "explains 0.40, 0.53 and 0.64" in COST_AND_NEED
    unlinked = [explained_by_band(with_truth(pack, 60_000, placement_link=0, need_cost_link=link)) for link in (0, 1)]
    assert unlinked == pytest.approx([0.01, 0.21], abs=0.02)
    assert "with placement_link 0 it explains 0.01 at 0 and 0.21 at 1" in COST_AND_NEED


def test_raters_weaken_the_link_as_measured(pack: banding.Pack) -> None:
    found = [slope_in_settings(with_truth(pack, 60_000, need_cost_link=link), pack) for link in (0.5, 1)]
    assert found == pytest.approx([0.44, 0.89], abs=0.02)
    assert "0.44 at a need_cost_link of 0.5 and 0.89 at 1" in COST_AND_NEED
    exact = with_truth(pack, 60_000, rater_noise=0, missing=0)
    assert slope_in_settings(exact, pack) == pytest.approx(0.5, abs=0.015)


def test_truth_says_all_that_is_out_of_range() -> None:
    with pytest.raises(banding.BandingError) as caught:
        Truth(need_cost_link=1.5, placement_link=-0.1, market=0, rater_noise=math.nan)
    places = [finding.place for finding in caught.value.findings]
    assert places == ["need_cost_link", "placement_link", "market", "rater_noise"]
    assert "from 0 to 1" in str(caught.value)
