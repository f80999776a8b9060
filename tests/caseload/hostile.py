"""Builds of zips and workbooks that say what is not so, small on disk."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

import xlsxwriter

_ODS = "urn:oasis:names:tc:opendocument:xmlns"
MIME = "application/vnd.oasis.opendocument.spreadsheet"


def packed(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members, in this order."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def with_size(content: bytes, name: str, size: int) -> bytes:
    """The zip whose list of members, and whose member itself, give another size unpacked."""
    changed = bytearray(content)
    for mark, sizes, names in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
        at = content.find(mark)
        while at >= 0:
            if content[at + names : at + names + len(name)] == name.encode():
                struct.pack_into("<I", changed, at + sizes, size)
            at = content.find(mark, at + 1)
    return bytes(changed)


def with_password(content: bytes) -> bytes:
    """The zip whose members all say that they have a password."""
    changed = bytearray(content)
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(mark)
        while at >= 0:
            changed[at + flags] |= 1
            at = content.find(mark, at + 1)
    return bytes(changed)


def book(rows: list[list[object]], *, merged: tuple[str, ...] = ()) -> bytes:
    """A workbook of one sheet, from cell A1."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as made:
        sheet = made.add_worksheet("April")
        for one in merged:
            sheet.merge_range(one, "")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, column, cell)
    return written.getvalue()


def book_of(xml: str, strings: str | None = None) -> bytes:
    """A workbook of which the only sheet is this XML, and the shared strings these."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book([["x"]]))) as before,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as to,
    ):
        for name in before.namelist():
            part = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = sheet_xml(xml).encode()
            elif name == "xl/sharedStrings.xml" and strings is not None:
                main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                part = f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{main}">{strings}</sst>'.encode()
            to.writestr(name, part)
    return written.getvalue()


def sheet_xml(rows: str) -> str:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'


def ods(table: str, name: str = "April", manifest: str = "") -> bytes:
    """An OpenDocument spreadsheet of one sheet."""
    spaces = " ".join(f'xmlns:{one}="{_ODS}:{one}:1.0"' for one in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return packed({"mimetype": MIME, "content.xml": content, "META-INF/manifest.xml": manifest})


def ods_row(*cells: object, row: str = "") -> str:
    """A row of an OpenDocument sheet; None is a blank cell, and a text that begins with "<" stands as it is."""
    found = []
    for cell in cells:
        if cell is None:
            found.append("<table:table-cell/>")
        elif isinstance(cell, str):
            plain = f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            found.append(cell if cell.startswith("<") else plain)
        else:
            found.append(f'<table:table-cell office:value-type="float" office:value="{cell}"/>')
    return f"<table:table-row {row}>{''.join(found)}</table:table-row>"
