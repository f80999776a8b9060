"""Does need explain what is paid? How near costs come to what is expected, and what explains their differences."""

from __future__ import annotations

import numpy as np
import polars as pl

from banding.pack.meaning import Pack
from banding.review import categories
from banding.review.bootstrap import RESAMPLES
from banding.review.clusters import FEWEST, Clusters, clusters_of
from banding.review.compared import CHILDREN, LARGEST, PROVIDERS, rolled_up, support
from banding.review.comparison import NEAR, Comparison, comparison, mean_intervals
from banding.review.model import Cell, Column, Section, Sentence, Table, Unit
from banding.review.need_against_cost import need_against_cost
from banding.review.ranks import rank_correlations
from banding.review.reliability import FEWEST_PAIRS, agreement, double_rated, unread_facts
from banding.review.reviewed import Reviewed
from banding.review.unlinked import PARTS, PENCE_PARTS
from banding.review.variance import BESIDE, variance_parts
from banding.review.variance import PARTS as VARIANCE_PARTS

FEWEST_CHILDREN = 10
ABOUT = {"status": "scored", "compared": "yes"}
TITLE = "Does need explain what we pay?"
COSTS = ("Weekly cost", "Logarithm of weekly cost")


def need_and_cost(
    reviewed: Reviewed,
    compared: Comparison | None = None,
    second: pl.DataFrame | None = None,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Section:
    """How far need explains care cost, of the children in care whose costs are compared like with like.

    Tables: `expected_and_paid` (by setting: mean absolute error of the expected cost, share within 20% of it, both
    beside what they would be without a link inside settings), `cost_variance` (`variance_parts` of cost and of log
    cost), `need_ranks` (`rank_correlations` of need score and care cost), `double_rated` where there is a second rating
    (`agreement`), `casemix` (hospitals, for scale) and `need_against_cost` (counts for a chart).

    compared   `comparison(reviewed)`, where it is there already.
    second     a second rating of some children, as `double_rated` takes it.
    seed, resamples  of the cluster bootstrap; 0 resamples: no intervals.

    Raises CaseloadError where the second rating cannot be read.
    """
    compared = compared or comparison(reviewed)
    if compared is None:
        why = "No care cost can be compared with a price, so whether need explains cost cannot be shown."
        return Section("need_and_cost", TITLE, cannot=(why,))
    frame, clusters = compared.frame, compared.clusters
    paid = _expected_and_paid(compared, reviewed.pack, seed=seed, resamples=resamples)
    tables, says, cannot = [paid], [_paid_says(paid)], list[str]()
    if frame.height < FEWEST_CHILDREN:
        cannot.append(f"Fewer than {FEWEST_CHILDREN} costs are compared: too few to tell what explains them.")
    else:
        if clusters.many:
            variance = _cost_variance(frame, clusters, seed=seed, resamples=resamples)
            tables.append(variance)
            says[:0] = _variance_says(variance)
        cannot += _unexplained(frame, clusters)
        ranks = _need_ranks(frame)
        if ranks is None:
            cannot.append("This pack gives no need score, so costs cannot be ranked against one.")
        else:
            tables.append(ranks)
    if second is not None:
        alike = _double_rated(reviewed, second, cannot, seed=seed, resamples=resamples)
        if alike is not None:
            tables.append(alike)
            says.append(_alike_says(alike))
    if len(tables) > 1:
        tables.append(CASEMIX)
        says.append(_CASEMIX_SAYS)
    if frame["need_score"].count():
        tables.append(need_against_cost(frame, reviewed.pack))
    return Section("need_and_cost", TITLE, tuple(says), tuple(tables), tuple(cannot))


# -- what is expected, and what is paid -------------------------------------------------------------------------------


def _expected_and_paid(compared: Comparison, pack: Pack, *, seed: int, resamples: int) -> Table:
    keys = ("setting",)
    rolled = rolled_up(compared.sums, keys)
    values = {"apart": pl.col("price_variance").abs(), "near": NEAR}
    limits = mean_intervals(compared, rolled, keys, values, pack=pack, seed=seed, resamples=resamples)
    children = pl.col(CHILDREN)
    shown = rolled.with_columns(
        pl.col("setting").cast(pl.String),
        apart=pl.col("price_variance.size") / children / 100,
        apart_from=limits["apart_from"] / 100,
        apart_to=limits["apart_to"] / 100,
        apart_unlinked=pl.col("apart_unlinked") / PENCE_PARTS / children / 100,
        near_share=pl.col("near") * 100 / children,
        near_from=100 * limits["near_from"],
        near_to=100 * limits["near_to"],
        near_unlinked=pl.col("near_unlinked") * 100 / PARTS / children,
    )
    columns = (
        Column("setting", "Setting", Unit.KEY),
        Column(CHILDREN, "Children compared", Unit.CHILDREN),
        Column("apart", "Mean distance of cost from expected cost", Unit.POUNDS),
        Column("apart_from", "95% interval from", Unit.POUNDS),
        Column("apart_to", "95% interval to", Unit.POUNDS),
        Column("apart_unlinked", "If cost had no link to need", Unit.POUNDS),
        Column("near", "Within 20% of expected cost", Unit.CHILDREN, {"near": "yes"}),
        Column("near_share", "Within 20%", Unit.PERCENT, of=("near", CHILDREN)),
        Column("near_from", "95% interval from", Unit.PERCENT, of=("near", CHILDREN)),
        Column("near_to", "95% interval to", Unit.PERCENT, of=("near", CHILDREN)),
        Column("near_unlinked", "If cost had no link to need", Unit.PERCENT, of=(CHILDREN,)),
    )
    rests = {
        **dict.fromkeys(("apart", "apart_from", "apart_to"), "price_variance"),
        "apart_unlinked": "",
        "near_unlinked": "",
    }
    return Table(
        "expected_and_paid", "How near care costs come to what is expected for band and setting", columns,
        shown.select(column.id for column in columns), support(rolled, rests), keys, ABOUT,
        notes=(
            "Distance: cost less expected cost, or the other way round where that is larger.",
            "If cost had no link to need: what would be expected if the costs of a setting's children were shuffled "
            "among them, the mean over every order.",
            f"Intervals: whole providers, else households, are drawn again; none under {FEWEST} of them.",
        ),
    )  # fmt: skip


def _paid_says(table: Table) -> Sentence:
    last = table.frame.height - 1
    names = ("near", CHILDREN, "near_share", "apart", "near_unlinked", "apart_unlinked")
    return Sentence(
        "The care of {} of {} children costs within 20% of what is expected, {}, and the mean distance from it is {} a "
        "week; if cost had no link to need inside a setting it would be {} and {}.",
        tuple(Cell(table.id, last, name) for name in names),
    )


# -- what explains the differences ------------------------------------------------------------------------------------


def _cost_variance(frame: pl.DataFrame, clusters: Clusters, *, seed: int, resamples: int) -> Table:
    parts = (*VARIANCE_PARTS, *BESIDE)
    rows = []
    for name, here in zip(COSTS, (frame, frame.filter(pl.col("care_cost") > 0)), strict=True):
        held = clusters if here.height == frame.height else clusters_of(here)
        if not held.many:
            continue
        pounds = here["care_cost"].to_numpy() / 100
        cost = pounds if name == COSTS[0] else np.log(pounds)
        shares, limits = variance_parts(here, cost, held, seed=seed, resamples=resamples)
        providers = here["provider"].drop_nulls().n_unique() or None
        rows += [
            {"costs": name, "part": part, CHILDREN: here.height, "share": share, "share_from": low, "share_to": high,
             PROVIDERS: providers}
            for part, share, low, high in zip(parts, shares, *limits, strict=True)
        ]  # fmt: skip
    kinds = {"costs": pl.String, "part": pl.String, CHILDREN: pl.Int64, PROVIDERS: pl.Int64}
    found = pl.DataFrame(rows, schema_overrides=kinds)
    found = found.with_columns((pl.col("share", "share_from", "share_to") * 100).fill_nan(None))
    columns = (
        Column("costs", "Of the variance of", Unit.KEY),
        Column("part", "Explained by", Unit.KEY),
        Column(CHILDREN, "Children", Unit.CHILDREN),
        Column("share", "Share", Unit.PERCENT, of=(CHILDREN,)),
        Column("share_from", "95% interval from", Unit.PERCENT, of=(CHILDREN,)),
        Column("share_to", "95% interval to", Unit.PERCENT, of=(CHILDREN,)),
    )
    rests = [
        part
        for name in ("share", "share_from", "share_to")
        for part in (
            pl.col(CHILDREN).alias(f"{name}.{CHILDREN}"),
            pl.col(PROVIDERS).alias(f"{name}.{PROVIDERS}"),
            pl.repeat(None, len(rows), dtype=pl.Float64).alias(f"{name}.{LARGEST}"),
        )
    ]
    return Table(
        "cost_variance", "What explains the differences between care costs", columns,
        found.select(column.id for column in columns), found.select(rests), about=ABOUT,
        notes=(
            "Each child's cost is foretold from children of other providers (else households), so a share holds for "
            "children who have not been seen; the first four shares add up to 100%.",
            "A share below 0 foretells worse than leaving it out, since few children stand behind it; it is shown so.",
            "Setting comes first, so what setting and band explain together counts as setting's; band alone is shown "
            "beside it. Explains does not mean causes.",
            "A cost of nothing has no logarithm and is left out there.",
        ),
    )  # fmt: skip


def _variance_says(table: Table) -> list[Sentence]:
    row = {part: place for place, part in enumerate((*VARIANCE_PARTS, *BESIDE))}
    inside, alone = (row[part] for part in BESIDE)
    shares = table.frame["share"]
    if shares[0] is None:
        return []
    band = "explains {} of what is left" if shares[inside] > 0 else "explains nothing of what is left ({})"
    says = [
        Sentence(
            "Of the differences between what children's care costs a week, the kind of setting explains {} and, inside "
            f"a setting, the band of care that needs ask for {band}; the band alone, without the setting, "
            "explains {}.",
            tuple(Cell(table.id, place, "share") for place in (0, inside, alone)),
        )
    ]
    tested = "These are shares of the variance, foretold of children whose provider or household was not looked at"
    if table.frame["share_from"][inside] is None:
        return [*says, Sentence(f"{tested}.")]
    limits = tuple(Cell(table.id, inside, name) for name in ("share_from", "share_to"))
    return [*says, Sentence(f"{tested}; the second has a 95% interval from {{}} to {{}}.", limits)]


def _unexplained(frame: pl.DataFrame, clusters: Clusters) -> list[str]:
    said = []
    if not clusters.many:
        said.append(
            "What explains cost is tested on providers, else households, that were not looked at; they are fewer than "
            f"{FEWEST}, so neither that nor any interval can be shown."
        )
    elif not clusters.enough:
        said.append(
            "Neither provider nor household is known of most children, so no interval can be shown, and the shares "
            "explained may be too high: children of one provider may have been taken for children of several."
        )
    if frame["setting"].n_unique() == 1:
        said.append("All costs compared are of one kind of setting, so how far setting explains cost cannot be shown.")
    if frame["band"].n_unique() == 1:
        said.append("All costs compared are of one band, so how far band explains cost cannot be shown.")
    return said


# -- footnotes --------------------------------------------------------------------------------------------------------


def _need_ranks(frame: pl.DataFrame) -> Table | None:
    known = frame.drop_nulls("need_score").select(
        need=pl.col("need_score").to_physical().cast(pl.Int64),
        cost="care_cost",
        setting=pl.col("setting").to_physical().cast(pl.Int64),
        age=categories.age_group("age_on").cast(pl.Int64),
        provider="provider",
    )
    if known.is_empty():
        return None
    need, cost, setting, age = (known[name].to_numpy() for name in ("need", "cost", "setting", "age"))
    ages = int(age.max()) + 1
    strata = {"Everyone": np.zeros_like(setting), "Setting": setting, "Age group and setting": setting * ages + age}
    rows = [
        {"inside": inside, CHILDREN: known.height, "tau_b": ranks.tau_b, "spearman": ranks.spearman}
        for inside, ranks in zip(strata, rank_correlations(need, cost, list(strata.values())), strict=True)
    ]
    frame = pl.DataFrame(rows).with_columns(pl.col(pl.Float64).fill_nan(None))
    rests = {CHILDREN: known.height, PROVIDERS: known["provider"].drop_nulls().n_unique() or None, LARGEST: None}
    kinds = {CHILDREN: pl.Int64, PROVIDERS: pl.Int64, LARGEST: pl.Float64}
    columns = (
        Column("inside", "Compared inside", Unit.KEY),
        Column(CHILDREN, "Children", Unit.CHILDREN),
        Column("tau_b", "Kendall's tau-b", Unit.NUMBER),
        Column("spearman", "Spearman's correlation", Unit.NUMBER),
    )
    return Table(
        "need_ranks", "Footnote: do children with more need cost more? Rank correlations of need score and care cost",
        columns, frame,
        frame.select(
            pl.repeat(value, len(rows), dtype=kinds[part]).alias(f"{name}.{part}")
            for name in ("tau_b", "spearman") for part, value in rests.items()
        ),
        about=ABOUT,
        notes=(
            "1: of any two children the one with more need costs more; 0: no link; -1: the other way round.",
            "Inside settings, or age groups and settings, only children of one are set against each other. Tau-b pools "
            "their pairs; Spearman's correlation pools their ranks, each child weighing alike.",
            "Age groups: under 1, 1 to 4, 5 to 9, 10 to 15, 16 and over, and those whose age is not known.",
        ),
    )  # fmt: skip


def _double_rated(
    reviewed: Reviewed, second: pl.DataFrame, cannot: list[str], *, seed: int, resamples: int
) -> Table | None:
    if unread := unread_facts(reviewed, second):
        cannot.append(f"The band also reads {', '.join(unread)}, which the second rating lacks: it cannot be scored.")
        return None
    pairs = double_rated(reviewed, second)
    if pairs.drop_nulls(["band", "need_score", "second_score"]).height < max(FEWEST_PAIRS, pairs.height):
        cannot.append(
            f"Fewer than {FEWEST_PAIRS} children have two ratings that give a band and a need score: too few to say "
            "how alike raters are."
        )
        return None
    return agreement(pairs, seed=seed, resamples=resamples)


def _alike_says(table: Table) -> Sentence:
    return Sentence(
        "Of {} children rated twice {} came to the same band; the need score's reliability is {}, so it can explain at "
        "most {} of the variance of cost, however closely cost follows need.",
        tuple(Cell(table.id, 0, name) for name in (CHILDREN, "same", "icc", "most_explained")),
    )


# Muldoon, J. H. (1999), Structure and performance of different DRG classification systems for neonatal medicine,
# Pediatrics 103 (1 Suppl E): 302-318, table 3: patients of all ages, APR-DRG version 12.
CASEMIX = Table(
    "casemix",
    "For scale: how far a casemix of hospital patients explains what they cost",
    (
        Column("patients", "Patients", Unit.TEXT),
        Column("explained", "Share of the variance of cost", Unit.TEXT),
    ),
    pl.DataFrame(
        {"patients": ["All", "Without the dearest 1% and cheapest 0.5% of each group"], "explained": ["0.53", "0.60"]}
    ),
    notes=(
        "APR-DRG, version 12, 4.2 million hospital patients of all ages in the United States: J. H. Muldoon, "
        "Pediatrics 103 (1 Suppl E), 1999, pages 302 to 318, table 3.",
    ),
)
_CASEMIX_SAYS = Sentence(
    "For scale: grouping hospital patients by diagnosis and severity explains {} of the variance of their costs, {} "
    "without the extremes; a low figure alone says nothing about a fee.",
    (Cell("casemix", 0, "explained"), Cell("casemix", 1, "explained")),
)
