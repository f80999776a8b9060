"""How far profiles cover a caseload, and what looks wrong in single rows: against counts by hand and the reference."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given

from banding.engine.coverage import Coverage, coverage_of, in_date
from banding.engine.reference import Child
from banding.engine.reference_score import Scorer
from banding.engine.score import score_caseload
from banding.engine.unlikely import unlikely
from banding.pack import validity
from banding.pack.meaning import Pack
from tests.drawn import ON as DRAWN_ON
from tests.drawn import frame_of
from tests.engine.test_agreement import SLOW, caseloads
from tests.small import pack_in

ON = dt.date(2026, 6, 1)
TABLES = {
    "items": "id,domain,kind,label,top\nfear,d,need,Fear,3\nfire,d,need,Fire,3\n",
    "domains": "id,label,missing\nd,D,least\n",
    "bands": "id,number,name,from_points,describes\na,1,A,0,x\nb,2,B,3,x\n",
    "settings": "id,label,family,intensity,meets_from,meets_to\nhome,Home,no,2,a,b\nparents,P,no,,,\n",
    "prices": "setting,band,low,expected,high,basis,unit,source\n"
    "home,a,100,200,300,care,week,s\nhome,b,100,200,300,care,week,s\n",
}
RULES = """
[scores]
total = "sum(needs)"
[bands]
score = "total"
[validity]
days = "if(moves_12_months > 1, 42, if(fear >= 3, 90, 190))"
[sources]
s = "ours"
[[refuse]]
id = "far"
when = "distance_miles > 500"
because = "Too far."
"""


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return pack_in(tmp_path / "pack", RULES, **TABLES)


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    full = [{"child_id": f"c{place}", "fear": 0, "fire": 0, **row} for place, row in enumerate(rows)]
    return pl.DataFrame(full, infer_schema_length=None)


def covered(pack: Pack, given: pl.DataFrame, placed: pl.Series | None = None) -> Coverage:
    return coverage_of(score_caseload(given, pack, ON), given, placed)


def test_every_count_is_of_children_in_care_with_a_profile(pack: Pack) -> None:
    current, old = ON - dt.timedelta(30), ON - dt.timedelta(200)
    given = frame(
        {"profile_date": current, "moves_12_months": 0, "rater_role": "social_worker"},
        {"profile_date": old, "moves_12_months": 0, "rater_role": "carer"},
        {"profile_date": current, "moves_12_months": None, "rater_role": "Clinician"},
        {"profile_date": ON - dt.timedelta(60), "moves_12_months": None, "rater_role": "other"},
        {"profile_date": current, "moves_12_months": 0, "rater_role": None, "fear": None, "fire": None},
        {"profile_date": current, "moves_12_months": 0, "rater_role": None},
    )
    assert covered(pack, given) == Coverage(
        in_care=6, with_profile=5, in_date=3, date_unknown=1, independent=2, rater_unknown=2
    )
    placed = pl.Series([True, True, False, False, True, False])
    assert covered(pack, given, placed) == Coverage(
        in_care=3, with_profile=2, in_date=1, date_unknown=0, independent=1, rater_unknown=0
    )


def test_a_child_who_stands_twice_counts_once_and_one_without_an_id_not_at_all(pack: Pack) -> None:
    given = frame({"child_id": "a"}, {"child_id": "a"}, {"child_id": None}, {"child_id": "b"})
    assert asdict(covered(pack, given)) == {
        "in_care": 2, "with_profile": 2, "in_date": 0, "date_unknown": 2, "independent": 0, "rater_unknown": 2,
    }  # fmt: skip


def test_without_a_limit_nothing_is_in_date_or_out_of_it(tmp_path: Path) -> None:
    pack = pack_in(tmp_path, '[scores]\ntotal = "sum(needs)"\n', items=TABLES["items"], domains=TABLES["domains"])
    found = covered(pack, frame({"profile_date": dt.date(2001, 1, 1)}))
    assert (found.in_date, found.date_unknown) == (None, 0)
    assert found.with_profile == 1


@SLOW
@given(caseloads())
def test_kernel_and_reference_agree_on_what_is_in_date(drawn: Any) -> None:
    pack, kids = drawn
    found = in_date(score_caseload(frame_of(pack, kids), pack, DRAWN_ON))
    if pack.validity is None:
        assert found is None
        return
    assert found is not None
    truth = validity.in_date(pack.validity)
    for kernel, (ratings, facts) in zip(found, kids, strict=True):
        child = Child(pack, ratings, facts, DRAWN_ON)
        Scorer(pack, child).result()
        assert kernel is child.truth(truth)


def doubts(pack: Pack, given: pl.DataFrame) -> list[tuple[Any, ...]]:
    scored = score_caseload(given, pack, ON)
    return unlikely(scored, given, pack, ON).select("index", "code", "column", "value").rows()


def test_costs_out_of_the_ordinary_are_doubted_row_by_row(pack: Pack) -> None:
    home = {"setting": "home"}
    given = frame(
        {**home, "weekly_cost": "0"}, {**home, "weekly_cost": "99.99"}, {**home, "weekly_cost": "100"},
        {**home, "weekly_cost": "100000"}, {**home, "weekly_cost": "100,000.01"}, {**home, "weekly_cost": None},
        {"setting": "parents", "weekly_cost": "0"}, {"setting": "parents", "weekly_cost": None},
        {"setting": None, "weekly_cost": None}, {**home, "weekly_cost": None, "core_cost": "30"},
        {**home, "weekly_cost": "500", "core_cost": "0"}, {**home, "weekly_cost": "-5"},
    )  # fmt: skip
    assert doubts(pack, given) == [
        (0, "cost-zero", "weekly_cost", "0"), (1, "cost-low", "weekly_cost", "99.99"),
        (4, "cost-high", "weekly_cost", "100,000.01"), (5, "cost-missing", "weekly_cost", None),
        (8, "cost-missing", "weekly_cost", None), (9, "cost-low", "core_cost", "30"),
    ]  # fmt: skip


def test_a_caseload_without_any_cost_is_not_doubted_child_by_child(pack: Pack) -> None:
    assert doubts(pack, frame({"setting": "home", "weekly_cost": None}, {"setting": "foster"})) == []


def test_parts_that_do_not_add_up_are_doubted(pack: Pack) -> None:
    whole = {"core_cost": 300, "additional_support_cost": 100, "education_cost": 50, "other_cost": 50}
    given = frame(
        {"weekly_cost": 500, **whole}, {"weekly_cost": 501, **whole}, {"weekly_cost": 499, **whole},
        {"weekly_cost": 501, **whole, "other_cost": None}, {"weekly_cost": 449, **whole, "other_cost": None},
    )  # fmt: skip
    assert [(index, code) for index, code, *_ in doubts(pack, given)] == [
        (1, "parts-differ"), (2, "parts-differ"), (4, "parts-differ"),
    ]  # fmt: skip


def test_pence_are_doubted_as_pounds_are(pack: Pack) -> None:
    given = frame({"setting": "home", "weekly_cost_pence": 9_999}, {"setting": "home", "weekly_cost_pence": 10_000})
    assert doubts(pack, given) == [(0, "cost-low", "weekly_cost_pence", "9999")]


def test_a_profile_out_of_date_is_doubted_and_one_of_unknown_date_is_not(pack: Pack) -> None:
    old = ON - dt.timedelta(191)
    given = frame(
        {"profile_date": old, "moves_12_months": 0}, {"profile_date": ON - dt.timedelta(190), "moves_12_months": 0},
        {"profile_date": None, "moves_12_months": 0}, {"profile_date": ON - dt.timedelta(50), "moves_12_months": None},
    )  # fmt: skip
    assert doubts(pack, given) == [(0, "profile-out-of-date", "profile_date", str(old))]


def test_a_rejected_row_is_not_doubted_too(pack: Pack) -> None:
    given = frame({"child_id": None, "setting": "home", "weekly_cost": 1}, {"setting": "home", "weekly_cost": 1})
    assert [index for index, *_ in doubts(pack, given)] == [1]


def test_distance_999_9_is_unknown(pack: Pack) -> None:
    cases = ("999.9", "999.90", " 999.9 ", "999.8", "12.5")
    given = frame(*({"distance_miles": case} for case in cases))
    scored = score_caseload(given, pack, ON)
    assert scored.rejects["index"].to_list() == [3]
    assert [f.message for f in scored.findings if f.code == "stands-for-unknown"] == [
        "999.9 stands for unknown in 3 rows, and was read so."
    ]
    numbers = given.with_columns(distance_miles=pl.Series([999.9, 12.5, 1.0, None, 999.9]))
    assert score_caseload(numbers, pack, ON).rejects.is_empty()


def test_how_long_a_profile_stands_may_hang_on_how_the_placement_fits(tmp_path: Path) -> None:
    days = RULES.replace("if(moves_12_months > 1, 42, if(fear >= 3, 90, 190))", "if(setting_fit == within, 190, 42)")
    pack = pack_in(tmp_path, days, **TABLES)
    dated = {"profile_date": ON - dt.timedelta(100), "age_on": 10}
    given = frame({**dated, "setting": "home"}, {**dated, "setting": "parents"}, {**dated, "setting": None})
    assert in_date(score_caseload(given, pack, ON)) is not None
    assert doubts(pack, given) == [(1, "profile-out-of-date", "profile_date", str(dated["profile_date"]))]
