"""A small pack with a review of every kind and two holds, and children of whom everything is known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from banding.engine.overrides import ByHand
from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from banding.review.model import Section, Table
from banding.review.reviewed import Reviewed, reviewed
from tests.small import pack_in

ON = dt.date(2026, 6, 1)
TABLES = {
    "domains": "id,label,missing\nd,D,least\ns,S,zero\n",
    "items": "id,domain,kind,label,top,reversed,asked\nfear,d,need,Fear,3,,\nharm,d,need,Harm,3,,age >= 6\n"
    "trust,s,strength,Trust,3,,\nhope,s,strength,Hope,3,yes,\n",
    "bands": "id,number,name,from_points,reference_settings\nlow,1,Low,0,foster\nmiddle,2,Middle,2,foster\n"
    "high,3,High,4,\n",
    "settings": "id,label,family,intensity,meets_from,meets_to\nfoster,Foster care,yes,1,low,middle\n"
    "home,A home,no,3,high,high\n",
    "prices": "setting,band,low,expected,high,basis,unit,source\n"
    + "".join(f"foster,{band},100,300,600,care,week,s\n" for band in ("low", "middle", "high"))
    + "".join(f"home,{band},1000,2000,3000,care,week,s\n" for band in ("low", "middle", "high")),
}
REVIEWS = {
    "alone": ("legal", "solo"),
    "below": ("unmet_need", "setting_fit == less_intensive"),
    "stale": ("cannot_judge", "profile_age_days > 100"),
    "above": ("setting", "setting_fit == more_intensive"),
    "paid": ("support", "additional_support_cost > £0 and not any(needs >= 2)"),
    "dear": ("fee", "cost_fit == above"),
    "far": ("note", "distance_miles > 20"),
}
HOLDS = {"exams": "exam_year", "siblings": "siblings_here >= 1"}
RULES = '[sources]\ns = "ours"\n[scores]\ntotal = "sum(needs)"\n[bands]\nscore = "total"\n' + "".join(
    f'[[review]]\nid = "{name}"\nlabel = "{name.capitalize()}"\nkind = "{kind}"\nwhen = "{when}"\n'
    f'because = "Why {name}?"\n'
    for name, (kind, when) in REVIEWS.items()
)
KEEPING = "".join(
    f'[[hold]]\nid = "{name}"\nwhen = "{when}"\nbecause = "For {name}."\n' for name, when in HOLDS.items()
)
KNOWN = {
    "age": 15, "age_on": 15, "date_of_birth": None, "fear": 0, "harm": 0, "trust": 0, "hope": 3, "solo": False,
    "setting": "foster", "profile_age_days": 10, "exam_year": False, "siblings_here": 0, "distance_miles": 0,
    "core_cost": 300, "additional_support_cost": 0, "weekly_cost": None, "child_view": "mixed", "provider": "p",
    "earlier_band": None,
}  # fmt: skip
IN_HOME = {"setting": "home", "core_cost": 2000}


def small_pack(folder: Path, rules: str = RULES + KEEPING, **tables: str) -> Pack:
    return pack_in(folder, rules, **{**TABLES, **tables})


def review_of(
    pack: Pack,
    *children: dict[str, Any],
    overrides: list[dict[str, Any]] | None = None,
    placed: pl.Series | None = None,
) -> Reviewed:
    """Children c00, c01 and so on, each KNOWN but for what is given."""
    rows = [{"child_id": f"c{place:02d}", **KNOWN, **child} for place, child in enumerate(children)]
    kinds = dict.fromkeys(("fear", "harm", "trust", "hope"), pl.Int64)
    frame = pl.DataFrame(rows, infer_schema_length=None, schema_overrides=kinds)
    by_hand = None if overrides is None else ByHand(pl.DataFrame(overrides))
    return reviewed(score_caseload(frame, pack, ON, overrides=by_hand), frame, pack, ON, placed)


def said(section: Section) -> list[str]:
    tables = {table.id: table for table in section.tables}
    return [sentence.filled(tables) for sentence in section.says]


def table(section: Section, name: str) -> Table:
    return next(one for one in section.tables if one.id == name)


def counts(section: Section, name: str) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """The figures of a table by its keys."""
    found = table(section, name)
    keys = len(found.keys)
    return {row[:keys]: row[keys:] for row in found.frame.rows()}
