"""A workbook of whatever kind to the sheets that it holds, and to the one table among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import polars as pl

from banding.caseload import ods, sheets, workbook
from banding.caseload.archive import DamagedError
from banding.caseload.layout_pairs import answer_places, form_of_pairs, recognise_form
from banding.caseload.limits import Limits
from banding.caseload.sheets import SHEET, Sheet
from banding.caseload.tables import Fits, Table
from banding.errors import CaseloadError, Finding

SheetsOf = Callable[[bytes, str, Limits], tuple[list[Sheet], list[Finding]]]
READERS: dict[str, SheetsOf] = {".xlsx": workbook.sheets_of, ".ods": ods.sheets_of}


@contextmanager
def sheets_in(content: bytes, suffix: str, file: str, limits: Limits) -> Iterator[tuple[list[Sheet], list[Finding]]]:
    """The sheets, and what is to be said of the workbook; around all that looks into them.

    suffix  that of the file's name, of READERS.

    Raises CaseloadError with all findings where the workbook is damaged, which may show late, goes beyond the limits,
    or holds an error that cannot be read.
    """
    try:
        yield READERS[suffix](content, file, limits)
    except DamagedError:
        remedy = "Open it in a spreadsheet program and save it again."
        raise CaseloadError(Finding("bad-workbook", file, "", "The workbook is damaged.", remedy)) from None


def table(content: bytes, suffix: str, file: str, fits: Fits, limits: Limits, *, named: bool) -> Table:
    """The sheet Profiles, or the only sheet that holds anything; arguments and errors as `sheets_in` and `sheets.table`
    have, and CaseloadError where no sheet or several could be meant."""
    with sheets_in(content, suffix, file, limits) as (found, said):
        sheet = _only(found, file)
        read = _form(sheet, file) or sheets.table(sheet, file, fits, named=named)
        return replace(read, findings=(*read.findings, *said))


def _only(found: Sequence[Sheet], file: str) -> Sheet:
    filled = [sheet for sheet in found if not sheet.raw.is_empty()]
    if not filled:
        place = found[0].shown if len(found) == 1 else ""
        raise CaseloadError(Finding("empty-file", file, place, "It holds nothing.", "Fill in a row for each child."))
    if len(filled) > 1:
        message = f"Several sheets hold something: {', '.join(sheet.shown for sheet in filled)}."
        remedy = f"Give the sheet of the profiles the name {SHEET}."
        raise CaseloadError(Finding("which-sheet", file, "", message, remedy))
    return filled[0]


def _form(sheet: Sheet, file: str) -> Table | None:
    """One child's form as a row, where the sheet is one: each question in one column and its answer in the next."""
    layout = recognise_form(sheet.raw)
    if layout is None:
        return None
    cells = sheet.raw.select(sheets.as_shown(pl.col(name)).alias(name) for name in sheet.raw.columns)
    fields = answer_places(cells, layout)
    unread = {place: cell for place, cell in sheet.unread(-1).items() if place in fields}
    findings = tuple(sheets.unreadable(sheet, cell, fields[place], 0, file) for place, cell in unread.items())
    return Table(form_of_pairs(cells, layout), pl.Series("row", [1], pl.Int64), findings)
