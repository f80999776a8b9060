"""An OpenDocument spreadsheet to sheets of text, as `workbook` does for Excel's.

One row or cell stands for as many as it says, a thousand million if it likes, so they are counted as they are read, and
by Python's own XML reader: one that unfolds them all would fill the memory first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

import polars as pl

from banding.caseload import sheets
from banding.caseload.archive import Archive, DamagedError, storage
from banding.caseload.limits import Limits
from banding.caseload.sheets import Cell, Merged, Sheet
from banding.errors import CaseloadError, Finding

_CONTENT, _MANIFEST, _KIND = "content.xml", "META-INF/manifest.xml", "mimetype"
_MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]|#N/A|Err:[0-9]+")
_VALUES = ("value", "date-value", "time-value", "boolean-value")
# Text in these is of no cell: remarks, drawings, changes that were tracked.
_ASIDE = frozenset(("annotation", "shapes", "tracked-changes", "frame", "custom-shape", "forms"))
_CELLS = frozenset(("table-cell", "covered-table-cell"))


def is_spreadsheet(archive: Archive) -> bool:
    """True for an .ods spreadsheet: a zip that says so in its member `mimetype`."""
    if _KIND not in archive or _CONTENT not in archive or archive.size(_KIND) > len(_MIME) + 2:
        return False
    return archive.read(_KIND).strip() == _MIME


def sheets_of(content: bytes, file: str, limits: Limits) -> tuple[list[Sheet], list[Finding]]:
    """The sheet Profiles alone where there is one, else every sheet, and no note; errors as `workbook.sheets_of`."""
    archive = Archive(content, file, limits)
    if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
        message = "The spreadsheet has a password."
        raise CaseloadError(Finding("encrypted", file, "", message, "Save it without a password."))
    reader = _Reader(file, limits)
    try:
        with storage():
            reader.parse(archive.read(_CONTENT))
    except expat.ExpatError:
        raise DamagedError from None
    profiles = [one for one in reader.found if sheets.is_profiles(one.name)]
    return [Sheet(one.raw(), one) for one in profiles[:1] or reader.found], []


@dataclass
class _Stored:
    """A sheet as it is read: its texts by row and column, counted from 0."""

    name: str
    shown: str
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    unread: list[Cell] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    row: int = 0
    column: int = 0
    first: int | None = None
    last: int = 0
    characters: int = 0

    def raw(self) -> pl.DataFrame:
        """Every cell from the sheet's first row and from the first column that holds anything."""
        if self.first is None:
            return pl.DataFrame()
        rows = range(max(self.texts) + 1)
        none: Mapping[int, str] = {}
        cells = [self.texts.get(row, none) for row in rows]
        return pl.DataFrame(
            {str(at): pl.Series([row.get(at) for row in cells], dtype=pl.String)
             for at in range(self.first, self.last + 1)}
        )  # fmt: skip

    def first_column(self, raw: pl.DataFrame) -> int:
        return (self.first or 0) if raw.width else 0


class _Reader:
    """What expat calls. `found`: the sheets, in the document's order."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.found: list[_Stored] = []
        self.depth = self.aside = self.tables = 0
        self.row_times = self.cell_times = 1
        self.cells: list[tuple[int, str, bool]] = []
        self.attributes: dict[str, str] = {}
        self.text: list[str] | None = None
        self.length = 0

    def parse(self, xml: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._say
        parser.EntityDeclHandler = _refuse
        parser.Parse(xml, True)

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        self.depth += 1
        if self.aside:
            return
        if tag in _ASIDE:
            self.aside = self.depth
        elif tag == "table":
            self.tables += 1
            if self.tables == 1:
                named = _plain(given).get("name", "")
                self.found.append(_Stored(named, sheets.shown(named, len(self.found) + 1)))
        elif self.tables != 1:
            return
        elif tag == "table-row":
            self.row_times, self.cells, self.found[-1].column = _times(given, "number-rows-repeated"), [], 0
        elif tag in _CELLS:
            self.attributes, self.text, self.length = _plain(given), [], 0
        elif self.text is not None:
            self._start_text(tag, given)

    def _start_text(self, tag: str, given: dict[str, str]) -> None:
        if tag == "p" and self.text:
            self._say("\n")
        elif tag == "s":
            times = _times(given, "c")
            self._say(" " * min(times, self.limits.cell_characters + 1))
        elif tag in ("tab", "line-break"):
            self._say("\t" if tag == "tab" else "\n")

    def _say(self, text: str) -> None:
        if self.text is None or self.aside:
            return
        self.length += len(text)
        if self.length > self.limits.cell_characters:
            raise self.limits.exceeded("cell_characters", "One cell holds too much text.", self.file, self._shown)
        self.text.append(text)

    @property
    def _shown(self) -> str:
        return self.found[-1].shown

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if self.aside:
            self.aside = 0 if self.depth == self.aside else self.aside
        elif tag == "table":
            self.tables -= 1
        elif self.tables == 1 and tag in _CELLS:
            self._end_cell(covered=tag == "covered-table-cell")
        elif self.tables == 1 and tag == "table-row":
            self._end_row()
        self.depth -= 1

    def _end_cell(self, *, covered: bool) -> None:
        given, sheet = self.attributes, self.found[-1]
        text = "".join(self.text or [])
        self.text = None
        times = _times(given, "number-columns-repeated")
        formula = "formula" in given
        wrong = formula and bool(_ERROR.fullmatch(text.strip()))
        value = next((given[key] for key in _VALUES if key in given), given.get("string-value", text))
        shown = value.replace("T", " ") if "date-value" in given else value
        bare = formula and not shown and "value-type" not in given
        if (shown or wrong or bare) and not covered:
            if sheet.column + times > self.limits.columns:
                raise self.limits.exceeded("columns", "It claims too many columns.", self.file, self._shown)
            for column in range(sheet.column, sheet.column + times):
                self.cells.append((column, text.strip() if wrong else shown, wrong or bare))
        across, down = _times(given, "number-columns-spanned"), _times(given, "number-rows-spanned")
        if across > 1 or down > 1:
            bottom, right = sheet.row + down - 1, sheet.column + across - 1
            sheet.merged.append(Merged(sheet.row, sheet.column, bottom, right))
        sheet.column += times

    def _end_row(self) -> None:
        sheet = self.found[-1]
        if self.cells:
            self._check(sheet)
            for row in range(sheet.row, sheet.row + self.row_times):
                sheet.texts[row] = {column: text for column, text, unread in self.cells if not unread}
                sheet.unread += [Cell(row, column, text, unread=True) for column, text, unread in self.cells if unread]
        sheet.row += self.row_times

    def _check(self, sheet: _Stored) -> None:
        limits = self.limits
        rows = sheet.row + self.row_times
        if rows > limits.rows:
            raise limits.exceeded("rows", f"It claims a row beyond {limits.rows:,}.", self.file, self._shown)
        columns = [column for column, _, _ in self.cells]
        sheet.first = min(columns) if sheet.first is None else min(sheet.first, *columns)
        sheet.last = max(sheet.last, *columns)
        if (area := rows * (sheet.last - sheet.first + 1)) > limits.sheet_cells:
            raise limits.exceeded("sheet_cells", f"It reaches over {area:,} cells.", self.file, self._shown)
        sheet.characters += self.row_times * sum(len(text) for _, text, _ in self.cells)
        if sheet.characters > limits.unpacked_bytes:
            raise limits.exceeded("unpacked_bytes", "Its cells hold too much text.", self.file, self._shown)


def _plain(given: dict[str, str]) -> dict[str, str]:
    """Attributes without their namespaces. LibreOffice's own value-type says more than the standard's, not other."""
    return {key.rpartition(" ")[2]: value for key, value in reversed(given.items())}


def _times(given: Mapping[str, str], name: str) -> int:
    found = next((value for key, value in given.items() if key.rpartition(" ")[2] == name), "1")
    return max(1, int(found[:20])) if found.isascii() and found.isdecimal() else 1


def _refuse(*_: object) -> None:
    raise DamagedError
