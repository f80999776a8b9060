"""Plain sheets are told from all others: a reader of workbooks finds in them no cell beyond what they state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.caseload import sheet_xml
from banding.caseload.limits import Limits
from banding.caseload.sheets import letters, number
from banding.errors import CaseloadError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROW = '<row r="1" spans="1:2" x14ac:dyDescent="0.25"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1"/></row>'


def sheet(rows: str, *, size: str = "A1:B2", head: str = "", after: str = "") -> bytes:
    stated = f'<dimension ref="{size}"/>' if size else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{MAIN}">{stated}{head}<sheetData>{rows}</sheetData>'
        f"{after}</worksheet>"
    ).encode()


def test_a_plain_sheet_states_its_size() -> None:
    after = '<mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>'
    found = sheet_xml.plain(sheet(ROW + '<row r="2"><c r="B2"><v>-1.5</v></c></row>', after=after))
    assert found is not None
    assert (found.rows, found.columns, found.unread) == (2, 2, [])
    assert sheet_xml.merged(found.after) == sheet_xml.merged(after.encode()) != []
    assert sheet_xml.plain(sheet("", size="A1")) is not None


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        ('<row r="3"><c r="A3"/></row>', "A1:B2"), ('<row r="1"><c r="C1"/></row>', "A1:B2"),
        ('<row r="1"><c r="AA1"/></row>', "A1:Z9"), ('<row r="1"><c r="A10"/></row>', "A1:B9"),
        ('<row r="10"/>', "A1:B9"), ('<row r="1048576"/>', "A1:B2"), ('<row r="1"><c r="XFD1"/></row>', "A1:B2"),
        ('<row r="01"/>', "A1:B2"), ('<row r="1"><c r="a1"/></row>', "A1:B2"), ('<row r="1"><c r="A"/></row>', "A1:B2"),
        ('<row r="1"><c r="A0"/></row>', "A1:B2"), ('<row r="1"><c/></row>', "A1:B2"), ("<row/>", "A1:B2"),
        ('<row spans="1:2" r="1"/>', "A1:B2"), ("<row r='1'/>", "A1:B2"), ('<x:row r="1"/>', "A1:B2"),
        ('<row r="1"><x:c r="A1"/></row>', "A1:B2"), ('<row r="1"><c\tr="A1"/></row>', "A1:B2"),
        ('<row r="1"><c r="A1" t=\'e\'><v>#N/A</v></c></row>', "A1:B2"), ("<!-- x -->", "A1:B2"),
        ("<![CDATA[x]]>", "A1:B2"), ("<?x?>", "A1:B2"), ("text", "A1:B2"), (ROW, ""), (ROW, "B2:A0"),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_not_taken_for_it(rows: str, size: str) -> None:
    assert sheet_xml.plain(sheet(rows, size=size)) is None


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- <sheetData></sheetData> -->", "<?x <sheetData></sheetData> ?>", "<![CDATA[<sheetData></sheetData>]]>",
        '<x a="<sheetData></sheetData>"/>', "<x a='><sheetData></sheetData>'/>", '<x a="><sheetData></sheetData>"/>',
        '<!DOCTYPE x [<!ENTITY a "b">]>',
    ],
)  # fmt: skip
def test_cells_cannot_be_hidden_before_or_behind(hidden: str) -> None:
    far = '<row r="9"><c r="Z9"/></row>'
    assert sheet_xml.plain(sheet(far, head=hidden)) is None
    assert sheet_xml.plain(sheet(ROW, head=hidden)) is None
    # Behind the first end of the cells a reader has stopped; whoever does not is not shown anything either.
    assert sheet_xml.plain(sheet(ROW, after=f"<sheetData>{far}</sheetData>")) is None
    assert sheet_xml.plain(sheet(ROW, after=far)) is None
    trick = f'<row r="1" a="></row></sheetData>"/>{far}'
    assert sheet_xml.plain(sheet(trick)) is None


CELLS = st.sampled_from(
    [
        '<c r="{}"/>', '<c r="{}"><v>1</v></c>', '<c r="{}" t="s"><v>0</v></c>', '<c r="{}"><f>A1+1</f><v>2</v></c>',
        '<c r="{}"><f>A1+1</f></c>', '<c r="{}"><f>A1+1</f><v></v></c>', '<c r="{}"><f>A1</f><v/></c>',
        '<c r="{}" t="str"><f>A1</f><v></v></c>', '<c r="{}" t="e"><v>#N/A</v></c>', '<c r="{}" t="e"/>',
        '<c r="{}" t="e"><f>1/0</f><v>#DIV/0!</v></c>', '<c r="{}" s="1"><f t="shared" ref="A1:B2"/><v>3</v></c>',
        '<c r="{}" t="inlineStr"><is><t xml:space="preserve"> t="e" &lt;f&gt;</t></is></c>',
        '<c r="{}" t="str"><f>"a"</f><v>&amp; </v></c>', '<c r="{}"><f si="1"/></c>',
    ]
)  # fmt: skip


@given(st.lists(st.lists(CELLS, max_size=3), max_size=6), st.integers(1, 300))
def test_the_unread_cells_of_a_plain_sheet_are_those_of_the_slow_way(rows: list[list[str]], block: int) -> None:
    held = "".join(
        f'<row r="{row}">' + "".join(cell.format(f"{letters(at)}{row}") for at, cell in enumerate(row_of)) + "</row>"
        for row, row_of in enumerate(rows, start=1)
    )
    xml = sheet(held, size="A1:C6")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_xml, "_BLOCK", block)
        found = sheet_xml.plain(xml)
    assert found is not None
    assert found.unread == [cell for cell in sheet_xml.cells(xml) if cell.unread]


@pytest.mark.parametrize("last", ["A1", "B2", "I9", "J10", "Z99", "AA100", "AZ101", "BA999", "CJ100001", "XFD1048576"])
def test_the_pattern_of_addresses_is_exact(last: str) -> None:
    columns, rows = number(last.rstrip("0123456789")), int(last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    for column, row in ((columns, rows), (columns - 1, rows - 1), (columns + 1, rows), (columns, rows + 1), (0, 1)):
        if column >= 0 and row >= 1:
            at = f'<row r="1"><c r="{letters(column)}{row}"/></row>'
            fits = column <= columns and row <= rows
            assert (sheet_xml.plain(sheet(at, size=f"A1:{last}")) is not None) is fits


def test_a_sheet_that_states_too_much_is_measured() -> None:
    xml = sheet(ROW, size="A1:XFD1048576")
    found, limits = sheet_xml.plain(xml), Limits()
    assert found is not None
    assert not sheet_xml.is_small(found, limits)
    sheet_xml.check_size(xml, "sheet 1", "x.xlsx", limits)
    with pytest.raises(CaseloadError, match="sheet_cells"):
        sheet_xml.check_size(sheet('<row r="900000"><c r="ZZ900000"/></row>'), "sheet 1", "x.xlsx", limits)
