"""Expressions with their meaning: the typed surface tree that `resolve` builds.

The reference scorer reads this tree as it stands; `lower` rewrites it to the small core that kernel, bounds and solver
know. Numbers are exact decimals, money is pounds with at most two places, a set is the tuple of its item ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

from banding.vocabulary import Type

N = Type.NUMBER
# The types in a rule author's words.
SAID: dict[Type, str] = {
    Type.NUMBER: "a number",
    Type.MONEY: "a sum of money",
    Type.TRUTH: "a condition (true or false)",
    Type.CHOICE: "a choice",
    Type.DATE: "a date",
}
# The relation that holds with the two sides of a comparison exchanged.
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
COUNTED = "Write if(condition, 1, 0) to count a condition."
MIXED = "Keep numbers and money apart: write money as £50, and name money parameters { money = 50 }."


@dataclass(frozen=True, slots=True)
class Const:
    type: Type
    value: Decimal | bool


@dataclass(frozen=True, slots=True)
class ItemRef:
    """One item by name: its rating in the direction of the pack; not asked reads as least need."""

    item: str
    type: Type = N


@dataclass(frozen=True, slots=True)
class FactRef:
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class ScoreRef:
    """A named score, or an own fact that is worked out."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Given:
    """A result that reviews, holds and validity may read: band, completeness, price.low and the like."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Sum:
    terms: tuple[tuple[int, Node], ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Scaled:
    operand: Node
    factor: Decimal
    type: Type


@dataclass(frozen=True, slots=True)
class FloorDivided:
    operand: Node
    by: Decimal
    type: Type = N


@dataclass(frozen=True, slots=True)
class Extreme:
    """`max(a, b)` or `min(a, b)`."""

    function: Literal["max", "min"]
    operands: tuple[Node, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Clip:
    operand: Node
    low: Node
    high: Node
    type: Type


SetFunction = Literal["sum", "points", "weighted", "mean", "max", "min", "highest", "answered", "unanswered", "prorata"]


@dataclass(frozen=True, slots=True)
class OverSet:
    """A function of a set. `number` is k of `highest` or the minimum of `prorata`; `scaled` marks the domain rule
    prorata, under which sums and points are scaled from the answered items to all that were asked."""

    function: SetFunction
    items: tuple[str, ...]
    number: int = 0
    scaled: bool = False
    type: Type = N


@dataclass(frozen=True, slots=True)
class Count:
    """`count`, `any` or `all` of the items whose rating stands in a relation to a constant."""

    quantifier: Literal["count", "any", "all"]
    items: tuple[str, ...]
    operator: str
    threshold: Decimal
    type: Type


@dataclass(frozen=True, slots=True)
class Compare:
    """One link of a comparison of numbers, money or dates."""

    operator: str
    left: Node
    right: Node
    type: Type = Type.TRUTH


@dataclass(frozen=True, slots=True)
class Among:
    """A choice fact is one of some codes."""

    fact: Node
    codes: tuple[str, ...]
    type: Type = Type.TRUTH


@dataclass(frozen=True, slots=True)
class SameChoice:
    """Two choice facts of the same list are equal."""

    left: Node
    right: Node
    type: Type = Type.TRUTH


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node
    type: Type = Type.TRUTH


@dataclass(frozen=True, slots=True)
class Junction:
    operator: Literal["and", "or"]
    operands: tuple[Node, ...]
    type: Type = Type.TRUTH


@dataclass(frozen=True, slots=True)
class Known:
    operand: Node
    type: Type = Type.TRUTH


@dataclass(frozen=True, slots=True)
class If:
    test: Node
    then: Node
    otherwise: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Step:
    """The value of the last edge that the operand reaches."""

    operand: Node
    edges: tuple[Decimal, ...]
    values: tuple[Decimal, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class ValueOf:
    """A value for each rating of an item, 0 first."""

    item: str
    values: tuple[Decimal, ...]
    type: Type = N


@dataclass(frozen=True, slots=True)
class Rounded:
    function: Literal["round_half_up", "floor", "ceiling"]
    operand: Node
    digits: int
    type: Type


Node = (
    Const | ItemRef | FactRef | ScoreRef | Given | Sum | Scaled | FloorDivided | Extreme | Clip | OverSet | Count
    | Compare | Among | SameChoice | Not | Junction | Known | If | Step | ValueOf | Rounded
)  # fmt: skip


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in the order in which they are written."""
    for entry in fields(node):
        value = getattr(node, entry.name)
        if entry.name == "terms":
            yield from (term for _, term in value)
        elif isinstance(value, tuple):
            yield from (member for member in value if isinstance(member, Node))
        elif isinstance(value, Node):
            yield value


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def is_ratio(node: Node) -> bool:
    """True for a mean or a pro rata: a quotient whose divisor differs between children."""
    if isinstance(node, Scaled):
        return is_ratio(node.operand)
    return isinstance(node, OverSet) and (node.function in ("mean", "prorata") or node.scaled)


def constant(node: Node | None) -> Decimal | None:
    """The value of a plain number, sum of money or parameter; None for anything else."""
    return Decimal(node.value) if isinstance(node, Const) and node.type != Type.TRUTH else None
