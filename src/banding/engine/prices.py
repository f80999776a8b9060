"""Placement and cost in the core language: setting_fit, care_cost, the price row that matches, cost_fit, the reference.

A child's price is found in one dense table over band, setting, age class, region and scope, made from the rows in force
on the caseload's date, so that a look-up costs one GATHER whatever the number of rows.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from banding.pack.core import BoundFault, Core, Node
from banding.pack.lower import Lowerer
from banding.pack.meaning import Pack
from banding.pack.prices import OLDEST, WeeklyPrice
from banding.pack.values import Number, Value, scaled

PENCE = 2
MOST_CELLS = 4_000_000
UNKNOWN_FIT, LEGAL_CHECK, NOT_ASSESSED, MORE_INTENSIVE, LESS_INTENSIVE, WITHIN = range(6)
UNKNOWN, BELOW, INSIDE, ABOVE = range(4)
NO_BASIS, CARE, TOTAL = range(3)


@dataclass(frozen=True, slots=True)
class Results:
    results: dict[str, Node]
    given: dict[str, Value]


def scale_of(value: Decimal) -> int:
    """How many decimals a number has."""
    return scaled(value)[1]


def results(pack: Pack, core: Core, lower: Lowerer, on: dt.date) -> Results:
    """Every result about placement and cost, by column name; those the pack cannot give are left out."""
    return _Pricing(pack, core, lower, on).results()


@dataclass(frozen=True, slots=True)
class _Table:
    """Cells of (row number x 2 + like), 0 for no row, over band, setting, age, region and scope classes."""

    cells: tuple[int, ...]
    settings: int
    ages: tuple[int, ...]
    regions: tuple[str, ...]
    scopes: int


@dataclass(frozen=True, slots=True)
class _Price:
    figures: dict[str, Node]
    known: Node
    like: Node
    row: Node


class _Pricing:
    def __init__(self, pack: Pack, core: Core, lower: Lowerer, on: dt.date) -> None:
        self.pack, self.core, self.lower = pack, core, lower
        self.rows = [price for price in pack.prices if price.covers(on)]
        self.age, self.band = lower.fact("age_on"), lower.number_given("band")
        self.setting = lower.fact("setting") if pack.settings else None

    def results(self) -> Results:
        core, found = self.core, Results({}, {})
        cost, basis = self._care_cost()
        found.results.update({"care_cost": cost.node, "care_cost.known": cost.known, "cost_basis": basis})
        found.given["care_cost"] = cost
        fit: Node = core.const(UNKNOWN)
        if self.setting is not None and self.pack.banded:
            setting_fit = self._setting_fit(self.setting)
            found.results["setting_fit"] = setting_fit
            found.given["setting_fit"] = Number(setting_fit, 0, core.within(setting_fit, low=1))
            if self.rows:
                table = self._table()
                price = self._price(table, self.setting.node, self.setting.known)
                for name, node in price.figures.items():
                    found.results[f"price_{name}"] = node
                    found.given[f"price.{name}"] = Number(node, PENCE, price.known)
                found.results["price.known"] = price.known
                fit = self._cost_fit(price, cost, basis)
                self._reference(found, table)
        elif self.setting is not None:
            found.results["setting_fit"] = core.const(UNKNOWN_FIT)
        found.results["cost_fit"] = fit
        found.given["cost_fit"] = Number(fit, 0, core.within(fit, low=1))
        return found

    def _gather(self, setting: Node, value: Callable[[str], int]) -> Node:
        values = [int(value(name)) for name in self.pack.settings]
        # The code of a lone setting still runs to 1, so that an unknown one is never folded into it.
        return self.core.gather(values + values[-1:] * (setting.high + 1 - len(values)), setting)

    def _setting_fit(self, setting: Number) -> Node:
        core, settings, bands = self.core, self.pack.settings, self.pack.bands
        age, band, code = self.age.node, self.band.node, setting.node

        def less(left: Node, right: Node) -> Node:
            return core.within(core.sum([(1, left), (-1, right)]), high=-1)

        def band_of(name: str | None, otherwise: int) -> int:
            return bands[name].number if name is not None else otherwise

        youngest = self._gather(code, lambda name: settings[name].age_from or 0)
        oldest = self._gather(code, lambda name: _or(settings[name].age_to, OLDEST))
        outside = core.maximum(less(age, youngest), less(oldest, age))
        noted = self._gather(code, lambda name: settings[name].legal_note is not None)
        unlawful = self._gather(code, lambda name: not settings[name].lawful)
        unrated = self._gather(code, lambda name: settings[name].intensity is None)
        least = self._gather(code, lambda name: band_of(settings[name].meets_from, 1))
        most = self._gather(code, lambda name: band_of(settings[name].meets_to, len(bands)))
        fit = core.const(WITHIN)
        for holds, result in (
            (less(most, band), LESS_INTENSIVE),
            (less(band, least), MORE_INTENSIVE),
            (core.maximum(unrated, outside), NOT_ASSESSED),
            (core.minimum(noted, core.maximum(outside, unlawful)), LEGAL_CHECK),
        ):
            fit = core.select(holds, core.const(result), fit)
        known = core.minimum(setting.known, self.age.known, self.band.known)
        return core.select(known, fit, core.const(UNKNOWN_FIT))

    def _care_cost(self) -> tuple[Number, Node]:
        core, lower = self.core, self.lower
        own, support, total = (lower.fact(name) for name in ("core_cost", "additional_support_cost", "weekly_cost"))
        parts = core.minimum(own.known, support.known)
        care = core.sum([(1, own.node), (1, support.node)])
        cost = core.select(parts, care, total.node)
        basis = core.select(parts, core.const(CARE), core.select(total.known, core.const(TOTAL), core.const(NO_BASIS)))
        return Number(cost, PENCE, core.maximum(parts, total.known)), basis

    # -- price rows ---------------------------------------------------------------------------------------------------

    def _table(self) -> _Table:
        settings = {name: place for place, name in enumerate(self.pack.settings)}
        ages = tuple(sorted({end for row in self.rows if row.ages for end in (row.ages[0], row.ages[1] + 1)} | {0}))
        regions = tuple(sorted({region for row in self.rows for region in row.regions}))
        scopes = ("", *self.pack.facts["cost_scope"].choices)
        shape = (len(self.pack.bands), len(settings), len(ages) + 1, len(regions) + 1, len(scopes))
        cells = 1
        for size in shape:
            cells *= size
        if cells > MOST_CELLS:
            raise BoundFault(
                "too-many-prices",
                f"Prices differ by so much (band, setting, age, region, scope) that {cells:,} prices "
                f"would have to be held; the limit is {MOST_CELLS:,}.",
                "Price by fewer ages or regions.",
            )
        candidates: dict[tuple[int, int, int, int], list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows):
            reached_ages = [place for place, start in enumerate(ages, start=1) if _reaches(row, start)]
            reached_regions = [place for place, name in enumerate(regions, start=1) if name in row.regions]
            for age, region in itertools.product(
                reached_ages if row.ages else range(len(ages) + 1),
                reached_regions if row.regions else range(len(regions) + 1),
            ):
                candidates[row.band - 1, settings[row.setting], age, region].append(number)
        filled = [0] * cells
        for (band, setting, age, region), numbers in candidates.items():
            place = ((band * shape[1] + setting) * shape[2] + age) * shape[3] + region
            for scope, name in enumerate(scopes):
                filled[place * shape[4] + scope] = self._chosen(numbers, name)
        return _Table(tuple(filled), len(settings), ages, regions, len(scopes))

    def _chosen(self, numbers: Sequence[int], scope: str) -> int:
        """Row x 2 + like + 2: the row of the child's own scope, else the only row there is, which is then not alike."""
        alike = [number for number in numbers if not self.rows[number].scopes or scope in self.rows[number].scopes]
        if len(alike) == 1:
            return alike[0] * 2 + 3
        return numbers[0] * 2 + 2 if len(numbers) == 1 else 0

    def _price(self, table: _Table, setting: Node, known: Node) -> _Price:
        core = self.core
        age_class = core.select(
            self.age.known,
            core.step(self.age.node, 1, [(edge, place) for place, edge in enumerate(table.ages, start=1)]),
            core.const(0),
        )
        region = self._class("region", table.regions)
        scope = self._class("cost_scope", self.pack.facts["cost_scope"].choices)
        band = core.sum([(1, core.maximum(self.band.node, core.const(1)))], -1)
        in_range = core.minimum(setting, core.const(table.settings - 1))
        index = core.sum([(table.settings, band), (1, in_range)])
        for size, part in ((len(table.ages) + 1, age_class), (len(table.regions) + 1, region), (table.scopes, scope)):
            index = core.sum([(size, index), (1, part)])
        cell = core.gather(table.cells, index)
        row = core.gather([value // 2 for value in range(2 * len(self.rows) + 2)], cell)
        like = core.gather([value % 2 for value in range(2 * len(self.rows) + 2)], cell)
        matched = core.minimum(known, self.band.known, core.within(row, low=1))
        figures = {name: self._figure(row, name) for name in ("low", "expected", "high")}
        return _Price(figures, matched, like, row)

    def _class(self, fact: str, names: Sequence[str]) -> Node:
        """The place of a choice among some names, from 1; 0 for any other and for unknown."""
        value = self.lower.fact(fact)
        choices = self.lower.choices[fact]
        places = [names.index(choice) + 1 if choice in names else 0 for choice in choices]
        return self.core.select(value.known, self.core.gather(places, value.node), self.core.const(0))

    def _of_row(self, row: Node, values: Iterable[int]) -> Node:
        return self.core.gather([0, *values], row)

    def _figure(self, row: Node, name: str) -> Node:
        core = self.core
        figure = self._of_row(row, (getattr(price, name) for price in self.rows))
        if any(price.per_point for price in self.rows):
            scale = max(scale_of(price.per_point) for price in self.rows)
            each = self._of_row(row, (int(price.per_point.scaleb(scale)) for price in self.rows))
            score = self.lower.number_given("need_score")
            over = core.multiply(each, score.node)
            tens = 10 ** (scale + score.scale)
            more = core.floor_divide(core.sum([(2, over)], tens), core.const(2 * tens))
            figure = core.sum([(1, figure), (1, more)])
        if any(price.floor is not None for price in self.rows):
            figure = core.maximum(figure, self._of_row(row, [_or(price.floor, figure.low) for price in self.rows]))
        if any(price.cap is not None for price in self.rows):
            figure = core.minimum(figure, self._of_row(row, [_or(price.cap, figure.high) for price in self.rows]))
        return figure

    def _cost_fit(self, price: _Price, cost: Number, basis: Node) -> Node:
        core = self.core
        wanted = self._of_row(price.row, (CARE if row.basis == "care" else TOTAL for row in self.rows))
        same_basis = core.within(core.sum([(1, basis), (-1, wanted)]), 0, 0)
        comparable = core.minimum(price.known, price.like, cost.known, same_basis)
        below = core.within(core.sum([(1, cost.node), (-1, price.figures["low"])]), high=-1)
        above = core.within(core.sum([(1, cost.node), (-1, price.figures["high"])]), low=1)
        inside = core.select(above, core.const(ABOVE), core.const(INSIDE))
        fit = core.select(below, core.const(BELOW), inside)
        return core.select(comparable, fit, core.const(UNKNOWN))

    # -- the reference setting ----------------------------------------------------------------------------------------

    def _reference(self, found: Results, table: _Table) -> None:
        """The one setting that a band names for the child's age; none where it names several or none."""
        core, bands = self.core, list(self.pack.bands.values())
        limits = [part for band in bands for part in band.reference_settings]
        ages = sorted(
            {0} | {_or(part.age_from, 0) for part in limits} | {_or(part.age_to, OLDEST) + 1 for part in limits}
        )
        names = list(self.pack.settings)

        def single(band: int, age: int | None) -> int:
            named = {
                part.setting
                for part in bands[band].reference_settings
                if (part.age_from is None and part.age_to is None)
                or (age is not None and _or(part.age_from, 0) <= age <= _or(part.age_to, OLDEST))
            }
            return names.index(named.pop()) + 1 if len(named) == 1 else 0

        cells = [single(band, age) for band in range(len(bands)) for age in (None, *ages)]
        age_class = core.select(
            self.age.known,
            core.step(self.age.node, 1, [(edge, place) for place, edge in enumerate(ages, start=1)]),
            core.const(0),
        )
        band = core.sum([(1, core.maximum(self.band.node, core.const(1)))], -1)
        setting = core.gather(cells, core.sum([(len(ages) + 1, band), (1, age_class)]))
        known = core.minimum(self.band.known, core.within(setting, low=1))
        price = self._price(table, core.maximum(core.sum([(1, setting)], -1), core.const(0)), known)
        found.results["reference_setting"] = setting
        found.results["reference_setting.known"] = known
        found.results["reference_expected"] = price.figures["expected"]
        found.results["reference_expected.known"] = price.known
        found.given["reference.expected"] = Number(price.figures["expected"], PENCE, price.known)


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _reaches(row: WeeklyPrice, age: int) -> bool:
    return row.ages is not None and row.ages[0] <= age <= row.ages[1]
