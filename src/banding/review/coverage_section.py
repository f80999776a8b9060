"""How far figures can be relied on: which children have a profile, in date and by whom, and whose costs compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from banding.explanation.words import day
from banding.review import categories
from banding.review.compared import rolled_up
from banding.review.model import Cell, Column, Section, Sentence, Table, Unit
from banding.review.reviewed import FEWEST_USABLE, Reviewed

RELIABILITY = "u"
_MARKED = (Unit.POUNDS, Unit.NUMBER, Unit.PERCENT)
COMPARED = "compared"
# Why the cost of a scored child is not compared, the first that applies: column, label, and what it has in common.
_REASONS = (
    ("no_setting", "No setting known", pl.col("setting").is_null()),
    ("no_price", "No price for the setting and band", pl.col("price_expected_pence").is_null()),
    ("no_cost", "No cost known", pl.col("care_cost_pence").is_null()),
    ("unlike", "Cost and price cover different things", pl.lit(value=True)),
)


def coverage(reviewed: Reviewed) -> Section:
    """Counts what the caseload's profiles, results and costs cover, of the children in care.

    Tables `coverage` (profiles, one row), `scored` (one row) and `comparable` (by setting, why costs are not compared).
    A child counts once; `usable` is `Reviewed.usable`. Where the pack sets no limit to a profile's age, in_date and
    date_unknown are null. That figures of a caseload that is not `reliable` are marked `u` is said here, once.
    """
    title = "How far can these figures be relied on?"
    if not reviewed.coverage.in_care:
        return Section(
            "coverage", title, cannot=("Nobody is in care in this caseload, so nothing can be shown of it.",)
        )
    tables = (_profiles(reviewed), _scored(reviewed), _comparable(reviewed))
    says, cannot = _says(reviewed, tables[-1]), _cannot(reviewed)
    shown = tuple(table for table in tables if table.frame.height)
    return Section("coverage", title, tuple(says), shown, tuple(cannot))


def marked_unreliable(section: Section) -> Section:
    """The section with `u` beside every figure in pounds, numbers and per cent; other symbols stay."""
    return replace(section, tables=tuple(_marked(table) for table in section.tables))


def _marked(table: Table) -> Table:
    symbols = table.symbols
    if symbols.is_empty():
        symbols = pl.DataFrame({name: [None] * table.frame.height for name in table.frame.columns}, strict=False)
        symbols = symbols.cast(pl.String)
    figures = [column.id for column in table.columns if column.unit in _MARKED]
    marks = {
        name: symbols[name].zip_with(
            table.frame[name].is_null(),
            pl.repeat(RELIABILITY, table.frame.height, dtype=pl.String, eager=True),
        )
        for name in figures
    }
    return replace(table, symbols=symbols.with_columns(**marks))


# -- tables -----------------------------------------------------------------------------------------------------------


def _profiles(reviewed: Reviewed) -> Table:
    counts = reviewed.coverage
    known, dated = {"profile": "yes"}, counts.in_date is not None
    columns = (
        Column("in_care", "Children in care", Unit.CHILDREN),
        Column("with_profile", "With a profile", Unit.CHILDREN, known),
        Column("in_date", "Profile in date", Unit.CHILDREN, {**known, "in_date": "yes"}),
        Column("usable", "Usable: profile there and in date", Unit.PERCENT,
               of=("in_date" if dated else "with_profile", "in_care")),
        Column("date_unknown", "Not known whether in date", Unit.CHILDREN, {**known, "in_date": "not known"}),
        Column("independent", "Rated by someone it does not pay", Unit.CHILDREN, {**known, "rater": "unpaid"}),
        Column("independent_share", "Of the profiles", Unit.PERCENT, of=("independent", "with_profile")),
        Column("rater_unknown", "Not known who rated", Unit.CHILDREN, {**known, "rater": "not known"}),
    )  # fmt: skip
    row = {
        "in_care": counts.in_care,
        "with_profile": counts.with_profile,
        "in_date": counts.in_date,
        "usable": float(reviewed.usable),
        "date_unknown": counts.date_unknown if dated else None,
        "independent": counts.independent,
        "independent_share": _share(counts.independent, counts.with_profile),
        "rater_unknown": counts.rater_unknown,
    }
    notes = () if dated else ("This pack sets no limit to the age of a profile, so any profile is usable.",)
    title = f"Profiles of the children in care on {day(reviewed.on)}"
    return Table("coverage", title, columns, _one_row(row, columns), notes=notes)


def _scored(reviewed: Reviewed) -> Table:
    here = reviewed.frame.lazy().filter("in_care").select("status", "cost_fit").collect()
    scored = int((here["status"] == "scored").sum())
    compared = int(((here["status"] == "scored") & (here["cost_fit"] != "unknown")).sum())
    columns = (
        Column("in_care", "Children in care", Unit.CHILDREN),
        Column("scored", "Scored", Unit.CHILDREN, {"status": "scored"}),
        Column("rejected", "Rejected", Unit.CHILDREN, {"status": "rejected"}),
        Column("compared", "Cost compared like with like", Unit.CHILDREN, {"status": "scored", COMPARED: "yes"}),
        Column("compared_share", "Of those scored", Unit.PERCENT, of=("compared", "scored")),
    )
    row = {
        "in_care": reviewed.coverage.in_care,
        "scored": scored,
        # A child whose rows were all rejected counts once, however many there are.
        "rejected": reviewed.coverage.in_care - scored,
        "compared": compared,
        "compared_share": _share(compared, scored),
    }
    return Table("scored", "Children scored, and children whose cost is compared", columns, _one_row(row, columns))


def _comparable(reviewed: Reviewed) -> Table:
    reason: Any = pl.when(pl.col("cost_fit") != "unknown").then(pl.lit(COMPARED))
    for name, _, holds in _REASONS:
        reason = reason.when(holds).then(pl.lit(name))
    names = [COMPARED, *(name for name, *_ in _REASONS)]
    found = (
        reviewed.frame.lazy()
        .filter(pl.col("in_care") & (pl.col("status") == "scored"))
        .group_by("setting", reason.alias("reason"))
        .agg(pl.len().cast(pl.Int64))
        .collect()
    )
    by_setting = found.group_by("setting").agg(
        pl.col("len").sum().alias("scored"),
        *(pl.col("len").filter(pl.col("reason") == name).sum().alias(name) for name in names),
    )
    by_setting = by_setting.with_columns(categories.setting(reviewed.pack), provider=pl.lit(None, pl.String))
    rolled = rolled_up(by_setting, ("setting",)).with_columns(
        pl.col("setting").cast(pl.String),
        compared_share=pl.when(pl.col("scored") > 0).then(pl.col(COMPARED) * 100 / pl.col("scored")),
    )
    columns = (
        Column("setting", "Setting", Unit.KEY),
        Column("scored", "Children scored", Unit.CHILDREN),
        Column(COMPARED, "Cost compared", Unit.CHILDREN, {COMPARED: "yes"}),
        Column("compared_share", "Of those scored", Unit.PERCENT, of=(COMPARED, "scored")),
        *(Column(name, label, Unit.CHILDREN, {COMPARED: label}) for name, label, _ in _REASONS),
    )
    notes = (
        "A cost is compared only where it and the price are known and cover the same: care or the total, and a fee, "
        "carer payments or a full unit cost.",
        "Of several reasons why a cost is not compared, the first from the left is counted.",
    )
    title = "Costs compared like with like, and why others are not, by setting"
    return Table(
        "comparable", title, columns, rolled.select(column.id for column in columns),
        whole=("setting",), about={"status": "scored"}, notes=notes,
    )  # fmt: skip


def _one_row(row: Mapping[str, float | None], columns: tuple[Column, ...]) -> pl.DataFrame:
    kinds = {column.id: pl.Int64 if column.unit is Unit.CHILDREN else pl.Float64 for column in columns}
    return pl.DataFrame([row], schema=kinds)


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


# -- words ------------------------------------------------------------------------------------------------------------


def _says(reviewed: Reviewed, comparable: Table) -> list[Sentence]:
    def cells(table: str, *columns: str) -> tuple[Cell, ...]:
        return tuple(Cell(table, 0, column) for column in columns)

    in_date = reviewed.coverage.in_date is not None
    says = [
        Sentence(
            f"{{}} of {{}} children in care have a profile{' that is in date' if in_date else ''}: {{}}.",
            cells("coverage", "in_date" if in_date else "with_profile", "in_care", "usable"),
        )
    ]
    if not reviewed.reliable:
        says.append(
            Sentence(
                f"That is below {FEWEST_USABLE}%, so figures of need and cost are marked [{RELIABILITY}]: low "
                "reliability. The children without a usable profile may differ from the others."
            )
        )
    if reviewed.coverage.with_profile:
        says.append(
            Sentence(
                "{} of {} profiles were rated by someone whom the placement does not pay; of {} it is not known.",
                cells("coverage", "independent", "with_profile", "rater_unknown"),
            )
        )
    says.append(Sentence("{} children were scored and {} rejected.", cells("scored", "scored", "rejected")))
    last = comparable.frame.height - 1
    if last >= 0:
        names = (COMPARED, "scored", *(name for name, *_ in _REASONS))
        says.append(
            Sentence(
                "The care cost of {} of {} scored children is compared with a price that covers the same; for {} no "
                "setting is known, for {} the pack has no price, for {} no cost is known, and of {} cost and price "
                "cover different things.",
                tuple(Cell("comparable", last, name) for name in names),
            )
        )
    return says


def _cannot(reviewed: Reviewed) -> list[str]:
    said = []
    frame = reviewed.frame
    if frame["child_id"].null_count():
        said.append("Rows without a child's id are counted nowhere, since nobody can tell whose they are.")
    if not reviewed.coverage.with_profile:
        said.append("No child has a profile, so nothing can be said of need.")
    elif reviewed.coverage.rater_unknown == reviewed.coverage.with_profile:
        said.append("Nothing tells who rated the profiles, so whether the placement pays the rater cannot be shown.")
    return said
