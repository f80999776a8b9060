"""Sums since 1 April: to which day they run, where the file does not say it and where a person does."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tests.caseload.test_cost_files import COSTS, LIIA, ON, PACK, TOTAL, needs, raw

from banding.caseload import layout
from banding.caseload.database import read_query
from banding.caseload.layout_show import describe
from banding.caseload.read import read
from banding.cli import main
from banding.errors import CaseloadError, Finding
from banding.run import score_files
from banding.sources import Query, Sources

MAY = dt.date(2025, 5, 1)
TOLD = raw(LIIA)
SILENT = TOLD.drop("Period end")


def file_in(folder: Path, table: pl.DataFrame = SILENT) -> Path:
    path = folder / "costs.csv"
    table.write_csv(path)
    return path


def apply(table: pl.DataFrame, to: dt.date | None) -> tuple[list[Decimal | None], Sequence[Finding]]:
    frame, findings = layout.apply(table, COSTS, "f.csv", accrued_to=to)
    return frame["weekly_cost"].to_list(), findings


def test_the_day_that_a_person_says_is_that_of_a_column() -> None:
    expected, _ = apply(TOLD, None)
    found, (said,) = apply(SILENT, MAY)
    assert found == expected
    assert (said.code, said.severity, said.index) == ("no-period-end", "note", None)
    assert (
        said.message
        == "In 4 rows the sums were taken to run to 2025-05-01, that day not counted, as --accrued-to says."
    )


def test_what_a_row_says_of_itself_comes_first() -> None:
    some = TOLD.with_columns(pl.Series("Period end", ["11/04/2025", None, "01/05/2025", None]))
    found, (said,) = apply(some, dt.date(2025, 4, 25))
    # £30,000 in ten days; £1,234.56 in ten from 15 April; £1,000 in ten to 11 April; £100,000 in fourteen.
    assert found == [Decimal(21000), Decimal("864.19"), Decimal(700), Decimal(50000)]
    assert said.message.startswith("In 2 rows the sums were taken to run to 2025-04-25")
    assert apply(TOLD, dt.date(2025, 4, 25)) == apply(TOLD, None)


@pytest.mark.parametrize(
    ("start", "end", "to", "days"),
    [
        # The first day counts and the last does not: April alone, the first quarter, the year, its first day.
        ("01/04/2025", "", "2025-05-01", 30),
        ("01/01/2020", "", "2025-07-01", 91),
        ("01/04/2025", "", "2026-04-01", 365),
        ("01/04/2023", "", "2024-04-01", 366),
        ("30/06/2025", "", "2025-07-01", 1),
        ("20/06/2025", "30/06/2025", "2025-07-01", 10),
        ("20/06/2025", "10/07/2025", "2025-07-01", 11),
    ],
)
def test_which_days_count(start: str, end: str, to: str, days: int) -> None:
    row = SILENT.head(1).with_columns(
        pl.lit(start).alias("Placement start date"), pl.lit(end).alias("Placement end date"),
        pl.lit(str(100 * days)).alias(TOTAL),
    )  # fmt: skip
    assert apply(row, dt.date.fromisoformat(to))[0] == [Decimal(700)]


def test_a_placement_that_began_or_ended_outside_the_year_has_no_weeks_cost() -> None:
    found, findings = apply(SILENT, dt.date(2025, 4, 11))
    assert found == [Decimal(21000), None, Decimal(700), None]
    assert [(one.index, one.severity) for one in findings] == [(None, "note"), (1, "warning"), (3, "warning")]


def test_without_a_day_open_placements_are_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(CaseloadError) as refused:
        read([file_in(tmp_path)])
    (found,) = refused.value.findings
    assert (found.code, found.place) == ("no-period-end", "column Period end")
    assert "of 3 placements without an end no week's cost can be told" in found.message
    assert "Say it with --accrued-to DATE" in found.remedy
    assert apply(SILENT, None)[1] == [found.within("f.csv")]
    assert read([tmp_path], accrued_to=MAY).frame["weekly_cost"].null_count() == 0


def test_placements_that_have_ended_need_no_day(tmp_path: Path) -> None:
    ended = SILENT.filter(pl.col("Placement end date").is_not_null())
    (said,) = read([file_in(tmp_path, ended)]).findings
    assert (said.code, said.severity) == ("no-period-end", "warning")
    assert "In 1 rows the end of the placement was taken" in said.message
    # Nor does one of which no cost is known.
    nothing = SILENT.with_columns(pl.lit("").alias(name) for name in SILENT.columns if TOTAL in name or "Contr" in name)
    assert apply(nothing, None)[1] == []


def test_a_column_with_a_blank_says_so_of_its_row() -> None:
    some = TOLD.with_columns(pl.Series("Period end", ["01/05/2025", None, "01/05/2025", "01/05/2025"]))
    found, (said,) = apply(some, None)
    assert found[1] is None
    assert (said.severity, said.index) == ("warning", 1)
    assert "nothing says to which day" in said.message


def test_the_day_is_said_and_stands_in_the_manifest(tmp_path: Path) -> None:
    parts = {"needs": (needs(tmp_path),), "costs": (file_in(tmp_path),)}
    run = score_files(Sources(parts=parts, accrued_to=MAY), PACK, ON, tmp_path / "out.csv")
    assert run.frame["care_cost_pence"].to_list() == [700000, 54012, 3500000]
    assert [one.severity for one in run.findings if one.code == "no-period-end"] == ["note"]
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["options"]["accrued_to"] == "2025-05-01"


def test_the_command_takes_the_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["score", "--needs", str(needs(tmp_path)), "--costs", str(file_in(tmp_path)), "--on", str(ON),
             "--pack", "england-reference@2026", "--out", str(tmp_path / "out.csv")]  # fmt: skip
    for more, status, words in (
        ([], 2, "Say it with --accrued-to DATE"),
        (["--accrued-to", "1 May"], 2, "--accrued-to"),
        (["--accrued-to", "2025-05-01"], 0, "were taken to run to 2025-05-01"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([*asked, *more])
        assert ended.value.code == status
        assert words in capsys.readouterr().err
        assert (tmp_path / "out.csv").exists() == (status == 0)
    assert pl.read_csv(tmp_path / "out.csv", infer_schema=False)["care_cost"].to_list() == [
        "7000.00", "540.12", "35000.00",
    ]  # fmt: skip


def test_a_query_takes_the_day_too(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as base:
        names = ", ".join(f'"{name}" TEXT' for name in SILENT.columns)
        base.execute(f"CREATE TABLE costs ({names})")
        base.executemany(f"INSERT INTO costs VALUES ({', '.join('?' * SILENT.width)})", SILENT.rows())
        base.commit()
    asked = f"sqlite:{tmp_path / 'x.db'}", "SELECT * FROM costs"
    with pytest.raises(CaseloadError, match="--accrued-to"):
        read_query(*asked)
    expected = read([file_in(tmp_path)], accrued_to=MAY)
    assert read_query(*asked, accrued_to=MAY).frame.equals(expected.frame)
    query = Query(*asked)
    assert Sources(query=query, accrued_to=MAY).read(PACK, ON).caseload.frame.equals(expected.frame)


def test_people_are_told_how_to_say_it() -> None:
    assert "Where the file does not say Period end, --accrued-to does." in " ".join(describe(COSTS).split())
