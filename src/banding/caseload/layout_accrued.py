"""Sums since the start of the financial year as a week's: by the days of the placement inside the year to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import polars as pl

from banding.caseload.layout_cells import DTYPES, Column
from banding.caseload.layout_model import Accrued

APRIL, WEEK_DAYS = 4, 7
PENNY = Decimal("0.01")

# Rows, the field that it is about, what is wrong with them, what to do.
Unsettled = tuple[pl.Series, str, str, str]


def days(columns: Mapping[str, Column], accrued: Accrued) -> pl.Series:
    """Int64: for each row the days over which its sums ran up, the end day not counted; null where they are not known
    or there are none."""
    first, last, until = (columns[path].value for path in (accrued.first, accrued.last, accrued.until))
    final = pl.coalesce(until, last).dt.offset_by("-1d")
    year = final.dt.year() - (final.dt.month() < APRIL).cast(pl.Int32)
    begins = pl.max_horizontal(first, pl.date(year, APRIL, 1))
    counted = (pl.min_horizontal(until, last) - begins).dt.total_days()
    return pl.select(pl.when(first.is_not_null() & (counted > 0)).then(counted)).to_series()


def weekly(money: pl.Series, counted: pl.Series) -> pl.Series:
    """The sums by `counted` days and times seven; of two decimals, half up to the penny; null where no days are."""
    pence = (money / PENNY).cast(pl.Int64)
    halves = (2 * WEEK_DAYS * pence + counted) // (2 * counted)
    return (halves.cast(pl.Decimal(38, 0)) * PENNY).cast(DTYPES["money"])


def dates(columns: Mapping[str, Column], accrued: Accrued) -> dict[str, pl.Series]:
    """cost_from and cost_to: the placement's own days. A cost's last day is included and a placement's is not."""
    return {
        "cost_from": columns[accrued.first].value,
        "cost_to": columns[accrued.last].value.dt.offset_by("-1d"),
    }


def unsettled(columns: Mapping[str, Column], accrued: Accrued) -> Iterator[Unsettled]:
    """Rows with a sum that no week's cost can be made of."""
    held = [column.value.is_not_null() for column in columns.values() if column.field.type == "money"]
    some = pl.select(pl.any_horizontal(*held)).to_series()
    first, last, until = (columns[path] for path in (accrued.first, accrued.last, accrued.until))
    endless = until.value.is_null() & last.value.is_null()
    remedy = f"Give {accrued.until}: the day to which the sum runs, that day not counted."
    says = "The cost is a sum since 1 April, and nothing says to which day; a week's cost is not known."
    yield some & endless, accrued.until, says, remedy
    none = some & first.value.is_not_null() & ~endless & days(columns, accrued).is_null()
    says = "The placement has no day in the financial year to date, so that its sum gives no week's cost."
    yield none, accrued.first, says, f"Check {accrued.first}, {accrued.last} and {accrued.until}."


def taken_for_granted(columns: Mapping[str, Column], accrued: Accrued) -> int:
    """In how many rows the placement's end was taken for the day to which the sums run."""
    counted = days(columns, accrued).is_not_null()
    return int((counted & columns[accrued.until].value.is_null()).sum())
