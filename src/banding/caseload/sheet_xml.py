"""The XML of one sheet of an .xlsx workbook: its cells, what is merged, and how large it really is.

A reader of workbooks makes room for the smallest rectangle that holds every cell: two cells in opposite corners ask for
seventeen thousand million. So the corners are looked for before any is read.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from xml.etree import ElementTree

import polars as pl

from banding.caseload.archive import DamagedError
from banding.caseload.limits import Limits
from banding.caseload.sheets import Cell, Merged, letters, number
from banding.errors import CaseloadError, Finding

MOST_ROWS = 1_048_576
_SUSPECT = re.compile(rb"""\st\s*=\s*["']e["']|<(?:\w+:)?f[\s/>]""")
_ADDRESS = re.compile("([A-Z]{1,3})[0-9]{1,7}")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>][^>]*")
_USUAL_ROW = re.compile(rb"<row[\s/>][^>]*")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["']([0-9]+)["']""")
_BARE_CELL = re.compile(rb"""<(?:\w+:)?c(?:\s+(?!r\s*=)\w+\s*=\s*["'][^"']*["'])*\s*/?>""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})""")
_STRING_END = re.compile(rb"</(?:\w+:)?si\s*>")
_SHARED = re.compile(rb"<(?:\w+:)?v>([0-9]{1,9})</")
# How the address of a cell begins: as Excel writes it, and as XML allows.
_USUAL, _ANY = ' r="', r"""\sr\s*=\s*["']"""
# Of a cell that shares its text, in bytes.
_SHORTEST = len('<c t="s"><v>0</v></c>')
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
_BLOCK = 1 << 20
# Of a plain sheet: attributes beside the first, what a cell holds, and all that stands before the cells.
_MORE = r"""(?: [A-Za-z0-9:]+="[^"<>]*")*"""
_VALUES = rf"(?:<v{_MORE}(?:/>|>[^<]*</v>))?(?:<is><t{_MORE}(?:/>|>[^<]*</t>)</is>)?"
_FORMULA = rf"<f{_MORE}(?:/>|>[^<]*</f>)"
_HELD = f"(?:{_FORMULA})?{_VALUES}"
_HEAD = re.compile(rb"""(?:<\?xml [^<>?]*\?>)?(?:\s*</?[A-Za-z][^<>"']*(?:"[^<>"]*"[^<>"']*)*>)*\s*""")
_CELLS, _CELLS_END = b"<sheetData>", b"</sheetData>"
_CELL_OR_ROW = re.compile(rb"<(?:[^<>/\s]*:)?(?:c|row)[\s/>]")
_STATED = re.compile(rb'<dimension ref="(?:[A-Z]{1,3}[0-9]{1,7}:)?([A-Z]{1,3})([1-9][0-9]{0,6})"')
_HINTS = '<f[ />]| t="e"'
_ODD = rf"""<c r="[A-Z]+[0-9]+"{_MORE}>{_FORMULA}{_VALUES}</c>|<c r="[A-Z]+[0-9]+"{_MORE} t="e"{_MORE}>{_VALUES}</c>"""
_ERROR, _VALUE = r"""^<c [^>]* t="e\"""", "<v[^<>]*>[^<]"


def without_entities(xml: bytes) -> bytes:
    """The XML itself; DamagedError where it declares entities, which no workbook does: they unfold to anything."""
    if any(mark in xml for mark in _DECLARED):
        raise DamagedError
    return xml


def unread(xml: bytes) -> list[Cell]:
    """The cells that fastexcel gives as blank, though they are not."""
    hints = (b'"e"', b"'e'", b"<f", b":f")
    if not any(hint in xml for hint in hints) or not _SUSPECT.search(xml):
        return []
    return [cell for cell in cells(xml) if cell.unread]


def merged(xml: bytes) -> list[Merged]:
    """Every block of merged cells."""
    return [
        Merged(int(top) - 1, number(left.decode()), int(bottom) - 1, number(right.decode()))
        for left, top, right, bottom in (_MERGED.findall(xml) if b"mergeCell " in xml else ())
    ]


def cells(xml: bytes) -> Iterator[Cell]:
    """Every cell that holds something. A row or cell without an address follows the one before it."""
    row, column = -1, -1
    for event, element in ElementTree.iterparse(io.BytesIO(xml), ("start", "end")):
        tag = _tag(element)
        if event == "start" and tag == "row":
            given = element.get("r", "")
            row, column = int(given) - 1 if given.isdecimal() else row + 1, -1
        elif event == "start" and tag == "c":
            match = _ADDRESS.fullmatch(element.get("r", ""))
            column = number(match[1]) if match else column + 1
        elif event == "end" and tag == "c":
            held = {_tag(part): "".join(part.itertext()) for part in element}
            value = held.get("v") or held.get("is") or ""
            # A formula that gave empty text says that it is text; one that was never worked out says nothing.
            without_result = "f" in held and not value and element.get("t") != "str"
            if value or without_result:
                yield Cell(row, column, value, without_result or element.get("t") == "e")
        elif event == "end" and tag == "row":
            element.clear()


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


# -- sheets as all usual programs write them --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plain:
    """A sheet as Excel and all usual programs write one: it says how large it is and holds no cell beyond that.

    rows, columns  as it states them.
    unread         as `unread` gives them.
    after          the XML behind its cells.
    """

    rows: int
    columns: int
    unread: Sequence[Cell]
    after: bytes


def plain(xml: bytes) -> Plain | None:
    """What a plain sheet states; None of any other, which must be looked through more slowly.

    Every byte of its cells is matched against one pattern, a block at a time (1.5 ns a byte on one thread, a fifth of
    the reading itself): what is found plain cannot hold anything else for a reader of workbooks either.
    """
    start, end = xml.find(_CELLS), xml.rfind(_CELLS_END)
    stated = _STATED.search(xml, 0, max(start, 0))
    after = xml[end:]
    if end < 0 or stated is None or not _HEAD.fullmatch(xml, 0, start) or _CELL_OR_ROW.search(after):
        return None
    rows, columns = int(stated[2]), number(stated[1].decode()) + 1
    numbers, names = _up_to(str(rows), "1", "0", "9"), _up_to(letters(columns - 1), "A", "A", "Z")
    cell = rf'<c r="(?:{names})(?:{numbers})"{_MORE}(?:/>|>{_HELD}</c>)'
    wanted = rf'^(?:<row r="(?:{numbers})"{_MORE}/?>|</row>|{cell}|[ \t\r\n])*$'

    def unread_in(block: tuple[int, int]) -> list[str] | None:
        """Each cell that may be unread, in a row of its own; None where the block is not plain."""
        text = pl.Series([xml[slice(*block)]]).cast(pl.String, strict=False)
        if text.str.contains(wanted).item() is not True:
            return None
        if not text.str.contains(_HINTS).item():
            return []
        odd = text.str.extract_all(_ODD).explode().drop_nulls()
        odd = odd.filter(odd.str.contains(_ERROR) | ~odd.str.contains(_VALUE))
        alone = pl.format('<row r="{}">{}</row>', odd.str.extract("[A-Z]([0-9]+)", 1), odd)
        return pl.select(alone).to_series().to_list()

    doubtful: list[str] = []
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        for found in pool.map(unread_in, _blocks(xml, start + len(_CELLS), end)):
            if found is None:
                pool.shutdown(cancel_futures=True)
                return None
            doubtful += found
    held = cells(f"<x>{''.join(doubtful)}</x>".encode())
    return Plain(rows, columns, [cell for cell in held if cell.unread], after)


def _blocks(xml: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where to cut the XML, each time before a row."""
    while start < end:
        at = xml.find(b"<row ", min(start + _BLOCK, end), end)
        yield start, end if at < 0 else at
        start = end if at < 0 else at


def _up_to(text: str, first: str, low: str, top: str) -> str:
    """A pattern of everything that is as long as `text` and not later, or shorter.

    first, low  the least that may stand at the beginning, and in any other place.
    """
    forms = [text, *([f"[{first}-{top}][{low}-{top}]{{0,{len(text) - 2}}}"] if len(text) > 1 else [])]
    for at, letter in enumerate(text):
        least = low if at else first
        if letter > least:
            forms.append(f"{text[:at]}[{least}-{chr(ord(letter) - 1)}][{low}-{top}]{{{len(text) - at - 1}}}")
    return "|".join(forms)


# -- how large it is --------------------------------------------------------------------------------------------------


def is_small(sheet: Plain, limits: Limits) -> bool:
    """Whether what a plain sheet states is within the limits; where it is not, the sheet may still be smaller."""
    cells = sheet.rows * sheet.columns
    return sheet.rows <= limits.rows and sheet.columns <= limits.columns and cells <= limits.sheet_cells


def check_size(xml: bytes, shown: str, file: str, limits: Limits) -> None:
    """Raises CaseloadError where the sheet has more rows, columns or cells than the limits allow."""
    usual = _is_usual(xml)
    rows = _last_row(xml, usual=usual)
    if rows > MOST_ROWS or _beyond(xml, rows, usual=usual):
        message = f"It claims a row beyond {MOST_ROWS:,}, the last that a sheet can have, or a cell beyond its rows."
        raise CaseloadError(Finding("over-limit", file, shown, message, "Save it again in a spreadsheet program."))
    if rows > limits.rows:
        raise limits.exceeded("rows", f"It claims a row beyond {limits.rows:,}.", file, shown)
    columns = _last_column(xml, limits, usual=usual)
    if columns > limits.columns:
        raise limits.exceeded("columns", f"It claims a column beyond {letters(limits.columns - 1)}.", file, shown)
    if rows * columns > limits.sheet_cells:
        raise limits.exceeded("sheet_cells", f"It reaches over {rows * columns:,} cells.", file, shown)


def _is_usual(xml: bytes) -> bool:
    """Whether every row and cell is written as Excel writes them, so that plainer patterns find all: five times as fast
    on sheets of a million cells."""
    others = (b":row", b":c", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")
    return xml.count(b'<c r="') == xml.count(b"<c ") and not any(other in xml for other in others)


def _last_row(xml: bytes, *, usual: bool) -> int:
    """The last row at the latest, counted from 1: each row without a number may follow the last of those with one."""
    last = bare = 0
    for row in (_USUAL_ROW if usual else _ROW).finditer(xml):
        if given := _ROW_NUMBER.search(row[0]):
            last = max(last, int(given[1][:20]))
        else:
            bare += 1
    return last + bare


def _beyond(xml: bytes, rows: int, *, usual: bool) -> bool:
    """Whether a cell says that it is in a later row than any that there is."""
    above = _above(str(rows), "9", "[0-9]")
    start = _USUAL if usual else _ANY
    return re.search(rf"""{start}[A-Z]*0*(?:{above})["']""".encode(), xml) is not None


def _last_column(xml: bytes, limits: Limits, *, usual: bool) -> int:
    """The last column, counted from 1, or one beyond the limit. Each find asks for a later one from there on, so that
    the text is gone through once."""
    last, at, start = 0, 0, _USUAL if usual else _ANY
    while last <= limits.columns:
        later = _above(letters(last - 1), "Z", "[A-Z]") if last else "[A-Z]+"
        found = re.compile(rf"""{start}({later})[0-9]+["']""".encode()).search(xml, at)
        if found is None:
            break
        last, at = number(found[1].decode()) + 1, found.start()
    # A cell without an address follows the one before it; only few programs write such.
    if not usual and last <= limits.columns and _BARE_CELL.search(xml):
        last = max(last, 1 + max((cell.column for cell in cells(xml)), default=-1))
    return last


def _above(text: str, top: str, any_one: str) -> str:
    """A pattern of everything that is as long and later than `text`, or longer."""
    forms = [f"{any_one}{{{len(text) + 1},}}"]
    for at, letter in enumerate(text):
        if letter < top:
            forms.append(f"{text[:at]}[{chr(ord(letter) + 1)}-{top}]{any_one}{{{len(text) - at - 1}}}")
    return "|".join(forms)


def check_text(xml: bytes, strings: bytes, shown: str, file: str, limits: Limits) -> None:
    """Raises CaseloadError where the texts that cells share come, cell by cell, to more than the limits allow."""
    # Where a program writes the ends otherwise, this finds the texts longer than they are.
    longest = max(map(len, strings[max(strings.find(b"<si>"), 0) :].split(b"</si>")))
    cells_at_most = len(xml) // _SHORTEST
    if longest * cells_at_most > limits.unpacked_bytes:
        cells_at_most = xml.count(b'"s"') + xml.count(b"'s'")
    if longest <= limits.cell_characters and longest * cells_at_most <= limits.unpacked_bytes:
        return
    sizes = [len(text) for text in _STRING_END.split(strings)]
    if max(sizes) > limits.cell_characters * 8:
        raise limits.exceeded("cell_characters", "One cell holds too much text.", file)
    used = Counter(map(int, _SHARED.findall(xml)))
    total = sum(sizes[place] * times for place, times in used.items() if place < len(sizes))
    if total > limits.unpacked_bytes:
        raise limits.exceeded("unpacked_bytes", f"Its cells hold {total:,} bytes of text.", file, shown)
