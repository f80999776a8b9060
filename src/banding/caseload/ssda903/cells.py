"""One file's text as typed columns, and what is wrong in its cells."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from banding.caseload.ssda903.codes import Column, Table, codes, label, last_day, meaning, of_year
from banding.caseload.ssda903.model import faults
from banding.caseload.ssda903.parts import Part
from banding.errors import Severity

# As the return has it, or ISO: read with day and month in either order, a date would sometimes be another.
_DAY_FIRST, _ISO = r"^\d{1,2}/\d{1,2}/\d{4}$", r"^\d{4}-\d{2}-\d{2}$"
NO_DISTANCE = "999.9"
_FIRST_DATE = pl.date(1900, 1, 1)


def date(cell: pl.Expr) -> pl.Expr:
    """Text as a Date; null where it is no date written dd/mm/yyyy or yyyy-mm-dd, or one before 1900."""
    text = cell.str.strip_chars()
    day_first = pl.when(text.str.contains(_DAY_FIRST)).then(text).str.to_date("%d/%m/%Y", strict=False)
    iso = pl.when(text.str.contains(_ISO)).then(text).str.to_date("%Y-%m-%d", strict=False)
    found = pl.coalesce(day_first, iso)
    return pl.when(found >= _FIRST_DATE).then(found)


def typed(part: Part, year: int) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """A part's text as `Return.tables` has it, and its faults.

    year  the collection year, whose codes and last day the cells are held against.
    """
    table = part.table
    raw = part.raw.select(pl.all().str.strip_chars().replace("", None)).with_columns(
        part.lines.alias("row"), file=pl.lit(part.name), year=pl.lit(year, pl.Int32)
    )
    checks = _Checks(raw, year, part.spoilt)
    frame = raw.select(*(checks.column(column) for column in table.columns), "year", "file", "row")
    checks.check_span(frame, table)
    if table.once:
        checks.check_once(frame)
    return frame.with_columns(usable=~checks.unusable), checks.found


class _Checks:
    def __init__(self, raw: pl.DataFrame, year: int, spoilt: pl.DataFrame) -> None:
        self.raw, self.year, self.spoilt = raw, year, spoilt
        self.found = [spoilt]
        self.unusable = raw["row"].is_in(spoilt["row"].implode())

    def column(self, column: Column) -> pl.Series:
        values = self.raw.select(getattr(self, f"_{column.type}")(column)).to_series().alias(column.name)
        raw = self.raw[column.name]
        if column.type in ("date", "count", "miles"):
            wanted = {
                "date": "a date written dd/mm/yyyy",
                "count": f"whole, from {column.low} to {column.high}",
                "miles": f"miles from {column.low} to {column.high}, or {NO_DISTANCE} where it is unknown",
            }[column.type]
            fatal = column.needed or column.strict
            self._fault(
                raw.is_not_null() & values.is_null(), "unreadable-cell", column.name,
                f"{column.name} cannot be read. Expected {wanted}." + _then(fatal), "Correct the cell.", fatal=fatal,
            )  # fmt: skip
        if column.type == "code":
            self._codes(column)
        if column.needed:
            self._fault(
                raw.is_null(), "missing-cell", column.name, f"{column.name} is not given." + _then(True),
                "Fill in the cell.", fatal=True,
            )  # fmt: skip
        if column.blank:
            says = f"{column.name} is not given; {column.blank} unknown."
            self._fault(raw.is_null() & ~self._excused(column), "missing-cell", column.name, says, "Fill in the cell.")
        if column.type == "date" and not column.ahead:
            fatal = column.needed
            self._fault(
                values > last_day(self.year), "future-date", column.name,
                f"{column.name} lies after 31 March {self.year + 1}, the last day of this return." + _then(fatal),
                "Correct the date, or move the record to the next return.", fatal=fatal,
            )  # fmt: skip
        return values

    def check_span(self, frame: pl.DataFrame, table: Table) -> None:
        if table.start is not None and table.end is not None:
            says = f"{table.end} is before {table.start}." + _then(True)
            wrong = frame[table.end] < frame[table.start]
            self._fault(wrong, "end-before-start", table.end, says, "Correct one of the dates.", fatal=True)

    def check_once(self, frame: pl.DataFrame) -> None:
        twice = frame["CHILD"].is_duplicated() & frame["CHILD"].is_not_null()
        says = "The child stands more than once in this file; none of the rows is used."
        self._fault(twice, "duplicate-child", "CHILD", says, "Keep the one that is right.", fatal=True)

    def _text(self, column: Column) -> pl.Expr:
        return pl.col(column.name)

    def _date(self, column: Column) -> pl.Expr:
        return date(pl.col(column.name))

    def _count(self, column: Column) -> pl.Expr:
        # Some systems export every whole number with a decimal point: "12.0".
        number = pl.col(column.name).str.extract(r"^(\d{1,9})(?:\.0+)?$").cast(pl.Int64)
        return pl.when(number.is_between(column.low, column.high)).then(number)

    def _miles(self, column: Column) -> pl.Expr:
        """The text itself, with the number that stands for unknown: what reads the caseload knows it."""
        text = pl.col(column.name)
        number = pl.when(text.str.contains(r"^\d{1,9}(\.\d{1,9})?$")).then(text).cast(pl.Decimal(18, 9))
        return pl.when(number.is_between(column.low, column.high) | (number == Decimal(NO_DISTANCE))).then(text)

    def _code(self, column: Column) -> pl.Expr:
        known = pl.col(column.name).str.to_uppercase()
        return pl.when(known.is_in(list(codes(column.name)))).then(known)

    def _open(self, column: Column) -> pl.Expr:
        return pl.col(column.name).str.to_uppercase()

    def _codes(self, column: Column) -> None:
        cell, name = self.raw[column.name].str.to_uppercase(), column.name
        now, ever = of_year(name, self.year), list(codes(name))
        known = cell.is_in(ever)
        self._fault(
            cell.is_not_null() & ~known, "unknown-code", name, f"{name} is no code of any year." + _unknown(column),
            f"Codes of {label(self.year)}: {', '.join(now)}.", fatal=column.needed,
        )  # fmt: skip
        self._fault(
            known & ~cell.is_in(now), "unknown-code", name,
            f"{name} is no code of {label(self.year)}, but of another year; it is read as it is meant there.",
            f"Codes of {label(self.year)}: {', '.join(now)}.",
        )  # fmt: skip

    def _excused(self, column: Column) -> pl.Series:
        if not column.unless:
            return pl.repeat(False, self.raw.height, dtype=pl.Boolean, eager=True)
        return self.raw[column.unless].str.to_uppercase().is_in([*meaning(column.unless, "no_provider")])

    def _fault(self, wrong: pl.Series, code: str, path: str, message: str, remedy: str, *, fatal: bool = False) -> None:
        wrong = wrong.fill_null(False)
        if wrong.any():
            severity: Severity = "error" if fatal else "warning"
            found = faults(self.raw.filter(wrong), code, path, message, remedy, severity, path)
            # A cell that cannot be read has its own fault; that it is blank then would only repeat it.
            self.found.append(found.join(self.spoilt, on=["row", "path"], how="anti", maintain_order="left"))
            if fatal:
                self.unusable = self.unusable | wrong


def _then(fatal: bool) -> str:
    return " The row is not used." if fatal else ""


def _unknown(column: Column) -> str:
    return _then(True) if column.needed else " It is taken as unknown."
