"""Groups at equal need: providers, kinds of contract, councils and regions, held against the caseload's average."""

from __future__ import annotations

import numpy as np
import polars as pl

from banding.explanation.words import day, listed
from banding.review.children import scored_in_care
from banding.review.clusters import clusters_of
from banding.review.equal_need import FEWEST, Compared, at_equal_need, yardstick
from banding.review.funnel import funnel
from banding.review.group_tables import OUTSIDE, Held, funnel_table, interval_table, outside_table, ratio_table
from banding.review.grouped import DIMENSIONS, PROVIDER, Dimension, grouped
from banding.review.model import Cell, Section, Sentence
from banding.review.ratios import ratios
from banding.review.reviewed import Reviewed

TITLE = "Does the same need cost the same, whoever provides the care and wherever the child lives?"
_FACTORS = {"region": "region", "contract_kind": "kind of contract", "emergency_start": "emergency start"}


def groups(reviewed: Reviewed) -> Section:
    """Providers, kinds of contract, councils and regions by actual over expected care cost at equal need.

    Of the children in care whose care cost and price cover the same. Tables `provider_ratios`, `contract_ratios`,
    `council_ratios` and `region_ratios`: mean care cost and mean expected cost (pounds a week), their ratio and its
    95% interval; `ratio_intervals`: children by where the interval lies; `funnel` and `outside_funnel`: providers
    against the limits of a funnel plot. `equal_need` says what is expected, `ratios` how ratio and interval come about,
    `funnel` where its limits lie, each with formulas and sources.

    What is expected rests on setting and band, region, kind of contract and emergency start, but not on what the groups
    are told apart by, nor on who pays. Intervals are by household for providers, else by `clusters_of`. Groups of fewer
    than FEWEST children are one line together, a blank is a line of its own, and no line is placed by its ratio.
    """
    facts = ("setting", "band", "price_expected_pence", "care_cost_pence", "cost_fit", "household", *_FACTORS)
    grouped_by = (one.fact for one in DIMENSIONS)
    frame = scored_in_care(reviewed, *dict.fromkeys((*facts, *grouped_by))).filter(pl.col("cost_fit") != "unknown")
    if frame.height < FEWEST:
        why = f"Care costs at equal need cannot be shown: those of fewer than {FEWEST} children can be compared."
        return Section("groups", TITLE, cannot=(why,))
    compared, date = at_equal_need(frame), day(reviewed.on)
    by_household = clusters_of(frame.with_columns(provider=pl.lit(None, pl.String))).of
    by_provider = clusters_of(frame).of
    tables, says, cannot = [], [], _not_adjusted(compared)
    all_held: list[Held] = []
    for dimension in DIMENSIONS:
        if why := _alone(frame, dimension):
            cannot.append(why)
            continue
        found, yard = grouped(frame, dimension), yardstick(compared, dimension.fact)
        together, clusters = (
            (by_household, "households") if dimension is PROVIDER else (by_provider, "providers or households")
        )
        result = ratios(compared, yard, found.of, len(found.names), together)
        held = Held(found, result, yard, _adjusts(compared, dimension), clusters)
        has_ratio = np.isfinite(held.found.ratio[: found.large])
        if not has_ratio.all():
            cannot.append(
                f"Some {dimension.several} have no ratio: each is more than half of what it would be held against."
            )
        tables.append(ratio_table(held, compared, date))
        if dimension is PROVIDER and has_ratio.any():
            limits = funnel(compared, yard, held.found, found.of, by_household)
            if np.isfinite(limits.size).any():
                tables += [funnel_table(held, limits, compared, date), outside_table(held, limits, date)]
                says.append(_by_funnel(held.adjusts))
            else:
                cannot.append("Costs do not differ inside any provider, so a funnel plot has no limits.")
        elif has_ratio.any():
            says.append(_by_interval(held, len(all_held)))
        all_held.append(held)
    if all_held:
        tables.append(interval_table(all_held, date))
    if says:
        says.append(
            Sentence(
                "A ratio above or below 1 is a question, not a verdict: it does not say what the care does for the "
                "children, nor whether all of it is dear."
            )
        )
    return Section("groups", TITLE, tuple(says), tuple(tables), tuple(cannot))


def _not_adjusted(compared: Compared) -> list[str]:
    missing = [words for name, words in _FACTORS.items() if name not in compared.factors]
    if not missing:
        return []
    return [f"What is expected is not adjusted for {listed(missing)}, which all or nearly all children have alike."]


def _adjusts(compared: Compared, dimension: Dimension) -> str:
    words = [words for name, words in _FACTORS.items() if name in compared.factors and name != dimension.fact]
    return listed(["band", "setting", *words])


def _alone(frame: pl.DataFrame, dimension: Dimension) -> str:
    """Why the groups of a dimension cannot be compared; empty where they can."""
    known = frame[dimension.fact].drop_nulls()
    counts = known.value_counts(name="children")
    if not counts.height:
        return f"No {dimension.one} is recorded for a child whose cost is compared, so {dimension.several} are not."
    if counts.height == 1:
        return f"All children of a known {dimension.one} are of one, so there is no other to compare it with."
    if not (counts["children"] >= FEWEST).any():
        return f"No {dimension.one} has {FEWEST} children whose costs are compared, so {dimension.several} are not."
    return ""


def _by_funnel(adjusts: str) -> Sentence:
    return Sentence(
        f"Of {{}} children, {{}} are with a provider whose care costs more than that of children alike in {adjusts}, "
        "and {} with one whose care costs less, by more than the 95% limits of a funnel plot allow; of providers that "
        "do not differ, one in twenty would lie outside them by chance.",
        tuple(Cell("outside_funnel", row, "children") for row in (len(OUTSIDE), 0, 2)),
    )


def _by_interval(held: Held, row: int) -> Sentence:
    dimension = held.grouped.dimension
    return Sentence(
        f"By {dimension.one}, of {{}} children {{}} are in {dimension.several} whose care costs more than that of "
        f"children alike in {held.adjusts}, and {{}} in those where it costs less, by more than chance readily "
        "explains; for {} it cannot be told.",
        tuple(Cell("ratio_intervals", row, column) for column in ("children", "above", "below", "without")),
    )
