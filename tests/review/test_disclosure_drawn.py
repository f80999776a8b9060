"""Disclosure control against a reader who works out all that can be worked out, on tables drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banding.review.disclosure import controlled
from banding.review.model import Table, Unit
from tests.review.audit import Conditions, Reader, cells, told
from tests.review.tabled import CHILDREN, COMPARED, Where, counted, section

PARTS = {"compared": ("below", "within", "above")}
DRAWN = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


def caseload(number: int, seed: int, most: int) -> pl.DataFrame:
    """Invented children; the lower categories of each fact have more of them."""
    draw = np.random.Generator(np.random.PCG64(seed))

    def fact(name: str, kinds: int) -> pl.Series:
        return pl.Series(name, [f"{name[0].upper()}{min(kind, kinds)}" for kind in draw.geometric(0.45, number)])

    cost = pl.Series("cost", ["below", "within", "above", "unknown"])[draw.choice(4, number, p=[0.2, 0.4, 0.3, 0.1])]
    return pl.DataFrame(
        [
            fact("setting", most),
            fact("band", 3),
            fact("fit", 3),
            fact("provider", 6),
            cost,
            cost.replace_strict({"unknown": "no"}, default="yes").alias("compared"),
            pl.Series("pounds", draw.lognormal(7, 1.2, number)),
        ]
    )


@st.composite
def reports(draw: st.DrawFn, *, pounds: bool = False) -> list[Table]:
    children = caseload(draw(st.integers(1, 90)), draw(st.integers(0, 10**6)), draw(st.integers(1, 4)))
    facts = ["setting", "band", "fit", "provider"]
    tables = []
    for number in range(draw(st.integers(1, 4))):
        keys = draw(st.permutations(facts))[: draw(st.sampled_from([0, 1, 1, 2, 2, 2, 3] if not pounds else [0, 1, 2]))]
        columns: Mapping[str, Where] = draw(st.sampled_from([CHILDREN, COMPARED])) if not pounds else COMPARED
        about = draw(st.sampled_from([{}, {}, {"fit": "F1"}]))
        with_shares = columns is COMPARED and draw(st.booleans())
        tables.append(
            counted(
                children,
                f"table_{number}",
                [key for key in keys if key not in about],
                columns,
                about=about,
                totals=draw(st.booleans()),
                pounds=draw(st.sampled_from([("compared",), ("children",), ("children", "compared")]))
                if pounds
                else (),
                shares={"above_share": ("above", "compared")} if with_shares else {},
            )
        )
    return tables


def truth(tables: Sequence[Table]) -> dict[Conditions, int]:
    return {own: table.frame[column.id][row] for table in tables for row, column, own in cells(table)}


@DRAWN
@given(reports())
def test_no_withheld_count_has_a_single_possible_value(tables: list[Table]) -> None:
    (published,) = controlled([section(*tables)])
    reader = Reader(published.tables, PARTS)
    for own in reader.hidden:
        low, high = reader.could_be(own, 6)
        assert low < high
        # Nor can it be told that a count is one of 1 to 5.
        assert high > 5


@DRAWN
@given(reports())
def test_what_is_shown_is_the_truth_and_never_one_to_five(tables: list[Table]) -> None:
    (published,) = controlled([section(*tables)])
    for before, after in zip(tables, published.tables, strict=True):
        assert after.support.is_empty()
        for column in before.columns:
            if column.unit is Unit.CHILDREN:
                for was, is_, symbol in zip(
                    before.frame[column.id], after.frame[column.id], after.symbols[column.id], strict=True
                ):
                    assert (is_, symbol) in {(was, None), (None, "c")}
                    assert is_ is None or is_ == 0 or is_ > 5
                    assert was != 0 or is_ == 0
            elif column.unit is Unit.PERCENT:
                shown = after.frame[column.id].is_not_null()
                assert after.frame[column.id].filter(shown).equals(before.frame[column.id].filter(shown))
                assert all(after.frame[name].filter(shown).null_count() == 0 for name in column.of)


@DRAWN
@given(reports())
def test_rounding_leaves_no_small_count_a_single_possible_value(tables: list[Table]) -> None:
    (published,) = controlled([section(*tables)], national=True)
    reader, counts = Reader(published.tables, PARTS, national=True), truth(tables)
    for own in reader.hidden:
        if counts[own] < 6:
            low, high = reader.could_be(own, 0)
            assert low < high


@DRAWN
@given(reports())
def test_nationally_what_is_shown_is_the_truth_to_the_nearest_ten(tables: list[Table]) -> None:
    (published,) = controlled([section(*tables)], national=True)
    for before, after in zip(tables, published.tables, strict=True):
        for column in before.columns:
            if column.unit is Unit.CHILDREN:
                for was, is_, symbol in zip(
                    before.frame[column.id], after.frame[column.id], after.symbols[column.id], strict=True
                ):
                    nearest = (was + 5) // 10 * 10
                    assert (is_, symbol) in {(None, "c"), (None, "low") if 0 < was < 5 else (nearest, None)}


@DRAWN
@given(reports(pounds=True))
def test_no_sum_over_few_children_or_of_a_withheld_mean_comes_out_by_subtraction(tables: list[Table]) -> None:
    (published,) = controlled([section(*tables)])
    counts = truth(tables)
    wanted = [own for own, count in counts.items() if 0 < count < 10]
    shown = {}
    for before, after in zip(tables, published.tables, strict=True):
        for row, column, own in cells(before):
            mean = f"{column.id}_mean"
            if mean in before.frame.columns and before.frame[mean][row] is not None:
                children, providers, largest = (
                    before.behind(mean, part)[row] for part in ("children", "providers", "largest")
                )
                if children < 10 or providers < 3 or largest > 0.5:
                    wanted.append(own)
                    assert after.symbols[mean][row] == "c"
                if after.frame[mean][row] is not None:
                    assert after.frame[mean][row] == before.frame[mean][row]
                    shown[own] = children
    assert not told(published.tables, PARTS, wanted)
    assert not [1 for one in shown for other in shown if one < other and 0 < shown[one] - shown[other] < 10]


@pytest.mark.parametrize("number", [0, 1, 5])
def test_a_tiny_caseload_shows_nothing_but_noughts(number: int) -> None:
    children = caseload(number, 1, 3)
    tables = [
        counted(children, "by_both", ["setting", "band"], COMPARED, pounds=["compared"]),
        counted(children, "all", [], COMPARED),
    ]
    (published,) = controlled([section(*tables)])
    for table in published.tables:
        for column in table.columns:
            if column.unit is not Unit.KEY:
                assert set(table.frame[column.id]) <= {0, None}
