"""Children of the England pack, explained: what the tests of explanations are about."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from banding.engine.reference import Child
from banding.explanation.explain import explain
from banding.explanation.model import Explanation, Item, Review, Rule
from banding.pack.library import load_pack

ENGLAND = load_pack("england-reference@2026")
ON = dt.date(2026, 6, 1)
SUICIDAL = {"age": 14, "suicide_risk": 3, "low_mood": 3}
PROFOUND = {
    "age": 9, "physical_health": 3, "personal_care": 3, "mobility_and_senses": 3,
    "sleep_and_night_care": 2, "learning_and_development": 3, "communication": 3,
}  # fmt: skip
UNACCOMPANIED = {
    "age": 16, "trauma_effects": 2, "sleep_and_night_care": 2, "physical_health": 1,
    "daily_living_skills": 2, "low_mood": 1, "anxiety": 1, "unaccompanied": True, "days_in_care": 30,
}  # fmt: skip
HOME = {
    "setting": "childrens_home", "core_cost": 7000, "additional_support_cost": 400, "cost_scope": "fee",
    "preferred_setting": "agency_foster", "unaccompanied": False,
}  # fmt: skip


def caseload(**given: Any) -> pl.DataFrame:
    """One child of the England pack, every item that is asked and not named rated 0; an age serves for both dates."""
    young = Child(ENGLAND, {}, {"age": given.get("age")}, ON)
    row = {"child_id": "c", **{name: 0 if young.asked(name) else None for name in ENGLAND.items}, **given}
    if "age" in given:
        row.setdefault("age_on", given["age"])
    return pl.DataFrame([row], schema_overrides=dict.fromkeys(ENGLAND.items, pl.Int64))


def england(**given: Any) -> Explanation:
    return explain(caseload(**given), ENGLAND, "c", on=ON)


def item(found: Explanation, name: str) -> Item:
    assert found.need is not None
    every = [one for domain in found.need.domains for one in domain.items] + list(found.need.strengths)
    return next(one for one in every if one.id == name)


def rule(found: Explanation, name: str) -> Rule:
    assert found.band is not None
    return next(one for one in found.band.rules if one.id == name)


def review(found: Explanation, name: str) -> Review | None:
    return next((one for one in found.reviews if one.id == name), None)


def waits_for(found: Explanation, name: str) -> set[str]:
    one = review(found, name)
    assert one is not None
    assert one.state == "unknown"
    return {fact.name for fact in one.waits_for}


def told(*values: Any) -> tuple[Any, ...]:
    """Values side by side, to be compared with plain ones."""
    return values
