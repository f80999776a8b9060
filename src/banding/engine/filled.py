"""A table that people have filled in, such as overrides: read column by column, every mistake kept with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from banding.engine import cells
from banding.errors import Finding, did_you_mean


class Filled:
    """
    frame     the table as it was read.
    file      as the user named it; "" for a frame.
    rows      the row of each line in its file; None: counted from 1.
    what      what the table is of, in the plural, for sentences.
    errors    every mistake so far; `warnings` what is gone past.
    """

    def __init__(self, frame: pl.DataFrame, file: str, rows: pl.Series | None, what: str) -> None:
        self.frame, self.file, self.what = frame, file, what
        self.rows = pl.Series(range(1, frame.height + 1), dtype=pl.Int64) if rows is None else rows
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []

    # -- whole columns ------------------------------------------------------------------------------------------------

    def columns(self, needed: Sequence[str], *, beside: Sequence[str] = (), numbers: Sequence[str] = ()) -> None:
        """Checks which columns there are, and their types.

        needed   must be there; `beside` may be, and more is left out with a warning.
        numbers  columns that may come as numbers; `child_id` may as whole ones, `date` as dates.
        """
        known = (*needed, *beside)
        strangers = [name for name in self.frame.columns if name not in known]
        for name in needed:
            if name not in self.frame.columns:
                remedy = (
                    did_you_mean(name, strangers) or f"{self.what.capitalize()} have the columns {', '.join(needed)}."
                )
                self.error("column-absent", name, "The column is absent.", remedy)
        for name in (name for name in known if name in self.frame.columns):
            kind = self.frame[name].dtype
            dated = name == "date" and (kind == pl.Date or isinstance(kind, pl.Datetime))
            counted = (name in ("child_id", *numbers) and kind in cells.WHOLE) or (name in numbers and kind.is_float())
            if not (kind in cells.TEXT or kind == pl.Null or dated or counted):
                self.error("wrong-type", name, f"The column is {kind}.", "Give it as text.")
        for name in strangers:
            message = f"This is no column of {self.what}; it is left out."
            self.warn("unknown-column", f"column {name}", message, did_you_mean(name, known))

    def error(self, code: str, column: str, message: str, remedy: str) -> None:
        self.errors.append(Finding(code, self.file, f"column {column}", message, remedy, path=column))

    def warn(self, code: str, place: str, message: str, remedy: str) -> None:
        self.warnings.append(Finding(code, self.file, place, message, remedy, "warning"))

    # -- cells --------------------------------------------------------------------------------------------------------

    def text(self, name: str) -> pl.Series:
        """The column as text without spaces around it; null where a cell is blank or there is no such column."""
        if name not in self.frame.columns:
            return pl.repeat(None, self.frame.height, dtype=pl.String, eager=True)
        text = self.frame[name].cast(pl.String).str.strip_chars()
        return text.set(text == "", None)

    def dates(self, name: str) -> pl.Series:
        """The column as dates; null where a cell holds none."""
        given = self.frame[name]
        date = cells.dates(given.cast(pl.String) if given.dtype in cells.TEXT else given)
        return pl.repeat(None, given.len(), dtype=pl.Date, eager=True) if date is None else date

    def bad(self, code: str, column: str, bad: pl.Series, message: str, remedy: str) -> None:
        """Keeps a mistake of every row that is bad."""
        where: Iterable[int] = bad.arg_true()
        for index in where:
            place = f"row {self.rows[index]}, column {column}"
            self.errors.append(Finding(code, self.file, place, message, remedy, index=index, path=column))

    def children(self) -> pl.Series:
        """The column child_id, its gaps and doubles kept as mistakes."""
        child = self.text("child_id")
        self.bad("no-child-id", "child_id", child.is_null(), "The row has no child_id.", "Give it one.")
        twice = child.is_duplicated() & child.is_not_null()
        message, remedy = f"The child stands in two rows of the {self.what}.", "Keep the one that stands."
        self.bad("duplicate-child-id", "child_id", twice, message, remedy)
        return child

    def strangers(self, child: pl.Series, known: pl.Series) -> pl.Series:
        """Which rows are of children whom the caseload does not hold, each with a warning."""
        strange = ~child.is_in(known.drop_nulls().implode())
        for row in self.rows.filter(strange):
            message = "The caseload has no child with this child_id; the row is left out."
            self.warn("no-such-child", f"row {row}, column child_id", message, "Correct it, or delete the row.")
        return strange

    def by_row(self) -> list[Finding]:
        """The mistakes in the order of the rows."""
        return sorted(self.errors, key=lambda finding: -1 if finding.index is None else finding.index)
