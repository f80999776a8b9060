"""Needs and strengths: what lies behind them, the true ratings that follow, and what a rater makes of those.

Behind every item stands one of five strands (distress, conduct, danger, body, learning); all share a general part, and
brothers and sisters share some of each. An item's strand, its own noise and the child's age give a value, and three
limits cut it into ratings 0 to 3.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from banding.synthetic.draws import Floats, Truths, chance
from banding.synthetic.people import People
from banding.synthetic.truth import Truth

Ratings = npt.NDArray[np.int8]


class Strand(NamedTuple):
    """
    general  correlation with what all strands share.
    loading  correlation of a need with its strand.
    rise     what every year of age above 10 adds to a need.
    """

    general: float
    loading: float
    rise: float


# Fitted, with the shares below, to the plausible shares of the bands and the published orders of size: see mix.py.
STRANDS = {
    "distress": Strand(0.70, 0.80, 0.02),
    "conduct": Strand(0.75, 0.80, 0.05),
    "danger": Strand(0.80, 0.80, 0.06),
    "body": Strand(0.30, 0.88, -0.01),
    "learning": Strand(0.50, 0.80, 0.0),
}
STRENGTH_LOADING = -0.45  # strengths fall with distress, but not wholly
OLDEST_RISE, YOUNGEST_RISE = 7, -7  # years from 10 beyond which age adds no more
# Unaccompanied children: fewer needs, but grief, broken nights and a new country. A new language is a need of identity,
# culture and language alone: communication is rated in the child's own.
UNACCOMPANIED_SHIFT = -1.0
UNACCOMPANIED_MORE = {
    "trauma_effects": 0.9,
    "sleep_and_night_care": 0.9,
    "low_mood": 0.7,
    "anxiety": 0.7,
    "identity_culture_language": 1.2,
    "daily_living_skills": 0.6,
    "exploitation": 0.5,
}
# How far what lies behind every need stood above or below today's at the earlier profile, where it has changed.
CHANGE = 0.7


class Asked(NamedTuple):
    """An item: its strand, the age from which it is asked, and the shares rated at least 1, 2 and 3 at age 10."""

    strand: str
    from_age: int
    shares: tuple[float, float, float]


# Orders of size after assessments of children in need and the looked-after return, year to March 2025 (DfE): own mental
# health 18%, learning disability 12%, self-harm 5%, going missing 3%, criminal exploitation 3%, sexual exploitation 2%,
# gangs 2%; of those looked after for a year, substance misuse 3%, offending 2% of ages 10-17. The rest own judgement.
NEEDS = {
    "physical_health": Asked("body", 0, (0.27, 0.095, 0.028)),
    "personal_care": Asked("body", 2, (0.17, 0.07, 0.025)),
    "mobility_and_senses": Asked("body", 0, (0.11, 0.045, 0.018)),
    "eating_and_growth": Asked("body", 0, (0.17, 0.05, 0.008)),
    "sleep_and_night_care": Asked("body", 1, (0.27, 0.105, 0.018)),
    "low_mood": Asked("distress", 0, (0.38, 0.17, 0.021)),
    "anxiety": Asked("distress", 0, (0.41, 0.18, 0.017)),
    "trauma_effects": Asked("distress", 0, (0.56, 0.30, 0.047)),
    "attachment": Asked("distress", 0, (0.52, 0.25, 0.041)),
    "unusual_experiences": Asked("distress", 6, (0.06, 0.017, 0.004)),
    "emotional_regulation": Asked("distress", 0, (0.52, 0.30, 0.065)),
    "attention_and_impulse": Asked("conduct", 3, (0.45, 0.22, 0.041)),
    "aggression": Asked("conduct", 3, (0.3, 0.145, 0.041)),
    "defiance_and_conduct": Asked("conduct", 3, (0.38, 0.175, 0.036)),
    "harmful_sexual_behaviour": Asked("conduct", 6, (0.08, 0.027, 0.007)),
    "fire_setting": Asked("conduct", 6, (0.05, 0.014, 0.004)),
    "offending": Asked("conduct", 10, (0.07, 0.02, 0.004)),
    "suicide_risk": Asked("danger", 6, (0.12, 0.044, 0.01)),
    "self_harm": Asked("danger", 1, (0.15, 0.061, 0.014)),
    "going_missing": Asked("danger", 6, (0.11, 0.045, 0.014)),
    "exploitation": Asked("danger", 6, (0.1, 0.045, 0.014)),
    "substance_use": Asked("danger", 10, (0.08, 0.022, 0.004)),
    "learning_and_development": Asked("learning", 0, (0.45, 0.23, 0.047)),
    "communication": Asked("learning", 1, (0.32, 0.14, 0.023)),
    "school_place_and_attendance": Asked("conduct", 5, (0.27, 0.106, 0.047)),
    "school_behaviour_and_progress": Asked("learning", 5, (0.49, 0.25, 0.047)),
    "peers": Asked("conduct", 3, (0.41, 0.175, 0.023)),
    "family_and_contact": Asked("distress", 0, (0.54, 0.30, 0.047)),
    "identity_culture_language": Asked("distress", 0, (0.27, 0.08, 0.012)),
    "daily_living_skills": Asked("learning", 14, (0.43, 0.17, 0.023)),
    "decision_making": Asked("learning", 12, (0.41, 0.16, 0.023)),
    "own_parenting_role": Asked("distress", 12, (0.06, 0.028, 0.006)),
}
_STRENGTH_SHARES = (0.80, 0.50, 0.20)
STRENGTHS = {
    name: Asked("distress", from_age, _STRENGTH_SHARES)
    for name, from_age in (
        ("trusted_adult", 0), ("family", 0), ("wider_network", 0), ("friendships", 0), ("interests", 0),
        ("coping", 0), ("school_or_work", 5), ("hope", 6),
    )
}  # fmt: skip
ITEMS = {**NEEDS, **STRENGTHS}
PLACE = {name: place for place, name in enumerate(ITEMS)}
NOT_ASKED, TOP = -1, 3
# Blanks come together. For every per cent of blanks this many per cent of children may have some; a tenth of these, who
# left off half-way, have so many times the average of these.
HAVE_BLANKS, LEFT_OFF, LEFT_OFF_TIMES = 15, 0.1, 5.5


class Needs(NamedTuple):
    """
    now, then  true ratings of every item, asked or not: a row an item in the order of ITEMS, a column a child. `then`
               is the truth at an earlier profile.
    strands    what lies behind them, by strand: one value a child, about 0 with a standard deviation of 1.
    """

    now: Ratings
    then: Ratings
    strands: dict[str, Floats]


def draw_needs(rng: np.random.Generator, people: People, truth: Truth) -> Needs:
    """The true needs of a chunk of children."""
    n, households = len(people), int(people.household_of[-1]) + 1

    def shared_with_siblings() -> Floats:
        own, theirs = rng.standard_normal(n, np.float32), rng.standard_normal(households, np.float32)
        link = np.float32(truth.sibling_link)
        return np.asarray(np.sqrt(1 - link) * own + np.sqrt(link) * theirs[people.household_of])

    general = shared_with_siblings()
    shift = np.where(people.unaccompanied, np.float32(UNACCOMPANIED_SHIFT), np.float32(0))
    strands = {
        name: np.float32(strand.general) * general
        + np.float32((1 - strand.general**2) ** 0.5) * shared_with_siblings()
        + shift
        for name, strand in STRANDS.items()
    }
    rise = np.clip(people.years - 10, YOUNGEST_RISE, OLDEST_RISE).astype(np.float32)
    changed = np.flatnonzero(chance(rng, truth.need_changed, n))
    change = np.where(chance(rng, 0.5, len(changed)), np.float32(CHANGE), np.float32(-CHANGE))

    now = np.empty((len(ITEMS), n), np.int8)
    then = np.empty_like(now)
    for (name, item), row, earlier in zip(ITEMS.items(), now, then, strict=True):
        loading = np.float32(STRENGTH_LOADING if name in STRENGTHS else STRANDS[item.strand].loading)
        value = loading * strands[item.strand] + np.sqrt(1 - loading**2) * rng.standard_normal(n, np.float32)
        if name in NEEDS:
            value += np.float32(STRANDS[item.strand].rise) * rise
            value += people.unaccompanied * np.float32(UNACCOMPANIED_MORE.get(name, 0))
        row[:] = _rated(value, item.shares)
        earlier[:] = row
        earlier[changed] = _rated(value[changed] + loading * change, item.shares)
    return Needs(now, then, strands)


def _rated(value: Floats, shares: tuple[float, float, float]) -> Ratings:
    rating = np.zeros(len(value), np.int8)
    for share in shares:
        rating += value > np.float32(NormalDist().inv_cdf(1 - share))
    return rating


def asked_at(years: npt.NDArray[np.signedinteger]) -> Truths:
    """For each item and child, true where the item is asked at the age in whole years."""
    return np.array([item.from_age for item in ITEMS.values()])[:, None] <= years


def rate(rng: np.random.Generator, true: Ratings, asked: Truths, truth: Truth) -> Ratings:
    """Ratings as a rater makes them, NOT_ASKED where the item is not asked or was left blank."""
    n = true.shape[1]
    blank = _blank_shares(rng, n, truth.missing)
    some = np.flatnonzero(blank)
    up, either = np.float32(truth.rater_noise / 2), np.float32(truth.rater_noise)
    rated = np.empty_like(true)
    for row, given, is_asked in zip(true, rated, asked, strict=True):
        drawn = rng.random(n, np.float32)
        step = np.where(drawn < up, np.int8(1), np.int8(-1)) * (drawn < either)
        moved = row + step
        given[:] = np.where((moved < 0) | (moved > TOP), row - step, moved)
        given[some[rng.random(len(some), np.float32) < blank[some]]] = NOT_ASKED
        given[~is_asked] = NOT_ASKED
    return rated


def _blank_shares(rng: np.random.Generator, n: int, missing: float) -> Floats:
    """For each child the share of asked items to leave blank: 0 for most, and `missing` on the average."""
    some = min(1.0, HAVE_BLANKS * missing)
    average = missing / some if some else 0.0
    many = min(1.0, LEFT_OFF_TIMES * average)
    few = (average - LEFT_OFF * many) / (1 - LEFT_OFF)
    share = np.where(chance(rng, LEFT_OFF, n), many, few)
    return np.where(chance(rng, some, n), share, 0).astype(np.float32)
