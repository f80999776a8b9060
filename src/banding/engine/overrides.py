"""Bands that a person has set by hand: kept beside the computed band, never in its place, never without a reason.

A decision stays a person's. What people overrule, and why, is also the best evidence of where a pack is wrong, so the
reasons are few and fixed, and can be counted without quoting anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from banding.engine import cells
from banding.errors import CaseloadError, Finding, did_you_mean
from banding.pack.meaning import Pack

NEEDED = ("child_id", "band", "person", "reason", "date")
KNOWN = (*NEEDED, "note")
REASONS = {
    "new_information": "Something has come to light since the profile was made.",
    "need_not_rated": "A need that none of the items asks about.",
    "rating_disputed": "People who know the child rate otherwise; the profile is to be made again.",
    "needs_together": "The needs together ask for more, or less, than the rules see.",
    "strengths": "Strengths carry more than the rules see.",
    "met_elsewhere": "Health, education or family already meet a part of the need.",
    "court_or_panel": "A court or a panel has decided it.",
    "other": "None of these: the note in the file of overrides says what.",
}
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "override_band": pl.Int16,
    "override_reason": pl.Enum(list(REASONS)),
    "override_person": pl.String,
    "override_date": pl.Date,
}


@dataclass(frozen=True, slots=True)
class ByHand:
    """Overrides as they were read.

    frame  child_id, band (a number, id or name of the pack's bands), person, reason (a key of REASONS), date (not after
           the caseload's), and note, which `other` needs and which goes no further.
    file   as the user named it; "" for a frame.
    rows   the row of each override in its file; None: counted from 1.
    """

    frame: pl.DataFrame
    file: str = ""
    rows: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class Overrides:
    """
    columns   SCHEMA, a row a row of the caseload; null where nothing was overridden.
    counts    overrides of children of the caseload, by reason, in the order of REASONS.
    findings  warnings: overrides of children who are not in the caseload, columns that are not read.
    """

    columns: pl.DataFrame
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]


def overrides_of(given: ByHand, child_id: pl.Series, pack: Pack, on: dt.date) -> Overrides:
    """Joins overrides to the children of a caseload: `child_id` (String) holds them, in their order.

    Raises CaseloadError with all findings where a column or a cell is missing or cannot be used, a child has two
    overrides, or the pack has no bands.
    """
    return _Checker(given, pack, on).joined(child_id)


class _Checker:
    def __init__(self, given: ByHand, pack: Pack, on: dt.date) -> None:
        self.given, self.file, self.pack, self.on = given.frame, given.file, pack, on
        counted = pl.Series(range(1, given.frame.height + 1), dtype=pl.Int64)
        self.rows = counted if given.rows is None else given.rows
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []

    def joined(self, child_id: pl.Series) -> Overrides:
        self._columns()
        if self.errors:
            raise CaseloadError(self.errors)
        found = self._read()
        if self.errors:
            raise CaseloadError(sorted(self.errors, key=lambda finding: finding.index or 0))
        strange = ~found["child_id"].is_in(child_id.drop_nulls().implode())
        for row in self.rows.filter(strange):
            message = "The caseload has no child with this child_id; the override is left out."
            self._said("no-such-child", f"row {row}, column child_id", message, "Correct it, or delete the row.")
        found = found.filter(~strange)
        by_reason = dict(found["override_reason"].value_counts().iter_rows())
        counts = {reason: by_reason[reason] for reason in REASONS if reason in by_reason}
        joined = child_id.alias("child_id").to_frame().join(found, on="child_id", how="left", maintain_order="left")
        return Overrides(joined.select(list(SCHEMA)), counts, tuple(self.warnings))

    def _said(self, code: str, place: str, message: str, remedy: str) -> None:
        self.warnings.append(Finding(code, self.file, place, message, remedy, "warning"))

    def _columns(self) -> None:
        present = self.given.columns
        if not self.pack.banded:
            message = f"{self.pack.header.id} stops at scores: there is no band to override."
            self.errors.append(Finding("no-bands", self.file, "", message, "Leave the overrides out."))
        strangers = [name for name in present if name not in KNOWN]
        for name in NEEDED:
            if name not in present:
                remedy = did_you_mean(name, strangers) or f"Overrides have the columns {', '.join(NEEDED)}."
                self._error("column-absent", name, "The column is absent.", remedy)
        for name in (name for name in KNOWN if name in present):
            kind = self.given[name].dtype
            dated = name == "date" and (kind == pl.Date or isinstance(kind, pl.Datetime))
            counted = name in ("child_id", "band") and (kind in cells.WHOLE or (name == "band" and kind.is_float()))
            if not (kind in cells.TEXT or kind == pl.Null or dated or counted):
                self._error("wrong-type", name, f"The column is {kind}.", "Give it as text.")
        for name in strangers:
            message = "This is no column of overrides; it is left out."
            self._said("unknown-column", f"column {name}", message, did_you_mean(name, KNOWN))

    def _error(self, code: str, column: str, message: str, remedy: str) -> None:
        self.errors.append(Finding(code, self.file, f"column {column}", message, remedy, path=column))

    def _read(self) -> pl.DataFrame:
        child, person = self._text("child_id"), self._text("person")
        self._bad("no-child-id", "child_id", child.is_null(), "The row has no child_id.", "Give it one.")
        twice = child.is_duplicated() & child.is_not_null()
        self._bad("duplicate-child-id", "child_id", twice, "The child has two overrides.", "Keep the one that stands.")
        band = self._band()
        self._bad("no-person", "person", person.is_null(), "No person is named.", "Say who decided.")
        reason = self._text("reason").str.to_lowercase().str.replace_all(r"[\s-]+", "_")
        listed = f"Write one of {', '.join(REASONS)}."
        self._bad("no-reason", "reason", reason.is_null(), "No reason is given.", listed)
        strange = reason.is_not_null() & ~reason.is_in(list(REASONS))
        self._bad("unknown-reason", "reason", strange, "This is no reason that is counted.", listed)
        unsaid = (reason == "other").fill_null(value=False) & self._text("note").is_null()
        self._bad("no-note", "note", unsaid, "The reason is other, and no note says what it is.", "Say it in note.")
        date = self._date()
        if self.errors:
            return pl.DataFrame()
        found = {
            "child_id": child, "override_band": band, "override_reason": reason, "override_person": person,
            "override_date": date,
        }  # fmt: skip
        return pl.DataFrame(found, schema={"child_id": pl.String, **SCHEMA})

    def _text(self, name: str) -> pl.Series:
        if name not in self.given.columns:
            return pl.repeat(None, self.given.height, dtype=pl.String, eager=True)
        text = self.given[name].cast(pl.String).str.strip_chars()
        return text.set(text == "", None)

    def _band(self) -> pl.Series:
        # A number is meant before an id, and an id before a name, whatever a pack calls its bands.
        numbers: dict[str, int] = {}
        bands = list(self.pack.bands.values())
        for word in ("number", "id", "name"):
            for known in bands:
                numbers.setdefault(str(getattr(known, word)).lower(), known.number)
        # A spreadsheet's 4 may come as 4.0.
        text = self._text("band").str.to_lowercase().str.replace(r"^([0-9]+)\.0$", "${1}")
        band = text.replace_strict(numbers, default=None, return_dtype=pl.Int16)
        listed = ", ".join(f"{known.number} {known.id}" for known in bands)
        self._bad("unknown-band", "band", band.is_null(), "This is no band of the pack.", f"Write one of {listed}.")
        return band

    def _date(self) -> pl.Series:
        given = self.given["date"]
        date = cells.dates(given.cast(pl.String) if given.dtype in cells.TEXT else given)
        if date is None:
            date = pl.repeat(None, given.len(), dtype=pl.Date, eager=True)
        message, remedy = "There is no date, or not one written as 2026-04-01.", "Give the day of the decision."
        self._bad("bad-date", "date", date.is_null(), message, remedy)
        late = (date > self.on).fill_null(value=False)
        self._bad("future-date", "date", late, f"The date is after {self.on}, the caseload's date.", "Correct it.")
        return date

    def _bad(self, code: str, column: str, bad: pl.Series, message: str, remedy: str) -> None:
        where: Iterable[int] = bad.arg_true()
        for index in where:
            place = f"row {self.rows[index]}, column {column}"
            self.errors.append(Finding(code, self.file, place, message, remedy, index=index, path=column))
