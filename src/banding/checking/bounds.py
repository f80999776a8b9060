"""What the shape of a pack and the bounds of its numbers decide at once, without looking at profiles.

Yes and no are proofs; None is neither, and goes to the solver. That some profile is an example is never said here: a
pack may refuse them all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import product

from banding.checking.answers import NONE
from banding.checking.duties import unreached
from banding.checking.questions import Question
from banding.checking.subject import Subject
from banding.pack.core import Node, Op
from banding.pack.directions import Directions, directions_of
from banding.pack.values import Truth


class Bounds:
    """Answers about one pack."""

    def __init__(self, subject: Subject) -> None:
        self.subject, self.core = subject, subject.plan.core
        self._judged: dict[tuple[int, int], bool] = {}

    def answer(self, question: Question) -> bool | None:
        """Whether it is as it should be; None where bounds do not tell."""
        return self._answers[question.code](question.about)

    @cached_property
    def _answers(self) -> dict[str, Callable[[str], bool | None]]:
        return {
            "need-lowers-band": lambda item: self._never(item, 1),
            "strength-raises-band": lambda item: self._never(item, 0),
            "item-never-matters": self._matters,
            "band-unreachable": lambda band: self._possible((self.subject.pack.bands[band].number,)),
            "reach-fails": lambda duty: self._possible(self.subject.duty(duty).bands),
            "line-never-reached": lambda number: self._reached(int(number)),
            "never-holds": lambda about: False if self.subject.truth(about).surely.high == 0 else None,
            "always-holds": lambda about: False if self.subject.truth(about).possibly.low == 1 else None,
            "rule-never-matters": self._rule_matters,
            "rule-not-kept": lambda _: None,
            "range-not-exact": lambda _: self._exact(),
        }

    # -- items --------------------------------------------------------------------------------------------------------

    @cached_property
    def _directions(self) -> Directions:
        return directions_of(self.core, self.subject.band)

    def _never(self, item: str, direction: int) -> bool | None:
        """Whether raising an item never moves the band upwards (0) or downwards (1)."""
        key = self.subject.plan.lower.rating(item).key
        return None if key in self._directions[direction] else True

    @cached_property
    def _used(self) -> tuple[str, ...]:
        return self.subject.cone(*self.subject.outcomes).items

    def _matters(self, item: str) -> bool | None:
        return None if item in self._used else False

    # -- bands --------------------------------------------------------------------------------------------------------

    @cached_property
    def _values(self) -> frozenset[int]:
        return values(self.subject.band)

    def _possible(self, bands: tuple[int, ...]) -> bool | None:
        return None if self._values.issuperset(bands) else False

    def _reached(self, number: int) -> bool | None:
        line, before = self.subject.lines[number - 1], self.subject.lines[: number - 1]
        if line.possibly.high == 0 or any(implies(line.surely, other.surely) for other in before):
            return False
        return None

    def _exact(self) -> bool | None:
        """The interval of the band is the band with each blank put at one of its ends, node for node."""
        return True if self.subject.filled == self.subject.range else None

    # -- rules --------------------------------------------------------------------------------------------------------

    def _rule_matters(self, about: str) -> bool | None:
        same = self.subject.without(about) == (self.subject.band, self.subject.band_known)
        return False if same or self.implied_by(about) else None

    def why(self, question: Question) -> str:
        """Why a question is answered with no, in words."""
        if question.code == "reach-fails":
            duty = self.subject.duty(question.about)
            return unreached(
                duty, {band: (None,) for band in duty.bands if band not in self._values}, self.subject.pack
            )
        other = self.implied_by(question.about) if question.code == "rule-never-matters" else None
        return NONE[question.code] if other is None else f"Wherever it holds {other} does, which asks for as much"

    def implied_by(self, about: str) -> str | None:
        """Another rule that plainly holds wherever this one does, and asks for as much; None where none plainly does.
        Of two that imply each other the later one is named as implied."""
        heading = about.partition(":")[0]
        alike = [judged for key, judged in self.subject.rules.items() if key.partition(":")[0] == heading]
        (rule, truth), place = self.subject.rules[about], alike.index(self.subject.rules[about])
        for other_place, (other, theirs) in enumerate(alike):
            as_much = other.band >= rule.band if heading == "bands.at_least" else other.band <= rule.band
            if other is rule or not as_much:
                continue
            mutual = other.band == rule.band and self._implies(theirs, truth)
            if self._implies(truth, theirs) and not (mutual and place < other_place):
                return other.id
        return None

    def _implies(self, one: Truth, other: Truth) -> bool:
        return implies(one.surely, other.surely, self._judged) and implies(one.possibly, other.possibly, self._judged)


def implies(one: Node, other: Node, done: dict[tuple[int, int], bool] | None = None) -> bool:
    """True where a truth plainly holds wherever another does, by its shape. done: pairs that are judged already."""
    done = {} if done is None else done
    pair = (one.key, other.key)
    if pair not in done:
        done[pair] = _implies_by_shape(one, other, done)
    return done[pair]


def _implies_by_shape(one: Node, other: Node, done: dict[tuple[int, int], bool]) -> bool:
    if one is other or one.high == 0 or other.low == 1:
        return True
    if one.op is Op.MAX:
        return all(implies(part, other, done) for part in one.args)
    if other.op is Op.MIN:
        return all(implies(one, part, done) for part in other.args)
    if other.op is Op.MAX and any(implies(one, part, done) for part in other.args):
        return True
    if one.op is Op.MIN and any(implies(part, other, done) for part in one.args):
        return True
    if one.op is Op.WITHIN and other.op is Op.WITHIN:
        (terms, low, high), (same, least, most) = _span(one), _span(other)
        return (
            terms == same
            and (least is None or (low is not None and least <= low))
            and (most is None or (high is not None and high <= most))
        )
    return False


def _span(within: Node) -> tuple[tuple[object, ...], int | None, int | None]:
    """What a WITHIN asks of, apart from what is added to it, and the limits of that; None: no limit on that side."""
    inner = within.args[0]
    low = within.data[0] if within.data[0] > inner.low else None
    high = within.data[1] if within.data[1] < inner.high else None
    if inner.op is not Op.SUM:
        return (inner.key,), low, high
    added = inner.data[0]
    terms = (*(arg.key for arg in inner.args), inner.data[1:])
    return terms, None if low is None else low - added, None if high is None else high - added


def values(node: Node, done: dict[int, frozenset[int]] | None = None) -> frozenset[int]:
    """A set that holds every value a node can have; all between its bounds where no more can be told."""
    done = {} if done is None else done
    if node.key in done:
        return done[node.key]
    if node.op is Op.CONST:
        found = frozenset(node.data)
    elif node.op is Op.STEP:
        found = frozenset((node.data[0], *node.data[2::2]))
    elif node.op is Op.SELECT:
        found = values(node.args[1], done) | values(node.args[2], done)
    elif node.op in (Op.MIN, Op.MAX):
        choose = min if node.op is Op.MIN else max
        pairs = product(values(node.args[0], done), values(node.args[1], done))
        found = frozenset(choose(pair) for pair in pairs)
    else:
        found = frozenset(range(node.low, node.high + 1))
    done[node.key] = found
    return found
