"""Frames of figures: typed by their columns, cut before the digits that tell of the machine, with their support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from banding.review.compared import CHILDREN, LARGEST, PROVIDERS
from banding.review.model import Column, Unit

# The last digits of a sum can hang on the machine, and none of them may show.
DECIMALS = 9
_KINDS = {
    Unit.KEY: pl.String,
    Unit.CHILDREN: pl.Int64,
    Unit.PERCENT: pl.Float64,
    Unit.POUNDS: pl.Float64,
    Unit.NUMBER: pl.Float64,
    Unit.TEXT: pl.String,
}
_ENDS = {CHILDREN: pl.Int64, PROVIDERS: pl.Int64, LARGEST: pl.Float64}
# Children, providers where any is known, and the largest share that is one child's where the figure is a sum or mean.
Rests = tuple[int, int | None, float | None]


def frame_of(columns: Sequence[Column], rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """A table's frame from its lines; what a line leaves out is null. Pounds and numbers are cut to DECIMALS."""
    cut = [column.id for column in columns if column.unit in (Unit.POUNDS, Unit.NUMBER)]
    schema = {column.id: _KINDS[column.unit] for column in columns}
    return pl.DataFrame(list(rows), schema=schema).with_columns(pl.col(cut).round(DECIMALS))


def support_of(figures: Mapping[str, Sequence[Rests]]) -> pl.DataFrame:
    """A table's support from what each figure rests on, line by line."""
    return pl.concat(
        [
            pl.DataFrame(list(rests), schema={f"{figure}.{end}": kind for end, kind in _ENDS.items()}, orient="row")
            for figure, rests in figures.items()
        ],
        how="horizontal",
    )


def known_providers(providers: pl.Series) -> int | None:
    """How many different providers are known; None where none is."""
    return providers.drop_nulls().n_unique() or None
