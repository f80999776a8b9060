"""Core nodes as formulas of z3, over all profiles at once.

A form is a few variables an item: 1 or 0 for asked, for answered, and for each rating that it is reached. Ratings,
counts, points and sums are then linear, which is what makes proofs fast: a truth about a rating is one variable, and
points are a sum of steps. Whole numbers have no bounds here but those of the form: nothing wraps or is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import z3

from banding.checking.subject import Cone, Subject
from banding.checking.variables import Cell, Form, Number, Truth
from banding.pack.core import Node, Op

# A product or quotient of two unknowns is split into cases of the smaller one, where it has no more values than this.
MOST_CASES = 128
# A table longer than this is not translated.
MOST_ROWS = 20_000

MONTHS = 12


class TooLarge(Exception):
    """A table too long to translate: what hangs on it is not decided."""


class World:
    """One pack's reading of a form.

    cells  stand in for those of the form.
    apart  items that another pack of the form asks at other ages: what is filled in outside a gate is then no blank.
    """

    def __init__(
        self, subject: Subject, form: Form, cells: Mapping[str, Cell] | None = None, apart: Collection[str] = ()
    ) -> None:
        self.subject, self.form, self.cells, self.apart = subject, form, dict(cells or {}), apart
        self.core = subject.plan.core
        self._places = {name: place for place, name in enumerate(subject.pack.items)}
        self._formulas: dict[int, Any] = {}
        self._numbers: dict[int, Number] = {}
        self._defined: dict[int, list[Truth]] = {}
        self._rules: dict[tuple[str, str], list[Truth]] = {}
        self._hangs_on: dict[int, int] = {}
        self._ratings: dict[str, tuple[Number, ...]] = {}

    def changed(self, item: str, cell: Cell) -> World:
        """The same with another cell for one item; whatever does not hang on the item is taken over."""
        other = World(self.subject, self.form, {**self.cells, item: cell}, self.apart)
        bit = 1 << self._places[item]
        apart = {key for key, bits in self._hangs_on.items() if bits & bit}
        kept: tuple[tuple[dict[int, Any], dict[int, Any]], ...] = (
            (self._formulas, other._formulas), (self._numbers, other._numbers), (self._defined, other._defined),
        )  # fmt: skip
        for mine, theirs in kept:
            theirs.update((key, value) for key, value in mine.items() if key not in apart)
        other._hangs_on = {key: self._hangs_on[key] for key in other._formulas}
        other._rules = {key: value for key, value in self._rules.items() if key != ("item", item)}
        other._ratings = {name: value for name, value in self._ratings.items() if name != item}
        return other

    # -- the form -----------------------------------------------------------------------------------------------------

    def cell(self, item: str) -> Cell:
        """What the pack reads of an item: nothing outside its gate, and no rating that is off another pack's scale."""
        top = self.subject.pack.items[item].top
        cell = self.cells.get(item) or self.form.cell(item, top)
        zero = self.form.whole(0)
        reached = cell.reached + (zero,) * (top - len(cell.reached))
        if item not in self.apart:
            return Cell(cell.asked, cell.answered, reached)
        asked, answered, *reached_inside = (
            z3.If(self.gate(item), one, zero) for one in (cell.asked, cell.answered, *reached)
        )
        return Cell(asked, answered, tuple(reached_inside))

    def rating(self, item: str) -> tuple[Number, ...]:
        """For 0, 1, 2 ... whether the item is asked and stands at that rating or a higher one, in the pack's direction;
        what is unanswered stands where the pack puts it."""
        if item not in self._ratings:
            cell, found = self.cell(item), self.subject.pack.items[item]
            reached = cell.reached
            if found.reversed:
                reached = tuple(cell.answered - one for one in reversed(reached))
            standing, blank = self.subject.plan.lower.standing(item), cell.asked - cell.answered
            self._ratings[item] = (
                cell.asked,
                *(one + blank if place <= standing else one for place, one in enumerate(reached, start=1)),
            )
        return self._ratings[item]

    def _column(self, name: str) -> Number:
        known, value = self.form.fact(name)
        return z3.If(known, self._own_code(name, value), self.subject.plan.lower.range(name)[0] - 1)

    def _own_code(self, name: str, value: Number) -> Number:
        """The number by which this pack knows a choice; 0 for what its list leaves open."""
        codes, found = self.subject.plan.choices.get(name, ()), value
        if name in self.form.codes:
            found = self.form.whole(0)
            for place, code in enumerate(self.form.codes[name]):
                found = z3.If(value == place, codes.index(code) if code in codes else 0, found)
        return found

    def gate(self, item: str) -> Truth:
        """An item is asked unless its gate surely says otherwise."""
        node = self.subject.plan.gates[item]
        return z3.BoolVal(True, self.form.context) if node is None else self.truth(node)

    def rules(self, cone: Cone) -> list[Truth]:
        """What holds of every form that this pack can read, and of the variables that stand for nodes. A cell outside
        its gate is left blank, since nothing hangs on it; the two ages agree."""
        found = []
        for kind, names in (("item", cone.items), ("fact", cone.facts)):
            for name in names:
                if (kind, name) not in self._rules:
                    self._rules[kind, name] = self._of_cell(name) if kind == "item" else self._within_range(name)
                found += self._rules[kind, name]
        if {"age", "age_months"} <= set(cone.facts):
            (years_known, years), (months_known, months) = self.form.fact("age"), self.form.fact("age_months")
            found.append(z3.Implies(z3.And(years_known, months_known), years == months / MONTHS))
        # Last, because a gate is written only when it is asked for.
        return found + [rule for key in cone.keys for rule in self._defined.get(key, ())]

    def _of_cell(self, item: str) -> list[Truth]:
        cell = self.cells.get(item) or self.form.cell(item, self.subject.pack.items[item].top)
        outside = [] if item in self.apart else [z3.Or(self.gate(item), cell.asked == 0)]
        return cell.rules() + outside

    def _within_range(self, name: str) -> list[Truth]:
        known, value = self.form.fact(name)
        if name not in self.form.codes:
            low, high = self.subject.plan.lower.range(name)
            return [value >= low, value <= high]
        own, all_codes = self.subject.plan.choices[name], self.form.codes[name]
        # A list that begins with no code takes any text.
        listed = [value == place for place, code in enumerate(all_codes) if code in own or "" in own]
        return [value >= 0, value < len(all_codes), z3.Implies(known, z3.Or(listed))]

    # -- nodes --------------------------------------------------------------------------------------------------------

    def truth(self, node: Node) -> Truth:
        """A node that is 0 or 1, as a truth. Raises TooLarge."""
        self._translate(node)
        return self._truth(node)

    def number(self, node: Node) -> Number:
        """A node as a whole number. Raises TooLarge."""
        self._translate(node)
        return self._number(node)

    def _translate(self, node: Node) -> None:
        """Writes a node and all below it; iterative, because a chain of sums and maxima may be long."""
        waiting = [node]
        while waiting:
            at = waiting[-1]
            missing = [arg for arg in self._below(at) if arg.key not in self._formulas]
            if at.key in self._formulas:
                waiting.pop()
            elif missing:
                waiting += missing
            else:
                self._formulas[at.key] = self._formula(at)
                self._hangs_on[at.key] = self._bits(at)

    def _below(self, node: Node) -> tuple[Node, ...]:
        kind, name = self._input(node)
        return (self.subject.missing(name),) if kind == "result" else node.args

    def _input(self, node: Node) -> tuple[str, str]:
        return self.core.inputs[node.data[0]] if node.op is Op.INPUT else ("", "")

    def _bits(self, node: Node) -> int:
        kind, name = self._input(node)
        bits = 1 << self._places[name] if kind in ("rating", "raw") else 0
        for below in self._below(node):
            bits |= self._hangs_on[below.key]
        return bits

    def _truth(self, node: Node) -> Truth:
        formula = self._formulas[node.key]
        return formula if z3.is_bool(formula) else formula >= 1

    def _number(self, node: Node) -> Number:
        formula = self._formulas[node.key]
        if not z3.is_bool(formula):
            return formula
        if node.key not in self._numbers:
            self._numbers[node.key] = z3.If(formula, self.form.whole(1), self.form.whole(0))
        return self._numbers[node.key]

    def _formula(self, node: Node) -> Any:
        """A truth where the node is one by its sense, else a number; what is read of one rating is a sum."""
        of_rating = self._of_rating(node)
        if of_rating is not None:
            return of_rating
        match node.op:
            case Op.INPUT:
                return self._of_input(node)
            case Op.CONST:
                return self.form.whole(node.data[0])
            case Op.SUM if node.data == (1, -1) and _is_truth(node) and _is_truth(node.args[0]):
                return z3.Not(self._truth(node.args[0]))
            case Op.SUM:
                terms = [times * self._number(arg) for times, arg in zip(node.data[1:], node.args, strict=True)]
                return z3.Sum([self.form.whole(node.data[0]), *terms])
            case Op.MIN | Op.MAX if all(_is_truth(arg) for arg in node.args):
                join = z3.And if node.op is Op.MIN else z3.Or
                return join([self._truth(arg) for arg in node.args])
            case Op.MIN | Op.MAX:
                return self._extreme(node)
            case Op.MUL:
                one, other = node.args
                return self._by_case(one, other, lambda left, right: left * right)
            case Op.FLOORDIV:
                over, by = node.args
                return self._divided(over, by)
            case Op.STEP:
                inner, found = self._number(node.args[0]), self.form.whole(node.data[0])
                for edge, value in zip(node.data[1::2], node.data[2::2], strict=True):
                    found = z3.If(inner >= edge, self.form.whole(value), found)
                return found
            case Op.WITHIN:
                return self._within(node)
            case Op.SELECT:
                test, then, otherwise = node.args
                if _is_truth(then) and _is_truth(otherwise):
                    return z3.If(self._truth(test), self._truth(then), self._truth(otherwise))
                return z3.If(self._truth(test), self._number(then), self._number(otherwise))
            case Op.GATHER:
                return self._gathered(node)

    def _extreme(self, node: Node) -> Number:
        one, other = (self._number(arg) for arg in node.args)
        found, self._defined[node.key] = self.form.extreme(node.op, one, other)
        return found

    def _of_rating(self, node: Node) -> Number | None:
        """A rating, whether it lies in a range, a step of it, or its larger with 0, as a sum; None for all else."""
        inner = node if node.op is Op.INPUT else node.args[0] if node.args else node
        kind, name = self._input(inner)
        if kind != "rating":
            return None
        reached = self.rating(name)
        match node.op:
            case Op.INPUT:
                return z3.Sum([self.form.whole(-1), *reached])
            case Op.WITHIN:
                low, high = node.data
                least = self.form.whole(1) if low < 0 else reached[low]
                return least if high >= inner.high else least - reached[high + 1]
            case Op.STEP:
                found, before = [self.form.whole(node.data[0])], node.data[0]
                for edge, value in zip(node.data[1::2], node.data[2::2], strict=True):
                    found.append((value - before) * reached[edge])
                    before = value
                return z3.Sum(found)
            case Op.MAX if node.args[1].op is Op.CONST and node.args[1].data == (0,):
                return z3.Sum([self.form.whole(0), *reached[1:]])
        return None

    def _of_input(self, node: Node) -> Any:
        kind, name = self._input(node)
        if kind == "result":
            return self._formulas[self.subject.missing(name).key]
        if kind == "raw":
            # All that is asked of a cell itself is whether it was answered: a number from 0 up.
            return self.cell(name).answered - 1
        assert kind in ("column", "fact"), kind
        return self._column(name)

    def _within(self, node: Node) -> Truth:
        (low, high), inner = node.data, node.args[0]
        value = self._number(inner)
        tests = [value >= low] * (low > inner.low) + [value <= high] * (high < inner.high)
        return z3.And(tests) if len(tests) > 1 else tests[0]

    def _by_case(self, one: Node, other: Node, combine: Callable[[Number, Number], Number]) -> Number:
        """combine(one, other), written out for every value of `other` or, where it has more, of `one`."""
        if one.high - one.low < other.high - other.low:
            return self._by_case(other, one, combine)
        if other.high - other.low >= MOST_CASES:
            return combine(self._number(one), self._number(other))
        return self._cases(other, lambda value: combine(self._number(one), value))

    def _divided(self, over: Node, by: Node) -> Number:
        if by.high - by.low >= MOST_CASES:
            return self._number(over) / self._number(by)
        return self._cases(by, lambda value: self._number(over) / value)

    def _cases(self, node: Node, result: Callable[[int], Number]) -> Number:
        value, found = self._number(node), result(node.high)
        for case in range(node.high - 1, node.low - 1, -1):
            found = z3.If(value <= case, result(case), found)
        return found

    def _gathered(self, node: Node) -> Number:
        """An entry of a table, by runs of equal entries."""
        table, index = self.core.tables[node.data[0]], node.args[0]
        entries = table[index.low : index.high + 1]
        starts = [place for place, entry in enumerate(entries) if place == 0 or entry != entries[place - 1]]
        if len(starts) > MOST_ROWS:
            raise TooLarge
        value, found = self._number(index), self.form.whole(entries[0])
        for start in starts[1:]:
            found = z3.If(value >= index.low + start, self.form.whole(entries[start]), found)
        return found


def _is_truth(node: Node) -> bool:
    return node.low >= 0 and node.high <= 1
