"""Bands that a person has set by hand: kept beside the computed band, never in its place, never without a reason.

A decision stays a person's. What people overrule, and why, is also the best evidence of where a pack is wrong, so the
reasons are few and fixed, and can be counted without quoting anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from banding.engine.filled import Filled
from banding.errors import CaseloadError, Finding
from banding.pack.meaning import Pack

NEEDED = ("child_id", "band", "person", "reason", "date")
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
        self.given, self.pack, self.on = Filled(given.frame, given.file, given.rows, "overrides"), pack, on

    def joined(self, child_id: pl.Series) -> Overrides:
        given = self.given
        if not self.pack.banded:
            message = f"{self.pack.header.id} stops at scores: there is no band to override."
            given.errors.append(Finding("no-bands", given.file, "", message, "Leave the overrides out."))
        given.columns(NEEDED, beside=("note",), numbers=("band",))
        if given.errors:
            raise CaseloadError(given.errors)
        found = self._read()
        if given.errors:
            raise CaseloadError(given.by_row())
        found = found.filter(~given.strangers(found["child_id"], child_id))
        by_reason = dict(found["override_reason"].value_counts().iter_rows())
        counts = {reason: by_reason[reason] for reason in REASONS if reason in by_reason}
        joined = child_id.alias("child_id").to_frame().join(found, on="child_id", how="left", maintain_order="left")
        return Overrides(joined.select(list(SCHEMA)), counts, tuple(given.warnings))

    def _read(self) -> pl.DataFrame:
        given = self.given
        child, person = given.children(), given.text("person")
        band = self._band()
        given.bad("no-person", "person", person.is_null(), "No person is named.", "Say who decided.")
        reason = given.text("reason").str.to_lowercase().str.replace_all(r"[\s-]+", "_")
        listed = f"Write one of {', '.join(REASONS)}."
        given.bad("no-reason", "reason", reason.is_null(), "No reason is given.", listed)
        strange = reason.is_not_null() & ~reason.is_in(list(REASONS))
        given.bad("unknown-reason", "reason", strange, "This is no reason that is counted.", listed)
        unsaid = (reason == "other").fill_null(value=False) & given.text("note").is_null()
        given.bad("no-note", "note", unsaid, "The reason is other, and no note says what it is.", "Say it in note.")
        date = self._date()
        if given.errors:
            return pl.DataFrame()
        found = {
            "child_id": child, "override_band": band, "override_reason": reason, "override_person": person,
            "override_date": date,
        }  # fmt: skip
        return pl.DataFrame(found, schema={"child_id": pl.String, **SCHEMA})

    def _band(self) -> pl.Series:
        # A number is meant before an id, and an id before a name, whatever a pack calls its bands.
        numbers: dict[str, int] = {}
        bands = list(self.pack.bands.values())
        for word in ("number", "id", "name"):
            for known in bands:
                numbers.setdefault(str(getattr(known, word)).lower(), known.number)
        # A spreadsheet's 4 may come as 4.0.
        text = self.given.text("band").str.to_lowercase().str.replace(r"^([0-9]+)\.0$", "${1}")
        band = text.replace_strict(numbers, default=None, return_dtype=pl.Int16)
        listed = ", ".join(f"{known.number} {known.id}" for known in bands)
        self.given.bad(
            "unknown-band", "band", band.is_null(), "This is no band of the pack.", f"Write one of {listed}."
        )
        return band

    def _date(self) -> pl.Series:
        date = self.given.dates("date")
        message, remedy = "There is no date, or not one written as 2026-04-01.", "Give the day of the decision."
        self.given.bad("bad-date", "date", date.is_null(), message, remedy)
        late = (date > self.on).fill_null(value=False)
        said = f"The date is after {self.on}, the caseload's date."
        self.given.bad("future-date", "date", late, said, "Correct it.")
        return date
