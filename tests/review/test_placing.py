"""Which list a child stands on, and whether something is to check first: from what is known of one child at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.review.placing import FIRST, HELD, NONE, SECOND, UNKNOWN, placed
from banding.review.reviewed import reviewed
from banding.synthetic import ON as THEN
from banding.synthetic import synthesise
from tests.review.panel import IN_HOME, ON, RULES, review_of, small_pack


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return small_pack(tmp_path_factory.mktemp("pack"))


DEAR, PAID = {"core_cost": 700}, {"core_cost": 250, "additional_support_cost": 50}
CASES: list[tuple[dict[str, Any], str, int | None, str | None]] = [
    ({}, NONE, None, None),
    ({"distance_miles": 30}, NONE, None, None),
    ({"solo": True}, FIRST, 1, "alone"),
    ({"fear": 3, "harm": 3}, FIRST, 2, "below"),
    ({"profile_age_days": 101}, FIRST, 3, "stale"),
    (IN_HOME, SECOND, 4, "above"),
    (PAID, SECOND, 5, "paid"),
    (DEAR, SECOND, 6, "dear"),
    # A question of the first list comes before one of the second; the lowest tier leads.
    ({**IN_HOME, "profile_age_days": 101}, FIRST, 3, "stale"),
    ({**DEAR, "solo": True}, FIRST, 1, "alone"),
    ({**PAID, "core_cost": 650}, SECOND, 5, "paid"),
    # A hold keeps off the list of moves alone.
    ({**IN_HOME, "exam_year": True}, HELD, None, None),
    ({**IN_HOME, "core_cost": 3001, "exam_year": True}, SECOND, 6, "dear"),
    # Nothing stands, and something is not known.
    ({"solo": None}, UNKNOWN, None, None),
    ({"distance_miles": None}, NONE, None, None),
    ({"exam_year": None}, NONE, None, None),
]


@pytest.mark.parametrize(("facts", "where", "tier", "leading"), CASES)
def test_priority_decides_which_list(
    pack: Pack, facts: dict[str, Any], where: str, tier: int | None, leading: str | None
) -> None:
    row = placed(review_of(pack, facts)).row(0, named=True)
    assert (row["list"], row["tier"], row["review"]) == (where, tier, leading)


@pytest.mark.parametrize(
    ("facts", "check"),
    [
        ({"solo": True}, False),
        ({"solo": True, "profile_age_days": None}, True),
        ({"solo": True, "core_cost": None}, False),  # a fee on the first list waits anyway
        ({"solo": True, "exam_year": None}, False),
        (IN_HOME, False),
        ({**IN_HOME, "exam_year": None}, True),
        ({**IN_HOME, "solo": None}, True),
        ({**IN_HOME, "core_cost": None}, False),  # whether the fee is dear does not speak for or against a move
        ({**DEAR, "exam_year": None}, False),  # no move is in question
        ({**DEAR, "siblings_here": 1, "profile_age_days": None}, True),
        ({"profile_age_days": None}, False),  # on no list
    ],
)
def test_what_is_unknown_is_to_check_where_it_could_matter(pack: Pack, facts: dict[str, Any], check: bool) -> None:
    assert placed(review_of(pack, facts))["check"][0] is check


def test_a_band_set_by_a_person_is_to_check_first_where_it_is_another(pack: Pack) -> None:
    by = {"person": "A. Person", "reason": "strengths", "date": ON.isoformat()}
    kids = [IN_HOME, IN_HOME, IN_HOME]
    found = review_of(
        pack, *kids, overrides=[{"child_id": "c00", "band": 3, **by}, {"child_id": "c01", "band": 1, **by}]
    )
    assert placed(found)["check"].to_list() == [True, False, False]


def test_what_waits_and_who_lives_in_no_family(pack: Pack) -> None:
    rows = placed(
        review_of(pack, {**DEAR, "solo": True}, {"solo": True}, IN_HOME, {**IN_HOME, "exam_year": True}, DEAR)
    )
    assert rows["waiting"].to_list() == [True, False, False, False, False]
    assert rows["homeward"].to_list() == [False, False, True, False, False]
    assert rows["moving"].to_list() == [False, False, True, True, False]
    assert rows["held"].to_list() == [False, False, False, True, False]


def test_distance_is_by_how_many_bands_a_setting_is_above_or_below_the_need(pack: Pack) -> None:
    kids = ({"fear": 1}, {**IN_HOME, "fear": 1}, {**IN_HOME, "fear": 3}, {"fear": 3, "harm": 2}, {"setting": None})
    assert placed(review_of(pack, *kids))["distance"].to_list() == [0, 2, 1, -1, 0]


def test_rejected_rows_and_children_not_in_care_stand_nowhere(pack: Pack) -> None:
    kids = ({"solo": True}, {"solo": True, "fear": 9}, {"solo": True})
    found = placed(review_of(pack, *kids, placed=pl.Series([True, True, False])))
    assert found["child_id"].to_list() == ["c00"]
    assert placed(review_of(pack, {"fear": 9})).is_empty()


def test_the_order_of_rows_changes_nothing_but_their_index() -> None:
    pack = load_pack("england-reference@2026")
    frame = synthesise(300, 5, pack=pack, on=THEN).frame
    rows = [
        placed(reviewed(score_caseload(one, pack, THEN), one, pack, THEN)).drop("index")
        for one in (frame, frame.reverse())
    ]
    assert rows[0].equals(rows[1])
    assert {*rows[0]["list"]} == {FIRST, SECOND, HELD, UNKNOWN, NONE}


def test_a_pack_without_settings_or_reviews_places_everybody_on_no_list(tmp_path: Path) -> None:
    rules = RULES[: RULES.index("[[review]]")]
    pack = small_pack(tmp_path / "pack", rules)
    row = placed(review_of(pack, IN_HOME)).row(0, named=True)
    assert (row["list"], row["moving"], row["check"]) == (NONE, False, False)
