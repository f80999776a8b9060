"""The solver's formulas against the reference scorer: for a fixed profile, every value is the same."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from banding.checking.challenges import being_scored
from banding.checking.subject import Subject
from banding.engine.reference_score import Scorer
from banding.pack.meaning import Pack
from banding.vocabulary import Type
from tests.checking.forms import Fixed
from tests.drawn import ON, children, packs

Child = tuple[dict[str, int | None], dict[str, Any]]


@st.composite
def drawn(draw: Any) -> tuple[Pack, Child]:
    """A pack and a child whose ratings are on their scales and whose two ages agree."""
    pack = draw(packs())
    ratings, facts = draw(children(pack))
    assume(all(rating is None or rating <= pack.items[item].top for item, rating in ratings.items()))
    if facts["age"] is not None and facts["age_months"] is not None:
        facts = {**facts, "age_months": facts["age"] * 12 + facts["age_months"] % 12}
    return pack, (ratings, facts)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(drawn())
def test_a_formula_has_the_value_that_the_reference_gives(case: tuple[Pack, Child]) -> None:
    pack, (ratings, facts) = case
    subject = Subject.of(pack, ON)
    scorer = Scorer(pack, (fixed := Fixed(subject, ratings, facts)).child)
    result, child, main = scorer.result(), fixed.child, subject.plan.main

    nodes = {}
    for name in pack.named:
        nodes[f"score.{name}"], nodes[f"score.{name}.known"] = main[f"score.{name}"], main[f"score.{name}.known"]
    if pack.banded:
        nodes |= {name: main[name] for name in ("band", "band.known", "base_band", "base_band.known")}
        nodes |= {name: subject.missing(name) for name in ("band_low", "band_high", "completeness")}
    for about, (_, truth) in (*subject.rules.items(), *subject.conditions.items()):
        nodes[f"{about} surely"], nodes[f"{about} possibly"] = truth.surely, truth.possibly
    values = dict(zip(nodes, fixed.values(list(nodes.values())), strict=True))

    for name in pack.named:
        value, known = child.score(name), values[f"score.{name}.known"]
        if pack.scores[name].type is Type.TRUTH:
            assert (None if not known else bool(values[f"score.{name}"])) == value
        else:
            scaled = Fraction(values[f"score.{name}"], 10 ** subject.plan.scales[f"score.{name}"])
            assert (scaled if known else None) == value
    for name in ("band", "base_band"):
        assert (values[name] if values[f"{name}.known"] else None) == child.given[name]
    assert values["completeness"] == child.given["completeness"]
    if values["band.known"]:
        assert (values["band_low"], values["band_high"]) == (child.given["band_low"], child.given["band_high"])
    for about in (*subject.rules, *subject.conditions):
        holds = child.truth(subject.when(about))
        assert (values[f"{about} surely"], values[f"{about} possibly"]) == (holds is True, holds is not False)
    event(f"band {'known' if values['band.known'] else 'unknown'}, {result['status']}")


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(drawn())
def test_a_row_is_scored_where_the_formula_says_so(case: tuple[Pack, Child]) -> None:
    pack, (ratings, facts) = case
    subject = Subject.of(pack, ON)
    fixed = Fixed(subject, ratings, facts)
    nodes, _ = being_scored(fixed.world, whole=False)
    refused = len(subject.refused)
    values = fixed.values(list(nodes))
    scored = not any(values[:refused]) and values[refused:] == [1, 0]
    assert scored == (Scorer(pack, fixed.child).result()["status"] == "scored")
