"""The children that statistics are of."""

from __future__ import annotations

import polars as pl

from banding.review.reviewed import Reviewed


def scored_in_care(reviewed: Reviewed, *columns: str) -> pl.DataFrame:
    """These columns of the scored children in care, by child_id, which comes first.

    Columns are picked before rows: a whole frame holds some hundred.
    """
    return (
        reviewed.frame.lazy()
        .filter(pl.col("in_care") & (pl.col("status") == "scored"))
        .select("child_id", *columns)
        .sort("child_id")
        .collect()
    )
