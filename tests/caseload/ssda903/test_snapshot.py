"""A return as a caseload: the invented return by hand, and each fact where it is known, doubtful and unknown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.caseload.ssda903.written import INVENTED, episode, write

from banding import load_pack, score
from banding.caseload.model import Caseload
from banding.caseload.ssda903.codes import tables
from banding.caseload.ssda903.files import read_return
from banding.caseload.ssda903.snapshot import COLUMNS, snapshot
from banding.errors import CaseloadError
from banding.vocabulary import FACTS

MARCH_2024, MARCH_2025 = dt.date(2024, 3, 31), dt.date(2025, 3, 31)
YES, NO = True, False

# By hand, from the rows of invented/: days from the S to the date, weeks from the placement's first day rounded down.
IN_2024 = {
    # 10/05/2023 to 31/03/2024 is 326 days, 46 weeks and 4 days; the L of September opens no placement.
    "ada": ("kinship", "own_council", "full_care_order", NO, 326, 46, 0, 0, NO),
    # 01/01/2024: 90 days.
    "eli": ("own_foster", "own_council", "section_20", YES, 90, 12, 0, 0, NO),
    # 01/03/2024: 30 days; missing since 25/03/2024.
    "ida": ("supported_accommodation", "private", "section_20", None, 30, 4, 0, 1, YES),
}
IN_2025 = {
    # In care since 10/05/2023: 366 + 325 = 691 days, told by the return of the year before; moved 15/01/2025: 75 days.
    "ada": ("agency_foster", "private", "full_care_order", None, 691, 10, 1, 0, NO),
    # 02/04/2024: 363 days; the T of 02/07/2024 opens a placement (272 days) and is no move.
    "ben": ("agency_foster", "voluntary", "section_20", NO, 363, 38, 0, 0, NO),
    # The second time in care, since 01/02/2025: 58 days; moved 01/03/2025: 30 days.
    "dee": ("childrens_home", "private", "section_20", None, 58, 4, 1, 0, NO),
    # Two open episodes: the later, of 01/12/2024 (120 days); in care since 01/06/2024 (303 days).
    "fay": ("kinship", "own_council", "full_care_order", YES, 303, 17, 1, 0, NO),
    # The return does not reach back to the S; 05/08/2024: 238 days. Unaccompanied until 01/01/2025.
    "hal": ("kinship", "other_council", "youth_justice", None, None, 34, 1, 0, NO),
    # 01/03/2024: 395 days. Missing twice: until 02/04/2024, and in December; away in February is not missing.
    "ida": ("supported_accommodation", "private", "section_20", None, 395, 56, 0, 2, YES),
}
SHOWN = (
    "setting", "provider_kind", "legal_status", "permanence_match", "days_in_care", "weeks_in_placement",
    "moves_12_months", "missing_12_months", "unaccompanied",
)  # fmt: skip


def rows(caseload: Caseload, *columns: str) -> dict[str, Any]:
    """By child, the cells of the columns: a tuple of them, or the cell where one column is asked for."""
    frame = caseload.frame.select("child_id", *columns)
    return {child: cells[0] if len(columns) == 1 else tuple(cells) for child, *cells in frame.iter_rows()}


def messages(caseload: Caseload, code: str) -> list[str]:
    return [finding.message for finding in caseload.findings if finding.code == code]


@pytest.mark.parametrize(("on", "expected"), [(MARCH_2024, IN_2024), (MARCH_2025, IN_2025)])
def test_the_invented_return_by_hand(on: dt.date, expected: dict[str, tuple[object, ...]]) -> None:
    assert rows(snapshot(read_return(INVENTED), on), *SHOWN) == expected


def test_what_other_files_tell_of_the_child() -> None:
    caseload = snapshot(read_return(INVENTED), MARCH_2025)
    assert rows(caseload, "date_of_birth", "sex", "ethnicity", "provider", "sdq_total") == {
        "ada": (dt.date(2015, 2, 14), "female", "WBRI", "1000003", 17),
        "ben": (dt.date(2012, 6, 30), "male", "BAFR", "1000004", None),  # the carer refused
        "dee": (dt.date(2010, 3, 3), None, "MWBC", "1000002", None),
        "fay": (dt.date(2019, 12, 12), "female", "AIND", "1000001", None),  # 41 is no score
        "hal": (dt.date(2011, 7, 17), "male", "WROM", "1000007", None),
        "ida": (dt.date(2007, 9, 9), "female", "OOTH", None, None),
    }


def test_origins_and_the_index_of_findings_name_the_episode_used() -> None:
    caseload = snapshot(read_return(INVENTED), MARCH_2025)
    assert caseload.layout == "ssda903"
    assert {Path(file).parent.name for file in caseload.origins["file"]} == {"return-2025"}
    assert dict(zip(caseload.frame["child_id"], caseload.origins["row"], strict=True)) == {
        "ada": 3, "ben": 5, "dee": 8, "fay": 10, "hal": 12, "ida": 13,
    }  # fmt: skip
    about = {(one.code, caseload.frame["child_id"][one.index]) for one in caseload.findings if one.index is not None}
    assert about == {("two-open-episodes", "fay"), ("unknown-code", "ida")}


def test_short_breaks_are_counted_and_left_out() -> None:
    returned = read_return(INVENTED)
    (says,) = messages(snapshot(returned, MARCH_2025), "short-breaks")
    assert says.endswith(": 1.")
    assert not messages(snapshot(returned, MARCH_2024), "short-breaks")


def test_what_an_earlier_year_left_open_is_not_carried_forward() -> None:
    returned = read_return(INVENTED)
    assert "eli" in rows(snapshot(returned, MARCH_2024), "setting")
    assert "eli" not in rows(snapshot(returned, dt.date(2024, 4, 1)), "setting")


def test_the_day_an_episode_ends_is_no_longer_held() -> None:
    returned = read_return(INVENTED)
    assert rows(snapshot(returned, dt.date(2025, 3, 30)), "setting")["gus"] == "secure_home"
    assert "gus" not in rows(snapshot(returned, MARCH_2025), "setting")


def test_a_later_return_changes_nothing_of_an_earlier_date() -> None:
    both = snapshot(read_return(INVENTED), MARCH_2024)
    alone = snapshot(read_return(INVENTED / "return-2024"), MARCH_2024)
    assert both.frame.equals(alone.frame)


def test_every_column_is_of_the_vocabulary_and_its_values_too() -> None:
    caseload = snapshot(read_return(INVENTED), MARCH_2025)
    assert [name for name in COLUMNS if name != "distance_miles"] == caseload.frame.columns
    assert {*COLUMNS} - {"child_id"} <= {*FACTS}
    given = {fact for table in tables().values() for fact in table.gives}
    assert given <= {*COLUMNS}
    for name in ("provider_kind", "legal_status", "sex"):
        assert {*caseload.frame[name].drop_nulls()} <= {*FACTS[name].choices}


def one(folder: Path, on: dt.date, **files: list[str]) -> Caseload:
    return snapshot(read_return(write(folder, files)), on)


def test_a_date_that_no_return_holds_is_refused() -> None:
    with pytest.raises(CaseloadError) as refused:
        snapshot(read_return(INVENTED), dt.date(2025, 4, 1))
    (finding,) = refused.value.findings
    assert finding.code == "outside-return"
    assert "--on 2025-03-31" in finding.remedy


def test_files_that_are_not_there_leave_their_facts_unknown(tmp_path: Path) -> None:
    caseload = one(tmp_path, MARCH_2024, episodes=[episode("a", "01/05/2023")])
    names = ("date_of_birth", "sdq_total", "unaccompanied", "missing_12_months", "liberty_order")
    assert rows(caseload, *names) == {"a": (None, None, None, None, None)}
    told = {message.split()[3] for message in messages(caseload, "no-file")}
    assert told == {"header", "oc2", "uasc", "missing"}  # there was no DoLo file in 2023/24


@pytest.mark.parametrize(
    ("place", "provider", "setting", "matched"),
    [
        ("U1", "PR4", "kinship", True), ("U2", "PR1", "kinship", None), ("U3", "PR1", "kinship", False),
        ("U4", "PR1", "own_foster", True), ("U5", "PR2", "own_foster", None), ("U6", "PR4", "agency_foster", False),
        ("U6", "PR5", "agency_foster", False), ("U6", "PR3", None, False), ("U6", "", None, False),
        ("K1", "PR2", "secure_home", None), ("K2", "PR4", "childrens_home", None),
        ("H5", "PR4", "supported_accommodation", None), ("P2", "PR1", "supported_accommodation", None),
        ("P1", "PR0", "with_parents", None), ("P3", "PR4", None, None), ("R1", "PR3", None, None),
        ("R2", "PR3", "nhs", None), ("R3", "PR4", "parent_and_child", None), ("R5", "PR3", "custody", None),
        ("S1", "PR4", "residential_school", None), ("A3", "PR1", "adoption", None), ("A6", "PR1", "adoption", None),
        ("T1", "", None, None), ("Z1", "PR4", None, None),
    ],
)  # fmt: skip
def test_setting_and_match_by_place_and_provider(
    tmp_path: Path, place: str, provider: str, setting: str | None, matched: bool | None
) -> None:
    rows_of = [episode("a", "01/05/2023", place=place, provider=provider)]
    caseload = one(tmp_path, MARCH_2024, episodes=rows_of)
    assert rows(caseload, "setting", "permanence_match") == {"a": (setting, matched)}
    assert bool(messages(caseload, "provider-unclear")) == (provider == "PR3" and place == "U6")


@pytest.mark.parametrize(
    ("ls", "status"),
    [
        ("C1", "interim_care_order"), ("C2", "full_care_order"), ("E1", "placement_order"), ("V2", "section_20"),
        ("L3", "protection"), ("J2", "youth_justice"), ("D1", "other"), ("", None),
    ],
)  # fmt: skip
def test_legal_status(tmp_path: Path, ls: str, status: str | None) -> None:
    caseload = one(tmp_path, MARCH_2024, episodes=[episode("a", "01/05/2023", ls=ls)])
    assert rows(caseload, "legal_status") == {"a": status}


@pytest.mark.parametrize(
    ("duc", "expected"), [("", True), ("01/04/2024", True), ("31/03/2024", False), ("?", None), (None, False)]
)
def test_unaccompanied_until_the_status_ends(tmp_path: Path, duc: str | None, expected: bool | None) -> None:
    listed = [] if duc is None else [f"a,1,01/01/2010,{duc}"]
    caseload = one(tmp_path, MARCH_2024, episodes=[episode("a", "01/05/2023")], uasc=listed)
    assert rows(caseload, "unaccompanied") == {"a": expected}


@pytest.mark.parametrize(
    ("orders", "order", "deprived"),
    [
        (["01/05/2026,"], True, True),
        (["01/05/2026,01/06/2026", "01/02/2027,01/05/2027"], True, True),
        (["01/05/2026,31/03/2027"], False, None),
        (["01/05/2026,soon"], None, None),
        ([], False, None),
    ],
)
def test_liberty_from_2026(tmp_path: Path, orders: list[str], order: bool | None, deprived: bool | None) -> None:
    on, dolo = dt.date(2027, 3, 31), [f"a,01/01/2012,{span}" for span in orders]
    caseload = one(tmp_path, on, episodes=[episode("a", "01/05/2026")], dolo=dolo)
    assert rows(caseload, "liberty_order", "deprivation_of_liberty") == {"a": (order, deprived)}


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], 0),
        (["M,01/05/2023,02/05/2023", "M,03/05/2023,03/05/2023", "A,01/06/2023,01/07/2023"], 2),
        (["M,25/03/2023,31/03/2023"], 0),
        (["M,25/03/2023,01/04/2023"], 1),
        (["M,25/03/2023,"], 1),
        (["M,01/05/2023,02/05/2023", "M,sometime,02/06/2023"], None),
        (["Q,01/05/2023,02/05/2023"], None),
    ],
)
def test_times_missing(tmp_path: Path, records: list[str], expected: int | None) -> None:
    missing = [f"a,01/01/2010,{record}" for record in records]
    caseload = one(tmp_path, MARCH_2024, episodes=[episode("a", "01/05/2023")], missing=missing)
    assert rows(caseload, "missing_12_months") == {"a": expected}


def test_a_child_of_eighteen_or_not_yet_born_is_said(tmp_path: Path) -> None:
    header = ["a,1,31/03/2006,WBRI,,,", "b,1,01/04/2006,WBRI,,,"]
    caseload = one(
        tmp_path, MARCH_2024, episodes=[episode("a", "01/05/2023"), episode("b", "01/05/2023")], header=header
    )
    assert [one.index for one in caseload.findings if one.code == "not-a-child"] == [0]
    early = snapshot(read_return(tmp_path), MARCH_2024 - dt.timedelta(days=1))
    assert not messages(early, "not-a-child")


def test_a_child_who_is_not_in_the_header_is_said(tmp_path: Path) -> None:
    caseload = one(tmp_path, MARCH_2024, episodes=[episode("a", "01/05/2023")], header=[])
    assert [one.index for one in caseload.findings if one.code == "no-header-row"] == [0]
    assert rows(caseload, "date_of_birth") == {"a": None}


def test_a_snapshot_with_ratings_beside_it_is_scored_whole() -> None:
    pack = load_pack("england-reference@2026")
    frame = snapshot(read_return(INVENTED), MARCH_2025).frame
    rated = frame.with_columns(*(pl.lit(0).alias(item) for item in pack.items), profile_date=pl.lit(MARCH_2025))
    scored = score(rated, pack, on=MARCH_2025)
    assert scored["status"].to_list() == ["scored"] * frame.height
    assert scored["setting"].to_list() == frame["setting"].to_list()
