"""Files that would fill the memory or lead out of it: each is refused by name before it is read.

All are small on disk. That nothing large is made of them is seen by the readers, which fail the test where one that a
file was to be kept from is reached.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from tests.caseload.hostile import book, book_of, ods, ods_row, packed, with_password, with_size

from banding.caseload import placements_standard
from banding.caseload.limits import Limits
from banding.caseload.read import read
from banding.errors import CaseloadError

SECRET = "SECRETNAME"
CSV = f"child_id,fire\n{SECRET},1\n"
ZEROS = b"0," * (4 << 20)
HEADER = '<row r="1"><c r="A1" t="str"><v>child_id</v></c><c r="B1" t="str"><v>fire</v></c></row>'


def parquet(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


def long_list(size: int) -> bytes:
    """A Parquet file of one column of one value, of which the list at the end claims other rows."""
    content = parquet(pl.DataFrame({"child_id": ["a"] * 9}))
    # num_rows is field 3, an i64 in zigzag: 9 is 18 there, right behind the end of the schema.
    at = content.rindex(b"\x16\x12\x19")
    number, more = bytearray(), size * 2
    while more > 127:
        number.append(more & 127 | 128)
        more >>= 7
    number.append(more)
    footer = int.from_bytes(content[-8:-4], "little") + len(number) - 1
    return content[: at + 1] + bytes(number) + content[at + 2 : -8] + footer.to_bytes(4, "little") + b"PAR1"


def shared_text() -> bytes:
    """A text of a hundred thousand letters in each of forty thousand cells."""
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 40_002))
    return book_of(HEADER + cells, f"<si><t>{'x' * 100_000}</t></si>")


def _link() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        member = zipfile.ZipInfo("x.csv")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return written.getvalue()


def _twice() -> bytes:
    return packed({"x.csv": CSV, "y.csv": CSV}).replace(b"y.csv", b"x.csv")


HOSTILE: dict[str, tuple[str, Callable[[], bytes], tuple[str, ...]]] = {
    # zips
    "a ratio": ("x.zip", lambda: packed({"x.csv": ZEROS}), ("too many times", "--limit ratio=")),
    "a member of gigabytes": (
        "x.zip",
        lambda: with_size(packed({"x.csv": CSV}), "x.csv", 3 << 30),
        ("unpacks to 3,221,225,472", "file_bytes"),
    ),
    "a sum of gigabytes": (
        "x.zip",
        lambda: _sizes({f"{n}.csv": os.urandom(1 << 20) for n in range(6)}, 200 << 20),
        ("unpacks to 1,258,291,200", "unpacked_bytes"),
    ),
    "a member that is longer than it says": (
        "x.zip", lambda: with_size(packed({"x.csv": ZEROS}), "x.csv", 1 << 10), ("damaged", "as long as it says"),
    ),
    "a member that is shorter than it says": (
        "x.zip", lambda: with_size(packed({"x.csv": CSV}), "x.csv", 1 << 10), ("damaged", "as long as it says"),
    ),
    "many members": (
        "x.zip", lambda: packed({f"{n}.csv": CSV for n in range(2_001)}), ("more than 2,000 members", "members="),
    ),
    "a zip in a zip": ("x.zip", lambda: packed({"x.csv": CSV, "y.zip": packed({"z.csv": CSV})}), ("1 archives",)),
    "a zip in a zip under another name": (
        "x.zip", lambda: packed({"x.csv": packed({"z.csv": CSV})}), ("x.zip/x.csv", "The name says CSV"),
    ),
    "another archive": ("x.zip", lambda: packed({"x.tar.gz": b"\x1f\x8b"}), ("archives", "not opened")),
    "a path that climbs out": ("x.zip", lambda: packed({"../x.csv": CSV}), ("member 1", "leads out")),
    "a path that climbs out, Windows": ("x.zip", lambda: packed({"a\\..\\..\\x.csv": CSV}), ("leads out",)),
    "an absolute path": ("x.zip", lambda: packed({"/etc/x.csv": CSV}), ("leads out",)),
    "a path on a drive": ("x.zip", lambda: packed({"C:x.csv": CSV}), ("leads out",)),
    "a link": ("x.zip", _link, ("leads out",)),
    "a password": ("x.zip", lambda: with_password(packed({"x.csv": CSV})), ("member 1", "password")),
    "a name twice": ("x.zip", _twice, ("1 members", "another has")),
    "nothing in it": ("x.zip", lambda: packed({"x.exe": b"MZ"}), ("no CSV",)),
    "half a zip": ("x.zip", lambda: packed({"x.csv": CSV})[:40], ("damaged",)),
    # workbooks
    "a workbook of gigabytes": (
        "x.xlsx",
        lambda: with_size(book([["child_id"], ["a"]]), "xl/worksheets/sheet1.xml", 3 << 30),
        ("unpacks to 3,221,225,472", "file_bytes"),
    ),
    "a sheet that packs too well": (
        "x.xlsx", lambda: book_of(HEADER + '<row r="2"/>' * 1_000_000), ("too many times", "ratio"),
    ),
    "a sheet that is longer than it says": (
        "x.xlsx", lambda: with_size(book([["child_id"], ["a"]]), "xl/worksheets/sheet1.xml", 100), ("damaged",),
    ),
    "strings that are longer than they say": (
        "x.xlsx", lambda: with_size(book([["child_id"], ["a"]]), "xl/sharedStrings.xml", 100), ("damaged",),
    ),
    "a workbook with a password on its parts": (
        "x.xlsx", lambda: with_password(book([["child_id"], ["a"]])), ("password",),
    ),
    "a thousand million rows": (
        "x.xlsx", lambda: book_of(f'{HEADER}<row r="1000000000"><c r="A1000000000"><v>1</v></c></row>'),
        ("sheet 1", "row beyond 1,048,576"),
    ),
    "a row number of a thousand digits": (
        "x.xlsx", lambda: book_of(f'{HEADER}<row r="{"9" * 1000}"/>'), ("row beyond 1,048,576",),
    ),
    "a cell in a row of its own": (
        "x.xlsx", lambda: book_of(f'{HEADER}<row r="2"><c r="A1048576"><v>1</v></c></row>'), ("row beyond 1,048,576",),
    ),
    "opposite corners": (
        "x.xlsx", lambda: book_of(f'{HEADER}<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'),
        ("reaches over 736,100,352 cells", "sheet_cells"),
    ),
    "opposite corners, written otherwise": (
        "x.xlsx", lambda: book_of(f"""{HEADER}<row r='1048576'><c s="0" r = 'ZZ1048576'><v>1</v></c></row>"""),
        ("reaches over 736,100,352 cells", "sheet_cells"),
    ),
    "a column beyond": (
        "x.xlsx", lambda: book_of(f'{HEADER}<row r="2"><c r="XFD2"><v>1</v></c></row>'), ("column beyond", "columns"),
    ),
    "cells without an address": (
        "x.xlsx", lambda: book_of(HEADER + '<row r="2">' + "<c><v>1</v></c>" * 5_000 + "</row>"), ("columns",),
    ),
    "one text in many cells": ("x.xlsx", shared_text, ("bytes of text", "unpacked_bytes")),
    "entities": (
        "x.xlsx", lambda: _declared(book([["child_id"], ["a"]]), "xl/workbook.xml"), ("damaged",),
    ),
    # OpenDocument
    "a row a thousand million times": (
        "x.ods", lambda: ods(ods_row("child_id") + ods_row("a", row='table:number-rows-repeated="1000000000"')),
        ("row beyond 2,000,000", "rows"),
    ),
    "a row below a thousand million": (
        "x.ods",
        lambda: ods(ods_row("child_id") + ods_row(None, row='table:number-rows-repeated="1000000000"') + ods_row("a")),
        ("row beyond 2,000,000", "rows"),
    ),
    "a cell a thousand million times": (
        "x.ods", lambda: ods(ods_row("child_id", _repeated("x", 10**9))), ("too many columns", "columns"),
    ),
    "rows and columns": (
        "x.ods",
        lambda: ods(ods_row("child_id") + ods_row(_repeated("x", 900), row='table:number-rows-repeated="100000"')),
        ("cells", "sheet_cells"),
    ),
    "spaces without end": (
        "x.ods", lambda: ods(ods_row(_repeated('x<text:s text:c="9999999999"/>', 1))),
        ("too much text", "cell_characters"),
    ),
    "a long text often": (
        "x.ods",
        lambda: ods(ods_row("child_id") + ods_row("x" * 90_000, row='table:number-rows-repeated="100000"')),
        ("too much text", "unpacked_bytes"),
    ),
    "entities in a spreadsheet": ("x.ods", lambda: _declared(ods(ods_row("child_id")), "content.xml"), ("damaged",)),
    "a spreadsheet with a password": (
        "x.ods", lambda: ods("", manifest="<x><manifest:encryption-data/></x>"), ("password",),
    ),
    # text
    "zero bytes": ("x.csv", lambda: CSV.encode() + b"\0" * 9, ("row 3", "zero byte")),
    "an open quotation mark": (
        "x.csv", lambda: b'child_id,fire\n"' + b"x,1\n" * 100_000, ("row 2", "quotation mark", "cell_characters"),
    ),
    "a cell of ten million letters": (
        "x.csv", lambda: b"child_id,fire\na," + b"x" * 10_000_000 + b"\n", ("row 2", "cell_characters"),
    ),
    "a name of ten million letters": (
        "x.csv", lambda: b"child_id," + b"x" * 10_000_000 + b"\n", ("row 1", "cell_characters"),
    ),
    "a hundred thousand columns": (
        "x.csv", lambda: b"child_id" + b",x" * 100_000 + b"\n", ("row 1", "100,001 columns", "columns="),
    ),
    "a hundred thousand columns in a row": (
        "x.csv", lambda: CSV.encode() + b"," * 300_000 + b"x\n", ("row 3", "too many cells"),
    ),
    "a line of ten million commas": ("x.csv", lambda: CSV.encode() + b"," * 10_000_000, ("row 3", "too long")),
    "millions of rows": ("x.csv", lambda: CSV.encode() + b"a,1\n" * 2_000_000, ("more than 2,000,000 rows", "rows=")),
    "millions of blank rows": ("x.csv", lambda: CSV.encode() + b"\n" * 2_000_000, ("more than 2,000,000 rows",)),
    "millions of short rows": ("x.csv", lambda: CSV.encode() + b"a\n" * 2_000_000, ("more than 2,000,000 rows",)),
    # JSON
    "deep JSON": ("x.json", lambda: b"[" * 100_000, ("nested too deeply", "json_depth")),
    "deep JSON that closes": ("x.json", lambda: b'[{"a":' * 101 + b"1" + b"}]" * 101, ("nested", "json_depth")),
    "millions of lists": ("x.json", lambda: b"[" + b"[]," * 6_000_000 + b"[]]", ("json_values",)),
    "millions of texts with signs": ("x.json", lambda: b"[" + b'"[",' * 5_100_000 + b'""]', ("json_values",)),
    "millions of lines": ("x.jsonl", lambda: b'{"a":1}' + b"\n" * 2_000_001, ("2,000,001 lines", "rows=")),
    "JSON of many bytes": ("x.json", lambda: b"[1" + b" " * (64 << 20) + b"]", ("67,108,867 bytes", "json_bytes=")),
    "JSON lines of many bytes": ("x.jsonl", lambda: b'{"a":1}' + b" " * (64 << 20), ("bytes of JSON", "json_bytes=")),
    "deep JSON lines": ("x.jsonl", lambda: b'{"a":1}\n' + b'{"a":' * 200, ("nested", "json_depth")),
    "a record of ten thousand keys": (
        "x.json", lambda: json.dumps([{f"k{n}": 1 for n in range(10_000)}]).encode(), ("10,000 different", "columns"),
    ),
    "a value of ten million letters": (
        "x.json", lambda: json.dumps([{"child_id": "x" * 10_000_000}]).encode(), ("record 1", "cell_characters"),
    ),
    # Parquet
    "a cut Parquet file": ("x.parquet", lambda: parquet(pl.DataFrame({"a": [1] * 99}))[:-30], ("damaged",)),
    "a Parquet file that claims rows": (
        "x.parquet", lambda: long_list(10**15), ("1,000,000,000,000,000 rows", "rows="),
    ),
    "a Parquet file of many rows": (
        "x.parquet", lambda: parquet(pl.select(child_id=pl.repeat("a", 2_000_001))), ("2,000,001 rows", "rows="),
    ),
    "a Parquet file that unfolds": (
        "x.parquet",
        lambda: parquet(pl.select(pl.repeat(1.5, 1_000_000).alias(f"c{n}") for n in range(150))),
        ("unpacks to", "unpacked_bytes"),
    ),
    "a list of columns that is longer than the file": (
        "x.parquet", lambda: parquet(pl.DataFrame({"a": [1]}))[:-8] + b"\xff\xff\xff\x7fPAR1", ("damaged",),
    ),
}  # fmt: skip


def _sizes(members: dict[str, bytes], size: int) -> bytes:
    content = packed(members, zipfile.ZIP_STORED)
    for name in members:
        content = with_size(content, name, size)
    return content


def _declared(content: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as before:
        members = {name: before.read(name) for name in before.namelist()}
    members[part] = members[part].replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', 1)
    return packed(members)


def _repeated(text: str, times: int) -> str:
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{times}"><text:p>{text}</text:p>'
        "</table:table-cell>"
    )


@pytest.fixture(autouse=True)
def _nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The readers that make something large of something small are not to be reached by any of these files."""

    def reached(*_: object, **__: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(fastexcel, "read_excel", reached)
    monkeypatch.setattr(pl, "read_parquet", reached)
    monkeypatch.setattr(pl, "read_csv", reached)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_before_it_is_read(tmp_path: Path, case: str) -> None:
    name, made, words = HOSTILE[case]
    path = tmp_path / name
    path.write_bytes(made())
    with pytest.raises(CaseloadError) as caught:
        read([path])
    told = str(caught.value)
    assert all(word in told for word in words), told
    assert SECRET not in told + repr(caught.value.findings)
    assert all(finding.file.startswith(str(path)) for finding in caught.value.findings)


def test_deep_json_does_not_reach_the_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_: object) -> None:
        raise AssertionError("it was parsed")

    monkeypatch.setattr(placements_standard, "parse", reached)
    path = tmp_path / "x.json"
    path.write_bytes(b'{"a":' * 101)
    with pytest.raises(CaseloadError, match="json_depth"):
        read([path])


def test_a_file_that_is_too_long_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"")
    os.truncate(path, 300 << 20)  # a hole: it takes no room on most disks

    def reached(*_: object) -> Any:
        raise AssertionError("it was opened")

    monkeypatch.setattr(Path, "open", reached)
    with pytest.raises(CaseloadError, match=r"314,572,800 bytes.*file_bytes"):
        read([path])


def test_no_member_of_a_zip_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    path = tmp_path / "x.zip"
    path.write_bytes(packed({"a/x.csv": CSV, "b/y.csv": "child_id,fire\nb,2\n"}))
    assert read([path]).frame.height == 2
    assert list(tmp_path.rglob("*")) == [path]


# -- limits -----------------------------------------------------------------------------------------------------------


def test_a_limit_can_be_raised_and_lowered_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    path = tmp_path / "x.csv"
    path.write_text("child_id,fire\na,1\nb,2\n", "utf-8")
    assert read([path], limits=Limits().changed(["rows=2"])).frame.height == 2
    with pytest.raises(CaseloadError, match=r"more than 1 rows.*The limit is 1\..*--limit rows=NUMBER"):
        read([path], limits=Limits().changed(["rows=1"]))
    assert Limits().changed(["rows=5_000_000", "json_depth = 7"]) == Limits(rows=5_000_000, json_depth=7)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("row=5", "Did you mean rows?"), ("nothing=5", "Limits: file_bytes"), ("rows", "no whole number"),
        ("rows=", "no whole number"), ("rows=-5", "no whole number"), ("rows=0", "no whole number"),
        ("rows=1e6", "no whole number"), ("rows=\uff15", "no whole number"), ("rows=_", "no whole number"),
    ],
)  # fmt: skip
def test_what_is_no_limit_is_told(said: str, words: str) -> None:
    with pytest.raises(CaseloadError) as caught:
        Limits().changed(["columns=9", said, "row=1"])
    assert words in str(caught.value)
    assert len(caught.value.findings) == 2
