"""Every kind of file in: tabs, encodings, JSON lines, spreadsheets, zips; one caseload, whichever it comes as."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest
from tests.caseload.handed import SECRET, file_in, notes, refused
from tests.caseload.hostile import book, ods, ods_row, packed

from banding.caseload.limits import Limits
from banding.caseload.read import read

FILES = Path(__file__).parent / "files"
ROWS = [["child_id", "fire", "food"], ["a", "1", "2"], ["é", "", "3"]]
FRAME = {"child_id": ["a", "é"], "fire": ["1", None], "food": ["2", "3"]}


def text(separator: str = ",") -> str:
    return "\n".join(separator.join(row) for row in ROWS) + "\n"


def parquet() -> bytes:
    written = io.BytesIO()
    pl.DataFrame(FRAME).write_parquet(written)
    return written.getvalue()


SPREADSHEET = ods("".join(ods_row(*(cell or None for cell in row)) for row in ROWS))
LINES = '{"child_id":"a","fire":"1","food":"2"}\r\n\n{"child_id":"é","food":"3"}'
READ: dict[str, tuple[str, str | bytes, list[str]]] = {
    "CSV": ("x.csv", text(), []),
    "tabs": ("x.tsv", text("\t"), []),
    "tabs in text": ("x.txt", text("\t"), []),
    "tabs in CSV": ("x.csv", text("\t"), []),
    "commas in text": ("x.txt", text(), []),
    "UTF-8 with its mark": ("x.csv", text().encode("utf-8-sig"), []),
    "Windows-1252": ("x.csv", text().encode("cp1252"), ["encoding"]),
    "UTF-16": ("x.csv", text().encode("utf-16"), ["encoding"]),
    "UTF-16, tabs, big end first": ("x.txt", b"\xfe\xff" + text("\t").encode("utf-16-be"), ["encoding"]),
    "JSON": ("x.json", f"[{LINES.replace(chr(10) * 2, ',')}]", []),
    "JSON in Windows-1252": ("x.json", f"[{LINES.replace(chr(10) * 2, ',')}]".encode("cp1252"), ["encoding"]),
    "JSON lines": ("x.jsonl", LINES, []),
    "JSON lines by the other name": ("x.NDJSON", LINES + "\n", []),
    "Parquet": ("x.parquet", parquet(), []),
    "Excel": ("x.xlsx", book([[cell or None for cell in row] for row in ROWS]), []),
    "OpenDocument": ("x.ods", SPREADSHEET, []),
    "a blank column": ("x.csv", text().replace("\n", ",\n"), ["blank-columns"]),
    "a title": ("x.csv", f"{SECRET},,\n\n{text()}", ["title-above"]),
    "a title of one cell": ("x.csv", f"{SECRET}\n{text()}", ["title-above"]),
    "a title over two lines": ("x.csv", f'"{SECRET}\nof April",,\n{text()}', ["title-above"]),
    "a title and tabs": ("x.tsv", f"{SECRET}\n{text(chr(9))}", ["title-above"]),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_the_same_caseload_in_any_kind_of_file(tmp_path: Path, case: str) -> None:
    name, content, said = READ[case]
    caseload = read([file_in(tmp_path, name, content)])
    assert caseload.frame.to_dict(as_series=False) == FRAME
    assert notes(caseload) == said
    assert {finding.severity for finding in caseload.findings} <= {"note"}
    assert SECRET not in repr(caseload.findings)


def test_the_members_of_a_zip_are_files_of_their_own(tmp_path: Path) -> None:
    kinds = {
        "b.csv": text(),
        "a/a.tsv": text("\t"),
        "c.xlsx": READ["Excel"][1],
        "d.jsonl": LINES,
        "e.parquet": parquet(),
    }
    members = {**kinds, "f.ods": SPREADSHEET, "__MACOSX/b.csv": "\0", "._b.csv": "\0", "x.manifest.json": "{", "a/": ""}
    path = file_in(tmp_path, "x.zip", packed(members))
    caseload = read([path])
    assert caseload.findings == ()
    assert caseload.origins["file"].unique(maintain_order=True).to_list() == [
        f"{path}/{name}" for name in ("a/a.tsv", "b.csv", "c.xlsx", "d.jsonl", "e.parquet", "f.ods")
    ]
    assert caseload.frame["child_id"].to_list() == ["a", "é"] * 6


def test_what_is_wrong_in_several_members_is_told_at_once(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.zip", packed({"a.csv": "child_id\n", "b.csv": "child_id,fire\na\n", "c.csv": text()}))
    assert [(one.file, one.code) for one in refused(path)] == [
        (f"{path}/a.csv", "empty-file"), (f"{path}/b.csv", "ragged-row"),
    ]  # fmt: skip


def test_an_empty_member_is_told_and_so_are_the_others(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.zip", packed({"a.csv": "", "b.csv": "child_id,fire\na\n"}))
    assert [(one.file, one.code) for one in refused(path)] == [
        (f"{path}/a.csv", "empty-file"), (f"{path}/b.csv", "ragged-row"),
    ]  # fmt: skip


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("x.csv", "letter.docx", "notes.txt", ".hidden.pdf", "x.csv.manifest.json", "old.zip"):
        file_in(folder, name, text())
    zipped = file_in(tmp_path, "x.zip", packed({"x.csv": text(), "letter.docx": "", "notes.txt": ""}))
    found = read([folder, zipped])
    assert found.frame.height == 4
    assert [(one.file, one.message, one.severity) for one in found.findings] == [
        (str(folder), "Not read: letter.docx, notes.txt, old.zip.", "note"),
        (str(zipped), "Not read: letter.docx, notes.txt.", "note"),
    ]


def test_a_record_of_json_lines_that_is_none_is_named_by_its_line(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.jsonl", f'{{"child_id":"a"}}\n\n{{"child_id":"{SECRET}"\n{{"child_id":1,}}\n')
    assert [(one.code, one.place) for one in refused(path)] == [("parse-error", "line 3"), ("parse-error", "line 4")]


def test_json_lines_of_a_layout(tmp_path: Path) -> None:
    record = (FILES / "placement.jsonld").read_text(encoding="utf-8").replace("\n", " ")
    caseload = read([file_in(tmp_path, "x.jsonl", f"{record}\n{record}\n")])
    assert (caseload.layout, caseload.frame.height) == ("placements-standard", 2)


def test_a_layout_keeps_its_own_columns_below_a_title_and_above_a_total(tmp_path: Path) -> None:
    national = (FILES / "national.csv").read_text(encoding="utf-8")
    header, first, *_ = national.splitlines()
    total = "Total" + "," * header.count(",")
    caseload = read([file_in(tmp_path, "x.csv", "\n".join(["Placements", "", header, first, total]))])
    assert caseload.layout == "placements-standard-national"
    assert caseload.origins["row"].to_list() == [4]
    assert [one.place for one in caseload.findings if one.code == "total-row"] == ["row 5"]


def test_what_the_reader_of_csv_takes_for_one_cell_is_still_one(tmp_path: Path) -> None:
    lines = ["child_id,note", 'a,"b, c"', 'd,"e', 'f, g"', 'h,"i ""j"" k"', "l,m"]
    caseload = read([file_in(tmp_path, "x.csv", "\n".join(lines))])
    assert caseload.frame["note"].to_list() == ["b, c", "e\nf, g", 'i "j" k', "m"]
    assert caseload.origins["row"].to_list() == [2, 3, 4, 5]


def test_many_short_rows_are_counted_and_the_first_thousand_named(tmp_path: Path) -> None:
    found = refused(file_in(tmp_path, "x.csv", "child_id,fire\n" + "a\n" * 1_500))
    assert [one.place for one in found[:1_000]] == [f"row {row}" for row in range(2, 1_002)]
    assert [one.message[:14] for one in found[1_000:]] == ["500 more rows "]


@pytest.mark.parametrize("note", ["a, [b], {c}" * 40, 'say "[{" to \\\\', "\\" * 7 + '"[' * 200])
def test_signs_in_the_text_of_json_are_text(tmp_path: Path, note: str) -> None:
    content = json.dumps([{"child_id": "a", "note": note}] * 3)
    caseload = read([file_in(tmp_path, "x.json", content)], limits=Limits(json_values=12, json_depth=2))
    assert caseload.frame["note"].to_list() == [note] * 3


def test_a_row_that_is_short_where_another_is_long_is_found(tmp_path: Path) -> None:
    """Quotation marks inside a cell that has none at its ends: line by line each would pass for a whole row."""
    path = file_in(tmp_path, "x.csv", f'child_id,x\na"b,"{SECRET}\nd",e\n')
    assert refused(path)
