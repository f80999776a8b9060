"""Summaries to write pages from: invented ones, and one of a synthetic caseload with simple tables of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import polars as pl

from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.review.model import ALL, Cell, Column, Section, Sentence, Table, Unit
from banding.review.reviewed import Reviewed, reviewed
from banding.review.summary import ChildList, Summary
from banding.synthetic import synthesise

ON = dt.date(2026, 6, 30)
SETTING = Column("setting", "Setting", Unit.KEY)
BAND = Column("band", "Band", Unit.KEY)
CHILDREN = Column("children", "Children", Unit.CHILDREN)
COSTS = tuple(range(0, 10_500, 500))
FOSTER, HOME = "Agency foster care", "Children's home"
NEEDS = (0, 4, 12, 24, 42, 62)


def summary(*sections: Section, shareable: bool = True, notes: tuple[str, ...] = ()) -> Summary:
    pack = ("England reference banding", "england-reference", "2026", "illustrative")
    return Summary(*pack, ON, sections, shareable, notes)


def counted(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    return frame.group_by(keys).agg(pl.len().cast(pl.Int64).alias("children")).sort(keys)


def suppressed(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts of 1 to 5 become [c]: enough to see how a page shows it."""
    small = pl.col("children").is_between(1, 5)
    symbols = frame.select(pl.when(small).then(pl.lit("c")).alias("children"))
    return frame.with_columns(pl.when(~small).then("children").alias("children")), symbols


def bands_table(rows: Sequence[tuple[str, str, int | None]], symbols: Sequence[str | None] = ()) -> Table:
    frame = pl.DataFrame(rows, schema={"setting": pl.String, "band": pl.String, "children": pl.Int64}, orient="row")
    beside = pl.DataFrame({"children": list(symbols)}, schema={"children": pl.String}) if symbols else pl.DataFrame()
    return Table("bands", "Children in care by setting and band", (SETTING, BAND, CHILDREN), frame, symbols=beside)


def groups_table(rows: Sequence[tuple[str, int, float | None]]) -> Table:
    """A funnel of providers, their children and ratios; a provider without a ratio is suppressed."""
    sizes = {"size": "Size", "ratio": "Actual over expected"}
    limits = {
        "low_95": "95% limit below 1",
        "high_95": "above 1",
        "low_998": "99.8% limit below 1",
        "high_998": "above 1",
    }
    numbers = {**sizes, **limits}
    columns = (
        Column("provider", "Provider", Unit.KEY),
        CHILDREN,
        *(Column(name, label, Unit.NUMBER) for name, label in numbers.items()),
        Column("place", "Place", Unit.TEXT),
    )
    filled = []
    for name, children, ratio in rows:
        inner, outer = 1.2 / children**0.5, 1.9 / children**0.5
        figures = [float(children), ratio, 1 - inner, 1 + inner, 1 - outer, 1 + outer]
        place = "Inside the limits" if ratio and abs(ratio - 1) <= inner else "Outside the limits"
        filled.append((name, children, *figures, place) if ratio else (name, *[None] * 8))
    schema = {"provider": pl.String, "children": pl.Int64, **dict.fromkeys(numbers, pl.Float64), "place": pl.String}
    frame = pl.DataFrame(filled, schema=schema, orient="row")
    symbols = frame.select(
        pl.when(pl.col(name).is_null()).then(pl.lit("c")).alias(name) for name in schema if name != "provider"
    )
    return Table("funnel", "Funnel plot of providers' care costs at equal need", columns, frame, symbols=symbols)


def saying(table: str, text: str, *cells: tuple[int, str]) -> Sentence:
    return Sentence(text, tuple(Cell(table, row, column) for row, column in cells))


def invented() -> Summary:
    """Every kind of column, symbol and chart, few rows."""
    return summary(
        Section(
            "coverage",
            "How many children can be judged?",
            (Sentence("Of most children a profile is there."),),
            cannot=("Nobody was rated by two people: what raters differ by cannot be shown.",),
        ),
        one_table(
            bands_table(
                [
                    (FOSTER, "1 Everyday care", 40),
                    (FOSTER, "3 Enhanced care", None),
                    (HOME, "1 Everyday care", 0),
                    (HOME, "3 Enhanced care", 12),
                    (ALL, ALL, 1234),
                ],
                [None, "c", None, None, None],
            ),
            "What care do the needs ask for?",
            saying("bands", "Of {} children most need everyday care.", (4, "children")),
            saying("bands", "In foster care at band 1 there are {}.", (0, "children")),
        ),
        one_table(
            costs_table(
                [
                    (FOSTER, "0 to 3", "under £500", 25),
                    (FOSTER, "4 to 11", "£500 to £999", 9),
                    (HOME, "4 to 11", "£500 to £999", 7),
                    (HOME, "4 to 11", "£4,000 and over", 11),
                ]
            ),
            "Does need explain what is paid?",
            saying("need_against_cost", "In foster care {} children of little need cost little.", (0, "children")),
        ),
        one_table(
            Table(
                "all",
                "All children",
                (CHILDREN, Column("share", "In date", Unit.PERCENT, of=("children",))),
                pl.DataFrame({"children": [1000], "share": [81.0]}),
            ),
            "How many are there?",
        ),
        one_table(
            money_table(),
            "What is paid?",
            saying("money", "The mean in foster care is {}, in homes {}.", (0, "mean"), (1, "mean")),
        ),
        one_table(
            groups_table(
                [
                    ("agency-01", 40, 1.4),
                    ("agency-02", 10, 0.9),
                    ("agency-03", 4, None),
                ]
            ),
            "How do providers compare at equal need?",
            saying("funnel", "One provider costs {} times as much as expected.", (0, "ratio")),
        ),
    )


def one_table(table: Table, title: str, *says: Sentence) -> Section:
    return Section(f"about_{table.id}", title, says, (table,))


def costs_table(rows: Sequence[tuple[str, str, str, int | None]]) -> Table:
    keys = (SETTING, Column("need", "Need score", Unit.KEY), Column("cost", "Care cost, pounds a week", Unit.KEY))
    schema = {**dict.fromkeys(("setting", "need", "cost"), pl.String), "children": pl.Int64}
    frame, symbols = suppressed(pl.DataFrame(rows, schema=schema, orient="row"))
    title = "Children by setting, need and cost"
    return Table("need_against_cost", title, (*keys, CHILDREN), frame, symbols=symbols)


def money_table() -> Table:
    columns = (
        SETTING,
        CHILDREN,
        Column("mean", "Mean care cost", Unit.POUNDS),
        Column("share", "Above the range", Unit.PERCENT),
        Column("tau", "Tau-b", Unit.NUMBER),
        Column("about", "About it", Unit.TEXT),
    )
    rows = [(FOSTER, 49, 1234.5, None, 0.25, "Fees"), (HOME, 19, None, 21.0, 0.5, "Total")]
    frame = pl.DataFrame(rows, schema=[column.id for column in columns], orient="row")
    symbols = pl.DataFrame({"mean": [None, "z"], "share": ["low", None], "tau": ["u", None]})
    return Table("money", "Care cost by setting", columns, frame, symbols=symbols, notes=("Costs are gross.",))


@cache
def caseload(children: int) -> Reviewed:
    pack = load_pack("england-reference@2026")
    drawn = synthesise(children, 5, pack=pack, on=ON)
    return reviewed(score_caseload(drawn.frame, pack, ON), drawn.frame, pack, ON)


def of_synthetic(children: int) -> Summary:
    """Simple tables of a synthetic caseload, as large as those of a real summary."""
    whole = caseload(children)
    settings = {name: one.label for name, one in whole.pack.settings.items()}
    bands = {one.number: f"{one.number} {one.name}" for one in whole.pack.bands.values()}
    pounds = pl.col("care_cost_pence") / 100
    scored = whole.scored.select(
        pl.col("setting").cast(pl.String).replace_strict(settings, default="Not known"),
        pl.col("band").replace_strict(bands, default="Not known", return_dtype=pl.String),
        "provider",
        "care_cost_pence",
        "price_expected_pence",
        need=_binned(pl.col("need_score").cast(pl.Float64), NEEDS, "{}"),
        cost=_binned(pounds, COSTS, "£{:,}"),
    )
    by_band, symbols = suppressed(counted(scored, "setting", "band"))
    bands_shown = bands_table(by_band.rows(), symbols["children"].to_list())
    costs = costs_table(counted(scored.drop_nulls("care_cost_pence"), "setting", "need", "cost").rows())
    groups = groups_table(_at_equal_need(scored))
    first = "In the first line of the table there are {}."
    return summary(
        one_table(bands_shown, "What care do the needs ask for?", saying(bands_shown.id, first, (0, "children"))),
        one_table(costs, "Does need explain what is paid?", saying(costs.id, first, (0, "children"))),
        one_table(groups, "How do providers compare at equal need?", saying(groups.id, first, (0, "children"))),
        notes=("SYNTHETIC CHILDREN: drawn by a computer from published shares. None is real.",),
    )


def child_lists(children: int) -> tuple[ChildList, ...]:
    said = "Need may not be met: a rating of 3 with no planned support, and the review of the plan is overdue."
    filled = {
        "child_id": [f"child-{number:04}" for number in range(children)],
        "tier": ["Need that may not be met"] * children,
        "because": [f"{said} {said}"] * children,
        "check": ["Unknown: whether brothers or sisters live there. Check first."] * children,
    }
    blank = {"reviewer": "Reviewer", "decision": "Decision", "reason": "Reason", "date": "Date"}
    labels = {"child_id": "Child", "tier": "What comes first", "because": "Reasons", "check": "Check first", **blank}
    frame = pl.DataFrame({name: filled.get(name, [None] * children) for name in labels}).cast(pl.String)
    return (
        ChildList("unmet_need", "Which children may not have their needs met?", ("Need comes first.",), labels, frame),
        ChildList("moves", "Which placements could be looked at again?", (), labels, frame.head(0)),
    )


def _binned(value: pl.Expr, edges: Sequence[int], form: str) -> pl.Expr:
    names = [f"{form.format(low)} to under {form.format(high)}" for low, high in pairwise(edges)]
    names.append(f"{form.format(edges[-1])} and over")
    place = pl.sum_horizontal(value.ge(edge).cast(pl.Int64) for edge in edges[1:])
    return place.replace_strict(dict(enumerate(names)), return_dtype=pl.String)


def _at_equal_need(scored: pl.DataFrame) -> list[tuple[str, int, float | None]]:
    known = scored.drop_nulls(["provider", "care_cost_pence", "price_expected_pence"])
    cost = pl.col("care_cost_pence").sum() / pl.col("price_expected_pence").sum()
    grouped = known.group_by("provider").agg(pl.len(), pl.when(pl.len() >= 10).then(cost).alias("ratio"))
    return grouped.sort("provider").rows()
