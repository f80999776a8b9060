"""The sheet for a child: plain words, no pounds, no points, no number of a rating, and how to say that it is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest

from banding.explanation.child import KINDS, RIGHTS, child_page
from tests.explanation.explained import ENGLAND, SUICIDAL, england


def sheet(**given: Any) -> str:
    return " ".join(child_page(england(**given)).text().split())


HARD = {"self_harm": 3, "trauma_effects": 2, "low_mood": 1, "trusted_adult": 3, "hope": 1}


def test_needs_strengths_and_care_are_in_plain_words() -> None:
    text = sheet(**HARD)
    label = {name: item.label for name, item in ENGLAND.items.items()}
    assert f"A lot of help: {label['self_harm']}." in text
    assert f"Some help: {label['trauma_effects']}." in text
    assert label["low_mood"] not in text
    assert f"- {label['trusted_adult']}." in text
    assert "Specialist care. " in text


def test_there_are_no_pounds_no_points_and_no_ratings() -> None:
    priced = {"setting": "small_home", "core_cost": 9_000, "additional_support_cost": 2_000, "cost_scope": "fee"}
    text = sheet(**HARD, **priced)
    assert "£" not in text
    for word in ("GBP", "point", "cost", "price", "fee", "band", "score", "priority", "rating"):
        assert word not in text.lower(), word
    assert not re.findall(r"\b[0-9] of [0-9]\b", text)


def test_who_wrote_it_is_said_or_that_nobody_knows() -> None:
    assert "This was written by a carer on 1 May 2026." in sheet(rater_role="carer", profile_date="2026-05-01")
    assert "Who wrote this is not recorded." in sheet()


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("wants_to_stay", "you want to stay"), ("mixed", "not others"), ("wants_to_move", "you want to move"),
        ("not_asked", "You have a right to be asked"), (None, "You have a right to be asked"),
    ],
)  # fmt: skip
def test_what_the_child_says_is_there_or_a_right_to_be_asked(view: str | None, said: str) -> None:
    assert said in sheet(child_view=view)


def test_questions_of_the_adults_are_of_their_kinds_alone_and_never_of_fees() -> None:
    text = sheet(setting="supported_accommodation", age=15, age_on=15)
    assert KINDS["legal"] in text
    assert KINDS["setting"] not in text


def test_a_question_that_is_not_known_to_stand_is_not_the_childs() -> None:
    found = england(**SUICIDAL)
    unknown = {review.kind for review in found.reviews if review.state == "unknown"}
    stands = {review.kind for review in found.reviews if review.state == "stands"}
    text = " ".join(child_page(found).text().split())
    assert (unknown - stands) & KINDS.keys()
    for kind in (unknown - stands) & KINDS.keys():
        assert KINDS[kind] not in text


def test_every_sheet_says_how_to_say_that_it_is_wrong() -> None:
    for given in ({}, HARD, {"low_mood": 9}):
        text = sheet(**given)
        for right in RIGHTS:
            assert right in text


def test_a_rejected_row_says_that_the_adults_have_to_put_it_right() -> None:
    text = sheet(low_mood=9)
    assert "There is nothing to say yet" in text
    assert "What you need help with" not in text
