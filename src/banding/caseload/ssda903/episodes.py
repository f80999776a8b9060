"""Episodes to periods of care and placements, as of a date.

RNE says why an episode began: S the child started to be looked after; P and B placement and carer changed, a move;
T and U the placement changed and the carer did not, a new placement and no move; L only the legal status, the same
placement. Short breaks (V3, V4) are no part of being looked after, so a period of care does not run through one.
"""

from __future__ import annotations

import calendar
import datetime as dt

import polars as pl

from banding.caseload.ssda903.codes import mean, meaning

SHORT_BREAKS = [code for code, status in meaning("LS", "status").items() if status == "short_breaks"]


def is_short_break() -> pl.Expr:
    return pl.col("LS").is_in(SHORT_BREAKS).fill_null(False)


def as_known(episodes: pl.DataFrame, year: int) -> pl.DataFrame:
    """The episodes as the returns up to `year` tell them: each once, as its latest return has it, in order of child and
    DECOM. An episode is one child's DECOM. Adds `doubt`: true in every row of a child of whom a row is not usable."""
    known = (
        episodes.filter(pl.col("year") <= year)
        .sort("CHILD", "DECOM", "year", "row")
        .unique(["CHILD", "DECOM"], keep="last", maintain_order=True)
    )
    doubted = known.filter(~pl.col("usable"))["CHILD"].unique()
    return known.filter("usable").with_columns(doubt=pl.col("CHILD").is_in(doubted.implode()))


def open_on(known: pl.DataFrame, on: dt.date, year: int) -> pl.DataFrame:
    """For each child the episode that holds on the date (the day of DEC is no longer held), by the return of that year
    alone: what an earlier year left open is not carried forward. Of several, the one with the later DECOM."""
    holds = (pl.col("DECOM") <= on) & (pl.col("DEC").is_null() | (pl.col("DEC") > on)) & (pl.col("year") == year)
    return known.filter(holds).unique("CHILD", keep="last", maintain_order=True)


def periods_and_placements(known: pl.DataFrame, on: dt.date) -> pl.DataFrame:
    """The looked-after episodes that had begun by the date, in order, with three columns more:

    care_began       Date: DECOM of the episode with RNE S that opened the period of care; null where the returns do
                     not reach back to it, or the period's first known episode has another RNE.
    placement_began  Date: DECOM of the episode with RNE S, P, B, T or U that opened the placement; null likewise.
    last             Boolean: no later episode of the child had begun.

    A day between two episodes that none holds, or an RNE that is not known, ends what can be followed.
    """
    rows = known.filter((pl.col("DECOM") <= on) & ~is_short_break()).sort("CHILD", "DECOM")
    before = pl.col("CHILD").ne_missing(pl.col("CHILD").shift(1))
    # An open episode that another follows in the same return has ended, and only its DEC was forgotten; one that an
    # earlier return left open has been lost, and nobody can say when it ended.
    ended = pl.col("DEC").shift(1)
    forgotten = ended.is_null() & (pl.col("year").shift(1) == pl.col("year"))
    broken = ~forgotten & (ended.is_null() | (ended < pl.col("DECOM")))
    opens = {"care": _says("care"), "placement": _says("placement")}
    began = {}
    for name, says in opens.items():
        new = before | broken | pl.col("RNE").is_null() | says
        began[f"{name}_began"] = pl.when(pl.when(new).then(says).forward_fill()).then(
            pl.when(new).then(pl.col("DECOM")).forward_fill()
        )
    return rows.with_columns(**began, last=pl.col("CHILD").ne_missing(pl.col("CHILD").shift(-1)))


def moves(known: pl.DataFrame, after: dt.date, on: dt.date) -> pl.DataFrame:
    """CHILD and moves_12_months (Int64): changes of carer (RNE P or B) that began after `after` and by `on`, in every
    period of care; null for a child with an episode in that time whose RNE is not known."""
    within = known.filter((pl.col("DECOM") > after) & (pl.col("DECOM") <= on) & ~is_short_break())
    told = pl.col("RNE").is_not_null().all()
    moved = _says("move").cast(pl.Int64).sum()
    return within.group_by("CHILD").agg(moves_12_months=pl.when(told).then(moved))


def year_before(on: dt.date) -> dt.date:
    """The same day of the year before; 28 February for 29 February."""
    return on.replace(year=on.year - 1, day=min(on.day, calendar.monthrange(on.year - 1, on.month)[1]))


def _says(key: str) -> pl.Expr:
    return mean("RNE", key, pl.Boolean).fill_null(False)
