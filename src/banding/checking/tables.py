"""Price rows and reference settings as tables: what falls, what ends, what is left open, what nobody can match."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from banding.errors import Finding
from banding.pack.meaning import Pack
from banding.pack.prices import (
    LAST,
    LAST_OF_CHILDHOOD,
    OLDEST,
    YOUNGEST,
    WeeklyPrice,
    ages_in_words,
    half_up,
    shared_by,
)
from banding.vocabulary import REGIONS

_DAY = dt.timedelta(1)


def doubtful_prices(pack: Pack, on: dt.date) -> Iterator[Finding]:
    """Findings about prices.csv. Rows that overlap and bands without a price are found when a pack is read."""
    yield from _never_used(pack)
    yield from _gaps(pack, on)
    yield from _falling(pack)


def _warning(pack: Pack, code: str, place: str, message: str, remedy: str, table: str = "prices") -> Finding:
    return Finding(code, pack.document.files[table], place, message, remedy, "warning")


def _ids(pack: Pack) -> dict[int, str]:
    return {band.number: name for name, band in pack.bands.items()}


def _never_used(pack: Pack) -> Iterator[Finding]:
    header, told = pack.header, set()
    until = header.to or LAST
    for price in pack.prices:
        message = ""
        if price.to < header.from_ or price.from_ > until:
            message = "The row is in force on no day on which the version is."
        elif price.ages is not None and price.ages[0] > OLDEST:
            message = f"Nobody of {price.ages[0]} or over is banded: ages run to {OLDEST}."
        if message and price.row not in told:
            told.add(price.row)
            remedy = "Correct it, or delete the row."
            yield _warning(pack, "price-never-used", f"row {price.row}", message, remedy)


# -- gaps -------------------------------------------------------------------------------------------------------------


def _gaps(pack: Pack, on: dt.date) -> Iterator[Finding]:
    """For each band in a setting the days, ages and regions that its rows leave open. A row without regions or ages
    holds for all; ages that no row prices on any day are found when the pack is read."""
    names, groups = _ids(pack), defaultdict(list)
    for price in pack.prices:
        groups[price.band, price.setting].append(price)
    for (band, setting), rows in groups.items():
        place = f"band {names[band]}, setting {setting}"
        for (start, stop), cells in _open(pack, rows).items():
            ages = sorted({age for age, _ in cells})
            regions = [region for region in REGIONS if region in {region for _, region in cells}]
            of_all = len(ages) == len(_ages(rows))
            whom = ", ".join(([] if of_all else [ages_in_words(ages)]) + regions)
            whom = f" for {whom}" if whom else ""
            if (start, stop) == _span(pack):
                message, remedy = f"No row prices it{whom} on any day of this version.", "Add a row."
            elif stop < LAST:
                message, remedy = f"No row prices it{whom} from {start} to {stop}.", "Let the row before run on."
            elif start > on:
                continue  # a price that will end is no fault yet
            else:
                message, remedy = f"Its last price{whom} ended on {start - _DAY}.", "Add the price that holds since."
            code = "price-out-of-date" if stop == LAST and start > pack.header.from_ else "prices-gap"
            yield _warning(pack, code, place, message, remedy)


def _span(pack: Pack) -> tuple[dt.date, dt.date]:
    return pack.header.from_, pack.header.to or LAST


def _ages(rows: Iterable[WeeklyPrice]) -> list[int]:
    """The ages that some row prices."""
    spans = [row.ages or (YOUNGEST, OLDEST) for row in rows]
    return [age for age in range(YOUNGEST, OLDEST + 1) if any(low <= age <= high for low, high in spans)]


def _open(pack: Pack, rows: Sequence[WeeklyPrice]) -> dict[tuple[dt.date, dt.date], list[tuple[int, str | None]]]:
    """The spans of days, both ends included, that no row covers, each with the ages and regions that it is open for."""
    found = defaultdict(list)
    regions: Sequence[str | None] = REGIONS if any(row.regions for row in rows) else (None,)
    for age, region in itertools.product(_ages(rows), regions):
        next_day, until = _span(pack)
        covering = [
            row
            for row in rows
            if (row.ages is None or row.ages[0] <= age <= row.ages[1]) and (not row.regions or region in row.regions)
        ]
        for row in sorted(covering, key=lambda row: row.from_):
            if row.from_ > next_day:
                found[next_day, min(row.from_ - _DAY, until)].append((age, region))
            if row.to >= until or row.from_ > until:
                break
            next_day = max(next_day, row.to + _DAY)
        else:
            found[next_day, until].append((age, region))
    return found


# -- falling ----------------------------------------------------------------------------------------------------------


def _falling(pack: Pack) -> Iterator[Finding]:
    """Two rows of one setting that one child could match at two bands, of which the band of more need costs less."""
    names, told = _ids(pack), set()
    by_setting: dict[str, dict[int, list[WeeklyPrice]]] = defaultdict(lambda: defaultdict(list))
    for price in pack.prices:
        by_setting[price.setting][price.band].append(price)
    for setting, by_band in by_setting.items():
        for lower, upper in itertools.pairwise(sorted(by_band)):
            for one, other in itertools.product(by_band[lower], by_band[upper]):
                falls = _falls(pack, one, other)
                if falls and shared_by(one, other) is not None and (one.row, other.row) not in told:
                    told.add((one.row, other.row))
                    place = f"band {names[upper]}, setting {setting}"
                    message = (
                        f"Row {other.row} costs less than row {one.row}, which is for less need, band {names[lower]}: "
                        f"{' and '.join(falls)}."
                    )
                    remedy = "Correct the rows, or silence this finding by name and reason."
                    yield _warning(pack, "price-falls", place, message, remedy)


def _falls(pack: Pack, one: WeeklyPrice, other: WeeklyPrice) -> list[str]:
    """Words for each figure that falls; what is priced by the point is compared where the upper band begins."""
    edge = next((band.from_points for band in pack.bands.values() if band.number == other.band), None)
    found = []
    for name in ("low", "expected", "high"):
        before, after = (_figure(row, name, edge or Decimal(0)) for row in (one, other))
        if after < before:
            found.append(f"{name} {after / 100:,.2f} after {before / 100:,.2f}")
    return found


def _figure(row: WeeklyPrice, name: str, score: Decimal) -> int:
    figure = int(getattr(row, name)) + half_up(Fraction(row.per_point) * Fraction(score))
    figure = figure if row.floor is None else max(figure, row.floor)
    return figure if row.cap is None else min(figure, row.cap)


# -- reference settings -----------------------------------------------------------------------------------------------


def doubtful_references(pack: Pack) -> Iterator[Finding]:
    """Bands whose reference settings leave an age of childhood open, or have no price at all."""
    priced = {price.setting for price in pack.prices}
    for name, band in pack.bands.items():
        spans = [(part.age_from, part.age_to) for part in band.reference_settings]
        place = f"band {name}, row {band.row}"
        open_ages = [
            age
            for age in range(YOUNGEST, LAST_OF_CHILDHOOD + 1)
            if not any((low or YOUNGEST) <= age <= (OLDEST if high is None else high) for low, high in spans)
        ]
        if spans and open_ages:
            message = f"It has no reference setting at {ages_in_words(open_ages)}, and one at others."
            remedy = "Name one for every age, or silence this finding by name and reason."
            yield _warning(pack, "reference-gap", place, message, remedy, "bands")
        unpriced = sorted({part.setting for part in band.reference_settings} - priced)
        if unpriced and priced:
            message = f"Nothing is priced in {' or '.join(unpriced)}, its reference setting."
            remedy = "Add rows to prices.csv, or name another setting."
            yield _warning(pack, "reference-unpriced", place, message, remedy, "bands")
