"""The other facts of a child and placement: law, plans, safety, views, support in kind, the SDQ."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from banding.synthetic import mix
from banding.synthetic.draws import Floats, Truths, Wholes, chance, choose, where_known, words
from banding.synthetic.needs import PLACE, Needs
from banding.synthetic.people import People, exam_year
from banding.synthetic.placement import Placements

LEGAL = ("interim_care_order", "full_care_order", "placement_order", "section_20", "protection", "youth_justice")
# Shares in that order: own judgement of the order of size in the looked-after children's return.
LEGAL_EARLY, LEGAL_LATER = (0.48, 0.22, 0.01, 0.28, 0.01, 0), (0.03, 0.80, 0.02, 0.15, 0, 0)
LEGAL_BY_SETTING = {
    "with_parents": (0.20, 0.80, 0, 0, 0, 0),
    "adoption": (0, 0.05, 0.90, 0.05, 0, 0),
    "custody": (0, 0.25, 0, 0.10, 0, 0.65),
}
ASKS_FOR_HELP = 2  # the rating from which a need asks for help
LEGAL_UNACCOMPANIED = (0.01, 0.03, 0, 0.96, 0, 0)
PROCEEDINGS = (0.95, 0.02, 0.30, 0.08, 0.30, 0.0)
YEAR_DAYS, YEAR_WEEKS, EARLY_DAYS = 365, 52, 300
APART = (
    "aggression", "harmful_sexual_behaviour", "fire_setting", "exploitation", "self_harm", "suicide_risk",
    "unusual_experiences",
)  # fmt: skip
HOMES = ("childrens_home", "small_home", "unregistered", "residential_school")
FAMILIES = ("kinship", "own_foster", "agency_foster", "with_parents", "supported_lodgings")

Support = dict[str, pl.Series]


def draw_facts(
    rng: np.random.Generator, people: People, needs: Needs, band: Wholes, placements: Placements, on: dt.date
) -> Support:
    """Columns by their vocabulary names, a value a child.

    band  the true band, 1 to 6.
    """
    legal = _legal_status(rng, people, placements)
    return {
        "legal_status": words(legal, LEGAL),
        "care_proceedings": pl.Series(chance(rng, np.array(PROCEEDINGS)[legal], len(people))),
        "exam_year": pl.Series(exam_year(people.born, on)),
        **_of_the_child(rng, people, needs),
        **_plans(rng, people, placements),
        **_safety(rng, people, needs, band, placements),
    }


def _legal_status(rng: np.random.Generator, people: People, placements: Placements) -> Wholes:
    n = len(people)
    legal = np.where(people.days_in_care < EARLY_DAYS, choose(rng, LEGAL_EARLY, n), choose(rng, LEGAL_LATER, n))
    for name, shares in LEGAL_BY_SETTING.items():
        legal = np.where(placements.is_in(name), choose(rng, shares, n), legal)
    return np.where(people.unaccompanied, choose(rng, LEGAL_UNACCOMPANIED, n), legal)


def _of_the_child(rng: np.random.Generator, people: People, needs: Needs) -> Support:
    n = len(people)
    bodily = 0.7 * needs.strands["body"] + 0.5 * needs.strands["learning"] + 0.5 * rng.standard_normal(n)
    disabled = bodily > mix.DISABLED_FROM
    views = choose(rng, [*mix.VIEWS.values(), 1 - sum(mix.VIEWS.values())], n)
    views = np.where((people.age < mix.VIEWS_FROM_AGE) | (views == len(mix.VIEWS)), -1, views)
    return {
        "disability": pl.Series(disabled),
        "child_view": words(views, tuple(mix.VIEWS)),
        "rater_role": words(choose(rng, list(mix.RATERS.values()), n), tuple(mix.RATERS)),
        "sdq_total": _sdq(rng, people, needs),
    }


def _sdq(rng: np.random.Generator, people: People, needs: Needs) -> pl.Series:
    """Total difficulties of those for whom the questionnaire is due and returned, null for all others."""
    n = len(people)
    explained: Floats = np.zeros(n)
    for strand, weight in mix.SDQ_STRANDS.items():
        explained = explained + weight * needs.strands[strand]
    total = np.rint(mix.SDQ_MEAN + mix.SDQ_SPREAD * (explained + 0.55 * rng.standard_normal(n)))
    youngest, oldest = mix.SDQ_AGES
    due = (people.age >= youngest) & (people.age <= oldest) & (people.days_in_care >= YEAR_DAYS)
    returned = due & chance(rng, mix.SDQ_RETURNED, n)
    return where_known(np.clip(total, 0, mix.SDQ_MOST).astype(np.int16), returned)


def _plans(rng: np.random.Generator, people: People, placements: Placements) -> Support:
    n = len(people)
    preferred = placements.setting.copy()
    draws, which = rng.random(n), rng.integers(0, 2, n)
    for name, (share, others) in mix.PREFERRED_ELSEWHERE.items():
        other = np.array([mix.SETTING[other] for other in others])[which]
        preferred = np.where(placements.is_in(name) & (draws < share), other, preferred)
    preferred[chance(rng, mix.PREFERENCE_UNKNOWN, n)] = -1

    settled = placements.weeks >= mix.MATCHED_AFTER_WEEKS
    moved = (placements.weeks < YEAR_WEEKS) & (placements.weeks * 7 < people.days_in_care - 7)
    moves = np.where(moved, rng.geometric(mix.STAYED_IN_ANY_MOVE, n), 0)
    recent = placements.weeks < mix.RECENT_WEEKS
    planned, emergency = np.array(mix.MOVE_PLANNED), np.array(mix.BEGAN_IN_EMERGENCY)
    return {
        "preferred_setting": words(preferred, mix.SETTING_IDS),
        "permanence_match": pl.Series(settled & chance(rng, placements.by_setting(mix.MATCHED_LONG_TERM), n)),
        "planned_move": pl.Series(chance(rng, planned[settled.astype(np.int8)], n)),
        "emergency_start": pl.Series(chance(rng, emergency[recent.astype(np.int8)], n)),
        "weeks_in_placement": pl.Series(placements.weeks.astype(np.int16)),
        "moves_12_months": pl.Series(np.minimum(moves, 12).astype(np.int8)),
    }


def _safety(rng: np.random.Generator, people: People, needs: Needs, band: Wholes, placements: Placements) -> Support:
    n = len(people)
    runs = np.array(mix.MISSING_A_YEAR)[needs.now[PLACE["going_missing"]]]
    missing = np.where(people.age >= mix.MISSING_FROM_AGE, rng.poisson(runs), 0)

    homes, supported = placements.is_in(*HOMES), placements.is_in("supported_accommodation")
    deprived = chance(rng, _of_band(mix.LIBERTY_DEPRIVED, band) * homes + mix.LIBERTY_WRONG * supported, n)
    deprived |= placements.is_in("secure_home")
    ordered = deprived & (chance(rng, mix.LIBERTY_ORDERED, n) | placements.is_in("secure_home"))
    staffed = _of_band(mix.EXTRA_STAFFING_HOMES, band) * homes
    # A few are placed alone without a need that asks for it: a review is there to find them.
    asking = np.where(
        (needs.now[[PLACE[name] for name in APART]] >= ASKS_FOR_HELP).any(axis=0), 1, mix.SOLO_WITHOUT_NEED
    )
    staffed += _of_band(mix.EXTRA_STAFFING_FAMILY, band) * placements.is_in(*FAMILIES)
    return {
        "missing_12_months": pl.Series(np.minimum(missing, 60).astype(np.int16)),
        "deprivation_of_liberty": pl.Series(deprived),
        "liberty_order": pl.Series(ordered),
        "solo": pl.Series(chance(rng, placements.by_setting(mix.SOLO) * asking, n)),
        "extra_staffing": pl.Series(chance(rng, staffed, n)),
    }


def support_reviews(rng: np.random.Generator, supported: Truths, on: dt.date) -> pl.Series:
    """The dates on which support is to be reviewed: some passed, some blank."""
    n = len(supported)
    ahead = np.where(chance(rng, mix.SUPPORT_OVERDUE, n), rng.integers(-91, 0, n), rng.integers(0, 183, n))
    due: npt.NDArray[np.datetime64] = np.datetime64(on, "D") + ahead
    return where_known(due, supported & ~chance(rng, mix.SUPPORT_UNDATED, n))


def _of_band(shares: tuple[float, ...], band: Wholes) -> Floats:
    return np.array(shares)[band - 1]
