"""A caseload put together for review: typed facts beside results, and a scored file that is scored again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import banding
from banding.caseload.read import read
from banding.engine.columns import REJECT_SCHEMA
from banding.engine.coverage import Coverage
from banding.engine.score import BandingWarning, score_caseload
from banding.errors import CaseloadError
from banding.pack.library import load_pack
from banding.review.reviewed import Reviewed, rescored, reviewed
from banding.run import score_files
from banding.synthetic import ON, synthesise
from tests.small import pack_in

PACK = load_pack("england-reference@2026")
CASELOAD = synthesise(60, 3, pack=PACK, on=ON).frame


def of(frame: pl.DataFrame, **more: Any) -> Reviewed:
    return reviewed(score_caseload(frame, PACK, ON), frame, PACK, ON, **more)


def codes(frame: pl.DataFrame) -> list[str]:
    with pytest.raises(CaseloadError) as caught:
        rescored(frame, PACK, file="scored.csv")
    assert {finding.file for finding in caught.value.findings} == {"scored.csv"}
    return [finding.code for finding in caught.value.findings]


def test_facts_are_typed_and_unknown_is_null() -> None:
    given = CASELOAD.head(3).with_columns(
        weekly_cost=pl.Series(["£1,200.50", "", "x"]),
        distance_miles=pl.Series(["3.5", "999.9", None]),
        unaccompanied=pl.Series(["Yes", "no", "?"]),
        provider=pl.Series([" acme ", "", None]),
        provider_kind=pl.Series(["Own council", "private", "other"]),
        support_review_due=pl.Series(["2026-07-01", "", None]),
    )
    found = of(given).frame
    assert found["weekly_cost_pence"].to_list() == [120_050, None, None]
    assert found["distance_miles"].to_list() == [Decimal("3.5"), None, None]
    assert found["unaccompanied"].to_list() == [True, False, None]
    assert found["provider"].to_list() == ["acme", None, None]
    assert found["provider_kind"].to_list() == ["own_council", "private", None]
    assert found["support_review_due"].to_list() == [dt.date(2026, 7, 1), None, None]
    assert "household" in found.columns
    assert found["form"].to_list() == [None] * 3


def test_ratings_off_the_scale_unanswered_or_not_asked_are_null() -> None:
    given = CASELOAD.head(4).with_columns(anxiety=pl.Series(["2", "9", "not_asked", ""]))
    assert of(given).ratings["anxiety"].to_list() == [2, None, None, None]


def test_who_is_in_care_and_how_many_profiles_are_usable() -> None:
    dates = pl.Series([ON] * 39 + [ON - dt.timedelta(2000)] * 21)
    found = of(CASELOAD.with_columns(profile_date=dates), placed=pl.Series([True] * 50 + [False] * 10))
    assert found.frame["in_care"].sum() == 50
    assert found.coverage.in_date == 39
    assert found.usable == 78
    assert found.reliable
    everyone = of(CASELOAD.with_columns(profile_date=dates))
    assert (everyone.usable, everyone.reliable) == (65, False)


def test_without_a_limit_every_profile_is_usable(tmp_path: Path) -> None:
    pack = pack_in(
        tmp_path, '[scores]\ntotal = "sum(needs)"\n', items="id,domain,kind,label,top\nfear,d,need,Fear,3\n",
        domains="id,label,missing\nd,D,least\n",
    )  # fmt: skip
    frame = pl.DataFrame({"child_id": ["a", "b"], "fear": [1, 2]})
    found = reviewed(score_caseload(frame, pack, ON), frame, pack, ON)
    assert found.usable == 100
    assert found.frame["in_date"].null_count() == 2
    assert reviewed(score_caseload(frame.clear(), pack, ON), frame.clear(), pack, ON).usable == 0


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_a_scored_file_gives_the_same_as_the_caseload(tmp_path: Path, ending: str) -> None:
    bad = CASELOAD.cast({"anxiety": pl.String}).with_columns(
        anxiety=pl.when(pl.int_range(pl.len()) < 5).then(pl.lit("x")).otherwise("anxiety")
    )
    bad.write_csv(tmp_path / "in.csv")
    score_files([tmp_path / "in.csv"], PACK, ON, tmp_path / f"out.{ending}", keep=True)
    from_file, straight = rescored(read([tmp_path / f"out.{ending}"]).frame, PACK), of(bad)
    assert from_file.frame.equals(straight.frame.with_columns(rejected_because=from_file.frame["rejected_because"]))
    assert from_file.ratings.equals(straight.ratings)
    assert from_file.coverage == straight.coverage == Coverage(60, 60, *_counted(straight))
    assert from_file.scored.height == 55


def _counted(found: Reviewed) -> tuple[int, int, int, int]:
    frame = found.frame
    independent = frame["rater_role"].is_in(["social_worker", "clinician", "reviewing_officer"]).sum()
    unknown = (frame["rater_role"].is_null() | (frame["rater_role"] == "other")).sum()
    return int(frame["in_date"].sum()), frame["in_date"].null_count(), int(independent), int(unknown)


def test_a_row_that_the_reader_refused_stays_rejected() -> None:
    said = {"index": [3], "code": ["cell-error"], "column": ["form: page 2"], "value": [None]}
    refused = pl.DataFrame(said, schema=REJECT_SCHEMA)
    kept = score_caseload(CASELOAD, PACK, ON, keep=True, refused=refused).frame
    found = rescored(kept, PACK).frame
    assert found["rejected_because"].to_list() == kept["rejected_because"].to_list()
    assert found["status"][3] == "rejected"


def test_a_row_without_a_child_is_nobody_in_care() -> None:
    given = CASELOAD.with_columns(child_id=pl.when(pl.int_range(pl.len()) > 0).then("child_id"))
    assert of(given).frame["in_care"].to_list() == [False, *[True] * 59]


def test_bands_set_by_hand_stay_beside() -> None:
    first = {"child_id": CASELOAD["child_id"][0], "band": 6, "person": "A. Person", "reason": "new_information"}
    kept = banding.score(CASELOAD, PACK, on=ON, keep=True, overrides=pl.DataFrame([{**first, "date": ON}]))
    found = rescored(kept, PACK).frame
    assert found["override_band"].to_list() == kept["override_band"].to_list()


def test_what_is_no_scored_caseload_is_refused_with_what_to_do() -> None:
    kept = banding.score(CASELOAD, PACK, on=ON, keep=True)
    assert codes(CASELOAD) == ["not-scored"]
    assert codes(banding.score(CASELOAD, PACK, on=ON)) == ["not-kept"]
    other = kept.with_columns(pack_fingerprint=pl.lit("0" * 64), on=pl.Series([ON] * 59 + [dt.date(2025, 1, 1)]))
    assert codes(other) == ["scored-by-another", "several-dates"]


def test_a_result_or_a_cell_that_was_changed_since_is_noticed() -> None:
    kept = banding.score(CASELOAD, PACK, on=ON, keep=True)
    rescored(kept, PACK)
    assert codes(kept.with_columns(band=pl.lit(3, pl.Int16))) == ["scored-differs"]
    assert codes(kept.with_columns(suicide_risk=pl.lit(3))) == ["scored-differs"]


def test_own_columns_that_have_the_name_of_a_result_come_back() -> None:
    given = CASELOAD.with_columns(setting_given=pl.lit("older"))
    with pytest.warns(BandingWarning, match="column setting_given"):
        kept = banding.score(given, PACK, on=ON, keep=True)
    assert rescored(kept, PACK).frame["setting"].to_list() == kept["setting"].to_list()
