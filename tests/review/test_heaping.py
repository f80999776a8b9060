"""Scores that heap just above the edges of bands."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from banding.review.heaping import heaping
from banding.review.part import Part
from banding.review.reviewed import Reviewed
from tests.review.made import by_hand, drawn
from tests.review.priced import child, of, priced_pack


def with_scores(scores: list[int]) -> Reviewed:
    made = by_hand([{"provider": f"p{number % 7}"} for number in range(len(scores))])
    return replace(made, frame=made.frame.with_columns(need_score=pl.Series(scores).cast(pl.Decimal(38, 0))))


def edges(part: Part) -> pl.DataFrame:
    return part.tables[0].frame


def filled(part: Part) -> list[str]:
    return [sentence.filled({one.id: one for one in part.tables}) for sentence in part.says]


def test_windows_and_figures_are_as_worked_by_hand() -> None:
    # Around the edge of 24 points: 16 to 19, 20 to 23, 24 to 27 and 28 to 31.
    scores = [16] * 20 + [19] * 20 + [20] * 10 + [23] * 10 + [24] * 30 + [27] * 10 + [28] * 3 + [31] * 2 + [32, 15, 0]
    part = heaping(with_scores(scores))
    shown = edges(part).row(1, named=True)
    assert shown["edge"] == "4 Specialist care, from 24 points"
    assert [shown[name] for name in ("far_below", "below", "above", "far_above")] == [40, 20, 40, 5]
    smooth = math.log(5.5 / 40.5) / 3
    step = math.log(40.5 / 20.5) - smooth
    error = math.sqrt(1 / 20.5 + 1 / 40.5 + (1 / 40.5 + 1 / 5.5) / 9)
    assert shown["ratio"] == pytest.approx(math.exp(step))
    assert shown["low"] == pytest.approx(math.exp(step - 1.959964 * error))
    assert shown["high"] == pytest.approx(math.exp(step + 1.959964 * error))
    assert shown["expected"] == pytest.approx(60 * math.exp(smooth) / (1 + math.exp(smooth)))
    assert part.tables[0].support["ratio.children"][1] == 105
    assert part.tables[0].support["ratio.providers"][1] == 7
    assert filled(part) == [
        "Scores heap just above the edge of 4 Specialist care, from 24 points: 40 children, where "
        f"{shown['expected']:.2f} are expected from the scores around it."
    ]


def test_a_window_of_few_children_gives_no_figure() -> None:
    part = heaping(with_scores([16] * 40 + [20] * 20 + [24] * 40 + [28] * 4))
    assert edges(part).row(1)[1:] == (40, 20, 40, 4, None, None, None, None)
    assert "Around some edges too few children lie for a test of heaping." in part.cannot
    assert not part.says


def test_an_edge_near_nought_has_no_line() -> None:
    part = heaping(with_scores([4] * 50))
    names = ("3 Enhanced", "4 Specialist", "5 Highly", "6 Individually")
    assert all(edge.startswith(name) for edge, name in zip(edges(part)["edge"], names, strict=True))
    assert (
        part.cannot[0] == "Around the edge of 2 Everyday care with help there is no room to tell heaping from the rest."
    )


def test_synthetic_ratings_do_not_heap_but_those_lifted_over_an_edge_do() -> None:
    signs, found = [], 0
    for seed in range(12):
        made = drawn(2_500, seed)
        plain = edges(heaping(made))
        signs += [math.log(ratio) for ratio in plain["ratio"].drop_nulls()]
        found += int((plain["low"] > 1).sum())
        # A third of those just below care at band 4 is rated a step higher in a domain of weight 2.
        below = pl.col("need_score").is_between(20, 23) & (pl.int_range(pl.len()) % 3 == 0)
        lifted = made.frame.with_columns(
            need_score=pl.when(below).then(pl.col("need_score") + 4).otherwise("need_score")
        )
        heaped = heaping(replace(made, frame=lifted))
        assert edges(heaped)["low"][1] > 1
        assert any("4 Specialist care" in sentence for sentence in filled(heaped))
    assert len(signs) > 30
    assert found <= 3
    assert float(np.mean(signs)) == pytest.approx(0, abs=0.06)


def test_where_nothing_heaps_it_says_so() -> None:
    part = heaping(with_scores([20] * 30 + [16] * 30 + [24] * 30 + [28] * 30))
    assert filled(part) == ["Need scores do not heap just above the edges of bands, as far as can be told."]


def test_an_edge_too_near_another_has_no_line(tmp_path: Path) -> None:
    bands = "id,number,name,from_points\na,1,Low,0\nb,2,Mid,20\nc,3,High,27\nd,4,Top,35\n"
    made, _ = of(priced_pack(tmp_path, bands=bands), [child(number, "foster", 3, 200) for number in range(9)])
    part = heaping(made)
    assert edges(part)["edge"].to_list() == ["4 Top, from 35 points"]
    assert part.cannot[:2] == tuple(
        f"Around the edge of {name} there is no room to tell heaping from the rest." for name in ("2 Mid", "3 High")
    )


def test_what_cannot_be_tested_is_said(tmp_path: Path) -> None:
    made, _ = of(priced_pack(tmp_path), [child(number, "foster", number % 3, 200) for number in range(30)])
    part = heaping(made)
    assert not part.tables
    assert len(part.cannot) == 2
    assert heaping(by_hand([])).cannot == (
        "No child in care has a need score, so heaping above the edges of bands cannot be shown.",
    )
