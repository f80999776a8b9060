"""Prices as they are compared: whole pence a week, made once when a pack is read.

A figure is (base + add_on + low | expected | high) x multiplier, brought to a week and rounded half up to the penny.
A day is a seventh of a week; a month and a year follow the pack's `weeks_in_year` (52.18 unless it says otherwise).
What depends on the child (per_point, then floor and cap) is left to the scorers.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from banding.errors import Finding
from banding.pack.model import Document, Price, Setting
from banding.vocabulary import MOST_MONEY

FIRST, LAST = dt.date.min, dt.date.max
YOUNGEST, LAST_OF_CHILDHOOD, OLDEST = 0, 17, 25


@dataclass(frozen=True, slots=True)
class WeeklyPrice:
    """One row of prices.csv for one band and setting, in pence a week. None: not limited, or no such figure.

    per_point  pence for each point of the need score, exact; added at scoring and rounded half up to the penny.
    """

    row: int
    band: int
    setting: str
    ages: tuple[int, int] | None
    regions: tuple[str, ...]
    scopes: tuple[str, ...]
    from_: dt.date
    to: dt.date
    low: int
    expected: int
    high: int
    per_point: Decimal
    floor: int | None
    cap: int | None
    basis: str

    def covers(self, on: dt.date) -> bool:
        return self.from_ <= on <= self.to


def weekly_prices(document: Document, bands: Mapping[str, int], findings: list[Finding]) -> tuple[WeeklyPrice, ...]:
    """Every price of the pack, one entry a band and setting. Rows that name unknown bands or settings are skipped:
    they are reported where names are checked."""
    header = document.rules.pack
    weeks = {
        "day": Fraction(7),
        "week": Fraction(1),
        "four_weeks": Fraction(1, 4),
        "month": Fraction(12) / Fraction(header.weeks_in_year),
        "year": 1 / Fraction(header.weeks_in_year),
    }
    found = []
    for price in document.prices:
        to_a_week = 100 * weeks[price.unit or header.price_unit]
        factor = to_a_week * Fraction(price.multiplier)
        added = Fraction(price.base) + Fraction(price.add_on)
        low, expected, high = (
            half_up((added + Fraction(figure or 0)) * factor) for figure in (price.low, price.expected, price.high)
        )
        if not 0 <= low <= high <= MOST_MONEY:
            message = "A price lies between 0 and 10 million a week once base, add_on and multiplier are taken in."
            remedy = "Check the figures and their unit."
            findings.append(Finding("wrong-value", document.files["prices"], f"row {price.row}", message, remedy))
            continue
        least, most = (
            None if limit is None else half_up(Fraction(limit) * to_a_week) for limit in (price.floor, price.cap)
        )
        per_point = _places(Fraction(price.per_point) * factor, 6)
        span = (price.from_ or FIRST, price.to or LAST)
        for band, setting in itertools.product(price.band, price.setting):
            if band in bands:
                found.append(
                    WeeklyPrice(
                        price.row, bands[band], setting, _ages(price), price.region, price.scope, *span, low, expected,
                        high, per_point, least, most, price.basis,
                    )
                )  # fmt: skip
    return tuple(found)


def half_up(value: Fraction) -> int:
    """floor(x + 1/2), also below zero."""
    return floor(value + Fraction(1, 2))


def _places(value: Fraction, places: int) -> Decimal:
    # A converted per-point price need not be a finite decimal; a millionth of a penny is far below what is paid.
    return Decimal(half_up(value * 10**places)).scaleb(-places).normalize()


def _ages(price: Price) -> tuple[int, int] | None:
    if price.age_from is None and price.age_to is None:
        return None
    return (
        price.age_from if price.age_from is not None else YOUNGEST,
        price.age_to if price.age_to is not None else OLDEST,
    )


def overlapping(prices: Iterable[WeeklyPrice], file: str) -> list[Finding]:
    """A finding for every two rows that one child could match on one day."""
    groups: dict[tuple[int, str], list[WeeklyPrice]] = defaultdict(list)
    for price in prices:
        groups[price.band, price.setting].append(price)
    found: dict[tuple[int, int], Finding] = {}
    for (band, setting), group in groups.items():
        ordered = sorted(group, key=lambda price: (price.from_, price.row))
        for place, earlier in enumerate(ordered):
            for later in ordered[place + 1 :]:
                if later.from_ > earlier.to:
                    break
                one, other = sorted((earlier, later), key=lambda price: price.row)
                shared = shared_by(one, other)
                if shared is None or (one.row, other.row) in found:
                    continue
                since = "" if later.from_ == FIRST else f" from {later.from_}"
                message = (
                    f"both match band {band}, {setting}{shared}{since}: "
                    f"{one.expected / 100:.2f} and {other.expected / 100:.2f}."
                )
                rows = f"rows {one.row} and {other.row}"
                remedy = "Narrow one, or delete it."
                found[one.row, other.row] = Finding("prices-overlap", file, rows, message, remedy)
    return list(found.values())


def shared_by(one: WeeklyPrice, other: WeeklyPrice) -> str | None:
    """Words for what both rows match, or None where no child can match both."""
    if one.from_ > other.to or other.from_ > one.to:
        return None
    said = ""
    if one.ages and other.ages:
        youngest, oldest = max(one.ages[0], other.ages[0]), min(one.ages[1], other.ages[1])
        if youngest > oldest:
            return None
        said += f", age {youngest}"
    elif one.ages or other.ages:
        said += f", age {(one.ages or other.ages or (0,))[0]}"
    for ours, theirs in ((one.regions, other.regions), (one.scopes, other.scopes)):
        if ours and theirs and not set(ours) & set(theirs):
            return None
        common = sorted(set(ours or theirs) & set(theirs or ours))
        said += f", {common[0]}" if common else ""
    return said


def unpriced(
    prices: Iterable[WeeklyPrice], bands: Mapping[str, int], settings: Mapping[str, Setting], file: str
) -> list[Finding]:
    """A warning for each band, and each age of it, without a price in a setting that has prices for others: price and
    cost_fit are unknown there. A gap is no hazard, but a pack says by name and reason that it is meant."""
    held: dict[str, dict[int, list[WeeklyPrice]]] = defaultdict(lambda: defaultdict(list))
    for price in prices:
        if price.setting in settings:
            held[price.setting][price.band].append(price)
    found = []
    for setting, priced in held.items():
        for band, number in bands.items():
            place = f"band {band}, setting {setting}"
            message = "No row prices this band in this setting, which is priced for other bands."
            if priced.get(number):
                ages = _ages_without(priced[number], settings[setting])
                if not ages:
                    continue
                place += f", {ages_in_words(ages)}"
                message = "No row prices this band in this setting at this age, though one does at others."
            remedy = "Add a row, or silence this finding by name and reason."
            found.append(Finding("no-price", file, place, message, remedy, "warning"))
    return found


def lost(document: Document) -> list[Finding]:
    """A warning where a pack that extends another prices settings no more that its base prices: prices.csv replaces the
    base's rows whole, which an author who changes a few may not expect."""
    base = document.base
    if base is None:
        return []
    before, now = ({setting for price in one.prices for setting in price.setting} for one in (base, document))
    gone = [setting.id for setting in document.settings if setting.id in before - now]
    if not gone:
        return []
    named = f"{base.rules.pack.id}@{base.rules.pack.version}"
    message = f"{', '.join(gone)} had prices in {named} and {'has' if len(gone) == 1 else 'have'} none here."
    remedy = "Copy the base's rows that still hold."
    return [Finding("prices-lost", document.files["prices"], "", message, remedy, "warning")]


def spans(numbers: Iterable[int]) -> str:
    """Rising numbers in words: `0 to 2, 10`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in found)


def ages_in_words(ages: Sequence[int]) -> str:
    """`age 3`, or `ages 0 to 2, 10`."""
    return f"age{'s' if len(ages) > 1 else ''} {spans(ages)}"


def _ages_without(prices: Iterable[WeeklyPrice], setting: Setting) -> list[int]:
    """The ages of childhood at which the setting may be used and none of the rows prices it."""
    spans = [price.ages or (YOUNGEST, OLDEST) for price in prices]
    youngest = YOUNGEST if setting.age_from is None else setting.age_from
    oldest = LAST_OF_CHILDHOOD if setting.age_to is None else setting.age_to
    return [age for age in range(youngest, oldest + 1) if not any(low <= age <= high for low, high in spans)]
