"""Files in: what is read, what is refused with which words, and that no word of a cell gets into them."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.caseload.model import Caseload
from banding.caseload.read import read
from banding.engine.score import score_caseload
from banding.errors import CaseloadError
from banding.pack.meaning import Pack
from tests.small import pack_in

ON = dt.date(2026, 6, 1)
SECRET = "SECRETNAME"
RULES = '[scores]\ntotal = "sum(d)"\ncost = "weekly_cost"\n[bands]\nscore = "total"\n'
TABLES = {
    "items": "id,domain,kind,label,top\nfire,d,need,Fire,3\nfood,d,need,Food,3\n",
    "domains": "id,label,missing\nd,D,least\n",
    "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,3\n",
}
CSV = 'child_id,fire,food,weekly_cost\na,1,not_asked,"£1,234.50"\nb,,2.0,\nc,7,0,12\n'


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return pack_in(tmp_path_factory.mktemp("files"), RULES, **TABLES)


def file_in(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def parquet(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


def scored(caseload: Caseload, pack: Pack) -> list[dict[str, Any]]:
    return score_caseload(caseload.frame, pack, ON).frame.to_dicts()


# -- every format -----------------------------------------------------------------------------------------------------

CELLS = {"child_id": ["a", "b", "c"], "fire": [1, None, 7], "food": [-1, 2, 0]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("typed.parquet", parquet(pl.DataFrame({**CELLS, "weekly_cost_pence": [123450, None, 1200]}))),
        ("typed.parquet", parquet(pl.DataFrame({**CELLS, "weekly_cost": [1234.5, None, 12.0]}))),
        ("typed.parquet", parquet(pl.DataFrame({**CELLS, "weekly_cost": [Decimal("1234.5"), None, Decimal(12)]}))),
        ("own.json", '[{"child_id":"a","fire":1,"food":-1,"weekly_cost":1234.50},{"child_id":"b","food":2},'
                     '{"child_id":"c","fire":7,"food":0,"weekly_cost":12}]'),
        ("own.JSON", '[{"child_id":"a","fire":"1","food":"not_asked","weekly_cost":"1234.5"},'
                     '{"child_id":"b","fire":null,"food":2.0},{"child_id":"c","fire":7,"food":0,"weekly_cost":12}]'),
        ("crlf.csv", CSV.replace("\n", "\r\n")),
        ("bom.csv", "\ufeff" + CSV),
        ("blank.csv", CSV.replace("\nb", "\n\n , , , \nb") + "\n,,,\n\n"),
        ("spaces.csv", CSV.replace("child_id,fire", ' child_id ,"fire"')),
    ],
)  # fmt: skip
def test_one_caseload_in_any_format_gives_the_same_rows(tmp_path: Path, pack: Pack, name: str, content: Any) -> None:
    usual = scored(read([file_in(tmp_path, "usual.csv", CSV)]), pack)
    assert [row["status"] for row in usual] == ["scored", "scored", "rejected"]
    assert [row["care_cost_pence"] for row in usual] == [123450, None, None]
    assert scored(read([file_in(tmp_path, name, content)]), pack) == usual


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    caseload = read([file_in(tmp_path, "x.csv", 'child_id,note\na,"two\nlines"\n\nb,\n,\nc,x\n')])
    assert caseload.origins["row"].to_list() == [2, 4, 6]
    assert caseload.frame["note"].to_list() == ["two\nlines", None, "x"]


def test_a_column_of_blanks_is_no_type_at_all(tmp_path: Path, pack: Pack) -> None:
    path = file_in(tmp_path, "x.json", '[{"child_id":"a","fire":null,"food":1,"weekly_cost":null}]')
    assert scored(read([path]), pack)[0]["status"] == "scored"


@pytest.mark.parametrize("name", ["case[1].parquet", "case*.parquet", "a b.parquet"])
def test_a_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    assert read([file_in(tmp_path, name, parquet(pl.DataFrame(CELLS)))]).frame.height == 3


# -- what is refused --------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "empty": ("x.csv", b"", ("empty",)),
    "blank": ("x.csv", " \n\n", ("empty",)),
    "header only": ("x.csv", "child_id,fire\n", ("header", "no row")),
    "blank rows only": ("x.csv", "child_id,fire\n,\n\n , \n", ("header", "no row")),
    "blank first row": ("x.csv", f"\n\nid,fire\n{SECRET},1\n", ("row 1", "blank")),
    "wrong ending": ("x.json", f"child_id,fire\n{SECRET},1\n", ("JSON", "CSV")),
    "wrong ending, JSON": ("x.csv", f'[{{"child_id":"{SECRET}"}}]', ("CSV", "JSON")),
    "wrong ending, Parquet": ("x.csv", parquet(pl.DataFrame({"child_id": [SECRET]})), ("CSV", "Parquet")),
    "workbook": ("x.csv", b"PK\x03\x04" + SECRET.encode(), ("Excel",)),
    "unknown ending": ("x.doc", f"child_id\n{SECRET}\n", (".csv", ".parquet", ".json")),
    "half of UTF-16": ("x.csv", f"child_id,fire\n{SECRET},1\n".encode("utf-16")[:-1], ("UTF-16", "CSV UTF-8")),
    "UTF-16 without its mark": ("x.csv", f"child_id,fire\n{SECRET},1\n".encode("utf-16-le"), ("zero byte",)),
    "no encoding": ("x.csv", f"child_id,fire\na,é\n{SECRET}".encode("cp1252") + b"\x9d,1\n", ("row 3", "neither")),
    "zero byte": ("x.csv", f"child_id,fire\na,1\n{SECRET}\0,1\n", ("row 3", "zero byte")),
    "short row": ("x.csv", f"child_id,fire,food\na,1,2\n{SECRET},1\n", ("row 3", "2 cells", "header 3")),
    "every row short": ("x.csv", f"child_id,fire,food\n{SECRET},1\n", ("row 2", "2 cells")),
    "long row": ("x.csv", f"child_id,fire\n{SECRET},1,2\nb,1\n", ("row 2", "3 cells")),
    "shifted row": ("x.csv", f"child_id,fire,food\nSmith, {SECRET},1,\n", ("row 2", "4 cells", "quotation marks")),
    "open quotation mark": ("x.csv", f'child_id,fire\n"{SECRET},1\nb,2\n', ("row", "quotation marks")),
    "loose quotation mark": ("x.csv", f'child_id,fire\n"{SECRET}"x,1\n', ("row 2", "quotation marks")),
    "quotation mark inside": ("x.csv", f'child_id,fire\n{SECRET}"x,1\n', ("quotation marks",)),
    "old line ends": ("x.csv", f"child_id,fire\r{SECRET},1\r", ("row 1",)),
    "column twice": ("x.csv", f"child_id,fire,food,fire\n{SECRET},1,1,1\n", ("fire", "twice")),
    "no column name": ("x.csv", f"child_id,fire,\n{SECRET},1,2\n", ("column 3", "no name")),
    "semicolons": ("x.csv", f"child_id;fire\n{SECRET};1\n", ("row 1", "commas")),
    "tabs in one row": ("x.csv", f"child_id,fire\n{SECRET}\t1\n", ("row 2", "1 cells")),
    "broken JSON": ("x.json", f'[{{"child_id":"{SECRET}",\n"fire":}}]', ("line 2", "not JSON")),
    "lines of JSON": ("x.json", f'{{"child_id":"a"}}\n{{"child_id":"{SECRET}"}}\n', ("line 2", "not JSON")),
    "nested JSON": ("x.json", f'[{{"child_id":"a"}},{{"child_id":"b","fire":["{SECRET}"]}}]', ("record 2", "fire")),
    "nested deep": ("x.json", "[" * 100_000, ("nested",)),
    "NaN": ("x.json", f'[{{"child_id":"{SECRET}","fire":NaN}}]', ("NaN",)),
    "Infinity": ("x.json", f'[{{"child_id":"{SECRET}","fire":-Infinity}}]', ("Infinity",)),
    "no object": ("x.json", f'[{{"child_id":"a"}},"{SECRET}"]', ("record 2", "not an object")),
    "empty list": ("x.json", "[]", ("no record",)),
    "empty object": ("x.json", "{}", ("no record",)),
    "damaged Parquet": ("x.parquet", b"PAR1" + SECRET.encode(), ("damaged",)),
    "cut Parquet": ("x.parquet", parquet(pl.DataFrame({"child_id": [SECRET] * 9}))[:-9], ("damaged",)),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_used_says_why_and_quotes_no_cell(tmp_path: Path, case: str) -> None:
    name, content, words = REFUSED[case]
    with pytest.raises(CaseloadError) as caught:
        read([file_in(tmp_path, name, content)])
    told = str(caught.value)
    assert all(word in told for word in words), told
    assert all(finding.file == str(tmp_path / name) for finding in caught.value.findings)
    assert SECRET not in told + repr(caught.value.findings)


def test_a_panic_of_the_parquet_reader_is_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some damage makes polars panic, which is no Exception: seen with single bytes changed in a real file."""

    def panics(*_: object) -> None:
        raise pl.exceptions.PanicException(f"called `Result::unwrap()` on {SECRET}")

    monkeypatch.setattr(pl, "read_parquet", panics)
    with pytest.raises(CaseloadError, match="damaged") as caught:
        read([file_in(tmp_path, "x.parquet", parquet(pl.DataFrame(CELLS)))])
    assert SECRET not in str(caught.value)


def test_every_broken_row_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    ragged = file_in(tmp_path, "ragged.csv", "child_id,fire\na\nb,1\nc,1,2\n")
    paths = [ragged, tmp_path / "raged.csv", file_in(tmp_path, "empty.csv", ""), tmp_path / "nowhere" / "x.csv"]
    with pytest.raises(CaseloadError) as caught:
        read(paths)
    found = {(Path(finding.file).name, finding.code, finding.place) for finding in caught.value.findings}
    assert found == {
        ("ragged.csv", "ragged-row", "row 2"), ("ragged.csv", "ragged-row", "row 4"), ("raged.csv", "file-missing", ""),
        ("empty.csv", "empty-file", ""), ("x.csv", "file-missing", ""),
    }  # fmt: skip
    assert "ragged.csv?" in next(f.remedy for f in caught.value.findings if f.file.endswith("raged.csv"))


# -- records of JSON --------------------------------------------------------------------------------------------------


def test_a_key_given_twice_rejects_its_record(tmp_path: Path) -> None:
    caseload = read([file_in(tmp_path, "x.json", '[{"child_id":"a","fire":1},{"child_id":"b","fire":1,"fire":2}]')])
    (found,) = caseload.findings
    assert (found.index, found.path, found.place, found.severity) == (1, "fire", "record 2", "error")


def test_half_a_character_rejects_its_record_and_is_shown_escaped(tmp_path: Path) -> None:
    path = file_in(tmp_path, "x.json", '[{"child_id":"\\ud800","fire":1,"\\udfff":"\\u00e9"}]')
    caseload = read([path])
    (found,) = caseload.findings
    assert (found.index, found.path, found.code, found.value) == (0, "child_id", "bad-format", "\\ud800")
    assert caseload.frame.row(0) == ("\\ud800", 1, "é")


def test_a_number_of_a_thousand_million_digits_is_not_written_out(tmp_path: Path) -> None:
    caseload = read([file_in(tmp_path, "x.json", '[{"child_id":"a","fire":1e999999999,"food":1.50e2}]')])
    assert caseload.frame.row(0) == ("a", "1E+999999999", "150")


# -- several files ----------------------------------------------------------------------------------------------------


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "._a.csv", "notes.txt"):
        file_in(tmp_path, name, f"child_id,fire\n{name},1\n")
    for files in ([tmp_path], [tmp_path / "a.csv", tmp_path / "b.csv"]):
        caseload = read(files)
        assert caseload.frame["child_id"].to_list() == ["a.csv", "b.csv"]
        assert caseload.origins.rows() == [(str(tmp_path / "a.csv"), 2), (str(tmp_path / "b.csv"), 2)]
    assert read([tmp_path / "b.csv", tmp_path / "a.csv"]).frame["child_id"].to_list() == ["b.csv", "a.csv"]


def test_a_folder_without_a_caseload(tmp_path: Path) -> None:
    file_in(tmp_path, "notes.txt", "x")
    with pytest.raises(CaseloadError, match="no CSV, Parquet or JSON"):
        read([tmp_path])


def test_files_with_other_columns_are_refused(tmp_path: Path) -> None:
    one = file_in(tmp_path, "one.csv", "child_id,fire,food\na,1,1\n")
    other = file_in(tmp_path, "other.csv", "child_id,fire,solo\nb,1,yes\n")
    with pytest.raises(CaseloadError) as caught:
        read([one, other])
    assert [(Path(f.file).name, f.code) for f in caught.value.findings] == [
        ("one.csv", "columns-differ"), ("other.csv", "columns-differ"),
    ]  # fmt: skip
    assert "solo" in caught.value.findings[0].message
    assert "food" in caught.value.findings[1].message


DAY = dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (["1"], [2], ["1", "2"]), ([1], [2.5], [1, 2.5]), ([1], [True], [1, 1]), ([None], ["x"], [None, "x"]),
        ([DAY], ["x"], ["2026-04-01", "x"]), ([DAY], [3], ["2026-04-01", "3"]),
        ([Decimal("1.5")], [True], [Decimal("1.5"), Decimal(1)]), ([DAY], [dt.datetime(2026, 4, 1, 9)], [DAY, DAY]),
        ([DAY], [dt.datetime(2026, 4, 1, tzinfo=dt.UTC)], [DAY, DAY]),
        (pl.Series(["a"], dtype=pl.Categorical), [1], ["a", "1"]),
        (pl.Series(["a"], dtype=pl.Enum(["a"])), pl.Series(["b"], dtype=pl.Enum(["b"])), ["a", "b"]),
    ],
)  # fmt: skip
def test_a_column_of_two_types_becomes_one(tmp_path: Path, first: Any, second: Any, together: list[Any]) -> None:
    paths = [
        file_in(tmp_path, f"{n}.parquet", parquet(pl.DataFrame({"child_id": ["a"], "x": values})))
        for n, values in enumerate((first, second))
    ]
    assert read(paths).frame["x"].to_list() == together


def test_types_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    one = file_in(tmp_path, "one.parquet", parquet(pl.DataFrame({"child_id": ["a"], "x": [[1]]})))
    other = file_in(tmp_path, "other.csv", "child_id,x\nb,1\n")
    with pytest.raises(CaseloadError, match="column x: The files hold it as"):
        read([one, other])


def test_findings_keep_their_rows_when_files_are_joined(tmp_path: Path) -> None:
    record = {"child_id": "x", "fire": 1}
    one = file_in(tmp_path, "1.json", json.dumps([record, record]))
    two = file_in(tmp_path, "2.json", '[{"child_id":"y","fire":1},{"child_id":"z","fire":1,"fire":2}]')
    caseload = read([one, two])
    assert [finding.index for finding in caseload.findings] == [3]
    assert caseload.origins.row(3) == (str(two), 2)


# -- layouts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "layout", "words"),
    [
        ("x.csv", "child_id\na\n", "placements-standrd", "placements-standard?"),
        ("x.csv", "child_id\na\n", "nothing-like-it", "Layouts: "),
        ("x.csv", "child_id\na\n", "placements-standard", "of JSON; this is CSV"),
        ("x.json", '[{"child_id":"a"}]', "placements-standard-national", "of CSV; this is JSON"),
        ("x.parquet", parquet(pl.DataFrame({"child_id": ["a"]})), "placements-standard", "this is Parquet"),
        ("x.csv", "child_id\na\n", "absent.toml", "layout cannot be read"),
    ],
)
def test_a_layout_that_does_not_fit(tmp_path: Path, name: str, content: Any, layout: str, words: str) -> None:
    with pytest.raises(CaseloadError) as caught:
        read([file_in(tmp_path, name, content)], layout=layout)
    assert words in str(caught.value)
