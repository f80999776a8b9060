"""The pack as it is meant: names bound, expressions typed, prices made weekly. `build` turns a Document into a Pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from banding.errors import Finding, PackError, did_you_mean
from banding.pack import check, expression, tree
from banding.pack.cells import EXACT
from banding.pack.fingerprint import fingerprint
from banding.pack.kinds import READ
from banding.pack.model import Band, Condition, Document, Domain, Header, Item, OwnFact, Parameter, Review, Setting
from banding.pack.namespace import one_meaning
from banding.pack.prices import WeeklyPrice, lost, overlapping, unpriced, weekly_prices
from banding.pack.resolve import Context, Names, Resolver
from banding.pack.silence import silenced
from banding.vocabulary import FACTS, MOST_MONEY, About, Fact, Type

_Named = TypeVar("_Named", Item, Domain, Band, Setting)
SCORABLE = (Type.NUMBER, Type.MONEY, Type.TRUTH)


@dataclass(frozen=True, slots=True)
class BandRule:
    """A rule that raises the care to at least `band`, or holds it to at most `band`."""

    id: str
    band: int
    when: tree.Node
    because: str
    review_in_days: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Bands, by number, that some profile must reach: at each of some ages, or at any; by needs of `only` alone."""

    id: str
    bands: tuple[int, ...]
    ages: tuple[int, int] | None
    only: tuple[str, ...] | None
    because: str


@dataclass(frozen=True, slots=True)
class When:
    """A review, hold, refusal or declared change: `kind` and `amount` are a review's alone."""

    id: str
    label: str
    when: tree.Node
    because: str
    kind: str = ""
    amount: tree.Node | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack ready to score by. Everything is immutable; two packs with one fingerprint score alike.

    items, domains, bands, settings  by id, in the order of their tables; bands in the order of their numbers.
    facts      the vocabulary and the pack's own facts that the caseload supplies.
    gates      for each item that is not asked of everyone, the truth over age under which it is.
    scores     every named score and worked-out fact, each after those it reads; `named` are the scores alone.
    base       the number whose place among `edges` gives the band, or None; `first_that_holds` otherwise.
    reaches    bands that must be reached, and `changes`, where the band may differ from the version before: what proofs
               of the pack are held to, and no scorer reads.
    prices     all rows of prices.csv in pence a week, whatever their dates.
    allowed    protected facts that a band may read, with the lawful reason the pack gives.
    read       every fact the band reads, directly or through scores.
    findings   warnings that the pack does not silence.
    """

    document: Document
    items: Mapping[str, Item]
    domains: Mapping[str, Domain]
    bands: Mapping[str, Band]
    settings: Mapping[str, Setting]
    facts: Mapping[str, Fact]
    gates: Mapping[str, tree.Node]
    scores: Mapping[str, tree.Node]
    named: tuple[str, ...]
    base: tree.Node | None
    first_that_holds: tuple[tuple[int, tree.Node], ...]
    at_least: tuple[BandRule, ...]
    at_most: tuple[BandRule, ...]
    validity: tree.Node | None
    reviews: tuple[When, ...]
    holds: tuple[When, ...]
    refusals: tuple[When, ...]
    reaches: tuple[Reach, ...]
    changes: tuple[When, ...]
    prices: tuple[WeeklyPrice, ...]
    allowed: Mapping[str, str]
    read: tuple[str, ...]
    findings: tuple[Finding, ...]
    fingerprint: str

    @property
    def header(self) -> Header:
        return self.document.rules.pack

    @property
    def banded(self) -> bool:
        """False for a pack that stops at scores."""
        return self.base is not None or bool(self.first_that_holds)

    @property
    def edges(self) -> tuple[Decimal, ...]:
        """The points from which each band after the first begins."""
        return tuple(band.from_points for band in list(self.bands.values())[1:] if band.from_points is not None)

    def in_force(self, on: dt.date) -> bool:
        """True where this version is in force on a date, both ends included."""
        return self.header.from_ <= on and (self.header.to is None or on <= self.header.to)

    def points(self, item: Item) -> tuple[Decimal, ...]:
        """The item's weight x points for each rating, 0 first."""
        values = item.points or tuple(Decimal(rating) for rating in range(item.top + 1))
        return tuple(EXACT.multiply(item.weight, value) for value in values)


def build(document: Document) -> Pack:
    """Binds every name and types every expression.

    Raises PackError with all findings, errors and warnings, where any of them is an error.
    """
    builder = _Builder(document, ())
    pack = builder.pack()
    findings = silenced(document, builder.findings, judged=READ, unknown=True)
    if any(finding.severity == "error" for finding in findings):
        raise PackError(findings)
    return replace(pack, findings=tuple(findings), fingerprint=fingerprint(document))


def more_findings(document: Document, broken: Collection[str]) -> list[Finding]:
    """The errors of a document from which entries with mistakes of their own were left out; `broken` holds their names,
    of which nothing more is said. What only a whole table can show is not judged."""
    builder = _Builder(document, broken)
    builder.pack()
    by_what_is_left = ("empty-set", "too-few-items")
    return [f for f in builder.findings if f.severity == "error" and f.code not in by_what_is_left]


class _Builder:
    def __init__(self, document: Document, broken: Collection[str]) -> None:
        self.document, self.rules, self.broken = document, document.rules, broken
        self.findings: list[Finding] = []
        self.domains = self._unique("domains", document.domains)
        self.items = self._unique("items", document.items)
        self.bands = self._unique("bands", sorted(document.bands, key=lambda band: band.number))
        self.settings = self._unique("settings", document.settings)
        self.facts = {
            **FACTS,
            **{name: _own(name, fact) for name, fact in self.rules.facts.items() if fact.value is None},
        }
        self.names = Names(
            items=self.items,
            item_rows={item.id: f"items.csv row {item.row}" for item in self.items.values()},
            prorata_items=frozenset(
                item.id
                for item in self.items.values()
                if item.domain in self.domains and self.domains[item.domain].missing == "prorata"
            ),
            facts=self.facts,
            parameters={name: _parameter(parameter) for name, parameter in self.rules.parameters.items()},
            settings=tuple(self.settings),
            bands={band.id: band.number for band in self.bands.values()},
            pending={*broken, *self.rules.sets, *self.rules.scores, *self.rules.facts} - self.facts.keys(),
        )

    # -- names --------------------------------------------------------------------------------------------------------

    def wrong(self, code: str, file: str, place: str, message: str, remedy: str = "") -> None:
        self.findings.append(Finding(code, self.document.files[file], place, message, remedy))

    def _unique(self, table: str, rows: Iterable[_Named]) -> dict[str, _Named]:
        found: dict[str, _Named] = {}
        for row in rows:
            if row.id in found:
                self.wrong(
                    "duplicate-id", table, f"row {row.row}, column id",
                    f'"{row.id}" is the id of row {found[row.id].row} already.', "Give each row an id of its own.",
                )  # fmt: skip
            else:
                found[row.id] = row
        return found

    # -- expressions --------------------------------------------------------------------------------------------------

    def resolver(self, context: Context, file: str, place: str) -> Resolver:
        def report(code: str, message: str, remedy: str) -> None:
            self.wrong(code, file, place, message, remedy)

        return Resolver(self.names, context, report)

    def expression(
        self, text: str, context: Context, place: str, wanted: tuple[Type, ...] = (Type.TRUTH,), file: str = "rules"
    ) -> tree.Node | None:
        return self.resolver(context, file, place).resolve(text, wanted)

    def _sets(self) -> None:
        kinds = {"needs": "need", "strengths": "strength"}
        for name, kind in kinds.items():
            self.names.sets[name] = tuple(item.id for item in self.items.values() if item.kind == kind)
        for domain in self.domains:
            self.names.sets[domain] = tuple(item.id for item in self.items.values() if item.domain == domain)
        self._in_order(self.rules.sets, self._reads, self._set)

    def _set(self, name: str) -> None:
        found = self.resolver("score", "rules", f"[sets] {name}").item_set(self.rules.sets[name])
        if found == ():
            self.wrong("empty-set", "rules", f"[sets] {name}", "The set has no items.", "Name at least one.")
        elif found is not None:
            self.names.sets[name] = found
            self.names.pending.discard(name)

    def _in_order(
        self,
        texts: Mapping[str, str | tuple[str, ...]],
        reads: Callable[[str | tuple[str, ...]], set[str]],
        resolve: Callable[[str], None],
    ) -> None:
        """Resolves each named text after those it reads; a circle is reported and its members left out."""
        direct = {name: reads(text) & texts.keys() for name, text in texts.items()}
        for group, cyclic in check.dependency_order(direct):
            if not cyclic:
                resolve(group[0])
                continue
            circle = check.circle(group, direct)
            shown = " -> ".join((*circle, circle[0]))
            remedy = "Break the circle: let one of them not read the next."
            self.wrong("cycle", "rules", self._place(circle[0]), f"It reads itself: {shown}.", remedy)

    def _reads(self, text: str | tuple[str, ...]) -> set[str]:
        choices = {name for name, fact in self.facts.items() if fact.type is Type.CHOICE}
        return set(text) if isinstance(text, tuple) else expression.names(text, choices)

    def _place(self, name: str) -> str:
        """Where a set, score or worked-out fact is declared."""
        if name in self.rules.sets:
            return f"[sets] {name}"
        return f"[facts] {name}, value" if name in self.rules.facts else f"[scores] {name}"

    def _scores(self) -> dict[str, tree.Node]:
        texts = {
            **{name: fact.value for name, fact in self.rules.facts.items() if fact.value is not None},
            **self.rules.scores,
        }
        found: dict[str, tree.Node] = {}

        def resolve(name: str) -> None:
            fact = self.rules.facts.get(name)
            wanted = SCORABLE if fact is None or name in self.rules.scores else (Type(fact.type),)
            node = self.expression(texts[name], "score", self._place(name), wanted)
            if node is not None:
                found[name] = node
                self.names.scores[name] = node.type
                self.names.pending.discard(name)

        self._in_order(texts, self._reads, resolve)
        return found

    def _when(self, heading: str, context: Context, entries: Iterable[Review | Condition]) -> tuple[When, ...]:
        found = []
        seen: set[str] = set()
        for entry in entries:
            place = f"[[{heading}]] {entry.id}"
            self._once(entry.id, seen, place)
            node = self.expression(entry.when, context, f"{place}, when")
            kind, text = (entry.kind, entry.amount) if isinstance(entry, Review) else ("", None)
            amount = self.expression(text, context, f"{place}, amount", (Type.MONEY,)) if text else None
            if node is not None:
                label = entry.label or entry.id.replace("_", " ").capitalize()
                found.append(When(entry.id, label, node, entry.because, kind, amount))
        return tuple(found)

    def _once(self, identity: str, seen: set[str], place: str) -> None:
        if identity in seen:
            self.wrong("duplicate-id", "rules", place, f'Two have the id "{identity}".', "Give each its own.")
        seen.add(identity)

    def _band_rules(self, heading: str, seen: set[str]) -> list[BandRule]:
        found = []
        for rule in getattr(self.rules.bands, heading) if self.rules.bands else ():
            place = f"[[bands.{heading}]] {rule.id}"
            self._once(rule.id, seen, place)
            number = self._band(rule.band, f"{place}, band")
            node = self.expression(rule.when, "band", f"{place}, when")
            if node is not None:
                found.append(BandRule(rule.id, number, node, rule.because, rule.review_in_days))
        return found

    def _reaches(self, seen: set[str]) -> tuple[Reach, ...]:
        found = []
        for duty in self.rules.bands.reach if self.rules.bands else ():
            place = f"[[bands.reach]] {duty.id}"
            self._once(duty.id, seen, place)
            bands = tuple(self._band(band, f"{place}, bands") for band in duty.bands)
            only = None if duty.only is None else self.resolver("score", "rules", f"{place}, only").item_set(duty.only)
            found.append(Reach(duty.id, bands, duty.ages, only, duty.because))
        return tuple(found)

    def _band(self, identity: str, place: str) -> int:
        """The number of a band; 1 for one that is not there, so that the rest of its rule is judged too."""
        if identity in self.bands:
            return self.bands[identity].number
        if identity not in self.broken:
            remedy = did_you_mean(identity, self.bands) or f"The bands are {', '.join(self.bands) or 'none'}."
            self.wrong("unknown-name", "rules", place, f'"{identity}" is not a band of bands.csv.', remedy)
        return 1

    # -- the whole ----------------------------------------------------------------------------------------------------

    def pack(self) -> Pack:
        self.findings += one_meaning(self.document, self.items, self.domains)
        self._sets()
        gates = {
            item.id: self.expression(item.asked, "gate", f"row {item.row}, column asked", file="items")
            for item in self.items.values()
            if item.asked
        }
        scores = self._scores()
        rules = self.rules.bands
        base = self.expression(rules.score, "band", "[bands] score", (Type.NUMBER,)) if rules and rules.score else None
        first = []
        for number, entry in enumerate(rules.first_that_holds if rules else (), start=1):
            place = f"[bands] first_that_holds, number {number}"
            band, when = self._band(entry.band, f"{place}, band"), self.expression(entry.when, "band", f"{place}, when")
            if when is not None:
                first.append((band, when))
        seen: set[str] = set()
        at_least, at_most = self._band_rules("at_least", seen), self._band_rules("at_most", seen)
        validity = self.rules.validity
        pack = Pack(
            document=self.document,
            items=self.items,
            domains=self.domains,
            bands=self.bands,
            settings=self.settings,
            facts=self.facts,
            gates={name: node for name, node in gates.items() if node is not None},
            scores=scores,
            named=tuple(name for name in scores if name in self.rules.scores),
            base=base,
            first_that_holds=tuple(first),
            at_least=tuple(at_least),
            at_most=tuple(at_most),
            validity=self.expression(validity.days, "review", "[validity] days", (Type.NUMBER,)) if validity else None,
            reviews=self._when("review", "review", self.rules.review),
            holds=self._when("hold", "review", self.rules.hold),
            refusals=self._when("refuse", "refuse", self.rules.refuse),
            reaches=self._reaches(seen),
            changes=self._when("bands.changed", "band", rules.changed if rules else ()),
            prices=weekly_prices(self.document, self.names.bands, self.findings),
            allowed=self.rules.allow,
            read=(),
            findings=(),
            fingerprint="",
        )
        file = self.document.files["prices"]
        self.findings += overlapping(pack.prices, file)
        self.findings += check.findings(pack, self.broken)
        if not any(finding.severity == "error" for finding in self.findings):
            # A slip in the name of a band or setting leaves it without prices: that is not to be told twice.
            self.findings += unpriced(pack.prices, self.names.bands, self.settings, file)
            self.findings += lost(self.document)
        return replace(pack, read=check.facts_of_band(pack))


def _parameter(parameter: Parameter) -> tree.Const:
    if parameter.money is not None:
        return tree.Const(Type.MONEY, parameter.money)
    return tree.Const(Type.NUMBER, parameter.number or Decimal(0))


def _own(name: str, fact: OwnFact) -> Fact:
    kind, about = Type(fact.type), About(fact.about)
    low, high = (0, MOST_MONEY) if kind is Type.MONEY else (0, 1)
    if kind is Type.NUMBER:
        low, high = int(fact.low or 0), int(fact.high or 0)
    return Fact(name, kind, about, fact.describes or "", fact.unit or "", low, high, fact.choices)
