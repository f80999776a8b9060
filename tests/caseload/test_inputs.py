"""Every kind of file in: tabs, encodings, JSON lines, spreadsheets, zips; one caseload, whichever it comes as."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from tests.caseload.hostile import book, ods, ods_row, packed

from banding.caseload import own
from banding.caseload.limits import Limits
from banding.caseload.model import Caseload
from banding.caseload.read import read
from banding.errors import CaseloadError, Finding

SECRET = "SECRETNAME"
FILES = Path(__file__).parent / "files"
ROWS = [["child_id", "fire", "food"], ["a", "1", "2"], ["é", "", "3"]]
FRAME = {"child_id": ["a", "é"], "fire": ["1", None], "food": ["2", "3"]}


def file_in(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def text(separator: str = ",") -> str:
    return "\n".join(separator.join(row) for row in ROWS) + "\n"


def parquet() -> bytes:
    written = io.BytesIO()
    pl.DataFrame(FRAME).write_parquet(written)
    return written.getvalue()


def notes(caseload: Caseload) -> list[str]:
    return [finding.code for finding in caseload.findings]


def refused(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(CaseloadError) as caught:
        read([path])
    assert SECRET not in str(caught.value) + repr(caught.value.findings)
    return caught.value.findings


SPREADSHEET = ods("".join(ods_row(*(cell or None for cell in row)) for row in ROWS))
LINES = '{"child_id":"a","fire":"1","food":"2"}\r\n\n{"child_id":"é","food":"3"}'
READ: dict[str, tuple[str, str | bytes, list[str]]] = {
    "CSV": ("x.csv", text(), []),
    "tabs": ("x.tsv", text("\t"), []),
    "tabs in text": ("x.txt", text("\t"), []),
    "tabs in CSV": ("x.csv", text("\t"), []),
    "commas in text": ("x.txt", text(), []),
    "UTF-8 with its mark": ("x.csv", text().encode("utf-8-sig"), []),
    "Windows-1252": ("x.csv", text().encode("cp1252"), ["encoding"]),
    "UTF-16": ("x.csv", text().encode("utf-16"), ["encoding"]),
    "UTF-16, tabs, big end first": ("x.txt", b"\xfe\xff" + text("\t").encode("utf-16-be"), ["encoding"]),
    "JSON": ("x.json", f"[{LINES.replace(chr(10) * 2, ',')}]", []),
    "JSON in Windows-1252": ("x.json", f"[{LINES.replace(chr(10) * 2, ',')}]".encode("cp1252"), ["encoding"]),
    "JSON lines": ("x.jsonl", LINES, []),
    "JSON lines by the other name": ("x.NDJSON", LINES + "\n", []),
    "Parquet": ("x.parquet", parquet(), []),
    "Excel": ("x.xlsx", book([[cell or None for cell in row] for row in ROWS]), []),
    "OpenDocument": ("x.ods", SPREADSHEET, []),
    "a blank column": ("x.csv", text().replace("\n", ",\n"), ["blank-columns"]),
    "a title": ("x.csv", f"{SECRET},,\n\n{text()}", ["title-above"]),
    "a title of one cell": ("x.csv", f"{SECRET}\n{text()}", ["title-above"]),
    "a title over two lines": ("x.csv", f'"{SECRET}\nof April",,\n{text()}', ["title-above"]),
    "a title and tabs": ("x.tsv", f"{SECRET}\n{text(chr(9))}", ["title-above"]),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_the_same_caseload_in_any_kind_of_file(tmp_path: Path, case: str) -> None:
    name, content, said = READ[case]
    caseload = read([file_in(tmp_path, name, content)])
    assert caseload.frame.to_dict(as_series=False) == FRAME
    assert notes(caseload) == said
    assert {finding.severity for finding in caseload.findings} <= {"note"}
    assert SECRET not in repr(caseload.findings)


def test_the_members_of_a_zip_are_files_of_their_own(tmp_path: Path) -> None:
    kinds = {
        "b.csv": text(),
        "a/a.tsv": text("\t"),
        "c.xlsx": READ["Excel"][1],
        "d.jsonl": LINES,
        "e.parquet": parquet(),
    }
    members = {**kinds, "f.ods": SPREADSHEET, "__MACOSX/b.csv": "\0", "._b.csv": "\0", "x.manifest.json": "{", "a/": ""}
    path = file_in(tmp_path, "x.zip", packed(members))
    caseload = read([path])
    assert caseload.findings == ()
    assert caseload.origins["file"].unique(maintain_order=True).to_list() == [
        f"{path}/{name}" for name in ("a/a.tsv", "b.csv", "c.xlsx", "d.jsonl", "e.parquet", "f.ods")
    ]
    assert caseload.frame["child_id"].to_list() == ["a", "é"] * 6


def test_what_is_wrong_in_several_members_is_told_at_once(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.zip", packed({"a.csv": "child_id\n", "b.csv": "child_id,fire\na\n", "c.csv": text()}))
    assert [(one.file, one.code) for one in refused(path)] == [
        (f"{path}/a.csv", "empty-file"), (f"{path}/b.csv", "ragged-row"),
    ]  # fmt: skip


def test_an_empty_member_is_told_and_so_are_the_others(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.zip", packed({"a.csv": "", "b.csv": "child_id,fire\na\n"}))
    assert [(one.file, one.code) for one in refused(path)] == [
        (f"{path}/a.csv", "empty-file"), (f"{path}/b.csv", "ragged-row"),
    ]  # fmt: skip


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("x.csv", "letter.docx", "notes.txt", ".hidden.pdf", "x.csv.manifest.json", "old.zip"):
        file_in(folder, name, text())
    zipped = file_in(tmp_path, "x.zip", packed({"x.csv": text(), "letter.docx": "", "notes.txt": ""}))
    found = read([folder, zipped])
    assert found.frame.height == 4
    assert [(one.file, one.message, one.severity) for one in found.findings] == [
        (str(folder), "Not read: letter.docx, notes.txt, old.zip.", "note"),
        (str(zipped), "Not read: letter.docx, notes.txt.", "note"),
    ]


def test_a_record_of_json_lines_that_is_none_is_named_by_its_line(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.jsonl", f'{{"child_id":"a"}}\n\n{{"child_id":"{SECRET}"\n{{"child_id":1,}}\n')
    assert [(one.code, one.place) for one in refused(path)] == [("parse-error", "line 3"), ("parse-error", "line 4")]


def test_json_lines_of_a_layout(tmp_path: Path) -> None:
    record = (FILES / "placement.jsonld").read_text(encoding="utf-8").replace("\n", " ")
    caseload = read([file_in(tmp_path, "x.jsonl", f"{record}\n{record}\n")])
    assert (caseload.layout, caseload.frame.height) == ("placements-standard", 2)


def test_a_layout_keeps_its_own_columns_below_a_title_and_above_a_total(tmp_path: Path) -> None:
    national = (FILES / "national.csv").read_text(encoding="utf-8")
    header, first, *_ = national.splitlines()
    total = "Total" + "," * header.count(",")
    caseload = read([file_in(tmp_path, "x.csv", "\n".join(["Placements", "", header, first, total]))])
    assert caseload.layout == "placements-standard-national"
    assert caseload.origins["row"].to_list() == [4]
    assert [one.place for one in caseload.findings if one.code == "total-row"] == ["row 5"]


def test_what_the_reader_of_csv_takes_for_one_cell_is_still_one(tmp_path: Path) -> None:
    lines = ["child_id,note", 'a,"b, c"', 'd,"e', 'f, g"', 'h,"i ""j"" k"', "l,m"]
    caseload = read([file_in(tmp_path, "x.csv", "\n".join(lines))])
    assert caseload.frame["note"].to_list() == ["b, c", "e\nf, g", 'i "j" k', "m"]
    assert caseload.origins["row"].to_list() == [2, 3, 4, 5]


def test_many_short_rows_are_counted_and_the_first_thousand_named(tmp_path: Path) -> None:
    found = refused(file_in(tmp_path, "x.csv", "child_id,fire\n" + "a\n" * 1_500))
    assert [one.place for one in found[:1_000]] == [f"row {row}" for row in range(2, 1_002)]
    assert [one.message[:14] for one in found[1_000:]] == ["500 more rows "]


@pytest.mark.parametrize("note", ["a, [b], {c}" * 40, 'say "[{" to \\\\', "\\" * 7 + '"[' * 200])
def test_signs_in_the_text_of_json_are_text(tmp_path: Path, note: str) -> None:
    content = json.dumps([{"child_id": "a", "note": note}] * 3)
    caseload = read([file_in(tmp_path, "x.json", content)], limits=Limits(json_values=12, json_depth=2))
    assert caseload.frame["note"].to_list() == [note] * 3


def test_a_row_that_is_short_where_another_is_long_is_found(tmp_path: Path) -> None:
    """Quotation marks inside a cell that has none at its ends: line by line each would pass for a whole row."""
    path = file_in(tmp_path, "x.csv", f'child_id,x\na"b,"{SECRET}\nd",e\n')
    assert refused(path)


# -- dates and sums of our own columns --------------------------------------------------------------------------------


def own_column(folder: Path, name: str, cells: list[str]) -> Caseload:
    rows = "".join(f"a{n},{cell and f'{chr(34)}{cell}{chr(34)}'}\n" for n, cell in enumerate(cells))
    return read([file_in(folder, "x.csv", f"child_id,{name}\n{rows}")])


@pytest.mark.parametrize("name", own.DATES)
def test_days_above_12_settle_a_column(tmp_path: Path, name: str) -> None:
    caseload = own_column(tmp_path, name, ["31/03/2015", " 1/4/2015", "", "04/01/2016"])
    assert caseload.frame[name].to_list() == ["2015-03-31", "2015-04-01", None, "2016-01-04"]
    (note,) = caseload.findings
    assert (note.code, note.severity, note.index, note.path) == ("day-first", "note", None, name)
    assert note.message.startswith("3 dates")


def test_a_column_that_could_be_either_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.csv", "child_id,date_of_birth\na,03/04/2015\nb,05/05/2015\n")
    (found,) = refused(path)
    assert (found.code, found.index, found.path) == ("date-order", None, "date_of_birth")
    assert "2026-04-30" in found.remedy


def test_a_day_that_is_its_month_can_be_read_one_way_only(tmp_path: Path) -> None:
    assert own_column(tmp_path, "profile_date", ["05/05/2026"]).frame["profile_date"].to_list() == ["2026-05-05"]


@pytest.mark.parametrize(
    ("cells", "wrong", "words"),
    [
        (["31/03/2015", "2015-03-31"], [0], "beside others"),
        (["03/04/2015", "2015-03-31", "01/02/2015"], [0, 2], "beside others"),
        (["31/03/2015", "03/31/2015", "01/02/2015"], [0, 1, 2], "month first"),
        (["03/31/2015", "2015-01-01"], [0], "month first"),
        (["31/03/2015", "31/03/15"], [1], "two digits"),
        (["31/03/2015", "31/02/2015", "99/99/2015", "a/b"], [1, 2, 3], "no such date"),
    ],
)
def test_dates_that_are_not_sure_are_refused_by_row(
    tmp_path: Path, cells: list[str], wrong: list[int], words: str
) -> None:
    caseload = own_column(tmp_path, "date_of_birth", cells)
    found = [one for one in caseload.findings if one.severity == "error"]
    assert [(one.index, one.code, one.path, one.value) for one in found] == [
        (index, "bad-date", "date_of_birth", cells[index]) for index in wrong
    ]
    assert all(words in one.message for one in found)
    assert [one.place for one in found] == [f"row {index + 2}" for index in wrong]
    assert all(caseload.frame["date_of_birth"][index] == cells[index] for index in wrong)


def test_dates_of_other_columns_are_left_alone(tmp_path: Path) -> None:
    caseload = own_column(tmp_path, "moved_on", ["03/04/2015"])
    assert (caseload.frame["moved_on"].to_list(), caseload.findings) == (["03/04/2015"], ())


@pytest.mark.parametrize("name", own.MONEY)
def test_a_week_behind_a_sum_is_left_out(tmp_path: Path, name: str) -> None:
    cells = ["£1,234.50 pw", "120p/w", "120 per week", "120/week", "120 / Week", "£120 PW", "99", ""]
    caseload = own_column(tmp_path, name, cells)
    assert caseload.frame[name].to_list() == ["£1,234.50", "120", "120", "120", "120", "£120", "99", None]
    (note,) = caseload.findings
    assert (note.code, note.severity, note.path) == ("says-weekly", "note", name)
    assert note.message.startswith("6 sums")


@pytest.mark.parametrize(
    "said", ["pcm", "per month", "pa", "per year", "per day", "per annum", "/month", "p/a", "a day"]
)
def test_another_period_behind_a_sum_rejects_its_row(tmp_path: Path, said: str) -> None:
    caseload = own_column(tmp_path, "weekly_cost", ["£100 pw", f"£100 {said}"])
    (found,) = [one for one in caseload.findings if one.severity == "error"]
    assert (found.code, found.index, found.place, found.path) == ("bad-money", 1, "row 3", "weekly_cost")
    assert "another period" in found.message
    assert caseload.frame["weekly_cost"].to_list() == ["£100", f"£100 {said}"]


def test_records_of_json_are_named_as_records(tmp_path: Path) -> None:
    content = '[{"child_id":"a","weekly_cost":"1 pa"},{"child_id":"b","date_of_birth":"1/1/26"}]'
    caseload = read([file_in(tmp_path, "x.json", content)])
    assert {(one.place, one.code) for one in caseload.findings} == {("record 1", "bad-money"), ("record 2", "bad-date")}


# -- tables as people make them ---------------------------------------------------------------------------------------


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


# -- OpenDocument -----------------------------------------------------------------------------------------------------


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
