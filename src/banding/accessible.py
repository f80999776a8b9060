"""Excel workbooks that keep to the habits of the Government Analysis Function for accessible spreadsheets.

No merged, hidden or locked cells, no formulas, no meaning by colour alone, 12-point sans serif, a title and a language;
one table a sheet, with one row of column names. Text is written as text: nothing becomes a formula or a link. The same
content gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

A4 = 9
LINE = 16.5  # points a line of 12-point text takes
PAGE_WIDTH = 100  # letters of a sheet of text
MOST_ROWS = 1_048_575  # of a sheet, below its header
FONT = {"font_name": "Arial", "font_size": 12, "font_scheme": "none"}
_WRAPPED = {"text_wrap": True, "valign": "top"}
_RIGHT = {"valign": "top", "align": "right"}
_FORMATS: dict[str, dict[str, Any]] = {
    "rating": {"valign": "top"},
    "key": {"valign": "top", "num_format": "@"},  # text, so that 007 stays 007
    "date": {"valign": "top", "num_format": "yyyy-mm-dd"},
    "text": _WRAPPED,
    "count": {**_RIGHT, "num_format": "#,##0"},
    "percent": {**_RIGHT, "num_format": "0%"},
    "pounds": {**_RIGHT, "num_format": "£#,##0"},
    "number": {**_RIGHT, "num_format": "#,##0.00"},
    "symbol": _RIGHT,
    "header": {**_WRAPPED, "bold": True, "bottom": 1},
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "font_size": 14},  # at the foot of its row, near what it heads
}


class Book:
    """A workbook in the making; `formats` by name."""

    def __init__(self, title: str, comments: str, created: dt.date) -> None:
        import xlsxwriter  # noqa: PLC0415

        self._target = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._target, {"in_memory": True, "default_format_properties": dict(FONT)})
        self.formats = {name: self.book.add_format(properties) for name, properties in _FORMATS.items()}
        created_at = dt.datetime.combine(created, dt.time())
        self.book.set_properties({"title": title, "comments": comments, "created": created_at})

    def sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(A4)
        sheet.set_landscape()
        return sheet

    def page(self, name: str, lines: Iterable[str]) -> None:
        """A sheet of text: its first line is the title, and one that begins with "# " a heading."""
        sheet = self.sheet(name)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, PAGE_WIDTH, self.formats["text"])
        for row, line in enumerate(lines):
            kind = "title" if row == 0 else "heading" if line.startswith("# ") else "text"
            sheet.set_row(row, height([line], [PAGE_WIDTH]) + (LINE if kind != "text" else 0))
            sheet.write_string(row, 0, line.removeprefix("# "), self.formats[kind])

    def table(self, sheet: Any, name: str, columns: Sequence[str], rows: int, *, first: int = 0) -> None:
        """Marks up the table of a sheet: its column names stand in the row `first`, and `rows` rows below."""
        headers = [{"header": column, "header_format": self.formats["header"]} for column in columns]
        options = {"name": name, "columns": headers, "autofilter": False, "style": "Table Style Light 1"}
        sheet.add_table(first, 0, first + rows, len(columns) - 1, options)

    def content(self) -> bytes:
        """The file; nothing can be added after it."""
        self.book.close()
        return _in_english(self._target.getvalue())


def height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Points that the tallest of some wrapped cells takes: not every program works heights out for itself."""
    return LINE * max(len(textwrap.wrap(text, width)) or 1 for text, width in zip(texts, widths, strict=True))


def _in_english(content: bytes) -> bytes:
    """The workbook with its language among its properties: a screen reader reads by it, and xlsxwriter has no word."""
    end = b"</cp:coreProperties>"
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "docProps/core.xml":
                text = text.replace(end, b"<dc:language>en-GB</dc:language>" + end)
            new.writestr(part, text)
    return written.getvalue()
