"""The core language: eleven operations on whole numbers, all that kernel, bounds and solver ever see.

A node knows the least and most it can be. Nodes are shared: building the same operation twice gives the same node, so
a `Core` is a graph, and whoever walks it keeps what was done by `Node.key`. Truths are 0 and 1, `and` is MIN, `or` is
MAX. Terms of a SUM are never cancelled against each other: an interval of x - x is as wide as it was written, in every
scorer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

LIMIT = 2**62


class Op(IntEnum):
    """What a node does with its arguments.

    INPUT     a column: data (index into Core.inputs,)
    CONST     data (value,)
    SUM       data (constant, coefficient of each argument ...)
    MIN, MAX  of two
    MUL       of two
    FLOORDIV  the first by the second, rounded down; the second is 1 or more
    STEP      data (value below the first edge, edge, value, edge, value ...), edges rising
    WITHIN    1 where data[0] <= argument <= data[1], else 0
    SELECT    the second argument where the first is 1, else the third
    GATHER    data (index into Core.tables,): the table's entry at the argument
    """

    INPUT = 0
    CONST = 1
    SUM = 2
    MIN = 3
    MAX = 4
    MUL = 5
    FLOORDIV = 6
    STEP = 7
    WITHIN = 8
    SELECT = 9
    GATHER = 10


class BoundFault(Exception):
    """A value that could pass 2^62, or an operation outside what its bounds allow."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        self.code, self.message, self.remedy = code, message, remedy
        super().__init__(message)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    key: int
    op: Op
    args: tuple[Node, ...]
    data: tuple[int, ...]
    low: int
    high: int


class Core:
    """A graph under construction. `inputs` names every column it reads, `tables` holds what GATHER reads."""

    def __init__(self) -> None:
        self.inputs: list[tuple[str, str]] = []
        self.tables: list[tuple[int, ...]] = []
        self._nodes: dict[tuple[object, ...], Node] = {}
        self._input_nodes: dict[tuple[str, str], Node] = {}

    def _node(self, op: Op, args: tuple[Node, ...], data: tuple[int, ...], low: int, high: int) -> Node:
        key = (op, tuple(arg.key for arg in args), data)
        found = self._nodes.get(key)
        if found is None:
            if low < -LIMIT or high > LIMIT:
                raise BoundFault(
                    "too-large", "A value here could pass 2^62, the largest that is scored exactly.",
                    "Use smaller numbers, or fewer decimals.",
                )  # fmt: skip
            found = self._nodes[key] = Node(len(self._nodes), op, args, data, low, high)
        return found

    def input(self, kind: str, name: str, low: int, high: int) -> Node:
        """The column `kind` of an item or fact, such as ("rating", "self_harm"); asked twice, it is the same node."""
        found = self._input_nodes.get((kind, name))
        if found is None:
            found = self._node(Op.INPUT, (), (len(self.inputs),), low, high)
            self.inputs.append((kind, name))
            self._input_nodes[kind, name] = found
        return found

    def const(self, value: int) -> Node:
        return self._node(Op.CONST, (), (value,), value, value)

    def sum(self, terms: Iterable[tuple[int, Node]], constant: int = 0) -> Node:
        """constant + the sum of coefficient x node, nested sums laid flat.

        Terms of one node and one sign become one, so that a score added to itself over and over stays short; those of
        different signs stay apart.
        """
        flat: list[tuple[int, Node]] = []
        for coefficient, node in terms:
            if coefficient == 0:
                continue
            if node.op is Op.CONST:
                constant += coefficient * node.data[0]
            elif node.op is Op.SUM:
                constant += coefficient * node.data[0]
                flat += [(coefficient * inner, arg) for inner, arg in zip(node.data[1:], node.args, strict=True)]
            else:
                flat.append((coefficient, node))
        flat = _gathered(flat)
        if not flat:
            return self.const(constant)
        if constant == 0 and len(flat) == 1 and flat[0][0] == 1:
            return flat[0][1]
        low = constant + sum(min(c * node.low, c * node.high) for c, node in flat)
        high = constant + sum(max(c * node.low, c * node.high) for c, node in flat)
        data = (constant, *(coefficient for coefficient, _ in flat))
        return self._node(Op.SUM, tuple(node for _, node in flat), data, low, high)

    def minimum(self, *nodes: Node) -> Node:
        """MIN of one or more, those that can never be the least left out."""
        return self._extreme(Op.MIN, nodes)

    def maximum(self, *nodes: Node) -> Node:
        """MAX of one or more, those that can never be the most left out."""
        return self._extreme(Op.MAX, nodes)

    def _extreme(self, op: Op, nodes: Sequence[Node]) -> Node:
        result = nodes[0]
        for node in nodes[1:]:
            lesser, greater = result.high <= node.low, result.low >= node.high
            if result is node or (lesser if op is Op.MIN else greater):
                continue
            if greater if op is Op.MIN else lesser:
                result = node
                continue
            choose = min if op is Op.MIN else max
            result = self._node(op, (result, node), (), choose(result.low, node.low), choose(result.high, node.high))
        return result

    def multiply(self, left: Node, right: Node) -> Node:
        for one, other in ((left, right), (right, left)):
            if one.op is Op.CONST:
                return self.sum([(one.data[0], other)])
        corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        return self._node(Op.MUL, (left, right), (), min(corners), max(corners))

    def floor_divide(self, left: Node, right: Node) -> Node:
        if right.low < 1:
            raise BoundFault("bad-divisor", "A divisor here could be less than 1.", "Divide by a number above 0.")
        if right.op is Op.CONST and right.data[0] == 1:
            return left
        corners = [a // b for a in (left.low, left.high) for b in (right.low, right.high)]
        return self._node(Op.FLOORDIV, (left, right), (), min(corners), max(corners))

    def step(self, node: Node, first: int, edges: Sequence[tuple[int, int]]) -> Node:
        """`first` below the first edge, then the value of the last edge reached; edges out of reach are dropped."""
        reached = first
        kept: list[tuple[int, int]] = []
        for edge, value in edges:
            if edge <= node.low:
                reached = value
            elif edge <= node.high and value != (kept[-1][1] if kept else reached):
                kept.append((edge, value))
        if not kept:
            return self.const(reached)
        values = [reached, *(value for _, value in kept)]
        data = (reached, *(part for pair in kept for part in pair))
        return self._node(Op.STEP, (node,), data, min(values), max(values))

    def within(self, node: Node, low: int | None = None, high: int | None = None) -> Node:
        """1 where low <= node <= high, else 0; None: no limit on that side."""
        least = node.low if low is None else max(low, node.low)
        most = node.high if high is None else min(high, node.high)
        if least > most:
            return self.const(0)
        if least == node.low and most == node.high:
            return self.const(1)
        if node.low >= 0 and node.high <= 1:
            return node if least == 1 else self.negate(node)
        return self._node(Op.WITHIN, (node,), (least, most), 0, 1)

    def negate(self, truth: Node) -> Node:
        return self.sum([(-1, truth)], 1)

    def select(self, test: Node, then: Node, otherwise: Node) -> Node:
        if then is otherwise or test.low == 1:
            return then
        if test.high == 0:
            return otherwise
        if (then.op, then.data, otherwise.op, otherwise.data) == (Op.CONST, (1,), Op.CONST, (0,)):
            return test
        low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
        return self._node(Op.SELECT, (test, then, otherwise), (), low, high)

    def gather(self, table: Sequence[int], index: Node) -> Node:
        """The table's entry at `index`, whose bounds lie inside the table."""
        if index.low < 0 or index.high >= len(table):
            raise BoundFault("too-large", "An index runs outside its table.", "This is a fault of the compiler.")
        if index.op is Op.CONST:
            return self.const(table[index.data[0]])
        if len(set(table)) == 1:
            return self.const(table[0])
        entries = tuple(table)
        number = next((i for i, known in enumerate(self.tables) if known == entries), len(self.tables))
        if number == len(self.tables):
            self.tables.append(entries)
        reach = entries[index.low : index.high + 1]
        return self._node(Op.GATHER, (index,), (number,), min(reach), max(reach))


def _gathered(terms: list[tuple[int, Node]]) -> list[tuple[int, Node]]:
    found: dict[tuple[int, bool], tuple[int, Node]] = {}
    for coefficient, node in terms:
        key = (node.key, coefficient > 0)
        found[key] = (found[key][0] + coefficient if key in found else coefficient, node)
    return list(found.values())


Bounds = Mapping[int, tuple[Node, Node]]


class Intervals:
    """For a node over complete profiles, the least and most it can be while its inputs lie anywhere in their ranges.

    `leaves` gives the two ends of each INPUT by key; every other node follows by interval evaluation as written.
    """

    def __init__(self, core: Core, leaves: Bounds) -> None:
        self._core = core
        self._ends: dict[int, tuple[Node, Node]] = dict(leaves)

    def of(self, node: Node) -> tuple[Node, Node]:
        """The nodes of the two ends; iterative, because a chain of sums and maxima may be long."""
        waiting = [node]
        while waiting:
            at = waiting[-1]
            if at.key in self._ends:
                waiting.pop()
                continue
            missing = [arg for arg in at.args if arg.key not in self._ends]
            if missing:
                waiting += missing
            else:
                self._ends[at.key] = self._evaluate(at)
        return self._ends[node.key]

    def _evaluate(self, node: Node) -> tuple[Node, Node]:
        core, ends = self._core, [self._ends[arg.key] for arg in node.args]
        if all(low is high for low, high in ends) and all(
            low is arg for (low, _), arg in zip(ends, node.args, strict=True)
        ):
            return node, node
        match node.op:
            case Op.SUM:
                coefficients = node.data[1:]
                low = [(c, pair[c < 0]) for c, pair in zip(coefficients, ends, strict=True)]
                high = [(c, pair[c > 0]) for c, pair in zip(coefficients, ends, strict=True)]
                return core.sum(low, node.data[0]), core.sum(high, node.data[0])
            case Op.MIN:
                return core.minimum(ends[0][0], ends[1][0]), core.minimum(ends[0][1], ends[1][1])
            case Op.MAX:
                return core.maximum(ends[0][0], ends[1][0]), core.maximum(ends[0][1], ends[1][1])
            case Op.MUL:
                corners = [core.multiply(a, b) for a in ends[0] for b in ends[1]]
                return core.minimum(*corners), core.maximum(*corners)
            case Op.FLOORDIV:
                corners = [core.floor_divide(a, b) for a in ends[0] for b in ends[1]]
                return core.minimum(*corners), core.maximum(*corners)
            case Op.STEP:
                return self._step(node, *ends[0])
            case Op.WITHIN:
                return self._within(node.data[0], node.data[1], node.args[0], *ends[0])
            case Op.SELECT:
                return select_ends(self._core, ends[0], ends[1], ends[2])
        raise AssertionError(f"{node.op.name} has no interval")  # GATHER: prices never feed a band

    def _within(self, least: int, most: int, node: Node, low: Node, high: Node) -> tuple[Node, Node]:
        core = self._core
        floor, ceiling = (None if least <= node.low else least), (None if most >= node.high else most)
        surely = core.minimum(core.within(low, low=floor), core.within(high, high=ceiling))
        possibly = core.minimum(core.within(high, low=floor), core.within(low, high=ceiling))
        return surely, possibly

    def _step(self, node: Node, low: Node, high: Node) -> tuple[Node, Node]:
        core, first = self._core, node.data[0]
        edges = list(zip(node.data[1::2], node.data[2::2], strict=True))
        values = [first, *(value for _, value in edges)]
        at_low, at_high = core.step(low, first, edges), core.step(high, first, edges)
        if values == sorted(values):
            return at_low, at_high
        if values == sorted(values, reverse=True):
            return at_high, at_low
        least, most = core.const(max(values)), core.const(min(values))
        starts: list[int | None] = [None, *(edge for edge, _ in edges)]
        for place, value in enumerate(values):
            start = starts[place]
            stop = starts[place + 1] if place + 1 < len(starts) else None
            reached = core.minimum(
                core.within(high, low=start), core.within(low, high=None if stop is None else stop - 1)
            )
            least = core.minimum(least, core.select(reached, core.const(value), core.const(max(values))))
            most = core.maximum(most, core.select(reached, core.const(value), core.const(min(values))))
        return least, most


def select_ends(
    core: Core, test: tuple[Node, Node], then: tuple[Node, Node], otherwise: tuple[Node, Node]
) -> tuple[Node, Node]:
    """The ends of a choice whose test may be undecided: both branches count then."""
    surely, possibly = test
    if surely is possibly:
        return core.select(surely, then[0], otherwise[0]), core.select(surely, then[1], otherwise[1])
    low = core.select(surely, then[0], core.select(possibly, core.minimum(then[0], otherwise[0]), otherwise[0]))
    high = core.select(surely, then[1], core.select(possibly, core.maximum(then[1], otherwise[1]), otherwise[1]))
    return low, high
