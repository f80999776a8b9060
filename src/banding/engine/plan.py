"""What each result is, in the core language: from a pack to named core nodes, before any instruction is chosen.

Three parts, because most children have complete profiles: `main` is always worked out; `missing` only for blocks of
rows
in which something is unanswered or unknown (where nothing is, each of its results has a plain value); `after` may read
those results. DESIGN's words for the columns are kept as names; `name.known` is 1 where the value is not null.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from banding.engine import prices
from banding.engine.ladder import blanks, ladder, same
from banding.errors import Finding, PackError
from banding.pack import tree
from banding.pack.check import facts_of_band
from banding.pack.core import BoundFault, Core, Intervals, Node
from banding.pack.directions import conflicting
from banding.pack.lower import Lowerer, open_choices
from banding.pack.meaning import Pack, When
from banding.pack.resolve import COST_FITS, SETTING_FITS
from banding.pack.validity import in_date
from banding.pack.values import Number, Truth, Value
from banding.vocabulary import Type

# Flags travel seven to an int8 word, so that a pack with few rules writes few bytes a child.
WORD = 7
COST_BASES = ("unknown", "care", "total")
TIERS = {"legal": 1, "unmet_need": 2, "cannot_judge": 3, "setting": 4, "support": 5, "fee": 6}
NO_TIER = 7


@dataclass
class Plan:
    """
    lower        writes more of the pack into the same graph: what a result hangs on, for those who ask.
    main, after  results by name.
    missing      (name, node where something is missing, node where nothing is).
    ratings      the rating of every item.
    gates        for each item the truth under which it is asked, None where always.
    watched      for each fact the band reads, its column and least value: below it, unknown, a block is incomplete.
    scales       decimal scale of each score that is a number or money, and of need_score.
    exact        each item acts on the band in one direction, so that the range of bands is exact.
    """

    lower: Lowerer
    main: dict[str, Node] = field(default_factory=dict)
    missing: list[tuple[str, Node, Node]] = field(default_factory=list)
    after: dict[str, Node] = field(default_factory=dict)
    ratings: tuple[Node, ...] = ()
    gates: dict[str, Node | None] = field(default_factory=dict)
    watched: tuple[tuple[Node, int], ...] = ()
    scales: dict[str, int] = field(default_factory=dict)
    exact: bool = True

    @property
    def core(self) -> Core:
        return self.lower.core

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The code list of every choice, code 0 first."""
        return self.lower.choices


def plan(pack: Pack, on: dt.date) -> Plan:
    """Plans every result of a pack for a caseload of one date.

    Raises PackError with every finding where a number could pass 2^62 or a step begins above what it reads.
    """
    return _Planner(pack, on).plan()


def every_tree(pack: Pack) -> Iterable[tree.Node]:
    """All expressions of a pack."""
    yield from pack.gates.values()
    yield from pack.scores.values()
    yield from (when for _, when in pack.first_that_holds)
    for rules in (pack.at_least, pack.at_most):
        yield from (rule.when for rule in rules)
    for entries in (pack.reviews, pack.holds, pack.refusals, pack.changes):
        for entry in entries:
            yield entry.when
            if entry.amount is not None:
                yield entry.amount
    yield from (node for node in (pack.base, pack.validity) if node is not None)


def choice_codes(pack: Pack) -> dict[str, tuple[str, ...]]:
    """The code list of every choice: facts, and the results that reviews may compare."""
    found = {
        name: tuple(pack.settings) if fact.from_settings else fact.choices
        for name, fact in pack.facts.items()
        if fact.type is Type.CHOICE
    }
    return {**found, **open_choices(pack, every_tree(pack)), "setting_fit": SETTING_FITS, "cost_fit": COST_FITS}


class _Planner:
    def __init__(self, pack: Pack, on: dt.date) -> None:
        self.pack, self.on, self.core = pack, on, Core()
        self.choices = choice_codes(pack)
        self.lower = Lowerer(pack, self.core, self.choices, complete=False)
        self.out = Plan(self.lower)
        self.faults: list[Finding] = []

    def plan(self) -> Plan:
        pack, out = self.pack, self.out
        for name in pack.items:
            gate = pack.gates.get(name)
            out.gates[name] = self.lower.truth(gate).possibly if gate is not None else None
        out.ratings = tuple(self.lower.rating(name) for name in pack.items)
        self._scores()
        self._refusals()
        if pack.banded:
            self._try("[bands]", self._band)
        self._missing()
        self._given()
        self._try("settings.csv and prices.csv", self._money)
        if pack.validity is not None:
            self._try("[validity] days", self._validity)
        self._reviews()
        if self.faults:
            raise PackError(self.faults)
        return out

    def _try(self, place: str, write: Callable[..., object], *arguments: object) -> None:
        """Runs one part of the plan; a bound that fails becomes a finding at its place, and the next part goes on."""
        try:
            write(*arguments)
        except BoundFault as fault:
            told = {finding.message for finding in self.faults}
            if fault.message not in told:
                file = self.pack.document.files["rules"]
                self.faults.append(Finding(fault.code, file, place, fault.message, fault.remedy))

    # -- need ---------------------------------------------------------------------------------------------------------

    def _scores(self) -> None:
        for name in self.pack.scores:
            place = f"[scores] {name}" if name in self.pack.named else f"[facts] {name}, value"
            self._try(place, self._score, name)

    def _score(self, name: str) -> None:
        value = self.lower.score(name)
        if name not in self.pack.named:
            return
        if isinstance(value, Number) and self.pack.scores[name].type is Type.MONEY:
            value = Number(self._pence(value, "score"), prices.PENCE, value.known)
        self._value(f"score.{name}", value)

    def _pence(self, money: Number, what: str) -> Node:
        if money.scale > prices.PENCE:
            raise BoundFault(
                "not-whole-pence", f"The {what} is not in whole pence.", "Round it: round_half_up(..., 2)."
            )
        return self.lower.at_scale(money, prices.PENCE)

    def _value(self, name: str, value: Value) -> None:
        """A value and whether it is known, as two results."""
        if isinstance(value, Truth):
            self._truth(self.out.main, name, value)
        else:
            self.out.main[name], self.out.main[f"{name}.known"] = value.node, value.known
            self.out.scales[name] = value.scale

    def _truth(self, into: dict[str, Node], name: str, truth: Truth) -> None:
        unsure = self.core.sum([(1, truth.possibly), (-1, truth.surely)])
        into[name] = truth.surely
        into[f"{name}.known"] = self.core.const(1) if truth.surely is truth.possibly else self.core.negate(unsure)

    def _refusals(self) -> None:
        truths = []
        for refusal in self.pack.refusals:
            self._try(
                f"[[refuse]] {refusal.id}, when", lambda r=refusal: truths.append(self.lower.truth(r.when).surely)
            )
        self._words(self.out.main, "refused", truths)

    def _words(self, into: dict[str, Node], name: str, truths: Sequence[Node]) -> None:
        for start in range(0, len(truths), WORD):
            into[f"{name}.{start // WORD}"] = self.core.sum(
                (2**bit, truth) for bit, truth in enumerate(truths[start : start + WORD])
            )

    def _band(self) -> None:
        point = ladder(self.pack, self.lower)
        out, core = self.out.main, self.core
        base, band = point.base, point.band
        out["base_band"], out["band"] = base[0], band[0]
        for name, ends in (("base_band", base), ("band", band)):
            out[f"{name}.known"] = core.minimum(point.known, same(core, ends))
        if point.score is not None:
            self._value("need_score", point.score)
        self._words(out, "raised", point.sets)
        complete = ladder(self.pack, Lowerer(self.pack, core, self.choices, complete=True)).band[0]
        self.out.watched = tuple(
            (self.lower.column(name), self.lower.range(name)[0]) for name in facts_of_band(self.pack)
        )
        self.out.exact = not conflicting(core, complete)
        low, high = Intervals(core, blanks(self.pack, self.lower)).of(complete)
        self.out.missing += [("band_low", low, band[0]), ("band_high", high, band[0])]

    # -- what is missing ----------------------------------------------------------------------------------------------

    def _missing(self) -> None:
        core, lower = self.core, self.lower
        asked = core.sum((1, lower.asked(name)) for name in self.pack.items)
        answered = core.sum((1, lower.answered(name)) for name in self.pack.items)
        whole = core.floor_divide(core.sum([(100, answered)]), core.maximum(asked, core.const(1)))
        whole = core.minimum(whole, core.const(100))
        share = core.select(core.within(asked, low=1), whole, core.const(100))
        self.out.missing.append(("completeness", share, core.const(100)))
        if self.pack.banded:
            nothing = core.minimum(core.within(asked, low=1), core.within(answered, high=0))
            self.out.missing.append(("nothing_rated", nothing, core.const(0)))
        refusals = []
        for domain in self.pack.domains.values():
            if domain.refuse_above is not None:
                inside = [name for name, item in self.pack.items.items() if item.domain == domain.id]
                unanswered = core.sum(
                    (sign, node)
                    for name in inside
                    for sign, node in ((1, lower.asked(name)), (-1, lower.answered(name)))
                )
                refusals.append(core.within(unanswered, low=domain.refuse_above + 1))
        words: dict[str, Node] = {}
        self._words(words, "incomplete", refusals)
        self.out.missing += [(name, node, core.const(0)) for name, node in words.items()]

    # -- placement and cost -------------------------------------------------------------------------------------------

    def _given(self) -> None:
        """The results that reviews, holds and validity may read."""
        core, main = self.core, self.out.main
        unknown = Number(core.const(0), 0, core.const(0))
        given = self.lower.given
        given.update(dict.fromkeys(("band", "base_band", "band_low", "band_high", "need_score"), unknown))
        given.update(dict.fromkeys(("care_cost", "price.low", "price.expected", "price.high"), unknown))
        given.update(dict.fromkeys(("reference.expected", "setting_fit", "cost_fit", "validity.days"), unknown))
        given["on"] = Number(core.const((self.on - dt.date(1970, 1, 1)).days), 0, core.const(1))
        for name, if_missing, if_complete in self.out.missing:
            low, high = min(if_missing.low, if_complete.low), max(if_missing.high, if_complete.high)
            known = main["band.known"] if name.startswith("band_") else core.const(1)
            given[name] = Number(core.input("result", name, low, high), 0, known)
        if "band" in main:
            given["band"] = Number(main["band"], 0, main["band.known"])
            given["base_band"] = Number(main["base_band"], 0, main["base_band.known"])
        if "need_score" in main:
            given["need_score"] = Number(main["need_score"], self.out.scales["need_score"], main["need_score.known"])

    def _validity(self) -> None:
        assert self.pack.validity is not None
        self.lower.given["validity.days"] = self.lower.number(self.pack.validity)
        self._truth(self.out.after, "in_date", self.lower.truth(in_date(self.pack.validity)))

    def _money(self) -> None:
        found = prices.results(self.pack, self.core, self.lower, self.on)
        self.out.after |= found.results
        self.lower.given |= found.given

    # -- reviews ------------------------------------------------------------------------------------------------------

    def _truths(self, heading: str, entries: Sequence[When]) -> list[Truth]:
        found: list[Truth] = []
        for entry in entries:
            self._try(f"[[{heading}]] {entry.id}, when", lambda e=entry: found.append(self.lower.truth(e.when)))
        return found

    def _reviews(self) -> None:
        core, after = self.core, self.out.after
        reviews, holds = self._truths("review", self.pack.reviews), self._truths("hold", self.pack.holds)
        for name, truths in (("reviews", reviews), ("holds", holds)):
            self._words(after, name, [truth.surely for truth in truths])
            unsure = [core.sum([(1, truth.possibly), (-1, truth.surely)]) for truth in truths]
            self._words(after, f"{name}_unknown", unsure)
        none = core.const(NO_TIER)
        held = core.maximum(core.const(0), *(hold.surely for hold in holds))
        priority = none
        for review, truth in zip(self.pack.reviews, reviews, strict=False):
            if review.kind in TIERS:
                stands = core.minimum(truth.surely, core.negate(held)) if review.kind == "setting" else truth.surely
                priority = core.minimum(priority, core.select(stands, core.const(TIERS[review.kind]), none))
        after["priority"] = priority
        for review in self.pack.reviews:
            if review.amount is not None:
                self._try(f"[[review]] {review.id}, amount", self._amount, review)

    def _amount(self, review: When) -> None:
        assert review.amount is not None
        amount = self.lower.number(review.amount)
        self.out.after[f"amount.{review.id}"] = self._pence(amount, "amount")
        self.out.after[f"amount.{review.id}.known"] = amount.known
