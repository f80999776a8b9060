"""The categories that tables divide children by: one text for each wherever it stands, in the pack's order."""

from __future__ import annotations

import polars as pl

from banding.pack.meaning import Pack
from banding.review.model import ALL

NOT_KNOWN = "Not known"
# The last year of each age group of the looked-after children statistics (DfE): under 1, 1 to 4, 5 to 9, 10 to 15; the
# last group is 16 and over.
AGES = (0, 4, 9, 15)


def setting(pack: Pack) -> pl.Expr:
    """The label of a row's setting, an Enum in the pack's order with NOT_KNOWN and ALL behind it."""
    return _named("setting", {name: one.label for name, one in pack.settings.items()})


def band(pack: Pack) -> pl.Expr:
    """Number and name of a row's band, an Enum in the order of the numbers with NOT_KNOWN and ALL behind it."""
    return _named("band", band_names(pack))


def band_names(pack: Pack) -> dict[str, str]:
    return {str(one.number): f"{one.number} {one.name}" for one in pack.bands.values()}


def age_group(years: str) -> pl.Expr:
    """The place of a column of whole years among the age groups, from 0; behind the last where it is not known."""
    place = pl.sum_horizontal((pl.col(years) > last).cast(pl.Int64) for last in AGES)
    return pl.when(pl.col(years).is_null()).then(len(AGES) + 1).otherwise(place)


def _named(column: str, names: dict[str, str]) -> pl.Expr:
    order = pl.Enum(list(dict.fromkeys([*names.values(), NOT_KNOWN, ALL])))
    return (
        pl.col(column)
        .cast(pl.String)
        .replace_strict(names, default=NOT_KNOWN, return_dtype=pl.String)
        .cast(order)
        .alias(column)
    )
