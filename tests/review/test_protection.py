"""What is withheld besides, on small systems of sums whose best answer is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.sparse import csc_array

from banding.review.protection import Known, also_withheld
from banding.review.unknowns import Unknowns


def system(counts: Sequence[int], sums: Sequence[tuple[int, ...]], shown: Sequence[bool] | None = None) -> Unknowns:
    """Sums as their total and their parts, by place."""
    matrix = np.zeros((len(sums), len(counts)), np.int64)
    for row, (total, *parts) in enumerate(sums):
        matrix[row, total] = -1
        matrix[row, parts] = 1
    assert not (matrix @ counts).any()
    given = np.ones(len(counts), np.bool_) if shown is None else np.array(shown)
    return Unknowns(np.array(counts), given, csc_array(matrix), np.zeros(len(counts), np.int64), {})


def exact(unknowns: Unknowns, hidden: Sequence[int], need: Sequence[int], loss: Sequence[float]) -> Known:
    """All shown counts are known exactly but some, which must be able to lie so far from their own."""
    counts = unknowns.counts.astype(np.float64)
    known = unknowns.shown & ~np.isin(np.arange(len(counts)), hidden)
    floor = np.where(unknowns.shown, 1.0, 0.0)
    needs = np.zeros(len(counts))
    needs[list(hidden)] = need
    return Known(
        np.where(known, counts, floor),
        np.where(known, counts, np.inf),
        floor,
        np.where(known & (counts > 0), np.array(loss, np.float64), np.inf),
        needs,
    )


def test_the_least_loss_is_chosen() -> None:
    unknowns = system([3, 10, 10, 23], [(3, 0, 1, 2)])
    assert also_withheld(unknowns, exact(unknowns, [0], [3], [1, 5, 4, 9])).tolist() == [False, False, True, False]
    assert also_withheld(unknowns, exact(unknowns, [0], [3], [1, 5, 4, 3])).tolist() == [False, False, False, True]


def test_a_part_that_could_not_give_enough_is_not_enough() -> None:
    # 3 could be 6 only if 2 gave three.
    unknowns = system([3, 2, 40, 45], [(3, 0, 1, 2)])
    assert also_withheld(unknowns, exact(unknowns, [0], [3], [1, 1, 9, 99])).tolist() == [False, True, True, False]


def test_nought_gives_nothing() -> None:
    unknowns = system([3, 0, 40, 43], [(3, 0, 1, 2)])
    assert also_withheld(unknowns, exact(unknowns, [0], [3], [1, 0.1, 9, 99])).tolist() == [False, False, True, False]


def test_what_no_sum_holds_needs_nothing() -> None:
    unknowns = system([3, 40], [])
    assert not also_withheld(unknowns, exact(unknowns, [0], [3], [1, 1])).any()


def test_a_square_is_closed() -> None:
    # Two by two with totals: a row and a column of three others hide one count.
    unknowns = system([3, 30, 30, 30, 33, 60, 33, 60], [(4, 0, 1), (5, 2, 3), (6, 0, 2), (7, 1, 3)])
    found = also_withheld(unknowns, exact(unknowns, [0], [3], [1, 1, 1, 1, 9, 9, 9, 9]))
    assert found.tolist() == [False, True, True, True, False, False, False, False]


def test_half_a_child_is_no_way_out() -> None:
    # a + b = 3 is hidden, b + c and a + c are known: c gives one half for each half that a and b take, so the sum can
    # only move by two, and by four to be 6 or more.
    unknowns = system([1, 2, 20, 3, 22, 21], [(3, 0, 1), (4, 1, 2), (5, 0, 2)], [False] * 3 + [True] * 3)
    assert not also_withheld(unknowns, exact(unknowns, [3], [3], [1] * 6)).any()
    # With nothing for c to give, what is known has to go.
    unknowns = system([1, 2, 1, 3, 3, 2], [(3, 0, 1), (4, 1, 2), (5, 0, 2)], [False] * 3 + [True] * 3)
    assert also_withheld(unknowns, exact(unknowns, [3], [3], [1] * 6)).tolist()[4:] != [False, False]


@pytest.mark.parametrize("low", [1, 4])
def test_a_count_without_room_above_may_lie_below(low: int) -> None:
    # 4 shown as 1 to 4, beside a total of 24 that is shown as 15 to 24.
    unknowns = system([4, 20, 24], [(2, 0, 1)])
    limits = (np.array([low, 15.0, 15.0]), np.array([4.0, 24.0, 24.0]))
    known = Known(*limits, np.ones(3), np.array([1.0, 1.0, 9.0]), np.array([1.0, 0.0, 0.0]))
    # Where it has no room at all it is withheld itself.
    assert also_withheld(unknowns, known).tolist() == [low == 4, False, False]
