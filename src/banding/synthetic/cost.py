"""What the placements cost: the stated law of costs, and the columns that a council would hold of it.

log cost = log(price level of the setting) + need_cost_link x (log expected price of the setting and the true band, less
the level) + the provider's effect + log(market) + noise. The level of a setting is the mean of its children's log
expected prices, so that the link moves costs between bands and not between settings. Costs are whole pounds a week.
"""

from __future__ import annotations

import datetime as dt
from math import log

import numpy as np
import polars as pl

from banding.pack.meaning import Pack
from banding.synthetic import mix
from banding.synthetic.draws import Floats, Truths, Wholes, chance, choose, where_known, words
from banding.synthetic.facts import HOMES
from banding.synthetic.market import KIND, NO_PROVIDER, Market
from banding.synthetic.people import People
from banding.synthetic.placement import BANDS, Placements
from banding.synthetic.truth import Truth

SCOPES = ("fee", "carer_payments", "full_unit_cost")


def log_prices(pack: Pack, on: dt.date) -> Floats:
    """Log of the pack's expected price, GBP a week, a row a setting and a column a band; -inf where care is free, NaN
    where no cost is known. Of several rows for a band and setting (ages, regions, scopes) the first of the file counts.
    """
    table = np.full((len(mix.SETTING_IDS), BANDS), np.nan)
    for price in reversed(pack.prices):
        if price.covers(on) and price.setting in mix.SETTING and price.expected:
            table[mix.SETTING[price.setting], price.band - 1] = log(price.expected / 100)
    for name, row in zip(mix.SETTING_IDS, table, strict=True):
        priced = np.flatnonzero(~np.isnan(row))
        if priced.size:
            for band in np.flatnonzero(np.isnan(row)):
                nearest = priced[np.argmin(np.abs(priced - band))]
                row[band] = row[nearest] + (band - nearest) * log(mix.BEYOND)
        else:
            level = mix.UNPRICED.get(name)
            row[:] = np.nan if level is None else log(level) if level else -np.inf
    return table


def price_levels(prices: Floats, counts: Wholes) -> Floats:
    """The price level of each setting: the mean over its children by band. counts has the shape of prices."""
    children = counts.sum(axis=1)
    # A setting where nobody lives: any level serves, so each band counts once.
    weights = np.where(children[:, None] > 0, counts, 1)
    # Free care is -inf, and -inf x 0 is no number: bands without children are left out, not multiplied.
    return np.asarray(
        np.multiply(prices, weights, out=np.zeros_like(prices), where=weights > 0).sum(1) / weights.sum(1)
    )


def draw_care_cost(
    rng: np.random.Generator,
    placements: Placements,
    band: Wholes,
    prices: Floats,
    levels: Floats,
    market: Market,
    truth: Truth,
) -> Floats:
    """Full cost of care, whole pounds a week; NaN where none is known."""
    level = levels[placements.setting]
    rise = prices[placements.setting, band - 1] - np.where(np.isfinite(level), level, 0)
    effect = np.where(placements.provider == NO_PROVIDER, 0, market.effect[placements.provider])
    noise = truth.cost_noise * rng.standard_normal(len(band))
    moved = truth.need_cost_link * np.where(np.isfinite(rise), rise, 0) + effect + log(truth.market) + noise
    return np.asarray(np.rint(np.exp(level + moved)))


class Costs:
    """The cost columns of one chunk.

    care       as `draw_care_cost`.
    supported  true where additional support is paid, known or not.
    """

    def __init__(
        self, rng: np.random.Generator, people: People, placements: Placements, band: Wholes, care: Floats
    ) -> None:
        self.rng, self.people, self.placements, self.band = rng, people, placements, band
        n = len(people)
        homes = placements.is_in(*HOMES)
        likely = np.where(homes, np.array(mix.SUPPORTED_HOMES)[band - 1], np.array(mix.SUPPORTED_FAMILY)[band - 1])
        scope = self._scope()
        unknown = np.isnan(care) | chance(rng, mix.COST_UNKNOWN, n)
        self.scope = np.where(unknown | (care == 0), -1, scope)
        paid = np.where(scope == SCOPES.index("carer_payments"), mix.CARER_PAYMENTS, 1) * np.where(unknown, 0, care)
        self.care = np.rint(paid).astype(np.int64)
        low, high = mix.SUPPORT_PART
        part = (low + (high - low) * rng.random(n)) * chance(rng, likely, n)
        self.support = np.rint(self.care * part).astype(np.int64)
        self.known, self.whole = ~unknown, ~chance(rng, mix.TOTAL_ONLY, n)

    @property
    def supported(self) -> Truths:
        return np.asarray(self.support > 0)

    def columns(self) -> dict[str, pl.Series]:
        """Columns by their vocabulary names, pounds a week; null where unknown."""
        rng, n = self.rng, len(self.people)
        youngest, oldest = mix.EDUCATION_AGES
        pupil = (self.people.age >= youngest) & (self.people.age <= oldest)
        buys = pupil & chance(rng, self.placements.by_setting(mix.EDUCATION_BOUGHT), n)
        education = self._between(mix.EDUCATION_COST) * buys
        other = self._between(mix.OTHER_COST) * (chance(rng, mix.OTHER_BOUGHT, n) & (self.care > 0))
        weekly = self.care + education + other
        health_pays = chance(rng, np.array(mix.HEALTH_PAYS)[self.band - 1], n) & (self.care > 0)
        low, high = mix.HEALTH_PART
        health = np.rint(self.care * (low + (high - low) * rng.random(n))).astype(np.int64) * health_pays
        by_education = education * chance(rng, mix.EDUCATION_PAYS, n)
        apart = self.known & self.whole
        return {
            "core_cost": _pounds(self.care - self.support, apart),
            "additional_support_cost": _pounds(self.support, apart),
            "education_cost": _pounds(education, apart),
            "other_cost": _pounds(other, apart),
            "weekly_cost": _pounds(weekly, self.known),
            "cost_scope": words(self.scope, SCOPES),
            "health_contribution": _pounds(health, self.known),
            "education_contribution": _pounds(by_education, self.known),
        }

    def earlier(self, rng: np.random.Generator, days_between: Wholes) -> dict[str, pl.Series]:
        """core_cost and additional_support_cost at a profile so many days before the caseload's date."""
        n = len(self.people)
        same = self.placements.weeks * 7 > days_between
        moved = np.exp(mix.OTHER_PLACEMENT_SPREAD * rng.standard_normal(n))
        care = np.rint(self.care * np.where(same, 1 - mix.PRICE_RISE, moved)).astype(np.int64)
        low, high = mix.SUPPORT_PART
        fresh = np.rint(care * (low + (high - low) * rng.random(n)) * chance(rng, mix.SUPPORT_ENDED, n)).astype(
            np.int64
        )
        kept = np.where(same & chance(rng, mix.SUPPORT_SAME, n), np.minimum(self.support, care), 0)
        support = np.where(self.supported, kept, fresh)
        return {
            "core_cost": _pounds(care - support, self.known),
            "additional_support_cost": _pounds(support, self.known),
        }

    def _scope(self) -> Wholes:
        placements, n = self.placements, len(self.people)
        external = np.isin(placements.kind, [KIND["private"], KIND["voluntary"], KIND["other_public"]])
        scope = np.where(
            external | placements.is_in("secure_home"), SCOPES.index("fee"), SCOPES.index("full_unit_cost")
        )
        names, shares = list(mix.IN_HOUSE_SCOPES), list(mix.IN_HOUSE_SCOPES.values())
        in_house = np.array([*(SCOPES.index(name) for name in names), -1])
        drawn = in_house[choose(self.rng, [*shares, 1 - sum(shares)], n)]
        return np.where(placements.is_in("kinship", "own_foster"), drawn, scope)

    def _between(self, limits: tuple[int, int]) -> Wholes:
        return self.rng.integers(limits[0], limits[1] + 1, len(self.people))


def _pounds(amounts: Wholes, known: Truths) -> pl.Series:
    return where_known(amounts.astype(np.int32), known)
