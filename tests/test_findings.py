"""The table of findings: every reason and remark once, with file, row and column, and how many of each rule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from banding.caseload.read import read
from banding.engine.score import score_caseload
from banding.engine.unlikely import unlikely
from banding.findings import findings_table, refusals
from banding.pack.meaning import Pack
from tests.small import pack_in

ON = dt.date(2026, 6, 1)
TABLES = {
    "items": "id,domain,kind,label,top\nfear,d,need,Fear,3\nfire,d,need,Fire,3\n",
    "domains": "id,label,missing\nd,D,least\n",
    "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,3\n",
}
RULES = """
[scores]
total = "sum(d)"
[bands]
score = "total"
[[refuse]]
id = "far"
when = "distance_miles > 500"
because = "Too far."
"""
CSV = "child_id,fear,fire,distance_miles,odd\na,1,2,1,x\nb,9,1,600,\n,0,0,1,\nc,1,1,near,\n"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return pack_in(tmp_path / "pack", RULES, **TABLES)


def table_of(path: Path, pack: Pack) -> pl.DataFrame:
    caseload = read([path])
    scored = score_caseload(caseload.frame, pack, ON, refused=refusals(caseload.findings))
    doubts = unlikely(scored, caseload.frame, pack, ON)
    return findings_table(caseload, scored.rejects, doubts, scored.findings, pack)


def test_every_finding_stands_once_with_its_place(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(CSV, encoding="utf-8")
    found = table_of(path, pack)
    told = found.select("severity", "row", "column", "value", "rule").rows()
    assert told[:5] == [
        ("error", 3, "fear", "9", "rating-off-scale"), ("error", 3, "far", None, "refused"),
        ("error", 4, "child_id", None, "no-child-id"), ("error", 5, "distance_miles", "near", "out-of-range"),
        ("warning", None, "odd", None, "unknown-column"),
    ]  # fmt: skip
    assert found["file"][:4].unique().to_list() == [str(path)]
    assert not found["says"].is_null().any()
    assert "Too far." in found["says"].to_list()


def test_a_caseload_without_a_fault_has_notes_alone(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("child_id,fear,fire,distance_miles\na,1,2,1\n", encoding="utf-8")
    assert set(table_of(path, pack)["severity"]) == {"note"}
