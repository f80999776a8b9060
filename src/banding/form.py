"""The rating form: an Excel workbook in which profiles are rated item by item, and which `banding score` reads back.

Three sheets of one table each: Read me, Profiles (a row a child, the columns that are read) and Ratings (each item in
full). The same pack and children give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from banding import form_words
from banding.accessible import FONT, MOST_ROWS, Book, height
from banding.caseload.model import Caseload
from banding.caseload.workbook import SHEET
from banding.engine import cells
from banding.errors import CaseloadError, Finding, OutputError
from banding.pack.meaning import Pack
from banding.whole import WholeFiles, target_faults

ENDING = ".xlsx"
READY_ROWS, SPARE_ROWS = 500, 50
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
        files.add(out, lambda file: file.write(_Form(pack, children, rows, remark).content()))
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


class _Form:
    def __init__(self, pack: Pack, children: Sequence[Child], rows: int, remark: str) -> None:
        self.pack, self.children, self.rows, self.remark = pack, children, rows, remark
        header = pack.header
        comments = f"{header.id} {header.version}, fingerprint {pack.fingerprint}"
        self.book = Book(f"Rating form: {header.title}", comments, header.from_)
        self.formats = self.book.formats

    def content(self) -> bytes:
        self.book.page("Read me", form_words.read_me(self.pack, self.remark))
        self._profiles()
        self._ratings()
        return self.book.content()

    # -- sheets -------------------------------------------------------------------------------------------------------

    def _profiles(self) -> None:
        columns = form_words.columns(self.pack)
        sheet = self.book.sheet(SHEET)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.repeat_columns(0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width, self.formats[column.kind])
            sheet.data_validation(1, at, self.rows, at, column.valid)
        self.book.table(sheet, "profiles_table", [column.name for column in columns], self.rows)
        for at, column in enumerate(columns):
            lines = sum(1 + len(line) // NOTE_LETTERS for line in column.note.split("\n"))
            sheet.write_comment(0, at, column.note, {**FONT, "width": NOTE_WIDTH, "height": (lines + 1) * NOTE_LINE})
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
        sheet = self.book.sheet("Ratings")
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        self.book.table(sheet, "ratings_table", names, len(items))
        widths = [34, 34, 26, 12, 16, *[44] * described]
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width, self.formats["text"])
        for row, item in enumerate(items, start=1):
            texts = [form_words.meaning(item, rating) for rating in range(described)]
            label, domain = item.label, self.pack.domains[item.domain].label
            cells_of_row = [item.id, label, domain, item.kind, form_words.asked(item), *texts]
            sheet.set_row(row, height(cells_of_row, widths))
            for at, text in enumerate(cells_of_row):
                sheet.write_string(row, at, text, self.formats["text"])
