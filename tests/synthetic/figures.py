"""Caseloads, and plain figures of their columns: numbers for assertions, whatever polars calls their type."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

import banding
from banding.synthetic import ON, Synthetic, Truth, synthesise, write_synthetic

CHILDREN = 20_000


def with_truth(pack: banding.Pack, children: int = CHILDREN, **stated: float) -> Synthetic:
    """The caseload of seed 1 with these parameters stated."""
    return synthesise(children, 1, pack=pack, on=ON, truth=Truth(**stated))


def mean(values: pl.Series) -> float:
    """The mean of what is known; of truths the share that is true."""
    return float(np.mean(values.drop_nulls().cast(pl.Float64).to_numpy()))


def days(frame: pl.DataFrame, since: str, until: pl.Expr) -> pl.Series:
    """Days from a column of dates to another date."""
    return frame.select((until - pl.col(since)).dt.total_days()).to_series()


def files(folder: Path, ending: str, made: Synthetic) -> dict[str, bytes]:
    """What `write_synthetic` writes into a new folder: the bytes of each file by its name."""
    folder.mkdir()
    return {path.name: path.read_bytes() for path in write_synthetic(made, folder / f"made{ending}")}


def ages(made: Synthetic) -> pl.Series:
    """Ages in whole years."""
    return (days(made.frame, "date_of_birth", pl.lit(ON)) / 365.25).floor()


def correlation(frame: pl.DataFrame, one: str, other: str) -> float:
    """Pearson's correlation of two columns, over rows where both are known."""
    return float(frame.select(one, other).drop_nulls().select(pl.corr(one, other)).item())


def likeness_of_siblings(made: Synthetic) -> float:
    """The correlation of the true need scores of the first two children of each household."""
    scores = made.frame.select("household").with_columns(score=made.hidden["true_need_score"].cast(pl.Float64))
    pairs = scores.group_by("household", maintain_order=True).agg(
        one=pl.col("score").first(), other=pl.col("score").get(1, null_on_oob=True)
    )
    return correlation(pairs, "one", "other")
