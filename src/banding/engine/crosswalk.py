"""From the items of another instrument to the items of a pack, by the pack's crosswalk.csv.

Several source items of one item: the rating that tells of most need is taken (for a strength the least strength). What
the instrument does not ask is unanswered, never 0, unless a broader item that it does ask covers it.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from banding.engine import cells
from banding.errors import CaseloadError, Finding, did_you_mean
from banding.pack.lower import NOT_ASKED
from banding.pack.meaning import Pack
from banding.pack.model import Item, Mapping

FORM = "form"


def crosswalk(frame: pl.DataFrame, pack: Pack, instrument: str) -> pl.DataFrame:
    """A caseload rated on another instrument, with the pack's items in place of the instrument's.

    frame       the instrument's items by the names in crosswalk.csv, ratings as `banding.score` takes them (null
                unanswered, -1 or "not_asked" not asked); other columns stay as they are, but for the pack's items.
    instrument  a name in crosswalk.csv, such as cans_6_21; it goes into the column `form`.

    Returns the other columns, `form`, and every item of the pack as Int8: null where nothing answers it, -1 where
    everything that would was not asked, and a rating off the scale where a source was, so that scoring rejects the row.

    Raises CaseloadError with all findings where the pack maps no such instrument, or a source column is absent or has a
    type that holds no ratings.
    """
    rows = [row for row in pack.document.crosswalk if row.instrument == instrument]
    if not rows:
        known = sorted({row.instrument for row in pack.document.crosswalk})
        message = f"{pack.header.id} has no crosswalk from {instrument}."
        others = f"It has one from {', '.join(known)}." if known else "It has none at all."
        remedy = f"{did_you_mean(instrument, known) or others} Name another pack, or add crosswalk.csv to this one."
        raise CaseloadError(Finding("no-such-instrument", "", "", message, remedy))
    sources = _sources(frame, rows)
    left = frame.drop([name for name in (*sources, FORM, *pack.items) if name in frame.columns])
    items = {
        name: _item(item, [row for row in rows if row.item == name], sources, frame.height)
        for name, item in pack.items.items()
    }
    return left.with_columns(pl.lit(instrument).alias(FORM), *(series.alias(name) for name, series in items.items()))


def in_pack_items(frame: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """A caseload as it was read, with the pack's items in place of any other instrument's.

    frame  as `banding.caseload.read` gives it: the items of an instrument in one Struct column of its name, null in the
           rows of children who were not rated on it.

    Returns as many rows in the same order, by `crosswalk` from the instrument of each row; a row of none keeps what it
    holds, and a frame without such a column is given back as it is.

    Raises CaseloadError with all findings where the pack has no crosswalk from an instrument.
    """
    instruments = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Struct)]
    if not instruments:
        return frame
    others = frame.drop(instruments)
    left = pl.select(~pl.any_horizontal(frame[name].is_not_null() for name in instruments)).to_series()
    parts, rows = [others.filter(left)], [left.arg_true()]
    errors: list[Finding] = []
    for name in instruments:
        rated = frame[name].is_not_null()
        items = frame[name].filter(rated).struct.unnest()
        mapped = {row.source_item for row in pack.document.crosswalk if row.instrument == name}
        # Items that the pack does not map would each be told of as a column nobody knows.
        items = items.select(column for column in items.columns if column in mapped)
        try:
            parts.append(crosswalk(others.filter(rated).hstack(items), pack, name))
        except CaseloadError as error:
            errors += error.findings
        rows.append(rated.arg_true())
    if errors:
        raise CaseloadError(errors)
    stacked = pl.concat([part for part in parts if part.height] or parts[1:], how="diagonal_relaxed")
    return stacked[pl.concat(rows).arg_sort()]


def _sources(frame: pl.DataFrame, rows: Sequence[Mapping]) -> dict[str, pl.Series]:
    """The ratings of every source item as codes: 0 to top, UNANSWERED, NOT_ASKED, OFF_SCALE."""
    found: dict[str, pl.Series] = {}
    errors = []
    tops = {row.source_item: row.source_top for row in rows}
    strangers = [name for name in frame.columns if name not in tops]
    for name, top in tops.items():
        if name not in frame.columns:
            remedy = did_you_mean(name, strangers) or "Add the column; leave cells blank where it is unanswered."
            place, message = f"column {name}", "The column of this item is absent."
            errors.append(Finding("column-absent", "", place, message, remedy, path=name))
            continue
        codes = cells.ratings(frame[name], top)
        if codes is None:
            message, remedy = f"The column is {frame[name].dtype}.", "Give ratings as whole numbers."
            errors.append(Finding("wrong-type", "", f"column {name}", message, remedy, path=name))
        else:
            found[name] = codes.cast(pl.Int16)
    if errors:
        raise CaseloadError(errors)
    return found


def _item(item: Item, rows: Sequence[Mapping], sources: dict[str, pl.Series], height: int) -> pl.Series:
    plain = [row for row in rows if not row.covered_when]
    covering = [row for row in rows if row.covered_when]
    if not rows:
        return pl.repeat(None, height, dtype=pl.Int8, eager=True)
    frame = pl.DataFrame({row.source_item: sources[row.source_item] for row in rows})
    known = [pl.lit(None, pl.Int16), *map(_rating, plain)]
    # An item that the pack reverses has its most need, and its nothing, at the other end.
    most = pl.max_horizontal(known) if (item.kind == "need") != item.reversed else pl.min_horizontal(known)
    off = pl.any_horizontal(pl.col(row.source_item) == cells.OFF_SCALE for row in rows)
    covers = [pl.col(row.source_item).is_in(list(row.covered_when)) for row in covering]
    # Where a broader item is asked and does not cover, the narrower one is open, whatever the form left unopened.
    not_asked = pl.all_horizontal(pl.col(row.source_item) == NOT_ASKED for row in rows)
    chosen = (
        pl.when(off)
        .then(cells.OFF_SCALE)
        .when(most.is_not_null())
        .then(most)
        .when(pl.any_horizontal(pl.lit(value=False), *covers))
        .then(item.top if item.reversed else 0)
        .when(not_asked)
        .then(NOT_ASKED)
    )
    return frame.select(chosen.cast(pl.Int8).alias(item.id)).to_series()


def _rating(row: Mapping) -> pl.Expr:
    """The rating in the pack's direction, null where there is none."""
    code = pl.col(row.source_item)
    rated = pl.when(code.is_between(0, row.source_top)).then(code)
    return row.source_top - rated if row.reversed else rated
