"""The reference scorer's range: what a band could still become, by interval evaluation of the tree as written.

Every unanswered item lies anywhere between 0 and its top, every unknown fact anywhere in its range; a truth lies
between
false and true. A value is its two ends. All that was asked counts as answered here, so a mean divides by what was
asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

from banding.engine import reference
from banding.pack import tree
from banding.vocabulary import MOST_MONEY, Type

if TYPE_CHECKING:
    from banding.engine.reference import Child

Ends = tuple[Any, Any]


class Range:
    """The two ends of any expression that a band may read, for one child."""

    def __init__(self, child: Child) -> None:
        self.child, self.pack = child, child.pack

    def band(self) -> tuple[int, int]:
        """The least and most severe band that the unanswered items could lead to."""
        pack = self.pack
        if pack.base is not None:
            base: Ends = tuple(1 + sum(end >= Fraction(edge) for edge in pack.edges) for end in self.of(pack.base))
        else:
            base = self._first()
        least = [(rule.band, self.of(rule.when)) for rule in pack.at_least]
        most = [(rule.band, self.of(rule.when)) for rule in pack.at_most]
        found = []
        for end in (0, 1):
            raised = max((band for band, truth in least if truth[end]), default=1)
            held = min((band for band, truth in most if truth[1 - end]), default=len(pack.bands))
            found.append(max(raised, min(base[end], held)))
        return found[0], found[1]

    def _first(self) -> Ends:
        possible = []
        for number, when in self.pack.first_that_holds:
            surely, possibly = self.of(when)
            if possibly:
                possible.append(number)
            if surely:
                break
        return min(possible), max(possible)

    def rating(self, item: str) -> Ends:
        """The ends of an item that is asked."""
        if self.child.answered(item):
            return (self.child.rating(item),) * 2
        return 0, self.pack.items[item].top

    def _named(self, item: str) -> Ends:
        return self.rating(item) if self.child.asked(item) else (self.child.named(item),) * 2

    def _fact(self, name: str) -> Ends:
        value = self.child.fact(name)
        if value is not None:
            return value, value
        fact = self.pack.facts[name]
        if fact.type is Type.TRUTH:
            return False, True
        if fact.type is Type.MONEY:
            return Fraction(0), Fraction(MOST_MONEY, 100)
        return Fraction(fact.low), Fraction(fact.high)

    def of(self, node: tree.Node) -> Ends:
        """The ends of an expression, everything as written."""
        match node:
            case tree.Const() | tree.Given():
                return (self.child.value(node),) * 2
            case tree.ItemRef(item):
                low, high = self._named(item)
                return Fraction(low), Fraction(high)
            case tree.FactRef(name):
                return self._fact(name)
            case tree.ScoreRef(name):
                return self.of(self.pack.scores[name])
            case tree.Sum(terms):
                parts = [(sign, self.of(term)) for sign, term in terms]
                low = reference.sum_of((sign, ends[sign < 0]) for sign, ends in parts)
                return low, reference.sum_of((sign, ends[sign > 0]) for sign, ends in parts)
            case tree.Scaled(operand, factor):
                ends = [end * Fraction(factor) for end in self.of(operand)]
                return min(ends), max(ends)
            case tree.FloorDivided(operand, by):
                return self._each(self.of(operand), lambda end: Fraction(floor(end / Fraction(by))))
            case tree.Extreme(function, operands):
                choose: Callable[[Iterable[Fraction]], Fraction] = max if function == "max" else min
                parts = [(1, self.of(operand)) for operand in operands]
                return choose(ends[0] for _, ends in parts), choose(ends[1] for _, ends in parts)
            case tree.Clip(operand, low, high):
                inner, least, most = self.of(operand), self.of(low), self.of(high)
                return tuple(max(least[end], min(inner[end], most[end])) for end in (0, 1))
            case tree.OverSet():
                return self._over_set(node)
            case tree.Count():
                return self._count(node)
            case tree.Compare(operator, left, right):
                return compared(operator, self.of(left), self.of(right))
            case tree.Among(fact, codes):
                value = self.child.value(fact)
                return (False, True) if value is None else (value in codes,) * 2
            case tree.SameChoice():
                value = self.child.value(node)
                return (False, True) if value is None else (value, value)
            case tree.Not(operand):
                surely, possibly = self.of(operand)
                return not possibly, not surely
            case tree.Junction(operator, operands):
                join: Callable[[Iterable[bool]], bool] = all if operator == "and" else any
                ends = [self.of(operand) for operand in operands]
                return join(end[0] for end in ends), join(end[1] for end in ends)
            case tree.If(test, then, otherwise):
                surely, possibly = self.of(test)
                chosen = [self.of(then)] * possibly + [self.of(otherwise)] * (not surely)
                return min(ends[0] for ends in chosen), max(ends[1] for ends in chosen)
            case tree.Step(operand, edges, values):
                return self._stepped(self.of(operand), edges, values)
            case tree.ValueOf(item, values):
                low, high = self._named(item)
                reach = [Fraction(value) for value in values[low : high + 1]]
                return min(reach), max(reach)
            case tree.Rounded(function, operand, digits):
                return self._each(self.of(operand), lambda end: reference.rounded(function, end, digits))
        raise AssertionError(f"{type(node).__name__} may not feed a band")

    def _each(self, ends: Ends, change: Callable[[Fraction], Fraction]) -> Ends:
        return change(ends[0]), change(ends[1])

    def _stepped(self, ends: Ends, edges: tuple[Decimal, ...], values: tuple[Decimal, ...]) -> Ends:
        reach = []
        for place, value in enumerate(values):
            after = edges[place + 1] if place + 1 < len(edges) else None
            begins = ends[1] >= Fraction(edges[place])
            if begins and (after is None or ends[0] < Fraction(after)):
                reach.append(Fraction(value))
        return min(reach), max(reach)

    def _count(self, node: tree.Count) -> Ends:
        threshold = (Fraction(node.threshold),) * 2
        truths = [
            compared(node.operator, self.rating(item), threshold) for item in node.items if self.child.asked(item)
        ]
        if node.quantifier == "count":
            return Fraction(sum(surely for surely, _ in truths)), Fraction(sum(possibly for _, possibly in truths))
        join: Callable[[Iterable[bool]], bool] = any if node.quantifier == "any" else all
        return join(surely for surely, _ in truths), join(possibly for _, possibly in truths)

    def _points(self, item: str) -> Ends:
        low, high = self.rating(item)
        reach = [Fraction(value) for value in self.pack.points(self.pack.items[item])[low : high + 1]]
        return min(reach), max(reach)

    def _over_set(self, node: tree.OverSet) -> Ends:
        asked = [item for item in node.items if self.child.asked(item)]
        if node.function in ("points", "weighted"):
            parts = {item: self._points(item) for item in asked}
        else:
            parts = {item: self._each(self.rating(item), Fraction) for item in asked}
        return self._end(node, parts, 0), self._end(node, parts, 1)

    def _end(self, node: tree.OverSet, parts: dict[str, Ends], end: int) -> Fraction:
        ends = [part[end] for part in parts.values()]
        match node.function:
            case "sum" | "points" | "prorata":
                return sum(ends, Fraction(0))
            case "weighted":
                return self._weighted(parts, end)
            case "mean":
                return sum(ends, Fraction(0)) / max(len(ends), 1)
            case "max":
                return max(ends, default=Fraction(0))
            case "min":
                return min(ends, default=Fraction(max(self.pack.items[item].top for item in node.items)))
            case "highest":
                return sum(sorted(ends)[-node.number :], Fraction(0))
        raise AssertionError(f"{node.function} may not feed a band")

    def _weighted(self, parts: dict[str, Ends], end: int) -> Fraction:
        """A negative domain weight turns its ends round."""
        turned = {}
        for item, ends in parts.items():
            weight = self.pack.domains[self.pack.items[item].domain].weight
            turned[item] = ends[end if weight >= 0 else 1 - end]
        return reference.weighted(self.pack, turned)


def compared(operator: str, left: Ends, right: Ends) -> Ends:
    """Whether a comparison surely holds, and whether it possibly does, for anything between the ends."""
    if operator in ("<", "<="):
        return reference.compares(left[1], operator, right[0]), reference.compares(left[0], operator, right[1])
    if operator in (">", ">="):
        return reference.compares(left[0], operator, right[1]), reference.compares(left[1], operator, right[0])
    same = left[0] == left[1] == right[0] == right[1]
    overlap = left[0] <= right[1] and right[0] <= left[1]
    return (same, overlap) if operator == "==" else (not overlap, not same)
