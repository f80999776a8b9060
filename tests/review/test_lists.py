"""The two lists: who stands on which, in which order, in what words, and what never stands there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.errors import BandingError
from banding.explanation.explain import explain_child
from banding.explanation.words import AGAINST_A_MOVE, KINDS, to_check
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.review.lists import FOR_PEOPLE, HOME, LABELS, PanelList, PanelLists, lists
from banding.review.placing import FIRST, MOVE, SECOND, placed, priority
from banding.review.reviewed import Reviewed, reviewed
from banding.synthetic import ON as THEN
from banding.synthetic import synthesise
from tests.review.panel import IN_HOME, review_of, small_pack

DEAR, PAID = {"core_cost": 700}, {"core_cost": 250, "additional_support_cost": 50}
BELOW, STALE = {"fear": 3, "harm": 3}, {"profile_age_days": 101}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return small_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def synthetic() -> Reviewed:
    pack = load_pack("england-reference@2026")
    frame = synthesise(800, 11, pack=pack, on=THEN).frame
    # Blanks, so that holds and reviews are unknown of some.
    blanks = {
        name: pl.when(pl.int_range(pl.len()) % 3 > 0).then(name) for name in ("exam_year", "profile_date", "setting")
    }
    frame = frame.with_columns(**blanks)
    return reviewed(score_caseload(frame, pack, THEN), frame, pack, THEN)


def only(pack: Pack, facts: dict[str, Any], overrides: list[dict[str, Any]] | None = None) -> dict[str, str]:
    """The only row of the lists of one child."""
    found = lists(review_of(pack, facts, overrides=overrides))
    (row,) = rows_of(found)
    return row


def rows_of(found: PanelLists) -> list[dict[str, str]]:
    return [row for one in both(found) for row in one.children.frame.to_dicts()]


def ids(one: PanelList) -> list[str]:
    return one.children.frame["child_id"].to_list()


def both(found: PanelLists) -> tuple[PanelList, PanelList]:
    return found.unmet_need, found.moves


def told(one: PanelList) -> list[str]:
    return [sentence.filled({table.id: table for table in one.counts}) for sentence in one.says]


# -- who stands where -------------------------------------------------------------------------------------------------


def test_need_first_and_never_mixed_a_child_once(pack: Pack) -> None:
    both_lists, held = {**IN_HOME, **STALE}, {**IN_HOME, "exam_year": True}
    kids: list[dict[str, Any]] = [DEAR, {"solo": True}, IN_HOME, STALE, PAID, BELOW, both_lists, held, {}]
    found = lists(review_of(pack, *kids))
    assert ids(found.unmet_need) == ["c01", "c05", "c03", "c06"]
    assert ids(found.moves) == ["c02", "c04", "c00"]
    assert found.unmet_need.children.frame["reviews"].to_list()[-1] == "Stale: Why stale?"


def test_within_a_priority_the_gap_in_bands_decides_then_the_band_then_the_id(pack: Pack) -> None:
    first = ({"solo": True}, {"solo": True, "fear": 2}, {**BELOW, "solo": True}, {"solo": True, "fear": 3})
    assert ids(lists(review_of(pack, *first)).unmet_need) == ["c02", "c01", "c03", "c00"]
    second = ({**IN_HOME, "fear": 3}, IN_HOME, {**DEAR, "fear": 2}, DEAR, {**IN_HOME, "harm": 1})
    assert ids(lists(review_of(pack, *second)).moves) == ["c01", "c04", "c00", "c03", "c02"]
    # A setting above the need is no reason to come first or last among profiles that are out of date.
    for band, order in ((0, ["c01", "c00", "c02"]), (3, ["c00", "c01", "c02"])):
        kids = ({**IN_HOME, **STALE, "fear": band}, {**STALE, "fear": 2}, STALE)
        assert ids(lists(review_of(pack, *kids)).unmet_need) == order


def test_pounds_play_no_part_in_the_order(synthetic: Reviewed) -> None:
    money = [name for name in synthetic.frame.columns if name.endswith("_pence")]
    free = lists(replace(synthetic, frame=synthetic.frame.with_columns(pl.col(money) * 0)))
    for one, other in zip(both(lists(synthetic)), both(free), strict=True):
        assert ids(one) == ids(other)


def test_a_panel_of_some_size_sees_the_most_pressing_and_is_told_who_is_left_out(pack: Pack) -> None:
    kids = (
        [{"solo": True}] * 3 + [STALE] * 2 + [IN_HOME] * 2 + [{**IN_HOME, "siblings_here": 1}] + [{**IN_HOME, **STALE}]
    )
    whole, part = lists(review_of(pack, *kids)), lists(review_of(pack, *kids), 4)
    assert ids(part.unmet_need) == ids(whole.unmet_need)[:4]
    assert told(part.unmet_need) == [
        "6 children stand on this list; the 4 most pressing are shown, and 2 are left out."
    ]
    assert part.unmet_need.counts[0].frame.rows() == [
        (priority(1), 3, 3, 0), (priority(2), 0, 0, 0), (priority(3), 3, 1, 2), ("All", 6, 4, 2),
    ]  # fmt: skip
    assert told(part.moves) == [
        "2 children stand on this list, and all are shown.",
        "Not listed as a possible move: 1 because something holds, and 1 because another question comes first.",
    ]
    with pytest.raises(BandingError, match="panel_size"):
        lists(review_of(pack, {}), 0)


def test_lists_of_nobody(pack: Pack) -> None:
    for found in (lists(review_of(pack, {})), lists(review_of(pack, {"fear": 9}))):
        assert ids(found.unmet_need) == ids(found.moves) == []
        assert told(found.moves)[0] == "0 children stand on this list, and all are shown."


# -- what a row says --------------------------------------------------------------------------------------------------


def test_a_row_of_the_second_list_in_full(pack: Pack) -> None:
    facts = {
        **IN_HOME,
        "fear": 2,
        "harm": None,
        "trust": 3,
        "hope": 1,
        "child_view": "wants_to_move",
        "earlier_band": 3,
    }
    assert only(pack, facts) == {
        "child_id": "c00", "priority": "A setting well above the need", "band": "2 Middle", "could_be": "2 to 3",
        "override": "No", "setting": "A home", "reviews": "Above: Why above?", "holds": "Nothing",
        "fit": "The setting is more intensive than the need asks for: it is meant for care at band 3.",
        "check_first": "Nothing", "home_needs": "2 of 3: Fear\nOf the items asked 75% are answered.",
        "home_strengths": "3 of 3: Trust\n2 of 3: Hope", "child_view": "The child wants to move.",
        "earlier_band": "3 High", "reviewer": "", "decision": "", "reason": "", "date": "",
    }  # fmt: skip


def test_a_row_of_the_first_list_in_full(pack: Pack) -> None:
    facts = {**BELOW, "solo": True, "exam_year": True, "siblings_here": None, "child_view": None, "core_cost": 700}
    row = only(pack, facts)
    assert row["reviews"] == "Alone: Why alone?\nBelow: Why below?"
    assert (row["holds"], row["check_first"]) == ("For exams.", "Nothing")
    assert (row["could_be"], row["earlier_band"]) == ("No other band", "Not known")
    assert row["child_view"].startswith("What the child says of the placement is not recorded")
    assert not {*HOME} & {*row}


def test_unknown_holds_and_reviews_are_to_check_first_with_the_facts_that_are_missing(pack: Pack) -> None:
    row = only(pack, {**IN_HOME, "exam_year": None, "siblings_here": None, "profile_age_days": None})
    assert row["holds"] == "Nothing"
    assert row["check_first"].splitlines() == [
        "What cannot be judged yet: from the profile's date to the scoring date.",
        "What may speak against a move: the child sits public examinations this school year; siblings who live in the "
        "same placement.",
    ]


def test_a_fee_of_a_child_whom_a_hold_keeps_where_they_are_is_no_question_of_a_move(pack: Pack) -> None:
    row = only(pack, {**IN_HOME, "core_cost": 3001, "exam_year": True, "siblings_here": None})
    assert (row["reviews"], row["holds"], row["check_first"]) == ("Dear: Why dear?", "For exams.", "Nothing")
    assert row["home_needs"] == row["home_strengths"] == "Does not apply"


def test_a_band_set_by_a_person_stands_beside_and_is_to_check_first(pack: Pack) -> None:
    by = {"child_id": "c00", "band": 3, "person": "A. Person", "reason": "strengths", "date": "2026-05-31"}
    row = only(pack, IN_HOME, [by])
    assert row["band"] == "1 Low"
    assert row["override"] == "3 High, by A. Person on 31 May 2026: Strengths carry more than the rules see."
    assert row["check_first"] == "A person has set another band: this question rests on the computed one."


@pytest.mark.parametrize(
    ("facts", "needs", "strengths"),
    [
        ({"fear": 1}, "No need is rated high.", "No strength is rated high."),
        (
            {"trust": None, "hope": None},
            "No need is rated high.\nOf the items asked 50% are answered.",
            "No strength is rated.",
        ),
        ({"age": 5, "fear": 1, "harm": 3}, "No need is rated high.", "No strength is rated high."),
    ],
)
def test_what_a_family_home_would_need_where_little_is_rated(
    pack: Pack, facts: dict[str, Any], needs: str, strengths: str
) -> None:
    row = only(pack, {**IN_HOME, **facts})
    assert (row["home_needs"], row["home_strengths"]) == (needs, strengths)


def test_check_first_says_what_the_childs_own_sheet_says(synthetic: Reviewed) -> None:
    rows = {row["child_id"]: row for row in placed(synthetic).filter(pl.col("check")).to_dicts()}
    listed = rows_of(lists(synthetic))
    assert {row["child_id"] for row in listed if row["check_first"] != "Nothing"} == {*rows}
    few = [row for row in listed if row["child_id"] in rows][::12]
    assert {rows[row["child_id"]]["list"] for row in few} == {FIRST, SECOND}
    for row in few:
        sheet = explain_child(synthetic.caseload, synthetic.pack, row["child_id"], THEN).explanation
        most = 3 if rows[row["child_id"]]["list"] == FIRST else MOVE
        unknown = [
            (KINDS[one.kind], one.waits_for)
            for one in sheet.reviews
            if one.state == "unknown" and one.tier is not None and one.tier <= most
        ]
        if rows[row["child_id"]]["tier"] == MOVE:
            unknown += [(AGAINST_A_MOVE, one.waits_for) for one in sheet.holds if one.state == "unknown"]
        assert row["check_first"].splitlines() == to_check(unknown)


# -- promises ---------------------------------------------------------------------------------------------------------


def every_word(found: PanelLists) -> str:
    parts = []
    for one in both(found):
        parts += [one.children.title, *one.children.notes, *(column.label for column in one.children.columns)]
        parts += [cell for row in one.children.frame.rows() for cell in row]
        parts += told(one)
    return "\n".join(parts)


def test_words(synthetic: Reviewed) -> None:
    text = every_word(lists(synthetic)).lower()
    assert "misplaced" not in text
    assert not re.search(r"band \d (?:child|young)", text)
    assert "saving" not in text
    assert "saved" not in text


def test_no_pounds_on_a_childs_line(synthetic: Reviewed) -> None:
    found = lists(synthetic)
    text = every_word(found)
    assert "£" not in text
    assert "GBP" not in text
    amounts = {
        f"{pence // 100:,}"
        for name in synthetic.frame.columns
        if name.endswith("_pence")
        for pence in synthetic.frame[name].drop_nulls()
        if abs(pence) >= 1000_00
    }
    assert amounts
    assert not amounts & {*re.findall(r"\d{1,3}(?:,\d{3})+", text)}
    for one in both(found):
        assert {*one.children.frame.dtypes} == {pl.String}
        assert one.children.frame.columns == [name for name in LABELS if one is found.moves or name not in HOME]
        assert one.children.frame.select(FOR_PEOPLE).to_series().unique().to_list() == [""]


def test_the_order_of_rows_changes_nothing(synthetic: Reviewed) -> None:
    frame = synthetic.caseload.reverse()
    other = lists(reviewed(score_caseload(frame, synthetic.pack, THEN), frame, synthetic.pack, THEN))
    for one, turned in zip(both(lists(synthetic)), both(other), strict=True):
        assert one.children.frame.equals(turned.children.frame)
