"""The pack as it is meant: names bound, expressions typed, prices made weekly. `build` turns a Document into a Pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from banding.errors import Finding, PackError, did_you_mean
from banding.pack import check, tree
from banding.pack.fingerprint import fingerprint
from banding.pack.model import Band, Document, Domain, Header, Item, OwnFact, Setting
from banding.pack.prices import WeeklyPrice, overlapping, unpriced, weekly_prices
from banding.pack.resolve import GIVEN, RESERVED, Context, Names, Resolver
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
class When:
    """A review, hold or refusal: `kind` and `amount` are a review's alone."""

    id: str
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
        return tuple(item.weight * value for value in values)


def build(document: Document) -> Pack:
    """Binds every name and types every expression.

    Raises PackError with all findings, errors and warnings, where any of them is an error.
    """
    builder = _Builder(document)
    pack = builder.pack()
    findings = _silenced(document, builder.findings)
    if pack is None or any(finding.severity == "error" for finding in findings):
        raise PackError(findings)
    return replace(pack, findings=tuple(findings), fingerprint=fingerprint(document))


def _silenced(document: Document, findings: list[Finding]) -> list[Finding]:
    kept = list(findings)
    for silence in document.rules.silence:
        told = [
            f for f in kept if f.code == silence.code and f.place.startswith(silence.where) and f.severity == "warning"
        ]
        kept = [finding for finding in kept if finding not in told]
        if not told:
            kept.append(
                Finding(
                    "silence-unused", document.files["rules"], f"[[silence]] {silence.code}",
                    f'No warning with this code begins with "{silence.where}".', "Delete it, or correct code and where.",
                    "warning",
                )
            )  # fmt: skip
    return kept


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document, self.rules = document, document.rules
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
                item.id for item in self.items.values()
                if item.domain in self.domains and self.domains[item.domain].missing == "prorata"
            ),
            facts=self.facts,
            parameters={
                name: tree.Const(Type.NUMBER, p.number) if p.number is not None else tree.Const(Type.MONEY, p.money or Decimal(0))
                for name, p in self.rules.parameters.items()
            },
            settings=tuple(self.settings),
            bands={band.id: band.number for band in self.bands.values()},
        )  # fmt: skip
        self.places: dict[str, str] = {}

    # -- names --------------------------------------------------------------------------------------------------------

    def wrong(self, code: str, file: str, place: str, message: str, remedy: str = "") -> None:
        self.findings.append(Finding(code, self.document.files[file], place, message, remedy))

    def _unique(self, table: str, rows: Iterable[_Named]) -> dict[str, _Named]:
        found: dict[str, Named] = {}
        for row in rows:
            if row.id in found:
                self.wrong(
                    "duplicate-id", table, f"row {row.row}, column id",
                    f'"{row.id}" stands in row {found[row.id].row} already.', "Give each row an id of its own.",
                )  # fmt: skip
            else:
                found[row.id] = row
        return found

    def _one_namespace(self) -> None:
        owners: dict[str, str] = {}
        places = [
            *((name, "items", f"row {item.row}, column id") for name, item in self.items.items()),
            *((name, "domains", f"row {domain.row}, column id") for name, domain in self.domains.items()),
            *((name, "rules", f"[sets] {name}") for name in self.rules.sets),
            *((name, "rules", f"[scores] {name}") for name in self.rules.scores),
            *((name, "rules", f"[parameters] {name}") for name in self.rules.parameters),
            *((name, "rules", f"[facts] {name}") for name in self.rules.facts),
        ]
        for name, file, place in places:
            owner = f"{self.document.files[file]} {place}"
            if name in RESERVED or name.partition(".")[0] in {given.partition(".")[0] for given in GIVEN}:
                self.wrong(
                    "reserved-name", file, place, f'"{name}" is a word of the rule language.', "Choose another name."
                )
            elif name in FACTS:
                self.wrong(
                    "duplicate-name", file, place, f'"{name}" is a fact of every caseload ({FACTS[name].describes}).',
                    "Choose another name.",
                )  # fmt: skip
            elif name in owners:
                self.wrong(
                    "duplicate-name", file, place, f'"{name}" is already {owners[name]}.', "Choose another name."
                )
            owners.setdefault(name, owner)

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
        pending = dict(self.rules.sets)
        self._in_order(pending, lambda name: check.names_in(pending[name]), "sets", self._set)

    def _set(self, name: str) -> None:
        found = self.resolver("score", "rules", f"[sets] {name}").item_set(self.rules.sets[name])
        if found is not None:
            self.names.sets[name] = found
            if not found:
                self.wrong("empty-set", "rules", f"[sets] {name}", "The set has no items.", "Name at least one.")

    def _in_order(
        self,
        texts: Mapping[str, object],
        reads: Callable[[str], set[str]],
        table: str,
        resolve: Callable[[str], None],
    ) -> None:
        """Resolves each named text after those it reads; a cycle is reported and its members left out."""
        for group, cyclic in check.dependency_order({name: reads(name) & texts.keys() for name in texts}):
            if cyclic:
                circle = " -> ".join((*group, group[0]))
                for name in group:
                    place = self._score_place(name) if table == "scores" else f"[{table}] {name}"
                    self.wrong("cycle", "rules", place, f"It reads itself: {circle}.", "Break the circle.")
            else:
                resolve(group[0])

    def _score_place(self, name: str) -> str:
        return f"[facts] {name}, value" if name in self.rules.facts else f"[scores] {name}"

    def _scores(self) -> dict[str, tree.Node]:
        texts = {
            **{name: fact.value for name, fact in self.rules.facts.items() if fact.value is not None},
            **self.rules.scores,
        }
        self.names.pending.update(texts)
        found: dict[str, tree.Node] = {}

        def resolve(name: str) -> None:
            fact = self.rules.facts.get(name)
            wanted = SCORABLE if fact is None or name in self.rules.scores else (Type(fact.type),)
            node = self.expression(texts[name], "score", self._score_place(name), wanted)
            if node is not None:
                found[name] = node
                self.names.scores[name] = node.type
                self.names.pending.discard(name)

        self._in_order(texts, lambda name: check.names_in(texts[name]), "scores", resolve)
        return found

    def _when(self, heading: str, context: Context, entries: Iterable[object]) -> list[When]:
        found = []
        seen: set[str] = set()
        for entry in entries:
            identity, when, because = (str(getattr(entry, key)) for key in ("id", "when", "because"))
            place = f"[[{heading}]] {identity}"
            self._once(identity, seen, place)
            node = self.expression(when, context, f"{place}, when:")
            text = getattr(entry, "amount", None)
            amount = self.expression(text, context, f"{place}, amount:", (Type.MONEY, Type.NUMBER)) if text else None
            if node is not None and (amount is not None or not text):
                found.append(When(identity, node, because, getattr(entry, "kind", ""), amount))
        return found

    def _once(self, identity: str, seen: set[str], place: str) -> None:
        if identity in seen:
            self.wrong("duplicate-id", "rules", place, f'There are two called "{identity}".', "Give each its own id.")
        seen.add(identity)

    def _band_rules(self, heading: str, seen: set[str]) -> list[BandRule]:
        found = []
        for rule in getattr(self.rules.bands, heading) if self.rules.bands else ():
            place = f"[[bands.{heading}]] {rule.id}"
            self._once(rule.id, seen, place)
            number = self._band(rule.band, f"{place}, band")
            node = self.expression(rule.when, "band", f"{place}, when:")
            if number is not None and node is not None:
                found.append(BandRule(rule.id, number, node, rule.because, rule.review_in_days))
        return found

    def _band(self, identity: str, place: str, file: str = "rules") -> int | None:
        band = self.bands.get(identity)
        if band is None:
            remedy = did_you_mean(identity, self.bands) or f"The bands are {', '.join(self.bands) or 'none'}."
            self.wrong("unknown-name", file, place, f'"{identity}" is not a band of bands.csv.', remedy)
            return None
        return band.number

    # -- the whole ----------------------------------------------------------------------------------------------------

    def pack(self) -> Pack | None:
        self._one_namespace()
        self._sets()
        gates = {
            item.id: self.expression(item.asked, "gate", f"row {item.row}, column asked:", file="items")
            for item in self.items.values()
            if item.asked
        }
        scores = self._scores()
        rules = self.rules.bands
        base = self.expression(rules.score, "band", "[bands] score:", (Type.NUMBER,)) if rules and rules.score else None
        first = [
            (self._band(entry.band, f"[bands] first_that_holds, number {place}"),
             self.expression(entry.when, "band", f"[bands] first_that_holds, number {place}, when:"))
            for place, entry in enumerate(rules.first_that_holds if rules else (), start=1)
        ]  # fmt: skip
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
            first_that_holds=tuple((number, node) for number, node in first if number is not None and node is not None),
            at_least=tuple(at_least),
            at_most=tuple(at_most),
            validity=self.expression(validity.days, "review", "[validity] days:", (Type.NUMBER,)) if validity else None,
            reviews=tuple(self._when("review", "review", self.rules.review)),
            holds=tuple(self._when("hold", "review", self.rules.hold)),
            refusals=tuple(self._when("refuse", "refuse", self.rules.refuse)),
            prices=weekly_prices(self.document, self.names.bands, self.findings),
            allowed=self.rules.allow,
            read=(),
            findings=(),
            fingerprint="",
        )
        self.findings += overlapping(
            pack.prices, {band.number: band.id for band in self.bands.values()}, self.document.files["prices"]
        )
        self.findings += unpriced(pack.prices, self.names.bands, self.document.files["prices"])
        self.findings += check.findings(pack)
        return replace(pack, read=check.facts_of_band(pack))


def _own(name: str, fact: OwnFact) -> Fact:
    kind, about = Type(fact.type), About(fact.about)
    low, high = (0, MOST_MONEY) if kind is Type.MONEY else (0, 1)
    if kind is Type.NUMBER:
        low, high = int(fact.low or 0), int(fact.high or 0)
    return Fact(name, kind, about, fact.describes or "", fact.unit or "", low, high, fact.choices)
