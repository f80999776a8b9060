"""What figures rest on: counted by hand, said in words, and marked where it is too little."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from banding.review.bands import bands
from banding.review.coverage_section import coverage, marked_unreliable
from banding.review.model import Column, Section, Table, Unit
from banding.review.reviewed import Reviewed, reviewed
from tests.review.needs import row, synthetic, table, told
from tests.review.priced import ON, RULES, child, priced_pack
from tests.review.priced import of as small

VALID = RULES + '[validity]\ndays = "100"\n'


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return priced_pack(tmp_path / "pack", rules=VALID)


def kids() -> list[dict[str, Any]]:
    now, old = ON - dt.timedelta(30), ON - dt.timedelta(101)
    return [
        child(1, "foster", 1, 200, profile_date=now, rater_role="social_worker"),
        child(2, "foster", 1, 900, profile_date=now, rater_role="carer"),
        child(3, "foster", 1, 10, profile_date=old),
        child(4, "foster", 1, None, profile_date=old),
        child(5, "foster", 1, 200, profile_date=now, cost_scope="carer_payments"),
        child(6, "home", 0, 2_000, profile_date=now),  # the pack has no price for the lowest band in a home
        child(7, "parents", 0, 0, profile_date=now),
        child(8, None, 1, 200, profile_date=now),
        child(9, "home", 2, 3_000, profile_date=None),
        child(10, "foster", 1, 200, profile_date=now) | {"fear": None},
    ]


def test_every_child_in_care_is_counted_once_with_the_first_reason_that_applies(pack: Pack) -> None:
    section = coverage(small(pack, kids())[0])
    profiles = row(table(section, "coverage"))
    assert profiles == {
        "in_care": 10, "with_profile": 9, "in_date": 6, "usable": 60.0, "date_unknown": 1, "independent": 1,
        "independent_share": pytest.approx(100 / 9), "rater_unknown": 7,
    }  # fmt: skip
    assert row(table(section, "scored")) == {
        "in_care": 10, "scored": 9, "rejected": 1, "compared": 4, "compared_share": pytest.approx(400 / 9),
    }  # fmt: skip
    found = table(section, "comparable")
    names = ["scored", "compared", "no_setting", "no_price", "no_cost", "unlike"]
    assert found.frame.select("setting", *names).rows() == [
        ("Foster", 5, 3, 0, 0, 1, 1), ("Home", 2, 1, 0, 1, 0, 0), ("With parents", 1, 0, 0, 1, 0, 0),
        ("Not known", 1, 0, 1, 0, 0, 0), ("All", 9, 4, 1, 2, 1, 1),
    ]  # fmt: skip
    assert told(section) == [
        "6 of 10 children in care have a profile that is in date: 60%.",
        "That is below 70%, so figures of need and cost are marked [u]: low reliability. The children without a usable "
        "profile may differ from the others.",
        "1 of 9 profiles were rated by someone whom the placement does not pay; of 7 it is not known.",
        "9 children were scored and 1 rejected.",
        "The care cost of 4 of 9 scored children is compared with a price that covers the same; for 1 no setting is "
        "known, for 2 the pack has no price, for 1 no cost is known, and of 1 cost and price cover different things.",
    ]


def test_children_who_are_not_in_care_count_nowhere_and_a_child_twice_once(pack: Pack) -> None:
    rows = [*kids(), kids()[0], child(11, "foster", 1, 200), child(12, "foster", 1, 200) | {"child_id": None}]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    placed = pl.Series([True] * 11 + [False, True])
    section = coverage(reviewed(score_caseload(frame, pack, ON), frame, pack, ON, placed))
    assert row(table(section, "scored")) | {"compared_share": 0} == {
        "in_care": 10, "scored": 8, "rejected": 2, "compared": 3, "compared_share": 0,
    }  # fmt: skip
    assert section.cannot == ("Rows without a child's id are counted nowhere, since nobody can tell whose they are.",)


def test_a_pack_without_a_limit_says_so(tmp_path: Path) -> None:
    section = coverage(small(priced_pack(tmp_path / "pack"), kids())[0])
    profiles = table(section, "coverage")
    assert (profiles.frame["in_date"][0], profiles.frame["usable"][0]) == (None, 90)
    assert told(section)[0] == "9 of 10 children in care have a profile: 90%."
    assert "no limit to the age" in profiles.notes[0]
    assert profiles.column("usable").of == ("with_profile", "in_care")
    assert not any("[u]" in said for said in told(section))


def test_what_nobody_can_say_is_said(pack: Pack) -> None:
    nobody = coverage(small(pack, kids()[:1])[0])
    assert nobody.cannot == ()
    unrated = coverage(small(pack, [kids()[9]])[0])
    assert unrated.cannot == ("No child has a profile, so nothing can be said of need.",)
    unnamed = coverage(small(pack, kids()[2:4])[0])
    assert any("who rated" in why for why in unnamed.cannot)
    frame = pl.DataFrame(kids(), infer_schema_length=None)
    away = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    empty = coverage(reviewed(score_caseload(frame, pack, ON), frame, pack, ON, away))
    assert (empty.tables, empty.says) == ((), ())
    assert "Nobody is in care" in empty.cannot[0]


def test_figures_are_marked_and_counts_are_not() -> None:
    section = bands(synthetic(200), resamples=0)
    marked = marked_unreliable(section)
    assert [found.id for found in marked.tables] == [found.id for found in section.tables]
    for found in marked.tables:
        for column in found.columns:
            for line in range(found.frame.height):
                figure = column.unit in (Unit.POUNDS, Unit.NUMBER, Unit.PERCENT)
                there = found.frame[column.id][line] is not None
                assert (found.symbols[column.id][line] == "u") == (figure and there)
    assert "[u]" in told(marked)[1]
    assert "[u]" not in told(marked)[0]


def test_a_symbol_that_stands_is_kept() -> None:
    columns = (Column("setting", "S", Unit.KEY), Column("cost", "C", Unit.POUNDS), Column("share", "P", Unit.PERCENT))
    frame = pl.DataFrame({"setting": ["a", "b"], "cost": [None, 5.0], "share": [1.0, None]})
    symbols = pl.DataFrame({"cost": ["c", None]}, schema={"cost": pl.String})
    found = Table("t", "T", columns, frame, symbols=symbols.with_columns(setting=None, share=pl.lit(None, pl.String)))
    marked = marked_unreliable(Section("s", "S", tables=(found,))).tables[0]
    assert [marked.written(0, "cost"), marked.written(1, "cost")] == ["[c]", "£5 [u]"]
    assert [marked.written(0, "share"), marked.written(1, "share")] == ["1% [u]", "[x]"]


def test_coverage_of_a_synthetic_caseload_is_whole() -> None:
    given: Reviewed = synthetic(200)
    found = table(coverage(given), "comparable").frame
    parts = ["compared", "no_setting", "no_price", "no_cost", "unlike"]
    assert (found["scored"] == found.select(pl.sum_horizontal(parts)).to_series()).all()
    assert found.filter(pl.col("setting") != "All")["scored"].sum() == found["scored"][-1] == 200
    assert found["compared"][-1] == given.compared.height
