"""A synthetic caseload keeps to what it states: the same bytes, the noise of raters, the earlier profiles."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import banding
from banding.synthetic import ON, Synthetic, Truth, synthesise
from banding.synthetic.draws import CHUNK
from banding.synthetic.needs import ITEMS, NEEDS, STRENGTHS
from tests.synthetic.figures import CHILDREN, days, files, mean, with_truth

RESULTS = {
    "earlier_band": pl.col("band"),
    "earlier_need_score": pl.col("need_score").cast(pl.Int32),
    "earlier_cost": (pl.col("care_cost_pence") // 100).cast(pl.Int32),
}


# -- the same bytes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_the_same_seed_gives_the_same_bytes(pack: banding.Pack, tmp_path: Path, ending: str) -> None:
    n, truth = CHUNK + 1_000, Truth(placement_link=0.5)  # two chunks, so that two threads have work
    one, two, again = (
        files(tmp_path / name, ending, synthesise(n, 7, pack=pack, on=ON, truth=truth, threads=threads))
        for name, threads in (("one", 1), ("two", 2), ("again", 2))
    )
    assert one == two == again
    assert list(one) == [f"made{ending}", f"made-earlier{ending}", f"made-hidden{ending}", "made-truth.json"]


def test_another_seed_gives_other_children(pack: banding.Pack, plain: Synthetic) -> None:
    other = synthesise(CHILDREN, 2, pack=pack, on=ON)
    for column in ("date_of_birth", "setting", "weekly_cost", "low_mood"):
        assert not plain.frame[column].equals(other.frame[column]), column


def test_chunks_differ(pack: banding.Pack) -> None:
    born = synthesise(2 * CHUNK, 7, pack=pack, on=ON).frame["date_of_birth"]
    assert not born[:CHUNK].equals(born[CHUNK:])


def test_the_truth_about_costs_and_raters_leaves_the_children_alone(pack: banding.Pack, plain: Synthetic) -> None:
    other = with_truth(
        pack,
        need_cost_link=0,
        market=2,
        rater_noise=0.3,
        missing=0.05,
        provider_effect=0.5,
        dear_provider=1,
        cost_noise=0,
    )
    for column in ("date_of_birth", "setting", "provider", "household", "sdq_total"):
        assert plain.frame[column].equals(other.frame[column]), column
    assert plain.hidden["true_band"].equals(other.hidden["true_band"])
    assert not plain.frame["low_mood"].equals(other.frame["low_mood"])


@pytest.mark.parametrize("children", [1, 2, 7, 539, 811])
def test_small_caseloads_are_whole(pack: banding.Pack, children: int) -> None:
    made = synthesise(children, 3, pack=pack, on=ON)
    assert made.frame.height == made.hidden.height == children
    assert made.frame["child_id"].n_unique() == children
    assert made.frame["council"].n_unique() <= max(1, round(children / 540))
    assert (banding.score(made.frame, pack, on=ON)["status"] == "scored").all()


def test_a_thousand_children_are_about_two_councils(pack: banding.Pack) -> None:
    assert synthesise(1_000, 1, pack=pack, on=ON).frame["council"].n_unique() == 2


@pytest.mark.parametrize("on", [dt.date(2026, 4, 1), dt.date(2028, 2, 29), dt.date(2031, 12, 31)])
def test_every_date_gives_a_caseload_that_scores(pack: banding.Pack, on: dt.date) -> None:
    made = synthesise(3_000, 5, pack=pack, on=on)
    assert (banding.score(made.frame, pack, on=on)["status"] == "scored").all()
    assert made.frame["profile_date"].max() == on


# -- raters -----------------------------------------------------------------------------------------------------------


def ratings(made: Synthetic) -> np.ndarray[Any, np.dtype[np.float64]]:
    return made.frame.select(*ITEMS).cast(pl.Float64).to_numpy()


def test_rater_noise_as_stated(pack: banding.Pack) -> None:
    true, noisy = ratings(with_truth(pack, rater_noise=0, missing=0)), ratings(with_truth(pack, missing=0))
    assert np.array_equal(np.isnan(true), np.isnan(noisy))
    asked = ~np.isnan(true)
    moved = (noisy - true)[asked]
    assert set(np.unique(moved)) == {-1, 0, 1}
    assert np.mean(moved != 0) == pytest.approx(0.12, abs=0.002)
    inside = ((true > 0) & (true < 3))[asked]
    assert np.mean(moved[inside] > 0) == pytest.approx(0.06, abs=0.003)
    assert np.mean(moved[(true == 0)[asked]] == 1) == pytest.approx(0.12, abs=0.003)
    assert np.mean(moved[(true == 3)[asked]] == -1) == pytest.approx(0.12, abs=0.005)


def test_without_noise_the_pack_finds_the_true_band(pack: banding.Pack) -> None:
    made = with_truth(pack, rater_noise=0, missing=0)
    scored = banding.score(made.frame, pack, on=ON)
    assert (scored["band"] == made.hidden["true_band"]).all()
    assert (scored["need_score"].cast(pl.Int64) == made.hidden["true_need_score"]).all()
    assert (scored["completeness"] == 100).all()


@pytest.mark.parametrize("missing", [0.01, 0.05, 0.5])
def test_missing_as_stated_and_together(pack: banding.Pack, missing: float) -> None:
    asked, given = ratings(with_truth(pack, missing=0)), ratings(with_truth(pack, missing=missing))
    blank = np.isnan(given) & ~np.isnan(asked)
    assert blank.sum() / (~np.isnan(asked)).sum() == pytest.approx(missing, rel=0.06)
    assert blank.any(axis=1).mean() < min(1.0, 15 * missing) + 1e-9


def test_items_are_asked_at_the_ages_of_the_pack(pack: banding.Pack) -> None:
    assert set(pack.items) == set(ITEMS)
    for name, item in pack.items.items():
        from_age = ITEMS[name].from_age
        assert item.asked == (f"age >= {from_age}" if from_age else None), name
        assert (item.kind == "need") == (name in NEEDS)
        assert item.top == 3
    assert set(STRENGTHS) == {item.id for item in pack.items.values() if item.kind == "strength"}


# -- the earlier profiles ---------------------------------------------------------------------------------------------


def test_earlier_facts_are_those_of_the_scored_earlier_file(plain: Synthetic, pack: banding.Pack) -> None:
    scored = banding.score(plain.earlier, pack, on=ON)
    assert (scored["status"] == "scored").all()
    support = plain.earlier.select("child_id", earlier_support_cost="additional_support_cost")
    found = scored.select("child_id", **RESULTS).join(support, on="child_id", maintain_order="left")
    held = plain.frame.select("child_id", *RESULTS, "earlier_support_cost")
    assert held.filter(pl.col("earlier_band").is_not_null()).equals(found)
    assert plain.earlier.height / CHILDREN == pytest.approx(0.40, abs=0.02)
    assert plain.earlier["core_cost"].null_count() / plain.earlier.height < 0.05


def test_earlier_profiles_are_half_a_year_earlier(plain: Synthetic) -> None:
    both = plain.earlier.join(plain.frame, on="child_id", suffix="_now")
    assert days(both, "profile_date", pl.col("profile_date_now")).is_between(150, 215).all()
    assert (both["profile_date"] >= both["date_of_birth"]).all()


def changes(made: Synthetic) -> pl.DataFrame:
    """How much higher the need score was, where the same items were asked at both profiles."""
    both = made.frame.join(made.earlier, on="child_id", suffix="_then").join(made.hidden, on="child_id")
    asked_alike = pl.all_horizontal(pl.col(item).is_null() == pl.col(f"{item}_then").is_null() for item in ITEMS)
    return both.filter(asked_alike).select(change=pl.col("earlier_need_score") - pl.col("true_need_score"))


def test_most_true_needs_are_unchanged_and_the_rest_go_both_ways(pack: banding.Pack) -> None:
    change = changes(with_truth(pack, rater_noise=0, missing=0, need_changed=0.3))["change"]
    assert mean(change == 0) > 0.65
    assert mean(change >= 4) > 0.05
    assert mean(change <= -4) > 0.05
    unchanged = changes(with_truth(pack, rater_noise=0, missing=0, need_changed=0))["change"]
    assert unchanged.len() > CHILDREN / 4
    assert (unchanged == 0).all()


# -- what is refused --------------------------------------------------------------------------------------------------


def test_another_pack_is_refused() -> None:
    with pytest.raises(banding.PackError, match="england-reference"):
        synthesise(10, 1, pack=banding.load_pack("sdq@1997"), on=ON)


@pytest.mark.parametrize(("children", "seed", "word"), [(0, 1, "children"), (5, -1, "seed")])
def test_impossible_numbers_are_refused(pack: banding.Pack, children: int, seed: int, word: str) -> None:
    with pytest.raises(banding.BandingError, match=word):
        synthesise(children, seed, pack=pack, on=ON)


def test_the_room_opens_without_numpy() -> None:
    code = "import sys, banding.synthetic as s; s.Truth(); assert not {'numpy', 'polars'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
