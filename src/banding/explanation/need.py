"""What was rated and what it counts: items, domains and scores of one explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from banding.engine.reference import Child, exact, weighted_parts
from banding.explanation import model
from banding.pack import tree
from banding.pack.meaning import Pack
from banding.vocabulary import Type


def need(child: Child, completeness: int) -> model.Need:
    """Every item that is asked, by domain; strengths apart."""
    pack = child.pack
    asked = [name for name in pack.items if child.asked(name)]
    counted = set(items_in(pack, roots(pack), points=True))
    items = [_item(child, name, name in counted) for name in asked]
    weighing = _weighed(pack)
    weighed = weighted_parts(pack, {name: child.points(name) for name in asked if name in weighing})
    domains = []
    for domain in pack.domains.values():
        inside = [item for item in items if item.domain == domain.id]
        whole, held = weighed.get(domain.id, (None, None))
        domains.append(
            model.Domain(
                id=domain.id,
                label=domain.label,
                weight=domain.weight,
                cap=domain.cap,
                missing=domain.missing,
                points=sum((item.points for item in inside), Decimal(0)),
                weighted=exact(held),
                capped=whole != held,
                items=tuple(item for item in inside if item.kind == "need"),
            )
        )
    return model.Need(
        domains=tuple(domains),
        strengths=tuple(item for item in items if item.kind == "strength"),
        not_asked=tuple(name for name in pack.items if name not in asked),
        completeness=completeness,
    )


def scores(pack: Pack, found: Mapping[str, Any]) -> tuple[model.Score, ...]:
    """Every named score with its value in a scored row."""
    shown = []
    for name in pack.named:
        node = pack.scores[name]
        field = {Type.MONEY: "value_pence", Type.TRUTH: "holds"}.get(node.type, "value")
        own = items_in(pack, [node], through_scores=False)
        shown.append(
            model.Score(
                name=name,
                expression=pack.document.rules.scores[name],
                reads_strengths=any(pack.items[item].kind == "strength" for item in own),
                **{field: found[f"{name}_pence" if node.type is Type.MONEY else name]},
            )
        )
    return tuple(shown)


def _item(child: Child, name: str, counted: bool) -> model.Item:
    item, rating = child.pack.items[name], child.ratings[name]
    points = exact(child.points(name))
    assert points is not None
    return model.Item(
        id=name,
        domain=item.domain,
        kind=item.kind,
        label=item.label,
        top=item.top,
        rating=rating,
        reads_as=child.rating(name),
        meaning=item.ratings[rating] if rating is not None and rating < len(item.ratings) else None,
        points=points,
        counted=counted,
    )


# -- what an expression reads -----------------------------------------------------------------------------------------


def roots(pack: Pack) -> list[tree.Node]:
    """The expressions that give the band; those that give the scores in a pack that stops there."""
    if not pack.banded:
        return [pack.scores[name] for name in pack.named]
    rules = [rule.when for rule in (*pack.at_least, *pack.at_most)]
    return [*rules, *(when for _, when in pack.first_that_holds), *([pack.base] if pack.base is not None else [])]


def items_in(
    pack: Pack, nodes: Iterable[tree.Node], *, points: bool = False, through_scores: bool = True
) -> Iterator[str]:
    """The items that expressions read, some of them twice.

    points  leave out an item that is read for its points alone, where all its ratings give the same.
    """
    for node in _all(pack, nodes, through_scores=through_scores):
        match node:
            case tree.ItemRef(item) | tree.ValueOf(item):
                yield item
            case tree.OverSet(("points" | "weighted") as function, items) if points:
                yield from (item for item in items if _scores(pack, item, weighted=function == "weighted"))
            case tree.OverSet(_, items) | tree.Count(_, items):
                yield from items


def _scores(pack: Pack, name: str, *, weighted: bool) -> bool:
    item = pack.items[name]
    return len(set(pack.points(item))) > 1 and not (weighted and pack.domains[item.domain].weight == 0)


def _all(pack: Pack, nodes: Iterable[tree.Node], *, through_scores: bool) -> Iterator[tree.Node]:
    """Every node below some expressions, that of a named score once."""
    waiting, seen = list(nodes), set()
    while waiting:
        for node in tree.walk(waiting.pop()):
            yield node
            if through_scores and isinstance(node, tree.ScoreRef) and node.name not in seen:
                seen.add(node.name)
                waiting.append(pack.scores[node.name])


def _weighed(pack: Pack) -> frozenset[str]:
    """The items whose points `weighted` takes, in domains where every use of it takes the same ones: in others no one
    figure is what the domain gives."""
    sets = {
        frozenset(node.items)
        for node in _all(pack, roots(pack), through_scores=True)
        if isinstance(node, tree.OverSet) and node.function == "weighted" and not node.scaled
    }
    found: set[str] = set()
    for domain in pack.domains:
        parts = {frozenset(item for item in items if pack.items[item].domain == domain) for items in sets}
        parts.discard(frozenset())
        if len(parts) == 1:
            found |= parts.pop()
    return frozenset(found)
