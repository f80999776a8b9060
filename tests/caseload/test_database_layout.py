"""A query whose columns are a layout's, on a real PostgreSQL server: it goes through the layout as the CSV does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from tests.asked import refused
from tests.postgres import change, uri

from banding.caseload.database import read_query
from banding.caseload.layout import shipped
from banding.caseload.layout_typed import as_text
from banding.caseload.read import read
from banding.errors import CaseloadError
from banding.pack.library import load_pack
from banding.run import score_files
from banding.sources import Query, Sources

FILES = Path(__file__).parent / "files"
NATIONAL = shipped()["placements-standard-national"]
ON = dt.date(2026, 5, 1)
# As a council's own system would hold the columns of the national CSV that are not words.
TYPES = {
    "number_of_siblings_to_place_with": "smallint", "how_many_siblings_were_placed_together": "integer",
    "cost_core_weekly": "numeric(10,2)", "cost_additional_support_weekly": "numeric", "cost_education_weekly": "real",
    "cost_other_weekly": "double precision", "total_weekly_cost": "numeric(12,4)", "placement_start_date": "date",
    "dol": "boolean", "preferability_of_placement_location": "boolean", "preferred_location_for_home_search": "boolean",
    "date_entry_referral": "timestamp",
}  # fmt: skip


def typed(cell: str | None, kind: str) -> str:
    if cell is None:
        return "NULL"
    if kind in ("date", "timestamp"):
        cell = dt.datetime.strptime(cell, "%d/%m/%Y").date().isoformat()
    elif kind not in ("text", "boolean"):
        cell = cell.replace("£", "").replace(",", "")
    return "'" + cell.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def server(postgres: str) -> str:
    """The place of a server with the three rows of the national CSV, typed, in a table of that layout's columns."""
    rows = pl.read_csv(FILES / "national.csv", infer_schema=False)
    kinds = {name: TYPES.get(name, "text") for name in rows.columns}
    # Unquoted names are of small letters there: child_ID is child_id.
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    values = (
        f"({', '.join(typed(cell, kind) for cell, kind in zip(row, kinds.values(), strict=True))})"
        for row in rows.rows()
    )
    change(
        postgres,
        f"CREATE TABLE national ({columns});\nINSERT INTO national VALUES {', '.join(values)};\n"
        "GRANT SELECT ON national TO secretreader",
    )
    return postgres


def test_a_layout_is_recognised_and_gives_what_its_csv_gives(server: str) -> None:
    asked = read_query(uri(server), "SELECT * FROM national ORDER BY child_id")
    by_csv = read([FILES / "national.csv"])
    assert asked.layout == by_csv.layout == NATIONAL.id
    assert asked.frame.equals(by_csv.frame, null_equal=True)
    assert asked.frame.schema == by_csv.frame.schema
    assert asked.findings == by_csv.findings == ()
    assert asked.origins.rows() == [(f"postgresql://{server}/postgres", row) for row in (1, 2, 3)]


def test_what_is_wrong_is_told_as_of_the_csv(server: str, tmp_path: Path) -> None:
    wrong = {"cost_core_weekly": "-1.50", "risk_to_child_self_harm": "SECRET", "placement_start_date": None}
    rows = pl.read_csv(FILES / "national.csv", infer_schema=False)
    rows.with_columns(pl.lit(cell, pl.String).alias(name) for name, cell in wrong.items()).write_csv(tmp_path / "w.csv")
    by_csv = read([tmp_path / "w.csv"])
    others = ", ".join(name for name in rows.columns if name not in wrong)
    query = (
        f"SELECT {others}, -1.5::numeric AS cost_core_weekly, 'SECRET' AS risk_to_child_self_harm, "
        "NULL::date AS placement_start_date FROM national ORDER BY child_id"
    )
    asked = read_query(uri(server), query)
    assert asked.frame.equals(by_csv.frame, null_equal=True)

    def told(findings: Sequence[object]) -> list[tuple[object, ...]]:
        keys = ("code", "message", "severity", "index", "path")
        return [tuple(getattr(finding, key) for key in keys) for finding in findings]

    assert told(asked.findings) == told(by_csv.findings)
    assert {code for code, *_ in told(asked.findings)} >= {"out-of-range", "value-not-allowed"}
    assert {finding.place for finding in asked.findings if finding.index == 1} == {"row 2"}
    assert not any("SECRET" in str(finding) for finding in asked.findings)


def test_a_query_is_scored_by_a_layout_that_is_named(server: str, tmp_path: Path) -> None:
    made = tmp_path / "mine.toml"
    made.write_text(
        '[layout]\nextends = "placements-standard-national"\nid = "mine"\ntitle = "Mine"\nsource = "me"\n'
        'identified_by = ["person"]\nwithout = ["child_ID"]\n'
        '[[field]]\ncolumn = "person"\ntype = "text"\nto = "child_id"\nrequired = true\n',
        encoding="utf-8",
    )
    pack = load_pack("placements-standard@2026")
    asked = Query(uri(server), "SELECT n.*, n.child_id AS person FROM national n ORDER BY child_id")
    run = score_files(Sources(query=asked, layout=str(made)), pack, ON, tmp_path / "asked.csv")
    by_csv = score_files([FILES / "national.csv"], pack, ON, tmp_path / "file.csv")
    assert run.layout == "mine"
    assert run.counts["scored"] == 3
    assert (tmp_path / "asked.csv").read_bytes() == (tmp_path / "file.csv").read_bytes()
    assert by_csv.counts == run.counts


def test_what_a_layout_does_not_read_can_be_anything(server: str) -> None:
    query = "SELECT n.*, 'infinity'::timestamp AS entered, now() AS at FROM national n ORDER BY child_id"
    assert read_query(uri(server), query).findings == ()


def test_a_date_that_no_calendar_has_is_told_once(server: str) -> None:
    columns = ", ".join(name for name in NATIONAL.spelt if name not in ("placement_start_date", "child_ID"))
    query = f"SELECT child_id, {columns}, 'infinity'::date AS placement_start_date FROM national LIMIT 1"
    (finding,) = read_query(uri(server), query).findings
    assert (finding.code, finding.index, finding.path) == ("bad-date", 0, "placement_start_date")


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        ("placements-standard", "wrong-layout"),
        ("nothing", "no-such-layout"),
        ("cans-england-0-5", "required-field-missing"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused(server: str, layout: str, code: str) -> None:
    with pytest.raises(CaseloadError) as caught:
        read_query(uri(server), "SELECT * FROM national", layout=layout)
    assert {finding.code for finding in caught.value.findings} == {code}


def test_an_absent_column_is_refused_as_in_a_file(server: str) -> None:
    columns = ", ".join(name for name in NATIONAL.spelt if name != "cultural_needs")
    finding = refused(uri(server), f"SELECT {columns} FROM national")
    assert (
        finding.message
        == "The column cultural_needs is not in the file; the layout placements-standard-national needs it."
    )


# -- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "values", "text"),
    [
        ("placement_start_date", [dt.date(2026, 4, 1), None], ["01/04/2026", None]),
        ("placement_start_date", [dt.datetime(2026, 4, 1, 23, 59)], ["01/04/2026"]),
        ("child_ID", [12, None], ["12", None]), ("child_ID", [12.0, 12.5], ["12", "12.5"]),
        ("child_ID", [dt.date(2026, 4, 1)], ["2026-04-01"]),
        ("total_weekly_cost", [1700.5, 0.1 + 0.2, 1e15], ["1700.5", "0.30000000000000004", "1000000000000000"]),
        ("dol", [True, False, None], ["yes", "no", None]), ("cultural_needs", [True], ["true"]),
        ("dol", [None, None], [None, None]),
    ],
)  # fmt: skip
def test_types_become_what_a_layout_reads(column: str, values: list[object], text: list[str | None]) -> None:
    assert as_text(pl.DataFrame({column: values}), NATIONAL)[column].to_list() == text


def test_dates_take_the_form_of_their_field() -> None:
    frame = pl.DataFrame({"DOB": [dt.date(2020, 2, 29)]})
    assert as_text(frame, shipped()["cans-england-0-5"])["DOB"].to_list() == ["2020-02-29"]
