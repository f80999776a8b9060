"""A synthetic caseload keeps to what it states: the same bytes, the noise, the link, the dear provider."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import banding
from banding.cli import making
from banding.run import score_files
from banding.synthetic import DEAR_PROVIDER, ON, Synthetic, Truth, mix, synthesise, write_synthetic
from banding.synthetic.draws import CHUNK
from banding.synthetic.facts import APART
from banding.synthetic.needs import ITEMS, NEEDS, STRENGTHS
from tests.synthetic.figures import days, likeness_of_siblings, mean

CHILDREN = 20_000
RESULTS = {
    "earlier_band": pl.col("band"),
    "earlier_need_score": pl.col("need_score").cast(pl.Int32),
    "earlier_cost": (pl.col("care_cost_pence") // 100).cast(pl.Int32),
}


@pytest.fixture(scope="module")
def pack() -> banding.Pack:
    return banding.load_pack("england-reference@2026")


@pytest.fixture(scope="module")
def plain(pack: banding.Pack) -> Synthetic:
    return synthesise(CHILDREN, 1, pack=pack, on=ON)


def with_truth(pack: banding.Pack, **stated: float) -> Synthetic:
    return synthesise(CHILDREN, 1, pack=pack, on=ON, truth=Truth(**stated))


# -- the same bytes ---------------------------------------------------------------------------------------------------


def files(folder: Path, ending: str, made: Synthetic) -> dict[str, bytes]:
    folder.mkdir()
    return {path.name: path.read_bytes() for path in write_synthetic(made, folder / f"made{ending}")}


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_the_same_seed_gives_the_same_bytes(pack: banding.Pack, tmp_path: Path, ending: str) -> None:
    n = CHUNK + 1_000  # two chunks, so that two threads have work
    one, two, again = (
        files(tmp_path / name, ending, synthesise(n, 7, pack=pack, on=ON, threads=threads))
        for name, threads in (("one", 1), ("two", 2), ("again", 2))
    )
    assert one == two == again
    assert list(one) == [f"made{ending}", f"made-earlier{ending}", "made-truth.json"]


def test_another_seed_gives_other_children(pack: banding.Pack, plain: Synthetic) -> None:
    other = synthesise(CHILDREN, 2, pack=pack, on=ON)
    for column in ("date_of_birth", "setting", "weekly_cost", "low_mood"):
        assert not plain.frame[column].equals(other.frame[column]), column


def test_chunks_differ(pack: banding.Pack) -> None:
    born = synthesise(2 * CHUNK, 7, pack=pack, on=ON).frame["date_of_birth"]
    assert not born[:CHUNK].equals(born[CHUNK:])


def test_the_truth_about_costs_and_raters_leaves_the_children_alone(pack: banding.Pack, plain: Synthetic) -> None:
    other = with_truth(pack, need_cost_link=0, market=2, rater_noise=0.3, missing=0.05, provider_effect=0.5)
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


def test_settings_and_sets_are_those_of_the_pack(pack: banding.Pack) -> None:
    assert set(mix.SETTINGS) == set(pack.settings) - {"short_break"}
    assert set(APART) == set(pack.document.rules.sets["apart"])
    assert sum(mix.SETTINGS.values()) == pytest.approx(100)


# -- costs ------------------------------------------------------------------------------------------------------------


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


def test_a_dear_provider_shows(pack: banding.Pack, plain: Synthetic) -> None:
    dear = with_truth(pack, dear_provider=math.log(1.3))
    ratio = (dear.hidden["full_care_cost"] / plain.hidden["full_care_cost"]).fill_nan(1)
    there = dear.frame["provider"].cast(pl.String).fill_null("") == DEAR_PROVIDER
    assert there.sum() > 100
    assert mean(ratio.filter(there)) == pytest.approx(1.3, abs=0.001)
    assert (ratio.filter(~there).drop_nulls() == 1).all()


def test_providers_differ_as_stated(pack: banding.Pack) -> None:
    made = synthesise(CHILDREN, 1, pack=pack, on=ON, truth=Truth(provider_effect=0.25))
    each = made.hidden.with_columns(made.frame["provider"]).group_by("provider").agg(pl.col("provider_multiplier"))
    logs = [math.log(found[0]) for provider, found in each.iter_rows() if provider is not None]
    assert len(logs) > 80
    assert np.std(logs) == pytest.approx(0.25, rel=0.25)


def test_siblings_are_as_alike_as_stated(pack: banding.Pack) -> None:
    # What is left without a link is the likeness of their ages.
    assert likeness_of_siblings(with_truth(pack, sibling_link=0)) < 0.1
    assert likeness_of_siblings(with_truth(pack, sibling_link=1)) > 0.6


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


# -- what is said -----------------------------------------------------------------------------------------------------


def test_every_file_says_that_it_is_synthetic(plain: Synthetic, tmp_path: Path) -> None:
    assert plain.frame["child_id"].str.contains(r"^synthetic-\d{7}$").all()
    assert plain.earlier["child_id"].str.starts_with("synthetic-").all()
    told = json.loads(files(tmp_path / "files", ".csv", plain)["made-truth.json"])
    assert "invented" in told["SYNTHETIC"]
    assert told["seed"] == 1
    assert told["children"] == CHILDREN
    assert told["on"] == "2026-06-30"
    assert told["pack"]["fingerprint"] == plain.pack.fingerprint
    assert told["truth"]["need_cost_link"] == 0.5


def test_the_frame_holds_nothing_hidden(plain: Synthetic) -> None:
    assert not {*plain.hidden.columns} - {"child_id"} & {*plain.frame.columns}


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_files_score_as_the_frame_does(pack: banding.Pack, tmp_path: Path, ending: str) -> None:
    made = synthesise(1_000, 4, pack=pack, on=ON)
    out, _, _ = write_synthetic(made, tmp_path / f"made{ending}")
    run = score_files([out], pack, ON, tmp_path / "scored.parquet")
    assert run.counts["rejected"] == 0
    assert run.frame.equals(banding.score(made.frame, pack, on=ON))


@pytest.mark.parametrize(
    ("name", "word"), [("made.xlsx", "End the name in"), ("made.cvs", "Did you mean .csv"), ("no/made.csv", "folder")]
)
def test_a_place_that_cannot_be_written_is_refused(plain: Synthetic, tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(banding.OutputError, match=word):
        write_synthetic(plain, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failure_half_way_leaves_the_old_files(
    plain: Synthetic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "made.csv"
    out.write_text("old", encoding="utf-8")
    flushed = []

    def fsync(file: int) -> None:
        flushed.append(file)
        if len(flushed) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("banding.whole.os.fsync", fsync)
    with pytest.raises(banding.OutputError, match="cannot be written"):
        write_synthetic(plain, out)
    assert out.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_truth_says_all_that_is_out_of_range() -> None:
    with pytest.raises(banding.BandingError) as caught:
        Truth(need_cost_link=1.5, market=0, rater_noise=math.nan)
    assert [finding.place for finding in caught.value.findings] == ["need_cost_link", "market", "rater_noise"]
    assert "from 0 to 1" in str(caught.value)


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


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None)
    app.command("synthetic")(making.synthetic)
    return app


def test_the_command_writes_three_files_and_says_what_they_are(command: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "made.csv"
    ran = CliRunner().invoke(
        command,
        ["--children", "50", "--seed", "3", "--out", str(out), "--market", "1.2", "--pack", "england-reference"],
    )
    assert ran.exit_code == 0, ran.output
    assert not ran.stdout
    assert "SYNTHETIC: 50 invented children" in ran.stderr
    assert ran.stderr.count("Wrote ") == 3
    assert json.loads((tmp_path / "made-truth.json").read_text(encoding="utf-8"))["truth"]["market"] == 1.2
    assert pl.read_csv(out).height == 50


def test_the_command_names_its_fixed_date(command: typer.Typer) -> None:
    assert f"default {ON}" in " ".join(CliRunner().invoke(command, ["--help"]).output.split())


def test_the_command_tells_a_wrong_name_before_the_work(
    command: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("banding.synthetic.make._Maker.made", lambda _: pytest.fail("the work was done"))
    ran = CliRunner().invoke(command, ["--children", "50", "--seed", "3", "--out", str(tmp_path / "made.doc")])
    assert isinstance(ran.exception, banding.OutputError)
    assert ".csv, .parquet" in str(ran.exception)
