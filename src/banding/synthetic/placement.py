"""Where the children live: the setting that age and true need lead to, who provides it, and how far away it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from banding.synthetic import mix
from banding.synthetic.draws import Floats, Truths, Wholes, chance, choose, choose_by_row
from banding.synthetic.market import KIND, NO_PROVIDER, Market
from banding.synthetic.people import People

BANDS = 6
MOST_MILES = 450
CONTRACTS = (*mix.CONTRACTS, "remand", "secure_welfare")


@dataclass(frozen=True, slots=True)
class Placements:
    """One chunk's placements, an array each; -1 where a choice is blank.

    setting, provider, kind  places among mix.SETTING_IDS, Market.names and market.KINDS.
    together                 brothers and sisters in the same placement.
    tenths                   tenths of a mile from home.
    """

    setting: Wholes
    provider: Wholes
    kind: Wholes
    contract: Wholes
    location: Wholes
    tenths: Wholes
    reason: Wholes
    region: Wholes
    together: Wholes
    weeks: Wholes

    def is_in(self, *settings: str) -> Truths:
        """True where the setting is one of these."""
        return np.isin(self.setting, [mix.SETTING[name] for name in settings])

    def by_setting(self, values: dict[str, float]) -> Floats:
        """The value of each child's setting; 0 for a setting without one."""
        return np.array([values.get(name, 0.0) for name in mix.SETTING_IDS])[self.setting]


def place(rng: np.random.Generator, people: People, band: Wholes, linked: Truths, market: Market) -> Placements:
    """A placement for every child.

    band    the true band, 1 to 6.
    linked  true where the setting follows the band beside age and being unaccompanied.
    """
    n = len(people)
    setting = _settings(rng, people, band, linked)
    # Who is meant to live together follows the first such child of the household, into a family.
    family = np.isin(setting, [mix.SETTING[name] for name in mix.TOGETHER_IN])
    meant = family & (people.size > 1) & chance(rng, mix.TOGETHER, n)
    leads = np.full(n, n)
    np.minimum.at(leads, people.first[meant], np.flatnonzero(meant))
    leader = np.where(meant, leads[people.first], np.arange(n))
    together = np.where(meant, np.bincount(people.first[meant], minlength=n)[people.first] - 1, 0)

    provider, kind = _providers(rng, setting, people.council, market)
    contract = np.where(
        (kind == KIND["private"]) | (kind == KIND["voluntary"]), choose(rng, list(mix.CONTRACTS.values()), n), -1
    )
    contract[setting == mix.SETTING["custody"]] = CONTRACTS.index("remand")
    contract[setting == mix.SETTING["secure_home"]] = CONTRACTS.index("secure_welfare")

    outside = chance(rng, np.array([mix.OUTSIDE[name] for name in mix.SETTING_IDS])[setting], n)
    location = np.where(outside, 1 + chance(rng, mix.AT_A_DISTANCE, n), 0)
    median, spread = np.array(mix.MILES).T
    miles = np.exp(np.log(median)[location] + spread[location] * rng.standard_normal(n))
    tenths = np.rint(10 * np.minimum(miles, MOST_MILES)).astype(np.int64)
    far = location == mix.LOCATIONS.index("at_a_distance")
    shares = [*mix.DISTANCE_REASONS.values(), 1 - sum(mix.DISTANCE_REASONS.values())]
    reason = np.where(far, choose(rng, shares, n), -1)
    reason[reason == len(mix.DISTANCE_REASONS)] = -1
    home_region = market.regions[people.council]
    elsewhere = far & chance(rng, mix.ANOTHER_REGION, n)
    region = np.where(elsewhere, rng.integers(0, len(mix.REGIONS), n), home_region)
    setting, provider, kind, contract, location, tenths, reason, region = (
        array[leader] for array in (setting, provider, kind, contract, location, tenths, reason, region)
    )
    weeks = _weeks(rng, people.days_in_care)
    return Placements(setting, provider, kind, contract, location, tenths, reason, region, together, weeks)


def _weeks(rng: np.random.Generator, days_in_care: Wholes) -> Wholes:
    """Whole weeks in the placement. A first placement goes back to the first day in care."""
    n = len(days_in_care)
    longest = days_in_care // 7
    median, spread = mix.PLACEMENT_WEEKS
    weeks = np.floor(np.exp(np.log(median) + spread * rng.standard_normal(n)))
    weeks = np.where(weeks > longest, np.floor(rng.random(n) * longest), weeks)
    return np.where(chance(rng, mix.FIRST_PLACEMENT, n), longest, weeks).astype(np.int64)


def _settings(rng: np.random.Generator, people: People, band: Wholes, linked: Truths) -> Wholes:
    by_band = setting_shares()
    alike = np.searchsorted(mix.AGE_BRACKETS, people.age, side="right") * 2 + people.unaccompanied
    # Those whose setting does not follow the band draw from the mean of the shares over the bands of all who are alike
    # in age and in being unaccompanied, so that the mix of settings stays.
    bands = np.zeros(by_band.shape[:2])
    np.add.at(bands, (alike, band - 1), 1)
    bands /= np.maximum(bands.sum(axis=1, keepdims=True), 1)
    reach = np.concatenate([by_band, np.einsum("cb,cbs->cs", bands, by_band)[:, None]], axis=1)
    row = alike * (BANDS + 1) + np.where(linked, band - 1, BANDS)
    return choose_by_row(rng, reach.reshape(-1, len(mix.SETTING_IDS)), row)


@cache
def setting_shares() -> Floats:
    """Cumulative shares of the settings: a row for every age bracket, by whether the child is unaccompanied; a column a
    band; the settings on the third axis.
    """
    weight, by_age, by_band, alone = (
        np.array([table[name] for name in mix.SETTING_IDS], np.float64)
        for table in (mix.WEIGHT, mix.BY_AGE, mix.BY_BAND, mix.BY_UNACCOMPANIED)
    )
    by_alone = np.stack([np.ones_like(alone), alone])
    shares = np.einsum("s,sa,sb,us->aubs", weight, by_age, by_band, by_alone).reshape(-1, BANDS, len(mix.SETTING_IDS))
    return np.asarray(np.cumsum(shares, axis=2) / shares.sum(axis=2, keepdims=True))


def _providers(rng: np.random.Generator, setting: Wholes, council: Wholes, market: Market) -> tuple[Wholes, Wholes]:
    n = len(setting)
    own, drawn = rng.random(n), {pool: market.drawn_from(rng, pool, n) for pool in mix.POOLS}
    provider = np.full(n, NO_PROVIDER, np.int64)
    for name, (pool, own_share, unrecorded) in mix.SERVED.items():
        here = setting == mix.SETTING[name]
        if not unrecorded:
            provider[here] = drawn[pool][here]
        by_council = here & (own < own_share)
        provider[by_council] = market.councils + council[by_council]
    kind = np.where(provider == NO_PROVIDER, NO_PROVIDER, market.kinds[provider])
    kind[setting == mix.SETTING["with_parents"]] = KIND["parents"]
    return provider, kind
