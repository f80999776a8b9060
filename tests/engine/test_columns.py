"""A caseload's frame to the kernel's columns: names, children and facts, and what is said of each."""

from __future__ import annotations

import datetime as dt
import warnings
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from banding.engine.score import BandingWarning, score, score_caseload
from banding.errors import CaseloadError
from banding.pack.lower import NOT_ASKED, UNANSWERED
from banding.pack.meaning import Pack
from tests.engine.prepared import ON, Given, codes, column, refusals, told

# -- ratings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [pl.Int8, pl.Int64, pl.Float64, pl.Decimal(5, 1)])
def test_ratings_reach_the_kernel_as_one_byte_each(given: Given, dtype: Any) -> None:
    values = pl.Series([0, 3, -1, None], dtype=dtype)
    found = given(fire=values, food=values).columns
    for item in ("fire", "food"):
        array = found["raw", item]
        assert not isinstance(array, int)
        assert array.dtype == "int8"
        assert array.tolist() == [0, 3, NOT_ASKED, UNANSWERED]


@pytest.mark.parametrize("values", [pl.Series([4, -2, 127], dtype=pl.Int8), pl.Series(["4", "-2", "127"])])
def test_a_rating_off_the_scale_rejects_its_row(pack: Pack, values: pl.Series) -> None:
    frame = pl.DataFrame({"child_id": ["a", "b", "c"], "fire": values, "food": [0, 0, 0]})
    scored = score_caseload(frame, pack, ON).frame
    assert scored["status"].to_list() == ["rejected"] * 3
    assert scored["rejected_because"].to_list() == ["rating-off-scale:fire"] * 3


def test_what_was_put_for_missing_is_not_off_the_scale(given: Given) -> None:
    found = given(food=pl.Series([9, 3], dtype=pl.Int8), fire=pl.Series([3, 3], dtype=pl.Int8)).columns["raw", "food"]
    assert not isinstance(found, int)
    assert found.tolist() == [UNANSWERED, 3]


# -- facts ------------------------------------------------------------------------------------------------------------

APRIL = dt.date(2026, 4, 1)
DAYS = [(APRIL - dt.date(1970, 1, 1)).days] * 2


@pytest.mark.parametrize(
    ("name", "good", "kept", "bad", "code", "unknown"),
    [
        ("age", [0, 25], [0, 25], [-1, 26], "out-of-range", -1),
        ("age", ["0", "25.0"], [0, 25], ["12.5", "twelve"], "out-of-range", -1),
        ("age", [0.0, 25.0], [0, 25], [12.5, float("inf")], "out-of-range", -1),
        ("distance_miles", [0.05, 700.0], [1, 7000], [-0.1, 700.1], "out-of-range", -1),
        ("siblings_here", [0, 20], [0, 20], [-1, 21], "out-of-range", -1),
        ("weekly_cost", ["£1,234.50", "0"], [123450, 0], ["-1", "1.234,50"], "bad-money", -1),
        ("weekly_cost", [10_000_000, 0], [10**9, 0], [10_000_001, -1], "bad-money", -1),
        ("solo", ["yes", "0"], [1, 0], ["perhaps", "2"], "bad-truth", -1),
        ("solo", [1, 0], [1, 0], [2, -1], "bad-truth", -1),
        ("location", ["In area", "at-a-distance"], [0, 2], ["near", "1"], "unknown-code", -1),
        ("setting", ["own foster", "HOME"], [0, 1], ["foster", "prison"], "unknown-code", -1),
        ("support_review_due", ["2026-04-01", " 2026-04-01 "], DAYS, ["01/04/2026", "2026-02-30"], "bad-date", -36526),
        ("support_review_due", [APRIL, APRIL], DAYS, [dt.date(1, 1, 1), dt.date(9999, 1, 1)], "bad-date", -36526),
    ],
)  # fmt: skip
def test_a_good_cell_is_kept_a_bad_one_rejects_its_row_and_a_blank_is_unknown(
    given: Given, name: str, good: Any, kept: list[int], bad: Any, code: str, unknown: int
) -> None:
    blank = "" if isinstance(good[0], str) else None
    found = given(**{name: [*good, *bad, blank]})
    assert column(found, name) == [*kept, unknown, unknown, unknown]
    assert [row[:3] for row in refusals(found) if row[2] == name] == [(2, code, name), (3, code, name)]
    text = [row[3] for row in refusals(found) if row[2] == name]
    assert text == [str(bad[0]), str(bad[1])]


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["", "home"])])
def test_a_blank_choice_is_unknown_in_any_type_of_text(given: Given, dtype: Any) -> None:
    found = given(setting=pl.Series(["", "home"], dtype=dtype))
    assert column(found, "setting") == [-1, 1]
    assert refusals(found) == []


@pytest.mark.parametrize("values", [[None, None], pl.Series([None, None], dtype=pl.Float64), ["", " "]])
def test_a_column_without_a_cell_is_unknown(given: Given, values: Any) -> None:
    found = given(weekly_cost=values, age=values, distance_miles=values)
    for name in ("weekly_cost", "age", "distance_miles"):
        assert column(found, name) == [-1, -1]
    assert refusals(found) == []


def test_unknown_stays_unknown_and_is_never_zero(pack: Pack) -> None:
    frame = pl.DataFrame({"child_id": ["a", "b"], "fire": [0, 0], "food": [0, 0], "weekly_cost": ["0", ""]})
    scored = score_caseload(frame, pack, ON).frame
    assert scored["cost_pence"].to_list() == [0, None]
    assert scored["care_cost_pence"].to_list() == [0, None]
    assert scored["reviews"].to_list() == ["", ""]
    assert scored["reviews_unknown"].to_list() == ["", "dear"]


@pytest.mark.parametrize(
    "name", ["date_of_birth", "profile_date", "weekly_cost", "age", "solo", "setting", "fire", "currency"]
)
def test_a_column_of_a_type_that_cannot_be_read_refuses_the_frame(given: Given, name: str) -> None:
    with pytest.raises(CaseloadError) as caught:
        given(**{name: [[1], [2]]})
    assert [(finding.code, finding.path) for finding in caught.value.findings] == [("wrong-type", name)]


# -- money ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [["£2.675"], [2.675], [Decimal("2.675")], pl.Series(["2.675"], dtype=pl.Categorical)],
)
def test_finer_money_is_rounded_half_up_with_a_warning(given: Given, values: Any) -> None:
    found = given(weekly_cost=values)
    assert column(found, "weekly_cost") == [268]
    warning = told(found.findings, "rounded")
    assert (warning.severity, warning.path) == ("warning", "weekly_cost")
    assert "1 values" in warning.message
    assert "2.67" not in str(warning)


def test_pence_come_under_their_own_name(given: Given) -> None:
    found = given(weekly_cost_pence=[123450, None, -1])
    assert column(found, "weekly_cost") == [123450, -1, -1]
    assert refusals(found) == [(2, "bad-money", "weekly_cost_pence", "-1")]
    assert [row[:3] for row in refusals(given(weekly_cost_pence=["12.5"]))] == [(0, "bad-money", "weekly_cost_pence")]


def test_money_under_both_names_refuses_the_frame(given: Given) -> None:
    with pytest.raises(CaseloadError) as caught:
        given(weekly_cost=[1], weekly_cost_pence=[100])
    assert [(finding.code, finding.path) for finding in caught.value.findings] == [("money-twice", "weekly_cost")]


def test_another_currency_refuses_the_frame(given: Given) -> None:
    assert column(given(currency=["GBP", " GBP ", "", None], weekly_cost=["£1"] * 4), "weekly_cost") == [100] * 4
    with pytest.raises(CaseloadError, match="GBP") as caught:
        given(currency=["GBP", "EUR"])
    assert caught.value.findings[0].code == "currency-differs"
    assert refusals(given(weekly_cost=["€1"]))[0][1] == "bad-money"


# -- names ------------------------------------------------------------------------------------------------------------


def test_absent_columns_are_told_all_at_once_with_the_nearest_name(pack: Pack) -> None:
    with pytest.raises(CaseloadError) as caught:
        score(
            pl.DataFrame({"child id": ["a"], "Fires": [1], "weekly_cost": [1], "weekly_cost_pence": [1]}), pack, on=ON
        )
    findings = caught.value.findings
    assert [finding.code for finding in findings] == ["column-absent", "column-absent", "column-absent", "money-twice"]
    assert "child id" in findings[0].remedy
    assert findings[1].path == "fire"
    assert "Fires" in findings[1].remedy
    assert "food" in findings[2].message


def test_unknown_columns_are_warned_of_with_the_nearest_name(given: Given) -> None:
    found = given(weekly_costs=[1], shoe_size=[1])
    assert codes(found) == ["unknown-column", "unknown-column"]
    near, far = (finding for finding in found.findings if finding.code == "unknown-column")
    assert (near.path, "weekly_cost?" in near.remedy) == ("weekly_costs", True)
    assert (far.path, far.remedy) == ("shoe_size", "")


def test_facts_that_the_pack_reads_and_the_caseload_lacks_are_noted_once(given: Given) -> None:
    note = told(given(solo=["yes"]).findings, "facts-absent")
    assert note.severity == "note"
    assert "setting" in note.message
    assert "solo" not in note.message


def test_the_api_warns(pack: Pack) -> None:
    frame = pl.DataFrame({"child_id": ["a"], "fire": [1], "food": [1], "shoe_size": [40]})
    with pytest.warns(BandingWarning, match="shoe_size"):
        score(frame, pack, on=ON)


# -- children ---------------------------------------------------------------------------------------------------------


def test_children_without_an_id_or_twice_are_rejected_and_still_come_out(pack: Pack) -> None:
    ids = ["a", " b", "b ", None, "", "c"]
    scored = score_caseload(pl.DataFrame({"child_id": ids, "fire": [0] * 6, "food": [0] * 6}), pack, ON).frame
    assert scored["child_id"].to_list() == ["a", "b", "b", None, None, "c"]
    twice, nobody = "duplicate-child-id:child_id", "no-child-id:child_id"
    assert scored["rejected_because"].to_list() == [None, twice, twice, nobody, nobody, None]
    assert scored["band"].to_list() == [1, None, None, None, None, 1]


@pytest.mark.parametrize(
    "ids", [[1, 2], pl.Series(["1", "2"], dtype=pl.Categorical), pl.Series([1, 2], dtype=pl.UInt16)]
)
def test_ids_are_text_or_whole_numbers(given: Given, ids: Any) -> None:
    assert given(child_id=ids).child_id.to_list() == ["1", "2"]


@pytest.mark.parametrize("ids", [[1.0, 2.0], [[1], [2]], [b"\xff", b"2"], [True, False], [dt.date(2026, 1, 1)] * 2])
def test_ids_of_other_types_refuse_the_frame(given: Given, ids: Any) -> None:
    with pytest.raises(CaseloadError, match="text or whole numbers"):
        given(child_id=ids)


# -- frames -----------------------------------------------------------------------------------------------------------


def caseload(rows: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "child_id": [f"c{n}" for n in range(rows)],
            "fire": [n % 5 for n in range(rows)],
            "food": pl.Series([n % 4 if n % 7 else None for n in range(rows)], dtype=pl.Int64),
            "weekly_cost": pl.Series(list(range(rows)), dtype=pl.Int64),
        }
    )


@pytest.mark.parametrize("rows", [0, 1, 50])
def test_every_row_comes_out_in_order_and_lazy_stays_lazy(pack: Pack, rows: int) -> None:
    frame = caseload(rows)
    scored = score(frame, pack, on=ON)
    assert scored["child_id"].to_list() == frame["child_id"].to_list()
    lazy = score(frame.lazy(), pack, on=ON)
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect().equals(scored)
    assert scored.schema == score(caseload(3), pack, on=ON).schema


def test_the_order_of_rows_changes_nothing(pack: Pack) -> None:
    frame = caseload(200)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=5)
    scored = score(shuffled, pack, on=ON)
    assert scored["child_id"].to_list() == shuffled["child_id"].to_list()
    assert scored.sort("child_id").equals(score(frame.sort("child_id"), pack, on=ON))


def test_kept_columns_come_last_and_never_meet_a_scored_one(pack: Pack) -> None:
    frame = caseload(2).with_columns(
        band=pl.lit("old"), band_given=pl.lit("older"), care_cost=pl.lit(7), on=pl.lit("x"), cost=pl.lit(3)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BandingWarning)
        scored, kept = score(frame, pack, on=ON), score(frame, pack, on=ON, keep=True)
    assert kept.select(scored.columns).equals(scored)
    assert kept.columns[len(scored.columns) :] == [
        "fire", "food", "weekly_cost", "band_given_given", "band_given", "care_cost_given", "on_given", "cost_given",
    ]  # fmt: skip
    assert kept["band_given_given"].to_list() == ["old", "old"]
