"""What is wrong between the rows of a return: two open episodes, overlaps, episodes that the next year has lost."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from banding.caseload.ssda903.codes import label
from banding.caseload.ssda903.model import faults


def between_episodes(episodes: pl.DataFrame, years: tuple[int, ...]) -> Iterator[pl.DataFrame]:
    """Faults between the rows of the episodes table; all are warnings, and none of them loses a row."""
    used = episodes.filter("usable")
    yield from _doubled(used)
    open_one = used.filter(pl.col("DEC").is_null())
    yield faults(
        open_one.filter(pl.struct("CHILD", "year").is_duplicated()), "two-open-episodes", "DEC",
        "The child has more than one open episode in this return; the one with the later DECOM is used.",
        "Give DEC to the one that has ended.",
    )  # fmt: skip
    yield from _overlapping(used)
    yield from _lost(used, open_one, years)


def _doubled(used: pl.DataFrame) -> Iterator[pl.DataFrame]:
    yield faults(
        used.filter(pl.struct("CHILD", "DECOM", "year").is_duplicated()), "duplicate-episode", "DECOM",
        "The child has more than one episode that begins on this day; the last in the file is used.",
        "Keep the one that is right.",
    )  # fmt: skip


def _overlapping(used: pl.DataFrame) -> Iterator[pl.DataFrame]:
    rows = used.sort("year", "CHILD", "DECOM", "row")
    same = (pl.col("CHILD") == pl.col("CHILD").shift(1)) & (pl.col("year") == pl.col("year").shift(1))
    yield faults(
        rows.filter(same & (pl.col("DECOM") < pl.col("DEC").shift(1)) & (pl.col("DECOM") > pl.col("DECOM").shift(1))),
        "overlapping-episodes", "DECOM",
        "The episode begins before the child's one before it ends; on days that both hold, this one is used.",
        "Correct one of the dates.",
    )  # fmt: skip


def _lost(used: pl.DataFrame, open_one: pl.DataFrame, years: tuple[int, ...]) -> Iterator[pl.DataFrame]:
    for year in years:
        if year + 1 not in years:
            continue
        after = used.filter(pl.col("year") == year + 1).select("CHILD", "DECOM")
        lost = open_one.filter(pl.col("year") == year).join(after, on=["CHILD", "DECOM"], how="anti")
        yield faults(
            lost.sort("row"), "open-then-absent", "DEC",
            f"The episode is open at the end of {label(year)} and not in the return of {label(year + 1)}; it is not "
            "carried forward.",
            f"Add the episode to the return of {label(year + 1)}, or give its DEC.",
        )  # fmt: skip
