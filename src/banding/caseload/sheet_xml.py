"""The XML of one sheet of an .xlsx workbook: its cells, what is merged, and how large it really is.

A reader of workbooks makes room for the smallest rectangle that holds every cell: two cells in opposite corners ask for
seventeen thousand million. So the corners are looked for before any is read.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

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
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")


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


# -- how large it is --------------------------------------------------------------------------------------------------


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
    sizes = [len(text) for text in _STRING_END.split(strings)]
    if max(sizes) > limits.cell_characters * 8:
        raise limits.exceeded("cell_characters", "One cell holds too much text.", file)
    if max(sizes) * (xml.count(b'"s"') + xml.count(b"'s'")) <= limits.unpacked_bytes:
        return
    used = Counter(map(int, _SHARED.findall(xml)))
    total = sum(sizes[place] * times for place, times in used.items() if place < len(sizes))
    if total > limits.unpacked_bytes:
        raise limits.exceeded("unpacked_bytes", f"Its cells hold {total:,} bytes of text.", file, shown)
