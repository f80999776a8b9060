"""What health and education pay of the children's placements."""

from __future__ import annotations

import polars as pl

from banding.explanation.words import day
from banding.review import categories
from banding.review.children import scored_in_care
from banding.review.model import ALL, Cell, Column, Section, Sentence, Table, Unit
from banding.review.reviewed import Reviewed

TITLE = "What do health and education pay?"
PAYERS = ("health", "education")
_NOTES = (
    "Who pays never changes what a child's care is expected to cost.",
    "The total cost is of the children whose contribution and total cost are both known, and so is the part of it.",
)
_PENCE = 100


def contributions(reviewed: Reviewed) -> Section:
    """How many of the scored children in care health and education contribute for, and how much, by setting.

    Tables `health_contributions` and `education_contributions`: children with a contribution, with none, and of whom it
    is not known, which is never none; the mean over those with one, and the sum (pounds a week); the total cost of the
    children of whom both are known, and how many pence of each pound of it the contribution is. Null where no child
    stands behind a figure. Contributions change who pays, never what care is expected to cost.
    """
    contributed = [f"{payer}_contribution_pence" for payer in PAYERS]
    frame = scored_in_care(reviewed, "setting", "provider", "weekly_cost_pence", *contributed)
    frame = frame.with_columns(categories.setting(reviewed.pack))
    tables, says, cannot = [], [], []
    for payer in PAYERS:
        if not frame[f"{payer}_contribution_pence"].count():
            cannot.append(f"What {payer} pays is not known of any child, which is not the same as nothing.")
            continue
        table = _table(frame, payer, day(reviewed.on))
        row = table.frame.height - 1
        part = " and {} pence of each pound of the total cost" if table.frame["part"][row] is not None else ""
        says.append(
            Sentence(
                f"{payer.capitalize()} pays towards the placements of {{}} of {{}} children, {{}} a week in all{part}; "
                "of {} it is not known.",
                tuple(
                    Cell(table.id, row, column)
                    for column in ("paid", "children", "total", *["part"] * bool(part), "unknown")
                ),
            )
        )
        tables.append(table)
    if says:
        says.append(Sentence("Who pays never changes what a child's care is expected to cost."))
    return Section("contributions", TITLE, tuple(says), tuple(tables), tuple(cannot))


def _table(frame: pl.DataFrame, payer: str, date: str) -> Table:
    rolled = _rolled_up(frame, f"{payer}_contribution_pence")
    by = f"{payer}_contribution"
    columns = (
        Column("setting", "Setting", Unit.KEY),
        Column("children", "Children", Unit.CHILDREN),
        Column("paid", "With a contribution", Unit.CHILDREN, {by: "some"}),
        Column("share", "Share known to have one", Unit.PERCENT, of=("paid", "children")),
        Column("none", "With none", Unit.CHILDREN, {by: "none"}),
        Column("unknown", "Not known", Unit.CHILDREN, {by: categories.NOT_KNOWN}),
        Column("mean", "Mean of those with one, a week", Unit.POUNDS),
        Column("total", "Sum a week", Unit.POUNDS),
        Column("cost", "Total cost a week", Unit.POUNDS),
        Column("part", "Pence of each pound of it", Unit.NUMBER),
    )
    paid, known, both = (pl.col(name) for name in ("paid", "known", "both"))
    found = rolled.with_columns(
        pl.when(known > 0).then(100 * paid / pl.col("children")).alias("share"),
        pl.when(paid > 0).then(pl.col("given") / paid / _PENCE).alias("mean"),
        pl.when(paid > 0).then(pl.col("given") / _PENCE).alias("total"),
        pl.when(both > 0).then(pl.col("pounds") / _PENCE).alias("cost"),
        pl.when(pl.col("given_of_both") > 0).then(100 * pl.col("given_of_both") / pl.col("pounds")).alias("part"),
        *_rests_on("mean", "paid", "given"),
        *_rests_on("total", "paid", "given"),
        *_rests_on("cost", "both", "pounds"),
        *_rests_on("part", "paid_of_both", "given_of_both"),
    )
    return Table(
        f"{payer}_contributions",
        f"Contributions by {payer}, by setting, {date}",
        columns,
        found.select(column.id for column in columns),
        found.select(name for name in found.columns if "." in name),
        whole=("setting",),
        about={"status": "scored"},
        notes=_NOTES,
    )


def _rolled_up(frame: pl.DataFrame, contribution: str) -> pl.DataFrame:
    """Counts, sums and largest amounts by setting, and over all; of counts also how many providers stand behind."""
    given, cost = pl.col(contribution), pl.col("weekly_cost_pence")
    rows = {
        "paid": given > 0,
        "none": given == 0,
        "unknown": given.is_null(),
        "known": given.is_not_null(),
        "both": given.is_not_null() & cost.is_not_null(),
        "paid_of_both": (given > 0) & cost.is_not_null(),
    }
    sums = {"given": given, "given_of_both": given.filter(rows["both"]), "pounds": cost.filter(rows["both"])}
    # By provider first: to tell providers apart among all children, for every count, takes many times as long.
    by_provider = frame.group_by("setting", "provider").agg(
        pl.len().cast(pl.Int64).alias("children"),
        *(here.sum().cast(pl.Int64).alias(name) for name, here in rows.items()),
        *(values.sum().alias(name) for name, values in sums.items()),
        *(values.max().alias(f"most_{name}") for name, values in sums.items()),
    )
    everyone = pl.lit(ALL).cast(frame.schema["setting"]).alias("setting")
    return (
        pl.concat([by_provider, by_provider.with_columns(everyone)])
        .group_by("setting")
        .agg(
            pl.col("children", *rows, *sums).sum(),
            pl.col(f"most_{name}" for name in sums).max(),
            *(
                pl.col("provider")
                .filter(pl.col(name) > 0)
                .drop_nulls()
                .n_unique()
                .cast(pl.Int64)
                .alias(f"providers_{name}")
                for name in rows
            ),
        )
        .sort("setting")
        .with_columns(pl.col("setting").cast(pl.String))
    )


def _rests_on(figure: str, count: str, value: str) -> list[pl.Expr]:
    """What the sum or mean of a value over the children of a count rests on."""
    behind = pl.col(f"providers_{count}")
    return [
        pl.col(count).alias(f"{figure}.children"),
        pl.when(behind > 0).then(behind.cast(pl.Int64)).alias(f"{figure}.providers"),
        pl.when(pl.col(value) > 0).then(pl.col(f"most_{value}") / pl.col(value)).alias(f"{figure}.largest"),
    ]
