"""Worked cases of a pack: how they are read, what a miss says, and every mistake in the file at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from banding.cases import read_cases, run_cases
from banding.errors import PackError
from banding.pack.library import load_pack, shipped_rules
from banding.pack.meaning import Pack
from tests.small import HEADER, pack_in

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


def test_numbers_are_compared_as_exact_decimals(pack: Pack, tmp_path: Path) -> None:
    header = "case,ratings,facts,price_expected,half,band,reviews,pack_version"
    same = ("1234.5", "1234.50", "1234.500")
    rows = [f'{price},"fear 2",setting own,{price},1.0,2.0,none,1' for price in same]
    assert run(pack, tmp_path, *rows, "whole,fear 2,setting own,,1.00,2,,", header=header) == []
    rows = ["a,fear 2,setting own,1234.51,1.01,NaN,0,1.0", "b,fear 2,setting own,£1234.5,one,sNaN,,"]
    assert [miss.partition(", column ")[2] for miss in run(pack, tmp_path, *rows, header=header)] == [
        "price_expected: a: expected 1234.51, found 1234.50.", "half: a: expected 1.01, found 1.",
        "band: a: expected NaN, found 2.", "reviews: a: expected 0, found none.",
        "pack_version: a: expected 1.0, found 1.",
        "price_expected: b: expected £1234.5, found 1234.50.", "half: b: expected one, found 1.",
        "band: b: expected sNaN, found 2.",
    ]  # fmt: skip


def test_a_case_that_was_rejected_says_why(pack: Pack, tmp_path: Path) -> None:
    header = "case,ratings,facts,band,status,rejected_because"
    rows = ("a,fear 1,setting owm,2,scored,", "b,fear 1,setting owm,none,rejected,unknown-code:setting")
    assert run(pack, tmp_path, *rows, header=header) == [
        "row 2, column band: a: expected 2, found none: rejected because unknown-code:setting.",
        "row 2, column status: a: expected scored, found rejected.",
    ]


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
    assert {finding.code for finding in caught.value.findings} == {"bad-case"}


def test_a_row_is_judged_whole_whatever_it_starts_from_or_is_called(pack: Pack, tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        run(pack, tmp_path, 'a,b,fer 1,"locaton x",,,', "c,a,fire,,,,", "c,,fire,,,,", ",c,,locaton x,,,")
    assert [finding.place for finding in caught.value.findings] == [
        "row 2, column from", "row 2, column ratings", "row 2, column facts", "row 3, column ratings",
        "row 4, column case", "row 4, column ratings", "row 5, column case", "row 5, column facts",
    ]  # fmt: skip


def test_a_fault_of_the_header_hides_no_fault_of_a_row(pack: Pack, tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"column bnd: .*Did you mean band\?\n.*column ratings: The column is missing"):
        run(pack, tmp_path, "a,1", header="case,bnd")
    for header, row, places in (
        ("case,ratings,facts,bnd", "a,fer 1,locaton x,1", ["column bnd", "column ratings", "column facts"]),
        ("case,fact,ratings", "a,,fer 1", ["column fact", "column ratings"]),
        ("case,from,facts", "a,b,locaton x", ["column ratings", "column from", "column facts"]),
        ("cases,from,ratings", "a,b,fer 1", ["column cases", "column case", "column ratings"]),
    ):
        with pytest.raises(PackError) as caught:
            run(pack, tmp_path, row, header=header)
        assert [finding.place.partition(", ")[2] for finding in caught.value.findings] == places
    (tmp_path / "cases.csv").write_text("", encoding="utf-8")
    with pytest.raises(PackError, match="column case: The column is missing"):
        read_cases(pack, tmp_path)


def test_a_file_is_named_as_its_folder_was(tmp_path: Path) -> None:
    """Also where the pack extends another, whose files lie elsewhere."""
    header = f"{HEADER.replace('small', 'local')}extends = 'england-reference@2026'\n"
    (tmp_path / "pack.toml").write_text(header, encoding="utf-8")
    pack, shown = load_pack(tmp_path), f"{tmp_path.as_posix()}/cases.csv"
    (tmp_path / "cases.csv").write_text("case,ratings,band\na,,9\n", encoding="utf-8")
    (missed,) = run_cases(pack, read_cases(pack, tmp_path))
    assert (missed.code, missed.file) == ("case-misses", shown)
    (tmp_path / "cases.csv").write_text("case,ratings,band\na,x 1,\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_cases(pack, tmp_path)
    assert [finding.file for finding in caught.value.findings] == [shown]
    shipped = shipped_rules() / "england-reference" / "2026"
    assert {case.file for case in read_cases(pack, shipped)} == {"rules/england-reference/2026/cases.csv"}


def test_a_rejected_case_holds_only_where_it_says_so(pack: Pack, tmp_path: Path) -> None:
    header = "case,ratings,facts,band,reviews,rejected_because"
    assert run(pack, tmp_path, "slip,fear 33,,none,none,", header=header) == [
        "row 2: slip: rejected because rating-off-scale:fear, and it does not say that it must be."
    ]
    assert run(pack, tmp_path, "meant,fear 33,,none,none,rating-off-scale:fear", header=header) == []
    assert run(pack, tmp_path, "other,fear 33,,none,none,none", header=header) == [
        "row 2, column rejected_because: other: expected none, found rating-off-scale:fear."
    ]


def test_a_column_that_is_there_twice_is_told(pack: Pack, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="row 1, column band: The column is there twice"):
        run(pack, tmp_path, "a,fear 3,2,6", header="case,ratings,band,band")


@pytest.mark.parametrize("content", [b"case,ratings,because\na,fear 1,caf\xe9\n", b'case,ratings\na,"fear 1\n'])
def test_a_file_that_is_no_csv_in_utf_8_is_told(pack: Pack, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cases.csv").write_bytes(content)
    with pytest.raises(PackError, match=r"cases\.csv row \d: From here on this is no CSV in UTF-8"):
        read_cases(pack, tmp_path)
