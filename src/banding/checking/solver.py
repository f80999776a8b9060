"""Questions put to z3: is there a form for which something holds, and which is the smallest?

A form found is small in this order: fewest items rated, unanswered or left out and fewest facts; then, of these items,
the lowest ratings. "No" is never said where the solver came to no end: that is Undecided.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

import z3

from banding.checking.formulas import World
from banding.checking.profile import Profile
from banding.checking.variables import Number, Truth
from banding.engine.reference import NOT_ASKED, Child, Fact
from banding.pack.core import Node
from banding.vocabulary import Type

# What each step towards a smaller form may cost by the solver's own count, so that every machine finds the same form.
MOST_EFFORT = 2_000_000
ANOTHER = "another"


class Undecided(Exception):
    """The solver came to no end in the time given."""


class Clock:
    """Seconds that many questions share: each may take a quarter of what is left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def milliseconds(self) -> int:
        """For the next question. Raises Undecided where none is left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Undecided
        return max(1, int(left * 250))


class Query:
    """What a form must be like; `find` looks for one.

    reads   all that the conditions hang on, by the world that reads it. Of an item that two worlds read, the first
            says what makes it small.
    whole   everything that is asked is answered, and the facts that the band reads are known.
    """

    def __init__(
        self, reads: Sequence[tuple[World, Iterable[Node]]], conditions: Iterable[Truth], *, whole: bool
    ) -> None:
        self._conditions = list(conditions)
        self._form = reads[0][0].form
        self._whole = whole
        self._items: dict[str, World] = {}
        self._facts: dict[str, World] = {}
        for world, nodes in reads:
            cone = world.subject.cone(*nodes)
            self._conditions += world.rules(cone)
            for item in cone.items:
                self._items.setdefault(item, world)
            for fact in cone.facts:
                self._facts.setdefault(fact, world)
        if whole:
            for item, world in self._items.items():
                cell = world.cell(item)
                self._conditions += [cell.asked == cell.answered, z3.Or(z3.Not(world.gate(item)), cell.asked == 1)]
            self._conditions += [world.form.fact(fact)[0] for fact, world in self._facts.items() if self._needed(fact)]

    def _needed(self, fact: str) -> bool:
        return self._whole and fact in self._facts[fact].subject.pack.read

    def find(self, clock: Clock, *, small: bool = True) -> Found | None:
        """A form, the smallest if that is wanted, or None where there is none. Raises Undecided."""
        solver = z3.Solver(ctx=self._form.context)
        solver.add(*{condition.get_id(): condition for condition in self._conditions}.values())
        solver.set("timeout", clock.milliseconds())
        result = solver.check()
        if result == z3.unknown:
            raise Undecided
        if result == z3.unsat:
            return None
        model = solver.model()
        return Found(self._smallest(solver, model) if small else model, self._items, self._facts)

    def _smallest(self, solver: Any, model: Any) -> Any:
        zero = self._form.whole(0)
        costs, ratings = [zero], [zero]
        for item, world in self._items.items():
            cell, reached = world.cell(item), world.rating(item)[1:]
            ratings += reached
            costs.append(reached[0])
            if not self._whole:
                left_out = z3.And(world.gate(item), cell.asked == 0)
                costs += [2 * (cell.asked - cell.answered), z3.If(left_out, 1, 0)]
        costs += [z3.If(self._form.fact(fact)[0], 1, 0) for fact in self._facts if not self._needed(fact)]
        solver.set("rlimit", MOST_EFFORT)
        model = self._least(solver, model, z3.Sum(costs))
        solver.add(*(part == _value(model, part) for part in costs))
        return self._least(solver, model, z3.Sum(ratings))

    def _least(self, solver: Any, model: Any, total: Number) -> Any:
        """The model with the least total that the effort allows."""
        while True:
            solver.push()
            solver.add(total < _value(model, total))
            result = solver.check()
            if result == z3.sat:
                model = solver.model()
            solver.pop()
            if result != z3.sat:
                return model


def _value(model: Any, number: Number) -> int:
    return int(model.eval(number, model_completion=True).as_long())


class Found:
    """A form that answers a query."""

    def __init__(self, model: Any, items: Collection[str], facts: Collection[str]) -> None:
        self._model, self._items, self._facts = model, items, facts

    def profile(self, world: World) -> Profile:
        """What a world reads of the form: items that the query did not ask about are at their least."""
        pack = world.subject.pack
        facts = {name: value for name in pack.facts if (value := self._fact(world, name)) is not None}
        child = Child(pack, {}, facts, world.subject.on)
        ratings = {}
        for name, item in pack.items.items():
            ratings[name] = (item.top if item.reversed else 0) if child.asked(name) else None
            if name in self._items and child.asked(name):
                ratings[name] = self._rating(world, name)
        return Profile(ratings, facts)

    def _rating(self, world: World, name: str) -> int | None:
        cell = world.cell(name)
        if not _value(self._model, cell.asked):
            return NOT_ASKED
        return sum(_value(self._model, one) for one in cell.reached) if _value(self._model, cell.answered) else None

    def _fact(self, world: World, name: str) -> Fact:
        if name not in self._facts:
            return None
        known, number = world.form.fact(name)
        if not z3.is_true(self._model.eval(known, model_completion=True)):
            return None
        fact, value = world.subject.pack.facts[name], _value(self._model, number)
        match fact.type:
            case Type.TRUTH:
                return bool(value)
            case Type.CHOICE:
                return world.form.codes.get(name, world.subject.plan.choices[name])[value] or ANOTHER
            case Type.DATE:
                return dt.date(1970, 1, 1) + dt.timedelta(value)
            case Type.MONEY:
                return Decimal(value).scaleb(-2)
        return Decimal(value).scaleb(-fact.decimals) if fact.decimals else value
