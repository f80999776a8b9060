"""Reading caseloads beside polars and fastexcel reading the same file: ratios of one run.

    make bench                              a million rows of text, a tenth as many in a workbook
    BENCH_ROWS=200000 make bench            as the continuous run has it

A ratio above 1 says how many times as fast ours is. The goals are 0.67 (within 1.5 times) beside a reader that gives
every cell as text, as ours does, and 0.5 with as many findings as rows beside none.
"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import fastexcel
import numpy as np
import polars as pl
import pytest
import xlsxwriter

from banding.caseload.layout_files import shipped
from banding.caseload.read import read
from banding.caseload.sheets import letters
from banding.engine.score import compiled
from banding.pack.library import load_pack
from banding.synthetic import ON, synthesise
from pairs import ratio

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
PAIRS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("read")


@pytest.fixture(scope="module")
def caseload() -> pl.DataFrame:
    """Invented children, with all columns that the reference pack reads."""
    pack = load_pack("england-reference@2026")
    frame = synthesise(ROWS, 1, pack=pack, on=ON).frame
    wanted = {"child_id", "profile_date", "date_of_birth", *(name for _, name in compiled(pack, ON).program.inputs)}
    return frame.select(name for name in frame.columns if name in wanted)


@pytest.fixture(scope="module")
def csv(caseload: pl.DataFrame, folder: Path) -> Path:
    caseload.write_csv(folder / "own.csv")
    return folder / "own.csv"


def test_csv_beside_polars(csv: Path, benchmark: Any) -> None:
    name = f"read CSV, {ROWS:,} rows, beside polars"
    assert not read([csv]).findings
    as_text = ratio(f"{name}, as text", lambda: read([csv]), lambda: pl.read_csv(csv, infer_schema=False), pairs=PAIRS)
    benchmark.extra_info["ratio"] = as_text
    ratio(f"{name}, types guessed", lambda: read([csv]), lambda: pl.read_csv(csv), pairs=PAIRS)
    benchmark.pedantic(read, ([csv],), rounds=1)


def test_csv_by_a_layout_beside_polars(folder: Path, benchmark: Any) -> None:
    csv, rows = folder / "cans.csv", ROWS * 4 // 5  # of as many columns no more fit the limits
    cans(rows).write_csv(csv)
    name = f"read CANS, {rows:,} rows of a table, beside polars, as text"
    assert read([csv]).layout == "cans-england-6-21"
    assert not read([csv]).findings
    benchmark.extra_info["ratio"] = ratio(
        name, lambda: read([csv]), lambda: pl.read_csv(csv, infer_schema=False), pairs=PAIRS
    )
    benchmark.pedantic(read, ([csv],), rounds=1)


def test_a_finding_a_row_beside_none(caseload: pl.DataFrame, csv: Path, folder: Path, benchmark: Any) -> None:
    wrong = folder / "wrong.csv"
    caseload.with_columns(date_of_birth=pl.lit("31/02/2015")).write_csv(wrong)
    assert len(read([wrong]).findings) == ROWS
    name = f"read CSV, {ROWS:,} findings beside none"
    benchmark.extra_info["ratio"] = ratio(name, lambda: read([wrong]), lambda: read([csv]), pairs=PAIRS)
    benchmark.pedantic(read, ([wrong],), rounds=1)


def test_workbook_beside_fastexcel(caseload: pl.DataFrame, folder: Path, benchmark: Any) -> None:
    book, rows = folder / "own.xlsx", ROWS // 10
    book.write_bytes(workbook(caseload.head(rows)))
    name = f"read xlsx, {rows:,} rows, beside fastexcel"
    assert read([book]).frame.shape == (rows, caseload.width)

    def theirs(**options: Any) -> pl.DataFrame:
        return fastexcel.read_excel(book).load_sheet(0, **options).to_polars()

    as_text = ratio(f"{name}, as text", lambda: read([book]), lambda: theirs(dtypes="string"), pairs=PAIRS)
    benchmark.extra_info["ratio"] = as_text
    ratio(f"{name}, types guessed", lambda: read([book]), theirs, pairs=PAIRS)
    benchmark.pedantic(read, ([book],), rounds=1)


def cans(rows: int) -> pl.DataFrame:
    """Assessments by CANS England 6 to 21: all that the layout reads, nine in ten extensions left out."""
    draw = np.random.default_rng(9)
    columns: dict[str, Any] = {}
    for field in shipped()["cans-england-6-21"].fields:
        if field.type == "date":
            birth = field.to == "date_of_birth"
            days = draw.integers(14_000, 16_000, rows) if birth else draw.integers(20_300, 20_600, rows)
            columns[field.path] = pl.Series(days).cast(pl.Int32).cast(pl.Date).dt.strftime("%d/%m/%Y")
        elif field.type == "rating":
            given = pl.Series(draw.choice(4, rows, p=[0.6, 0.25, 0.1, 0.05]))
            shut = pl.Series(draw.random(rows) < (0.9 if field.extension_of else 0.0))
            columns[field.path] = given.set(shut, None)
        elif field.type == "code":
            columns[field.path] = pl.Series(draw.choice(["Initial", "Follow-up"], rows))
        else:
            columns[field.path] = pl.select(pl.format("OWL-{}", pl.int_range(rows))).to_series()
    return pl.DataFrame(columns)


def workbook(frame: pl.DataFrame) -> bytes:
    """The frame as a workbook as Excel writes it: numbers as such, texts shared; xlsxwriter would take a minute."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet("Profiles").write(0, 0, "x")
    texts = frame.select(pl.col(name).cast(pl.String) for name, kind in frame.schema.items() if not kind.is_numeric())
    shared = pl.Series(list(dict.fromkeys([*frame.columns, *(text for one in texts for text in one.drop_nulls())])))
    places = dict(zip(shared, range(shared.len()), strict=True))
    numbers = frame.with_columns(texts.select(pl.all().replace_strict(places, return_dtype=pl.Int64)))
    row = pl.int_range(2, frame.height + 2)
    kinds = {name: ' t="s"' if name in texts.columns else "" for name in frame.columns}
    cells = [
        pl.format(f'<c r="{letters(at)}{{}}"{kind}><v>{{}}</v></c>', row, name)
        for at, (name, kind) in enumerate(kinds.items())
    ]
    rows = numbers.select(pl.format('<row r="{}">{}</row>', row, pl.concat_str(cells, ignore_nulls=True))).to_series()
    head = "".join(f'<c r="{letters(at)}1" t="s"><v>{places[name]}</v></c>' for at, name in enumerate(frame.columns))
    start = '<?xml version="1.0" encoding="UTF-8"?>'
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = (
        f'{start}<worksheet {main}><dimension ref="A1:{letters(frame.width - 1)}{frame.height + 1}"/><sheetData>'
        f'<row r="1">{head}</row>{"".join(rows)}</sheetData></worksheet>'
    )
    strings = f"{start}<sst {main}>{''.join(f'<si><t>{text}</t></si>' for text in shared)}</sst>"
    parts = {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": strings}
    written = io.BytesIO()
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as to:
        for name in before.namelist():
            to.writestr(name, parts.get(name) or before.read(name))
    return written.getvalue()
