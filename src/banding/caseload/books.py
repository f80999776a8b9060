"""A workbook of whatever kind to the sheets that it holds, and to the one table or form among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from banding.caseload import forms, ods, sheets, workbook
from banding.caseload.archive import DamagedError
from banding.caseload.limits import Limits
from banding.caseload.sheets import SHEET, Sheet
from banding.caseload.tables import MOST_ABOVE, Fits, Table, header_at, said_left_out
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
    """One child's form, whatever sheets it stands on; else the sheet Profiles, the only sheet that holds anything, or
    the only one that has the names of a caseload's columns. Sheets that are left out are said.

    Arguments and errors as `sheets_in` and `sheets.table` have them, and CaseloadError where no sheet or several could
    be meant.
    """
    with sheets_in(content, suffix, file, limits) as (found, said):
        filled = [sheet for sheet in found if not sheet.raw.is_empty()]
        if not filled:
            place = found[0].shown if len(found) == 1 else ""
            remedy = "Fill in a row for each child."
            raise CaseloadError(Finding("empty-file", file, place, "It holds nothing.", remedy))
        read = forms.read(filled, file) or _sheet(filled, file, fits, named=named)
        return replace(read, findings=(*read.findings, *said))


def _sheet(filled: Sequence[Sheet], file: str, fits: Fits, *, named: bool) -> Table:
    if len(filled) == 1:
        return sheets.table(filled[0], file, fits, named=named)
    fitting = [one for one in filled if header_at(one.raw.head(MOST_ABOVE + 1).iter_rows(), fits) is not None]
    if len(fitting) != 1:
        message = f"Several sheets hold something: {', '.join(sheet.shown for sheet in fitting or filled)}."
        remedy = f"Give the sheet of the profiles the name {SHEET}."
        raise CaseloadError(Finding("which-sheet", file, "", message, remedy))
    read = sheets.table(fitting[0], file, fits, named=named)
    others = [sheet.shown for sheet in filled if sheet is not fitting[0]]
    return replace(read, findings=(*read.findings, said_left_out(others, file)))
