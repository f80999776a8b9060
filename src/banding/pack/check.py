"""What a pack may not do, beyond the form of its files and expressions: the checks that need the whole pack.

The first is the promise the rest stands on: a band reads items, facts about need, and age, directly or through anything
it reads, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from banding.errors import Finding, did_you_mean
from banding.pack import tree
from banding.pack.model import Band
from banding.vocabulary import REGIONS, About, Type

if TYPE_CHECKING:
    from banding.pack.meaning import Pack

_MAY_READ = (About.NEED, About.AGE)
_RESPONSES = (About.PLACEMENT, About.COST, About.HISTORY)


def findings(pack: Pack) -> list[Finding]:
    """Every fault of a resolved pack that needs more than one expression or table to see."""
    return [*_band_reads(pack), *_other_reads(pack), *_references(pack), *_ladder(pack), *_sources(pack)]


# -- what reads what --------------------------------------------------------------------------------------------------


def names_in(text: object) -> set[str]:
    """The words of an expression, or of a list of names, that could be names."""
    if isinstance(text, tuple):
        return set(text)
    return set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", str(text)))


def dependency_order(reads: Mapping[str, set[str]]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Groups of names, each after all it reads; a group of a circle comes whole, marked True. Iterative Tarjan."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    for root in reads:
        if root in index:
            continue
        work = [(root, iter(sorted(reads[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            name, rest = work[-1]
            following = next(rest, None)
            if following is not None:
                if following not in index:
                    index[following] = low[following] = len(index)
                    stack.append(following)
                    work.append((following, iter(sorted(reads[following]))))
                elif following in stack:
                    low[name] = min(low[name], index[following])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[name])
            if low[name] == index[name]:
                at = stack.index(name)
                group = tuple(stack[at:])
                del stack[at:]
                yield group, len(group) > 1 or name in reads[name]


def _band_trees(pack: Pack) -> Iterator[tuple[str, tree.Node]]:
    if pack.base is not None:
        yield "[bands] score:", pack.base
    for place, (_, when) in enumerate(pack.first_that_holds, start=1):
        yield f"[bands] first_that_holds, number {place}, when:", when
    for heading, rules in (("at_least", pack.at_least), ("at_most", pack.at_most)):
        for rule in rules:
            yield f"[[bands.{heading}]] {rule.id}, when:", rule.when


def closure(pack: Pack, roots: Iterable[tuple[str, tree.Node]]) -> Iterator[tuple[str, tree.Node, tuple[str, ...]]]:
    """Every tree that the roots read, with its place and the scores it is reached through."""
    waiting: list[tuple[str, tree.Node, tuple[str, ...]]] = [(place, node, ()) for place, node in roots]
    seen: set[str] = set()
    while waiting:
        place, node, through = waiting.pop(0)
        yield place, node, through
        for part in tree.walk(node):
            if isinstance(part, tree.ScoreRef) and part.name not in seen and part.name in pack.scores:
                seen.add(part.name)
                where = f"[scores] {part.name}:" if part.name in pack.named else f"[facts] {part.name}, value:"
                waiting.append((where, pack.scores[part.name], (*through, part.name)))


def facts_of_band(pack: Pack) -> tuple[str, ...]:
    """Every fact that the band reads, in order of name; the gates' ages are read by every band."""
    trees = [node for _, node, _ in closure(pack, _band_trees(pack))] + list(pack.gates.values())
    return tuple(sorted({part.name for node in trees for part in tree.walk(node) if isinstance(part, tree.FactRef)}))


def _band_reads(pack: Pack) -> Iterator[Finding]:
    file = pack.document.files["rules"]
    for place, node, through in closure(pack, _band_trees(pack)):
        via = f" The band reads it through {' and '.join(through)}." if through else ""
        for name in sorted({part.name for part in tree.walk(node) if isinstance(part, tree.FactRef)}):
            about = pack.facts[name].about
            if about in _MAY_READ or name in pack.allowed:
                continue
            if about is About.PROTECTED:
                remedy = "If the law lets a band depend on it, name it under [allow] with the lawful reason."
            elif about in _RESPONSES:
                remedy = "A band may depend on need alone; move this to a review."
            else:
                remedy = "A band may depend on need and age alone; move this to a review."
            message = f"reads {name}, which is about {about}.{via}"
            yield Finding("band-reads-more-than-need", file, place, message, remedy)
        for part in tree.walk(node):
            unasked = isinstance(part, tree.OverSet) and part.function in ("answered", "unanswered")
            if unasked or isinstance(part, tree.Known):
                word = part.function if isinstance(part, tree.OverSet) else "known"
                yield Finding(
                    "band-reads-missing", file, place,
                    f"{word} may not feed a band: how much was answered is no need.{via}",
                    "Ask it in a review, or set the domain's missing rule.",
                )  # fmt: skip


def _other_reads(pack: Pack) -> Iterator[Finding]:
    file = pack.document.files["rules"]
    for name, fact in pack.document.rules.facts.items():
        if fact.value is None or fact.about != "need" or name not in pack.scores:
            continue
        for _, node, _ in closure(pack, [("", pack.scores[name])]):
            for read in sorted({part.name for part in tree.walk(node) if isinstance(part, tree.FactRef)}):
                about = pack.facts[read].about
                if about not in _MAY_READ and read not in pack.allowed:
                    yield Finding(
                        "fact-about-more-than-need", file, f"[facts] {name}, value:",
                        f"is said to be about need, but reads {read}, which is about {about}.",
                        f'Say about = "{about}", or leave {read} out.',
                    )  # fmt: skip
    for refusal in pack.refusals:
        for place, node, _ in closure(pack, [(f"[[refuse]] {refusal.id}, when:", refusal.when)]):
            for read in sorted({part.name for part in tree.walk(node) if isinstance(part, tree.FactRef)}):
                if pack.facts[read].about is About.COST:
                    yield Finding(
                        "refusal-reads-cost", file, place, f"reads {read}, which is about cost.",
                        "No child is refused a band for what the care costs; move this to a review.",
                    )  # fmt: skip
    for review in pack.reviews:
        if review.amount is not None and review.amount.type is not Type.MONEY:
            yield Finding(
                "wrong-type", file, f"[[review]] {review.id}, amount:", "An amount is money.",
                "Write money here, such as care_cost - price.high.",
            )  # fmt: skip
    for name in pack.allowed:
        known = pack.facts.get(name)
        if known is None or known.about is not About.PROTECTED:
            protected = [fact.name for fact in pack.facts.values() if fact.about is About.PROTECTED]
            yield Finding(
                "unknown-name", file, f"[allow] {name}", f'"{name}" is not a protected fact.',
                did_you_mean(name, protected) or f"Only protected facts can be allowed: {', '.join(protected)}.",
            )  # fmt: skip


# -- tables -----------------------------------------------------------------------------------------------------------


def _references(pack: Pack) -> Iterator[Finding]:
    """Names in one table that belong to another."""
    document, files = pack.document, pack.document.files

    def missing(table: str, row: int, column: str, name: str, known: Iterable[str], kind: str) -> Iterator[Finding]:
        known = tuple(known)
        if name not in known:
            remedy = did_you_mean(name, known) or f"Expected one of {', '.join(known) or 'none: there are none'}."
            yield Finding(
                "unknown-name", files[table], f"row {row}, column {column}", f'"{name}" is not {kind}.', remedy
            )

    for item in document.items:
        yield from missing("items", item.row, "domain", item.domain, pack.domains, "a domain of domains.csv")
    for band in document.bands:
        for reference in band.reference_settings:
            yield from missing(
                "bands", band.row, "reference_settings", reference.setting, pack.settings, "a setting of settings.csv"
            )
    for setting in document.settings:
        for column in ("meets_from", "meets_to"):
            name = getattr(setting, column)
            if name is not None:
                yield from missing("settings", setting.row, column, name, pack.bands, "a band of bands.csv")
        if setting.age_from is not None and setting.age_to is not None and setting.age_from > setting.age_to:
            yield Finding(
                "wrong-value", files["settings"], f"row {setting.row}", "age_from is above age_to.", "Swap them."
            )
        ends = [pack.bands[end].number for end in (setting.meets_from, setting.meets_to) if end in pack.bands]
        if len(ends) > 1 and ends[0] > ends[1]:
            yield Finding(
                "wrong-value", files["settings"], f"row {setting.row}", "meets_from is above meets_to.", "Swap them."
            )
    for price in document.prices:
        for band_id in price.band:
            yield from missing("prices", price.row, "band", band_id, pack.bands, "a band of bands.csv")
        for setting_id in price.setting:
            yield from missing("prices", price.row, "setting", setting_id, pack.settings, "a setting of settings.csv")
        for region in price.region:
            yield from missing("prices", price.row, "region", region, REGIONS, "an English region")
        for scope in price.scope:
            scopes = pack.facts["cost_scope"].choices
            yield from missing("prices", price.row, "scope", scope, scopes, "a scope of cost")
        backwards = price.from_ is not None and price.to is not None and price.from_ > price.to
        if backwards or (price.age_from or 0) > (price.age_to if price.age_to is not None else 25):
            yield Finding(
                "wrong-value", files["prices"], f"row {price.row}", "The row ends before it begins.",
                "from and to, age_from and age_to are both included; correct them.",
            )  # fmt: skip
    for mapping in document.crosswalk:
        yield from missing("crosswalk", mapping.row, "item", mapping.item, pack.items, "an item of items.csv")


def _ladder(pack: Pack) -> Iterator[Finding]:
    """Bands are numbered from 1 and their edges rise; a way to a band needs bands, and the reverse."""
    file, rules = pack.document.files["bands"], pack.document.rules.bands
    bands = list(pack.bands.values())
    if not bands and rules is not None:
        yield Finding(
            "file-missing", file, "", "[bands] needs a bands.csv.", "List the bands in it, or delete [bands]."
        )
    if bands and rules is None:
        yield Finding(
            "no-way-to-a-band", pack.document.files["rules"], "[bands]", "bands.csv lists bands, but no rule gives one.",
            "Write [bands] score or first_that_holds, or delete bands.csv.",
        )  # fmt: skip
    for expected, band in enumerate(bands, start=1):
        if band.number != expected:
            yield Finding(
                "wrong-value", file, f"row {band.row}, column number", f"Expected {expected}, found {band.number}.",
                "Number the bands 1, 2, 3 and so on, least need first.",
            )  # fmt: skip
            break
    if rules is not None and rules.score is not None:
        yield from _edges(bands, file)
    elif rules is not None and pack.first_that_holds:
        last = pack.first_that_holds[-1][1]
        if last != tree.Const(Type.TRUTH, True):
            yield Finding(
                "no-last-band", pack.document.files["rules"], "[bands] first_that_holds",
                "A profile for which no line holds would have no band.", 'End the list with when = "true".',
            )  # fmt: skip


def _edges(bands: list[Band], file: str) -> Iterator[Finding]:
    for before, band in zip([None, *bands], bands, strict=False):
        if before is not None and band.from_points is None:
            yield Finding(
                "missing-key", file, f"row {band.row}, column from_points", "from_points is missing.",
                "Every band after the first says from how many points it begins.",
            )  # fmt: skip
        elif before is not None and before.from_points is not None and band.from_points is not None:
            if band.from_points <= before.from_points:
                yield Finding(
                    "wrong-value", file, f"row {band.row}, column from_points",
                    f"{band.from_points} is not above {before.from_points}, where the band before begins.",
                    "Edges rise from band to band.",
                )  # fmt: skip


def _sources(pack: Pack) -> Iterator[Finding]:
    """A source is named by its id under [sources]."""
    known = pack.document.rules.sources
    rows = [("items", item.row, item.source) for item in pack.document.items]
    rows += [("prices", price.row, price.source) for price in pack.document.prices]
    named = [(table, f"row {row}, column source", source) for table, row, source in rows]
    named += [
        ("rules", f"[parameters] {name}, source", parameter.source)
        for name, parameter in pack.document.rules.parameters.items()
    ]
    for table, place, source in named:
        if source is not None and source not in known:
            yield Finding(
                "unknown-name", pack.document.files[table], place, f'"{source}" is not under [sources].',
                did_you_mean(source, known) or "Declare it there with its title and date.",
            )  # fmt: skip
