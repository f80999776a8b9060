"""From a real record that we did not write to a scored row; the same on a record of our own of the same shape."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from banding.pack.library import load_pack
from banding.run import Run, score_files

SHARED = Path(__file__).parents[2] / "shared" / "data" / "placements-standard"
OURS = Path(__file__).parent / "caseload" / "files"
ON = dt.date(2026, 4, 1)


def scored(record: Path, folder: Path) -> tuple[Run, pl.DataFrame, pl.DataFrame]:
    out, rejects = folder / "one.csv", folder / "rejects.csv"
    run = score_files([record], load_pack("placements-standard@2026"), ON, out, rejects=rejects)
    return run, pl.read_csv(out, infer_schema=False), pl.read_csv(rejects, infer_schema=False)


def shared(name: str) -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared records are not beside this checkout")
    return SHARED / name


def test_the_full_record_is_banded(tmp_path: Path) -> None:
    run, table, rejects = scored(shared("valid-placement-full.jsonld"), tmp_path)
    row = table.row(0, named=True)
    assert run.counts == {"rows": 1, "scored": 1, "rejected": 0}
    assert rejects.height == 0
    # Self-harm, going missing, physical harm to others, and communication needs: four of thirteen.
    assert (row["need_score"], row["recorded"], row["band"], row["band_name"]) == (
        "4",
        "4",
        "2",
        "Several recorded risks",
    )
    assert (row["band_low"], row["band_high"], row["band_range"], row["completeness"]) == ("2", "2", "exact", "100")
    assert (row["setting"], row["setting_fit"]) == ("residential", "unknown")  # the record holds no age
    assert (row["care_cost"], row["cost_basis"], row["cost_fit"]) == ("4000.00", "care", "unknown")
    assert (row["price_expected"], row["price_variance"]) == (None, None)
    # Foster care "not specified" may have been preferred: unknown, not false. The parts do add up.
    assert (row["reviews"] or "", row["reviews_unknown"]) == ("", "not_the_recommended_setting")


@pytest.mark.parametrize("name", ["invalid-negative-cost.jsonld", "invalid-postcode.jsonld"])
def test_the_invalid_records_are_refused_for_exactly_their_faults(name: str, tmp_path: Path) -> None:
    expected = json.loads(shared("expectations.json").read_text(encoding="utf-8"))[name]
    run, table, rejects = scored(shared(name), tmp_path)
    assert run.counts == {"rows": 1, "scored": 0, "rejected": 1}
    assert table["status"].to_list() == ["rejected"]
    assert set(rejects.select("code", "column").iter_rows()) == {(each["code"], each["jsonPath"]) for each in expected}


def test_a_record_of_our_own_takes_the_same_way(tmp_path: Path) -> None:
    run, table, _ = scored(OURS / "placement.jsonld", tmp_path)
    assert run.counts["rows"] == table.height == run.counts["scored"]
    assert table["band"].null_count() == 0
    assert run.layout == "placements-standard"
