"""A frame prepared for the kernel: the pack that reads it, and what became of its cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from banding.engine.columns import Prepared
from banding.errors import Finding

ON = dt.date(2026, 6, 1)
READS = (
    "age", "age_months", "age_on", "profile_age_days", "distance_miles", "siblings_here", "weekly_cost", "core_cost",
    "solo", "location", "setting", "support_review_due",
)  # fmt: skip
RULES = f"""
[scores]
total = "sum(d)"
cost = "weekly_cost"
[bands]
score = "total"
[[review]]
id = "everything"
kind = "note"
when = "{" and ".join(f"known({name})" for name in READS)}"
because = "So that every fact is read."
[[review]]
id = "dear"
kind = "fee"
when = "weekly_cost > £5"
because = "Dear."
"""
TABLES = {
    "domains": "id,label,missing\nd,D,least\n",
    "items": "id,domain,kind,label,top,missing_codes\nfire,d,need,Fire,3,\nfood,d,need,Food,3,9\n",
    "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,3\n",
    "settings": "id,label,family\nown_foster,Own,yes\nhome,Home,no\n",
}
Given = Callable[..., Prepared]


def column(prepared: Prepared, name: str) -> list[int]:
    found = prepared.columns["column", name]
    return [found] * prepared.rows if isinstance(found, int) else found.tolist()


def refusals(prepared: Prepared) -> list[tuple[Any, ...]]:
    return prepared.rejects.select("index", "code", "column", "value").sort("index", "column").rows()


def told(findings: list[Finding], code: str) -> Finding:
    return next(finding for finding in findings if finding.code == code)


def codes(prepared: Prepared) -> list[str]:
    return [finding.code for finding in prepared.findings if finding.severity == "warning"]
