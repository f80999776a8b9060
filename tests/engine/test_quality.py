"""Doubts about a caseload whose every cell can be read: strengths the wrong way round, ratings nobody asked for."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import polars as pl
import pytest

from banding.engine.quality import FEWEST
from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from tests.small import pack_in

ON = dt.date(2026, 6, 1)
ITEMS = """id,domain,kind,label,top,reversed,asked
fear,d,need,Fear,3,,
fire,d,need,Fire,3,,age >= 6
calm,d,need,Calm,4,yes,
friend,s,strength,Friend,3,,
hope,s,strength,Hope,2,,age_months >= 30
"""
DOMAINS = "id,label,missing\nd,D,least\ns,S,zero\n"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return pack_in(tmp_path, '[scores]\ntotal = "sum(needs)"\n', items=ITEMS, domains=DOMAINS)


def children(count: int, *, link: float, age: int = 10) -> pl.DataFrame:
    """Needs drawn, and strengths that rise with them, fall with them or stand apart."""
    draw = random.Random(5)
    rows = []
    for number in range(count):
        heavy = draw.random()
        other = heavy if draw.random() < abs(link) else draw.random()
        strong = other if link > 0 else 1 - other
        rows.append(
            {
                "child_id": str(number), "age": age, "age_months": 12 * age, "fear": int(heavy * 3.99),
                "fire": int(heavy * 3.99), "calm": 4 - int(heavy * 4.99), "friend": int(strong * 3.99),
                "hope": int(strong * 2.99),
            }
        )  # fmt: skip
    return pl.DataFrame(rows)


def told(frame: pl.DataFrame, pack: Pack) -> dict[str, str]:
    found = score_caseload(frame, pack, ON).findings
    return {f"{finding.code}:{finding.path}": finding.message for finding in found if finding.severity == "warning"}


def test_strengths_that_rise_with_needs_are_doubted(pack: Pack) -> None:
    found = told(children(300, link=0.7), pack)
    assert list(found) == ["strengths-reversed:"]
    assert "over 300 children" in found["strengths-reversed:"]


@pytest.mark.parametrize(("count", "link"), [(300, -0.7), (300, 0.0), (FEWEST - 1, 0.9), (300, -1.0)])
def test_others_and_few_are_not(pack: Pack, count: int, link: float) -> None:
    assert told(children(count, link=link), pack) == {}


def test_a_large_caseload_is_judged_by_some_of_it(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("banding.engine.quality.MOST_LOOKED_AT", 100)
    assert "over 100 children" in told(children(300, link=0.7), pack)["strengths-reversed:"]


def test_unanswered_off_scale_and_constant_ratings_do_no_harm(pack: Pack) -> None:
    frame = children(100, link=0.7).with_columns(friend=pl.lit(None), hope=pl.lit(1))
    assert told(frame, pack) == {}
    assert told(frame.with_columns(hope=pl.lit(None)), pack) == {}
    assert told(frame.with_columns(hope=pl.lit(9)), pack) == {}


def test_ratings_of_items_that_are_not_asked_are_counted(pack: Pack) -> None:
    frame = children(40, link=0.0, age=2).with_columns(fire=pl.lit(1), hope=pl.lit(2))
    assert told(frame, pack) == {
        "rated-though-not-asked:": "Ratings of children who are not asked for them at their age, 80 in all, count for "
        "nothing: fire (40), hope (40)."
    }
    assert told(frame.with_columns(fire=pl.lit(None), hope=pl.lit(-1)), pack) == {}
    assert told(frame.with_columns(fire=pl.lit(0), hope=pl.lit(0)), pack) == {}  # nothing is lost
    assert told(frame.with_columns(age=pl.lit(None), age_months=pl.lit(None)), pack) == {}
    assert told(frame.drop("age", "age_months"), pack) == {}
    older = told(frame.with_columns(age=pl.Series([2, 6] * 20), age_months=pl.Series([30, 29] * 20)), pack)
    assert "fire (20), hope (20)" in older["rated-though-not-asked:"]
