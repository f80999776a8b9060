"""Worked cases of a pack: how they are read, what a miss says, and every mistake in the file at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from banding.cases import read_cases, run_cases
from banding.errors import PackError
from banding.pack.meaning import Pack
from tests.small import pack_in

RULES = """
[scores]
half = "0.5 * fear"
[bands]
score = "fear"
[[review]]
id = "far"
kind = "note"
when = "location == at_a_distance"
because = "Far."
"""
TABLES = {
    "items": "id,domain,kind,label,top\nfear,d,need,Fear,3\nfire,d,need,Fire,3\n",
    "domains": "id,label,missing\nd,D,least\n",
    "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,2\n",
    "settings": "id,label,family,intensity\nown,Own,yes,1\n",
    "prices": "band,setting,low,expected,high\nlow|high,own,100,1234.5,2000\n",
}


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return pack_in(tmp_path, RULES, **TABLES)


def run(pack: Pack, folder: Path, *rows: str, header: str = "case,from,ratings,facts,band,half,reviews") -> list[str]:
    (folder / "cases.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    return [f"{found.place}: {found.message}" for found in run_cases(pack, read_cases(pack, folder))]


def test_cases_that_hold_say_nothing(pack: Pack, tmp_path: Path) -> None:
    rows = ("calm,,,,1,0,none", 'afraid,,"fear 3, fire 1",location at_a_distance,2,1.5,far', "any,,fear 1,,,,")
    assert run(pack, tmp_path, *rows) == []


def test_a_miss_says_what_was_expected_and_found(pack: Pack, tmp_path: Path) -> None:
    assert run(pack, tmp_path, "calm,,,,1,0,none", "afraid,,fear 3,,1,2,far") == [
        "row 3, column band: afraid: expected 1, found 2.", "row 3, column half: afraid: expected 2, found 1.5.",
        "row 3, column reviews: afraid: expected far, found none.",
    ]  # fmt: skip


def test_a_case_starts_from_one_above_it(pack: Pack, tmp_path: Path) -> None:
    rows = (
        "afraid,,fear 3,location at_a_distance,2,1.5,far",
        "less,afraid,fear 1,,1,0.5,far",
        "near,less,,location ?,,,",
    )
    assert run(pack, tmp_path, *rows) == []
    (found,) = [case for case in read_cases(pack, tmp_path) if case.name == "near"]
    assert (found.ratings, found.facts) == ({"fear": "1"}, {"location": None})


def test_unanswered_and_money(pack: Pack, tmp_path: Path) -> None:
    header = "case,ratings,facts,band_high,completeness,price_expected,because"
    rows = ("open,fear ?,setting own,2,50,1234.50,Unanswered is no 0", "shut,,setting ?,1,100,none,No setting")
    assert run(pack, tmp_path, *rows, header=header) == []


def test_a_pack_without_cases_has_none(pack: Pack, tmp_path: Path) -> None:
    assert read_cases(pack, tmp_path) == ()
    assert run_cases(pack, ()) == []


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["a,,fer 1,,,,"], 'row 2, column ratings: "fer" is not one of the pack. Did you mean fear?'),
        (["a,,,locaton in_area,,,"], "Did you mean location?"), (["a,,fear,,,,"], "fear has no value"),
        (["a,,\"fear 1, fear 2\",,,,"], "fear stands there twice"), ([",,,,,,"], "zero"), (["a,b,,,,,"], '"b"'),
        (["a,,,,,,", "a,,,,,,"], "row 3, column case: Every case needs a name of its own"),
        (["a,,"], "row 2: The row has 3 cells, the header 7"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_told(pack: Pack, tmp_path: Path, rows: list[str], says: str) -> None:
    if says == "zero":
        assert run(pack, tmp_path, *rows) == []  # a blank row is no case
        return
    with pytest.raises(PackError) as caught:
        run(pack, tmp_path, *rows)
    assert says in str(caught.value)


def test_all_mistakes_are_told_at_once(pack: Pack, tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        run(pack, tmp_path, "a,,fer 1,,,,", "b,,fire,x 1,,,", ",,fire 1,,,,")
    assert [finding.place for finding in caught.value.findings] == [
        "row 2, column ratings", "row 3, column ratings", "row 3, column facts", "row 4, column case",
    ]  # fmt: skip
    with pytest.raises(PackError, match=r"column bnd: .*Did you mean band\?\n.*column ratings: The column is missing"):
        run(pack, tmp_path, "a,1", header="case,bnd")
