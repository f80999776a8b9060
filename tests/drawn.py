"""Packs and profiles for hypothesis to draw: everything the language can say, in small.

A drawn pack is a real pack: it goes through the model and `build` like any other.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import assume
from hypothesis import strategies as st

from banding.engine.compile import compile_pack
from banding.errors import PackError
from banding.pack.meaning import Pack, build
from banding.pack.model import Document
from tests.drawn_text import Drawn

ON = dt.date(2026, 6, 1)
COLOURS = ("red", "green", "blue")
SETTINGS = ("own_foster", "small_home", "flat", "cellar")
SCOPES = ("fee", "carer_payments", "full_unit_cost")
REGIONS = ("london", "south_east")
FILES = dict.fromkeys(("rules", "items", "domains", "bands", "settings", "prices", "crosswalk"), "drawn")


@st.composite
def packs(draw: Any) -> Pack:
    """A pack with every part that a pack can have; rejected draws (bounds, unequal points) are drawn again."""
    try:
        pack = build(draw(documents()))
        compile_pack(pack, ON)
    except PackError as error:
        told = {finding.code for finding in error.findings if finding.severity == "error"}
        if not told <= {"too-large", "not-whole-pence"}:
            raise
        assume(False)
    return pack


@st.composite
def documents(draw: Any) -> Document:
    names = [f"d{place}" for place in range(draw(st.integers(1, 3)))]
    rules = {name: draw(st.sampled_from(["least", "zero", "prorata", "refuse = 1", "refuse = 0"])) for name in names}
    items: list[dict[str, Any]] = []
    domains: list[dict[str, Any]] = []
    inside: dict[str, tuple[str, ...]] = {}
    tops: dict[str, int] = {}
    for name in names:
        top = draw(st.integers(1, 3))
        same = [str(draw(st.sampled_from([0, 1, 2, 5, "0.5"]))) for _ in range(top + 1)]
        inside[name] = tuple(f"{name}_{place}" for place in range(draw(st.integers(1, 3))))
        gated = draw(st.booleans())
        for place, item in enumerate(inside[name]):
            own = same if rules[name] == "prorata" else draw(st.permutations(same))
            tops[item] = top
            items.append(
                {
                    "row": len(items) + 2,
                    "id": item,
                    "domain": name,
                    "label": item,
                    "top": top,
                    "kind": draw(st.sampled_from(["need", "need", "strength"])),
                    "reversed": draw(st.booleans()),
                    "points": draw(st.sampled_from([(), "|".join(own)])) or (),
                    # highest() needs one item of each set that is always asked
                    "asked": draw(st.sampled_from(["age >= 6", "age < 12", "age_months >= 30"]))
                    if gated and place
                    else None,
                    "weight": "1" if rules[name] == "prorata" else draw(st.sampled_from(["1", "2", "0.25", "-1"])),
                }
            )
            if rules[name] == "prorata" and items[-1]["points"] == ():
                items[-1]["points"] = (
                    "|".join(str(rating) for rating in range(top + 1)) if place == 0 else items[-2]["points"]
                )
            elif rules[name] == "prorata" and place:
                items[-1]["points"] = items[-2]["points"]
        domains.append(
            {
                "row": len(domains) + 2,
                "id": name,
                "label": name,
                "missing": rules[name],
                "weight": draw(st.sampled_from(["1", "2", "1.5"])),
                "cap": draw(st.sampled_from([None, "4", "2.5"])),
            }
        )
    parts = Drawn(tops, inside, frozenset(name for name in names if rules[name] == "prorata"), draw)
    scores = {"one": parts.number(2), "two": parts.truth(2)}
    scores["three"] = parts.number(2, ("one",))
    scores["cost"] = draw(st.sampled_from(["weekly_cost - core_cost", "round_half_up(weekly_cost * 0.333, 2)", "£20"]))
    bands = draw(st.integers(2, 4))
    return Document.model_validate(
        {
            "rules": {
                "pack": {
                    "id": "drawn",
                    "version": "1",
                    "title": "Drawn",
                    "status": "illustrative",
                    "from": dt.date(2020, 1, 1),
                },
                "parameters": {"half": Decimal("0.5"), "many": draw(st.sampled_from([7, 10**6, 10**11]))},
                "facts": {
                    "amount": {"type": "number", "about": "need", "low": -3, "high": 9},
                    "flagged": {"type": "truth", "about": "need"},
                    "colour": {"type": "choice", "about": "need", "choices": list(COLOURS)},
                    "worked": {"type": "truth", "about": "need", "value": parts.truth(1)},
                },
                "scores": scores,
                "bands": (rules := _bands(draw, parts, bands)),
                "review": _reviews(draw, parts),
                "hold": [
                    {"id": f"h{n}", "when": parts.truth(1, review=True), "because": "x"}
                    for n in range(draw(st.integers(0, 2)))
                ],
                "refuse": [{"id": "r", "when": parts.truth(1), "because": "x"}] if draw(st.integers(0, 4)) == 0 else [],
                "validity": {"days": parts.number(1, review=True)},
            },
            "items": tuple(items),
            "domains": tuple(domains),
            "bands": tuple(
                {
                    "row": n + 1,
                    "id": f"b{n}",
                    "number": n,
                    "name": f"Band {n}",
                    "from_points": str(n * 2 - 2 + draw(st.sampled_from([0, 0.5]))),
                    "reference_settings": draw(
                        st.sampled_from([None, "own_foster", "0..7 own_foster | 8..17 flat", "flat | own_foster"])
                    )
                    or (),
                }
                for n in range(1, bands + 1)
            ),
            "settings": _settings(draw, bands),
            "prices": _prices(draw, bands, scored="score" in rules),
            "files": FILES,
        }
    )


def _bands(draw: Any, parts: Drawn, bands: int) -> dict[str, Any]:
    def rule(name: str) -> dict[str, Any]:
        return {"id": name, "band": f"b{draw(st.integers(1, bands))}", "when": parts.truth(1, ("one",)), "because": "x"}

    found: dict[str, Any] = {
        "at_least": [rule(f"l{n}") for n in range(draw(st.integers(0, 2)))],
        "at_most": [rule(f"m{n}") for n in range(draw(st.integers(0, 1)))],
    }
    if draw(st.integers(0, 3)):
        return {**found, "score": draw(st.sampled_from(["one", "three", "max(0, one)", parts.number(1)]))}
    lines = [{"band": f"b{draw(st.integers(1, bands))}", "when": when} for when in ("two", parts.truth(1), "true")]
    return {**found, "first_that_holds": lines}


def _reviews(draw: Any, parts: Drawn) -> list[dict[str, Any]]:
    kinds = ("legal", "unmet_need", "setting", "fee", "note")
    return [
        {
            "id": f"v{n}",
            "kind": draw(st.sampled_from(kinds)),
            "because": "x",
            "when": parts.truth(draw(st.integers(0, 2)), ("one",), review=True),
            **({"amount": "care_cost - price.high"} if n == 0 else {}),
        }
        for n in range(draw(st.integers(0, 9)))
    ]


def _settings(draw: Any, bands: int) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "row": place + 2,
            "id": name,
            "label": name,
            "family": "yes" if name == "own_foster" else "no",
            "intensity": draw(st.sampled_from(["none", "1", "2"])),
            "meets_from": draw(st.sampled_from([None, "b1"])),
            "meets_to": draw(st.sampled_from([None, f"b{bands}", "b1"])),
            **({"age_from": "none", "legal_note": "never lawful"} if name == "cellar" else {}),
            **({"age_from": "16", "age_to": "17", "legal_note": "16 and 17 alone"} if name == "flat" else {}),
        }
        for place, name in enumerate(SETTINGS)
    )


def _prices(draw: Any, bands: int, *, scored: bool) -> tuple[dict[str, Any], ...]:
    """Rows that cannot overlap: each band and setting is split at most one way."""
    splits: dict[str, list[dict[str, Any]]] = {
        "none": [],
        "whole": [{}],
        "age": [{"age_to": "9"}, {"age_from": "10", "age_to": "15"}],
        "region": [{"region": "london"}],
        "scope": [{"scope": "full_unit_cost"}],
        "two_scopes": [{"scope": "fee"}, {"scope": "carer_payments"}],
        "old": [{"to": dt.date(2020, 1, 1)}],
        "total": [{"basis": "total"}],
    }
    rows: list[dict[str, Any]] = []
    for band in range(1, bands + 1):
        for setting in SETTINGS[:3]:
            for part in splits[draw(st.sampled_from(sorted(splits)))]:
                row = {"row": len(rows) + 2, "band": f"b{band}", "setting": setting, **_figures(draw), **part}
                if scored and draw(st.booleans()):
                    row["per_point"] = draw(st.sampled_from(["1", "12.345", "0.333", "-0.25"]))
                rows.append(row)
    return tuple(rows)


def _figures(draw: Any) -> dict[str, Any]:
    """What makes a price: its figures and their unit, and often what is added, multiplied and cut off."""
    low = draw(st.integers(0, 900))
    found = {
        "low": str(low),
        "expected": str(low + draw(st.integers(0, 50))),
        "high": str(low + 60 + draw(st.integers(0, 900))),
        "unit": draw(st.sampled_from(["week", "day", "four_weeks", "month", "year"])),
    }
    if draw(st.booleans()):
        found |= {
            "base": draw(st.sampled_from(["0", "0.005", "250"])),
            "multiplier": draw(st.sampled_from(["1.1", "0.333"])),
        }
    if draw(st.booleans()):
        found |= {"add_on": "12.5", "floor": draw(st.sampled_from(["0", "100"]))}
    if draw(st.booleans()):
        found["cap"] = draw(st.sampled_from(["200", "950.55"]))
    return found


def _cents(most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most).map(lambda pence: Decimal(pence).scaleb(-2))


@st.composite
def children(draw: Any, pack: Pack, *, full: bool | None = None) -> tuple[dict[str, int | None], dict[str, Any]]:
    """Ratings and facts of one child: some unanswered, not asked, off the scale, unknown; with `full` none of them."""
    full = draw(st.booleans()) if full is None else full
    ratings = {}
    for name, item in pack.items.items():
        usual = st.integers(0, item.top)
        odd = st.sampled_from([None, None, -1, *([item.top + 1] if draw(st.integers(0, 30)) == 0 else [])])
        ratings[name] = draw(usual if full else st.one_of(usual, odd))
    facts = {
        "age": st.integers(0, 25),
        "age_months": st.integers(0, 311),
        "age_on": st.integers(0, 25),
        "amount": st.integers(-3, 9),
        "flagged": st.booleans(),
        "colour": st.sampled_from(COLOURS),
        "setting": st.sampled_from(SETTINGS),
        "preferred_setting": st.sampled_from(SETTINGS),
        "weekly_cost": _cents(200_000),
        "core_cost": _cents(150_000),
        "additional_support_cost": _cents(50_000),
        "cost_scope": st.sampled_from(SCOPES),
        "region": st.sampled_from(REGIONS),
        "distance_miles": st.integers(0, 7000).map(lambda tenths: Decimal(tenths).scaleb(-1)),
        "profile_age_days": st.integers(0, 400),
        "support_review_due": st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    }
    return ratings, {name: draw(value if full else st.one_of(value, st.none())) for name, value in facts.items()}


KINDS: dict[str, Any] = {
    **dict.fromkeys(("age", "age_months", "age_on", "amount", "profile_age_days"), pl.Int64),
    **dict.fromkeys(("weekly_cost", "core_cost", "additional_support_cost"), pl.Decimal(12, 2)),
    **dict.fromkeys(("colour", "setting", "preferred_setting", "cost_scope", "region"), pl.String),
    "flagged": pl.Boolean,
    "distance_miles": pl.Decimal(12, 1),
    "support_review_due": pl.Date,
}


def frame_of(pack: Pack, drawn: list[tuple[dict[str, int | None], dict[str, Any]]]) -> pl.DataFrame:
    """A typed caseload of drawn children, child_id c0, c1 ..."""
    rows = [{"child_id": f"c{place}", **ratings, **facts} for place, (ratings, facts) in enumerate(drawn)]
    kinds = {"child_id": pl.String, **dict.fromkeys(pack.items, pl.Int64), **KINDS}
    return pl.DataFrame(rows, schema={name: kind for name, kind in kinds.items() if not rows or name in rows[0]})
