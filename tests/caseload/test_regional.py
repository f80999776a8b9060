"""The regions' CSVs of the Placements Standard, and a council's own export, from file to scored row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from banding.caseload import layout
from banding.errors import Finding
from banding.pack.library import load_pack
from banding.run import score_files

FILES = Path(__file__).parent / "files"
ON = dt.date(2026, 5, 1)
STANDARD = load_pack("placements-standard@2026")
SOUTH_EAST = layout.shipped()["placements-standard-south-east"]
MANCHESTER = layout.shipped()["placements-standard-greater-manchester"]
NATIONAL = layout.shipped()["placements-standard-national"]
REGIONS = [("national.csv", NATIONAL), ("south-east.csv", SOUTH_EAST), ("greater-manchester.csv", MANCHESTER)]


def apply(name: str, made: layout.Layout, **cells: str) -> tuple[pl.DataFrame, Sequence[Finding]]:
    raw = pl.read_csv(FILES / name, infer_schema=False)
    return layout.apply(raw.with_columns(pl.lit(cell).alias(column) for column, cell in cells.items()), made, name)


@pytest.mark.parametrize(("name", "made"), REGIONS)
def test_each_file_is_known_from_the_others(name: str, made: layout.Layout) -> None:
    assert layout.recognise(pl.read_csv(FILES / name, infer_schema=False).columns) is made


def test_what_regions_share_is_read_alike() -> None:
    national, _ = apply("national.csv", NATIONAL)
    for name, made in REGIONS[1:]:
        frame, findings = apply(name, made)
        same = [column for column in national.columns if column in frame.columns]
        if made is MANCHESTER:
            for column in ("sexual_exploitation", "deprivation_of_liberty"):
                same.remove(column)
                assert frame[column].to_list() == [None] * 3
        assert frame.select(same).equals(national.select(same))
        # Two columns that are carried and that came later are not there.
        later = ["uasc", "isLocationPreferred"] if made is SOUTH_EAST else ["dol", "risk_to_child_sexual_exploitation"]
        assert [(one.severity, one.path) for one in findings] == [("warning", path) for path in later]


def test_the_south_easts_own_columns() -> None:
    frame, _ = apply("south-east.csv", SOUTH_EAST)
    assert frame["contract_kind"].to_list() == ["framework", "spot", None]
    assert frame["provider"].to_list() == ["SC000222", None, None]
    assert frame["additional_support_cost"][0] == Decimal("250.50")
    frame, findings = apply("south-east.csv", SOUTH_EAST, uasc="Yes", section_117="Perhaps", other_costs="9")
    assert frame["unaccompanied"].to_list() == [True] * 3
    assert [one.path for one in findings if one.code == "value-not-allowed"] == ["section_117"] * 3
    sums = [one for one in findings if one.code == "rule-violation"]
    assert [(one.severity, one.path) for one in sums] == [("warning", "total_weekly_cost")]


def test_what_came_later_is_read_where_it_is() -> None:
    away = {"isLocationPreferred": "Provision within distance exists but is not available"}
    frame, _ = apply("south-east.csv", SOUTH_EAST, **away)
    # Of a referral without a placement there is no reason; the cell makes it one with a placement.
    assert frame["distance_reason"].to_list() == ["none_available"] * 3
    away = {"placement_location_non_preferable_reason": "CYP / parental preference"}
    frame, _ = apply("greater-manchester.csv", MANCHESTER, dol="Yes", **away)
    assert frame["deprivation_of_liberty"].to_list() == [True] * 3
    assert frame["distance_reason"].to_list() == ["child_or_parent"] * 3


def test_greater_manchesters_own_columns() -> None:
    frame, _ = apply("greater-manchester.csv", MANCHESTER)
    assert frame["contract_kind"].to_list() == ["framework", "block", None]
    assert frame["distance_reason"].to_list() == ["not_applicable", "none_available", None]
    assert frame["weekly_cost"].to_list() == [Decimal("1700.50"), Decimal("6200.00"), None]
    wrong = {"open_to_CAMHS": "Perhaps", "placement_search_residential_total_number": "-1"}
    _, findings = apply("greater-manchester.csv", MANCHESTER, **wrong)
    assert {one.path: one.code for one in findings if one.index is not None} == {
        "open_to_CAMHS": "value-not-allowed", "placement_search_residential_total_number": "out-of-range",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "made"), REGIONS)
def test_from_file_to_scored_row(name: str, made: layout.Layout, tmp_path: Path) -> None:
    run = score_files([FILES / name], STANDARD, ON, tmp_path / "s.csv")
    assert run.layout == made.id
    assert dict(run.counts) == {"rows": 3, "scored": 3, "rejected": 0}
    assert run.frame["band"].to_list() == [2, 3, 2]
    # A risk that was not asked could still be there.
    assert run.frame["band_high"].to_list() == [2, 3, 3 if made is MANCHESTER else 2]
    assert run.frame["care_cost_pence"].to_list() == [170050, 620000, None]


OWN = """[layout]
id = "own"
title = "A council's export"
format = "csv"
source = "a test"
identified_by = ["Case"]
currency = "GBP"
cost_period = "week"
[codes.kind]
IFA = []
[[field]]
column = "Case"
type = "text"
to = "child_id"
required = true
[[field]]
column = "Kind"
type = "code"
codes = "kind"
to = "setting"
scale = { IFA = "agency_foster" }
[[field]]
column = "Price"
type = "money"
to = "core_cost"
[[field]]
column = "Extra"
type = "money"
to = "additional_support_cost"
"""


def test_a_cost_of_no_stated_scope_is_read_and_not_compared(tmp_path: Path) -> None:
    pack = load_pack("england-reference@2026")
    columns = {name: [0 if item.kind == "need" else item.top] for name, item in pack.items.items()}
    fields = "".join(f'[[field]]\ncolumn = "{name}"\ntype = "integer"\nto = "{name}"\n' for name in columns)
    row = pl.DataFrame({"Case": ["a"], "Kind": ["IFA"], "Price": ["900"], "Extra": ["0"], "age": [10], **columns})
    row.write_csv(tmp_path / "own.csv")
    found = {}
    scope = '[[constant]]\nto = "cost_scope"\nvalue = "fee"\nbeside = "core_cost"\n'
    age = '[[field]]\ncolumn = "age"\ntype = "integer"\nto = "age"\n'
    for name, said in (("silent", ""), ("said", scope)):
        (tmp_path / f"{name}.toml").write_text(OWN + age + fields + said, encoding="utf-8")
        made = str(tmp_path / f"{name}.toml")
        run = score_files([tmp_path / "own.csv"], pack, ON, tmp_path / f"{name}.csv", layout=made)
        assert run.counts["scored"] == 1, run.reasons
        found[name] = run.frame.select("care_cost_pence", "cost_fit").row(0)
    assert found["silent"] == (90000, "unknown")
    assert found["said"][0] == 90000
    assert found["said"][1] in ("below", "within", "above")
