"""OpenDocument spreadsheets: what their cells hold, and what is wrong in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.caseload.handed import file_in, refused
from tests.caseload.hostile import ods, ods_row

from banding.caseload.read import read

REMARK = "<office:annotation><text:p>x</text:p></office:annotation>"


def cell(kind: str, given: str, shown: str = "", more: str = "") -> str:
    return f'<table:table-cell office:value-type="{kind}" {given} {more}><text:p>{shown}</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (cell("float", 'office:value="2"', "2"), "2"),
        (cell("currency", 'office:value="1234.5"', "£1,234.50"), "1234.5"),
        (cell("percentage", 'office:value="0.5"', "50%"), "0.5"),
        (cell("boolean", 'office:boolean-value="true"', "TRUE"), "true"),
        (cell("date", 'office:date-value="2015-03-31"', "31/03/15"), "2015-03-31"),
        (cell("date", 'office:date-value="2015-03-31T00:00:00"', "31/03/15"), "2015-03-31"),
        (cell("date", 'office:date-value="2015-03-31T09:30:00"', "31/03/15"), "2015-03-31 09:30:00"),
        (cell("string", "", 'a<text:s text:c="2"/>b<text:tab/>c<text:span>d</text:span>'), "a  b\tcd"),
        (cell("string", "", "a</text:p><text:p>b"), "a\nb"),
        (cell("string", "", "a").replace("<text:p>", f"{REMARK}<text:p>"), "a"),
        (cell("string", 'office:string-value=""', "", 'table:formula="of:=A1"'), None),
    ],
)  # fmt: skip
def test_a_cell_of_an_opendocument_spreadsheet(tmp_path: Path, stored: str, text: str | None) -> None:
    path = file_in(tmp_path, "x.ods", ods(ods_row("child_id", "x", "y") + ods_row("a", stored, "z")))
    assert read([path]).frame.row(0) == ("a", text, "z")


def test_rows_and_cells_that_stand_for_several(tmp_path: Path) -> None:
    blank = '<table:table-cell table:number-columns-repeated="2"/>'
    table = (
        ods_row(None, row='table:number-rows-repeated="3"')
        + ods_row(blank, "child_id", "fire")
        + ods_row(blank, "a", 1, '<table:table-cell table:number-columns-repeated="16000"/>')
        + ods_row(blank, "b", 2, row='table:number-rows-repeated="2"')
        + ods_row(None, row='table:number-rows-repeated="1048000"')
    )
    caseload = read([file_in(tmp_path, "x.ods", ods(table))])
    assert caseload.frame.rows() == [("a", "1"), ("b", "2"), ("b", "2")]
    assert caseload.origins["row"].to_list() == [5, 6, 7]
    assert caseload.findings == ()


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        (cell("string", 'office:string-value=""', "#DIV/0!", 'table:formula="of:=1/0"'), "#DIV/0!"),
        (cell("float", 'office:value="0"', "Err:502", 'table:formula="of:=A1"'), "Err:502"),
        ('<table:table-cell table:formula="of:=A1"/>', None),
    ],
)
def test_a_formula_of_opendocument_without_a_value_rejects_its_row(
    tmp_path: Path, stored: str, value: str | None
) -> None:
    table = ods_row(None, "child_id", "fire", "food") + ods_row(None, "a", stored, 1) + ods_row(None, "b", 1, 1)
    (found,) = read([file_in(tmp_path, "x.ods", ods(table))]).findings
    assert (found.code, found.index, found.path, found.value) == ("cell-error", 0, "fire", value)
    assert "cell C2" in found.place


def test_merged_cells_of_opendocument(tmp_path: Path) -> None:
    spanned = cell("string", "", "fire", 'table:number-columns-spanned="2"') + "<table:covered-table-cell/>"
    found = refused(file_in(tmp_path, "x.ods", ods(ods_row("child_id", spanned) + ods_row("a", 1, 2))))
    assert "sheet 1, cells B1:C1" in {one.place for one in found}


@pytest.mark.parametrize("content", [ods("<table:table-row>").replace(b"PK\x05\x06", b"PK\x05\x07"), ods("")[:-30]])
def test_a_damaged_spreadsheet(tmp_path: Path, content: bytes) -> None:
    assert refused(file_in(tmp_path, "x.ods", content))


def test_broken_xml_of_opendocument(tmp_path: Path) -> None:
    (found,) = refused(file_in(tmp_path, "x.ods", ods("<table:table-row>")))
    assert found.code == "bad-workbook"
