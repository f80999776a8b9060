"""The workbook of a summary: accessible, figures as numbers, text as text, and no child in a shareable one."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest

from banding.pack.library import load_pack
from banding.report.workbook import write_workbook
from banding.review.model import ALL, Cell, Column, Section, Sentence, Table, Unit
from banding.review.summary import SYMBOLS, WORKING, ChildList, Summary
from tests.opened import elements, part

PACK = load_pack("england-reference@2026")
ON = dt.date(2026, 6, 30)
EVIL = ("=1+1", "+1", "-1", "@x", "\tx", "http://x.example/", "mailto:a@b.example", "internal:Sheet1!A1")


def table(**changed: Any) -> Table:
    given: dict[str, Any] = {
        "id": "by_setting",
        "title": "Children by setting, on 30 June 2026",
        "columns": (
            Column("setting", "Setting", Unit.KEY), Column("children", "Children", Unit.CHILDREN),
            Column("share", "Share", Unit.PERCENT, of=("children", "children")),
            Column("cost", "Mean cost", Unit.POUNDS), Column("ratio", "Ratio", Unit.NUMBER),
            Column("says", "Remark", Unit.TEXT),
        ),
        "frame": pl.DataFrame(
            {
                "setting": ["Foster", "Home", ALL], "children": [1200, None, 1234], "share": [97.2, None, 100.0],
                "cost": [812.4, None, -5.0], "ratio": [1.25, 0.5, None], "says": ["=1+1", None, "x"],
            }
        ),
        "symbols": pl.DataFrame(
            {"children": [None, "c", None], "share": [None, "c", None], "cost": [None, "c", None]},
            schema=dict.fromkeys(("children", "share", "cost"), pl.String),
        ),
        "notes": ("A note that must be read.",),
        **changed,
    }  # fmt: skip
    return Table(**given)


def summary(*, shareable: bool = True, tables: tuple[Table, ...] | None = None) -> Summary:
    tables = (table(),) if tables is None else tables
    first = Sentence("There are {} children.", (Cell(tables[0].id, 2, "children"),))
    section = Section("care", "Where do the children live?", (first,), tables, ("Nothing of costs can be shown.",))
    return Summary("England reference banding", "england-reference", "2026", "illustrative", ON, (section,), shareable)


def children(rows: int = 3) -> ChildList:
    given = {"child_id": [EVIL[place % len(EVIL)] for place in range(rows)], "decision": [None] * rows}
    frame = pl.DataFrame(given, schema=dict.fromkeys(given, pl.String))
    labels = {"child_id": "Child", "decision": "Decision"}
    return ChildList(
        "unmet", "Need that may not be met", ("Read me.",), labels, frame, {"decision": ("agreed", "other")}
    )


def written(tmp_path: Path, found: Summary, **more: Any) -> Path:
    out = tmp_path / "out.xlsx"
    with out.open("wb") as file:
        write_workbook(found, PACK, file, **more)
    return out


def names(path: Path) -> list[str]:
    return [str(one.get("name")) for one in elements(path, "xl/workbook.xml", "sheet")]


def sheet(path: Path, name: str) -> list[list[Any]]:
    """The cells of a sheet, read back by the reader of workbooks that councils' files go through."""
    frame = fastexcel.read_excel(path).load_sheet(name, header_row=None, dtypes="string").to_polars()
    return [list(row) for row in frame.rows()]


def test_cover_contents_and_notes_stand_first_and_every_table_has_a_sheet(tmp_path: Path) -> None:
    path = written(tmp_path, summary())
    assert names(path) == ["Cover", "Contents", "Notes", "By setting", "Pack bands", "Pack prices"]
    contents = sheet(path, "Contents")
    assert [row[0] for row in contents[2:]] == ["By setting", "Pack bands", "Pack prices"]
    cover = "\n".join(row[0] for row in sheet(path, "Cover"))
    assert "There are 1,234 children." in cover
    assert "illustrative" in cover
    assert "Shareable" in cover
    notes = sheet(path, "Notes")
    assert {f"[{symbol}]" for symbol in SYMBOLS} <= {row[0] for row in notes}
    assert ["Where do the children live?", "Nothing of costs can be shown."] in notes


def test_numbers_are_numbers_and_symbols_stand_in_their_place(tmp_path: Path) -> None:
    path = written(tmp_path, summary())
    xml = part(path, "xl/worksheets/sheet4.xml")
    row = re.findall(r'<c r="([A-F])5"([^>]*)><v>([^<]*)</v>', xml)
    assert [(column, value) for column, kind, value in row if 't="s"' not in kind] == [
        ("B", "1200"), ("C", "0.972"), ("D", "812.4"), ("E", "1.25"),
    ]  # fmt: skip
    found = sheet(path, "By setting")
    assert found[0][0] == "Children by setting, on 30 June 2026"
    assert found[3][:6] == ["Setting", "Children", "Share", "Mean cost", "Ratio", "Remark"]
    assert found[5][1:] == ["[c]", "[c]", "[c]", "0.5", "[x]"]


def test_low_reliability_is_said_of_the_sheet_so_that_figures_stay_numbers(tmp_path: Path) -> None:
    marked = table(symbols=pl.DataFrame({"cost": ["u", None, "u"]}))
    path = written(tmp_path, summary(tables=(marked,)))
    assert any("[u]" in str(row[0]) for row in sheet(path, "By setting")[:4])
    assert not any("[u]" in str(row[0]) for row in sheet(written(tmp_path, summary()), "By setting"))


def test_nothing_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    path = written(tmp_path, summary(shareable=False), lists=(children(len(EVIL)),))
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            text = archive.read(name)
            assert b"<f>" not in text
            assert b"<hyperlink" not in text
    assert [row[0] for row in sheet(path, "Unmet")][-len(EVIL) :] == list(EVIL)


def test_it_keeps_to_the_habits_of_accessible_spreadsheets(tmp_path: Path) -> None:
    path = written(tmp_path, summary(shareable=False), lists=(children(),))
    core = part(path, "docProps/core.xml")
    assert "<dc:title>England reference banding, 2026-06-30</dc:title>" in core
    assert "<dc:language>en-GB</dc:language>" in core
    tables = set()
    for number in range(1, len(names(path)) + 1):
        xml = part(path, f"xl/worksheets/sheet{number}.xml")
        assert not re.search("<mergeCell|<sheetProtection|hidden=|<f>|<conditionalFormatting|<pane", xml)
        rows = [int(row.get("r", 0)) for row in elements(path, f"xl/worksheets/sheet{number}.xml", "row")]
        assert rows == list(range(1, len(rows) + 1))
    for number in range(1, len(names(path))):
        (one,) = elements(path, f"xl/tables/table{number}.xml", "table")
        tables.add(one.get("name"))
    assert len(tables) == len(names(path)) - 1


def test_a_shareable_workbook_takes_no_children_and_a_working_one_says_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no children"):
        write_workbook(summary(), PACK, io.BytesIO(), lists=(children(),))
    path = written(tmp_path, summary(shareable=False), lists=(children(),))
    assert WORKING in [row[0] for row in sheet(path, "Cover")]
    assert WORKING in [row[0] for row in sheet(path, "Unmet")]
    (valid,) = elements(path, f"xl/worksheets/sheet{names(path).index('Unmet') + 1}.xml", "dataValidation")
    assert valid.get("sqref") == "B5:B7"


def test_an_empty_list_and_titles_that_are_alike_or_too_long(tmp_path: Path) -> None:
    long = "A table with a very long identity that no sheet can bear"
    two = (table(id=long.replace(" ", "_")), table(id=long.replace(" ", "_") + "_too"), table(id="cover"))
    path = written(tmp_path, summary(shareable=False, tables=two), lists=(children(0),))
    found = names(path)
    assert len(set(found)) == len(found)
    assert all(len(name) <= 31 for name in found)


def test_the_same_summary_gives_the_same_bytes() -> None:
    one, other = io.BytesIO(), io.BytesIO()
    for file in (one, other):
        write_workbook(summary(), PACK, file)
    assert one.getvalue() == other.getvalue()
