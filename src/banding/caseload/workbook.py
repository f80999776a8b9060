"""An Excel workbook to a frame of text: which sheet, the names in its first row, and rows by the spreadsheet's numbers.

fastexcel gives each cell as text, and gives two kinds of cell as blank that are none: the error of a formula, and a
formula that no program has worked out. A blank rating is an unanswered one, so both are looked for in the sheet's XML.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from xml.etree import ElementTree

import fastexcel
import polars as pl

from banding.caseload.layout_model import CHILD_ID
from banding.errors import CaseloadError, Finding, nearest

SHEET = "Profiles"
# fastexcel refuses a whole sheet for any other error, without a word of where it stands.
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_SUSPECT = re.compile(rb"""\st\s*=\s*["']e["']|<(?:\w+:)?f[\s/>]""")
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]00:00:00$"
_LONG = r"^-?[0-9]+\.[0-9]{8}[1-9]$"
_ADDRESS = re.compile("([A-Z]{1,3})[0-9]{1,7}")
_LETTERS = 26


# All that the standard library raises of a zip or an XML text of which single bytes were changed.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, LookupError, OSError, RuntimeError, ValueError,
)  # fmt: skip


class _DamagedError(Exception):
    """The workbook's zip or XML cannot be read."""


@contextmanager
def _storage() -> Iterator[None]:
    """Around what reads the zip or the XML, and nothing else."""
    try:
        yield
    except _BROKEN as error:
        raise _DamagedError from error


@dataclass(frozen=True, slots=True)
class Table:
    """
    frame     one row a row of the sheet that is not wholly blank; every column String, a blank cell null or spaces.
    lines     Int64: the number by which the spreadsheet shows each row of `frame`.
    findings  each cell that cannot be read: null in `frame`, and an error that rejects its row.
    """

    frame: pl.DataFrame
    lines: pl.Series
    findings: tuple[Finding, ...]


def is_workbook(content: bytes) -> bool:
    """True for an .xlsx workbook: a zip that holds xl/workbook.xml."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _WORKBOOK in archive.namelist()
    except _BROKEN:
        return False


def is_profiles(name: str) -> bool:
    """Whether a sheet's name is the one that a form has."""
    return name.strip().casefold() == SHEET.casefold()


def read(content: bytes, file: str, fits: Callable[[Sequence[str]], bool]) -> Table:
    """Reads the sheet Profiles, or the only sheet that holds anything.

    fits  says whether the cells of the first row can be the names of a caseload's columns.

    Raises CaseloadError with all findings where the workbook is damaged, several sheets could be meant, the first row
    is not that of the names, a name is there twice, a column has content and no name, or there is no row below.
    """
    try:
        return _table(_chosen(_stored(content), content, file), file, fits)
    except (fastexcel.FastExcelError, _DamagedError):
        remedy = "Open it in a spreadsheet program and save it again as .xlsx."
        raise CaseloadError(Finding("bad-workbook", file, "", "The workbook is damaged.", remedy)) from None


def _table(sheet: _Sheet, file: str, fits: Callable[[Sequence[str]], bool]) -> Table:
    names = [(cell or "").strip() for cell in sheet.raw.row(0)]
    if not any(names) or not fits(names):
        raise CaseloadError(_no_header(sheet, names, file))
    unread = sheet.unread()
    blank = sheet.raw.select(pl.all().is_null() | (pl.all().str.strip_chars() == ""))[1:]
    filled = [
        at for at in range(len(names)) if not blank.to_series(at).all() or any(column == at for _, column in unread)
    ]
    if wrong := list(_wrong_names(sheet, names, filled, file)):
        raise CaseloadError(wrong)
    some = ~blank.select(pl.all_horizontal(pl.all())).to_series()
    rows = sorted({*(some.arg_true() + 1), *(row for row, _ in unread)})
    if not rows:
        message = "There are names of columns and no row below them."
        raise CaseloadError(Finding("empty-file", file, sheet.shown, message, "Fill in a row for each child."))
    frame = sheet.raw[rows].select(_as_shown(pl.nth(at)).alias(name) for at, name in enumerate(names) if name)
    index = {row: at for at, row in enumerate(rows)}
    findings = tuple(
        _unreadable(sheet, cell, names[column], index[row], file) for (row, column), cell in unread.items()
    )
    return Table(frame, pl.Series("row", rows, pl.Int64) + 1, findings)


def _as_shown(cell: pl.Expr) -> pl.Expr:
    """A cell's text as CSV has it: empty text is null, a day has no midnight, and 99999999.99, of which fastexcel makes
    99999999.989999995, has the shortest form that is the same number."""
    number = cell.cast(pl.Float64, strict=False).cast(pl.String)
    text = cell.str.replace(_MIDNIGHT, "${1}")
    return pl.when(cell.str.contains(_LONG)).then(number).when(cell != "").then(text)


# -- the sheets -------------------------------------------------------------------------------------------------------


class _Stored:
    """A sheet as it is stored: its XML, and the cells of it that fastexcel gives as blank, though they are not.

    shown  how a finding names it: by its place, because some keep a sheet a child under the child's name.
    """

    def __init__(self, xml: bytes, name: str, number: int) -> None:
        self.xml = xml
        self.shown = f"sheet {SHEET}" if is_profiles(name) else f"sheet {number}"

    @cached_property
    def unread(self) -> list[_Cell]:
        if not _SUSPECT.search(self.xml):
            return []
        with _storage():
            return [cell for cell in _cells(self.xml) if cell.unread]


@dataclass(frozen=True)
class _Sheet:
    """`raw`: every cell as text, from the sheet's first row and from the first column that holds anything."""

    raw: pl.DataFrame
    stored: _Stored

    @property
    def shown(self) -> str:
        return self.stored.shown

    @cached_property
    def first_column(self) -> int:
        """The sheet's column, counted from 0, with which `raw` begins: told by the first cell that both have."""
        ours = (at for row in self.raw.iter_rows() for at, cell in enumerate(row) if cell)
        with _storage():
            stored = (cell.column for cell in _cells(self.stored.xml) if not cell.unread)
            return next(stored, 0) - next(ours, 0)

    def address(self, row: int, column: int) -> str:
        """The address of a cell of `raw`, such as C4."""
        return f"{_letters(column + self.first_column)}{row + 1}"

    def unread(self) -> dict[tuple[int, int], _Cell]:
        """By row and column in `raw`, each cell that is not blank and cannot be read.

        Formulas without a result to the right of or below everything else are left out: they hold nothing yet.
        """
        if not self.stored.unread:
            return {}
        found = {(cell.row, cell.column - self.first_column): cell for cell in self.stored.unread}
        rows, columns = self.raw.shape
        return {place: cell for place, cell in found.items() if 0 < place[0] < rows and 0 <= place[1] < columns}


def _chosen(stored: dict[str, _Stored], content: bytes, file: str) -> _Sheet:
    named = [name for name in stored if is_profiles(name)]
    if named:
        stored = {named[0]: stored[named[0]]}
    odd = [
        Finding("cell-error", file, f"{sheet.shown}, cell {cell.address}", "Its error cannot be read.", _CORRECT)
        for sheet in stored.values()
        for cell in sheet.unread
        if cell.value and cell.value not in ERRORS
    ]
    if odd:
        raise CaseloadError(odd)
    book = fastexcel.read_excel(content)
    sheets = [
        _Sheet(book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars(), sheet)
        for name, sheet in stored.items()
    ]
    filled = [sheet for sheet in sheets if not sheet.raw.is_empty()]
    if not filled:
        place = f"sheet {SHEET}" if named else ""
        raise CaseloadError(Finding("empty-file", file, place, "It holds nothing.", "Fill in a row for each child."))
    if len(filled) > 1:
        message = f"Several sheets hold something: {', '.join(sheet.shown for sheet in filled)}."
        remedy = f"Give the sheet of the profiles the name {SHEET}."
        raise CaseloadError(Finding("which-sheet", file, "", message, remedy))
    return filled[0]


def _stored(content: bytes) -> dict[str, _Stored]:
    """Each worksheet by its name, in the workbook's order; charts are none."""
    found: dict[str, _Stored] = {}
    with _storage(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {
            relation.get("Id"): str(PurePosixPath("/xl", relation.get("Target", ""))).removeprefix("/")
            for relation in ElementTree.fromstring(archive.read(_RELATIONS))
            if relation.get("Type", "").endswith("/worksheet")
        }
        for element in ElementTree.fromstring(archive.read(_WORKBOOK)).iter():
            identity = next((value for key, value in element.items() if key.endswith("}id")), None)
            if _tag(element) == "sheet" and identity in parts:
                name = element.get("name", "")
                found[name] = _Stored(archive.read(parts[identity]), name, len(found) + 1)
    return found


# -- the cells of a sheet's XML ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell as stored, row and column counted from 0. `unread`: fastexcel gives it as blank, and it is not."""

    row: int
    column: int
    value: str
    unread: bool

    @property
    def address(self) -> str:
        return f"{_letters(self.column)}{self.row + 1}"


def _cells(xml: bytes) -> Iterator[_Cell]:
    """Every cell that holds something. A row or cell without an address follows the one before it."""
    row, column = -1, -1
    for event, element in ElementTree.iterparse(io.BytesIO(xml), ("start", "end")):
        tag = _tag(element)
        if event == "start" and tag == "row":
            given = element.get("r", "")
            row, column = int(given) - 1 if given.isdecimal() else row + 1, -1
        elif event == "start" and tag == "c":
            match = _ADDRESS.fullmatch(element.get("r", ""))
            column = _number(match[1]) if match else column + 1
        elif event == "end" and tag == "c":
            held = {_tag(part): "".join(part.itertext()) for part in element}
            value = held.get("v") or held.get("is") or ""
            # A formula that gave empty text says that it is text; one that was never worked out says nothing.
            without_result = "f" in held and not value and element.get("t") != "str"
            if value or without_result:
                yield _Cell(row, column, value, without_result or element.get("t") == "e")
        elif event == "end" and tag == "row":
            element.clear()


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _letters(column: int) -> str:
    """The letters of a column counted from 0: A, ..., Z, AA."""
    before, last = divmod(column, _LETTERS)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1


# -- what is wrong ----------------------------------------------------------------------------------------------------

_CORRECT = "Correct the formula, or type what the cell should say."


def _unreadable(sheet: _Sheet, cell: _Cell, name: str, index: int, file: str) -> Finding:
    message = "The cell holds the error of a formula." if cell.value else "The cell's formula has not been worked out."
    remedy = _CORRECT if cell.value else "Open the workbook in a spreadsheet program and save it."
    place = f"{sheet.shown}, cell {cell.address}, column {name}"
    return Finding("cell-error", file, place, message, remedy, index=index, path=name, value=cell.value or None)


def _no_header(sheet: _Sheet, names: Sequence[str], file: str) -> Finding:
    message = f"Expected the names of the columns in the first row, {CHILD_ID} among them."
    place = f"{sheet.shown}, cell A1"
    for row, cells in enumerate(sheet.raw.iter_rows()):
        for column, cell in enumerate(cells):
            if cell is not None and cell.strip() == CHILD_ID:
                remedy = f"{CHILD_ID} stands in cell {sheet.address(row, column)}: delete the rows above it."
                return Finding("no-header", file, place, message, remedy)
    near = nearest(CHILD_ID, filter(None, names))
    # The cell is named and not quoted: where there is no header, it may hold a child's name.
    remedy = f"Is it cell {sheet.address(0, names.index(near))}? Then rename it." if near else "Write them there."
    return Finding("no-header", file, place, message, remedy)


def _wrong_names(sheet: _Sheet, names: Sequence[str], filled: Sequence[int], file: str) -> Iterator[Finding]:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield Finding("duplicate-column", file, f"column {name}", "The column is there twice.", "Keep one.", path=name)
    for at in filled:
        if not names[at]:
            place = f"{sheet.shown}, cell {sheet.address(0, at)}"
            yield Finding("no-column-name", file, place, "The column has no name.", "Name it, or delete it.")
