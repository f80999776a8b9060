"""Items and sets in the core language: ratings, counts, sums, points, and the quotients of mean and pro rata."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import ceil, floor

from banding.pack import tree
from banding.pack.cells import EXACT
from banding.pack.core import Core, Node
from banding.pack.meaning import Pack
from banding.pack.values import Number, Ratio, Truth, scaled, whole

# The widest that a column of ratings holds; beside 0 to top and the marks below it all of it is off the scale.
RAW_LEAST, RAW_MOST = -128, 127


class Ratings:
    """Writes what a pack makes of its items into a core graph.

    complete  as if every item that is asked were answered.
    """

    def __init__(self, pack: Pack, core: Core, *, complete: bool) -> None:
        self.pack, self.core, self.complete = pack, core, complete
        self.one = core.const(1)

    # -- numbers at one scale ---------------------------------------------------------------------------------------

    def all_known(self, parts: Iterable[Number]) -> Node:
        return self.core.minimum(self.one, *(part.known for part in parts))

    def at_scale(self, number: Number, scale: int) -> Node:
        """The number as a whole number at a scale not below its own."""
        return self.core.sum([(10 ** (scale - number.scale), number.node)])

    def aligned(self, parts: list[Number]) -> tuple[list[Number], int]:
        scale = max(part.scale for part in parts)
        return [Number(self.at_scale(part, scale), scale, part.known) for part in parts], scale

    def added(self, terms: list[tuple[int, Number]]) -> Number:
        parts, scale = self.aligned([part for _, part in terms])
        total = self.core.sum((sign, part.node) for (sign, _), part in zip(terms, parts, strict=True))
        return Number(total, scale, self.all_known(parts))

    # -- one item -----------------------------------------------------------------------------------------------------

    def rating(self, item: str) -> Node:
        """The item's rating, least need where unanswered, -1 where not asked."""
        return self.core.input("rating", item, -1, self.pack.items[item].top)

    def asked(self, item: str) -> Node:
        return self.core.within(self.rating(item), low=0)

    def answered(self, item: str) -> Node:
        """1 where the item is asked and has a rating."""
        if self.complete:
            return self.asked(item)
        # A rating off the scale counts as given here: its row is rejected for that, and for nothing it did not do.
        given = self.core.within(self.core.input("raw", item, RAW_LEAST, RAW_MOST), low=0)
        return self.core.minimum(given, self.asked(item))

    def standing(self, item: str) -> int:
        """The rating an unanswered item stands at: that of least need, or 0 under the rule `zero`."""
        found = self.pack.items[item]
        return 0 if found.kind == "need" or self.pack.domains[found.domain].missing == "zero" else found.top

    def named(self, item: str) -> Node:
        """An item read by name: not asked is no need, 0 for a need and the top for a strength."""
        rating = self.rating(item)
        if self.pack.items[item].kind == "need":
            return self.core.maximum(rating, self.core.const(0))
        return self.core.select(self.asked(item), rating, self.core.const(self.pack.items[item].top))

    # -- sets ---------------------------------------------------------------------------------------------------------

    def _in_range(self, item: str, operator: str, threshold: Decimal) -> Node:
        """1 where the item is asked and its rating stands in the relation to the threshold."""
        if operator == "!=":
            return self.core.sum([(1, self.asked(item)), (-1, self._in_range(item, "==", threshold))])
        least, most = 0, self.pack.items[item].top
        if operator in (">=", ">"):
            least = max(least, ceil(threshold) if operator == ">=" else floor(threshold) + 1)
        elif operator in ("<=", "<"):
            most = min(most, floor(threshold) if operator == "<=" else ceil(threshold) - 1)
        elif threshold != int(threshold):
            return self.core.const(0)
        else:
            least, most = max(least, int(threshold)), min(most, int(threshold))
        return self.core.within(self.rating(item), least, most)

    def count(self, items: tuple[str, ...], operator: str, threshold: Decimal) -> Node:
        return self.core.sum((1, self._in_range(item, operator, threshold)) for item in items)

    def quantified(self, quantifier: str, items: tuple[str, ...], operator: str, threshold: Decimal) -> Truth:
        if quantifier == "any":
            holds = self.core.within(self.count(items, operator, threshold), low=1)
        else:
            fails = [
                (1, self.core.sum([(1, self.asked(item)), (-1, self._in_range(item, operator, threshold))]))
                for item in items
            ]
            holds = self.core.within(self.core.sum(fails), high=0)
        return Truth(holds, holds)

    def _plain_sum(self, items: Iterable[str]) -> Node:
        zero = self.core.const(0)
        return self.core.sum((1, self.core.maximum(self.rating(item), zero)) for item in items)

    def points(self, valued: Iterable[tuple[str, tuple[Decimal, ...]]], *, named: bool = False) -> Number:
        """The values of the items' ratings, added up; an item not asked gives nothing, or, named, its least need's."""
        pairs = list(valued)
        scale = max(scaled(value)[1] for _, values in pairs for value in values)
        terms = []
        for item, values in pairs:
            points = [whole(value, scale) for value in values]
            unasked = (points[0] if self.pack.items[item].kind == "need" else points[-1]) if named else 0
            terms.append((1, self.core.step(self.rating(item), unasked, list(enumerate(points)))))
        return Number(self.core.sum(terms), scale, self.one)

    def over_set(self, node: tree.OverSet) -> Number:
        items, core = node.items, self.core
        answered = core.sum((1, self.answered(item)) for item in items)
        some = core.within(answered, low=1) if not self.complete else self.one
        match node.function:
            case "sum":
                return Number(self._plain_sum(items), 0, self.one)
            case "points":
                return self.points([(item, self.pack.points(self.pack.items[item])) for item in items])
            case "weighted":
                return self._weighted(items)
            case "max":
                return Number(core.maximum(core.const(0), *(self.rating(item) for item in items)), 0, some)
            case "min":
                top = core.const(max(self.pack.items[item].top for item in items))
                ratings = (core.select(self.asked(item), self.rating(item), top) for item in items)
                return Number(core.minimum(top, *ratings), 0, some)
            case "highest":
                most = max(self.pack.items[item].top for item in items)
                levels = (self.count(items, ">=", Decimal(level)) for level in range(1, most + 1))
                taken = core.const(node.number)
                return Number(core.sum((1, core.minimum(level, taken)) for level in levels), 0, self.one)
            case "answered":
                return Number(answered, 0, self.one)
            case "unanswered":
                asked = core.sum((1, self.asked(item)) for item in items)
                return Number(core.sum([(1, asked), (-1, answered)]), 0, self.one)
        raise AssertionError(f"{node.function} is a quotient")

    def _weighted(self, items: tuple[str, ...]) -> Number:
        parts = []
        for domain in self.pack.domains.values():
            inside = [item for item in items if self.pack.items[item].domain == domain.id]
            if not inside:
                continue
            valued = [
                (item, tuple(EXACT.multiply(domain.weight, value) for value in self.pack.points(self.pack.items[item])))
                for item in inside
            ]
            points = self.points(valued)
            if domain.cap is not None:
                value, scale = scaled(domain.cap)
                (points, cap), scale = self.aligned([points, Number(self.core.const(value), scale, self.one)])
                points = Number(self.core.minimum(points.node, cap.node), scale, self.one)
            parts.append((1, points))
        return self.added(parts)

    # -- quotients ----------------------------------------------------------------------------------------------------

    def ratio(self, node: tree.Node) -> Ratio:
        if isinstance(node, tree.Scaled):
            inner = self.ratio(node.operand)
            value, scale = scaled(node.factor)
            return Ratio(self.core.sum([(value, inner.node)]), inner.scale + scale, inner.divisor, inner.known)
        assert isinstance(node, tree.OverSet)
        items, core = node.items, self.core
        if node.function == "points":
            values = {item: self.pack.points(self.pack.items[item]) for item in items}
        else:
            values = {item: tuple(Decimal(r) for r in range(self.pack.items[item].top + 1)) for item in items}
        total = self.points(values.items())
        asked = core.sum((1, self.asked(item)) for item in items)
        if self.complete:
            divisor = core.maximum(asked, self.one) if node.function == "mean" else self.one
            return Ratio(total.node, total.scale, divisor, self.one)
        # What an unanswered item stands for in `total` is taken out again: a quotient is of the answered alone.
        standing = [
            (-whole(values[item][self.standing(item)], total.scale), part)
            for item in items
            for part in (core.sum([(1, self.asked(item)), (-1, self.answered(item))]),)
        ]
        answered = core.sum((1, self.answered(item)) for item in items)
        over = core.sum([(1, total.node), *standing])
        if node.function != "mean":
            over = core.multiply(over, asked)
        least = max(1, node.number if node.function == "prorata" else 1)
        return Ratio(over, total.scale, core.maximum(answered, self.one), core.within(answered, low=least))
