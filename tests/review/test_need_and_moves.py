"""The sections on need that may not be met and on possible moves: counts by hand, sentences, what cannot be shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.review.model import ALL, Section, Unit
from banding.review.moves import BEFORE, KEPT_OFF, moves
from banding.review.placing import FIRST, HELD, NONE, NOT_BANDED, SECOND, UNKNOWN, priority
from banding.review.reviewed import Reviewed, reviewed
from banding.review.unmet_need import unmet_need
from banding.synthetic import ON as THEN
from banding.synthetic import synthesise
from tests.review.panel import IN_HOME, KEEPING, RULES, counts, review_of, said, small_pack, table

DEAR, PAID = {"core_cost": 700}, {"core_cost": 250, "additional_support_cost": 50}
BELOW, STALE = {"fear": 3, "harm": 3}, {"profile_age_days": 101}
KIDS: tuple[dict[str, Any], ...] = (
    {"solo": True}, {**DEAR, "solo": True, "profile_age_days": None}, BELOW, {**BELOW, "solo": None}, STALE,
    {**IN_HOME, **STALE, "exam_year": True}, {**IN_HOME, "fear": 2, "hope": 0},
    {**IN_HOME, "harm": 3, "trust": 2, "hope": 0, "exam_year": None},
    {**IN_HOME, "exam_year": True, "siblings_here": None}, {**IN_HOME, "core_cost": 3100, "siblings_here": 1}, PAID,
    {"fear": 9}, {"solo": None}, {}, BELOW, STALE, STALE,
)  # fmt: skip


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return small_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def kids(pack: Pack) -> Reviewed:
    return review_of(pack, *KIDS)


@pytest.fixture(scope="module")
def synthetic() -> Reviewed:
    pack = load_pack("england-reference@2026")
    frame = synthesise(1500, 7, pack=pack, on=THEN).frame
    return reviewed(score_caseload(frame, pack, THEN), frame, pack, THEN)


# -- need that may not be met -----------------------------------------------------------------------------------------


def test_every_child_in_care_counts_once_among_the_lists(kids: Reviewed) -> None:
    found = counts(unmet_need(kids), "questions")
    each = {FIRST: 9, SECOND: 4, HELD: 1, UNKNOWN: 1, NONE: 1, NOT_BANDED: 1, ALL: 17}
    assert found == {(name,): (number,) for name, number in each.items()}


def test_children_who_are_not_in_care_are_nowhere_among_the_lists(pack: Pack) -> None:
    found = review_of(pack, {}, {"fear": 9}, {"solo": True}, {}, placed=pl.Series([True, True, False, False]))
    assert [row for row in counts(unmet_need(found), "questions").items() if row[1] != (0,)] == [
        ((NONE,), (1,)), ((NOT_BANDED,), (1,)), ((ALL,), (2,)),
    ]  # fmt: skip


def test_the_first_list_by_priority_and_review(kids: Reviewed) -> None:
    legal, need, judged = map(priority, (1, 2, 3))
    assert counts(unmet_need(kids), "unmet_need_reviews") == {
        (legal, ALL): (2, 1, 1), (legal, "Alone"): (2, 1, 1), (need, ALL): (3, 1, 0), (need, "Below"): (3, 1, 0),
        (judged, ALL): (4, 0, 1), (judged, "Stale"): (4, 0, 1), (ALL, ALL): (9, 2, 2),
    }  # fmt: skip


def test_what_nobody_can_say_is_counted_over_all_children(kids: Reviewed) -> None:
    found = counts(unmet_need(kids), "unmet_need_unknown")
    assert found == {
        ("Alone",): ("Legal check", 2), ("Below",): ("Need that may not be met", 0),
        ("Stale",): ("What cannot be judged yet", 1),
    }  # fmt: skip


def test_the_finding_about_need_comes_first(kids: Reviewed) -> None:
    first, waits, neither = said(unmet_need(kids))
    assert first == (
        "Of the children in care (17), need may not be met for 3, a legal check comes first for 2, and for 4 the "
        "profile does not yet let anybody judge."
    )
    assert waits == "A question of setting, support or fee waits for 2 of them until that is settled."
    assert "For 1 nothing is known to stand" in neither
    assert "1 could not be banded" in neither


# -- possible moves ---------------------------------------------------------------------------------------------------


def test_the_second_list_by_priority_and_review(kids: Reviewed) -> None:
    move, support, fee = map(priority, (4, 5, 6))
    assert counts(moves(kids), "moves_reviews") == {
        (move, ALL): (2, 1), (move, "Above"): (2, 1), (support, ALL): (1, 0), (support, "Paid"): (1, 0),
        (fee, ALL): (1, 0), (fee, "Dear"): (1, 0), (ALL, ALL): (4, 1),
    }  # fmt: skip


def test_why_a_child_whose_setting_is_in_question_is_not_listed(kids: Reviewed) -> None:
    assert counts(moves(kids), "moves_off") == {(KEPT_OFF,): (2,), (BEFORE,): (1,)}
    assert counts(moves(kids), "moves_holds") == {("For exams.",): (2, 1), ("For siblings.",): (1, 1)}


def test_what_a_family_home_would_need_and_could_build_on(kids: Reviewed) -> None:
    assert counts(moves(kids), "moves_family_home") == {
        ("Fear",): ("Need", 1), ("Harm",): ("Need", 1), ("Trust",): ("Strength", 1), ("Hope",): ("Strength", 2),
    }  # fmt: skip


def test_what_the_children_say_stands_beside_the_moves(pack: Pack) -> None:
    views = ("wants_to_stay", "wants_to_stay", "wants_to_move", "not_asked", None)
    found = moves(review_of(pack, *({**IN_HOME, "child_view": view} for view in views), {"child_view": "mixed"}))
    each = {"Wants to stay": 2, "Mixed": 0, "Wants to move": 1, "Not asked": 1, "Not recorded": 1, ALL: 5}
    assert counts(found, "moves_views") == {(name,): (number,) for name, number in each.items()}
    assert "2 want to stay, 1 want to move, 1 were not asked, and of 1 it is not recorded." in said(found)[1]


def test_the_finding_about_moves_comes_first(kids: Reviewed) -> None:
    first, _, explain = said(moves(kids))
    assert "nothing is known to hold, for 2: could another home be right" in first
    assert "Of them 1 have something to check first. For 2 more something holds, and for 1 another" in first
    assert explain == "Support is to be explained for 1, and a fee, with nothing more pressing, for 1."


# -- what cannot be shown ---------------------------------------------------------------------------------------------


def test_no_children_one_child_and_none_that_was_banded(pack: Pack) -> None:
    nobody = review_of(pack, {}, placed=pl.Series([False]))
    assert "no children in care" in unmet_need(nobody).cannot[0]
    assert "No child in care could be banded" in moves(nobody).cannot[0]
    rejected = review_of(pack, {"fear": 9})
    assert "No child in care could be banded" in unmet_need(rejected).cannot[0]
    assert counts(unmet_need(rejected), "questions")[(NOT_BANDED,)] == (1,)
    for section in (unmet_need(review_of(pack, {})), moves(review_of(pack, {}))):
        assert section.cannot == ()
        assert said(section)


@pytest.mark.parametrize(
    ("kinds", "need", "move"),
    [
        (("setting", "support", "fee"), "no review that asks whether need is met", None),
        (("legal", "unmet_need"), None, "no review of setting, support or fee"),
        (("legal", "fee"), None, "no review of settings above the need"),
    ],
)
def test_a_pack_that_does_not_ask_says_so(
    tmp_path: Path, kinds: tuple[str, ...], need: str | None, move: str | None
) -> None:
    start, *reviews = RULES.split("[[review]]")
    kept = [one for one in reviews if one.partition('kind = "')[2].partition('"')[0] in kinds]
    pack = small_pack(tmp_path / "pack", "[[review]]".join([start, *kept]) + KEEPING)
    found = review_of(pack, *KIDS)
    for section, wanted in ((unmet_need(found), need), (moves(found), move)):
        assert [text for text in section.cannot if wanted is None or wanted not in text] == []
        assert bool(section.cannot) == (wanted is not None)


def test_a_pack_without_holds_says_so_and_two_reviews_of_one_label_stay_apart(tmp_path: Path) -> None:
    pack = small_pack(tmp_path / "pack", RULES.replace('label = "Dear"', 'label = "Paid"'))
    found = moves(review_of(pack, *KIDS))
    assert "The pack has no holds" in found.cannot[0]
    reviews = [key[1] for key in counts(found, "moves_reviews") if key[1] != ALL]
    assert reviews == ["Above", "Paid (paid)", "Paid (dear)"]


# -- promises ---------------------------------------------------------------------------------------------------------


def test_counts_add_up_by_priority_and_review(synthetic: Reviewed) -> None:
    for section, name in ((unmet_need(synthetic), "unmet_need_reviews"), (moves(synthetic), "moves_reviews")):
        frame = table(section, name).frame
        figures = [column.id for column in table(section, name).columns if column.unit is Unit.CHILDREN]
        parts = frame.filter(pl.col("review") != ALL).group_by("priority").agg(pl.col(figures).sum())
        totals = frame.filter((pl.col("review") == ALL) & (pl.col("priority") != ALL)).select("priority", *figures)
        assert parts.sort("priority").equals(totals.sort("priority"))
        assert frame.filter(priority=ALL).select(figures).row(0) == totals.select(figures).sum().row(0)
    everyone = table(unmet_need(synthetic), "questions").frame["children"]
    assert everyone[:-1].sum() == everyone[-1] == 1500


def test_no_child_and_no_pound_stands_in_a_section(synthetic: Reviewed) -> None:
    for section in (unmet_need(synthetic), moves(synthetic)):
        assert no_child_in(section, synthetic)
        assert {column.unit for one in section.tables for column in one.columns} <= {Unit.KEY, Unit.TEXT, Unit.CHILDREN}


def no_child_in(section: Section, found: Reviewed) -> bool:
    ids = {*found.frame["child_id"]}
    cells = {cell for one in section.tables for row in one.frame.rows() for cell in row}
    return not ids & cells
