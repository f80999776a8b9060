"""One child explained: ratings, edges, rules and the band, and that nothing else than the score is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banding.cases import caseload_of, read_cases
from banding.engine.columns import known_facts
from banding.engine.reference import Child
from banding.engine.reference_score import Scorer
from banding.engine.score import BandingWarning, compiled, score, score_caseload
from banding.explanation.author import author_page
from banding.explanation.explain import explain, explain_child
from banding.explanation.model import Explanation
from banding.explanation.panel import panel_page
from banding.pack import tree
from banding.pack.library import load_pack, shipped_rules
from banding.pack.meaning import Pack
from banding.vocabulary import Type
from tests.drawn import ON as DRAWN_ON
from tests.drawn import children, frame_of, packs
from tests.explanation.explained import (
    ENGLAND,
    HOME,
    ON,
    PROFOUND,
    SUICIDAL,
    UNACCOMPANIED,
    caseload,
    england,
    item,
    rule,
    told,
)
from tests.small import pack_in

# -- need and band ----------------------------------------------------------------------------------------------------


def test_a_raise_names_the_rule_and_the_edges() -> None:
    band = england(**SUICIDAL).band
    assert band is not None
    assert told(band.base_band, band.base_name, band.band, band.name) == (3, "Enhanced care", 4, "Specialist care")
    assert told(band.points, band.from_points, band.next_from_points, band.above, band.to_next) == (15, 12, 24, 3, 9)
    held = {one.id: one.set_the_band for one in band.rules if one.holds}
    assert held == {"any_severe": False, "danger": False, "risk_to_life": True}
    assert {one.holds for one in band.rules if one.id not in held} == {False}
    found = rule(england(**SUICIDAL), "risk_to_life")
    assert told(found.at, found.band, found.review_in_days) == ("at_least", 4, 42)
    assert "suicide_risk >= 3" in found.when
    assert found.because.startswith("A risk to life")


def test_the_first_band_has_no_lower_edge_and_the_last_no_upper_one() -> None:
    first = england(age=10).band
    assert first is not None
    assert told(first.points, first.from_points, first.above, first.to_next) == (0, None, None, 4)
    last = england(age=15, **{name: 3 for name in ENGLAND.items if ENGLAND.items[name].kind == "need"}).band
    assert last is not None
    assert told(last.band, last.from_points, last.next_from_points, last.to_next) == (6, 62, None, None)


def test_a_cap_shows_what_it_took() -> None:
    found = england(**PROFOUND)
    assert found.need is not None
    health, learning = (next(d for d in found.need.domains if d.id == name) for name in ("health", "learning"))
    assert told(health.weight, health.cap, health.points, health.weighted, health.capped) == (2, 30, 17, 30, True)
    assert told(learning.points, learning.weighted, learning.capped) == (10, 10, False)
    assert found.band is not None
    assert told(found.band.points, found.band.base_band, found.band.band) == (40, 4, 5)
    assert rule(found, "waking_care").set_the_band
    assert sum(domain.weighted or 0 for domain in found.need.domains) == found.band.points


def test_a_rating_says_what_it_means_and_gives() -> None:
    found = item(england(**SUICIDAL), "suicide_risk")
    assert told(found.rating, found.reads_as, found.top, found.points, found.counted) == (3, 3, 3, 5, True)
    assert found.meaning == ENGLAND.items["suicide_risk"].ratings[3]
    assert found.label == "Risk of suicide"


def test_what_cannot_move_the_band_is_not_counted() -> None:
    found = england(age=15)
    assert found.need is not None
    every = [one for domain in found.need.domains for one in domain.items] + list(found.need.strengths)
    assert {one.id for one in every if not one.counted} == {"identity_culture_language", "own_parenting_role"}


def test_an_item_whose_points_are_all_alike_counts_only_where_its_rating_is_read(tmp_path: Path) -> None:
    tables = {
        "domains": "id,label,weight,missing\nd,D,1,least\nlight,L,0,least\n",
        "items": "id,domain,kind,label,top,points\nfire,d,need,Fire,1,\nflat,d,need,Flat,1,2|2\nair,light,need,Air,1,\n"
        "hat,d,need,Hat,1,\n",
        "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,3\n",
    }
    scores = "[scores]\ntotal = 'weighted(needs - [hat])'\n[bands]\nscore = 'total'\n"
    extra = "[[bands.at_least]]\nid = 'r'\nband = 'high'\nwhen = '{when}'\nbecause = 'x'\n"
    for name, rules, counted in (
        ("plain", scores, {"fire"}),
        ("named", scores + extra.format(when="flat >= 1"), {"fire", "flat"}),
        ("counted", scores + extra.format(when="count(light >= 1) >= 1"), {"fire", "air"}),
    ):
        pack = pack_in(tmp_path / name, rules, **tables)
        frame = pl.DataFrame({"child_id": ["c"], **{item: [1] for item in pack.items}})
        need = explain(frame, pack, "c", on=ON).need
        assert need is not None
        assert {one.id for domain in need.domains for one in domain.items if one.counted} == counted
        weighted = {domain.id: told(domain.points, domain.weighted) for domain in need.domains}
        assert weighted == {"d": (4, 3), "light": (1, 0)}


def test_a_missing_item_stands_at_no_need_and_shows_what_it_could_lead_to() -> None:
    found = england(**SUICIDAL | {"suicide_risk": None, "peers": None})
    missing = item(found, "suicide_risk")
    assert told(missing.rating, missing.reads_as, missing.meaning, missing.points) == (None, 0, None, 0)
    assert found.band is not None
    assert found.need is not None
    assert found.authors is not None
    assert found.need.completeness == 95
    assert told(found.band.band, found.band.low, found.band.high, found.band.range) == (2, 2, 4, "exact")
    assert found.authors.unanswered == ("suicide_risk",)
    whole = england(**SUICIDAL).authors
    assert whole is not None
    assert whole.unanswered == ()


def test_an_item_that_is_not_asked_is_neither_answered_nor_missing() -> None:
    found = england(age=1, suicide_risk=-1)
    assert found.need is not None
    assert {"suicide_risk", "peers", "hope"} <= set(found.need.not_asked)
    assert found.need.completeness == 100
    shown = {one.id for domain in found.need.domains for one in domain.items}
    assert shown.isdisjoint(found.need.not_asked)
    assert len(shown) + len(found.need.strengths) + len(found.need.not_asked) == len(ENGLAND.items)


def test_strengths_stand_apart_with_what_they_give() -> None:
    found = england(age=10, trauma_effects=2, peers=2, anxiety=2, trusted_adult=2, family=3, hope=1)
    given = {score.name: told(score.value, score.reads_strengths) for score in found.scores}
    assert given == {"severe": (0, False), "credit": (2, True), "need": (4, False)}
    assert found.need is not None
    assert {one.id: one.rating for one in found.need.strengths if one.rating} == {
        "trusted_adult": 2, "family": 3, "hope": 1
    }  # fmt: skip
    assert found.scores[2].expression == "max(0, weighted(scored) - credit)"


def test_one_step_shows_which_single_ratings_move_the_band() -> None:
    found = england(**SUICIDAL)
    assert found.band is not None
    assert found.band.one_step_moves
    assert found.authors is not None
    assert len(found.authors.steps) == len(ENGLAND.items)
    assert [(step.item, step.rating, step.if_lower, step.if_higher) for step in found.moves()] == [
        ("suicide_risk", 3, 2, None)
    ]
    firm = england(age=10)
    assert firm.band is not None
    assert not firm.band.one_step_moves
    assert firm.moves() == ()


@pytest.mark.parametrize("child", [SUICIDAL, PROFOUND, UNACCOMPANIED])
def test_every_step_is_what_scoring_that_profile_gives(child: dict[str, Any]) -> None:
    found = england(**child)
    assert found.authors is not None
    changed = [
        (step.item, to, band)
        for step in found.authors.steps
        for to, band in ((step.rating - 1, step.if_lower), (step.rating + 1, step.if_higher))
        if 0 <= to <= 3
    ]
    rows = pl.concat(
        caseload(**child | {name: to}).with_columns(child_id=pl.lit(str(place)))
        for place, (name, to, _) in enumerate(changed)
    )
    assert score(rows, ENGLAND, on=ON)["band"].to_list() == [band for *_, band in changed]


# -- the same as the score --------------------------------------------------------------------------------------------


def agrees(found: Explanation, row: dict[str, Any]) -> None:
    """Everything that a scored row and its explanation both hold is the same."""
    assert told(found.child_id, found.status) == (row["child_id"], row["status"])
    if found.status == "rejected":
        codes = [f"{one.code}:{one.column}".rstrip(":") for one in found.reasons]
        assert codes == row["rejected_because"].split(";")
        return
    assert found.need is not None
    assert found.cost is not None
    assert found.fit is not None
    assert found.authors is not None
    assert found.need.completeness == row["completeness"]
    cost = found.cost
    assert found.fit.fit == row["setting_fit"]
    for name in ("care_cost", "price_low", "price_expected", "price_high", "reference_expected"):
        assert getattr(cost, f"{name}_pence") == row[f"{name}_pence"], name
    assert (cost.basis, cost.fit) == (row["cost_basis"], row["cost_fit"])
    assert (cost.reference.id if cost.reference else None) == row["reference_setting"]
    for name in ("price_variance_pence", "setting_variance_pence"):
        assert getattr(found.authors, name) == row[name]
    listed = {state: [one.id for one in found.reviews if one.state == state] for state in ("stands", "unknown")}
    assert set(listed["stands"]) == set(filter(None, row["reviews"].split(";")))
    assert set(listed["unknown"]) == set(filter(None, row["reviews_unknown"].split(";")))
    holds = [one.id + ("" if one.state == "stands" else "?") for one in found.holds]
    assert sorted(holds) == sorted(filter(None, row["holds"].split(";")))
    assert found.priority == row["priority"]
    if found.band is None:
        assert row["band"] is None
        return
    band = found.band
    names = ("band", "name", "base_band", "points", "low", "high", "range")
    columns = ("band", "band_name", "base_band", "need_score", "band_low", "band_high", "band_range")
    assert [getattr(band, name) for name in names] == [row[column] for column in columns]
    assert [one.id for one in band.rules if one.set_the_band] == list(filter(None, row["raised_by"].split(";")))


def shipped_children() -> Iterator[tuple[Pack, pl.DataFrame]]:
    cases = read_cases(ENGLAND, shipped_rules() / "england-reference" / "2026")
    yield ENGLAND, caseload_of(ENGLAND, cases[::9])
    for name in ("sdq", "wac-protective-supervision", "washington-wise", "placements-standard"):
        pack = load_pack(name, on=ON)
        ratings = {item: [0, entry.top, None, 1] for item, entry in pack.items.items()}
        yield pack, pl.DataFrame({"child_id": ["a", "b", "c", "d"], "age": [3, 9, 15, None], **ratings})


def is_explained_as_it_scores(frame: pl.DataFrame, pack: Pack, on: dt.date) -> None:
    for row in score_caseload(frame, pack, on).frame.to_dicts():
        found = explain_child(frame, pack, row["child_id"], on).explanation
        agrees(found, row)
        assert Explanation.model_validate_json(found.model_dump_json()) == found
        for text in (panel_page(found).text(), author_page(found).text()):
            assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(("pack", "frame"), list(shipped_children()), ids=["england", "sdq", "wac", "wise", "standard"])
def test_every_shipped_pack_is_explained_as_it_scores(pack: Pack, frame: pl.DataFrame) -> None:
    is_explained_as_it_scores(frame, pack, ON)


@st.composite
def caseloads(draw: Any) -> tuple[Pack, Any]:
    pack = draw(packs())
    return pack, draw(st.lists(children(pack), min_size=1, max_size=3))


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(caseloads())
def test_any_pack_is_explained_as_it_scores(drawn: Any) -> None:
    pack, kids = drawn
    is_explained_as_it_scores(frame_of(pack, kids), pack, DRAWN_ON)


def test_an_explanation_that_contradicts_the_score_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Scorer.result
    monkeypatch.setattr(Scorer, "result", lambda scorer: whole(scorer) | {"band": 1})
    with pytest.raises(AssertionError, match=r"differ in band$"):
        england(**SUICIDAL)


def test_an_override_stands_beside_the_computed_band() -> None:
    by_hand = {"child_id": "c", "band": "high", "person": "A. Panel", "reason": "court or panel", "date": ON}
    others = {**by_hand, "child_id": "somebody else"}
    found = explain(caseload(**SUICIDAL), ENGLAND, "c", on=ON, overrides=pl.DataFrame([by_hand, others]))
    assert found.band is not None
    assert found.override is not None
    assert told(found.band.band, found.override.band, found.override.person) == (4, 5, "A. Panel")
    assert told(found.override.reason, found.override.date) == ("court_or_panel", ON)
    assert found.override.reason_text == "A court or a panel has decided it."
    assert england(**SUICIDAL).override is None


def test_lazy_frames_numbers_as_ids_and_text_cells_are_taken() -> None:
    frame = pl.DataFrame({"child_id": [7, 8], **{name: ["0", "3"] for name in ENGLAND.items}, "age_on": ["9", "9"]})
    found = explain(frame.lazy(), ENGLAND, "8", on=ON)
    assert told(found.child_id, found.band and found.band.band) == ("8", 6)
    with pytest.warns(BandingWarning, match="aged"):
        explain(frame.with_columns(aged=1), ENGLAND, "7", on=ON)


def test_a_panels_copy_holds_nothing_that_shows_which_rating_moves_the_band() -> None:
    found = england(**SUICIDAL, **HOME)
    text = found.for_panel().model_dump_json()
    for word in ("setting_variance", "price_variance", "if_lower", "if_higher", "several_dangers"):
        assert word in found.model_dump_json()
        assert word not in text
    assert found.for_panel().for_panel() == found.for_panel()
    with pytest.raises(ValueError, match="authors"):
        found.for_panel().moves()
    screen = load_pack("washington-wise", on=ON)
    frame = pl.DataFrame({"child_id": ["a"], **{name: [3] for name in screen.items}})
    band = explain(frame, screen, "a", on=ON).for_panel().band
    assert band is not None
    assert [(line.band, line.holds) for line in band.lines] == [(2, True)]


def test_the_profile_says_who_rated_when_and_how_long_that_stands() -> None:
    given = {"date_of_birth": "2012-03-01", "profile_date": "2026-05-01", "rater_role": "carer"}
    found = england(**{"suicide_risk": 3, "low_mood": 3, **given})
    profile = found.profile
    assert profile is not None
    assert (profile.rated_by, profile.date, profile.age, profile.age_on) == ("carer", dt.date(2026, 5, 1), 14, 14)
    assert told(profile.days_old, profile.valid_days) == (31, 42)
    unknown = england(age_on=4).profile
    assert unknown is not None
    assert (unknown.rated_by, unknown.date, unknown.days_old) == (None, None, None)
    assert unknown.age is None


def test_every_known_fact_of_a_row_is_typed() -> None:
    given = {
        "age": 14, "solo": "yes", "exam_year": 0, "distance_miles": "3.25", "weekly_cost_pence": 12345,
        "core_cost": "£1,000.50", "support_review_due": "2026-05-31", "location": "In area", "setting": "NHS",
        "provider": "any code", "moves_12_months": "many", "child_view": "", "care_proceedings": None,
    }  # fmt: skip
    known = known_facts(caseload(**given), compiled(ENGLAND, ON), ON)[0]
    assert known == {
        "age": 14, "age_on": 14, "solo": True, "exam_year": False, "distance_miles": Decimal("3.3"),
        "weekly_cost": Decimal("123.45"), "core_cost": Decimal("1000.50"),
        "support_review_due": dt.date(2026, 5, 31), "location": "in_area", "setting": "nhs", "provider": "",
    }  # fmt: skip


def test_a_value_that_is_known_waits_for_nothing() -> None:
    child = Child(ENGLAND, dict.fromkeys(ENGLAND.items, 0), {"solo": True}, ON)
    scorer = Scorer(ENGLAND, child)
    solo, order = (tree.FactRef(name, Type.TRUTH) for name in ("solo", "liberty_order"))
    assert scorer.unknown_facts(tree.Junction("or", (solo, order))) == set()
    assert scorer.unknown_facts(tree.Junction("and", (solo, order))) == {"liberty_order"}
