"""Periods of care, placements and moves: one child at a time, as of 31 March 2024 unless said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.caseload.ssda903.written import episode, write

from banding.caseload.ssda903.episodes import year_before
from banding.caseload.ssda903.files import read_return
from banding.caseload.ssda903.snapshot import snapshot

ON = dt.date(2024, 3, 31)


# Somebody whose care ended in the year, so that the return tells its year whatever the child's own episodes say.
OTHER = episode("z", "01/05/2023", ended="01/06/2023")


def spans(folder: Path, *episodes: str, on: dt.date = ON, year_earlier: tuple[str, ...] = ()) -> tuple[int | None, ...]:
    """days_in_care, weeks_in_placement and moves_12_months of the only child looked after."""
    earlier = {"2022-episodes": [*year_earlier]} if year_earlier else {}
    caseload = snapshot(read_return(write(folder, {"2023-episodes": [OTHER, *episodes], **earlier})), on)
    (row,) = caseload.frame.select("days_in_care", "weeks_in_placement", "moves_12_months").rows()
    return tuple(row)


# To 31 March 2024 it is 304 days from 01/06/2023 (43 weeks and 3 days), 121 from 01/12/2023 (17 and 2) and 30 from
# 01/03/2024 (4 and 2).
@pytest.mark.parametrize(
    ("rne", "expected"),
    [
        ("L", (304, 43, 0)), ("P", (304, 17, 1)), ("B", (304, 17, 1)), ("T", (304, 17, 0)), ("U", (304, 17, 0)),
        ("S", (121, 17, 0)), ("", (None, None, None)),
    ],
)  # fmt: skip
def test_why_an_episode_began_says_what_is_new(tmp_path: Path, rne: str, expected: tuple[int | None, ...]) -> None:
    found = spans(tmp_path, episode("a", "01/06/2023", "S", "01/12/2023"), episode("a", "01/12/2023", rne))
    assert found == expected


def test_a_placement_may_span_several_episodes(tmp_path: Path) -> None:
    found = spans(
        tmp_path,
        episode("a", "01/06/2023", "S", "01/12/2023"),
        episode("a", "01/12/2023", "P", "01/02/2024"),
        episode("a", "01/02/2024", "L", "01/03/2024"),
        episode("a", "01/03/2024", "L"),
    )
    assert found == (304, 17, 1)


def test_a_placement_is_followed_back_into_earlier_returns(tmp_path: Path) -> None:
    found = spans(
        tmp_path,
        episode("a", "01/02/2023", "L", "01/06/2023"),
        episode("a", "01/06/2023", "L"),
        year_earlier=(episode("a", "01/12/2022", "S", "01/02/2023"), episode("a", "01/02/2023", "L")),
    )
    assert found == (486, 69, 0)  # 01/12/2022 to 31/03/2024: 365 + 121


def test_without_its_beginning_a_span_is_unknown(tmp_path: Path) -> None:
    assert spans(tmp_path, episode("a", "01/02/2023", "L")) == (None, None, 0)
    assert spans(tmp_path, episode("a", "01/12/2023", "P")) == (None, 17, 1)


def test_a_gap_in_care_ends_what_can_be_followed(tmp_path: Path) -> None:
    first = episode("a", "01/06/2023", "S", "30/11/2023")
    assert spans(tmp_path, first, episode("a", "01/12/2023", "P")) == (None, 17, 1)
    assert spans(tmp_path, first, episode("a", "01/12/2023", "L")) == (None, None, 0)


def test_moves_count_in_every_period_of_care(tmp_path: Path) -> None:
    found = spans(
        tmp_path,
        episode("a", "01/06/2023", "S", "01/07/2023"),
        episode("a", "01/07/2023", "P", "01/08/2023"),
        episode("a", "01/12/2023", "S", "01/03/2024"),
        episode("a", "01/03/2024", "B"),
    )
    assert found == (121, 4, 2)


def test_moves_count_for_twelve_months(tmp_path: Path) -> None:
    rows = [
        episode("a", "01/01/2022", "S", "31/03/2023"),
        episode("a", "31/03/2023", "P", "01/04/2023"),  # a day too early for the twelve months to 31 March 2024
        episode("a", "01/04/2023", "P", "31/03/2024"),
        episode("a", "31/03/2024", "P"),
    ]
    assert spans(tmp_path, *rows)[2] == 2
    assert spans(tmp_path, *rows, on=dt.date(2024, 3, 30))[2] is None  # 31 March 2023 is in the year before
    earlier = (rows[0], episode("a", "31/03/2023", "P"))
    assert spans(tmp_path, *rows, on=dt.date(2024, 3, 30), year_earlier=earlier)[2] == 2


def test_a_forgotten_end_is_taken_from_the_episode_that_follows(tmp_path: Path) -> None:
    assert spans(tmp_path, episode("a", "01/06/2023", "S"), episode("a", "01/12/2023", "P")) == (304, 17, 1)


def test_an_episode_that_an_earlier_return_left_open_is_no_beginning(tmp_path: Path) -> None:
    earlier = (episode("a", "01/06/2022", "S"),)
    assert spans(tmp_path, episode("a", "01/12/2023", "P"), year_earlier=earlier) == (None, 17, 1)


def test_a_period_of_care_does_not_run_through_a_short_break(tmp_path: Path) -> None:
    found = spans(
        tmp_path,
        episode("a", "01/06/2023", "S", "01/10/2023"),
        episode("a", "01/10/2023", "P", "01/12/2023", ls="V4"),
        episode("a", "01/12/2023", "L"),
    )
    assert found == (None, None, 0)


def test_a_short_break_with_the_later_start_is_the_one_used(tmp_path: Path) -> None:
    rows = [episode("a", "01/06/2023", "S"), episode("a", "01/12/2023", "S", ls="V3")]
    caseload = snapshot(read_return(write(tmp_path, {"episodes": rows})), ON)
    assert not caseload.frame.height


def test_an_episode_that_cannot_be_read_leaves_the_spans_of_its_child_unknown(tmp_path: Path) -> None:
    good = episode("a", "01/06/2023", "S")
    assert spans(tmp_path, good, episode("a", "31/06/2023", "P")) == (None, None, None)
    assert spans(tmp_path, good, episode("b", "31/06/2023", "P")) == (304, 43, 0)


def test_a_later_episode_that_is_over_leaves_the_placement_in_doubt(tmp_path: Path) -> None:
    found = spans(tmp_path, episode("a", "01/06/2023", "S"), episode("a", "01/12/2023", "P", "01/02/2024"))
    assert found == (None, None, 1)


def test_of_two_episodes_on_one_day_the_last_in_the_file_is_used(tmp_path: Path) -> None:
    rows = [episode("a", "01/06/2023", place="U1"), episode("a", "01/06/2023", place="K2")]
    caseload = snapshot(read_return(write(tmp_path, {"episodes": rows})), ON)
    assert caseload.frame["setting"].to_list() == ["childrens_home"]


def test_the_year_before_a_leap_day() -> None:
    assert year_before(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)
    assert year_before(dt.date(2024, 3, 31)) == dt.date(2023, 3, 31)
    assert year_before(dt.date(2025, 2, 28)) == dt.date(2024, 2, 28)
