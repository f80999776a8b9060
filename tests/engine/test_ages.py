"""Ages: by the date of birth, or as they are given, on the profile's date and on the caseload's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.engine.columns import prepare
from banding.engine.score import compiled
from banding.errors import CaseloadError
from tests.engine.prepared import ON, Given, codes, column, refusals, told
from tests.small import pack_in


def test_ages_follow_from_the_date_of_birth(given: Given) -> None:
    """On the profile's date for the band, on the caseload's date for settings and prices."""
    rated = ["2026-05-31", "2026-06-01", "2025-02-28", None, None]
    found = given(date_of_birth=["2010-06-01", "2010-06-02", "2012-02-29", None, "2010-06-01"], profile_date=rated)
    assert column(found, "age") == [15, 15, 12, -1, 16]
    assert column(found, "age_months") == [191, 191, 155, -1, 192]
    assert column(found, "age_on") == [16, 15, 14, -1, 16]
    assert column(found, "profile_age_days") == [1, 0, 458, -1, -1]
    assert codes(found) == []


def test_without_a_profile_date_the_profile_is_of_the_caseload_s_date(given: Given) -> None:
    for more in ({}, {"profile_date": ["", ""]}):
        found = given(date_of_birth=[dt.date(2010, 6, 1), dt.date(2010, 6, 2)], **more)
        assert column(found, "age") == column(found, "age_on") == [16, 15]
        assert column(found, "profile_age_days") == [-1, -1]


@pytest.mark.parametrize("more", [{}, {"date_of_birth": ["", ""]}, {"date_of_birth": [None, None]}])
def test_a_lone_age_serves_for_both_with_a_warning(given: Given, more: Any) -> None:
    found = given(age=["15", "16"], **more)
    assert column(found, "age") == column(found, "age_on") == [15, 16]
    assert codes(found) == ["age-for-both"]


def test_an_unknown_age_on_the_scoring_date_stays_so_where_the_caseload_has_that_column(given: Given) -> None:
    found = given(age=[15, 16], age_on=[None, 17])
    assert column(found, "age_on") == [-1, 17]
    assert codes(found) == []


def test_each_row_takes_what_it_has(given: Given) -> None:
    found = given(date_of_birth=["2010-06-01", "", ""], age=["", "12", ""], profile_date=["2026-05-01"] * 3)
    assert column(found, "age") == [15, 12, -1]
    assert column(found, "age_on") == [16, 12, -1]
    assert column(found, "age_months") == [191, -1, -1]
    assert codes(found) == ["age-for-both"]


def test_an_age_that_is_given_stands_against_the_date_of_birth(given: Given) -> None:
    found = given(date_of_birth=["2010-06-01"] * 2, age=[16, 3], age_on=[17, 17])
    assert column(found, "age") == [16, 3]
    assert column(found, "age_on") == [17, 17]
    assert codes(found) == ["ages-differ"]
    assert told(found.findings, "ages-differ").message.startswith("1 ages")


def test_impossible_dates_of_birth_reject_their_rows(given: Given) -> None:
    found = given(date_of_birth=["2026-07-01", "1990-01-01", "2010-02-30", "1/6/2010"], profile_date=["2026-06-01"] * 4)
    because = [(index, code, name) for index, code, name, _ in refusals(found) if name != "age_months"]
    assert because == [
        (0, "future-date", "date_of_birth"),
        *((1, "out-of-range", name) for name in ("age", "age_on")),
        *((row, "bad-date", "date_of_birth") for row in (2, 3)),
    ]


def test_a_bad_age_is_told_once_under_its_own_name(given: Given) -> None:
    assert refusals(given(age=["12", "abc"])) == [(1, "out-of-range", "age", "abc")]


def test_a_bad_age_is_told_where_only_the_age_on_the_scoring_date_is_read(tmp_path: Path) -> None:
    tables = {
        "items": "id,domain,kind,label,top\nfire,d,need,Fire,3\n",
        "domains": "id,label,missing\nd,D,least\n",
        "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,3\n",
    }
    review = '[[review]]\nid = "old"\nkind = "note"\nwhen = "age_on > 15"\nbecause = "Old."\n'
    program = compiled(pack_in(tmp_path, f'[bands]\nscore = "sum(d)"\n{review}', **tables), ON)
    frame = pl.DataFrame({"child_id": list("abc"), "fire": [0, 0, 0], "age": ["16", "", "old"]})
    found = prepare(frame, program, ON)
    assert column(found, "age_on") == [16, -1, -1]
    assert refusals(found) == [(2, "out-of-range", "age", "old")]
    with pytest.raises(CaseloadError, match="column age"):
        prepare(frame.with_columns(age=pl.lit(dt.date(2010, 1, 1))), program, ON)


def test_a_profile_of_the_future_rejects_its_row(given: Given) -> None:
    found = given(profile_date=["2026-06-01", "2026-06-02"])
    assert column(found, "profile_age_days") == [0, -1]
    assert refusals(found) == [(1, "future-date", "profile_date", "2026-06-02")]


def test_the_age_of_one_child_does_not_hang_on_whether_others_are_dated(given: Given) -> None:
    born = ["2010-06-02", "2012-06-02"]
    alone, beside = (given(date_of_birth=born, profile_date=rated) for rated in (["", ""], ["", "2026-01-01"]))
    assert column(alone, "age")[0] == column(beside, "age")[0] == 15
