"""The children: age, household, council, how long in care, and when the profile was made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banding.synthetic import mix
from banding.synthetic.draws import Floats, Truths, Wholes, chance, choose

Days = npt.NDArray[np.datetime64]
YOUNGEST_DAYS = 10
OLDEST_DAYS = 6_573  # a day short of 18 years, however the leap years fall
YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class People:
    """One chunk of children, an array each.

    first         place in the chunk of the first child of the household; brothers and sisters share it.
    household_of  number of the household in the chunk, from 0.
    born, rated   date of birth and date of the profile.
    age           whole years on the caseload's date; `years` the same with its fraction.
    council       number of the council, from 0.
    """

    first: Wholes
    household_of: Wholes
    size: Wholes
    born: Days
    rated: Days
    age: Wholes
    years: Floats
    unaccompanied: Truths
    male: Truths
    council: Wholes
    days_in_care: Wholes

    def __len__(self) -> int:
        return len(self.first)


def draw_people(rng: np.random.Generator, n: int, on: dt.date, councils: int) -> People:
    """n children, in households that end with the chunk."""
    sizes = 1 + choose(rng, [share / size for size, share in enumerate(mix.HOUSEHOLDS, start=1)], n)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), n)) + 1]
    sizes[-1] -= int(sizes.sum()) - n
    household_of = np.repeat(np.arange(len(sizes)), sizes)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    size = np.repeat(sizes, sizes)

    days_old = _days_old(first, size, rng.random(len(sizes))[household_of], rng.random(n))
    today = np.datetime64(on, "D")
    born = today - days_old
    age = whole_years(born, today)

    unaccompanied = (size == 1) & chance(rng, mix.UNACCOMPANIED_OF_SINGLE[age], n)
    male = chance(rng, np.where(unaccompanied, mix.MALE_UNACCOMPANIED, mix.MALE), n)
    council = rng.integers(0, councils, len(sizes))[household_of]

    median = np.where(unaccompanied, mix.CARE_DAYS_UNACCOMPANIED[0], mix.CARE_DAYS[0])
    spread = np.where(unaccompanied, mix.CARE_DAYS_UNACCOMPANIED[1], mix.CARE_DAYS[1])
    days_in_care = np.floor(np.exp(np.log(median) + spread * rng.standard_normal(n)))
    since_birth = 1 + np.floor(rng.random(n) * (days_old - 1))
    days_in_care = np.where(days_in_care > days_old - 1, since_birth, days_in_care).astype(np.int64)

    late = choose(rng, [share for share, _, _ in mix.PROFILE_AGES], n)
    least = np.array([low for _, low, _ in mix.PROFILE_AGES])[late]
    most = np.array([high for _, _, high in mix.PROFILE_AGES])[late]
    lag = least + np.floor(rng.random(n) * (most - least + 1)).astype(np.int64)
    sooner = np.floor(rng.random(n) * days_in_care).astype(np.int64)
    rated = today - np.where(lag > days_in_care, sooner, lag)
    return People(
        first, household_of, size, born, rated, age, days_old / YEAR_DAYS, unaccompanied, male, council, days_in_care
    )


def _days_old(first: Wholes, size: Wholes, of_household: Floats, of_child: Floats) -> Wholes:
    """Ages in days: all as published, brothers and sisters twins or at least a pregnancy apart.

    of_household, of_child  draws from 0 to 1 for every child; the former is the same in all of a household.
    """
    birthdays = np.arange(len(mix.AGES) + 1) * YEAR_DAYS
    rank = np.arange(len(first)) - first
    apart = np.interp(
        (of_child - mix.TWINS) / (1 - mix.TWINS), np.linspace(0, 1, len(mix.SIBLING_GAPS)), mix.SIBLING_GAPS
    )
    gaps = np.cumsum(np.where((rank == 0) | (of_child < mix.TWINS), 0, np.floor(apart)))
    older = gaps - gaps[first]  # than the youngest of the household
    # The first draw of a household is free, since nobody is younger: it says whose age is drawn, and who comes first.
    turn, one = np.divmod(np.floor(of_child[first] * size**2).astype(np.int64), size)
    older_one = older[first + one]
    least, most = YOUNGEST_DAYS + older_one, OLDEST_DAYS - (older[first + size - 1] - older_one)
    reach = np.cumsum([0, *mix.ONE_OF_SIBLINGS])
    low, high = np.interp(least, birthdays, reach), np.interp(most, birthdays, reach)
    of_siblings = np.interp(low + of_household * (high - low), reach, birthdays)
    of_single = np.interp(of_household, np.cumsum([0, *mix.AGES]), birthdays)
    days_old = np.clip(np.floor(np.where(size == 1, of_single, of_siblings)), least, most) - older_one + older
    return np.asarray(days_old[first + (rank + turn) % size], np.int64)


def whole_years(born: Days, at: Days | np.datetime64) -> Wholes:
    """Birthdays between birth and a date."""
    born_month, at_month = born.astype("datetime64[M]"), at.astype("datetime64[M]")
    months = (at_month - born_month).astype(np.int64)
    short = (at - at_month).astype(np.int64) < (born - born_month).astype(np.int64)
    return np.asarray((months - short) // 12)


def exam_year(born: Days, on: dt.date) -> Truths:
    """True for those who turn 16 in the school year of the date, 1 September to 31 August."""
    starts = on.year if on >= dt.date(on.year, 9, 1) else on.year - 1
    first, last = np.datetime64(f"{starts - 16}-09-01"), np.datetime64(f"{starts - 15}-08-31")
    return np.asarray((born >= first) & (born <= last))
