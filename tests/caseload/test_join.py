"""Profiles, placements, costs and more of the same children as of a date: which rows are used, and the rest's fate."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from banding.caseload.join import FATES, Joined, join
from banding.caseload.model import Caseload
from banding.errors import CaseloadError, Finding

ON = dt.date(2026, 3, 31)


def part(name: str, *rows: dict[str, Any], findings: tuple[Finding, ...] = ()) -> Caseload:
    frame = pl.DataFrame(list(rows), infer_schema_length=None)
    frame = frame.with_columns(pl.col(pl.Null).cast(pl.String))
    origins = pl.DataFrame({"file": [f"{name}.csv"] * len(rows), "row": range(2, len(rows) + 2)})
    return Caseload(frame, findings, origins, "own columns")


def profile(child: str, date: str | None, fear: int, **more: Any) -> dict[str, Any]:
    return {"child_id": child, "profile_date": date, "fear": fear, **more}


def placed(child: str, start: str | None, end: str | None, setting: str) -> dict[str, Any]:
    return {"child_id": child, "placement_start": start, "placement_end": end, "setting": setting}


def cost(child: str, start: str | None, end: str | None, pounds: str) -> dict[str, Any]:
    return {"child_id": child, "cost_from": start, "cost_to": end, "weekly_cost": pounds}


def rows(found: Joined, *columns: str) -> list[tuple[Any, ...]]:
    return found.caseload.frame.select("child_id", *columns).rows()


def said(found: Joined) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.file, finding.place) for finding in found.caseload.findings]


def accounts(found: Joined) -> dict[tuple[str, str], int]:
    return {(kind, fate): rows for kind, fate, rows in found.accounts.iter_rows()}


def test_the_latest_profile_on_or_before_the_date_is_used() -> None:
    needs = part(
        "needs", profile("a", "2026-01-01", 1), profile("a", "2026-03-31", 2), profile("a", "2026-04-01", 3),
        profile("b", "2025-01-01", 1), profile("c", "2026-05-01", 2),
    )  # fmt: skip
    found = join({"needs": needs}, ON)
    assert rows(found, "fear") == [("a", 2), ("b", 1)]
    assert found.caseload.origins.rows() == [("needs.csv", 3), ("needs.csv", 5)]
    assert accounts(found) == {
        ("needs", "after the date"): 2, ("needs", "older than the one used"): 1, ("needs", "used"): 2,
    }  # fmt: skip
    assert found.earlier.frame.select("child_id", "fear", "profile_date").rows() == [("a", 1, dt.date(2026, 1, 1))]
    assert found.earlier.origins.rows() == [("needs.csv", 2)]


def test_the_order_of_rows_does_not_matter() -> None:
    given = [profile("a", "2026-03-31", 2), profile("b", "2025-01-01", 1), profile("a", "2026-01-01", 1)]
    one, other = (join({"needs": part("n", *order)}, ON).caseload.frame for order in (given, given[::-1]))
    assert one.sort("child_id").equals(other.sort("child_id"))


def test_an_undated_profile_is_used_where_there_is_no_other() -> None:
    needs = part("needs", profile("a", None, 1), profile("a", "2026-01-01", 2), profile("b", "", 3))
    found = join({"needs": needs}, ON)
    assert rows(found, "fear", "profile_date") == [("a", 2, dt.date(2026, 1, 1)), ("b", 3, None)]
    assert accounts(found)["needs", "not dated"] == 1
    assert said(found) == [("not-dated", "needs.csv", "row 2")]
    assert found.earlier.frame.is_empty()


def test_the_placement_open_on_the_date_is_used() -> None:
    needs = part("needs", *(profile(child, "2026-01-01", 1) for child in "abcde"))
    placements = part(
        "placements", placed("a", "2025-01-01", "2026-03-31", "kinship"), placed("a", "2026-03-31", None, "own_foster"),
        placed("b", "2026-04-01", None, "kinship"), placed("c", "2025-01-01", "2026-04-01", "nhs"),
        placed("d", "2025-01-01", None, "nhs"), placed("d", "2026-01-01", None, "custody"),
        placed("f", "2025-06-01", None, "small_home"), placed("e", None, None, "nhs"),
    )  # fmt: skip
    found = join({"needs": needs, "placements": placements}, ON)
    assert rows(found, "fear", "setting") == [
        ("a", 1, "own_foster"), ("b", 1, None), ("c", 1, "nhs"), ("d", 1, "custody"), ("e", 1, None),
        ("f", None, "small_home"),
    ]  # fmt: skip
    assert set(said(found)) == {
        ("profile-without-placement", "needs.csv", "row 3"), ("profile-without-placement", "needs.csv", "row 6"),
        ("placement-without-profile", "placements.csv", "row 8"), ("two-open-placements", "placements.csv", "row 6"),
        ("not-dated", "placements.csv", "row 9"),
    }  # fmt: skip
    assert found.caseload.origins.rows()[-1] == ("placements.csv", 8)
    assert accounts(found)["placements", "ended before it"] == 1
    assert "placement_start" not in found.caseload.frame.columns


def test_the_cost_in_force_on_the_date_is_used_both_ends_included() -> None:
    needs = part("needs", *(profile(child, "2026-01-01", 1) for child in "abc"))
    costs = part(
        "costs", cost("a", "2025-04-01", "2026-03-31", "700"), cost("b", "2025-04-01", "2026-03-30", "800"),
        cost("c", "2026-03-31", None, "900.50"), cost("z", "2026-01-01", None, "1"),
    )  # fmt: skip
    found = join({"needs": needs, "costs": costs}, ON)
    assert rows(found, "weekly_cost") == [("a", "700"), ("b", None), ("c", "900.50")]
    assert said(found) == [("no-such-child", "costs.csv", "row 5")]


def test_the_earlier_profile_has_the_cost_of_its_day() -> None:
    needs = part("needs", profile("a", "2025-09-01", 3), profile("a", "2026-03-01", 1), profile("b", "2026-01-01", 1))
    costs = part(
        "costs", cost("a", "2025-04-01", "2025-12-31", "1200"), cost("a", "2026-01-01", None, "900"),
        cost("b", "2025-04-01", None, "5"),
    )  # fmt: skip
    found = join({"needs": needs, "costs": costs}, ON)
    assert rows(found, "weekly_cost") == [("a", "900"), ("b", "5")]
    assert found.earlier.frame.select("child_id", "fear", "weekly_cost").rows() == [("a", 3, "1200")]
    over = part("costs", cost("a", "2025-04-01", "2025-06-30", "1200"))
    assert join({"needs": needs, "costs": over}, ON).earlier.frame["weekly_cost"].to_list() == [None]
    both = part("costs", cost("a", "2025-01-01", None, "500"), cost("a", "2025-02-01", "2025-03-01", "100"))
    assert join({"needs": needs, "costs": both}, ON).earlier.frame["weekly_cost"].to_list() == ["500"]
    blank = part("needs", *(dict(row, weekly_cost="") for row in needs.frame.to_dicts()))
    assert join({"needs": blank, "costs": both}, ON).earlier.frame["weekly_cost"].to_list() == ["500"]


def test_more_facts_fill_what_is_not_known_and_a_difference_is_said() -> None:
    needs = part("needs", profile("a", "2026-01-01", 1, solo="yes"), profile("b", "2026-01-01", 1, solo=""))
    extra = part("extra", {"child_id": "a", "solo": "no", "region": "london"}, {"child_id": "b", "solo": "no"})
    found = join({"needs": needs, "extra": extra}, ON)
    assert rows(found, "solo", "region") == [("a", "yes", "london"), ("b", "no", None)]
    assert said(found) == [("files-differ", "extra.csv", "row 2")]


def test_children_are_matched_by_the_identifier_that_is_named() -> None:
    needs = part("needs", {"Mosaic": " 7 ", "profile_date": "2026-01-01", "fear": 1})
    extra = part("extra", {"Mosaic": 7, "solo": "no"})
    found = join({"needs": needs, "extra": extra}, ON, by="Mosaic")
    assert rows(found, "fear", "solo") == [("7", 1, "no")]
    own = part("needs", {"child_id": "A1", "Mosaic": "7", "profile_date": "2026-01-01", "fear": 1})
    assert rows(join({"needs": own, "extra": extra}, ON, by="Mosaic"), "fear", "solo") == [("A1", 1, "no")]
    with pytest.raises(CaseloadError, match=r"extra\.csv column mosaic: .*Did you mean Mosaic\?"):
        join({"needs": part("needs", {"mosaic": 7, "fear": 1}), "extra": extra}, ON, by="mosaic")


def test_a_child_that_stands_twice_without_dates_is_refused_with_every_row() -> None:
    needs = part("needs", {"child_id": "a", "fear": 1}, {"child_id": "b", "fear": 1}, {"child_id": "a", "fear": 2})
    with pytest.raises(CaseloadError) as caught:
        join({"needs": needs}, ON)
    assert [finding.place for finding in caught.value.findings] == ["row 2", "row 4"]
    assert "profile_date" in caught.value.findings[0].remedy


def test_a_row_without_an_identifier_is_said_and_counted() -> None:
    found = join({"needs": part("needs", profile("a", "2026-01-01", 1), profile("", "2026-01-01", 2))}, ON)
    assert rows(found, "fear") == [("a", 1)]
    assert said(found) == [("no-child-id", "needs.csv", "row 3")]
    assert accounts(found)["needs", "no child_id"] == 1


def test_what_was_read_of_a_row_goes_with_it() -> None:
    wrong = Finding("bad-cell", "needs.csv", "row 3", "Wrong.", index=1, path="fear")
    old = Finding("bad-cell", "needs.csv", "row 2", "Wrong.", index=0, path="fear")
    whole = Finding("x", "needs.csv", "", "About the file.", severity="warning")
    needs = part("needs", profile("b", "2025-01-01", 1), profile("b", "2026-01-01", 1), findings=(wrong, old, whole))
    found = join({"needs": needs}, ON).caseload.findings
    assert [(finding.index, finding.severity) for finding in found] == [(0, "error"), (None, "note"), (None, "warning")]


@pytest.mark.parametrize("date", ["01.03.2026", "March 2026", "2026-02-31", "2026"])
def test_a_date_that_cannot_be_read_rejects_the_child_and_bands_nobody_by_another(date: str) -> None:
    needs = part("needs", profile("a", "2025-03-01", 0), profile("a", date, 3), profile("b", "2025-03-01", 1))
    found = join({"needs": needs}, ON)
    (wrong,) = [finding for finding in found.caseload.findings if finding.severity == "error"]
    assert (wrong.code, wrong.place, wrong.index) == ("bad-date", "row 3, column profile_date", 0)
    assert accounts(found)["needs", "date not readable"] == 1
    ends = part("placements", placed("a", "2025-01-01", date, "nhs"), placed("b", "2025-01-01", None, "nhs"))
    found = join(
        {"needs": part("needs", profile("a", "2026-01-01", 0), profile("b", "2026-01-01", 0)), "placements": ends}, ON
    )
    errors = [(finding.place, finding.index) for finding in found.caseload.findings if finding.severity == "error"]
    assert errors == [("row 2, column placement_end", 0)]
    assert rows(found, "setting") == [("a", None), ("b", "nhs")]


def test_a_date_with_a_time_is_its_day() -> None:
    needs = part("needs", profile("a", "2026-03-01T00:00:00", 1), profile("a", "2026-02-01 09:30", 2))
    assert rows(join({"needs": needs}, ON), "fear") == [("a", 1)]


def test_two_rows_of_one_day_reject_the_child() -> None:
    needs = part("needs", profile("a", "2026-03-01", 0), profile("a", "2026-03-01", 3), profile("b", "2026-03-01", 1))
    found = join({"needs": needs}, ON)
    assert {(f.code, f.place, f.index) for f in found.caseload.findings if f.severity == "error"} == {
        ("same-day", "row 2, column profile_date", 0), ("same-day", "row 3, column profile_date", 0),
    }  # fmt: skip
    assert found.earlier.frame.is_empty()


def test_an_end_without_a_beginning_still_ends() -> None:
    needs = part("needs", profile("a", "2026-01-01", 1), profile("b", "2026-01-01", 1))
    ended = part(
        "placements",
        *({"child_id": c, "setting": "nhs", "placement_end": e} for c, e in (("a", "2020-01-01"), ("b", ""))),
    )
    assert rows(join({"needs": needs, "placements": ended}, ON), "setting") == [("a", None), ("b", "nhs")]


def test_no_child_on_the_date_is_refused() -> None:
    with pytest.raises(CaseloadError, match="Check --on"):
        join({"needs": part("needs", profile("a", "2027-01-01", 1))}, ON)


def test_each_cell_is_known_by_its_own_file() -> None:
    needs = part("needs", profile("a", "2026-01-01", 1, solo=""), profile("b", "2026-01-01", 1, solo="yes"))
    costs = part("costs", cost("b", "2026-01-01", None, "x"), cost("a", "2026-01-01", None, "5"))
    extra = part("extra", {"child_id": "b", "solo": "no"}, {"child_id": "a", "solo": "no"})
    found = join({"needs": needs, "costs": costs, "extra": extra}, ON).caseload
    assert found.of_column["weekly_cost"].rows() == [("costs.csv", 3), ("costs.csv", 2)]
    assert found.of_column["solo"].rows() == [("extra.csv", 3), ("needs.csv", 3)]


def test_every_row_is_accounted_for() -> None:
    needs = part("needs", *(profile(f"{n % 7}", f"2026-0{n % 5 + 1}-{n // 5 + 1:02}", n) for n in range(40)))
    placements = part("placements", *(placed(f"{n % 9}", f"2025-0{n % 9 + 1}-01", None, "nhs") for n in range(30)))
    found = join({"needs": needs, "placements": placements}, ON)
    sums = dict(found.accounts.group_by("kind").agg(pl.col("rows").sum()).iter_rows())
    assert sums == {"needs": 40, "placements": 30}
    assert set(found.accounts["fate"]) <= set(FATES)
    assert found.caseload.frame["child_id"].is_unique().all()
    assert found.caseload.origins.height == found.caseload.frame.height


def test_a_placement_that_ends_before_it_begins_is_not_used_and_said() -> None:
    needs = part("needs", profile("a", "2026-01-01", 1), profile("b", "2026-01-01", 1))
    placements = part(
        "placements", placed("a", "2026-03-01", "2026-02-01", "home"), placed("a", "2025-01-01", None, "foster"),
        placed("b", "2027-01-01", "2026-02-01", "home"),
    )  # fmt: skip
    costs = part("costs", cost("a", "2026-03-02", "2026-03-01", "5"), cost("b", "2026-03-31", "2026-03-31", "6"))
    found = join({"needs": needs, "placements": placements, "costs": costs}, ON)
    assert rows(found, "setting", "weekly_cost") == [("a", "foster", None), ("b", None, "6")]
    assert accounts(found)["placements", "ends before it begins"] == 2
    assert accounts(found)["costs", "ends before it begins"] == 1
    assert [place for code, file, place in said(found) if code == "end-before-start"] == ["row 2", "row 4", "row 2"]
    assert found.placed is not None
    assert found.placed.to_list() == [True, False]
    assert join({"needs": needs}, ON).placed is None


def test_identifiers_match_with_and_without_a_point_and_zeros_in_front_are_said() -> None:
    needs = part("needs", profile("7.0", "2026-01-01", 1), profile("8", "2026-01-01", 2), profile("9", None, 1))
    costs = part("costs", cost("7", "2026-01-01", None, "5"), cost("008", "2026-01-01", None, "6"))
    found = join({"needs": needs, "costs": costs}, ON)
    assert rows(found, "weekly_cost") == [("7", "5"), ("8", None), ("9", None)]
    alike = [finding for finding in found.caseload.findings if finding.code == "zeros-in-front"]
    assert [finding.message.split(" ")[0] for finding in alike] == ["1"]
    assert "zeros-in-front" not in {code for code, *_ in said(join({"needs": needs}, ON))}


def test_an_error_in_a_cell_that_an_earlier_file_gives_does_not_reject_the_child() -> None:
    def bad(row: int) -> Finding:
        return Finding("bad-money", "extra.csv", f"row {row}", "No sum.", index=row - 2, path="weekly_cost")

    needs = part("needs", profile("a", "2026-01-01", 1), profile("b", "2026-01-01", 2))
    costs = part("costs", cost("a", "2026-01-01", None, "5"))
    more = [{"child_id": "a", "weekly_cost": "x"}, {"child_id": "b", "weekly_cost": "x"}]
    found = join({"needs": needs, "costs": costs, "extra": part("extra", *more, findings=(bad(2), bad(3)))}, ON)
    told = {f.index: f.severity for f in found.caseload.findings if f.code == "bad-money"}
    assert told == {0: "warning", 1: "error"}
