"""Sums since the start of the financial year as a week's: by the days of the placement inside the year to date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import polars as pl

from banding.caseload.layout_cells import DTYPES, Column
from banding.caseload.layout_model import Accrued

APRIL, WEEK_DAYS = 4, 7
PENNY = Decimal("0.01")

# Rows, the field that it is about, what is wrong with them, what to do.
Unsettled = tuple[pl.Series, str, str, str]


def weekly(money: pl.Series, counted: pl.Series) -> pl.Series:
    """The sums by `counted` days and times seven; of two decimals, half up to the penny; null where no days are."""
    pence = (money / PENNY).cast(pl.Int64)
    halves = (2 * WEEK_DAYS * pence + counted) // (2 * counted)
    return (halves.cast(pl.Decimal(38, 0)) * PENNY).cast(DTYPES["money"])


@dataclass(frozen=True)
class Accrual:
    """
    columns  the fields, read.
    to       the day to which the sums of every row run that does not say so itself, that day not counted; None: nobody
             has said it, and then the end of a placement is taken, where it has one.
    """

    columns: Mapping[str, Column]
    accrued: Accrued
    to: dt.date | None

    @cached_property
    def _until(self) -> pl.Series:
        return self.columns[self.accrued.until].value.fill_null(pl.lit(self.to, pl.Date))

    @cached_property
    def days(self) -> pl.Series:
        """Int64: for each row the days over which its sums ran up, the end day not counted; null where they are not
        known or there are none."""
        first, last, until = self.columns[self.accrued.first].value, self._last, self._until
        final = pl.coalesce(until, last).dt.offset_by("-1d")
        year = final.dt.year() - (final.dt.month() < APRIL).cast(pl.Int32)
        begins = pl.max_horizontal(first, pl.date(year, APRIL, 1))
        counted = (pl.min_horizontal(until, last) - begins).dt.total_days()
        return pl.select(pl.when(first.is_not_null() & (counted > 0)).then(counted)).to_series()

    @property
    def _last(self) -> pl.Series:
        return self.columns[self.accrued.last].value

    def dates(self) -> dict[str, pl.Series]:
        """cost_from and cost_to: the placement's own days. A cost's last day is included and a placement's is not."""
        return {"cost_from": self.columns[self.accrued.first].value, "cost_to": self._last.dt.offset_by("-1d")}

    @property
    def endless(self) -> pl.Series:
        """Rows with a sum of which nothing says to which day it runs."""
        return self._summed & self._until.is_null() & self._last.is_null()

    @property
    def _summed(self) -> pl.Series:
        held = [column.value.is_not_null() for column in self.columns.values() if column.field.type == "money"]
        return pl.select(pl.any_horizontal(*held)).to_series()

    def unsettled(self) -> Iterator[Unsettled]:
        """Rows with a sum that no week's cost can be made of."""
        accrued = self.accrued
        remedy = f"Give {accrued.until}: the day to which the sum runs, that day not counted."
        says = "The cost is a sum since 1 April, and nothing says to which day; a week's cost is not known."
        yield self.endless, accrued.until, says, remedy
        none = self._summed & self.columns[accrued.first].value.is_not_null() & ~self.endless & self.days.is_null()
        says = "The placement has no day in the financial year to date, so that its sum gives no week's cost."
        yield none, accrued.first, says, f"Check {accrued.first}, {accrued.last} and {accrued.until}."

    def taken_for_granted(self) -> tuple[int, int]:
        """In how many rows `to`, and the placement's end, was taken for the day to which the sums run."""
        unsaid = self._summed & self.days.is_not_null() & self.columns[self.accrued.until].value.is_null()
        return (0, int(unsaid.sum())) if self.to is None else (int(unsaid.sum()), 0)
