"""Distances that an export of the return gives beside its own columns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from tests.caseload.ssda903.written import HEADERS, episode

from banding.caseload.ssda903.files import read_return
from banding.caseload.ssda903.snapshot import COLUMNS, snapshot
from banding.engine.columns import known_facts
from banding.engine.score import compiled
from banding.pack.library import load_pack

ON = dt.date(2024, 3, 31)
PACK = load_pack("england-reference@2026")


def returned(folder: Path, *miles: str) -> Path:
    lines = [HEADERS["episodes"] + ",PL_DISTANCE"]
    lines += [f"{episode(f'c{n}', '01/05/2023')},{one}" for n, one in enumerate(miles)]
    folder.mkdir(exist_ok=True)
    (folder / "episodes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("miles", "found"),
    [
        ("0", "0"), ("12.3", "12.3"), (" 20 ", "20"), ("700.0", "700.0"), ("999.9", "999.9"), ("999.90", "999.90"),
        ("", None),
    ],
)  # fmt: skip
def test_a_distance_is_read_as_it_stands(tmp_path: Path, miles: str, found: str | None) -> None:
    caseload = snapshot(read_return(returned(tmp_path, miles, "5")), ON)
    assert caseload.frame["distance_miles"].to_list() == [found, "5"]
    assert caseload.frame.columns == [*COLUMNS]
    assert not [one for one in caseload.findings if one.path == "PL_DISTANCE"]


@pytest.mark.parametrize("miles", ["-1", "700.1", "999.8", "far", "1,5", "1e2", "9" * 30])
def test_what_is_no_distance_is_said_and_the_episode_used(tmp_path: Path, miles: str) -> None:
    back = read_return(returned(tmp_path, f'"{miles}"', "5"))
    (said,) = [one for one in back.findings() if one.path == "PL_DISTANCE"]
    assert (said.code, said.severity, said.place, said.value) == ("unreadable-cell", "warning", "row 2", miles)
    assert "Expected miles from 0 to 700, or 999.9 where it is unknown" in said.message
    assert snapshot(back, ON).frame["distance_miles"].to_list() == [None, "5"]


def test_a_return_without_distances_has_no_such_column(tmp_path: Path) -> None:
    assert "distance_miles" not in snapshot(read_return(returned(tmp_path, "", "")), ON).frame.columns


def test_the_number_that_stands_for_unknown_is_unknown_to_the_engine(tmp_path: Path) -> None:
    children = snapshot(read_return(returned(tmp_path, "999.9", "12.3", "")), ON).frame
    facts = known_facts(children, compiled(PACK, ON), ON)
    assert [one.get("distance_miles") for one in facts] == [None, Decimal("12.3"), None]
