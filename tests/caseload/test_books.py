"""Which sheet of a workbook is the caseload, where several hold something."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.caseload.ssda903.test_books import MAKERS, Rows

from banding.caseload.layout_draft import draft_of
from banding.caseload.read import read
from banding.errors import CaseloadError

FILES = Path(__file__).parent / "files"
SECRET = "SECRETNAME"
KINDS = pytest.mark.parametrize("suffix", MAKERS)
GUIDANCE = [["How to fill in the sheets"], [f"Ask {SECRET}"]]


def file_in(folder: Path, suffix: str, **sheets: Rows) -> Path:
    path = folder / f"x{suffix}"
    path.write_bytes(MAKERS[suffix](sheets))
    return path


def rows(name: str) -> list[list[str]]:
    return list(csv.reader((FILES / name).read_text(encoding="utf-8").splitlines()))


@KINDS
def test_the_only_sheet_with_the_names_of_a_layout_is_read_and_the_others_said(tmp_path: Path, suffix: str) -> None:
    path = file_in(tmp_path, suffix, Guidance=GUIDANCE, April=[["Quarter 1"], *rows("north-west.csv")], Codes=[["Yes"]])
    found = read([path])
    assert found.layout == "placements-north-west"
    assert found.frame.equals(read([FILES / "north-west.csv"]).frame)
    assert found.origins["row"].to_list() == [3, 4, 5]
    (said,) = [one for one in found.findings if one.code == "sheets-left-out"]
    assert (said.severity, said.message) == ("note", "Other sheets are left out: sheet 1, sheet 3.")
    assert SECRET not in "".join(map(str, found.findings))


@KINDS
def test_two_sheets_that_could_be_it_are_named_and_none_is_guessed(tmp_path: Path, suffix: str) -> None:
    april = [["child_id", "fire"], ["a", "1"]]
    for sheets, shown in (
        ({"Guidance": GUIDANCE, "April": april, "May": april}, "sheet 2, sheet 3"),
        ({"Guidance": GUIDANCE, "Codes": [["x", "y"], ["1", "2"]]}, "sheet 1, sheet 2"),
    ):
        with pytest.raises(CaseloadError) as refused:
            read([file_in(tmp_path, suffix, **sheets)])
        (found,) = refused.value.findings
        assert (found.code, found.message) == ("which-sheet", f"Several sheets hold something: {shown}.")


def test_a_draft_is_made_of_an_opendocument_spreadsheet(tmp_path: Path) -> None:
    draft = draft_of(file_in(tmp_path, ".ods", April=rows("own-export.csv")))
    assert draft == draft_of(FILES / "own-export.csv").replace("own-export", "x").replace("own_export", "x")
