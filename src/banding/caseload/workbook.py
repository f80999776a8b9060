"""An Excel workbook to sheets of text, with what fastexcel does not tell of their cells.

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
from banding.errors import CaseloadError, Finding

__all__ = ["ERRORS", "SHEET", "STRINGS", "is_workbook", "sheets_of"]

# fastexcel refuses a whole sheet for any other error, without a word of where it stands.
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_WORKBOOK, _RELATIONS, STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
_LINKS = "xl/externalLinks/"
_CORRECT = "Correct the formula, or type what the cell should say."


def is_workbook(archive: Archive) -> bool:
    """True for an .xlsx workbook: a zip that holds xl/workbook.xml."""
    return _WORKBOOK in archive


def sheets_of(content: bytes, file: str, limits: Limits) -> tuple[list[Sheet], list[Finding]]:
    """The sheet Profiles alone where there is one, else every sheet; and a note where it points to other workbooks.

    Raises CaseloadError with all findings where the workbook goes beyond the limits or a cell holds an error that
    fastexcel does not know; DamagedError where it is damaged.
    """
    archive = Archive(content, file, limits)
    found = _sheets(archive, content, file, limits)
    if not any(name.startswith(_LINKS) for name in archive.names):
        return found, []
    message = "It points to other workbooks, which are not opened: its cells are taken as they were last saved."
    return found, [Finding("external-links", file, "", message, "", "note")]


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


def _sheets(archive: Archive, content: bytes, file: str, limits: Limits) -> list[Sheet]:
    stored = _stored(archive)
    stored = [sheet for sheet in stored if sheets.is_profiles(sheet.name)][:1] or stored
    _check(archive, stored, file, limits)
    odd = [
        Finding("cell-error", file, f"{sheet.shown}, cell {cell.address}", "Its error cannot be read.", _CORRECT)
        for sheet in stored
        for cell in sheet.unread
        if cell.value and cell.value not in ERRORS
    ]
    if odd:
        raise CaseloadError(odd)
    try:
        book = fastexcel.read_excel(content)
        return [
            Sheet(book.load_sheet(sheet.name, header_row=None, skip_rows=0, dtypes="string").to_polars(), sheet)
            for sheet in stored
        ]
    except fastexcel.FastExcelError:
        raise DamagedError from None


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
            strings = part if name == STRINGS else strings
    for sheet in stored:
        sheet.check(strings, file, limits)
