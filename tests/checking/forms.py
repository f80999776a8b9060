"""One profile put into the solver's form, so that every formula has one value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import z3

from banding.checking.formulas import World
from banding.checking.subject import Subject
from banding.checking.variables import Form
from banding.engine.reference import Child
from banding.pack.core import Node
from banding.vocabulary import Type


class Fixed:
    """A world with one profile in its form. Its rules hold of the profile, and leave each node one value."""

    def __init__(self, subject: Subject, ratings: Mapping[str, int | None], facts: Mapping[str, Any]) -> None:
        self.subject, self.world = subject, World(subject, Form())
        self.child = Child(subject.pack, ratings, facts, subject.on)

    def values(self, nodes: list[Node]) -> list[int]:
        """What the solver makes of nodes."""
        numbers = [self.world.number(node) for node in nodes]
        solver = z3.Solver(ctx=self.world.form.context)
        cone = self.subject.cone(*nodes)
        solver.add(*self.world.rules(cone))
        for item in cone.items:
            rating = self.child.ratings.get(item)
            asked = self.child.asked(item)
            cell, given = self.world.cell(item), rating if asked and rating is not None else None
            reached = [int(given is not None and given >= step) for step in range(1, len(cell.reached) + 1)]
            solver.add(cell.asked == int(asked), cell.answered == int(given is not None))
            solver.add(*(one == value for one, value in zip(cell.reached, reached, strict=True)))
        for name in cone.facts:
            known, value = self.world.form.fact(name)
            code = self._code(name)
            solver.add(
                known == (code is not None), value == (self.subject.plan.lower.range(name)[0] if code is None else code)
            )
        assert solver.check() == z3.sat
        model = solver.model()
        return [model.eval(number, model_completion=True).as_long() for number in numbers]

    def _code(self, name: str) -> int | None:
        """A fact as the whole number that the engine holds it as."""
        fact, value = self.subject.pack.facts[name], self.child.facts.get(name)
        if value is None:
            return None
        if fact.type is Type.CHOICE:
            codes = self.subject.plan.choices[name]
            return codes.index(str(value)) if value in codes else 0
        if isinstance(value, dt.date):
            return (value - dt.date(1970, 1, 1)).days
        return int(Decimal(value).scaleb(2 if fact.type is Type.MONEY else fact.decimals))
