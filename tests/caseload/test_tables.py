"""Tables as people make them: titles, blank columns, totals, notes, merged cells; in text and in workbooks."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from tests.caseload.handed import file_in, notes, refused
from tests.caseload.hostile import book, ods, ods_row, packed

from banding.caseload.read import read


def spreadsheet(folder: Path, kind: str, rows: list[list[object]], merged: tuple[str, ...] = ()) -> Path:
    """The rows as a workbook, an OpenDocument spreadsheet, or CSV as a spreadsheet program saves it."""
    if kind == "csv":
        width = max(map(len, rows))
        cells = [[("" if cell is None else str(cell)) for cell in [*row, *[None] * (width - len(row))]] for row in rows]
        return file_in(folder, "x.csv", "\n".join(",".join(row) for row in cells) + "\n")
    if kind == "xlsx":
        return file_in(folder, "x.xlsx", book(rows, merged=merged))
    return file_in(folder, "x.ods", ods("".join(ods_row(*row) for row in rows)))


KINDS = pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])


@KINDS
def test_a_table_as_people_make_it(tmp_path: Path, kind: str) -> None:
    rows: list[list[object]] = [
        ["Caseload of April"], [], ["child_id", "fire", None, "weekly_cost"], ["a", 1, None, 100], [],
        ["b", 2, None, 50], ["Total", None, None, 150], [], ["Costs are a week's."], ["Source: finance"],
    ]  # fmt: skip
    caseload = read([spreadsheet(tmp_path, kind, rows)])
    assert caseload.frame.rows() == [("a", "1", "100"), ("b", "2", "50")]
    assert caseload.origins["row"].to_list() == [4, 6]
    said = {finding.code: finding for finding in caseload.findings}
    assert set(said) == {"title-above", "blank-columns", "total-row", "note-below"}
    assert {finding.severity for finding in caseload.findings} == {"note"}
    assert "row 3" in said["title-above"].message
    assert "Row 7 " in said["total-row"].message
    assert "Rows 9, 10 " in said["note-below"].message


@KINDS
@pytest.mark.parametrize("total", ["Total", "TOTALS:", "grand  total", " sum "])
def test_a_total_is_left_out_at_the_end_alone(tmp_path: Path, kind: str, total: str) -> None:
    rows: list[list[object]] = [["child_id", "fire"], [total, 3], ["a", 1], [total, 1], [total, 2]]
    caseload = read([spreadsheet(tmp_path, kind, rows)])
    assert caseload.origins["row"].to_list() == [2, 3]
    assert notes(caseload) == ["total-row"]


@KINDS
def test_one_word_below_a_blank_row_may_be_a_child(tmp_path: Path, kind: str) -> None:
    rows: list[list[object]] = [["child_id", "fire"], ["a", 1], [], ["b"], ["see page 2"], ["c"]]
    caseload = read([spreadsheet(tmp_path, kind, rows)])
    assert caseload.frame["child_id"].to_list() == ["a", "b", "see page 2", "c"]
    assert caseload.findings == ()


@KINDS
def test_a_note_that_no_blank_row_sets_apart_is_a_row(tmp_path: Path, kind: str) -> None:
    rows: list[list[object]] = [["child_id", "fire"], ["a", 1], ["see page 2"]]
    assert read([spreadsheet(tmp_path, kind, rows)]).frame.height == 2


def test_a_finding_of_what_is_left_out_goes_with_it(tmp_path: Path) -> None:
    content = book([["child_id", "fire"], ["a", 1], ["Total", None]])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = (
        parts[sheet]
        .replace(b'<row r="3"', b'<row r="3"')
        .replace(b"</c></row></sheetData>", b'</c><c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row></sheetData>')
    )
    caseload = read([file_in(tmp_path, "x.xlsx", packed(parts))])
    assert notes(caseload) == ["total-row"]


@pytest.mark.parametrize(("block", "shown"), [("B2:C2", "B2:C2"), ("B1:B2", "B1:B2"), ("B2:B3", "B2:B3")])
def test_a_name_in_merged_cells_is_refused_at_its_cells(tmp_path: Path, block: str, shown: str) -> None:
    rows: list[list[object]] = [["A title", None], ["child_id", "fire", None], ["a", 1, 2]]
    path = spreadsheet(tmp_path, "xlsx", rows, (block,))
    found = [one for one in refused(path) if one.code == "merged-header"]
    assert [one.place for one in found] == [f"sheet 1, cells {shown}"]


def test_a_merged_title_is_only_a_title(tmp_path: Path) -> None:
    path = spreadsheet(tmp_path, "xlsx", [["A title"], ["child_id", "fire"], ["a", 1]], ("A1:B1",))
    assert notes(read([path])) == ["title-above"]


def test_a_row_below_merged_cells_is_rejected(tmp_path: Path) -> None:
    rows: list[list[object]] = [["child_id", "fire", "food"], ["a", 1, 1], ["b", None, 2], ["c", 2, None], ["d", 1, 1]]
    path = spreadsheet(tmp_path, "xlsx", rows, ("B2:B3", "B4:C4"))
    found = read([path]).findings
    assert [(one.code, one.index, one.path, one.severity) for one in found] == [
        ("merged-cell", 1, "fire", "error"), ("merged-cell", 2, "food", "error"),
    ]  # fmt: skip
    assert "cells B2:B3, row 3" in found[0].place


def test_other_workbooks_are_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(book([["child_id"], ["a"]]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = packed({**parts, "xl/externalLinks/externalLink1.xml": "<externalLink/>"})
    caseload = read([file_in(tmp_path, "x.xlsx", content)])
    assert [(one.code, one.severity) for one in caseload.findings] == [("external-links", "note")]
