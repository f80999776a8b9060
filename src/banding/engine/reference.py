"""The reference's values: any expression of a pack for one child, plain Python, straight from the pack's own trees.

It shares nothing with `lower`, `core` or the kernel, which are held to it: numbers are Fractions, unknown is None. It
is
slow on purpose. `reference_range` gives the ends of a value, `reference_score` whole results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from banding.pack import tree
from banding.pack.meaning import Pack
from banding.pack.prices import half_up
from banding.vocabulary import Type

NOT_ASKED = -1

Value = Fraction | bool | str | None
Fact = int | bool | str | Decimal | dt.date | None


@dataclass
class Child:
    """What is known of one child, and the value of any expression for it: None where unknown."""

    pack: Pack
    ratings: Mapping[str, int | None]
    facts: Mapping[str, Fact]
    on: dt.date
    given: dict[str, Value] = field(default_factory=dict)
    _scores: dict[str, Value] = field(default_factory=dict)

    # -- items and facts ----------------------------------------------------------------------------------------------

    def asked(self, item: str) -> bool:
        """An item is asked unless its row or its gate surely says otherwise."""
        if self.ratings.get(item) == NOT_ASKED:
            return False
        gate = self.pack.gates.get(item)
        return gate is None or self.value(gate) is not False

    def answered(self, item: str) -> bool:
        return self.asked(item) and self.ratings.get(item) is not None

    def off_scale(self, item: str) -> bool:
        rating = self.ratings.get(item)
        return rating is not None and rating != NOT_ASKED and not 0 <= rating <= self.pack.items[item].top

    def rating(self, item: str) -> int:
        """The rating of an item that is asked: what it stands at where unanswered."""
        found, given = self.pack.items[item], self.ratings.get(item)
        if given is None or self.off_scale(item):
            missing = self.pack.domains[found.domain].missing
            return 0 if found.kind == "need" or missing == "zero" else found.top
        return found.top - given if found.reversed else given

    def named(self, item: str) -> int:
        """An item read by name: not asked is no need."""
        found = self.pack.items[item]
        return self.rating(item) if self.asked(item) else 0 if found.kind == "need" else found.top

    def fact(self, name: str) -> Value:
        value = self.facts.get(name)
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, dt.date):
            return Fraction((value - dt.date(1970, 1, 1)).days)
        return Fraction(value)

    def score(self, name: str) -> Value:
        if name not in self._scores:
            self._scores[name] = self.value(self.pack.scores[name])
        return self._scores[name]

    # -- expressions --------------------------------------------------------------------------------------------------

    def number(self, node: tree.Node) -> Fraction | None:
        value = self.value(node)
        assert value is None or isinstance(value, Fraction)
        return value

    def truth(self, node: tree.Node) -> bool | None:
        value = self.value(node)
        assert value is None or isinstance(value, bool)
        return value

    def value(self, node: tree.Node) -> Value:
        """The value of an expression, None where it is unknown."""
        match node:
            case tree.Const(kind, constant):
                return bool(constant) if kind is Type.TRUTH else Fraction(constant)
            case tree.ItemRef(item):
                return Fraction(self.named(item))
            case tree.FactRef(name):
                return self.fact(name)
            case tree.ScoreRef(name):
                return self.score(name)
            case tree.Given(name):
                return self.given.get(name)
            case tree.Sum(terms):
                parts = [(sign, self.number(term)) for sign, term in terms]
                return None if any(part is None for _, part in parts) else sum_of(parts)
            case tree.Scaled(operand, factor):
                inner = self.number(operand)
                return None if inner is None else inner * Fraction(factor)
            case tree.FloorDivided(operand, by):
                inner = self.number(operand)
                return None if inner is None else Fraction(floor(inner / Fraction(by)))
            case tree.Extreme(function, operands):
                values = [self.number(operand) for operand in operands]
                known = [value for value in values if value is not None]
                return None if len(known) < len(values) else (max if function == "max" else min)(known)
            case tree.Clip(operand, low, high):
                inner, least, most = self.number(operand), self.number(low), self.number(high)
                return None if inner is None or least is None or most is None else max(least, min(inner, most))
            case tree.OverSet():
                return self._over_set(node)
            case tree.Count(quantifier, items, operator, threshold):
                holds = [
                    compares(Fraction(self.rating(item)), operator, Fraction(threshold)) for item in self._asked(items)
                ]
                return (
                    Fraction(sum(holds)) if quantifier == "count" else any(holds) if quantifier == "any" else all(holds)
                )
            case tree.Compare(operator, left, right):
                one, other = self.number(left), self.number(right)
                return None if one is None or other is None else compares(one, operator, other)
            case tree.Among(fact, codes):
                value = self.value(fact)
                return None if value is None else value in codes
            case tree.SameChoice(left, right):
                first, second = self.value(left), self.value(right)
                return None if first is None or second is None else first == second
            case tree.Not(operand):
                truth = self.truth(operand)
                return None if truth is None else not truth
            case tree.Junction(operator, operands):
                truths = [self.truth(operand) for operand in operands]
                decisive = operator == "or"
                return decisive if decisive in truths else None if None in truths else not decisive
            case tree.Known(operand):
                if isinstance(operand, tree.ItemRef):
                    return not self.asked(operand.item) or self.answered(operand.item)
                return self.value(operand) is not None
            case tree.If(test, then, otherwise, kind):
                decided = self.truth(test)
                if decided is not None:
                    return self.value(then if decided else otherwise)
                if kind is Type.TRUTH and (both := self.truth(then)) == self.truth(otherwise):
                    return both
                return None
            case tree.Step(operand, edges, values):
                inner = self.number(operand)
                return None if inner is None else stepped(inner, edges, values)
            case tree.ValueOf(item, values):
                return Fraction(values[self.named(item)])
            case tree.Rounded(function, operand, digits):
                inner = self.number(operand)
                return None if inner is None else rounded(function, inner, digits)

    def _asked(self, items: Iterable[str]) -> list[str]:
        return [item for item in items if self.asked(item)]

    def points(self, item: str) -> Fraction:
        return Fraction(self.pack.points(self.pack.items[item])[self.rating(item)])

    def _over_set(self, node: tree.OverSet) -> Fraction | None:
        asked = self._asked(node.items)
        answered = [item for item in asked if self.answered(item)]
        ratings = [Fraction(self.rating(item)) for item in asked]
        if node.scaled or node.function in ("mean", "prorata"):
            if len(answered) < max(node.number, 1):
                return None
            parts = [
                self.points(item) if node.function == "points" else Fraction(self.rating(item)) for item in answered
            ]
            total = sum(parts, Fraction(0))
            return total / len(answered) * (1 if node.function == "mean" else len(asked))
        match node.function:
            case "sum":
                return sum(ratings, Fraction(0))
            case "points":
                return sum((self.points(item) for item in asked), Fraction(0))
            case "weighted":
                return weighted(self.pack, {item: self.points(item) for item in asked})
            case "max":
                return max(ratings) if answered else None
            case "min":
                return min(ratings) if answered else None
            case "highest":
                return sum(sorted(ratings)[-node.number :], Fraction(0))
            case "answered":
                return Fraction(len(answered))
        return Fraction(len(asked) - len(answered))


def sum_of(parts: Iterable[tuple[int, Fraction | None]]) -> Fraction:
    return sum((sign * part for sign, part in parts if part is not None), Fraction(0))


def weighted(pack: Pack, points: Mapping[str, Fraction]) -> Fraction:
    """For each domain its weight times the points of its items, at most its cap, added up."""
    return sum((held for _, held in weighted_parts(pack, points).values()), Fraction(0))


def weighted_parts(pack: Pack, points: Mapping[str, Fraction]) -> dict[str, tuple[Fraction, Fraction]]:
    """For each domain that has one of the items, its weight times their points, and that held to its cap."""
    found = {}
    for domain in pack.domains.values():
        inside = [value for item, value in points.items() if pack.items[item].domain == domain.id]
        if inside:
            part = Fraction(domain.weight) * sum(inside, Fraction(0))
            found[domain.id] = part, part if domain.cap is None else min(part, Fraction(domain.cap))
    return found


def compares(left: Fraction, operator: str, right: Fraction) -> bool:
    return {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "==": left == right,
        "!=": left != right,
    }[operator]


def stepped(value: Fraction, edges: Iterable[Decimal], values: Iterable[Decimal]) -> Fraction:
    """The value of the last edge that is reached; the pack's check has made sure that there is one."""
    reached = [found for edge, found in zip(edges, values, strict=True) if value >= Fraction(edge)]
    return Fraction(reached[-1])


def rounded(function: str, value: Fraction, digits: int) -> Fraction:
    tens = 10**digits
    if function == "round_half_up":
        return Fraction(half_up(value * tens), tens)
    return Fraction(floor(value * tens) if function == "floor" else ceil(value * tens), tens)


def exact(value: Fraction | None) -> Decimal | None:
    """A fraction whose divisor is a power of ten, or of its parts, as a decimal."""
    if value is None:
        return None
    digits = next(n for n in range(64) if (value * 10**n).denominator == 1)
    return Decimal(int(value * 10**digits)).scaleb(-digits)
