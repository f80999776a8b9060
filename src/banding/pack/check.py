"""What a pack may not do, beyond the form of its files and expressions: the checks that need the whole pack.

The first is the promise the rest stands on: a band reads items, facts about need, and age, directly or through anything
it reads, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from banding.errors import Finding, did_you_mean
from banding.pack import tree
from banding.pack.model import Band
from banding.vocabulary import REGIONS, About, Type

if TYPE_CHECKING:
    from banding.pack.meaning import Pack

_MAY_READ = (About.NEED, About.AGE)
_ABOUT_AGE = ("age_on", "date_of_birth")


def findings(pack: Pack, broken: Collection[str]) -> list[Finding]:
    """Every fault of a resolved pack that needs more than one expression or table to see.

    broken  ids of entries that were left out for mistakes of their own: naming them is no fault, and where there are
            any, the ladder of bands may have lost a rung and is not judged.
    """
    ladder = () if broken else _ladder(pack)
    return [*_band_reads(pack), *_other_reads(pack), *_references(pack, broken), *ladder, *_sources(pack, broken)]


# -- what reads what --------------------------------------------------------------------------------------------------


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


def circle(group: Iterable[str], reads: Mapping[str, set[str]]) -> tuple[str, ...]:
    """One way round a group of names that all lead back to themselves, each reading the next and the last the first."""
    inside = sorted(group)
    walked = [inside[0]]
    while True:
        following = next(name for name in inside if name in reads[walked[-1]])
        if following in walked:
            return tuple(walked[walked.index(following) :])
        walked.append(following)


def _band_trees(pack: Pack) -> Iterator[tuple[str, tree.Node]]:
    if pack.base is not None:
        yield "[bands] score", pack.base
    for place, (_, when) in enumerate(pack.first_that_holds, start=1):
        yield f"[bands] first_that_holds, number {place}, when", when
    for heading, rules in (("at_least", pack.at_least), ("at_most", pack.at_most)):
        for rule in rules:
            yield f"[[bands.{heading}]] {rule.id}, when", rule.when


def closure(
    pack: Pack, roots: Iterable[tuple[str, tree.Node]], through: Collection[str]
) -> Iterator[tuple[str, tree.Node, str]]:
    """Every tree that the roots read, directly or through the scores and facts named in `through`: its place, the tree,
    and words for the way to it."""
    waiting: list[tuple[str, tree.Node, tuple[str, ...]]] = [(place, node, ()) for place, node in roots]
    seen: set[str] = set()
    for place, node, way in waiting:
        yield place, node, f" It is read through {' and '.join(way[:-1])}." if way[:-1] else ""
        for part in tree.walk(node):
            if isinstance(part, tree.ScoreRef) and part.name not in seen and part.name in through:
                seen.add(part.name)
                where = f"[scores] {part.name}" if part.name in pack.named else f"[facts] {part.name}, value"
                waiting.append((where, pack.scores[part.name], (*way, part.name)))


def facts_of_band(pack: Pack) -> tuple[str, ...]:
    """Every fact that the band reads, in order of name; the gates' ages are read by every band."""
    trees = [node for _, node, _ in closure(pack, _band_trees(pack), pack.scores)] + list(pack.gates.values())
    return tuple(sorted({part.name for node in trees for part in tree.walk(node) if isinstance(part, tree.FactRef)}))


def _facts(pack: Pack, node: tree.Node) -> Iterator[tuple[str, About]]:
    """The facts that one tree names, worked out ones among them, each with what it is about."""
    own = pack.document.rules.facts
    read = {part.name for part in tree.walk(node) if isinstance(part, tree.FactRef | tree.ScoreRef)}
    for name in sorted(read):
        if name in own or name in pack.facts:
            yield name, About(own[name].about) if name in own else pack.facts[name].about


def _band_reads(pack: Pack) -> Iterator[Finding]:
    file = pack.document.files["rules"]
    # What a worked-out fact reads has to agree with what it says it is about, and is judged there.
    for place, node, way in closure(pack, _band_trees(pack), pack.named):
        for name, about in _facts(pack, node):
            if about in _MAY_READ or name in pack.allowed:
                continue
            remedy = "A band may depend on need alone; move this to a review."
            if about is About.PROTECTED:
                remedy = "If the law lets a band depend on it, name it under [allow] with the lawful reason."
            elif name in _ABOUT_AGE:
                remedy = "Write age: a band reads the age on the profile's date."
            what = "a protected fact" if about is About.PROTECTED else f"about {_the(about)}"
            message = f"reads {name}, which is {what}.{way}"
            yield Finding("band-reads-more-than-need", file, place, message, remedy)
    for place, node, way in closure(pack, _band_trees(pack), pack.scores):
        for part in tree.walk(node):
            unasked = isinstance(part, tree.OverSet) and part.function in ("answered", "unanswered")
            if unasked or isinstance(part, tree.Known):
                word = part.function if isinstance(part, tree.OverSet) else "known"
                message = f"{word} may not feed a band: how much was answered is no need.{way}"
                remedy = "Ask it in a review, or set the domain's missing rule."
                yield Finding("band-reads-missing", file, place, message, remedy)


def _the(about: About) -> str:
    return f"the {about}" if about in (About.PERSON, About.PLACEMENT) else str(about)


def _other_reads(pack: Pack) -> Iterator[Finding]:
    file = pack.document.files["rules"]
    for name, fact in pack.document.rules.facts.items():
        if fact.value is None or fact.about != "need" or name not in pack.scores:
            continue
        for _, node, _ in closure(pack, [("", pack.scores[name])], pack.named):
            for read, about in _facts(pack, node):
                if about not in _MAY_READ and read not in pack.allowed:
                    message = f"{name} is said to be about need, but reads {read}, which is about {about}."
                    remedy = f'Say about = "{about}", or leave {read} out.'
                    yield Finding("fact-about-more-than-need", file, f"[facts] {name}, value", message, remedy)
    refusals = [(f"[[refuse]] {refusal.id}, when", refusal.when) for refusal in pack.refusals]
    for place, node, way in closure(pack, refusals, pack.scores):
        for name, about in _facts(pack, node):
            if about is About.COST:
                message = f"reads {name}, which is about cost.{way}"
                remedy = "No child is refused a band for what the care costs; move this to a review."
                yield Finding("refusal-reads-cost", file, place, message, remedy)
    own = {name: About(fact.about) for name, fact in pack.document.rules.facts.items()}
    abouts = {**{name: fact.about for name, fact in pack.facts.items()}, **own}
    protected = [name for name, about in abouts.items() if about is About.PROTECTED]
    for name in pack.allowed:
        if name not in protected:
            remedy = did_you_mean(name, protected) or f"Only protected facts can be allowed: {', '.join(protected)}."
            yield Finding("unknown-name", file, f"[allow] {name}", f'"{name}" is not a protected fact.', remedy)


# -- tables -----------------------------------------------------------------------------------------------------------


def _references(pack: Pack, broken: Collection[str]) -> Iterator[Finding]:
    """Names in one table that belong to another."""
    document, files = pack.document, pack.document.files

    def missing(table: str, place: str, name: str, known: Collection[str], kind: str) -> Iterator[Finding]:
        if name not in known and name not in broken:
            remedy = did_you_mean(name, known) or f"Expected one of {', '.join(known)}." if known else "There are none."
            yield Finding("unknown-name", files[table], place, f'"{name}" is not {kind}.', remedy)

    for item in document.items:
        yield from missing(
            "items", f"row {item.row}, column domain", item.domain, pack.domains, "a domain of domains.csv"
        )
    for band in document.bands:
        for reference in band.reference_settings:
            place = f"row {band.row}, column reference_settings"
            yield from missing("bands", place, reference.setting, pack.settings, "a setting of settings.csv")
    for setting in document.settings:
        for column, name in (("meets_from", setting.meets_from), ("meets_to", setting.meets_to)):
            if name is not None:
                yield from missing("settings", f"row {setting.row}, column {column}", name, pack.bands, _BAND)
    for price in document.prices:
        columns: tuple[tuple[str, tuple[str, ...], Collection[str], str], ...] = (
            ("band", price.band, pack.bands, _BAND),
            ("setting", price.setting, pack.settings, "a setting of settings.csv"),
            ("region", price.region, REGIONS, "an English region"),
            ("scope", price.scope, pack.facts["cost_scope"].choices, "a scope of cost"),
        )
        for column, names, known, kind in columns:
            for name in names:
                yield from missing("prices", f"row {price.row}, column {column}", name, known, kind)
    tops: dict[tuple[str, str], int] = {}
    for mapping in document.crosswalk:
        yield from missing(
            "crosswalk", f"row {mapping.row}, column item", mapping.item, pack.items, "an item of items.csv"
        )
        if mapping.item in pack.items and mapping.source_top != pack.items[mapping.item].top:
            place = f"row {mapping.row}, column source_top"
            message = f"The source item runs to {mapping.source_top}, {mapping.item} to {pack.items[mapping.item].top}."
            yield Finding("wrong-value", files["crosswalk"], place, message, "Scales must be alike to be taken over.")
        same = (mapping.instrument, mapping.source_item)
        if tops.setdefault(same, mapping.source_top) != mapping.source_top:
            place = f"row {mapping.row}, column source_top"
            message = f"Another row of this source item says {tops[same]}."
            yield Finding("wrong-value", files["crosswalk"], place, message, "A source item has one scale.")
        if any(rating > mapping.source_top for rating in mapping.covered_when):
            place, message = f"row {mapping.row}, column covered_when", f"A rating is above {mapping.source_top}."
            yield Finding("wrong-value", files["crosswalk"], place, message, "List ratings of the source item.")
    for name in document.rules.tunable.parameters:
        parameters = document.rules.parameters
        yield from missing("rules", "[tunable] parameters", name, parameters, "under [parameters]")
    yield from _limits(pack)


_BAND = "a band of bands.csv"


def _limits(pack: Pack) -> Iterator[Finding]:
    """Ends that lie before their beginnings, and prices by a score that is not there."""
    document, files = pack.document, pack.document.files
    for setting in document.settings:
        if setting.age_from is not None and setting.age_to is not None and setting.age_from > setting.age_to:
            yield Finding(
                "wrong-value", files["settings"], f"row {setting.row}", "age_from is above age_to.", "Swap them."
            )
        ends = [pack.bands[end].number for end in (setting.meets_from, setting.meets_to) if end in pack.bands and end]
        if ends != sorted(ends):
            yield Finding(
                "wrong-value", files["settings"], f"row {setting.row}", "meets_from is above meets_to.", "Swap them."
            )
    rules = document.rules.bands
    for price in document.prices:
        backwards = price.from_ is not None and price.to is not None and price.from_ > price.to
        if backwards or (price.age_from or 0) > (price.age_to if price.age_to is not None else 25):
            yield Finding(
                "wrong-value", files["prices"], f"row {price.row}", "The row ends before it begins.",
                "from and to, age_from and age_to are both included; correct them.",
            )  # fmt: skip
        if price.per_point and (rules is None or rules.score is None):
            yield Finding(
                "wrong-value", files["prices"], f"row {price.row}, column per_point",
                "It prices each point of the need score, and no score gives the band.",
                "Clear the cell, or write [bands] score.",
            )  # fmt: skip


def _ladder(pack: Pack) -> Iterator[Finding]:
    """Bands are numbered from 1 and their edges rise; a way to a band needs bands, and the reverse."""
    file, toml, rules = pack.document.files["bands"], pack.document.files["rules"], pack.document.rules.bands
    bands = list(pack.bands.values())
    if not bands and rules is not None:
        remedy = "List the bands in it, or delete [bands]."
        yield Finding("file-missing", file, "", "[bands] needs a bands.csv with at least one band.", remedy)
    if bands and rules is None:
        remedy = "Write [bands] score or first_that_holds, or delete bands.csv."
        yield Finding("no-way-to-a-band", toml, "[bands]", "bands.csv lists bands, but no rule gives one.", remedy)
    for expected, band in enumerate(bands, start=1):
        if band.number != expected:
            message = f"Expected {expected}, found {band.number}."
            remedy = "Number the bands 1, 2, 3 and so on, least need first."
            yield Finding("wrong-value", file, f"row {band.row}, column number", message, remedy)
            break
    if rules is not None and rules.score is not None:
        yield from _edges(bands, file)
    elif rules is not None:
        for band in bands:
            if band.from_points is not None:
                message = "The band comes from first_that_holds, so from_points is never read."
                place = f"row {band.row}, column from_points"
                yield Finding("never-read", file, place, message, "Clear the column.", "warning")
        last = [when for _, when in pack.first_that_holds][-1:]
        if last and last[0] != tree.Const(Type.TRUTH, True):
            message = "A profile for which no line holds would have no band."
            remedy = 'End the list with when = "true".'
            yield Finding("no-last-band", toml, "[bands] first_that_holds", message, remedy)


def _edges(bands: list[Band], file: str) -> Iterator[Finding]:
    for before, band in pairwise(bands):
        place = f"row {band.row}, column from_points"
        if band.from_points is None:
            remedy = "Every band after the first says from how many points it begins."
            yield Finding("missing-key", file, place, "from_points is missing.", remedy)
        elif before.from_points is not None and band.from_points <= before.from_points:
            message = f"{band.from_points} is not above {before.from_points}, where the band before begins."
            yield Finding("wrong-value", file, place, message, "Edges rise from band to band.")


def _sources(pack: Pack, broken: Collection[str]) -> Iterator[Finding]:
    """A source is named by its id under [sources]."""
    document = pack.document
    rows = [("items", item.row, item.source) for item in document.items]
    rows += [("prices", price.row, price.source) for price in document.prices]
    named = [(table, f"row {row}, column source", source) for table, row, source in rows]
    named += [("rules", f"[parameters] {name}, source", one.source) for name, one in document.rules.parameters.items()]
    for table, place, source in named:
        if source is not None and source not in document.rules.sources and source not in broken:
            remedy = did_you_mean(source, document.rules.sources) or "Declare it there with its title and date."
            yield Finding("unknown-name", document.files[table], place, f'"{source}" is not under [sources].', remedy)
