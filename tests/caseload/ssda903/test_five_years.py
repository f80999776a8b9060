"""The five-year synthetic return as a caseload on each 31 March, held against counts and against a plain telling."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from tests.caseload.ssda903.five_years import told

from banding.caseload.model import Caseload
from banding.caseload.ssda903.files import is_return, read_return
from banding.caseload.ssda903.model import Return
from banding.caseload.ssda903.snapshot import snapshot

SHARED = Path(__file__).parents[4] / "shared" / "data" / "ssda903"
YEARS = (2018, 2019, 2020, 2021, 2022)

# Children looked after on 31 March, and children in short breaks: counted with awk over each year's episodes file, one
# child once (DECOM by the day, DEC blank or later, the later DECOM of two), LS V3 and V4 apart; so were the children's
# homes (PLACE K2). The other settings and counts: by five_years.py. The settings of a year add up to its children.
LOOKED_AFTER = {2018: 367, 2019: 195, 2020: 135, 2021: 89, 2022: 55}
SHORT_BREAKS = {2018: 67, 2019: 39, 2020: 26, 2021: 14, 2022: 7}
UNACCOMPANIED = {2018: 13, 2019: 8, 2020: 5, 2021: 4, 2022: 3}
MOVES = {2018: 332, 2019: 198, 2020: 125, 2021: 91, 2022: 53}
SDQ_KNOWN = {2018: 131, 2019: 99, 2020: 63, 2021: 41, 2022: 29}
CARE_NOT_REACHED = {2018: 202, 2019: 115, 2020: 80, 2021: 54, 2022: 31}
PLACEMENT_NOT_REACHED = {2018: 26, 2019: 13, 2020: 4, 2021: 4, 2022: 3}
SETTINGS = {
    "own_foster": (119, 56, 49, 30, 15),
    "agency_foster": (113, 57, 35, 25, 17),
    "kinship": (31, 27, 12, 7, 2),
    "childrens_home": (34, 20, 18, 8, 9),
    "supported_accommodation": (19, 13, 6, 10, 7),
    "with_parents": (20, 10, 6, 4, 0),
    "adoption": (16, 7, 5, 3, 4),
    "nhs": (5, 2, 1, 0, 1),
    "residential_school": (3, 0, 2, 0, 0),
    "custody": (3, 0, 1, 1, 0),
    "secure_home": (1, 2, 0, 0, 0),
    None: (3, 1, 0, 1, 0),  # PLACE P3 and R1, which are none of our settings
}
# Open at the end of a year, and no row of the same child and DECOM in the next year's file: counted by joining each
# two files on both.
OPEN_THEN_ABSENT = {2017: 88, 2018: 40, 2019: 25, 2020: 21}


@pytest.fixture(scope="module")
def returned() -> Return:
    if not SHARED.is_dir():
        pytest.skip("the five-year synthetic return is not beside this checkout")
    return read_return(SHARED)


def on(returned: Return, year: int) -> Caseload:
    return snapshot(returned, dt.date(year, 3, 31))


def test_every_file_has_its_year(returned: Return) -> None:
    assert is_return(SHARED)
    kinds = ("header", "episodes", "oc2", "uasc", "missing", "reviews")
    assert returned.held == {(kind, year) for kind in kinds for year in range(2017, 2022)}
    heights = {kind: returned.tables[kind].height for kind in kinds}
    assert heights == {"header": 2123, "episodes": 3737, "oc2": 1974, "uasc": 82, "missing": 7, "reviews": 11038}
    for kind in kinds:
        years = returned.tables[kind].select(pl.col("file").str.extract(r"(\d{4})-").cast(pl.Int32), "year").unique()
        assert years.select((pl.col("file") == pl.col("year")).all()).item()


def test_no_episode_is_lost_and_every_fault_is_said(returned: Return) -> None:
    assert returned.tables["episodes"]["usable"].all()
    lost = returned.faults.filter(code="open-then-absent")
    assert Counter(int(Path(file).name[:4]) for file in lost["file"]) == OPEN_THEN_ABSENT
    # Two children in 2017/18, one in 2018/19 and two in 2020/21, two rows each.
    assert returned.faults.filter(code="two-open-episodes").height == 10
    assert not returned.faults.filter(code="unknown-code").height


@pytest.mark.parametrize("year", YEARS)
def test_the_counts_of_each_31_march(returned: Return, year: int) -> None:
    caseload = on(returned, year)
    frame = caseload.frame
    assert frame.height == LOOKED_AFTER[year] == frame["child_id"].n_unique()
    (breaks,) = [finding.message for finding in caseload.findings if finding.code == "short-breaks"]
    assert breaks.endswith(f": {SHORT_BREAKS[year]}.")
    expected = {setting: counts[year - 2018] for setting, counts in SETTINGS.items() if counts[year - 2018]}
    assert Counter(frame["setting"]) == expected
    assert frame["unaccompanied"].sum() == UNACCOMPANIED[year]
    assert frame["moves_12_months"].sum() == MOVES[year]
    assert frame["sdq_total"].count() == SDQ_KNOWN[year]
    assert frame["days_in_care"].null_count() == CARE_NOT_REACHED[year]
    assert frame["weeks_in_placement"].null_count() == PLACEMENT_NOT_REACHED[year]
    assert frame["liberty_order"].null_count() == frame.height  # no DoLo file before 2026/27


@pytest.mark.parametrize("year", YEARS)
def test_every_child_is_told_alike_by_a_plain_telling(returned: Return, year: int) -> None:
    children, breaks = told(SHARED, year - 1)
    assert breaks == SHORT_BREAKS[year]
    names = (
        "setting", "days_in_care", "weeks_in_placement", "moves_12_months", "missing_12_months", "unaccompanied",
        "sdq_total",
    )  # fmt: skip
    found = {child: tuple(cells) for child, *cells in on(returned, year).frame.select("child_id", *names).iter_rows()}
    assert found == {
        child: (one.setting, one.days, one.weeks, one.moves, one.missing, one.unaccompanied, one.sdq)
        for child, one in children.items()
    }
