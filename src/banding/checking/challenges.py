"""Each question as a challenge: what a form must be like to refute it, or, where it asks for an example, to be one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from banding.checking.formulas import MONTHS, World
from banding.checking.questions import Question
from banding.checking.solver import Query
from banding.checking.subject import Subject
from banding.checking.variables import Truth, any_of, negated
from banding.pack.core import Node


@dataclass(frozen=True)
class Challenge:
    """worlds  the ways in which the form is read: one, or two of which one item makes the difference.
    nodes   what the conditions hang on, in each world.
    scored  the row must not be rejected in any of them.
    """

    worlds: tuple[World, ...]
    nodes: tuple[Node, ...]
    conditions: tuple[Truth, ...]
    scored: bool = True

    def query(self, *, whole: bool) -> Query:
        reads, conditions = [], list(self.conditions)
        for world in self.worlds:
            nodes, truths = being_scored(world, whole=whole) if self.scored else ((), ())
            reads.append((world, (*self.nodes, *nodes)))
            conditions += truths
        return Query(reads, conditions, whole=whole)


def being_scored(world: World, *, whole: bool) -> tuple[Sequence[Node], Sequence[Truth]]:
    """What makes a row no reject, and the nodes that hangs on. Of a whole profile something is rated, if asked."""
    subject = world.subject
    nodes, truths = list(subject.refused), [world.number(node) == 0 for node in subject.refused]
    if subject.pack.banded:
        nodes.append(subject.band_known)
        truths.append(world.truth(subject.band_known))
        if not whole:
            nodes.append(subject.missing("nothing_rated"))
            truths.append(negated(world.truth(nodes[-1])))
    return nodes, truths


class Challenges:
    """The challenges of one pack. Each may be tried in turn; `whole`: among whole profiles alone."""

    def __init__(self, subject: Subject, world: World) -> None:
        self.subject, self.world = subject, world
        self._kinds: dict[str, Callable[[str], Challenge]] = {
            "need-lowers-band": self._raised,
            "strength-raises-band": self._raised,
            "band-unreachable": self._band,
            "line-never-reached": self._line,
            "rule-never-matters": self._without,
            "rule-not-kept": self._not_kept,
            "range-not-exact": lambda _: self._wider(),
        }

    def of(self, question: Question) -> tuple[tuple[Challenge, bool], ...]:
        """What to try for an example, in turn: each with whether among whole profiles alone. For a proof that there is
        none, the last of them is enough."""
        if question.code == "item-never-matters":
            return (self._another(question.about, anything=False), True), (self._another(question.about), False)
        if question.code in ("never-holds", "always-holds"):
            # What is left unanswered may be all that a condition asks of: a whole profile would be no help.
            holds = question.code == "never-holds"
            return ((self._condition(question.about, holds=holds), False),)
        challenge = self._kinds[question.code](question.about)
        return (challenge, True), (challenge, False)

    # -- items --------------------------------------------------------------------------------------------------------

    def _step(self, item: str) -> tuple[World, tuple[Truth, ...]]:
        """The world in which an item stands one rating higher in the pack's direction, and what must hold for that."""
        cell = self.world.cell(item)
        if self.subject.pack.items[item].reversed:
            return self.world.changed(item, cell.lowered()), (cell.answered == 1, cell.reached[0] == 1)
        return self.world.changed(item, cell.raised()), (cell.answered == 1, cell.reached[-1] == 0)

    def _raised(self, item: str) -> Challenge:
        """Raising a need lowers the band, or raising a strength raises it."""
        band = self.subject.band
        other, rules = self._step(item)
        before, after = self.world.number(band), other.number(band)
        worse = after < before if self.subject.pack.items[item].kind == "need" else after > before
        return Challenge((self.world, other), (band,), (*rules, worse))

    def _another(self, item: str, *, anything: bool = True) -> Challenge:
        """The item makes a difference: by one step of its rating, or by anything that can stand in its cell."""
        other, rules = self._step(item)
        if anything:
            found = self.subject.pack.items[item]
            other, rules = self.world.changed(item, self.world.form.cell(f"{item} again", found.top)), ()
        nodes = self.subject.outcomes
        differs = any_of([self.world.number(node) != other.number(node) for node in nodes])
        return Challenge((self.world, other), nodes, (*rules, differs))

    # -- bands and rules ----------------------------------------------------------------------------------------------

    def _band(self, name: str) -> Challenge:
        band = self.subject.band
        return Challenge((self.world,), (band,), (self.world.number(band) == self.subject.pack.bands[name].number,))

    def reach(self, band: int, age: int | None, only: Sequence[str] | None) -> Challenge:
        """A band at an age, by needs of some items alone."""
        node, world = self.subject.band, self.world
        cone = self.subject.cone(node)
        conditions = [world.number(node) == band]
        for name, years in (("age", 1), ("age_months", MONTHS)):
            if age is not None and name in cone.facts:
                known, value = world.form.fact(name)
                conditions += [known, value >= age * years, value < (age + 1) * years]
        for name in cone.items:
            if only is not None and self.subject.pack.items[name].kind == "need" and name not in only:
                conditions.append(world.rating(name)[1] == 0)
        return Challenge((world,), (node,), tuple(conditions))

    def _line(self, number: str) -> Challenge:
        *before, line = self.subject.lines[: int(number)]
        nodes = (line.surely, *(one.possibly for one in before))
        conditions = [self.world.truth(line.surely), *(negated(self.world.truth(one.possibly)) for one in before)]
        return Challenge((self.world,), nodes, tuple(conditions))

    def _condition(self, about: str, *, holds: bool) -> Challenge:
        truth = self.subject.truth(about)
        node = truth.surely if holds else truth.possibly
        condition = self.world.truth(node)
        refuses = holds and about.startswith("refuse:")
        return Challenge((self.world,), (node,), (condition if holds else negated(condition),), scored=not refuses)

    def _without(self, about: str) -> Challenge:
        band, (other, known) = self.subject.band, self.subject.without(about)
        conditions = (self.world.truth(known), self.world.number(other) != self.world.number(band))
        return Challenge((self.world,), (band, other, known), conditions)

    def _not_kept(self, about: str) -> Challenge:
        """A rule surely holds, and the band is not as it says; one that holds the band gives way to those that raise
        it."""
        (rule, truth), world = self.subject.rules[about], self.world
        nodes, conditions = [self.subject.band, truth.surely], [world.truth(truth.surely)]
        band = world.number(self.subject.band)
        if about.startswith("bands.at_least:"):
            conditions.append(band < rule.band)
        else:
            conditions.append(band > rule.band)
            for key, (other, raises) in self.subject.rules.items():
                if key.startswith("bands.at_least:") and other.band > rule.band:
                    nodes.append(raises.surely)
                    conditions.append(any_of([negated(world.truth(raises.surely)), band > other.band]))
        return Challenge((world,), tuple(nodes), tuple(conditions))

    def _wider(self) -> Challenge:
        """An end of the range is the band of no way to answer what is blank."""
        nodes = (*self.subject.range, *self.subject.filled)
        low, high, least, most = (self.world.number(node) for node in nodes)
        return Challenge((self.world,), nodes, (any_of([low != least, high != most]),))
