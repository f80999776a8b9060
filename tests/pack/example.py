"""A small pack with an item of every sort, and children with every sort of gap: what the tests of values are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from banding.engine.reference_score import score_one
from banding.engine.score import score_caseload
from banding.pack.meaning import Pack

ON = dt.date(2026, 6, 1)

ITEMS = """id,domain,kind,label,top,reversed,asked,points,weight,missing_codes
cuts,hurt,need,Cuts,3,,,0|0|2|5,,9|99
fights,hurt,need,Fights,3,yes,,,,
roams,hurt,need,Roams,3,,age >= 6,0|1|2|4,1.5,
nights,home,need,Nights,3,,,,,
friend,gifts,strength,Friend,3,,,,,
hobby,gifts,strength,Hobby,3,,age >= 6,,,
family,ties,strength,Family,3,,,,,
carer,ties,strength,Carer,3,yes,,,,
m1,mood,need,One,4,,,,,
m2,mood,need,Two,4,,,,,
m3,mood,need,Three,4,,,,,
m4,mood,need,Four,4,,age >= 6,,,
"""
DOMAINS = """id,label,weight,cap,missing
hurt,Hurt,2,12,least
home,Home,0.5,1,least
gifts,Gifts,1,,zero
ties,Ties,1,,least
mood,Mood,1,,prorata
"""
SETTINGS = "id,label,family\nfoster,Foster,yes\nflat,Flat,no\n"
RULES = """
[parameters]
severe = 3
half = 0.5
top_up = { money = 50.25 }

[sets]
body = ["cuts", "fights", "roams", "nights"]
others = "body - [fights] - home"

[facts]
level = { type = "number", about = "need", low = -50, high = 50 }
flag = { type = "truth", about = "need" }
colour = { type = "choice", about = "need", choices = ["red", "green", "blue"] }
calm = { type = "truth", about = "need", value = "level < 0 and not flag" }

[scores]
twice = "2 * level"
hard = "any(body >= severe)"
red = "if(colour == red, 1, 0)"
"""

# As a caseload holds them. Two are reversed: fights 1 and carer 1 read 2. The 99 of `coded` is a code for missing.
FULL = {
    "cuts": 2, "fights": 1, "roams": 3, "nights": 1, "friend": 3, "hobby": 0, "family": 2, "carer": 1,
    "m1": 4, "m2": 1, "m3": 0, "m4": 2,
}  # fmt: skip
SOME = {**dict.fromkeys(FULL), "roams": 1, "hobby": 2, "m1": 4, "m3": 2, "m4": 1}
KNOWN = {
    "age": 10, "age_months": 123, "age_on": 11, "level": 7, "flag": True, "colour": "red", "setting": "foster",
    "preferred_setting": "foster", "weekly_cost": Decimal("1000.55"), "core_cost": Decimal("900.05"),
    "distance_miles": Decimal("12.5"), "support_review_due": dt.date(2026, 5, 31), "ethnicity": "WBRI",
}  # fmt: skip
CHILDREN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "full": (FULL, KNOWN),
    "young": (FULL, {**KNOWN, "age": 3}),
    "below": (FULL, {**KNOWN, "level": -7, "flag": False, "colour": "green", "preferred_setting": "flat"}),
    "some": (SOME, KNOWN),
    "blank": (dict.fromkeys(FULL), KNOWN),
    "not_asked": ({**FULL, "cuts": -1, "friend": -1, "m1": -1}, KNOWN),
    "never_asked": (dict.fromkeys(FULL, -1), KNOWN),
    "ageless": ({**FULL, "hobby": None}, {**KNOWN, "age": None}),
    "coded": ({**FULL, "cuts": 99}, KNOWN),
    "unknown": (FULL, {**dict.fromkeys(KNOWN), "age": 10}),
}


def read(ratings: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ratings and facts as the reference takes them: codes for missing and a caseload's own spelling already read."""
    own = {**facts, "ethnicity": facts["ethnicity"].lower()} if facts.get("ethnicity") else dict(facts)
    return {item: None if rating == 99 else rating for item, rating in ratings.items()}, own


def both(pack: Pack, ratings: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """One child's row by the kernel and by the reference, in the columns that both give."""
    kinds = dict.fromkeys(pack.items, pl.Int64)
    row = {"child_id": "c", **ratings, **{name: value for name, value in facts.items() if value is not None}}
    kernel = score_caseload(pl.DataFrame([row], schema_overrides=kinds), pack, ON).frame.to_dicts()[0]
    reference = score_one(pack, *read(ratings, facts), ON)
    return {name: kernel[name] for name in reference}, reference
