"""From a caseload's frame to the kernel's columns: the one place that types a cell, and says what is wrong with it.

Every column may come typed (the API, Parquet) or as text (CSV): both meet here, so "2" and 2 are judged by
the same line. A bad cell rejects its row with a reason; a column that cannot be used at all refuses the frame.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from banding.engine import cells
from banding.engine.compile import Compiled
from banding.engine.names import judged
from banding.engine.program import DTYPES, Lane
from banding.errors import CaseloadError, Finding
from banding.pack.lower import NOT_ASKED, UNANSWERED
from banding.vocabulary import FACTS, Fact, Type

REJECT_SCHEMA = {"index": pl.Int64, "code": pl.String, "column": pl.String, "value": pl.String}

Array = npt.NDArray[np.signedinteger]
Known = int | bool | str | Decimal | dt.date


@dataclass
class Prepared:
    """A caseload as the kernel takes it.

    columns   for each input of the program an array, or one value for every row.
    child_id  String, one a row; null where it is missing (the row is rejected).
    rejects   index, code, column and value of every bad cell found here: REJECT_SCHEMA.
    findings  warnings and notes about whole columns.
    """

    rows: int
    child_id: pl.Series
    columns: dict[tuple[str, str], Array | int] = field(default_factory=dict)
    rejects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECT_SCHEMA))
    findings: list[Finding] = field(default_factory=list)


def prepare(frame: pl.DataFrame, compiled: Compiled, on: dt.date) -> Prepared:
    """Types every column that the pack reads.

    frame  child_id, the pack's items by id (whole ratings, null unanswered, -1 or "not_asked" not asked), facts by
           their vocabulary names; money in pounds, or in whole pence under `<name>_pence`.

    Raises CaseloadError with all findings where child_id or an item's column is absent, money comes under both names, a
    column's type cannot be read, or the caseload's currency is not the pack's.
    """
    return _Preparer(frame, compiled, on).prepared()


def known_facts(frame: pl.DataFrame, compiled: Compiled, on: dt.date) -> list[dict[str, Known]]:
    """All that is known of every row of a caseload that `prepare` takes, whether or not the pack reads it.

    A row's facts by name: whole numbers or Decimal, Decimal pounds, truths, choices by id ("" for a caseload's own code
    that no expression names), dates. A fact that is blank, or cannot be read, is left out.
    """
    return _Preparer(frame, compiled, on).facts()


def typed_facts(frame: pl.DataFrame, compiled: Compiled, names: Sequence[str], on: dt.date) -> pl.DataFrame:
    """Facts of a caseload that `prepare` takes, whether or not the pack reads them, a row each row.

    Numbers are Int64, or Decimal where a fact has decimals; money Int64 pence a week under `<name>_pence`; truths
    Boolean; choices String, by id or the caseload's own code; dates Date. Null where one is blank or cannot be read.
    """
    return pl.DataFrame(list(_Preparer(frame, compiled, on).typed(names)))


class _Preparer:
    def __init__(self, frame: pl.DataFrame, compiled: Compiled, on: dt.date) -> None:
        self.frame, self.compiled = frame, compiled
        self.pack, self.plan, self.program = compiled.pack, compiled.plan, compiled.program
        self.on = on
        self.errors: list[Finding] = []
        self.out = Prepared(frame.height, pl.Series("child_id", [], pl.String))
        self.rejects: list[pl.DataFrame] = []
        self.derived: dict[str, pl.Series] = {}

    def prepared(self) -> Prepared:
        self._names()
        if not self.errors:
            self._identity()
            self._ages()
            for (kind, name), lane in zip(self.program.inputs, self.program.input_lanes, strict=True):
                self.out.columns[kind, name] = self._ratings(name) if kind == "raw" else self._fact(name, lane)
        if self.errors:
            raise CaseloadError(self.errors)
        if self.rejects:
            self.out.rejects = pl.concat([self.out.rejects, *self.rejects])
        return self.out

    def facts(self) -> list[dict[str, Known]]:
        self._ages()
        found: list[dict[str, Known]] = [{} for _ in range(self.out.rows)]
        for name, fact in self.pack.facts.items():
            column, given = self._given(fact)
            typed = None if given is None or given.dtype == pl.Null else self._typed(given, fact, column)
            for row, number in enumerate([] if typed is None else typed.to_list()):
                if number is not None:
                    found[row][name] = self._meant(fact, number)
        return found

    def typed(self, names: Sequence[str]) -> Iterator[pl.Series]:
        self._ages()
        for name in names:
            fact = self.pack.facts[name]
            column, given = self._given(fact)
            none = pl.repeat(None, self.out.rows, dtype=pl.Null, eager=True)
            found = None if given is None or given.dtype == pl.Null else self._typed(given, fact, column)
            numbers = (none if found is None else found).cast(pl.Int64)
            match fact.type:
                case Type.MONEY:
                    yield numbers.alias(f"{name}_pence")
                case Type.TRUTH:
                    yield numbers.cast(pl.Boolean).alias(name)
                case Type.DATE:
                    yield numbers.cast(pl.Int32).cast(pl.Date).alias(name)
                case Type.CHOICE if fact.choices or fact.from_settings:
                    yield pl.Series(name, self.plan.choices[name], pl.String).gather(numbers)
                case Type.CHOICE:
                    text = (none if given is None else given).cast(pl.String).str.strip_chars()
                    yield text.set(text == "", None).alias(name)
                case _ if fact.decimals:
                    decimal = pl.lit(numbers).cast(pl.Decimal(38, 0)) * pl.lit(Decimal(1).scaleb(-fact.decimals))
                    yield pl.select(decimal.alias(name)).to_series()
                case _:
                    yield numbers.alias(name)

    # -- whole columns ------------------------------------------------------------------------------------------------

    def _error(self, code: str, column: str, message: str, remedy: str) -> None:
        self.errors.append(Finding(code, "", f"column {column}", message, remedy, path=column))

    def _wrong_type(self, column: str, given: pl.Series, expected: Type) -> None:
        self._error("wrong-type", column, f"The column is {given.dtype}.", f"Give it as {_EXPECTED[expected]}.")

    def _said(self, code: str, column: str, message: str, remedy: str) -> None:
        self.out.findings.append(Finding(code, "", f"column {column}", message, remedy, "warning", path=column))

    def _names(self) -> None:
        told = judged(self.frame.columns, self.compiled)
        self.errors += told.errors
        self.out.findings += told.findings
        if "currency" in self.frame.columns:
            self._currency(self.frame["currency"])

    def _currency(self, given: pl.Series) -> None:
        currency = self.pack.header.currency
        if given.dtype not in (*cells.TEXT, pl.Null):
            self._wrong_type("currency", given, Type.CHOICE)
        elif not given.cast(pl.String).str.strip_chars().is_in([currency, ""]).fill_null(value=True).all():
            self._error(
                "currency-differs",
                "currency",
                f"The pack's money is {currency}, and the caseload has another currency.",
                "Convert the costs first, or use a pack of that currency.",
            )

    def _identity(self) -> None:
        given = self.frame["child_id"]
        if given.dtype not in (*cells.TEXT, *cells.WHOLE, pl.Null):
            self._error("wrong-type", "child_id", f"The column is {given.dtype}.", "Give it as text or whole numbers.")
            return
        text = given.cast(pl.String).str.strip_chars()
        self.out.child_id = text.set(text == "", None).rename("child_id")
        self._reject("no-child-id", "child_id", self.out.child_id.is_null())
        self._reject(
            "duplicate-child-id", "child_id", self.out.child_id.is_duplicated() & self.out.child_id.is_not_null()
        )

    def _reject(self, code: str, column: str, bad: pl.Series, given: pl.Series | None = None) -> None:
        if bad.any():
            index = bad.arg_true()
            value = given.gather(index).cast(pl.String, strict=False) if given is not None else None
            self.rejects.append(
                pl.DataFrame(
                    {"index": index, "code": code, "column": column, "value": value}, schema_overrides=REJECT_SCHEMA
                )
            )

    # -- ratings ------------------------------------------------------------------------------------------------------

    def _ratings(self, name: str) -> Array:
        """int8: 0 to top, UNANSWERED, NOT_ASKED; anything else given becomes OFF_SCALE, which the kernel marks."""
        given, item = self.frame[name], self.pack.items[name]
        plain = given.dtype == pl.Int8 and not item.missing_codes
        if plain and not (given < NOT_ASKED).any():
            return _array(given.fill_null(UNANSWERED), Lane.NARROW)
        codes = cells.ratings(given, item.top, item.missing_codes)
        if codes is None:
            self._error("wrong-type", name, f"The column is {given.dtype}.", "Give ratings as whole numbers.")
            return np.empty(0, np.int8)
        return _array(codes.cast(pl.Int8), Lane.NARROW)

    # -- facts --------------------------------------------------------------------------------------------------------

    def _fact(self, name: str, lane: Lane) -> Array | int:
        """The fact as whole numbers, one below its least where unknown; a bad cell rejects its row and is unknown."""
        fact = self.pack.facts[name]
        low: int = fact.low * 10**fact.decimals
        column, given = self._given(fact)
        if given is None or given.dtype == pl.Null:
            return low - 1
        typed = self._typed(given, fact, column)
        if typed is None:
            self._wrong_type(column, given, fact.type)
            return low - 1
        self._reject(_BAD[fact.type], column, ~cells.blank(given) & typed.is_null(), given)
        return _array(typed.fill_null(low - 1).cast(_polars(lane)), lane)

    def _given(self, fact: Fact) -> tuple[str, pl.Series | None]:
        """The column of a fact and what stands in it; None where the caseload has no such column."""
        name, pence = fact.name, f"{fact.name}_pence"
        column = pence if fact.type is Type.MONEY and pence in self.frame.columns else name
        if name in self.derived:
            return column, self.derived[name]
        if column not in self.frame.columns:
            return column, None
        return column, self._without_unknown(self.frame[column], fact) if fact.unknown else self.frame[column]

    def _without_unknown(self, given: pl.Series, fact: Fact) -> pl.Series:
        """The column without the number that stands for unknown."""
        unknown = given.cast(pl.String, strict=False).str.extract(r"^\s*([0-9]+\.[0-9]*?)0*\s*$", 1) == fact.unknown
        if rows := int(unknown.sum()):
            message = f"{fact.unknown} stands for unknown in {rows:,} rows, and was read so."
            self.out.findings.append(Finding("stands-for-unknown", "", f"column {given.name}", message, "", "note"))
            given = given.set(unknown.fill_null(value=False), None)
        return given

    def _meant(self, fact: Fact, number: int) -> Known:
        """A typed cell as the fact it stands for."""
        match fact.type:
            case Type.TRUTH:
                return number == 1
            case Type.CHOICE:
                return self.plan.choices[fact.name][number] if self.plan.choices[fact.name] else ""
            case Type.DATE:
                return dt.date(1970, 1, 1) + dt.timedelta(days=number)
            case Type.MONEY:
                return Decimal(number).scaleb(-2)
        return Decimal(number).scaleb(-fact.decimals) if fact.decimals else number

    def _typed(self, given: pl.Series, fact: Fact, column: str) -> pl.Series | None:
        """Whole numbers inside the fact's range, null where unknown or bad; None where the column's type cannot be
        read."""
        match fact.type:
            case Type.NUMBER:
                found = self._decimals(given, fact.decimals, column)
            case Type.MONEY:
                found = self._decimals(given, 0 if column.endswith("_pence") else 2, column)
            case Type.TRUTH:
                return cells.truths(given)
            case Type.CHOICE:
                codes = self.plan.choices[fact.name]
                return cells.choices(given, codes, closed=bool(fact.choices) or fact.from_settings)
            case _:
                days = cells.dates(given)
                found = None if days is None else days.cast(pl.Int32).cast(pl.Int64)
        if found is None:
            return None
        tens: int = 10**fact.decimals
        return found.set(~found.is_between(fact.low * tens, fact.high * tens).fill_null(value=True), None)

    def _decimals(self, given: pl.Series, decimals: int, column: str) -> pl.Series | None:
        sign = cells.CURRENCY_SIGNS.get(self.pack.header.currency, "") if decimals == cells.PENCE else ""
        read = cells.decimals_of(given, decimals, sign)
        if read is None:
            return None
        found, rounded = read
        if rounded:
            self._said(
                "rounded",
                column,
                f"{rounded} values have more than {decimals} decimals and were rounded half up.",
                "Give the exact figures where they matter.",
            )
        return found

    # -- what follows from dates --------------------------------------------------------------------------------------

    def _ages(self) -> None:
        """age, age_months, age_on and profile_age_days from dates, in rows where the caseload does not give them.

        A profile without a date is taken to be of the caseload's date, row by row: a child's band may not hang on
        whether other children's profiles are dated.
        """
        born = self._dates("date_of_birth")
        rated = self._dates("profile_date")
        today = pl.repeat(self.on, self.out.rows, dtype=pl.Date, eager=True)
        if born is not None:
            dated = today if rated is None else rated.zip_with(rated.is_not_null(), today)
            years, months = cells.ages_between(born, dated)
            on_years, _ = cells.ages_between(born, today)
            for name, worked_out in (("age", years), ("age_months", months), ("age_on", on_years)):
                self.derived[name] = self._filled(name, worked_out)
            if (stated := self._stated_age()) is not None and (differ := int((stated != years).sum())):
                self._said(
                    "ages-differ",
                    "age",
                    f"{differ} ages differ from what date_of_birth and profile_date give.",
                    "The age as given is used; correct it or leave the column out.",
                )
        held = self.frame.columns
        if "age" in held and "age_on" not in held and ("column", "age_on") in self.program.inputs:
            self._age_for_both()
        if rated is not None:
            worked_out = (today - rated).dt.total_days()
            self.derived["profile_age_days"] = self._filled("profile_age_days", worked_out)

    def _stated_age(self) -> pl.Series | None:
        return self._typed(self.frame["age"], FACTS["age"], "age") if "age" in self.frame.columns else None

    def _age_for_both(self) -> None:
        """The age on the profile's date serves as the age on the scoring date where nothing else gives that."""
        given, stated = self.frame["age"], self._stated_age()
        if stated is None:
            if ("column", "age") not in self.program.inputs and given.dtype != pl.Null:
                self._wrong_type("age", given, Type.NUMBER)
            return
        unknown = pl.repeat(None, self.out.rows, dtype=pl.Int64, eager=True)
        worked_out = self.derived.get("age_on", unknown)
        if (worked_out.is_null() & stated.is_not_null()).any():
            self.derived["age_on"] = worked_out.zip_with(worked_out.is_not_null(), stated).alias("age_on")
            self._said(
                "age-for-both",
                "age",
                "The age on the profile's date also serves as the age on the scoring date.",
                "Give date_of_birth, or age_on, to have both.",
            )
        if ("column", "age") not in self.program.inputs:
            self._reject(_BAD[Type.NUMBER], "age", ~cells.blank(given) & stated.is_null(), given)

    def _filled(self, name: str, worked_out: pl.Series) -> pl.Series:
        """A column of the caseload with its blank cells worked out; all worked out where there is no such column."""
        if name not in self.frame.columns or self.frame[name].dtype == pl.Null:
            return worked_out.alias(name)
        given = self.frame[name]
        blank = cells.blank(given)
        if not blank.any() or not (given.dtype in cells.TEXT or given.dtype.is_numeric()):
            return given
        # As text, so that a cell that cannot be read is still rejected as it was given.
        return given.cast(pl.String).zip_with(~blank, worked_out.cast(pl.String)).alias(name)

    def _dates(self, name: str) -> pl.Series | None:
        if name not in self.frame.columns or self.frame[name].dtype == pl.Null:
            return None
        given = self.frame[name]
        found = cells.dates(given)
        if found is None:
            self._wrong_type(name, given, Type.DATE)
            return None
        late = (found > self.on).fill_null(value=False)
        self._reject("future-date", name, late, given)
        if name not in self.pack.facts or ("column", name) not in self.program.inputs:
            self._reject(_BAD[Type.DATE], name, found.is_null() & ~cells.blank(given), given)
        return found.set(late, None)


def _array(series: pl.Series, lane: Lane) -> Array:
    found: Array = np.ascontiguousarray(series.to_numpy(), DTYPES[lane])
    return found


def _polars(lane: Lane) -> type[pl.DataType]:
    return (pl.Int8, pl.Int32, pl.Int64)[lane]


_EXPECTED = {
    Type.NUMBER: "numbers",
    Type.MONEY: "pounds, as text, whole numbers, decimals or floats",
    Type.TRUTH: "yes or no, true or false, 1 or 0",
    Type.CHOICE: "text",
    Type.DATE: "dates, or text written 2026-04-01",
}
_BAD = {
    Type.NUMBER: "out-of-range",
    Type.MONEY: "bad-money",
    Type.TRUTH: "bad-truth",
    Type.CHOICE: "unknown-code",
    Type.DATE: "bad-date",
}
