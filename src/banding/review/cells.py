"""Which row of prices.csv prices each child: the cells that a caseload's own costs are gathered in."""

from __future__ import annotations

import hashlib

import polars as pl

from banding.pack.prices import OLDEST, YOUNGEST
from banding.review.reviewed import Reviewed

# What a cost is called that no cell takes: for a ledger that adds up, every pound stands somewhere.
NO_CELL = {
    "no_setting": "the setting is not known",
    "unpriced": "the pack prices this setting for no band",
    "no_price": "the pack prices this setting, and not for this band, age or region",
    "other_scope": "the cost does not cover what the price covers",
}


def price_cells(reviewed: Reviewed) -> pl.DataFrame:
    """The prices in force, a row a band and setting: cell (Int64, the same for all settings of a row of prices.csv and
    band), list (Int64, the same for the cells that differ in nothing but the band), row, band, setting, what each asks
    of a child, and low, expected and high in pence a week."""
    priced = [price for price in reviewed.pack.prices if price.covers(reviewed.on)]
    rows = {price.row: tuple(p.setting for p in priced if p.row == price.row) for price in priced}
    cells: dict[tuple[object, ...], int] = {}
    lists: dict[tuple[object, ...], int] = {}
    found = []
    for price in priced:
        settings = tuple(sorted(set(rows[price.row])))
        group = (settings, price.scopes, price.ages, price.regions, price.basis)
        youngest, oldest = price.ages or (YOUNGEST, OLDEST)
        found.append(
            {
                "cell": cells.setdefault((price.row, price.band), len(cells)),
                "list": lists.setdefault(group, len(lists)),
                "row": price.row,
                "band": price.band,
                "setting": price.setting,
                "scopes": list(price.scopes),
                "regions": list(price.regions),
                "youngest": youngest,
                "oldest": oldest,
                "aged": price.ages is not None,
                "basis": price.basis,
                "low": price.low,
                "expected": price.expected,
                "high": price.high,
            }
        )
    return pl.DataFrame(found, schema=_SCHEMA)


_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "cell": pl.Int64,
    "list": pl.Int64,
    "row": pl.Int64,
    "band": pl.Int16,
    "setting": pl.String,
    "scopes": pl.List(pl.String),
    "regions": pl.List(pl.String),
    "youngest": pl.Int64,
    "oldest": pl.Int64,
    "aged": pl.Boolean,
    "basis": pl.String,
    "low": pl.Int64,
    "expected": pl.Int64,
    "high": pl.Int64,
}


def placed_in_cells(reviewed: Reviewed, prices: pl.DataFrame) -> pl.DataFrame:
    """Every scored child with a known care cost: child_id, provider, household, setting, band, cost (pence a week),
    cell and list (null in none), and why in none (a key of NO_CELL, null in one).

    A child is in the cell whose price covers the same as its cost: the one that cost_fit compares it with.
    """
    children = reviewed.scored.with_row_index("at").select(
        *("at", "child_id", "provider", "household", "band", "cost_basis", "cost_scope", "age_on", "region"),
        pl.col("setting").cast(pl.String),
        cost="care_cost_pence",
    )
    children = children.filter(pl.col("cost").is_not_null())
    priced = children.join(prices, on=["band", "setting"], how="inner")
    priced = priced.filter(
        (~pl.col("aged") | pl.col("age_on").is_between("youngest", "oldest").fill_null(value=False))
        & _lets("regions", "region")
    )
    alike = priced.filter(_lets("scopes", "cost_scope") & (pl.col("basis") == pl.col("cost_basis").cast(pl.String)))
    with_prices, with_price = prices["setting"].unique(), priced["at"].unique()
    why = (
        pl.when(pl.col("cell").is_not_null())
        .then(None)
        .when(pl.col("setting").is_null())
        .then(pl.lit("no_setting"))
        .when(~pl.col("setting").is_in(with_prices.implode()))
        .then(pl.lit("unpriced"))
        .when(~pl.col("at").is_in(with_price.implode()))
        .then(pl.lit("no_price"))
        .otherwise(pl.lit("other_scope"))
    )
    found = children.join(alike.select("at", "cell", "list"), on="at", how="left", maintain_order="left")
    return found.with_columns(why=why).drop("at", "cost_basis", "cost_scope", "age_on", "region")


def _lets(column: str, given: str) -> pl.Expr:
    """Whether a row that names some lets a child's one pass; a row that names none lets all."""
    return (pl.col(column).list.len() == 0) | pl.col(column).list.contains(pl.col(given)).fill_null(value=False)


def print_of(children: pl.DataFrame) -> str:
    """A fingerprint of costs: SHA-256 of every child_id and cost in order, its first 16 digits."""
    digest = hashlib.sha256()
    for child, cost in children.sort("child_id").select("child_id", "cost").iter_rows():
        digest.update(f"{child}\t{cost}\n".encode())
    return digest.hexdigest()[:16]
