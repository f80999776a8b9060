"""The section on drift as a whole."""

from __future__ import annotations

import datetime as dt

import pytest

from banding.engine.score import score_caseload
from banding.review.drift import drift
from banding.review.reviewed import reviewed
from banding.synthetic import ON, synthesise
from tests.review.made import by_hand, pack, scored, sound


def test_every_table_is_sound_and_rows_in_any_order_give_the_same() -> None:
    made = synthesise(1_500, 3, pack=pack(), on=ON)
    then = ON - dt.timedelta(days=180)
    earlier = reviewed(score_caseload(made.earlier, pack(), then), made.earlier, pack(), then)
    found = drift(scored(made.frame), earlier)
    sound(found)
    assert [table.id for table in found.tables] == [
        "top_band", "edges", "raters", "band_change", "band_transitions", "runs",
    ]  # fmt: skip
    other = drift(scored(made.frame.sample(fraction=1, shuffle=True, seed=1)), earlier)
    for one, same in zip(found.tables, other.tables, strict=True):
        assert one.frame.equals(same.frame)
        assert one.support.equals(same.support)


@pytest.mark.parametrize("children", [0, 1, 5])
def test_of_few_children_it_says_what_cannot_be_shown(children: int) -> None:
    made = by_hand([{}] * children)
    found = drift(made, by_hand([{}] * children, ON - dt.timedelta(days=1)))
    sound(found)
    assert len(found.cannot) >= 2
