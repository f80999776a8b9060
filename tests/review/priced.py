"""A small pack with prices that may differ, and caseloads of it: what tests of prices are about."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from banding.review.reviewed import Reviewed, reviewed
from tests.small import pack_in

ON = dt.date(2026, 6, 1)
RULES = """
[sources]
s = "ours"
[scores]
total = "sum(needs)"
[bands]
score = "total"
[tunable]
prices = true
"""
TABLES = {
    "items": "id,domain,kind,label,top\nfear,d,need,Fear,3\n",
    "domains": "id,label,missing\nd,D,least\n",
    "bands": "id,number,name,from_points\na,1,Low,0\nb,2,Mid,1\nc,3,High,2\n",
    "settings": "id,label,family,intensity,meets_from,meets_to\nfoster,Foster,yes,1,a,c\nkin,Kin,yes,1,a,c\n"
    "home,Home,no,2,b,c\nparents,With parents,yes,,,\n",
    "prices": "band,setting,scope,low,expected,high,source\n"
    "a,foster|kin,fee,100,200,300,s\nb,foster|kin,fee,200,300,400,s\n"
    "c,foster|kin,fee,300,400,500,s\nb,home,fee,1000,2000,3000,s\nc,home,fee,2000,3000,4000,s\n",
}


def priced_pack(folder: Path, **changed: str) -> Pack:
    return pack_in(folder, changed.pop("rules", RULES), **{**TABLES, **changed})


def child(number: int, setting: str | None, fear: int, pounds: float | str | None, **more: Any) -> dict[str, Any]:
    """A child whose fear gives the band; every fourth has the same provider."""
    row = {"child_id": f"c{number:04d}", "setting": setting, "fear": fear, "provider": f"p{number % 4}"}
    return {**row, "core_cost": pounds, "additional_support_cost": 0, "cost_scope": "fee", **more}


def of(pack: Pack, rows: list[dict[str, Any]]) -> tuple[Reviewed, pl.DataFrame]:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return reviewed(score_caseload(frame, pack, ON), frame, pack, ON), frame
