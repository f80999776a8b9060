"""A calibration as a local pack that scores, and a caseload beside prices drawn from itself: out of fold alone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import banding
from banding.engine.score import score_caseload
from banding.errors import OutputError
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.review.calibrate import Uprating, calibrate
from banding.review.local_pack import FOLDS, out_of_fold
from banding.review.own_prices import RELATIVE, drawn_from, is_own
from banding.review.reviewed import Reviewed, reviewed
from banding.review.write_local import write_local
from banding.synthetic import ON, synthesise

ENGLAND = load_pack("england-reference@2026")
FRAME = synthesise(600, 7, pack=ENGLAND, on=ON).frame


def review(frame: pl.DataFrame, pack: Pack) -> Reviewed:
    return reviewed(score_caseload(frame, pack, ON), frame, pack, ON)


@pytest.fixture(scope="module")
def own() -> Reviewed:
    return review(FRAME, ENGLAND)


def written(own: Reviewed, out: Path, **more: Any) -> Pack:
    given = {"name": "our-prices", "version": "2026", "on": ON, "year": None, **more}
    return write_local(calibrate(own, uprating=given.pop("uprating", None)), ENGLAND, out, **given)


def test_a_local_pack_scores_with_the_same_bands_and_its_own_prices(own: Reviewed, tmp_path: Path) -> None:
    local = written(own, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert (local.header.id, local.header.status, local.header.extends) == (
        "our-prices", "local", "england-reference@2026",
    )  # fmt: skip
    assert local.findings == ()
    again = load_pack(tmp_path / "out")
    assert again.fingerprint == local.fingerprint
    scored = banding.score(FRAME, again, on=ON)
    assert scored["band"].equals(own.frame["band"])
    assert scored["cost_fit"].value_counts(sort=True).rows() != own.frame["cost_fit"].value_counts(sort=True).rows()


def test_the_readme_names_inversions_before_prices_and_hides_few_children(own: Reviewed, tmp_path: Path) -> None:
    written(own, tmp_path / "out", uprating=Uprating(Decimal("1.034"), "Consumer prices, 2025-26"), year="2026-27")
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert RELATIVE in text
    assert text.index("Where a lower band costs more") < text.index("## Prices") < text.index("## Neutrality")
    assert "Times 1.034: Consumer prices, 2025-26." in text
    assert "Keep it inside the council" in text
    prices = [line.split("|") for line in text.split("## Prices")[1].split("##")[0].splitlines() if line[:2] == "| "]
    for row in prices[1:]:
        few = row[-2].strip() == "yes"
        assert (row[4].strip() == "[c]") is few, row
        assert row[3].strip() not in {"1", "2", "3", "4", "5"}
    assert 'price_year = "2026-27"' in (tmp_path / "out" / "pack.toml").read_text(encoding="utf-8")


def test_a_folder_that_holds_something_is_left_alone(own: Reviewed, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine", encoding="utf-8")
    for out, code in ((tmp_path / "full", "would-overwrite"), (tmp_path / "no" / "where", "no-such-folder")):
        with pytest.raises(OutputError) as caught:
            written(own, out)
        assert [finding.code for finding in caught.value.findings] == [code]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["full", "note.txt"]
    (tmp_path / "empty").mkdir()
    written(own, tmp_path / "empty")
    assert (tmp_path / "empty" / "prices.csv").is_file()


def test_a_caseload_knows_prices_that_were_drawn_from_itself(own: Reviewed, tmp_path: Path) -> None:
    local = written(own, tmp_path / "out")
    assert drawn_from(local) == calibrate(own).drawn_from
    assert drawn_from(ENGLAND) is None
    assert is_own(review(FRAME, local))
    assert is_own(review(FRAME.reverse(), local))
    assert not is_own(review(FRAME.head(599), local))
    assert not is_own(own)


def test_out_of_fold_nobody_is_priced_by_their_own_providers_costs(own: Reviewed, tmp_path: Path) -> None:
    local = written(own, tmp_path / "out")
    inside = review(FRAME, local)
    found = out_of_fold(inside)
    assert found.relative
    assert not inside.relative
    assert found.frame.columns == inside.frame.columns
    for name in ("child_id", "band", "need_score", "care_cost_pence", "pack_fingerprint", "in_care", "setting"):
        assert found.frame[name].equals(inside.frame[name]), name
    priced = found.frame.drop_nulls("price_expected_pence")
    # All children of a provider are priced by one list, drawn without them.
    lists = (
        priced.drop_nulls("provider")
        .group_by("provider", "setting", "band")
        .agg(pl.col("price_expected_pence").n_unique())
    )
    assert set(lists["price_expected_pence"]) == {1}
    spread = priced.group_by("setting", "band").agg(pl.col("price_expected_pence").n_unique())
    assert spread["price_expected_pence"].max() == FOLDS


@pytest.mark.parametrize("setting", ["childrens_home", "residential_school"])
def test_a_childs_own_cost_does_not_move_the_price_it_is_compared_with(
    own: Reviewed, tmp_path: Path, setting: str
) -> None:
    one = own.compared.filter(pl.col("setting") == setting)["child_id"][0]
    dearer = pl.when(pl.col("child_id") == one).then(pl.lit("9900")).otherwise(pl.col("core_cost").cast(pl.String))
    prices = []
    for place, frame in enumerate((FRAME, FRAME.with_columns(core_cost=dearer))):
        local = written(review(frame, ENGLAND), tmp_path / str(place))
        found = out_of_fold(review(frame, local)).frame
        prices.append(found.filter(pl.col("child_id") == one)["price_expected_pence"][0])
    assert prices[0] == prices[1]


def test_rejected_rows_stay_rejected_out_of_fold(own: Reviewed, tmp_path: Path) -> None:
    local = written(own, tmp_path / "out")
    bad = FRAME.cast({"anxiety": pl.String}).with_columns(
        anxiety=pl.when(pl.int_range(pl.len()) == 4).then(pl.lit("x")).otherwise("anxiety")
    )
    found = out_of_fold(review(bad, local)).frame
    assert found.filter(pl.col("status") == "rejected")["child_id"].to_list() == [bad["child_id"][4]]
