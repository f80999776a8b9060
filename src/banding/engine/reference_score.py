"""The reference scorer: every result of one child, without the kernel. The oracle in tests, and what `explain`
walks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from banding.engine.reference import Child, Fact, Value, exact
from banding.engine.reference_range import Range
from banding.pack import tree
from banding.pack.meaning import Pack
from banding.pack.prices import WeeklyPrice, half_up
from banding.vocabulary import Type

TIERS = ("legal", "unmet_need", "cannot_judge", "setting", "support", "fee")


def score_one(pack: Pack, ratings: Mapping[str, int | None], facts: Mapping[str, Fact], on: dt.date) -> dict[str, Any]:
    """The scored columns of one child by their API names, without child_id, the pack's own columns and
    band_range, which is a property of the pack.

    ratings  item id to rating as given; None or absent is unanswered, -1 not asked.
    facts    vocabulary name to value, already typed: whole numbers, Decimal pounds, truths, choice ids, dates; None or
             absent is unknown. Nothing is worked out from dates here.
    """
    return Scorer(pack, Child(pack, ratings, facts, on)).result()


class Scorer:
    """One child's way from profile to reviews. `result` comes first: it gives the child what reviews may read."""

    def __init__(self, pack: Pack, child: Child) -> None:
        self.pack, self.child = pack, child

    def result(self) -> dict[str, Any]:
        """The scored columns, as `score_one` gives them."""
        reasons = self._refused()
        banding = self._band()
        asked = [item for item in self.pack.items if self.child.asked(item)]
        answered = [item for item in asked if self.child.answered(item)]
        if self.pack.banded and not reasons:
            unknown = ["band_unknown"] if banding["band"] is None else []
            reasons = ["nothing-rated"] if asked and not answered else unknown
        completeness = len(answered) * 100 // len(asked) if asked else 100
        self._give(banding, completeness)
        placement = self._placement()
        self._validity()
        found = {
            **{name: value for name, value in banding.items() if name != "score"},
            "completeness": completeness,
            "need_score": exact(banding["score"]),
            **placement,
            **self._reviews(),
            **{self._column(name): self._shown(name) for name in self.pack.named},
        }
        if reasons:
            found = dict.fromkeys(found)
        return {"status": "rejected" if reasons else "scored", "rejected_because": ";".join(reasons) or None, **found}

    def take(self, found: Mapping[str, Any]) -> None:
        """Gives the child what reviews may read from its scored row, in place of `result`, which works it out."""
        score = found["need_score"]
        self._give({**found, "score": None if score is None else Fraction(score)}, found["completeness"])
        for name in ("care_cost", "price.low", "price.expected", "price.high", "reference.expected"):
            amount = found[f"{name.replace('.', '_')}_pence"]
            self.child.given[name] = None if amount is None else Fraction(amount, 100)
        for name in ("cost_fit", "setting_fit"):
            self.child.given[name] = None if found[name] == "unknown" else found[name]
        self._validity()

    def _validity(self) -> None:
        """How long the profile stands, which may hang on how the placement fits."""
        if self.pack.validity is not None:
            self.child.given["validity.days"] = self.child.number(self.pack.validity)

    def _column(self, name: str) -> str:
        return f"{name}_pence" if self.pack.scores[name].type is Type.MONEY else name

    def _shown(self, name: str) -> Any:
        value, kind = self.child.score(name), self.pack.scores[name].type
        if kind is Type.MONEY:
            return pence(value)
        return exact(value) if isinstance(value, Fraction) else value

    def _refused(self) -> list[str]:
        pack, child = self.pack, self.child
        found = [f"rating-off-scale:{item}" for item in pack.items if child.off_scale(item)]
        for domain in pack.domains.values():
            inside = [name for name, item in pack.items.items() if item.domain == domain.id and child.asked(name)]
            unanswered = sum(not child.answered(item) for item in inside)
            if domain.refuse_above is not None and unanswered > domain.refuse_above:
                found.append(f"too-many-unanswered:{domain.id}")
        return found + [f"refused:{refusal.id}" for refusal in pack.refusals if child.truth(refusal.when) is True]

    # -- the band -----------------------------------------------------------------------------------------------------

    def _band(self) -> dict[str, Any]:
        pack, child = self.pack, self.child
        nothing = dict.fromkeys(("band", "band_name", "band_low", "band_high", "base_band", "raised_by"))
        if not pack.banded:
            return {**nothing, "score": None}
        score = child.number(pack.base) if pack.base is not None else None
        base = self._base(score)
        least = {rule.id: child.truth(rule.when) for rule in pack.at_least}
        most = {rule.id: child.truth(rule.when) for rule in pack.at_most}
        ends = []
        # An undecided rule might not hold or hold: the band is known where both come to the same.
        for supposed_least, supposed_most, start in ((False, True, base[0]), (True, False, base[1])):
            raised = max((r.band for r in pack.at_least if _or(least[r.id], supposed_least)), default=1)
            held = min((r.band for r in pack.at_most if _or(most[r.id], supposed_most)), default=len(pack.bands))
            ends.append(None if start is None else max(raised, min(start, held)))
        band = ends[0] if ends[0] == ends[1] else None
        low, high = Range(child).band()
        raised_by = None
        if band is not None:
            raised_by = ";".join(self._set_by(band, base, least, most))
        names = [found.name for found in pack.bands.values()]
        return {
            "band": band,
            "band_name": None if band is None else names[band - 1],
            "band_low": low,
            "band_high": high,
            "base_band": base[0] if base[0] == base[1] else None,
            "raised_by": raised_by,
            "score": score,
        }

    def _base(self, score: Fraction | None) -> tuple[int | None, int | None]:
        """The band before any rule: equal ends where it is known."""
        pack = self.pack
        if pack.base is not None:
            base = None if score is None else 1 + sum(score >= Fraction(edge) for edge in pack.edges)
            return base, base
        possible = []
        for number, when in pack.first_that_holds:
            truth = self.child.truth(when)
            if truth is not False:
                possible.append(number)
            if truth is True:
                break
        return min(possible), max(possible)

    def _set_by(
        self,
        band: int,
        base: tuple[int | None, int | None],
        least: Mapping[str, bool | None],
        most: Mapping[str, bool | None],
    ) -> list[str]:
        """The rules that hold, name this band, and without which it would surely be another."""
        assert base[0] is not None
        assert base[1] is not None
        held = min((rule.band for rule in self.pack.at_most if most[rule.id]), default=len(self.pack.bands))
        found = [r.id for r in self.pack.at_least if least[r.id] and r.band == band and band > min(base[1], held)]
        return found + [r.id for r in self.pack.at_most if most[r.id] and r.band == band and band < base[0]]

    def _give(self, banding: Mapping[str, Any], completeness: int) -> None:
        given = self.child.given
        for name in ("band", "base_band", "band_low", "band_high"):
            given[name] = None if banding[name] is None else Fraction(banding[name])
        if banding["band"] is None:
            given["band_low"] = given["band_high"] = None
        given["need_score"] = banding["score"]
        given["completeness"] = Fraction(completeness)
        given["on"] = Fraction((self.child.on - dt.date(1970, 1, 1)).days)

    # -- placement and cost -------------------------------------------------------------------------------------------

    def _placement(self) -> dict[str, Any]:
        pack, child = self.pack, self.child
        setting = child.fact("setting") if pack.settings else None
        cost, basis = self._care_cost()
        child.given["care_cost"] = cost
        price, like = self.price(setting) if isinstance(setting, str) else (None, False)
        figures = {name: self._figure(price, name) for name in ("low", "expected", "high")}
        for name, figure in figures.items():
            child.given[f"price.{name}"] = figure
        fit = "unknown"
        if price is not None and like and cost is not None and basis == price.basis:
            assert figures["low"] is not None
            assert figures["high"] is not None
            fit = "below" if cost < figures["low"] else "above" if cost > figures["high"] else "within"
        child.given["cost_fit"] = None if fit == "unknown" else fit
        setting_fit = self._setting_fit(setting) if pack.settings else None
        child.given["setting_fit"] = None if setting_fit == "unknown" else setting_fit
        reference = self._reference()
        expected = self._figure(self.price(reference)[0], "expected") if reference is not None else None
        child.given["reference.expected"] = expected
        own = figures["expected"]
        return {
            "setting": setting,
            "setting_fit": setting_fit,
            "care_cost_pence": pence(cost),
            "cost_basis": basis,
            **{f"price_{name}_pence": pence(figure) for name, figure in figures.items()},
            "cost_fit": fit,
            "price_variance_pence": None if fit == "unknown" or cost is None or own is None else pence(cost - own),
            "reference_setting": reference,
            "reference_expected_pence": pence(expected),
            "setting_variance_pence": None if own is None or expected is None else pence(own - expected),
        }

    def _care_cost(self) -> tuple[Fraction | None, str]:
        core, support = self.child.fact("core_cost"), self.child.fact("additional_support_cost")
        if isinstance(core, Fraction) and isinstance(support, Fraction):
            return core + support, "care"
        total = self.child.fact("weekly_cost")
        return (total, "total") if isinstance(total, Fraction) else (None, "unknown")

    def _setting_fit(self, setting: Value) -> str:
        age, band = self.child.fact("age_on"), self.child.given["band"]
        if not isinstance(setting, str) or not isinstance(age, Fraction) or not isinstance(band, Fraction):
            return "unknown"
        found, bands = self.pack.settings[setting], self.pack.bands
        outside = age < _or(found.age_from, 0) or age > _or(found.age_to, 25)
        if found.legal_note is not None and (outside or not found.lawful):
            return "legal_check"
        if found.intensity is None or outside:
            return "not_assessed"
        if found.meets_from is not None and band < bands[found.meets_from].number:
            return "more_intensive"
        if found.meets_to is not None and band > bands[found.meets_to].number:
            return "less_intensive"
        return "within"

    def price(self, setting: str) -> tuple[WeeklyPrice | None, bool]:
        """The row that prices the child's band in a setting, and whether it covers what the child's cost covers."""
        child, band = self.child, self.child.given["band"]
        age, region, scope = child.fact("age_on"), child.fact("region"), child.fact("cost_scope")
        rows = [
            row
            for row in self.pack.prices
            if row.covers(child.on)
            and row.band == band
            and row.setting == setting
            and (row.ages is None or (isinstance(age, Fraction) and row.ages[0] <= age <= row.ages[1]))
            and (not row.regions or region in row.regions)
        ]
        alike = [row for row in rows if not row.scopes or scope in row.scopes]
        if len(alike) == 1:
            return alike[0], True
        return (rows[0], False) if len(rows) == 1 else (None, False)

    def _figure(self, price: WeeklyPrice | None, name: str) -> Fraction | None:
        if price is None:
            return None
        figure = int(getattr(price, name))
        if price.per_point:
            score = self.child.given["need_score"]
            assert isinstance(score, Fraction)
            figure += half_up(Fraction(price.per_point) * score)
        if price.floor is not None:
            figure = max(figure, price.floor)
        if price.cap is not None:
            figure = min(figure, price.cap)
        return Fraction(figure, 100)

    def _reference(self) -> str | None:
        named = self.references()
        return named.pop() if len(named) == 1 else None

    def references(self) -> set[str]:
        """The reference settings of the child's band at the child's age."""
        band, age = self.child.given["band"], self.child.fact("age_on")
        if not isinstance(band, Fraction) or not any(row.covers(self.child.on) for row in self.pack.prices):
            return set()
        found = list(self.pack.bands.values())[int(band) - 1]
        return {
            part.setting
            for part in found.reference_settings
            if (part.age_from is None and part.age_to is None)
            or (isinstance(age, Fraction) and _or(part.age_from, 0) <= age <= _or(part.age_to, 25))
        }

    # -- reviews ------------------------------------------------------------------------------------------------------

    def unknown_facts(self, node: tree.Node) -> set[str]:
        """The unknown facts that an unknown value waits for; none where it is known, or where facts are not the
        reason."""
        if self.child.value(node) is not None:
            return set()
        match node:
            case tree.FactRef(name):
                return {name}
            case tree.ScoreRef(name):
                return self.unknown_facts(self.pack.scores[name])
            case tree.Given(name):
                return self._unknown_behind(name)
            case tree.If(test, then, otherwise) if (decided := self.child.truth(test)) is not None:
                return self.unknown_facts(then if decided else otherwise)
        return set().union(*(self.unknown_facts(part) for part in tree.children(node)))

    def _unknown_behind(self, given: str) -> set[str]:
        """The unknown facts behind a result that is unknown."""
        child, setting = self.child, self.child.fact("setting")
        unknown = {name for name in ("setting", "age_on", "region", "cost_scope") if child.fact(name) is None}
        costs = {name for name in ("core_cost", "additional_support_cost", "weekly_cost") if child.fact(name) is None}
        if given == "validity.days" and self.pack.validity is not None:
            return self.unknown_facts(self.pack.validity)
        if given == "care_cost":
            return costs
        if given == "setting_fit":
            return unknown & {"setting", "age_on"}
        if given == "reference.expected":
            return unknown & {"age_on"}
        if given != "cost_fit" and not given.startswith("price."):
            return set()
        if not isinstance(setting, str):
            return unknown & {"setting"}
        rows = [row for row in self.pack.prices if row.band == child.given["band"] and row.setting == setting]
        limits = {"age_on": any(row.ages for row in rows), "region": any(row.regions for row in rows)}
        limits["cost_scope"] = any(row.scopes for row in rows) and (given == "cost_fit" or len(rows) > 1)
        waits = {name for name in unknown if limits.get(name)}
        return waits | costs if given == "cost_fit" and self._care_cost()[1] != "care" else waits

    def _reviews(self) -> dict[str, Any]:
        child, pack = self.child, self.pack
        truths = {review.id: child.truth(review.when) for review in pack.reviews}
        holds = {hold.id: child.truth(hold.when) for hold in pack.holds}
        held = True in holds.values()
        tiers = [
            TIERS.index(review.kind) + 1
            for review in pack.reviews
            if truths[review.id] and review.kind in TIERS and not (review.kind == "setting" and held)
        ]
        return {
            "reviews": ";".join(name for name, truth in truths.items() if truth),
            "reviews_unknown": ";".join(name for name, truth in truths.items() if truth is None),
            "holds": ";".join(
                [name for name, truth in holds.items() if truth]
                + [f"{name}?" for name, truth in holds.items() if truth is None]
            ),
            "priority": min(tiers, default=None),
        }


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def pence(value: Value) -> int | None:
    assert value is None or isinstance(value, Fraction)
    return None if value is None else int(value * 100)
