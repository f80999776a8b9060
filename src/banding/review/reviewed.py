"""A caseload as the review of it reads it: scored, with every fact typed beside the results.

A scored file gives one too, where it kept the caseload's own columns: it is scored again and must come out the same,
so that nothing in it rests on cells that somebody has changed since.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from banding.engine.columns import typed_facts
from banding.engine.coverage import Coverage, coverage_of, in_date
from banding.engine.overrides import SCHEMA as BY_HAND
from banding.engine.quality import asked_under
from banding.engine.results import MONEY, scored_columns
from banding.engine.score import Scored, compiled, score_caseload
from banding.errors import CaseloadError, Finding
from banding.pack.meaning import Pack
from banding.vocabulary import FACTS

GIVEN = "_given"
OVERRIDES = tuple(BY_HAND)
_HEADING = ("child_id", "rejected_because", "pack", "pack_version", "pack_fingerprint", "on")
# What a change in any cell that matters would show in.
_COMPARED = ("status", "band", "band_low", "band_high", "setting_fit", "cost_fit", "reviews", "holds", "priority")
# Below this share of children in care with a profile in date, statistics say little of the caseload.
FEWEST_USABLE = 70


@dataclass(frozen=True, slots=True)
class Reviewed:
    """
    frame     one row a row of the caseload, rejected ones too: the scored columns as `banding.score` gives them, the
              overrides where there are any, every fact of the vocabulary as `typed_facts` types it (all columns always
              there, null where unknown; `setting` is the scored one), `in_date` (Boolean; null where unknown or the
              pack sets no limit) and `in_care` (Boolean).
    ratings   Int8, a column an item of the pack by its id; null where unanswered, not asked (by its row or its age) or
              off the scale.
    coverage  of the children in care.
    caseload  as it was scored, a row a row of `frame`.
    relative  whether the prices were drawn from this caseload's own costs (out of fold): then they cannot show that the
              whole market is dear.
    """

    frame: pl.DataFrame
    ratings: pl.DataFrame
    coverage: Coverage
    pack: Pack
    on: dt.date
    caseload: pl.DataFrame
    relative: bool = False

    @property
    def scored(self) -> pl.DataFrame:
        """The rows that were scored."""
        return self.frame.filter(pl.col("status") == "scored")

    @property
    def compared(self) -> pl.DataFrame:
        """The scored rows whose care cost and price cover the same, so that they can be compared."""
        return self.scored.filter(pl.col("cost_fit") != "unknown")

    @property
    def usable(self) -> int:
        """Whole per cent of the children in care whose profile is there and in date, as far as the pack sets a
        limit."""
        known = self.coverage.with_profile if self.coverage.in_date is None else self.coverage.in_date
        return 100 * known // self.coverage.in_care if self.coverage.in_care else 0

    @property
    def reliable(self) -> bool:
        return self.usable >= FEWEST_USABLE


def reviewed(scored: Scored, frame: pl.DataFrame, pack: Pack, on: dt.date, placed: pl.Series | None = None) -> Reviewed:
    """Puts a caseload that was just scored together for review.

    frame   the caseload as it was scored.
    placed  Boolean, one a row: who is in care; None: everyone.
    """
    results = scored.frame.select(
        name for name in scored.frame.columns if name in {*scored_columns(compiled(pack, on)), *OVERRIDES}
    )
    facts = typed_facts(frame, compiled(pack, on), [name for name in FACTS if name != "setting"], on)
    current = in_date(scored)
    unknown = pl.repeat(None, frame.height, dtype=pl.Boolean, eager=True)
    everyone = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    beside = {
        "in_date": unknown if current is None else current,
        "in_care": (everyone if placed is None else placed) & results["child_id"].is_not_null(),
    }
    whole = results.hstack(facts).with_columns(**beside)
    return Reviewed(whole, _ratings(scored, pack), coverage_of(scored, frame, placed), pack, on, frame)


def rescored(frame: pl.DataFrame, pack: Pack, *, file: str = "") -> Reviewed:
    """The review of a frame that `banding.score(..., keep=True)` gave, or of a file that `score --keep` wrote.

    file  the name to say in findings.

    Every row counts as a child in care: a scored file does not tell who has no placement.

    Raises CaseloadError with all findings where results or the caseload's own columns are absent, where another pack
    or version scored it, where it is of several dates, where scoring its own columns again gives other results, or
    where its overrides cannot be read.
    """
    names = set(frame.columns)
    wanted = [*_HEADING, *_COMPARED, *(f"{name}|{name}_pence" for name in MONEY)]
    absent = [name for name in wanted if not names & set(name.split("|"))]
    if absent:
        message = f"It is no scored caseload: {', '.join(name.split('|')[0] for name in absent)} absent."
        remedy = "Score the caseload with --keep, and give the file that --out names."
        raise CaseloadError(Finding("not-scored", file, "columns", message, remedy))
    on = _one_run(frame, pack, file)
    if items := [name for name in pack.items if name not in names]:
        message = f"It holds results without the caseload's own columns: {', '.join(items)} absent."
        raise CaseloadError(Finding("not-kept", file, "columns", message, "Score the caseload again, with --keep."))
    own, refused = _own(frame, pack, on), refused_again(frame)
    scored = score_caseload(own, pack, on, refused=refused)
    if differ := [name for name in _COMPARED if not _text(frame[name]).equals(_text(scored.frame[name]))]:
        message = f"Scoring its own columns again gives other results in {', '.join(differ)}: it was changed since."
        raise CaseloadError(Finding("scored-differs", file, "columns", message, "Score the caseload again."))
    found = reviewed(scored, own, pack, on)
    return replace(found, frame=found.frame.hstack(_by_hand(frame, file)))


def _by_hand(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    """The overrides as scoring typed them; no columns where there were none."""
    held = [name for name in OVERRIDES if name in frame.columns]
    text = frame.select(pl.col(held).cast(pl.String).replace("", None))
    typed = text.select(
        pl.col(name).str.to_date(strict=False) if kind == pl.Date else pl.col(name).cast(kind, strict=False)
        for name, kind in BY_HAND.items()
        if name in held
    )
    lost = [name for name in held if not typed[name].is_null().equals(text[name].is_null())]
    if lost or len(held) not in (0, len(OVERRIDES)):
        message = f"The overrides are not as they were written: {', '.join(lost or OVERRIDES)}."
        remedy = "Score the caseload again, with --overrides."
        raise CaseloadError(Finding("overrides-differ", file, "columns", message, remedy))
    return typed


def _one_run(frame: pl.DataFrame, pack: Pack, file: str) -> dt.date:
    """The date of the only run a frame is from."""
    wrong = []
    prints = frame["pack_fingerprint"].cast(pl.String).unique().to_list()
    if prints != [pack.fingerprint]:
        by = frame.select(pl.concat_str("pack", "pack_version", separator="@").unique().sort()).to_series().to_list()
        message = f"It was scored by {' and '.join(map(str, by))}; {pack.header.id}@{pack.header.version} differs."
        remedy = "Name the pack it was scored by with --pack, or score the caseload again."
        wrong.append(Finding("scored-by-another", file, "column pack_fingerprint", message, remedy))
    dates = frame["on"].cast(pl.String).unique().to_list()
    if len(dates) != 1:
        message = f"It holds results of {len(dates)} dates."
        wrong.append(Finding("several-dates", file, "column on", message, "Give the rows of one run."))
    if wrong:
        raise CaseloadError(wrong)
    return dt.date.fromisoformat(str(dates[0]))


def _own(frame: pl.DataFrame, pack: Pack, on: dt.date) -> pl.DataFrame:
    """The caseload's own columns under their own names: `keep` calls one `<name>_given` whose name a result has."""
    results = scored_columns(compiled(pack, on))
    taken = {name for column in results for name in (column, column.removesuffix("_pence"))} | set(OVERRIDES)
    given = {}
    for name in taken:
        longest = name + GIVEN
        while longest + GIVEN in frame.columns:
            longest += GIVEN
        if longest in frame.columns:
            given[longest] = name
    # What a result has the name of is the caseload's own only under its other name; child_id is both.
    kept = [name for name in frame.columns if name == "child_id" or name not in taken]
    return frame.select(kept).rename(given, strict=False)


def refused_again(frame: pl.DataFrame) -> pl.DataFrame:
    """Why rows were rejected, as reasons to reject them again: the reader's are not in the columns."""
    because = frame["rejected_because"].cast(pl.String).str.split(";").alias("code")
    each = because.to_frame().with_row_index("index").explode("code").drop_nulls().filter(pl.col("code") != "")
    parts = pl.col("code").str.splitn(":", 2)
    code, column = parts.struct.field("field_0"), parts.struct.field("field_1").fill_null("")
    value = pl.lit(None, pl.String)
    return each.select(pl.col("index").cast(pl.Int64), code=code, column=column, value=value)


def _text(column: pl.Series) -> pl.Series:
    return column.cast(pl.String).fill_null("")


def _ratings(scored: Scored, pack: Pack) -> pl.DataFrame:
    found = {}
    for name, item in pack.items.items():
        column = scored.prepared.columns["raw", name]
        ratings = pl.Series(name, np.broadcast_to(column, scored.prepared.rows).astype(np.int8))
        asked = asked_under(scored.prepared, pack, pack.gates[name]) if name in pack.gates else None
        there = ratings.is_between(0, item.top)
        found[name] = ratings.set(~there if asked is None else ~(there & pl.Series(asked)), None)
    return pl.DataFrame(found)
