"""Surface to core: every function of the rule language rewritten to the eleven core operations.

A number becomes a whole number at a decimal scale, with a node that tells whether it is known. A truth becomes two
nodes, surely and possibly: they differ where it is unknown (Kleene). With `complete` the same expression is written as
if every asked item were answered and every fact known: what `core.Intervals` turns into the range of the band.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from banding.pack import tree
from banding.pack.core import BoundFault, Core, Node, select_ends
from banding.pack.meaning import Pack
from banding.pack.ratings import Ratings
from banding.pack.values import Number, Truth, Value, scaled, whole
from banding.vocabulary import Type


def open_choices(pack: Pack, nodes: Iterable[tree.Node]) -> dict[str, tuple[str, ...]]:
    """For choice facts without a list of their own, the codes the expressions name: code 0 is any other text."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        for part in tree.walk(node):
            if isinstance(part, tree.Among) and isinstance(part.fact, tree.FactRef):
                fact = pack.facts[part.fact.name]
                if not fact.choices and not fact.from_settings:
                    found.setdefault(fact.name, set()).update(part.codes)
    return {name: ("", *sorted(codes)) for name, codes in found.items()}


class Lowerer(Ratings):
    """Writes a pack's expressions into a core graph.

    given    results of banding by name, for the trees that may read them (reviews, holds, validity).
    choices  the code list of every choice fact, code 0 first.
    """

    def __init__(self, pack: Pack, core: Core, choices: Mapping[str, tuple[str, ...]], *, complete: bool) -> None:
        super().__init__(pack, core, complete=complete)
        self.choices = choices
        self.given: dict[str, Value] = {}
        self._scores: dict[str, Value] = {}

    # -- facts --------------------------------------------------------------------------------------------------------

    def fact(self, name: str) -> Number:
        """A fact as a number: a truth is 0 or 1, a choice its code, a date its day."""
        fact = self.pack.facts[name]
        low, high = self.range(name)
        scale = 2 if fact.type is Type.MONEY else fact.decimals
        if self.complete:
            return Number(self.core.input("fact", name, low, high), scale, self.one)
        raw = self.column(name)
        return Number(self.core.maximum(raw, self.core.const(low)), scale, self.core.within(raw, low=low))

    def column(self, name: str) -> Node:
        """A fact's column as it arrives: an unknown one is one below its least, so that its value stays in bounds."""
        low, high = self.range(name)
        return self.core.input("column", name, low - 1, high)

    def range(self, name: str) -> tuple[int, int]:
        """The least and most of a fact as a whole number; a lone choice keeps a second code, never used, so that an
        unknown one is not folded into it."""
        fact = self.pack.facts[name]
        if fact.type is Type.CHOICE:
            return 0, max(1, len(self.choices[name]) - 1)
        tens: int = 10**fact.decimals
        return fact.low * tens, fact.high * tens

    # -- dispatch -----------------------------------------------------------------------------------------------------

    def number(self, node: tree.Node) -> Number:
        """A number, sum of money or date. Raises BoundFault where it could pass 2^62 or a step starts too high."""
        match node:
            case tree.Const():
                value, scale = scaled(Decimal(node.value))
                return Number(self.core.const(value), scale, self.one)
            case tree.ItemRef(item):
                return Number(self.named(item), 0, self.one)
            case tree.FactRef(name):
                return self.fact(name)
            case tree.ScoreRef(name):
                return self._number_of(self.score(name))
            case tree.Given(name):
                return self._number_of(self.given[name])
            case tree.Sum(terms):
                return self.added([(sign, self.number(term)) for sign, term in terms])
            case tree.Scaled(operand, factor):
                inner = self.number(operand)
                value, scale = scaled(factor)
                return Number(self.core.sum([(value, inner.node)]), inner.scale + scale, inner.known)
            case tree.FloorDivided(operand, by):
                inner = self.number(operand)
                value, scale = scaled(by)
                divisor = self.core.const(value * 10**inner.scale)
                over = self.core.sum([(10**scale, inner.node)])
                return Number(self.core.floor_divide(over, divisor), 0, inner.known)
            case tree.Extreme(function, operands):
                choose = self.core.maximum if function == "max" else self.core.minimum
                parts, scale = self.aligned([self.number(operand) for operand in operands])
                return Number(choose(*(part.node for part in parts)), scale, self.all_known(parts))
            case tree.Clip(operand, low, high):
                (inner, least, most), scale = self.aligned([self.number(part) for part in (operand, low, high)])
                clipped = self.core.maximum(least.node, self.core.minimum(inner.node, most.node))
                return Number(clipped, scale, self.all_known((inner, least, most)))
            case tree.OverSet():
                return self.over_set(node)
            case tree.Count(_, items, operator, threshold):
                return Number(self.count(items, operator, threshold), 0, self.one)
            case tree.If(test, then, otherwise):
                return self._if(self.truth(test), self.number(then), self.number(otherwise))
            case tree.Step(operand, edges, values):
                return self._step(self.number(operand), edges, values)
            case tree.ValueOf(item, values):
                return self.points([(item, values)], named=True)
            case tree.Rounded():
                return self._rounded(node)
        raise AssertionError(f"{type(node).__name__} is no number")

    def truth(self, node: tree.Node) -> Truth:
        """A truth, unknown where surely and possibly differ."""
        match node:
            case tree.Const(_, value):
                decided = self.core.const(int(value))
                return Truth(decided, decided)
            case tree.FactRef(name):
                fact = self.fact(name)
                return self._if_known(fact.node, fact.known)
            case tree.ScoreRef(name):
                return self._truth_of(self.score(name))
            case tree.Count(quantifier, items, operator, threshold):
                return self.quantified(quantifier, items, operator, threshold)
            case tree.Compare(operator, left, right):
                return self._compare(operator, left, right)
            case tree.Among(fact, codes):
                return self._among(fact, codes)
            case tree.SameChoice(left, right):
                one, other = self.number(left), self.number(right)
                same = self.core.within(self.core.sum([(1, one.node), (-1, other.node)]), 0, 0)
                return self._if_known(same, self.core.minimum(one.known, other.known))
            case tree.Not(operand):
                inner = self.truth(operand)
                return Truth(self.core.negate(inner.possibly), self.core.negate(inner.surely))
            case tree.Junction(operator, operands):
                parts = [self.truth(operand) for operand in operands]
                join = self.core.minimum if operator == "and" else self.core.maximum
                return Truth(join(*(part.surely for part in parts)), join(*(part.possibly for part in parts)))
            case tree.Known(operand):
                known = self._known(operand)
                return Truth(known, known)
            case tree.If(test, then, otherwise):
                ends = [self.truth(part) for part in (test, then, otherwise)]
                return Truth(*select_ends(self.core, *((end.surely, end.possibly) for end in ends)))
        raise AssertionError(f"{type(node).__name__} is no truth")

    def score(self, name: str) -> Value:
        """A named score or worked-out fact, written once."""
        if name not in self._scores:
            node = self.pack.scores[name]
            self._scores[name] = self.truth(node) if node.type is Type.TRUTH else self.number(node)
        return self._scores[name]

    def number_given(self, name: str) -> Number:
        """A result of banding that is a number."""
        return self._number_of(self.given[name])

    # -- small pieces -------------------------------------------------------------------------------------------------

    def _number_of(self, value: Value) -> Number:
        assert isinstance(value, Number)
        return value

    def _truth_of(self, value: Value) -> Truth:
        assert isinstance(value, Truth)
        return value

    def _if_known(self, decided: Node, known: Node) -> Truth:
        return Truth(self.core.minimum(decided, known), self.core.maximum(decided, self.core.negate(known)))

    def _if(self, test: Truth, then: Number, otherwise: Number) -> Number:
        (then, otherwise), scale = self.aligned([then, otherwise])
        chosen = self.core.select(test.surely, then.node, otherwise.node)
        # One side of an undecided test cannot be chosen: the number is unknown even where both sides agree.
        decided = self.core.negate(self.core.sum([(1, test.possibly), (-1, test.surely)]))
        if test.surely is test.possibly:
            decided = self.one
        known = self.core.minimum(decided, self.core.select(test.surely, then.known, otherwise.known))
        return Number(chosen, scale, known)

    def _step(self, operand: Number, edges: tuple[Decimal, ...], values: tuple[Decimal, ...]) -> Number:
        edge_scale = max(operand.scale, *(scaled(edge)[1] for edge in edges))
        value_scale = max(scaled(value)[1] for value in values)
        node = self.at_scale(operand, edge_scale)
        pairs = [
            (whole(edge, edge_scale), whole(value, value_scale)) for edge, value in zip(edges, values, strict=True)
        ]
        if node.low < pairs[0][0]:
            least = Decimal(node.low).scaleb(-edge_scale)
            raise BoundFault(
                "step-below-first-edge", f"step begins at {edges[0]}, but what it reads can be as low as {least}.",
                "Let the first edge reach that low, or clip what it reads.",
            )  # fmt: skip
        return Number(self.core.step(node, pairs[0][1], pairs), value_scale, operand.known)

    def _known(self, node: tree.Node) -> Node:
        if isinstance(node, tree.ItemRef):
            unanswered = [(1, self.asked(node.item)), (-1, self.answered(node.item))]
            return self.core.negate(self.core.sum(unanswered))
        if isinstance(node, tree.FactRef):
            return self.fact(node.name).known
        assert isinstance(node, tree.ScoreRef | tree.Given)
        value = self.score(node.name) if isinstance(node, tree.ScoreRef) else self.given[node.name]
        if isinstance(value, Number):
            return value.known
        return self.core.negate(self.core.sum([(1, value.possibly), (-1, value.surely)]))

    def _compare(self, operator: str, left: tree.Node, right: tree.Node) -> Truth:
        if tree.is_ratio(right):
            left, right, operator = right, left, tree.FLIPPED[operator]
        if tree.is_ratio(left):
            ratio, other = self.ratio(left), self.number(right)
            scale = max(ratio.scale, other.scale)
            one = self.core.sum([(10 ** (scale - ratio.scale), ratio.node)])
            two = self.core.multiply(self.at_scale(other, scale), ratio.divisor)
            known = self.core.minimum(ratio.known, other.known)
        else:
            (first, second), _ = self.aligned([self.number(left), self.number(right)])
            one, two, known = first.node, second.node, self.core.minimum(first.known, second.known)
        difference = self.core.sum([(1, one), (-1, two)])
        low, high, negated = RELATIONS[operator]
        holds = self.core.within(difference, low, high)
        return self._if_known(self.core.negate(holds) if negated else holds, known)

    def _among(self, fact: tree.Node, codes: tuple[str, ...]) -> Truth:
        value = self.number(fact)
        name = fact.name if isinstance(fact, tree.FactRef | tree.Given) else ""
        places = [self.choices[name].index(code) for code in dict.fromkeys(codes)]
        holds = self.core.maximum(*(self.core.within(value.node, place, place) for place in places))
        return self._if_known(holds, value.known)

    def _rounded(self, node: tree.Rounded) -> Number:
        core, tens = self.core, 10**node.digits
        if tree.is_ratio(node.operand):
            ratio = self.ratio(node.operand)
            divisor, over, known = core.sum([(10**ratio.scale, ratio.divisor)]), ratio.node, ratio.known
        else:
            inner = self.number(node.operand)
            if inner.scale <= node.digits:
                return inner
            divisor, over, known = core.const(10**inner.scale), inner.node, inner.known
        over = core.sum([(tens, over)])
        if node.function == "round_half_up":
            over, divisor = core.sum([(2, over), (1, divisor)]), core.sum([(2, divisor)])
        elif node.function == "ceiling":
            over = core.sum([(1, over), (1, divisor)], -1)
        return Number(core.floor_divide(over, divisor), node.digits, known)


# Marks in a column of ratings beside 0 to top.
NOT_ASKED, UNANSWERED = -1, -2
# For each relation of a difference to 0: least, most, and whether the answer is turned round.
RELATIONS: dict[str, tuple[int | None, int | None, bool]] = {
    ">=": (0, None, False),
    ">": (1, None, False),
    "<=": (None, 0, False),
    "<": (None, -1, False),
    "==": (0, 0, False),
    "!=": (0, 0, True),
}
