"""Prices as they are compared: whole pence a week, made once when a pack is read.

A figure is (base + add_on + low | expected | high) x multiplier, brought to a week and rounded half up to the penny.
A day is a seventh of a week; a month and a year follow the pack's `weeks_in_year` (52.18 unless it says otherwise).
What depends on the child (per_point, then floor and cap) is left to the scorers.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from banding.errors import Finding
from banding.pack.model import Document, Price
from banding.vocabulary import MOST_MONEY

FIRST, LAST = dt.date.min, dt.date.max
YOUNGEST, OLDEST = 0, 25


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
        factor = weeks[price.unit or header.price_unit] * Fraction(price.multiplier)

        def pence(figure: Decimal | None, factor: Fraction = factor, price: Price = price) -> int:
            return half_up((Fraction(figure or 0) + Fraction(price.base + price.add_on)) * factor * 100)

        low, expected, high = pence(price.low), pence(price.expected), pence(price.high)
        per_point = Fraction(price.per_point) * factor * 100
        place = f"row {price.row}"
        if not 0 <= low <= high <= MOST_MONEY:
            findings.append(
                Finding(
                    "wrong-value", document.files["prices"], place,
                    "A price lies between 0 and 10 million a week once base, add_on and multiplier are taken in.",
                    "Check the figures and their unit.",
                )
            )  # fmt: skip
            continue
        limits = [None if limit is None else half_up(Fraction(limit) * weeks[price.unit or header.price_unit] * 100)
                  for limit in (price.floor, price.cap)]  # fmt: skip
        for band, setting in itertools.product(price.band, price.setting):
            if band in bands:
                found.append(
                    WeeklyPrice(
                        price.row, bands[band], setting, _ages(price), price.region, price.scope, price.from_ or FIRST,
                        price.to or LAST, low, expected, high, _places(per_point, 6), limits[0], limits[1], price.basis,
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


def overlapping(prices: Iterable[WeeklyPrice], names: Mapping[int, str], file: str) -> list[Finding]:
    """A finding for every two rows that one child could match on one day."""
    groups: dict[tuple[int, str], list[WeeklyPrice]] = defaultdict(list)
    for price in prices:
        groups[price.band, price.setting].append(price)
    found: dict[tuple[int, int], Finding] = {}
    for (band, setting), group in groups.items():
        ordered = sorted(group, key=lambda price: (price.from_, price.row))
        for place, one in enumerate(ordered):
            for other in ordered[place + 1 :]:
                if other.from_ > one.to:
                    break
                rows = (min(one.row, other.row), max(one.row, other.row))
                shared = _shared(one, other)
                if shared is None or rows in found:
                    continue
                costs = f"{one.expected / 100:.2f} and {other.expected / 100:.2f}"
                since = max(one.from_, other.from_)
                when = "" if since == FIRST else f" from {since}"
                found[rows] = Finding(
                    "prices-overlap", file, f"rows {rows[0]} and {rows[1]}" if rows[0] != rows[1] else f"row {rows[0]}",
                    f"both match band {names.get(band, band)}, {setting}{shared}{when}: {costs}.",
                    "Narrow one, or delete it.",
                )  # fmt: skip
    return list(found.values())


def _shared(one: WeeklyPrice, other: WeeklyPrice) -> str | None:
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


def unpriced(prices: Iterable[WeeklyPrice], bands: Mapping[str, int], file: str) -> list[Finding]:
    """A warning for each band without a price in a setting that has prices for others: price and cost_fit are unknown
    there. A gap is no hazard, but a pack says by name and reason that it is meant."""
    held = defaultdict(set)
    for price in prices:
        held[price.setting].add(price.band)
    return [
        Finding(
            "no-price", file, f"band {band}, setting {setting}",
            "No row prices this band in this setting, which is priced for other bands.",
            "Add a row, or silence this finding by name and reason.", "warning",
        )
        for setting, priced in held.items()
        for band, number in bands.items()
        if number not in priced
    ]  # fmt: skip
