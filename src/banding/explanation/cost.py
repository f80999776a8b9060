"""What the pounds of one explanation rest on: price rows and their sources, and why a figure is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from banding.engine.reference_score import Scorer
from banding.explanation import model
from banding.pack.prices import WeeklyPrice


def cost(scorer: Scorer, found: Mapping[str, Any]) -> model.Cost:
    """The pounds of a scored row, each with its row of prices.csv.

    scorer  after its `result`.
    """
    setting, reference = found["setting"], found["reference_setting"]
    price, alike = scorer.price(setting) if setting is not None else (None, False)
    reference_price, reference_alike = scorer.price(reference) if reference is not None else (None, False)
    scope = scorer.child.fact("cost_scope")
    assert scope is None or isinstance(scope, str)
    return model.Cost(
        care_cost_pence=found["care_cost_pence"],
        basis=found["cost_basis"],
        scope=scope,
        price_low_pence=found["price_low_pence"],
        price_expected_pence=found["price_expected_pence"],
        price_high_pence=found["price_high_pence"],
        price_row=_row(scorer, price, alike),
        fit=found["cost_fit"],
        fit_unknown=_why_unknown(scorer, found, price, alike),
        reference=model.Setting.of(scorer.pack, reference),
        reference_expected_pence=found["reference_expected_pence"],
        reference_row=_row(scorer, reference_price, reference_alike),
        reference_none=_why_none(scorer, found),
    )


def _row(scorer: Scorer, price: WeeklyPrice | None, alike: bool) -> model.PriceRow | None:
    if price is None:
        return None
    document = scorer.pack.document
    source = next(row.source for row in document.prices if row.row == price.row)
    return model.PriceRow.model_validate(
        {
            "row": price.row,
            "setting": price.setting,
            "basis": price.basis,
            "scopes": price.scopes,
            "regions": price.regions,
            "ages": price.ages,
            "source": source,
            "source_text": document.rules.sources.get(source) if source is not None else None,
            "covers_scope": alike,
        }
    )


def _why_unknown(scorer: Scorer, found: Mapping[str, Any], price: WeeklyPrice | None, alike: bool) -> str | None:
    """The first reason for which the cost is not compared with the range."""
    if found["cost_fit"] != "unknown":
        return None
    if found["setting"] is None:
        return "no_setting"
    if found["care_cost_pence"] is None:
        return "no_cost"
    if price is None:
        rows = [row for row in scorer.pack.prices if row.setting == found["setting"] and row.band == found["band"]]
        return "cannot_choose" if any(row.covers(scorer.child.on) for row in rows) else "no_price"
    return "other_basis" if alike else "other_scope"


def _why_none(scorer: Scorer, found: Mapping[str, Any]) -> str | None:
    """Why there is no single figure for a reference setting."""
    pack = scorer.pack
    if found["reference_setting"] is not None:
        return "no_price" if found["reference_expected_pence"] is None else None
    if not pack.banded or not any(row.covers(scorer.child.on) for row in pack.prices):
        return "no_prices"
    if scorer.references():
        return "side_by_side"
    named = list(pack.bands.values())[found["band"] - 1].reference_settings
    return "no_age" if named and scorer.child.fact("age_on") is None else "none_named"
