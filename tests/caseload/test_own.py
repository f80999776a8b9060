"""Dates and sums of our own columns, as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.caseload.handed import file_in, refused

from banding.caseload import own
from banding.caseload.model import Caseload
from banding.caseload.read import read
from banding.errors import CaseloadError


def own_column(folder: Path, name: str, cells: list[str]) -> Caseload:
    rows = "".join(f"a{n},{cell and f'{chr(34)}{cell}{chr(34)}'}\n" for n, cell in enumerate(cells))
    return read([file_in(folder, "x.csv", f"child_id,{name}\n{rows}")])


@pytest.mark.parametrize("name", own.DATES)
def test_days_above_12_settle_a_column(tmp_path: Path, name: str) -> None:
    caseload = own_column(tmp_path, name, ["31/03/2015", " 1/4/2015", "", "04/01/2016"])
    assert caseload.frame[name].to_list() == ["2015-03-31", "2015-04-01", None, "2016-01-04"]
    (note,) = caseload.findings
    assert (note.code, note.severity, note.index, note.path) == ("day-first", "note", None, name)
    assert note.message.startswith("3 dates")


def test_a_column_that_could_be_either_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.csv", "child_id,date_of_birth\na,03/04/2015\nb,05/05/2015\n")
    (found,) = refused(path)
    assert (found.code, found.index, found.path) == ("date-order", None, "date_of_birth")
    assert "2026-04-30" in found.remedy


def test_a_day_that_is_its_month_can_be_read_one_way_only(tmp_path: Path) -> None:
    assert own_column(tmp_path, "profile_date", ["05/05/2026"]).frame["profile_date"].to_list() == ["2026-05-05"]


@pytest.mark.parametrize(
    ("cells", "wrong", "words"),
    [
        (["31/03/2015", "2015-03-31"], [0], "beside others"),
        (["03/04/2015", "2015-03-31", "01/02/2015"], [0, 2], "beside others"),
        (["31/03/2015", "03/31/2015", "01/02/2015"], [0, 1, 2], "month first"),
        (["03/31/2015", "2015-01-01"], [0], "month first"),
        (["31/03/2015", "31/03/15"], [1], "two digits"),
        (["31/03/2015", "31/02/2015", "99/99/2015", "a/b"], [1, 2, 3], "no such date"),
    ],
)
def test_dates_that_are_not_sure_are_refused_by_row(
    tmp_path: Path, cells: list[str], wrong: list[int], words: str
) -> None:
    caseload = own_column(tmp_path, "date_of_birth", cells)
    found = [one for one in caseload.findings if one.severity == "error"]
    assert [(one.index, one.code, one.path, one.value) for one in found] == [
        (index, "bad-date", "date_of_birth", cells[index]) for index in wrong
    ]
    assert all(words in one.message for one in found)
    assert [one.place for one in found] == [f"row {index + 2}" for index in wrong]
    assert all(caseload.frame["date_of_birth"][index] == cells[index] for index in wrong)


def test_dates_of_other_columns_are_left_alone(tmp_path: Path) -> None:
    caseload = own_column(tmp_path, "moved_on", ["03/04/2015"])
    assert (caseload.frame["moved_on"].to_list(), caseload.findings) == (["03/04/2015"], ())


@pytest.mark.parametrize("name", own.MONEY)
def test_a_week_behind_a_sum_is_left_out(tmp_path: Path, name: str) -> None:
    cells = ["£1,234.50 pw", "120p/w", "120 per week", "120/week", "120 / Week", "£120 PW", "99", ""]
    caseload = own_column(tmp_path, name, cells)
    assert caseload.frame[name].to_list() == ["£1,234.50", "120", "120", "120", "120", "£120", "99", None]
    (note,) = caseload.findings
    assert (note.code, note.severity, note.path) == ("says-weekly", "note", name)
    assert note.message.startswith("6 sums")


@pytest.mark.parametrize(
    "said", ["pcm", "per month", "pa", "per year", "per day", "per annum", "/month", "p/a", "a day"]
)
def test_another_period_behind_a_sum_rejects_its_row(tmp_path: Path, said: str) -> None:
    caseload = own_column(tmp_path, "weekly_cost", ["£100 pw", f"£100 {said}"])
    (found,) = [one for one in caseload.findings if one.severity == "error"]
    assert (found.code, found.index, found.place, found.path) == ("bad-money", 1, "row 3", "weekly_cost")
    assert "another period" in found.message
    assert caseload.frame["weekly_cost"].to_list() == ["£100", f"£100 {said}"]


def test_records_of_json_are_named_as_records(tmp_path: Path) -> None:
    content = '[{"child_id":"a","weekly_cost":"1 pa"},{"child_id":"b","date_of_birth":"1/1/26"}]'
    caseload = read([file_in(tmp_path, "x.json", content)])
    assert {(one.place, one.code) for one in caseload.findings} == {("record 1", "bad-money"), ("record 2", "bad-date")}


@pytest.mark.parametrize("name", ["cost", "Total cost", "fee"])
def test_costs_of_no_stated_period_are_refused_unless_a_weeks_are_there_too(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"child_id,{name}\na,500\n", encoding="utf-8")
    with pytest.raises(CaseloadError) as caught:
        read([path])
    assert [(finding.code, finding.path) for finding in caught.value.findings] == [("no-period", name)]
    path.write_text(f"child_id,{name},weekly_cost\na,500,500\n", encoding="utf-8")
    assert read([path]).frame.height == 1
