"""From scores to a band in the core language: edges, the rules that raise and hold, and the ends of what is blank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from banding.engine.prices import scale_of
from banding.pack.check import facts_of_band
from banding.pack.core import Bounds, Core, Node, select_ends
from banding.pack.lower import Lowerer
from banding.pack.meaning import BandRule, Pack
from banding.pack.values import Number, Truth

Judged = tuple[BandRule, Truth]


@dataclass(frozen=True, slots=True)
class Ladder:
    """base and band as (if every undecided rule fails to move it, if each does); equal ends are a known band.

    known              1 where the score that gives the base is known.
    at_least, at_most  the rules, each with its truth; `sets` has 1 where one set the band, for each in this order.
    """

    score: Number | None
    base: tuple[Node, Node]
    band: tuple[Node, Node]
    known: Node
    at_least: tuple[Judged, ...]
    at_most: tuple[Judged, ...]
    sets: list[Node]


def ladder(pack: Pack, lower: Lowerer) -> Ladder:
    """The band of a pack that has bands.

    Raises BoundFault where a number could pass 2^62 or a step begins above what it reads.
    """
    core = lower.core
    score = lower.number(pack.base) if pack.base is not None else None
    if score is not None:
        scale = max(score.scale, *(scale_of(edge) for edge in pack.edges), 0)
        edges = [(int(edge.scaleb(scale)), number) for number, edge in enumerate(pack.edges, start=2)]
        step = core.step(lower.at_scale(score, scale), 1, edges)
        base, known = (step, step), score.known
    else:
        base, known = _first(pack, lower), core.const(1)
    at_least = tuple((rule, lower.truth(rule.when)) for rule in pack.at_least)
    at_most = tuple((rule, lower.truth(rule.when)) for rule in pack.at_most)
    band = moved(core, base, at_least, at_most, len(pack.bands))
    held = _each(core, core.minimum, core.const(len(pack.bands)), at_most)[0]
    return Ladder(score, base, band, known, at_least, at_most, _sets(core, at_least, at_most, base, held, band[0]))


def moved(
    core: Core, base: tuple[Node, Node], at_least: Sequence[Judged], at_most: Sequence[Judged], bands: int
) -> tuple[Node, Node]:
    """A base as rules raise and hold it: at least as high as each that raises says, else no higher than one allows."""
    raised = _each(core, core.maximum, core.const(1), at_least)
    held = _each(core, core.minimum, core.const(bands), at_most)
    low, high = (core.maximum(raised[end], core.minimum(base[end], held[1 - end])) for end in (0, 1))
    return low, high


def same(core: Core, ends: tuple[Node, Node]) -> Node:
    """1 where both ends are one: what is between them is known."""
    low, high = ends
    return core.const(1) if low is high else core.within(core.sum([(1, high), (-1, low)]), high=0)


def blanks(pack: Pack, lower: Lowerer) -> Bounds:
    """The ends of each input of the band: an unanswered item lies anywhere on its scale, an unknown fact in its
    range."""
    core, found = lower.core, {}
    for name, item in pack.items.items():
        rating = lower.rating(name)
        unanswered = core.sum([(1, lower.asked(name)), (-1, lower.answered(name))])
        ends = [
            rating if lower.standing(name) == end else core.select(unanswered, core.const(end), rating)
            for end in (0, item.top)
        ]
        found[rating.key] = (ends[0], ends[1])
    for name in facts_of_band(pack):
        known = lower.fact(name)
        low, high = lower.range(name)
        low_end, high_end = (core.select(known.known, known.node, core.const(end)) for end in (low, high))
        found[core.input("fact", name, low, high).key] = (low_end, high_end)
    return found


def _each(core: Core, choose: Callable[..., Node], otherwise: Node, rules: Sequence[Judged]) -> tuple[Node, Node]:
    """The most severe (or mildest) band of the rules that hold: of those that surely do, and that possibly do."""
    ends = []
    for end in ("surely", "possibly"):
        bands = [core.select(getattr(truth, end), core.const(rule.band), otherwise) for rule, truth in rules]
        ends.append(choose(otherwise, *bands))
    return ends[0], ends[1]


def _sets(
    core: Core,
    at_least: Sequence[Judged],
    at_most: Sequence[Judged],
    base: tuple[Node, Node],
    held: Node,
    band: Node,
) -> list[Node]:
    """For each rule, 1 where it set the band: it holds, names this band, and the band is surely not so without it."""
    without = core.minimum(base[1], held)
    above = core.within(core.sum([(1, band), (-1, without)]), low=1)
    below = core.within(core.sum([(1, base[0]), (-1, band)]), low=1)
    return [
        core.minimum(truth.surely, core.within(band, rule.band, rule.band), moved)
        for rules, moved in ((at_least, above), (at_most, below))
        for rule, truth in rules
    ]


def _first(pack: Pack, lower: Lowerer) -> tuple[Node, Node]:
    """The band of the first line that holds, from the last line upwards."""
    ends: tuple[Node, Node] | None = None
    for number, when in reversed(pack.first_that_holds):
        fixed = (lower.core.const(number),) * 2
        truth = lower.truth(when)
        test = (truth.surely, truth.possibly)
        ends = fixed if ends is None else select_ends(lower.core, test, fixed, ends)
    assert ends is not None
    return ends
