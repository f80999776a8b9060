"""Excel workbooks in: the same caseload as the same cells in CSV, and what is refused with which words.

The workbooks are written cell by cell, as people and other programs write them; tests/test_form.py has the form's own.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from banding.caseload import workbook
from banding.caseload.model import Caseload
from banding.caseload.read import read
from banding.errors import CaseloadError, Finding

FILES = Path(__file__).parent / "files"
SECRET = "SECRETNAME"
HEADER = ["child_id", "date_of_birth", "fire", "food", "solo", "weekly_cost"]
SHEET = "xl/worksheets/sheet1.xml"
Cells = Mapping[str, Any]


class Error(str):
    """The error that a formula gives."""

    __slots__ = ()


class Formula(str):
    """What a formula gives."""

    __slots__ = ()


def book(sheets: Mapping[str, Cells], **options: Any) -> bytes:
    """A workbook of sheets, each a mapping of addresses to cells."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, **options}) as made:
        day = made.add_format({"num_format": "dd/mm/yyyy"})
        for name, cells in sheets.items():
            sheet = made.add_worksheet(name)
            for address, cell in cells.items():
                if isinstance(cell, Error | Formula):
                    sheet.write_formula(address, "=1*A99", None, int(cell) if cell.isdecimal() else str(cell))
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(address, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(address, cell)
                else:
                    sheet.write(address, cell)
    return written.getvalue()


def cells_of(rows: Sequence[Sequence[Any]], first: int = 1) -> dict[str, Any]:
    """Rows of cells by address, from column A and a first row; None is left out."""
    return {
        f"{chr(ord('A') + column)}{number}": cell
        for number, row in enumerate(rows, start=first)
        for column, cell in enumerate(row)
        if cell is not None
    }


def other(content: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with other text in one of its parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(written, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(name, text)
    return written.getvalue()


def file_in(folder: Path, content: bytes, name: str = "x.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def caseload_of(folder: Path, rows: Sequence[Sequence[Any]], first: int = 1) -> Caseload:
    return read([file_in(folder, book({"Profiles": cells_of(rows, first)}))])


def refused(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(CaseloadError) as caught:
        read([path])
    assert SECRET not in str(caught.value) + repr(caught.value.findings)
    return caught.value.findings


# -- the same as CSV --------------------------------------------------------------------------------------------------

TYPED: list[list[Any]] = [
    HEADER,
    ["007", dt.date(2015, 3, 31), 2, "not_asked", True, 1234.5],
    [12, dt.datetime(2012, 2, 29, 0, 0), 2.0, 0, "no", "£1,234.50"],
    ["é“ü", "2011-01-01", "3", None, False, 0.1 + 0.2],
    ["  d ", "2015-03-31", 7, "  ", None, 99999999.99],
    ["e", dt.datetime(2012, 2, 29, 9, 30), 2.5, Formula("x"), None, Formula("3")],
]
TEXT = (
    "child_id,date_of_birth,fire,food,solo,weekly_cost\n"
    "007,2015-03-31,2,not_asked,true,1234.5\n"
    '12,2012-02-29,2,0,no,"£1,234.50"\n'
    "é“ü,2011-01-01,3,,false,0.3\n"
    "  d ,2015-03-31,7,  ,,99999999.99\n"
    "e,2012-02-29 09:30:00,2.5,x,,3\n"
)


def test_cells_of_every_type_are_those_of_the_same_csv(tmp_path: Path) -> None:
    ours = caseload_of(tmp_path, TYPED)
    theirs = read([file_in(tmp_path, TEXT.encode(), "x.csv")])
    assert ours.frame.rows() == theirs.frame.rows()
    assert ours.frame.schema == theirs.frame.schema == dict.fromkeys(HEADER, pl.String)
    assert ours.origins["row"].to_list() == theirs.origins["row"].to_list() == [2, 3, 4, 5, 6]
    assert (ours.layout, ours.findings) == (theirs.layout, theirs.findings) == ("own columns", ())


def test_days_counted_from_1904_are_the_same_days(tmp_path: Path) -> None:
    path = file_in(tmp_path, book({"Profiles": cells_of(TYPED)}, date_1904=True))
    assert read([path]).frame["date_of_birth"].to_list()[:2] == ["2015-03-31", "2012-02-29"]


def test_a_layout_is_recognised_in_a_workbook_as_in_csv(tmp_path: Path) -> None:
    text = (FILES / "national.csv").read_text(encoding="utf-8")
    rows = [[cell or None for cell in row] for row in csv.reader(io.StringIO(text))]
    letters = [xlsxwriter.utility.xl_col_to_name(at) for at in range(len(rows[0]))]
    cells = {f"{letters[at]}{n}": cell for n, row in enumerate(rows, 1) for at, cell in enumerate(row) if cell}
    ours, theirs = read([file_in(tmp_path, book({"Any": cells}))]), read([FILES / "national.csv"])
    assert ours.layout == theirs.layout == "placements-standard-national"
    assert ours.frame.equals(theirs.frame, null_equal=True)
    assert ours.origins["row"].equals(theirs.origins["row"])
    assert [(f.code, f.place, f.index) for f in ours.findings] == [(f.code, f.place, f.index) for f in theirs.findings]


def test_a_cell_that_cannot_be_read_rejects_its_row_in_any_layout(tmp_path: Path) -> None:
    header, row, *_ = csv.reader(io.StringIO((FILES / "national.csv").read_text(encoding="utf-8")))
    letters = [xlsxwriter.utility.xl_col_to_name(at) for at in range(len(header))]
    cells = dict(zip([f"{letter}{n}" for n in (1, 2) for letter in letters], [*header, *row], strict=True))
    caseload = read([file_in(tmp_path, book({"Any": {**cells, f"{letters[-1]}2": Error("#REF!")}}))])
    assert caseload.layout == "placements-standard-national"
    assert [(f.index, f.path) for f in caseload.findings if f.code == "cell-error"] == [(0, header[-1])]


@pytest.mark.parametrize("cells", [{"C1": Error("#REF!"), "D2": 1}, {"A2": "child_ID"}, {"A1": "  ", "A2": 1}])
def test_a_layout_that_is_named_needs_names_in_the_first_row(tmp_path: Path, cells: dict[str, Any]) -> None:
    path = file_in(tmp_path, book({"Any": cells}))
    with pytest.raises(CaseloadError, match="cell A1: Expected the names of the columns in the first row"):
        read([path], layout="placements-standard-national")


def test_a_layout_of_json_is_not_that_of_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(CaseloadError, match="is of JSON; this is an Excel workbook"):
        read([file_in(tmp_path, book({"Any": {"A1": "child_id", "A2": "a"}}))], layout="placements-standard")


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.parquet", "x.xlsx"])
def test_names_and_free_text_are_dropped_with_a_note_in_every_format(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame({"child_id": ["a"], "rater": [SECRET], "fire": ["1"], "evidence": [SECRET]})
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    content = {
        "x.csv": frame.write_csv().encode(), "x.json": frame.write_json().encode(), "x.parquet": parquet.getvalue(),
        "x.xlsx": book({"Profiles": cells_of([frame.columns, *frame.rows()])}),
    }  # fmt: skip
    caseload = read([file_in(tmp_path, content[name], name)])
    assert caseload.frame.rows() == [("a", "1")]
    (note,) = caseload.findings
    assert (note.severity, note.index, note.file) == ("note", None, str(tmp_path / name))
    assert "rater" in note.place
    assert "evidence" in note.place


def test_a_folder_holds_workbooks_too_and_those_that_are_open_once(tmp_path: Path) -> None:
    file_in(tmp_path, book({"Profiles": cells_of(TYPED)}))
    file_in(tmp_path, b"\x05owner", "~$x.xlsx")
    file_in(tmp_path, TEXT.replace("007", "008").encode(), "y.csv")
    assert read([tmp_path]).origins["file"].unique(maintain_order=True).to_list() == [
        str(tmp_path / "x.xlsx"), str(tmp_path / "y.csv"),
    ]  # fmt: skip


# -- rows and columns -------------------------------------------------------------------------------------------------


def test_blank_rows_are_dropped_and_rows_keep_the_spreadsheets_numbers(tmp_path: Path) -> None:
    rows: list[list[Any]] = [HEADER, [None], ["a", None, 1], ["  "], ["", ""], [None, None, 2], [None], ["c"]]
    caseload = caseload_of(tmp_path, rows)
    assert caseload.origins.rows() == [(str(tmp_path / "x.xlsx"), row) for row in (3, 6, 8)]
    assert caseload.frame["child_id"].to_list() == ["a", None, "c"]
    assert caseload.frame["fire"].to_list() == ["1", "2", None]


def test_columns_that_are_blank_and_have_no_name_are_dropped(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[None, "child_id", None, " fire ", " "], [None, "a", None, 1], [None, "b", "  ", 2]]
    caseload = caseload_of(tmp_path, rows)
    assert caseload.frame.rows() == [("a", "1"), ("b", "2")]
    assert caseload.frame.columns == ["child_id", "fire"]


def test_a_column_with_content_and_no_name_is_refused_at_its_cell(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[None, "child_id", None, "fire", None], [None, "a", SECRET, 1, Error("#N/A")]]
    found = refused(file_in(tmp_path, book({"Profiles": cells_of(rows)})))
    assert [(f.code, f.place) for f in found] == [
        ("no-column-name", "sheet Profiles, cell C1"), ("no-column-name", "sheet Profiles, cell E1"),
    ]  # fmt: skip


def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (found,) = refused(file_in(tmp_path, book({"Profiles": cells_of([["child_id", "fire", "fire "], ["a", 1, 2]])})))
    assert (found.code, found.path) == ("duplicate-column", "fire")


# -- cells that cannot be read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", workbook.ERRORS)
def test_the_error_of_a_formula_rejects_its_row_and_names_its_cell(tmp_path: Path, error: str) -> None:
    rows: list[list[Any]] = [HEADER, ["a", None, 1], [None], ["b", None, Error(error)], ["c", None, 3]]
    caseload = caseload_of(tmp_path, rows)
    (found,) = caseload.findings
    assert (found.severity, found.code, found.index, found.path, found.value) == (
        "error", "cell-error", 1, "fire", error,
    )  # fmt: skip
    assert "cell C4" in found.place
    assert caseload.frame["fire"].to_list() == ["1", None, "3"]


def test_cells_are_named_right_where_the_first_columns_are_blank(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [None, None, "child_id", "fire", "food"],
        [None, None, "a", 1, 2],
        [None, None, "b", 1, Error("#REF!")],
    ]
    (found,) = caseload_of(tmp_path, rows).findings
    assert (found.index, found.path) == (1, "food")
    assert "cell E3" in found.place


def test_a_row_of_which_only_an_error_is_there_is_no_blank_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [HEADER, ["a"], [None, None, Error("#REF!")], [Error("#N/A"), None, 2]]
    caseload = caseload_of(tmp_path, rows)
    assert caseload.origins["row"].to_list() == [2, 3, 4]
    assert [(found.index, found.path) for found in caseload.findings] == [(1, "fire"), (2, "child_id")]


def test_an_error_where_nothing_is_read_rejects_nothing(tmp_path: Path) -> None:
    rows = [["child_id", "evidence"], ["a", Error("#N/A")]]
    assert [found.severity for found in caseload_of(tmp_path, rows).findings] == ["note"]


def test_a_formula_that_nobody_worked_out_rejects_its_row(tmp_path: Path) -> None:
    """Programs that write workbooks leave the result of a formula to Excel: until it is saved there, there is none."""
    rows: list[list[Any]] = [HEADER, ["a", None, Formula("3")], ["b", None, 1]]
    content = book({"Profiles": cells_of(rows)})
    for old, new in (("<v>3</v></c>", "<v></v></c>"), ("<v>3</v></c>", "</c>")):
        caseload = read([file_in(tmp_path, other(content, SHEET, f"<f>1*A99</f>{old}", f"<f>1*A99</f>{new}"))])
        (found,) = caseload.findings
        assert (found.index, found.path, found.value) == (0, "fire", None)
        assert "cell C2" in found.place
        assert "worked out" in found.message


def test_a_formula_that_gives_empty_text_is_blank(tmp_path: Path) -> None:
    content = book({"Profiles": cells_of([HEADER, ["a", None, Formula("3")]])})
    content = other(content, SHEET, '<c r="C2"><f>1*A99</f><v>3</v>', '<c r="C2" t="str"><f>1*A99</f><v></v>')
    caseload = read([file_in(tmp_path, content)])
    assert (caseload.frame["fire"].to_list(), caseload.findings) == ([None], ())


def test_an_error_of_which_the_reader_knows_nothing_is_refused_at_its_cell(tmp_path: Path) -> None:
    """Google Sheets writes #ERROR!; fastexcel then refuses the sheet without a place."""
    rows: list[list[Any]] = [HEADER, ["a", None, Error("#N/A"), Error("#N/A")], ["b", None, Error("#REF!")]]
    path = file_in(tmp_path, other(book({"Profiles": cells_of(rows)}), SHEET, "#N/A", "#ERROR!"))
    assert [(found.code, found.place) for found in refused(path)] == [
        ("cell-error", "sheet Profiles, cell C2"), ("cell-error", "sheet Profiles, cell D2"),
    ]  # fmt: skip


def test_cells_without_addresses_follow_one_another(tmp_path: Path) -> None:
    content = book({"Profiles": cells_of([["child_id", "fire"], ["a", 1], ["b", Error("#REF!")]])})
    for address in ("A1", "B1", "A2", "B2", "A3", "B3"):
        content = other(content, SHEET, f' r="{address}"', "")
    (found,) = read([file_in(tmp_path, content)]).findings
    assert (found.index, found.path) == (1, "fire")
    assert "cell B3" in found.place


# -- which sheet ------------------------------------------------------------------------------------------------------

FULL, SPARE = cells_of([["child_id", "fire"], ["a", 1]]), cells_of([["child_id", "fire"], ["b", 1]])


@pytest.mark.parametrize("name", ["Profiles", "profiles ", "PROFILES"])
def test_the_sheet_of_profiles_is_read_wherever_it_stands(tmp_path: Path, name: str) -> None:
    path = file_in(tmp_path, book({"Read me": {"A1": SECRET, "B7": Error("#REF!")}, name: FULL, "Ratings": SPARE}))
    assert read([path]).frame["child_id"].to_list() == ["a"]


def test_the_only_sheet_with_content_is_read_whatever_its_name(tmp_path: Path) -> None:
    assert read([file_in(tmp_path, book({"Empty": {}, "April": FULL, "Sheet3": {}}))]).frame["fire"].to_list() == ["1"]


def test_of_several_sheets_none_is_guessed(tmp_path: Path) -> None:
    (found,) = refused(file_in(tmp_path, book({"April": FULL, "Empty": {}, "May": SPARE})))
    assert (found.code, found.message) == ("which-sheet", "Several sheets hold something: sheet 1, sheet 3.")
    assert "Profiles" in found.remedy


def test_a_chart_is_no_sheet(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as made:
        page = made.add_chartsheet("Chart")
        chart = made.add_chart({"type": "line"})
        chart.add_series({"values": "=April!$B$2:$B$2"})
        page.set_chart(chart)
        sheet = made.add_worksheet("April")
        for address, cell in FULL.items():
            sheet.write(address, cell)
    assert read([file_in(tmp_path, written.getvalue())]).frame["child_id"].to_list() == ["a"]
    assert not caplog.records  # fastexcel warns of a chart that it is asked for


# -- what is refused --------------------------------------------------------------------------------------------------

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + SECRET.encode()
A_ZIP = io.BytesIO()
with zipfile.ZipFile(A_ZIP, "w") as archive:
    archive.writestr("secret.csv", SECRET)
GOOD = book({"Profiles": FULL})

REFUSED: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "no row": ("x.xlsx", book({"Profiles": cells_of([HEADER, ["  "]])}), ("sheet Profiles", "no row below")),
    "nothing": ("x.xlsx", book({"Profiles": {}}), ("sheet Profiles", "nothing")),
    "nothing anywhere": ("x.xlsx", book({"April": {}, "May": {}}), ("nothing",)),
    "a page above": (
        "x.xlsx", book({"Profiles": {"B1": SECRET, "C60": "child_id"}}),
        ("sheet Profiles, cell A1", "child_id stands in cell C60", "delete the rows above"),
    ),
    "another name": ("x.xlsx", book({"Profiles": cells_of([["fire", "Child ID"], [1, SECRET]])}), ("cell B1",)),
    "no names": ("x.xlsx", book({"Profiles": cells_of([[SECRET, 1], [SECRET, 2]])}), ("cell A1", "first row")),
    "only an error": ("x.xlsx", book({"Profiles": {"C1": Error("#REF!"), "D2": Error("#N/A")}}), ("cell A1",)),
    "an old workbook": ("x.xls", OLD_WORKBOOK, (".csv", ".xlsx", ".parquet", ".json")),
    "an old workbook, or a password": ("x.xlsx", OLD_WORKBOOK, ("old Excel workbook", "password", ".xlsx")),
    "a zip": ("x.xlsx", A_ZIP.getvalue(), ("an Excel workbook", "zip")),
    "text": ("x.xlsx", f"child_id\n{SECRET}\n".encode(), ("an Excel workbook", "CSV")),
    "as CSV": ("x.csv", GOOD, ("CSV", "an Excel workbook")),
    "cut": ("x.xlsx", GOOD[:-100], ("zip",)),
    "an end that points nowhere": ("x.xlsx", GOOD[:-6] + b"\xff\xff\xff\x00" + GOOD[-2:], ("damaged",)),
    "an unknown encoding": ("x.xlsx", other(GOOD, "xl/workbook.xml", "UTF-8", "UTF-9"), ("damaged",)),
    "broken XML": ("x.xlsx", other(GOOD, SHEET, "</sheetData>", "</sheet>"), ("damaged", "save it again")),
    "broken list of sheets": ("x.xlsx", other(GOOD, "xl/workbook.xml", "</sheets>", ""), ("damaged",)),
    "a sheet that is gone": ("x.xlsx", other(GOOD, "xl/_rels/workbook.xml.rels", "sheet1", "sheet7"), ("damaged",)),
    "an index too high": ("x.xlsx", other(GOOD, SHEET, "<v>0</v>", "<v>99</v>"), ("damaged",)),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_workbook_that_cannot_be_used_says_why_and_quotes_no_cell(tmp_path: Path, case: str) -> None:
    name, content, words = REFUSED[case]
    found = refused(file_in(tmp_path, content, name))
    told = "\n".join(map(str, found))
    assert all(word in told for word in words), told
    assert all(finding.file == str(tmp_path / name) for finding in found)


def test_a_wrong_byte_anywhere_is_no_crash(tmp_path: Path) -> None:
    told = set()
    for at in range(0, len(GOOD), 31):
        content = bytearray(GOOD)
        content[at] ^= 0xFF
        try:
            read([file_in(tmp_path, bytes(content))])
        except CaseloadError as error:
            told |= {finding.code for finding in error.findings}
    assert told >= {"bad-workbook", "wrong-ending"}
