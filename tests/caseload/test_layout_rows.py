"""Rows that are of no child in care: counted, said, and in no result."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from tests.caseload.ssda903.test_books import ERROR, book
from tests.caseload.test_cost_files import CENSUS, NORTH_WEST, ON, PACK, needs, raw
from tests.caseload.test_layout_model import CHILD, HEADING, mistakes_of

from banding.caseload.database import read_query
from banding.caseload.layout_show import describe
from banding.caseload.read import read
from banding.errors import CaseloadError
from banding.run import score_files
from banding.sources import Sources

LOOKED_AFTER = "Looked after child?"
SECRET = "SECRETNAME"


def census(folder: Path, *answers: str | None) -> Path:
    """The census with one more young person for each answer, and the answers in their rows."""
    table = raw(NORTH_WEST)
    more = [table.head(1).with_columns(Identifier=pl.lit(f"{SECRET}{n}")) for n in range(len(answers))]
    told = [table.with_columns(pl.lit("Yes").alias(LOOKED_AFTER))]
    for row, answer in zip(more, answers, strict=True):
        told.append(row.with_columns(pl.lit(answer, pl.String).alias(LOOKED_AFTER)))
    path = folder / "census.csv"
    pl.concat(told).sample(fraction=1, shuffle=True, seed=3).write_csv(path)
    return path


@pytest.mark.parametrize("answer", ["No", "no", "N", "Post 18 (CSC placement)", "POST 18"])
def test_those_who_are_not_looked_after_are_left_out_and_said(tmp_path: Path, answer: str) -> None:
    path = census(tmp_path, answer, answer)
    rows = [n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if SECRET in line]
    found = read([path])
    assert sorted(found.frame["child_id"]) == ["c1", "c2", "c3"]
    assert found.left_out == 2
    (said,) = [one for one in found.findings if one.code == "rows-left-out"]
    assert (said.severity, said.place, said.index) == ("note", f"column {LOOKED_AFTER}", None)
    shown = ", ".join(map(str, rows))
    assert said.message == f"2 rows are left out: of someone who is not a looked-after child. Rows {shown}."
    assert SECRET not in "".join(map(str, found.findings))
    # The rows that stay keep their numbers, and what is found in them its row.
    ours = dict(zip(found.frame["child_id"], found.origins["row"], strict=True))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all(f",{child}," in lines[row - 1] for child, row in ours.items())
    (other,) = [one for one in found.findings if one.path == "Placing at Distance Reason" and one.index is not None]
    assert found.frame["child_id"][other.index or 0] == "c2"
    assert other.place == f"row {ours['c2']}"


@pytest.mark.parametrize("answer", ["Yes", "y", "1", "Looked after child (under 18)", "", None, "Perhaps"])
def test_no_other_answer_leaves_anybody_out(tmp_path: Path, answer: str | None) -> None:
    found = read([census(tmp_path, answer)])
    assert found.frame.height == 4
    assert found.left_out == 0
    assert [one.severity for one in found.findings if one.path == LOOKED_AFTER] == ["warning"] * (answer == "Perhaps")


def test_one_who_stands_twice_may_have_been_left_out_once(tmp_path: Path) -> None:
    table = raw(NORTH_WEST)
    gone = table.head(1).with_columns(pl.lit("No").alias(LOOKED_AFTER))
    pl.concat([table, gone]).write_csv(tmp_path / "census.csv")
    found = read([tmp_path / "census.csv"])
    assert found.frame.height == 3
    assert not [one for one in found.findings if one.severity == "error"]
    (said,) = [one for one in found.findings if one.code == "rows-left-out"]
    assert said.message.startswith("A row is left out: of someone who is not a looked-after child. Row 5.")


def test_a_cell_that_cannot_be_read_stays_with_its_row(tmp_path: Path) -> None:
    header, *rows = [list(row) for row in (raw(NORTH_WEST).columns, *raw(NORTH_WEST).fill_null("").rows())]
    rows[0][header.index(LOOKED_AFTER)] = "No"
    rows[0][header.index("Age")] = rows[1][header.index("Gender")] = ERROR
    rows[2][header.index(LOOKED_AFTER)] = ERROR
    (tmp_path / "census.xlsx").write_bytes(book({"April": [header, *rows]}))
    found = read([tmp_path / "census.xlsx"])
    assert found.frame["child_id"].to_list() == ["c2", "c3"]
    wrong = [(one.index, one.path) for one in found.findings if one.code == "cell-error"]
    assert wrong == [(0, "Gender"), (1, LOOKED_AFTER)]


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    parts = {"needs": (needs(tmp_path),), "placements": (census(tmp_path, "No", "Post 18"),)}
    run = score_files(Sources(parts=parts), PACK, ON, tmp_path / "out.csv")
    assert dict(run.counts) == {"rows": 3, "scored": 3, "rejected": 0}
    assert run.coverage.in_care == 3
    assert [account for account in run.accounts if account[0] == "placements"] == [
        ("placements", "not of a child in care", 2), ("placements", "used", 3),
    ]  # fmt: skip
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8"))
    assert {"kind": "placements", "rows": 2, "fate": "not of a child in care"} in manifest["accounts"]


def test_two_files_are_counted_together_and_one_of_nobody_in_care_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, second = census(tmp_path / "a", "No"), census(tmp_path / "b", "No", "No")
    assert read([first, second]).left_out == 3
    raw(NORTH_WEST).with_columns(pl.lit("No").alias(LOOKED_AFTER)).write_csv(tmp_path / "none.csv")
    with pytest.raises(CaseloadError, match="Every row is left out: of someone who is not"):
        read([tmp_path / "none.csv"])


def test_a_query_leaves_them_out_too(tmp_path: Path) -> None:
    table = pl.read_csv(census(tmp_path, "No", "Yes"), infer_schema=False)
    with closing(sqlite3.connect(tmp_path / "x.db")) as base:
        names = ", ".join(f'"{name}" TEXT' for name in table.columns)
        base.execute(f"CREATE TABLE census ({names})")
        base.executemany(f"INSERT INTO census VALUES ({', '.join('?' * table.width)})", table.rows())
        base.commit()
    found = read_query(f"sqlite:{tmp_path / 'x.db'}", "SELECT * FROM census")
    expected = read([tmp_path / "census.csv"])
    assert found.frame.equals(expected.frame)
    assert found.left_out == expected.left_out == 1
    assert found.origins["row"].to_list() == [row - 1 for row in expected.origins["row"]]
    assert [(one.code, one.index) for one in found.findings] == [(one.code, one.index) for one in expected.findings]


def test_a_layout_that_leaves_out_a_code_it_has_not(tmp_path: Path) -> None:
    code = '[codes.answer]\nYes = []\nNo = []\n[[field]]\ncolumn = "In"\ntype = "{}"\n{}leaves_out = {{ Now = "x" }}\n'
    (found,) = mistakes_of(tmp_path, HEADING + CHILD + code.format("code", 'codes = "answer"\n'))
    assert "leaves_out: Now is not one of the codes. Did you mean No?" in found
    (found,) = mistakes_of(tmp_path, HEADING + CHILD + code.format("text", ""))
    assert "leaves_out: It has no meaning for type text" in found


def test_people_are_told_that_rows_are_left_out() -> None:
    assert re.search(r"Looked after child\? +one of looked_after, +leaves out rows of", describe(CENSUS))
