"""The rating form: an Excel workbook in which profiles are rated item by item, and which `banding score` reads back.

Three sheets of one table each: Read me, Profiles (a row a child, the columns that are read) and Ratings (each item in
full). They keep to the habits of the Government Analysis Function for accessible spreadsheets: no merged, hidden or
locked cells, no formulas, no meaning by colour alone, 12-point sans serif, a title and a language. The same pack and
children give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import textwrap
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from banding import form_words
from banding.caseload.model import Caseload
from banding.caseload.workbook import SHEET
from banding.engine import cells
from banding.errors import CaseloadError, Finding, OutputError
from banding.pack.meaning import Pack
from banding.whole import WholeFiles, target_faults

ENDING = ".xlsx"
READY_ROWS, SPARE_ROWS = 500, 50
MOST_ROWS = 1_048_575  # of a sheet, below its header
A4 = 9
LINE = 16.5  # points a line of 12-point text takes
READ_ME_WIDTH = 100
NOTE_WIDTH, NOTE_LINE, NOTE_LETTERS = 480, 20, 55  # pixels, pixels, letters a line
FIRST_DAY = dt.date(1900, 1, 1)  # the first that Excel knows


@dataclass(frozen=True, slots=True)
class Child:
    """A child to be rated; `date_of_birth` None where the caseload does not give it."""

    child_id: str
    date_of_birth: dt.date | None


# -- children ---------------------------------------------------------------------------------------------------------


def children_of(caseload: Caseload) -> tuple[list[Child], list[Finding]]:
    """The children of a caseload in its order, each once, and warnings of rows that give none.

    Raises CaseloadError where there is no column child_id, or it is neither text nor whole numbers.
    """
    frame = caseload.frame
    if "child_id" not in frame.columns:
        raise CaseloadError(Finding("column-absent", "", "column child_id", "The column is absent."))
    given = frame["child_id"]
    if given.dtype not in (*cells.TEXT, *cells.WHOLE, pl.Null):
        message, remedy = f"The column is {given.dtype}.", "Give it as text or whole numbers."
        raise CaseloadError(Finding("wrong-type", "", "column child_id", message, remedy))
    findings = []
    born, unread = _born(frame)
    table = pl.DataFrame({"child_id": given.cast(pl.String).str.strip_chars(), "born": born})
    known = table.filter(pl.col("child_id") != "")
    once = known.group_by("child_id", maintain_order=True).agg(pl.col("born").drop_nulls().first())
    for rows, what in (
        (table.height - known.height, "Rows without a child_id, left out"),
        (known.height - once.height, "Rows of a child that the form has already, left out"),
        (unread, "Dates of birth that cannot be read, left blank"),
    ):
        if rows:
            findings.append(Finding("left-out", "", "", f"{what}: {rows}.", severity="warning"))
    return [Child(*row) for row in once.iter_rows()], findings


def _born(frame: pl.DataFrame) -> tuple[pl.Series, int]:
    """Dates of birth, null where not given, and how many are given that cannot be read."""
    name = "date_of_birth"
    given = frame[name] if name in frame.columns else pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    found = cells.dates(given)
    if found is None:
        found = pl.repeat(None, frame.height, dtype=pl.Date, eager=True)
    found = found.set((found < FIRST_DAY).fill_null(value=False), None)
    return found, int((found.is_null() & ~cells.blank(given)).sum())


def draw(children: Sequence[Child], number: int, seed: int) -> list[Child]:
    """A random sample, by child_id: the same for any order of the children, on every system.

    Raises CaseloadError where there are fewer children than `number`.
    """
    if number > len(children):
        message = f"A sample of {number} is asked for, and there are {len(children)} children."
        raise CaseloadError(Finding("sample-too-large", "", "", message, f"Ask for {len(children)} at most."))
    numbers = random.Random(seed)
    in_order = sorted(children, key=lambda child: child.child_id)
    # Of this generator only random() is promised to stay the same from one Python to the next.
    lots = {child.child_id: numbers.random() for child in in_order}
    drawn = sorted(lots, key=lots.__getitem__)[:number]
    return [child for child in in_order if child.child_id in set(drawn)]


# -- the file ---------------------------------------------------------------------------------------------------------


def write_form(out: Path, pack: Pack, children: Sequence[Child] = (), *, remark: str = "") -> int:
    """Writes the form whole or not at all, with one row a child and empty ones below; gives the number of rows.

    remark  a sentence about these children, for the sheet Read me.

    Raises OutputError where `out` does not end in .xlsx, its folder is not there, it exists (a form that is filled in
    is lost where another is written over it), or the children are more than a sheet has rows.
    """
    rows = len(children) + SPARE_ROWS if children else READY_ROWS
    if wrong := _wrong_target(out, rows):
        raise OutputError(wrong)
    with WholeFiles() as files:
        files.add(out, lambda file: file.write(_Book(pack, children, rows, remark).content()))
        files.put_in_place()
    return rows


def _wrong_target(out: Path, rows: int) -> list[Finding]:
    found = target_faults(out, (ENDING,))
    if not found and out.exists():
        message = "It exists, and a form that is filled in would be lost."
        found.append(Finding("would-overwrite", str(out), "", message, "Choose another name."))
    if rows > MOST_ROWS:
        message = f"{rows} rows are more than a sheet holds."
        found.append(Finding("too-many-rows", str(out), "", message, "Make one form a team."))
    return found


# -- the workbook -----------------------------------------------------------------------------------------------------


class _Book:
    def __init__(self, pack: Pack, children: Sequence[Child], rows: int, remark: str) -> None:
        import xlsxwriter  # noqa: PLC0415

        self.pack, self.children, self.rows, self.remark = pack, children, rows, remark
        self.target = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.target, {"in_memory": True, "default_format_properties": dict(_FONT)})
        self.formats = {name: self.book.add_format(properties) for name, properties in _FORMATS.items()}

    def content(self) -> bytes:
        header = self.pack.header
        self.book.set_properties(
            {
                "title": f"Rating form: {header.title}",
                "comments": f"{header.id} {header.version}, fingerprint {self.pack.fingerprint}",
                "created": dt.datetime.combine(header.from_, dt.time()),
            }
        )
        self._read_me()
        self._profiles()
        self._ratings()
        self.book.close()
        return _in_english(self.target.getvalue())

    def _sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(A4)
        sheet.set_landscape()
        return sheet

    def _table(self, sheet: Any, name: str, columns: Sequence[str], rows: int) -> None:
        headers = [{"header": column, "header_format": self.formats["header"]} for column in columns]
        options = {"name": name, "columns": headers, "autofilter": False, "style": "Table Style Light 1"}
        sheet.add_table(0, 0, rows, len(columns) - 1, options)

    # -- sheets -------------------------------------------------------------------------------------------------------

    def _read_me(self) -> None:
        sheet = self._sheet("Read me")
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, READ_ME_WIDTH, self.formats["text"])
        for row, line in enumerate(form_words.read_me(self.pack, self.remark)):
            kind = "title" if row == 0 else "heading" if line.startswith("# ") else "text"
            sheet.set_row(row, _height([line], [READ_ME_WIDTH]) + (LINE if kind != "text" else 0))
            sheet.write_string(row, 0, line.removeprefix("# "), self.formats[kind])

    def _profiles(self) -> None:
        columns = form_words.columns(self.pack)
        sheet = self._sheet(SHEET)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.repeat_columns(0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width, self.formats[column.kind])
            sheet.data_validation(1, at, self.rows, at, column.valid)
        self._table(sheet, "profiles_table", [column.name for column in columns], self.rows)
        for at, column in enumerate(columns):
            lines = sum(1 + len(line) // NOTE_LETTERS for line in column.note.split("\n"))
            sheet.write_comment(0, at, column.note, {**_FONT, "width": NOTE_WIDTH, "height": (lines + 1) * NOTE_LINE})
        for row, child in enumerate(self.children, start=1):
            # As a string: a child_id that looks like a formula or a link is neither.
            sheet.write_string(row, 0, child.child_id, self.formats["key"])
            if child.date_of_birth is not None:
                sheet.write_datetime(row, 1, child.date_of_birth, self.formats["date"])
        sheet.ignore_errors({"number_stored_as_text": f"A2:A{self.rows + 1}"})

    def _ratings(self) -> None:
        items = form_words.in_order(self.pack)
        described = max(len(item.ratings) for item in items)
        names = ["item", "label", "domain", "kind", "asked", *(f"rating_{rating}" for rating in range(described))]
        sheet = self._sheet("Ratings")
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        self._table(sheet, "ratings_table", names, len(items))
        widths = [34, 34, 26, 12, 16, *[44] * described]
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width, self.formats["text"])
        for row, item in enumerate(items, start=1):
            texts = [form_words.meaning(item, rating) for rating in range(described)]
            label, domain = item.label, self.pack.domains[item.domain].label
            cells_of_row = [item.id, label, domain, item.kind, form_words.asked(item), *texts]
            sheet.set_row(row, _height(cells_of_row, widths))
            for at, text in enumerate(cells_of_row):
                sheet.write_string(row, at, text, self.formats["text"])


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Points that the tallest of some wrapped cells takes: not every program works heights out for itself."""
    return LINE * max(len(textwrap.wrap(text, width)) or 1 for text, width in zip(texts, widths, strict=True))


def _in_english(content: bytes) -> bytes:
    """The workbook with its language among its properties: a screen reader reads by it, and xlsxwriter has no word."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "docProps/core.xml":
                text = text.replace(_END, b"<dc:language>en-GB</dc:language>" + _END)
            new.writestr(part, text)
    return written.getvalue()


_END = b"</cp:coreProperties>"
_FONT = {"font_name": "Arial", "font_size": 12, "font_scheme": "none"}
_WRAPPED = {"text_wrap": True, "valign": "top"}
_FORMATS: dict[str, dict[str, Any]] = {
    "rating": {"valign": "top"},
    "key": {"valign": "top", "num_format": "@"},  # text, so that 007 stays 007
    "date": {"valign": "top", "num_format": "yyyy-mm-dd"},
    "text": _WRAPPED,
    "header": {**_WRAPPED, "bold": True, "bottom": 1},
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "font_size": 14},  # at the foot of its row, near what it heads
}
