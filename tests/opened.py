"""A rating form opened without our own reader: its parts, cells and rules; and one filled in as Excel does it."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

READ_ME, PROFILES, RATINGS = (f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3))


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def elements(path: Path, name: str, tag: str) -> list[ElementTree.Element]:
    return [one for one in ElementTree.fromstring(part(path, name)).iter() if one.tag.rpartition("}")[2] == tag]


def table(path: Path, sheet: str) -> list[list[str | None]]:
    """The cells of a sheet's XML as text, read without our own reader."""
    texts = ["".join(one.itertext()) for one in elements(path, "xl/sharedStrings.xml", "si")]
    rows = []
    for row in elements(path, sheet, "row"):
        cells = [("".join(cell.itertext()), cell.get("t")) for cell in row]
        rows.append([texts[int(text)] if kind == "s" else text or None for text, kind in cells])
    return rows


def validations(path: Path) -> dict[str, dict[str, Any]]:
    """Each data validation by the name of its column, and what its formulas are."""
    header = [name or "" for name in table(path, PROFILES)[0]]
    found: dict[str, dict[str, Any]] = {}
    for one in elements(path, PROFILES, "dataValidation"):
        letters = re.match("[A-Z]+", one.get("sqref", ""))
        assert letters is not None
        column = sum((ord(letter) - 64) * 26**place for place, letter in enumerate(reversed(letters[0]))) - 1
        assert header[column] not in found
        found[header[column]] = {**one.attrib, "formulas": ["".join(formula.itertext()) for formula in one]}
    return found


def filled(path: Path, folder: Path, rows: Mapping[int, Mapping[str, object]]) -> Path:
    """The form with cells typed into it as Excel stores them: days as numbers, #REF! as the error of a formula."""
    header = [name or "" for name in table(path, PROFILES)[0]]
    styles: list[str] = []
    for column in elements(path, PROFILES, "col"):
        styles += [column.get("style", "")] * (int(column.get("max", 0)) - int(column.get("min", 0)) + 1)
    typed = ""
    for number, cells in rows.items():
        typed += f'<row r="{number}">'
        for name, cell in sorted(cells.items(), key=lambda item: header.index(item[0])):
            at = header.index(name)
            address = f"{chr(64 + at // 26) if at >= 26 else ''}{chr(65 + at % 26)}{number}"
            if isinstance(cell, dt.date):
                typed += f'<c r="{address}" s="{styles[at]}"><v>{(cell - dt.date(1899, 12, 30)).days}</v></c>'
            elif isinstance(cell, int):
                typed += f'<c r="{address}" s="{styles[at]}"><v>{cell}</v></c>'
            elif str(cell).startswith("#"):
                typed += f'<c r="{address}" s="{styles[at]}" t="e"><f>A99</f><v>{cell}</v></c>'
            else:
                text = escape(str(cell))
                typed += f'<c r="{address}" s="{styles[at]}" t="inlineStr"><is><t>{text}</t></is></c>'
        typed += "</row>"
    written = folder / "filled.xlsx"
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(written, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(b"</sheetData>", f"{typed}</sheetData>".encode()) if name == PROFILES
                           else content)  # fmt: skip
    return written
