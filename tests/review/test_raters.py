"""Ratings by who rated: the adjusted difference beside least squares done another way, and what is found again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import stdtrit

from banding.review.model import ALL
from banding.review.part import Part
from banding.review.raters import raters
from banding.review.reviewed import Reviewed
from tests.review.made import by_hand, drawn, row

FIGURES = ("score_shift", "score_low", "score_high", "band_shift", "band_low", "band_high")


def rated(groups: list[tuple[int, str | None, int, int]], **facts: Any) -> Reviewed:
    """Groups of so many children, the role of their rater, their age and need score."""
    made = by_hand(
        [{"rater_role": role, "age_on": age, **facts} for children, role, age, _ in groups for _ in range(children)]
    )
    scores = pl.Series([score for children, *_, score in groups for _ in range(children)])
    return replace(made, frame=made.frame.with_columns(need_score=scores.cast(pl.Decimal(38, 0))))


def line(part: Part, role: str) -> dict[str, Any]:
    return row(part.tables[0], role)


def test_the_difference_is_the_weighted_mean_over_strata() -> None:
    # At 8 carers rate 6 higher, 10 against 10 children; at 12 they rate 2 higher, 10 against 30: weights 5 and 7.5.
    part = raters(
        rated([(10, "carer", 8, 10), (10, "clinician", 8, 4), (10, "carer", 12, 20), (30, "social_worker", 12, 18)])
    )
    carer = line(part, "Carer")
    assert carer["score"] == 15
    assert carer["score_shift"] == pytest.approx((6 * 5 + 2 * 7.5) / 12.5)
    assert carer["band_shift"] == 0


def test_shift_and_interval_are_those_of_least_squares_with_a_constant_a_stratum() -> None:
    made = drawn(600, 4)
    frame = made.frame.filter(pl.col("status") == "scored")
    strata = frame.select(
        "setting", pl.sum_horizontal(pl.col("age_on") > last for last in (0, 4, 9, 15)).alias("group")
    )
    _, stratum = np.unique(strata.select(pl.concat_str(pl.all(), separator="|")).to_series(), return_inverse=True)
    carer = (frame["rater_role"] == "carer").cast(pl.Float64).to_numpy()
    design = np.column_stack([carer, np.eye(stratum.max() + 1)[stratum]])
    _, household = np.unique(frame["household"], return_inverse=True)
    found = line(raters(made), "Carer")
    for name, column in (("score", "need_score"), ("band", "band")):
        y = frame[column].cast(pl.Float64).to_numpy()
        bread = np.linalg.pinv(design.T @ design)
        coefficients = bread @ design.T @ y
        scores = np.zeros((household.max() + 1, design.shape[1]))
        np.add.at(scores, household, design * (y - design @ coefficients)[:, None])
        many = len(scores)
        variance = (bread @ scores.T @ scores @ bread)[0, 0] * many / (many - 1)
        assert found[f"{name}_shift"] == pytest.approx(coefficients[0])
        reach = stdtrit(len({*household[carer > 0]}) - 1, 0.975) * np.sqrt(variance)
        assert found[f"{name}_high"] == pytest.approx(coefficients[0] + reach)
        assert found[f"{name}_low"] == pytest.approx(coefficients[0] - reach)


def test_carers_who_rate_five_points_higher_are_found() -> None:
    made = drawn(3_000, 2)
    higher = made.frame.with_columns(
        need_score=pl.when(pl.col("rater_role") == "carer").then(pl.col("need_score") + 5).otherwise("need_score")
    )
    before, part = line(raters(made), "Carer"), raters(replace(made, frame=higher))
    carer = line(part, "Carer")
    assert carer["score_shift"] == pytest.approx(before["score_shift"] + 5)
    assert carer["score_low"] > 0
    assert before["score_low"] < 0 < before["score_high"]
    sentence = part.says[0].filled({"raters": part.tables[0]})
    assert sentence.startswith(
        f"Need scores of {carer['children']} children rated by a carer, whom the placement pays, differ by "
        f"{carer['score_shift']:.2f} points (95% interval {carer['score_low']:.2f} to {carer['score_high']:.2f})"
    )


def test_roles_that_do_not_differ_hold_nought_about_as_often_as_they_say() -> None:
    given = held = 0
    for seed in range(8):
        frame = raters(drawn(800, seed)).tables[0].frame.drop_nulls("score_low")
        given += frame.height
        held += frame.filter(pl.col("score_low") <= 0, pl.col("score_high") >= 0).height
    assert given >= 35
    assert held / given >= 0.88


def test_children_of_whose_rater_nothing_is_known_are_counted() -> None:
    part = raters(rated([(12, "carer", 8, 10), (12, "clinician", 8, 4), (3, None, 8, 90)], provider="a"))
    shown = part.tables[0]
    assert shown.frame["rater_role"].to_list() == ["Carer", "Clinician", "Not known", ALL]
    assert shown.frame["children"].to_list() == [12, 12, 3, 27]
    assert [line(part, "Not known")[name] for name in FIGURES] == [None] * 6
    assert line(part, "Carer")["score_shift"] == pytest.approx(6)
    assert shown.support["score.children"].to_list() == [12, 12, 3, 27]
    assert shown.support["score.providers"].to_list() == [1] * 4
    assert shown.support["score.largest"].to_list() == pytest.approx([1 / 12, 1 / 12, 1 / 3, 90 / 438])


@pytest.mark.parametrize(
    "groups",
    [
        [(9, "carer", 8, 10), (30, "clinician", 8, 4)],
        # No age group holds both.
        [(20, "carer", 8, 10), (20, "clinician", 12, 4)],
        [(20, "clinician", 8, 10), (20, "social_worker", 8, 4)],
    ],
)
def test_too_few_to_compare_is_said(groups: list[tuple[int, str, int, int]]) -> None:
    part = raters(rated([*groups]))
    assert part.cannot == (
        "Too few profiles are known to be rated by a carer, whom the placement pays, to compare them.",
    )
    assert not part.says


def test_ten_children_of_one_household_are_one() -> None:
    part = raters(rated([(20, "carer", 8, 10), (20, "clinician", 8, 4)], household="one"))
    assert line(part, "Carer")["score_shift"] is None


@pytest.mark.parametrize(
    ("role", "why"),
    [
        (None, "Nothing tells who rated the profiles, so raters cannot be compared."),
        ("other", "All profiles whose rater is known were rated by one role, other: no other to compare."),
    ],
)
def test_without_two_roles_it_says_so(role: str | None, why: str) -> None:
    assert raters(rated([(20, role, 8, 10)])) == Part(cannot=(why,))
