"""A pack as its proofs see it: the core nodes of its band, of each rule and condition, and of being scored at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from banding.engine.ladder import Ladder, blanks, ladder, moved, same
from banding.engine.plan import Plan, plan
from banding.pack import tree
from banding.pack.core import Intervals, Node, Op
from banding.pack.directions import directions_of
from banding.pack.lower import Lowerer
from banding.pack.meaning import BandRule, Pack, Reach, When
from banding.pack.values import Number, Truth


@dataclass(frozen=True, slots=True)
class Cone:
    """Items and facts, those that decide whether the items are asked included, and the keys of nodes."""

    items: tuple[str, ...]
    facts: tuple[str, ...]
    keys: tuple[int, ...]


@dataclass(frozen=True)
class Subject:
    """A pack and its plan for one date. Asking for a node writes it into the plan's graph, once."""

    pack: Pack
    plan: Plan
    on: dt.date

    @classmethod
    def of(cls, pack: Pack, on: dt.date) -> Subject:
        """Raises PackError where the pack cannot be compiled."""
        return cls(pack, plan(pack, on), on)

    @property
    def band(self) -> Node:
        """The band's number, where `band_known` is 1."""
        return self.plan.main["band"]

    @property
    def band_known(self) -> Node:
        return self.plan.main["band.known"]

    @cached_property
    def outcomes(self) -> tuple[Node, ...]:
        """What the items are for: the band, or every score where there is none, one below its least where unknown."""
        if self.pack.banded:
            return (self.band,)
        core, found = self.plan.core, []
        for name in self.pack.named:
            value = self.plan.lower.score(name)
            if isinstance(value, Number):
                found.append(core.select(value.known, value.node, core.const(value.node.low - 1)))
            else:
                found.append(core.sum([(1, value.surely), (1, value.possibly)]))
        return tuple(found)

    @cached_property
    def _ladder(self) -> Ladder:
        return ladder(self.pack, self.plan.lower)

    @cached_property
    def rules(self) -> dict[str, tuple[BandRule, Truth]]:
        """Every rule that raises or holds the band, by `heading:id`."""
        if not self.pack.banded:
            return {}
        kinds = (("bands.at_least", self._ladder.at_least), ("bands.at_most", self._ladder.at_most))
        return {f"{heading}:{rule.id}": (rule, truth) for heading, judged in kinds for rule, truth in judged}

    @cached_property
    def conditions(self) -> dict[str, tuple[When, Truth]]:
        """Every review, hold and refusal, by `heading:id`."""
        kinds = (("review", self.pack.reviews), ("hold", self.pack.holds), ("refuse", self.pack.refusals))
        return {
            f"{heading}:{entry.id}": (entry, self.plan.lower.truth(entry.when))
            for heading, entries in kinds
            for entry in entries
        }

    def truth(self, about: str) -> Truth:
        """The truth of a rule or condition by `heading:id`."""
        return self.rules[about][1] if about in self.rules else self.conditions[about][1]

    def when(self, about: str) -> tree.Node:
        """The condition of a rule, review, hold or refusal by `heading:id`, as it is written."""
        return self.rules[about][0].when if about in self.rules else self.conditions[about][0].when

    def without(self, about: str) -> tuple[Node, Node]:
        """The band, and whether it is known, of the pack without one of its rules."""
        core, point, left_out = self.plan.core, self._ladder, self.rules[about]
        at_least, at_most = ([one for one in judged if one != left_out] for judged in (point.at_least, point.at_most))
        band = moved(core, point.base, at_least, at_most, len(self.pack.bands))
        return band[0], core.minimum(point.known, same(core, band))

    def duty(self, name: str) -> Reach:
        """A [[bands.reach]] by its id."""
        return next(duty for duty in self.pack.reaches if duty.id == name)

    @cached_property
    def lines(self) -> tuple[Truth, ...]:
        """The conditions of first_that_holds."""
        return tuple(self.plan.lower.truth(when) for _, when in self.pack.first_that_holds)

    @cached_property
    def complete(self) -> Node:
        """The band over inputs of which everything that is asked is answered and every fact known."""
        lower = self.plan.lower
        return ladder(self.pack, Lowerer(self.pack, lower.core, lower.choices, complete=True)).band[0]

    @cached_property
    def filled(self) -> tuple[Node, Node]:
        """The band with every blank put at the end of its range where it makes for least, and for most."""
        core = self.plan.core
        _, down = directions_of(core, self.complete)
        leaves = blanks(self.pack, self.plan.lower)
        least = {key: (ends[key in down],) * 2 for key, ends in leaves.items()}
        most = {key: (ends[key not in down],) * 2 for key, ends in leaves.items()}
        return Intervals(core, least).of(self.complete)[0], Intervals(core, most).of(self.complete)[1]

    @cached_property
    def range(self) -> tuple[Node, Node]:
        """band_low and band_high."""
        return self.missing("band_low"), self.missing("band_high")

    def missing(self, name: str) -> Node:
        """A result that is worked out where something is missing, as it is for every child."""
        return next(node for known, node, _ in self.plan.missing if known == name)

    @cached_property
    def refused(self) -> tuple[Node, ...]:
        """Truths for which a row is rejected: refusals, and domains with too many items unanswered."""
        main = [node for name, node in self.plan.main.items() if name.startswith("refused.")]
        missing = [node for name, node, _ in self.plan.missing if name.startswith("incomplete.")]
        return (*main, *missing)

    def cone(self, *nodes: Node) -> Cone:
        """All that some nodes hang on."""
        keys: set[int] = set()
        items, facts = set(), set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            if node.key in keys:
                continue
            keys.add(node.key)
            waiting += node.args
            if node.op is not Op.INPUT:
                continue
            kind, name = self.plan.core.inputs[node.data[0]]
            if kind == "result":
                waiting.append(self.missing(name))
            elif kind in ("rating", "raw"):
                items.add(name)
                waiting += [gate for gate in (self.plan.gates[name],) if gate is not None]
            else:
                facts.add(name)
        return Cone(tuple(sorted(items)), tuple(sorted(facts)), tuple(sorted(keys)))
