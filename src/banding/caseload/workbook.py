"""An Excel workbook to a table of text: which sheet, the names of its columns, and rows by the spreadsheet's numbers.

fastexcel gives each cell as text, and gives two kinds of cell as blank that are none: the error of a formula, and a
formula that no program has worked out. A blank rating is an unanswered one, so both are looked for in the sheet's XML.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePosixPath
from xml.etree import ElementTree

import fastexcel
import polars as pl

from banding.caseload import sheet_xml, sheets
from banding.caseload.archive import Archive, DamagedError, storage
from banding.caseload.limits import Limits
from banding.caseload.sheet_xml import Plain
from banding.caseload.sheets import SHEET, Cell, Merged, Sheet
from banding.caseload.tables import Fits, Table
from banding.errors import CaseloadError, Finding

__all__ = ["ERRORS", "SHEET", "is_workbook", "read"]

# fastexcel refuses a whole sheet for any other error, without a word of where it stands.
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_WORKBOOK, _RELATIONS, _STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
_LINKS = "xl/externalLinks/"
_CORRECT = "Correct the formula, or type what the cell should say."


def is_workbook(archive: Archive) -> bool:
    """True for an .xlsx workbook: a zip that holds xl/workbook.xml."""
    return _WORKBOOK in archive


def read(content: bytes, file: str, fits: Fits, limits: Limits, *, named: bool) -> Table:
    """Reads the sheet Profiles, or the only sheet that holds anything.

    fits   says whether the cells of a row can be the names of a caseload's columns.
    named  whether a layout was named: then the first row is taken for the names where none fits.

    Raises CaseloadError with all findings where the workbook is damaged or goes beyond the limits, several sheets could
    be meant, no row is that of the names, a name is there twice or stands in merged cells, a column has content and no
    name, or there is no row below.
    """
    try:
        archive = Archive(content, file, limits)
        found = sheets.table(_chosen(archive, content, file, limits), file, fits, named=named)
    except (fastexcel.FastExcelError, DamagedError):
        remedy = "Open it in a spreadsheet program and save it again as .xlsx."
        raise CaseloadError(Finding("bad-workbook", file, "", "The workbook is damaged.", remedy)) from None
    if any(name.startswith(_LINKS) for name in archive.names):
        message = "It points to other workbooks, which are not opened: its cells are taken as they were last saved."
        note = Finding("external-links", file, "", message, "", "note")
        found = Table(found.frame, found.lines, (*found.findings, note))
    return found


class _Stored:
    """A sheet as it is stored. `number`: its place in the workbook, counted from 1."""

    def __init__(self, archive: Archive, part: str, name: str, number: int) -> None:
        self.archive, self.part, self.name = archive, part, name
        self.shown = sheets.shown(name, number)

    @cached_property
    def xml(self) -> bytes:
        return self.archive.read(self.part)

    @cached_property
    def plain(self) -> Plain | None:
        return sheet_xml.plain(self.xml)

    @cached_property
    def unread(self) -> Sequence[Cell]:
        with storage():
            return self.plain.unread if self.plain else sheet_xml.unread(self.xml)

    @cached_property
    def merged(self) -> Sequence[Merged]:
        return sheet_xml.merged(self.plain.after if self.plain else self.xml)

    def check(self, strings: bytes, file: str, limits: Limits) -> None:
        """Raises as `sheet_xml` does where the sheet asks for more than the limits allow, or declares entities."""
        if self.plain is None or not sheet_xml.is_small(self.plain, limits):
            sheet_xml.check_size(sheet_xml.without_entities(self.xml), self.shown, file, limits)
        sheet_xml.check_text(self.xml, strings, self.shown, file, limits)

    def first_column(self, raw: pl.DataFrame) -> int:
        """Told by the first cell that both have."""
        ours = (at for row in raw.iter_rows() for at, cell in enumerate(row) if cell)
        with storage():
            stored = (cell.column for cell in sheet_xml.cells(self.xml) if not cell.unread)
            return next(stored, 0) - next(ours, 0)


def _chosen(archive: Archive, content: bytes, file: str, limits: Limits) -> Sheet:
    stored = _stored(archive)
    named = [sheet for sheet in stored if sheets.is_profiles(sheet.name)]
    stored = named[:1] or stored
    _check(archive, stored, file, limits)
    odd = [
        Finding("cell-error", file, f"{sheet.shown}, cell {cell.address}", "Its error cannot be read.", _CORRECT)
        for sheet in stored
        for cell in sheet.unread
        if cell.value and cell.value not in ERRORS
    ]
    if odd:
        raise CaseloadError(odd)
    book = fastexcel.read_excel(content)
    found = [
        Sheet(book.load_sheet(sheet.name, header_row=None, skip_rows=0, dtypes="string").to_polars(), sheet)
        for sheet in stored
    ]
    return sheets.only_filled(found, file, profiles=bool(named))


def _stored(archive: Archive) -> list[_Stored]:
    """Each worksheet, in the workbook's order; charts are none."""
    found: list[_Stored] = []
    with storage():
        parts = {
            relation.get("Id"): str(PurePosixPath("/xl", relation.get("Target", ""))).removeprefix("/")
            for relation in ElementTree.fromstring(sheet_xml.without_entities(archive.read(_RELATIONS)))
            if relation.get("Type", "").endswith("/worksheet")
        }
        for element in ElementTree.fromstring(sheet_xml.without_entities(archive.read(_WORKBOOK))).iter():
            identity = next((value for key, value in element.items() if key.endswith("}id")), None)
            if element.tag.endswith("}sheet") and identity in parts:
                if parts[identity] not in archive:
                    raise DamagedError
                found.append(_Stored(archive, parts[identity], element.get("name", ""), len(found) + 1))
    return found


def _check(archive: Archive, stored: Sequence[_Stored], file: str, limits: Limits) -> None:
    """Everything that fastexcel would read, before it does: that it unpacks to what the archive states, and that the
    sheets are no larger than the limits allow."""
    total = sum(archive.size(sheet.part) for sheet in stored)
    if total > limits.file_bytes:
        raise limits.exceeded("file_bytes", f"Its sheets unpack to {total:,} bytes.", file)
    theirs = {sheet.part for sheet in stored}
    strings = b""
    for name in archive.names:
        if name not in theirs and name.endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/"):
            part = sheet_xml.without_entities(archive.read(name))
            strings = part if name == _STRINGS else strings
    for sheet in stored:
        sheet.check(strings, file, limits)
