"""The form of one child as variables of z3: what the formulas of every pack are written over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import z3

from banding.pack.core import Op

Number = Any  # z3.ArithRef; z3 has no type hints
Truth = Any  # z3.BoolRef


def negated(truth: Truth) -> Truth:
    return z3.Not(truth)


def any_of(truths: Sequence[Truth]) -> Truth:
    """Of one truth or more."""
    return z3.Or(truths)


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One item of a form. Numbers that are 0 or 1: asked, answered, and reached[r - 1] for a rating of at least r as it
    is given. answered <= asked, each rating reached only where the one below it is."""

    asked: Number
    answered: Number
    reached: tuple[Number, ...]

    def rules(self) -> list[Truth]:
        """What holds of every cell."""
        chain = (self.asked, self.answered, *self.reached)
        return [z3.And(number >= 0, number <= 1) for number in chain] + [low >= high for low, high in pairwise(chain)]

    def raised(self) -> Cell:
        """The same item, one rating higher as it is given."""
        return Cell(self.asked, self.answered, (self.answered, *self.reached[:-1]))

    def lowered(self) -> Cell:
        """The same item, one rating lower as it is given."""
        return Cell(self.asked, self.answered, (*self.reached[1:], self.answered - self.answered))


class Form:
    """The variables of one child: cells by item, facts by name. Packs that ask the same item read the same cell.

    codes  of choices that two packs list otherwise, the codes of both.
    """

    def __init__(self) -> None:
        # Of its own, so that what is found does not hang on what was asked of other packs before.
        self.context = z3.Context()
        self._cells: dict[str, Cell] = {}
        self._facts: dict[str, tuple[Truth, Number]] = {}
        self._extremes: dict[tuple[Op, int, int], tuple[Number, list[Truth]]] = {}
        self.codes: dict[str, tuple[str, ...]] = {}

    def cell(self, item: str, top: int) -> Cell:
        """The cell of an item; a second one under another name."""
        if item not in self._cells:
            asked, answered, *reached = (
                z3.Int(f"{item} {what}", self.context) for what in ("asked", "answered", *range(1, top + 1))
            )
            self._cells[item] = Cell(asked, answered, tuple(reached))
        return self._cells[item]

    def fact(self, name: str) -> tuple[Truth, Number]:
        """Whether a fact is known, and its value as a whole number."""
        if name not in self._facts:
            self._facts[name] = z3.Bool(f"{name} known", self.context), z3.Int(name, self.context)
        return self._facts[name]

    def extreme(self, op: Op, one: Number, other: Number) -> tuple[Number, list[Truth]]:
        """The smaller or larger of two numbers as a variable between its bounds, and what holds of it.

        The solver then sees that a capped sum is no more than the sum without trying both cases, and proofs about
        points take no time. Two packs that cap the same sum share the variable.
        """
        key = (op, one.get_id(), other.get_id())
        if key not in self._extremes:
            found = z3.FreshInt("extreme", self.context)
            if op is Op.MIN:
                rules = [found <= one, found <= other, z3.Or(found >= one, found >= other)]
            else:
                rules = [found >= one, found >= other, z3.Or(found <= one, found <= other)]
            self._extremes[key] = found, rules
        return self._extremes[key]

    def whole(self, value: int) -> Number:
        """A plain number."""
        return z3.IntVal(value, self.context)
