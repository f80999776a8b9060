"""A start for an unknown file: types from cells, the nearest of our names, and nothing of what people wrote."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from banding.caseload import layout
from banding.caseload.layout_draft import MOST_CODES, draft, draft_of
from banding.errors import CaseloadError

FILES = Path(__file__).parent / "files"
SECRET = "SECRETNAME"


def types(text: str) -> dict[str, str]:
    return {field["column"]: field["type"] for field in tomllib.loads(text)["field"]}


def drafted(**columns: Sequence[str | None]) -> str:
    return draft(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), "x")


def test_types_are_those_that_fit_the_cells() -> None:
    text = draft_of(FILES / "own-export.csv")
    assert types(text) == {
        "Child Ref": "text", "DOB": "date", "Setting": "code", "Weekly Cost": "money", "Start Date": "date",
        "Review": "date", "Solo?": "code", "Siblings here": "integer",
    }  # fmt: skip
    assert tomllib.loads(text)["codes"] == {
        "setting": {"Foster": [], "Residential": []}, "solo": {"No": [], "Yes": []},
    }  # fmt: skip
    assert '# to = "weekly_cost"' in text
    assert '# to = "siblings_here"' in text
    assert '# scale = { "No" = false, "Yes" = true }' in text
    assert "1 more stand there once each" in text


def test_names_notes_and_what_stands_there_once_stay_in_the_file() -> None:
    text = draft_of(FILES / "own-export.csv")
    assert SECRET not in text
    assert "OWN-" not in text
    assert '#   "Surname"' in text
    assert '#   "Notes"' in text


def test_a_draft_is_refused_until_it_is_finished_and_then_reads_the_file(tmp_path: Path) -> None:
    text = draft_of(FILES / "own-export.csv")
    made = tmp_path / "own.toml"
    made.write_text(text, encoding="utf-8")
    with pytest.raises(CaseloadError, match="cost_period"):
        layout.load(made)
    finished = text.replace('# cost_period = "week"', 'cost_period = "week"')
    finished = re.sub(r'# (to = "(weekly_cost|siblings_here|solo)")', r"\1", finished)
    finished = finished.replace('# scale = { "No"', 'scale = { "No"')
    made.write_text(finished, encoding="utf-8")
    raw = pl.read_csv(FILES / "own-export.csv", infer_schema=False)
    frame, findings = layout.apply(raw, layout.load(made), "own-export.csv")
    assert [(one.code, one.path, one.index) for one in findings] == [("value-not-allowed", "Setting", 4)]
    assert frame.columns == ["child_id", "weekly_cost", "solo", "siblings_here"]
    assert frame["solo"].to_list() == [True, False, False, True, True, False]
    assert str(frame["weekly_cost"][0]) == "1200.00"


def test_dates_say_what_they_leave_open() -> None:
    told = {
        "31/01/2026": (["31/01/2026", "02/03/2026"], 'format = "dd/mm/yyyy"', False),
        "either": (["01/02/2026", "02/03/2026"], "Day or month first?", True),
        "month": (["01/31/2026", "02/03/2026"], "The month stands first in some", True),
        "both": (["2026-01-02", "31/03/2026"], 'format = "dd/mm/yyyy or yyyy-mm-dd"', False),
    }
    for cells, words, asks in told.values():
        text = drafted(Seen=list(cells))
        assert words in text
        assert ("first" in text.replace("first seen", "")) is asks


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["a", "b"] * 5, "code"),
        ([f"code {n}" for n in range(MOST_CODES)] * 2, "code"),
        ([f"code {n}" for n in range(MOST_CODES + 1)] * 2, None),
        (["a", "b", "c"], None),
        (["x" * 41, "b"] * 5, None),
        (["true", "False"], "truth"),
        (["1", "2", "1"], "integer"),
        (["£1", "2"], "money"),
        (["1.5", "2"], None),
        ([None, " "], None),
    ],
)
def test_what_looks_like_what(cells: list[str | None], found: str | None) -> None:
    assert types(drafted(Thing=cells, ID=_ids(cells))).get("Thing") == found


def _ids(cells: list[str | None]) -> list[str | None]:
    return [f"c{n}" for n in range(len(cells))]


@pytest.mark.parametrize("name", ["Worker", "Officer name", "FirstName", "home_address", "Case notes", "Post Code"])
def test_no_code_is_shown_of_a_column_that_is_called_like_a_name(name: str) -> None:
    text = drafted(ID=_ids([None] * 6), **{name: [SECRET] * 6})
    assert SECRET not in text
    assert f'#   "{name}"' in text


def test_a_file_without_an_id_says_so() -> None:
    text = drafted(Kind=["a", "a", "b", "b"])
    assert "No column looks like a child's id" in text
    assert types(text) == {"Kind": "code"}


def test_odd_names_are_quoted() -> None:
    odd = 'a "quoted"\nthing\\ \x7f'
    text = drafted(ID=_ids([None] * 4), **{odd: ["x", "x", "y", "y"]})
    assert odd in types(text)


def test_a_workbook_and_a_file_that_is_known_or_missing(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "x.xlsx")
    sheet = book.add_worksheet()
    for row, cells in enumerate([("Child ID", "Kind"), ("c1", "a"), ("c2", "a"), ("c3", "b"), ("c4", "b")]):
        sheet.write_row(row, 0, cells)
    book.close()
    assert types(draft_of(tmp_path / "x.xlsx")) == {"Child ID": "text", "Kind": "code"}
    with pytest.raises(CaseloadError, match="placements-standard-national reads this file"):
        draft_of(FILES / "national.csv")
    with pytest.raises(CaseloadError, match="cannot be read"):
        draft_of(tmp_path / "none.csv")
