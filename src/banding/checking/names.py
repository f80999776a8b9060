"""Names that nothing uses, and numbers that do not say where they are from or why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from banding.engine.plan import every_tree
from banding.errors import Finding
from banding.pack import expression, tree
from banding.pack.cells import EXACT
from banding.pack.meaning import Pack
from banding.pack.model import Document
from banding.pack.prices import spans
from banding.vocabulary import Type


def unused(pack: Pack) -> Iterator[Finding]:
    """A finding for each set, parameter, own fact, domain, source or allowed fact that nothing reads.

    A score is a result by itself, and an item is judged by what it does to the band. What a pack takes over from the
    one it extends is the other's matter.
    """
    document, rules = pack.document, pack.document.rules
    named = {row.source for rows in (document.items, document.prices) for row in rows}
    named |= {parameter.source for parameter in rules.parameters.values()}
    for name in rules.sources:
        if name not in named and (document.base is None or name not in document.base.rules.sources):
            yield _unused(document, "rules", f"[sources] {name}", "No row and no parameter names it.")
    if document.base is not None:
        return
    read = _read(pack)
    for heading, names in (("sets", rules.sets), ("parameters", rules.parameters), ("facts", rules.facts)):
        for name in names:
            if name not in read:
                yield _unused(document, "rules", f"[{heading}] {name}", "No rule reads it.")
    for name in rules.allow:
        if name not in pack.read:
            yield _unused(document, "rules", f"[allow] {name}", "No band reads it.", "Delete it: it is read nowhere.")
    for name, domain in pack.domains.items():
        if all(item.domain != name for item in pack.items.values()):
            yield _unused(document, "domains", f"domain {name}, row {domain.row}", "No item stands in it.")


def _unused(document: Document, table: str, place: str, message: str, remedy: str = "Use it, or delete it.") -> Finding:
    return Finding("unused-name", document.files[table], place, message, remedy, "warning")


def _read(pack: Pack) -> set[str]:
    """Every name that some expression of the pack reads, declarations of sets included."""
    choices = {name for name, fact in pack.facts.items() if fact.type is Type.CHOICE}
    found: set[str] = set()
    for text in _texts(pack):
        found |= set(text) if isinstance(text, tuple) else expression.names(text, choices)
    return found


def _texts(pack: Pack) -> Iterable[str | tuple[str, ...]]:
    rules = pack.document.rules
    yield from rules.scores.values()
    yield from rules.sets.values()
    yield from (fact.value for fact in rules.facts.values() if fact.value is not None)
    yield from (item.asked for item in pack.items.values() if item.asked is not None)
    for entries in (rules.review, rules.hold, rules.refuse):
        yield from (entry.when for entry in entries)
    yield from (review.amount for review in rules.review if review.amount is not None)
    if rules.validity is not None:
        yield rules.validity.days
    if rules.bands is not None:
        yield from (text for text in (rules.bands.score,) if text is not None)
        for lines in (rules.bands.first_that_holds, rules.bands.at_least, rules.bands.at_most, rules.bands.changed):
            yield from (line.when for line in lines)
        yield from (duty.only for duty in rules.bands.reach if duty.only is not None)


def unsourced(pack: Pack) -> Iterator[Finding]:
    """A finding for each table whose rows name no source, and for each parameter without a source or a reason; not for
    those that are taken over from another pack."""
    document, base = pack.document, pack.document.base
    for table, rows in (("items", document.items), ("prices", document.prices)):
        without = [row.row for row in rows if row.source is None]
        if without and (base is None or document.files[table] != base.files[table]):
            message = f"No source is named by row{'s' if len(without) > 1 else ''} {spans(without)}."
            remedy = "Name an id under [sources]: a title and a date, or that it is your own judgement."
            yield Finding("no-source", document.files[table], "column source", message, remedy, "warning")
    for name, parameter in document.rules.parameters.items():
        if base is not None and base.rules.parameters.get(name) == parameter:
            continue
        place, file = f"[parameters] {name}", document.files["rules"]
        if parameter.source is None:
            remedy = 'Write name = { number = 3, source = "...", because = "..." }.'
            yield Finding("no-source", file, place, "It names no source.", remedy, "warning")
        if parameter.because is None:
            yield Finding("no-reason", file, place, "It says not why.", 'Add because = "...".', "warning")


def wrong_signs(pack: Pack) -> Iterator[Finding]:
    """A finding for each need whose weighted points only fall as its rating rises, where something adds them up."""
    used = {
        (item, part.function)
        for node in every_tree(pack)
        for part in tree.walk(node)
        if isinstance(part, tree.OverSet) and part.function in ("points", "weighted")
        for item in part.items
    }
    for name, item in pack.items.items():
        weight = pack.domains[item.domain].weight
        points = pack.points(item)
        turned = [EXACT.multiply(weight, value) for value in points]
        rows = [points] * ((name, "points") in used) + [turned] * ((name, "weighted") in used)
        if item.kind == "need" and any(_falls(values) for values in rows):
            place, file = f"item {name}, row {item.row}", pack.document.files["items"]
            message = "Its weighted points fall as the rating of this need rises."
            remedy = "Turn the sign of its weight or points, or of its domain's weight; or write reversed = yes."
            yield Finding("wrong-sign", file, place, message, remedy, "warning")


def _falls(values: Iterable[object]) -> bool:
    listed = list(values)
    return listed == sorted(listed, reverse=True) and len(set(listed)) > 1  # type: ignore[type-var]
