"""A return in workbooks, one a module or a sheet a module: the same return as in CSV files, and the same findings."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from tests.caseload.hostile import ods, ods_row
from tests.caseload.ssda903.written import HEADERS, INVENTED, episode, write
from tests.test_sources import PACK, profiles_for

from banding.caseload.ssda903.files import is_return, read_return
from banding.caseload.ssda903.model import Return
from banding.caseload.ssda903.snapshot import snapshot
from banding.errors import CaseloadError
from banding.run import score_files
from banding.sources import Sources

ON = dt.date(2025, 3, 31)
Rows = Sequence[Sequence[str]]
ERROR = "=1/0"
OPEN_2024 = episode("a", "01/05/2023")


def rows_of(lines: Iterable[str]) -> list[list[str]]:
    return list(csv.reader(lines))


def book(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook as people have it: dates are dates and whole numbers numbers."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as made:
        day = made.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell == ERROR:
                        sheet.write_formula(at, column, ERROR, value="#DIV/0!")
                    elif re.fullmatch(r"\d\d/\d\d/\d{4}", cell):
                        sheet.write_datetime(at, column, dt.datetime.strptime(cell, "%d/%m/%Y"), day)
                    elif cell:
                        sheet.write(at, column, int(cell) if cell.isdecimal() else cell)
    return written.getvalue()


def spreadsheet(sheets: Mapping[str, Rows]) -> bytes:
    """The same as an OpenDocument spreadsheet, all of it text."""
    tables = {name: "".join(ods_row(*(cell or None for cell in row)) for row in rows) for name, rows in sheets.items()}
    (first, table), *others = tables.items()
    return ods(table + "".join(f'</table:table><table:table table:name="{name}">{one}' for name, one in others), first)


MAKERS = {".xlsx": book, ".ods": spreadsheet}
KINDS = pytest.mark.parametrize("suffix", MAKERS)


def csv_files(folder: Path) -> dict[str, list[list[str]]]:
    return {file.stem: rows_of(file.read_text(encoding="utf-8").splitlines()) for file in sorted(folder.glob("*.csv"))}


def seen(returned: Return) -> tuple[object, ...]:
    """A return without the names of its files."""
    tables = {name: sorted(table.drop("file").rows(), key=str) for name, table in sorted(returned.tables.items())}
    faults = sorted(returned.faults.filter(pl.col("row").is_not_null()).drop("file").rows(), key=str)
    counts = returned.counts().sort("table", "year").rows()
    return returned.years, tables, faults, counts


def found(returned: Return, code: str) -> list[tuple[str, int | None, str, str]]:
    rows = returned.faults.filter(code=code).select("file", "row", "path", "severity").rows()
    return [(Path(file).name, row, path, severity) for file, row, path, severity in rows]


@KINDS
def test_a_workbook_a_module_is_the_csv_files(tmp_path: Path, suffix: str) -> None:
    for year in ("return-2024", "return-2025"):
        (tmp_path / year).mkdir()
        for number, rows in enumerate(csv_files(INVENTED / year).values()):
            (tmp_path / year / f"{number}{suffix}").write_bytes(MAKERS[suffix]({"Sheet1": rows}))
    assert is_return(tmp_path)
    # The numbers in the names say nothing here: in each folder there is one year.
    both = [read_return(tmp_path / year) for year in ("return-2024", "return-2025")]
    assert [seen(one) for one in both] == [seen(read_return(INVENTED / f"return-{year}")) for year in (2024, 2025)]


@KINDS
def test_a_sheet_a_module_is_the_csv_files(tmp_path: Path, suffix: str) -> None:
    for year in (2024, 2025):
        sheets = {f"S{n}": rows for n, rows in enumerate(csv_files(INVENTED / f"return-{year}").values())}
        guidance = {"Guidance": [["Fill in each sheet."]], "Blank": []}
        (tmp_path / f"year {year - 2023}{suffix}").write_bytes(MAKERS[suffix]({**guidance, **sheets}))
    assert is_return(tmp_path)
    returned, theirs = read_return(tmp_path), read_return(INVENTED)
    assert seen(returned) == seen(theirs)
    assert snapshot(returned, ON).frame.sort("child_id").equals(snapshot(theirs, ON).frame.sort("child_id"))
    # The guidance, and the sheet of leavers, that no part of the return is read from; a blank sheet is nothing.
    left_out = [name for name, _, _, _ in found(returned, "unknown-file")]
    assert left_out == [f"year 1{suffix}, sheet 1", f"year 2{suffix}, sheet 1", f"year 2{suffix}, sheet 7"]
    (said,) = [one for one in returned.findings() if one.code == "open-then-absent"]
    assert said.file.endswith(f"year 1{suffix}, sheet 5")
    assert said.place == "row 5"


def test_one_workbook_and_a_zip_of_workbooks_are_returns(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    one = tmp_path / "in" / "return.xlsx"
    one.write_bytes(book({f"S{n}": rows for n, rows in enumerate(csv_files(INVENTED / "return-2025").values())}))
    (tmp_path / "in" / "letter.pdf").write_bytes(b"%PDF")
    zipped = Path(shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path / "in"))
    expected = seen(read_return(INVENTED / "return-2025"))
    for path in (one, tmp_path / "in", zipped):
        assert is_return(path)
        assert seen(read_return(path)) == expected
    # What is left out of a folder is said, as it is of a zip.
    for path in (tmp_path / "in", zipped):
        (said,) = [f for f in read_return(path).findings() if f.code == "not-read" and "letter.pdf" in f.message]
        assert said.severity == "note"


def test_other_workbooks_are_no_return(tmp_path: Path) -> None:
    (tmp_path / "profiles.xlsx").write_bytes(book({"Profiles": [["child_id"], ["a"]]}))
    (tmp_path / "codes.xlsx").write_bytes(book({"Notes": [["DECOM", "when the episode began"], ["RNE", "why"]]}))
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 DECOM")
    assert not is_return(tmp_path)
    assert not any(is_return(file) for file in tmp_path.glob("*"))
    write(tmp_path, {"episodes": [OPEN_2024]})
    assert is_return(tmp_path)


def test_csv_files_and_workbooks_stand_side_by_side(tmp_path: Path) -> None:
    write(tmp_path, {"episodes": [OPEN_2024]})
    oc2 = rows_of([HEADERS["oc2"], "a,01/01/2012,12,"])
    (tmp_path / "health.xlsx").write_bytes(book({"Any": [["A title", "", "", ""], ["", "", "", ""], *oc2]}))
    returned = read_return(tmp_path)
    assert returned.tables["oc2"].select("SDQ_SCORE", "row").rows() == [(12, 4)]
    assert found(returned, "title-above") == [("health.xlsx, sheet 1", None, "", "note")]


def test_a_cell_with_an_error_is_no_blank_cell(tmp_path: Path) -> None:
    """A DEC that cannot be read would leave the episode open."""
    header, row, other = rows_of([HEADERS["episodes"], episode("a", "01/05/2023", ended="01/06/2023"), OPEN_2024])
    row[header.index("DEC")] = row[header.index("PLACE")] = ERROR
    other[0], other[header.index("HOME_POST")] = "b", ERROR
    (tmp_path / "episodes.xlsx").write_bytes(book({"Any": [header, row, other]}))
    returned = read_return(tmp_path)
    assert found(returned, "cell-error") == [
        ("episodes.xlsx, sheet 1", 2, "PLACE", "error"),
        ("episodes.xlsx, sheet 1", 2, "DEC", "error"),
    ]
    assert not found(returned, "missing-cell")
    assert returned.tables["episodes"].select("CHILD", "usable").rows() == [("a", False), ("b", True)]
    assert returned.counts().select("rows", "used", "not_used").rows() == [(2, 1, 1)]
    (said, _) = [one for one in returned.findings() if one.code == "cell-error"]
    assert said.place == "row 2"
    assert said.message == "PLACE: The cell holds the error of a formula. The row is not used."


def test_sheets_of_several_years_are_told_by_the_numbers_in_their_names(tmp_path: Path) -> None:
    sheets = {
        "Ep 2022": [HEADERS["episodes"], episode("a", "01/05/2022")], "OC2 2022": [HEADERS["oc2"], "a,01/01/2012,11,"],
        "Ep 2023": [HEADERS["episodes"], episode("a", "01/05/2023")], "OC2 2023": [HEADERS["oc2"], "a,01/01/2012,12,"],
        "UASC": [HEADERS["uasc"], "a,1,01/01/2012,"],
    }  # fmt: skip
    (tmp_path / "all.xlsx").write_bytes(book({name: rows_of(lines) for name, lines in sheets.items()}))
    returned = read_return(tmp_path / "all.xlsx")
    assert returned.tables["oc2"].select("year", "SDQ_SCORE").rows() == [(2022, 11), (2023, 12)]
    assert found(returned, "year-unknown") == [("all.xlsx, sheet 5", None, "", "warning")]


def test_the_year_of_a_name_that_two_years_share_is_not_guessed(tmp_path: Path) -> None:
    write(tmp_path, {"x-episodes": [episode("a", "01/05/2022")], "y-episodes": [episode("a", "01/05/2023")]})
    write(tmp_path, {"oc2": ["a,01/01/2012,11,"]})
    assert found(read_return(tmp_path), "year-unknown") == [("oc2.csv", None, "", "warning")]


def test_a_sheet_of_names_alone_is_there_and_empty(tmp_path: Path) -> None:
    sheets = {"a": rows_of([HEADERS["episodes"], OPEN_2024]), "b": rows_of([HEADERS["uasc"]])}
    (tmp_path / "x.xlsx").write_bytes(book(sheets))
    assert read_return(tmp_path).counts().rows() == [("episodes", 2023, 1, 1, 0), ("uasc", 2023, 0, 0, 0)]


def test_what_is_wrong_in_several_sheets_and_files_is_told_at_once(tmp_path: Path) -> None:
    no_dec = [HEADERS["episodes"].replace(",DEC,", ","), OPEN_2024.replace(",,", ",", 1)]
    twice = [f"{HEADERS['header']},sex", "a,1,01/01/2015,WBRI,,,,2"]
    (tmp_path / "x.xlsx").write_bytes(book({"a": rows_of(no_dec), "b": rows_of(twice)}))
    (tmp_path / "y.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(CaseloadError) as refused:
        read_return(tmp_path)
    told = {(Path(one.file).name, one.code) for one in refused.value.findings}
    assert told == {("x.xlsx, sheet 1", "missing-column"), ("x.xlsx, sheet 2", "duplicate-column"),
                    ("y.xlsx", "wrong-ending")}  # fmt: skip


def test_from_a_workbook_to_scored_rows(tmp_path: Path) -> None:
    one = tmp_path / "return.xlsx"
    one.write_bytes(book({f"S{n}": rows for n, rows in enumerate(csv_files(INVENTED / "return-2025").values())}))
    children = snapshot(read_return(INVENTED / "return-2025"), ON).frame["child_id"]
    needs, _ = profiles_for(children, tmp_path, ON)
    frames = []
    for name, returned in (("ours", one), ("theirs", INVENTED / "return-2025")):
        parts = {"needs": (needs,), "placements": (returned,)}
        frames.append(score_files(Sources(parts=parts), PACK, ON, tmp_path / f"{name}.csv").frame)
    assert frames[0].equals(frames[1])
    assert frames[0]["setting"].null_count() < frames[0].height
