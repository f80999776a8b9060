"""One column at a time: the same cell, typed or as text, gives the same whole number, or nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.engine import cells
from banding.engine.cells import OFF_SCALE
from banding.pack.lower import NOT_ASKED, UNANSWERED
from banding.pack.model import Item

ITEM = Item(row=2, id="a", domain="d", kind="need", label="A", top=3)
CODED = ITEM.model_copy(update={"missing_codes": ("9", "-8", "NK")})


def rated(values: Any, dtype: Any, item: Item = ITEM) -> list[int]:
    found = cells.ratings(pl.Series("a", values, dtype, strict=False), item.top, item.missing_codes)
    assert found is not None
    return found.to_list()


@pytest.mark.parametrize(
    "dtype",
    [pl.Int8, pl.Int64, pl.UInt8, pl.UInt64, pl.Float32, pl.Float64, pl.Decimal(10, 1), pl.String, pl.Categorical],
)
def test_a_whole_rating_is_the_same_in_every_type(dtype: Any) -> None:
    written = [str(n) for n in (0, 2, 3, 4)] if dtype in (pl.String, pl.Categorical) else [0, 2, 3, 4]
    assert rated([*written, None], dtype) == [0, 2, 3, OFF_SCALE, UNANSWERED]


@given(
    st.lists(st.sampled_from([*"0123456789", None]), min_size=1), st.integers(1, 9), st.sampled_from(["03", " 1", "x"])
)
def test_a_column_of_digits_alone_is_read_as_beside_any_other_cell(
    column: list[str | None], top: int, odd: str
) -> None:
    item = ITEM.model_copy(update={"top": top})
    assert rated(column, pl.String, item) == rated([*column, odd], pl.String, item)[:-1]


def test_yes_and_no_are_ratings_of_a_scale_of_two() -> None:
    assert rated([True, False, None], pl.Boolean) == [1, 0, UNANSWERED]
    assert rated([None, None], pl.Null) == [UNANSWERED] * 2


@pytest.mark.parametrize("cell", ["2", " 2 ", "2.0", "2.00", "\u00a02"])
def test_text_is_a_rating_whatever_spreadsheets_add(cell: str) -> None:
    assert rated([cell], pl.String) == [2]


@pytest.mark.parametrize("cell", ["", "  ", None])
def test_blank_text_is_unanswered(cell: str | None) -> None:
    assert rated([cell], pl.String) == [UNANSWERED]


@pytest.mark.parametrize(
    "cell", ["-1", "2.5", "two", "2 3", "1e0", "0x2", "\u0662", "+2", "300", "99999999999999999999"]
)
def test_any_other_text_is_off_the_scale(cell: str) -> None:
    assert rated([cell], pl.String) == [OFF_SCALE]


@pytest.mark.parametrize("cell", ["not_asked", " NOT_ASKED "])
def test_an_item_that_was_not_asked_says_so(cell: str) -> None:
    assert rated([cell], pl.String) == [NOT_ASKED]


@pytest.mark.parametrize("dtype", [pl.Int8, pl.Int64, pl.Float64, pl.Decimal(10, 1)])
def test_numbers_say_minus_one_where_an_item_was_not_asked(dtype: Any) -> None:
    assert rated([-1, -2, 127], dtype) == [NOT_ASKED, OFF_SCALE, OFF_SCALE]


def test_numbers_beyond_any_scale() -> None:
    assert rated([300, -300, 2**40], pl.Int64) == [OFF_SCALE] * 3
    assert rated([2**63 + 2], pl.UInt64) == [OFF_SCALE]
    nan, infinite = float("nan"), float("inf")
    assert rated([nan, infinite, -infinite, 2.5, 1e300], pl.Float64) == [UNANSWERED, *[OFF_SCALE] * 4]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([9, -8, 3], pl.Int8), ([9, -8, 3], pl.Int64), ([9, -8, 3], pl.Float64), ([9, -8, 3], pl.Decimal(10, 1)),
        (["9", "-8", "3"], pl.String), (["9.0", "-8.0", "3.0"], pl.String), ([" NK ", "NK", "3"], pl.String),
    ],
)  # fmt: skip
def test_codes_for_missing_are_unanswered(values: Any, dtype: Any) -> None:
    assert rated(values, dtype, CODED) == [UNANSWERED, UNANSWERED, 3]


@pytest.mark.parametrize("dtype", [pl.Date, pl.List(pl.Int64), pl.Binary])
def test_a_type_that_is_no_rating(dtype: Any) -> None:
    assert cells.ratings(pl.Series("a", [], dtype), ITEM.top) is None


# -- numbers and money ------------------------------------------------------------------------------------------------


def tenths(values: Any, dtype: Any = pl.String) -> list[int | None]:
    read = cells.decimals_of(pl.Series("n", values, dtype), 1)
    assert read is not None
    return read[0].to_list()


def pence(values: Any, dtype: Any = pl.String) -> tuple[list[int | None], int]:
    read = cells.decimals_of(pl.Series("n", values, dtype), 2, "£")
    assert read is not None
    return read[0].to_list(), read[1]


@pytest.mark.parametrize(
    "cell", ["1234.5", "1234.50", "£1,234.50", "£ 1234.5", " 1,234.5 ", "001234.50", "1234.500000000000000000000"]
)
def test_money_as_people_write_it(cell: str) -> None:
    assert pence([cell]) == ([123450], 0)


@pytest.mark.parametrize(
    "cell",
    [
        "12,50",
        "1.234,50",
        "1,23,456",
        "1234,567",
        "$5",
        "5 GBP",
        "1e3",
        "five",
        "-",
        "1.2.3",
        "1" * 16,
        "\u0661",
        "",
        "£",
    ],
)
def test_money_that_could_mean_something_else_is_not_read(cell: str) -> None:
    assert pence([cell]) == ([None], 0)


def test_money_in_numbers() -> None:
    assert pence([5, None, -5], pl.Int64) == ([500, None, -500], 0)
    assert pence([2.5, 0.0, -0.0, None, float("nan"), float("inf")], pl.Float64) == ([250, 0, 0, None, None, None], 0)
    assert pence([Decimal("1234.50"), Decimal("-1.5")], pl.Decimal(12, 2)) == ([123450, -150], 0)


def test_a_sum_that_would_run_over_is_not_read() -> None:
    over = 184467440737095517  # x 100 comes round to 84 in 64 bits
    assert pence([over, -over], pl.Int64) == ([None, None], 0)
    assert pence([over], pl.UInt64) == ([None], 0)
    assert pence([1e19, 1e300, 1e15], pl.Float64)[0][:2] == [None, None]


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("2.675", 268), ("2.674999999999", 267), ("0.005", 1), ("0.0049", 0), ("-0.005", 0), ("-2.675", -267),
        ("-2.676", -268), ("8671246.985", 867124699),
    ],
)  # fmt: skip
def test_finer_money_is_rounded_half_up_and_counted(amount: str, rounded: int) -> None:
    assert pence([amount]) == ([rounded], 1)
    assert pence([Decimal(amount)], pl.Decimal(30, 12)) == ([rounded], 1)
    assert pence([float(amount)], pl.Float64) == ([rounded], 1)


@given(st.integers(0, 10**10))
def test_a_float_stands_for_its_shortest_decimal_form(thousandths: int) -> None:
    amount = thousandths / 1000
    assert pence([amount], pl.Float64)[0] == [(int(Decimal(repr(amount)) * 1000) + 5) // 10]


def test_a_short_float_is_no_less_exact() -> None:
    assert pence([495.435, 0.1], pl.Float32) == ([49544, 10], 1)


def test_a_tiny_float_is_a_rounded_nothing() -> None:
    assert pence([1e-9, -1e-9], pl.Float64) == ([0, 0], 2)


def test_numbers_with_a_decimal() -> None:
    assert tenths(["12.34", "12.35", "7", "£7"]) == [123, 124, 70, None]
    assert tenths([12.34, 7.0], pl.Float64) == [123, 70]


def test_a_whole_number_is_never_rounded() -> None:
    for values, dtype in ((["5", "5.0", "5.5"], pl.String), ([5.0, 5.0, 5.5], pl.Float64)):
        read = cells.decimals_of(pl.Series("n", values, dtype), 0)
        assert read is not None
        assert (read[0].to_list(), read[1]) == ([5, 5, None], 0)


def test_a_type_that_is_no_number() -> None:
    assert cells.decimals_of(pl.Series([True]), 2) is None
    assert cells.decimals_of(pl.Series([dt.date(2026, 1, 1)]), 2) is None


# -- truths, choices, dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        (["yes", "Y", " TRUE ", "1"], pl.String, 1), (["no", "N", "False", "0"], pl.String, 0),
        (["maybe", "", "2", None], pl.String, None), ([1, 1], pl.Int64, 1), ([0], pl.UInt8, 0),
        ([2, -1, None], pl.Int64, None), ([True], pl.Boolean, 1), ([None], pl.Boolean, None),
    ],
)  # fmt: skip
def test_truths(values: Any, dtype: Any, expected: int | None) -> None:
    found = cells.truths(pl.Series("t", values, dtype))
    assert found is not None
    assert found.to_list() == [expected] * len(values)


def test_a_type_that_is_no_truth() -> None:
    assert cells.truths(pl.Series([dt.date(2026, 1, 1)])) is None


def test_truths_that_a_gap_has_made_floats() -> None:
    found = cells.truths(pl.Series([1.0, None, 0.0, float("nan"), 0.5, 2.0]))
    assert found is not None
    assert found.to_list() == [1, None, 0, None, None, None]


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["in_area", "In Area", "IN-AREA ", "elsewhere"])])
def test_choices_without_case_spaces_or_hyphens(dtype: Any) -> None:
    given = pl.Series("c", ["in_area", "In Area", "IN-AREA ", "elsewhere", None], dtype)
    found = cells.choices(given, ["adjoining", "in_area"], closed=True)
    assert found is not None
    assert found.to_list() == [1, 1, 1, None, None]


def test_an_open_list_keeps_what_it_does_not_name_apart_from_the_unknown() -> None:
    found = cells.choices(pl.Series("c", ["urdu", "welsh", "", None]), ["", "welsh"], closed=False)
    assert found is not None
    assert found.to_list() == [0, 1, None, None]
    assert cells.choices(pl.Series([1]), ["a"], closed=True) is None


def test_dates() -> None:
    written = ["2026-02-28", " 2026-02-28 ", "2026-02-29", "28/02/2026", "2026-2-28", "20260228", "", None]
    found = cells.dates(pl.Series(written))
    day = dt.date(2026, 2, 28)
    assert found is not None
    assert found.to_list() == [day, day, *[None] * 6]
    assert cells.dates(pl.Series([dt.datetime(2026, 2, 28, 23, 59)])).to_list() == [day]  # type: ignore[union-attr]
    assert cells.dates(pl.Series([day])).to_list() == [day]  # type: ignore[union-attr]
    assert cells.dates(pl.Series([20260228])) is None


@pytest.mark.parametrize(
    ("born", "at", "years", "months"),
    [
        ("2010-06-01", "2026-05-31", 15, 191), ("2010-06-01", "2026-06-01", 16, 192),
        ("2010-06-01", "2010-06-01", 0, 0), ("2012-02-29", "2026-02-28", 13, 167),
        ("2012-02-29", "2026-03-01", 14, 168), ("2012-02-29", "2024-02-29", 12, 144),
        ("2012-02-29", "2024-02-28", 11, 143), ("2010-01-31", "2010-02-28", 0, 0),
        ("2010-01-31", "2010-03-01", 0, 1), ("2010-12-31", "2011-01-01", 0, 0), ("2026-01-02", "2026-01-01", -1, -1),
    ],
)  # fmt: skip
def test_ages_turn_on_the_birthday(born: str, at: str, years: int, months: int) -> None:
    """Who is born on 29 February is a year older on 1 March of a common year."""
    first, second = (pl.Series([dt.date.fromisoformat(day), None]) for day in (born, at))
    assert [found.to_list() for found in cells.ages_between(first, second)] == [[years, None], [months, None]]


def test_blank_cells() -> None:
    assert cells.blank(pl.Series(["", " ", None, "0"])).to_list() == [True, True, True, False]
    assert cells.blank(pl.Series(["", "0"], dtype=pl.Categorical)).to_list() == [True, False]
    assert cells.blank(pl.Series([float("nan"), None, 0.0])).to_list() == [True, True, False]
    assert cells.blank(pl.Series([None, 0])).to_list() == [True, False]
