"""Comparisons of the rule language: chains of numbers, choices with codes of their own list, band ids as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from banding.pack import expression as syntax
from banding.pack import tree
from banding.vocabulary import Type

if TYPE_CHECKING:
    from banding.pack.resolve import Resolver

BAND_NUMBERS = ("band", "base_band", "band_low", "band_high")
_COMPARABLE = (Type.NUMBER, Type.MONEY, Type.DATE)


def comparison(at: Resolver, written: syntax.Comparison) -> tree.Node | None:
    """The typed node of `a < b`, of a chain of them or of a choice, or None where a mistake was reported."""
    sides = (written.first, *(right for _, right in written.links))
    operators = [operator for operator, _ in written.links]
    if "in" not in operators and any(at.is_set(side) for side in sides):
        return at.wrong(
            "wrong-type", "A set cannot be compared.", "Write count(set >= 2), any(set >= 3) or sum(set) instead."
        )
    first = _side(at, 0, sides)
    if len(operators) == 1 and (first is None or first.type == Type.CHOICE or operators[0] == "in"):
        return None if first is None else _choice(at, first, operators[0], sides[1])
    nodes = [first, *(_side(at, place, sides) for place in range(1, len(sides)))]
    known = [node for node in nodes if node is not None]
    if len(known) < len(nodes):
        return None
    links = [
        _link(at, left, operator, right) for operator, (left, right) in zip(operators, pairwise(known), strict=True)
    ]
    found = tuple(link for link in links if link is not None)
    if len(found) < len(links):
        return None
    return found[0] if len(found) == 1 else tree.Junction("and", found)


def _side(at: Resolver, place: int, sides: Sequence[syntax.Syntax]) -> tree.Node | None:
    """One side of a comparison. Beside a band's number, a band's id stands for its number: band >= specialist."""
    written = sides[place]
    beside = (*sides[max(place - 1, 0) : place], *sides[place + 1 : place + 2])
    if any(isinstance(side, syntax.Name) and side.id in BAND_NUMBERS for side in beside):
        number = at.names.bands.get(written.id) if isinstance(written, syntax.Name) else None
        if number is not None:
            return tree.Const(Type.NUMBER, Decimal(number))
    return at.node(written)


def _link(at: Resolver, left: tree.Node, operator: str, right: tree.Node) -> tree.Node | None:
    if operator == "in" or left.type != right.type or left.type not in _COMPARABLE:
        if Type.TRUTH in (left.type, right.type):
            return at.wrong("wrong-type", "A condition needs no comparison.", "Write it alone, or 'not' before it.")
        shown = f"{tree.SAID[left.type].capitalize()} is compared with {tree.SAID[right.type]}."
        return at.wrong("wrong-type", shown, tree.MIXED)
    if tree.is_ratio(left) and tree.is_ratio(right):
        return at.wrong("ratio-needs-rounding", "Two quotients are compared.", "Round one: round_half_up(...).")
    return tree.Compare(operator, left, right)


def _choice(at: Resolver, left: tree.Node, operator: str, right: syntax.Syntax) -> tree.Node | None:
    if left.type != Type.CHOICE:
        shown = f"'in' asks of a choice, not of {tree.SAID[left.type]}."
        return at.wrong("wrong-type", shown, "Write 18 <= x < 56, or x == 1 or x == 2.")
    if operator not in ("==", "!=", "in") or (operator == "in") != isinstance(right, syntax.Listing):
        return at.wrong("wrong-type", "A choice is asked with ==, != or in.", "Write x == a, or x in [a, b].")
    members = right.members if isinstance(right, syntax.Listing) else (right,)
    other = at.names.facts.get(right.id) if isinstance(right, syntax.Name) else None
    choices = at.names.choices(left)
    if isinstance(right, syntax.Name) and right.id not in choices and other and other.type == Type.CHOICE:
        same = choices and choices == at.names.choices(tree.FactRef(right.id, Type.CHOICE))
        if not same:
            return at.wrong("wrong-type", "Two choices from different lists are compared.", "Name choices of its list.")
        node: tree.Node = tree.SameChoice(left, tree.FactRef(right.id, Type.CHOICE))
        return tree.Not(node) if operator == "!=" else node
    codes = [_code(at, left, member) for member in members]
    known = tuple(code for code in codes if code is not None)
    if len(known) < len(codes):
        return None
    node = tree.Among(left, known)
    return tree.Not(node) if operator == "!=" else node


def _code(at: Resolver, left: tree.Node, written: syntax.Syntax) -> str | None:
    """The code of one choice that `left` is compared with."""
    if not isinstance(written, syntax.Name):
        at.wrong("wrong-type", "A choice is compared with names of choices only.", "Write x == a, or x in [a, b].")
        return None
    choices = at.names.choices(left)
    if isinstance(left, tree.FactRef) and not choices and not at.names.facts[left.name].from_settings:
        # A caseload's own codes are read in small letters, so the rule's are too.
        return written.id.lower()
    if written.id in choices:
        return written.id
    if written.id not in at.names.pending:
        listed = ", ".join(choices)
        at.no_such(written.id, choices, f"one of {listed}" if listed else "a setting: this pack has no settings.csv")
    return None
