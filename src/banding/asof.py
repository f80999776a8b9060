"""One caseload as of a date, from files of profiles, placements, costs and more: read, joined, and banded before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl

from banding.caseload.join import CHILD, Joined, join
from banding.caseload.model import Caseload
from banding.engine.crosswalk import in_pack_items
from banding.engine.score import score_caseload
from banding.findings import refusals
from banding.pack.meaning import Pack
from banding.steps import step

Read = Callable[[Sequence[Path]], Caseload]
EARLIER = ("earlier_band", "earlier_need_score", "earlier_cost", "earlier_support_cost")


def caseload_as_of(
    files: Mapping[str, Sequence[Path]], pack: Pack, on: dt.date, read: Read, *, by: str = CHILD
) -> Joined:
    """The caseload of a date, and what became of every row of the files.

    files  paths by kind: needs at least, and placements, costs, extra.
    read   reads the files of one kind into a caseload of our own columns.
    by     the column by which children are matched.

    Of each child with an earlier profile the facts of EARLIER (text, money in pounds) are worked out by the pack, where
    the files do not say them.

    Raises CaseloadError with all findings as `read` and `join` do.
    """
    parts = {kind: read(paths) for kind, paths in files.items()}
    step("Joining the files")
    joined = join(parts, on, by=by)
    if joined.earlier.frame.is_empty():
        return joined
    results = _banded(joined.earlier, pack, on)
    caseload = replace(joined.caseload, frame=_filled(joined.caseload.frame, results))
    return replace(joined, caseload=caseload)


def _banded(before: Caseload, pack: Pack, on: dt.date) -> pl.DataFrame:
    """What the pack makes of earlier profiles, as text by child_id; those that are rejected are left out."""
    earlier = in_pack_items(before.frame, pack)
    scored = score_caseload(earlier, pack, on, refused=refusals(before.findings)).frame
    pounds = pl.col("care_cost_pence").cast(pl.Decimal(38, 0)) * pl.lit(Decimal("0.01"))
    support = "additional_support_cost"
    given = earlier[support] if support in earlier.columns else pl.repeat(None, earlier.height, eager=True)
    found = scored.select(
        CHILD,
        "status",
        earlier_band=pl.col("band").cast(pl.String),
        earlier_need_score=pl.col("need_score").cast(pl.String),
        earlier_cost=pounds.cast(pl.String),
    ).with_columns(earlier_support_cost=given.cast(pl.String))
    return found.filter(pl.col("status") == "scored").drop("status")


def _filled(frame: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """The caseload with the earlier results where it does not give them."""
    beside = frame.select(CHILD).join(results, on=CHILD, how="left", maintain_order="left")
    for name in EARLIER:
        worked_out = beside[name]
        if name in frame.columns:
            given = frame[name].cast(pl.String)
            worked_out = given.zip_with(given.str.strip_chars().fill_null("") != "", worked_out)
        frame = frame.with_columns(worked_out.alias(name))
    return frame
