"""What the names of a caseload's columns tell before any cell is read: what is absent, misspelt or another form's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from banding.engine.compile import Compiled
from banding.errors import Finding, did_you_mean
from banding.pack import tree
from banding.pack.check import closure
from banding.pack.meaning import Pack
from banding.vocabulary import Type

OUR_OWN = ("child_id", "profile_date", "currency")
# Ages follow from dates: what each may be worked out from, beside a column of its own.
WORKED_OUT = {
    "age": ("date_of_birth",),
    "age_months": ("date_of_birth",),
    "age_on": ("date_of_birth", "age"),
    "profile_age_days": ("profile_date",),
}
_COST = ("core_cost", "additional_support_cost", "cost_scope", "setting")
_GIVEN_READS = {
    "setting_fit": ("setting", "age_on"), "cost_fit": _COST, "care_cost": _COST[:2], "price.low": ("setting",),
    "price.expected": ("setting",), "price.high": ("setting",),
}  # fmt: skip
# Of an instrument's columns so many tell that the file is that instrument's.
ENOUGH_OF_AN_INSTRUMENT = 5


@dataclass
class Told:
    """
    errors    the caseload cannot be used: child_id or an item's column is absent, or money comes twice.
    findings  warnings of columns that nothing reads, and a note of facts that are not there.
    """

    errors: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def judged(present: Sequence[str], compiled: Compiled) -> Told:
    """What the names of the columns tell."""
    pack, told = compiled.pack, Told()
    pence = {f"{name}_pence": name for name, fact in pack.facts.items() if fact.type is Type.MONEY}
    known = {*OUR_OWN, *pack.items, *pack.facts, *pence}
    strangers = [column for column in present if column not in known]
    if "child_id" not in present:
        told.errors.append(_absent("child_id", "The column is absent.", strangers))
    absent = [item for item in pack.items if item not in present]
    instrument = _instrument(strangers, pack) if absent else None
    if instrument is not None:
        told.errors.append(instrument)
    else:
        told.errors += _absent_items(absent, strangers, pack)
    for column, name in pence.items():
        if column in present and name in present:
            message = f"The cost also comes as {column}."
            place = f"column {name}"
            told.errors.append(Finding("money-twice", "", place, message, "Keep one of the two columns.", path=name))
    free = [name for name in known if name not in present]
    for column in strangers:
        message = f'"{column}" is not a column this pack reads; it is left as it is.'
        remedy = did_you_mean(column, free)
        told.findings.append(Finding("unknown-column", "", f"column {column}", message, remedy, "warning", path=column))
    told.findings += _unknown_facts(present, compiled)
    return told


def _absent(column: str, message: str, strangers: Collection[str]) -> Finding:
    return Finding("column-absent", "", f"column {column}", message, _renamed(column, strangers), path=column)


def _renamed(name: str, strangers: Collection[str]) -> str:
    """Which column to rename: one that differs in spelling alone, not another instrument's item of a like name."""
    near = did_you_mean(_plain(name), map(_plain, strangers), cutoff=0.85)
    found = next((column for column in strangers if near == f"Did you mean {_plain(column)}?"), None)
    return f"Is it the column {found}? Then rename it." if found is not None else ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _instrument(strangers: Collection[str], pack: Pack) -> Finding | None:
    """Where the columns are those of an instrument of crosswalk.csv, which renaming would turn into wrong ratings."""
    held = {_plain(column) for column in strangers}
    sources: dict[str, set[str]] = {}
    for row in pack.document.crosswalk:
        sources.setdefault(row.instrument, set()).add(_plain(row.source_item))
    counts = {instrument: len(names & held) for instrument, names in sources.items()}
    most = max(counts, key=lambda name: counts[name], default="")
    if counts.get(most, 0) < ENOUGH_OF_AN_INSTRUMENT:
        return None
    message = f"{counts[most]} columns are items of {most}, not of {pack.header.id}, and may run the other way."
    remedy = f'Take them over first: banding.crosswalk(frame, pack, "{most}"). Do not rename them.'
    return Finding("instrument-columns", "", "columns", message, remedy)


def _absent_items(absent: Sequence[str], strangers: Collection[str], pack: Pack) -> Iterable[Finding]:
    message = f"The pack {pack.header.id} rates this item; the column is absent."
    near = [item for item in absent if _renamed(item, strangers)]
    yield from (_absent(item, message, strangers) for item in near)
    others = [item for item in absent if item not in near]
    if others:
        message = f"The pack {pack.header.id} rates these items, and their columns are absent: {', '.join(others)}."
        remedy = "Add the columns; leave cells blank where an item is unanswered."
        yield Finding("column-absent", "", "columns", message, remedy)


def _unknown_facts(present: Collection[str], compiled: Compiled) -> Iterable[Finding]:
    missing = {
        name
        for kind, name in compiled.program.inputs
        if kind == "column"
        and name not in present
        and f"{name}_pence" not in present
        and not any(other in present for other in WORKED_OUT.get(name, ()))
    }
    if not missing:
        return
    message = f"Not in this caseload, so unknown: {', '.join(sorted(missing))}."
    waiting = [
        entry.id
        for entry in (*compiled.pack.reviews, *compiled.pack.holds)
        if missing & _reads(entry.when, compiled.pack)
    ]
    if waiting:
        message += f" Unknown for many children, unless another fact decides: {', '.join(waiting)}."
    yield Finding("facts-absent", "", "", message, severity="note")


def _reads(node: tree.Node, pack: Pack) -> set[str]:
    """The facts that a review or hold rests on, directly or through scores and results."""
    found: set[str] = set()
    for _, part, _ in closure(pack, [("", node)], pack.scores):
        for one in tree.walk(part):
            if isinstance(one, tree.FactRef):
                found.add(one.name)
            elif isinstance(one, tree.Given):
                found.update(_GIVEN_READS.get(one.name, ()))
                if one.name == "validity.days" and pack.validity is not None:
                    found |= {leaf.name for leaf in tree.walk(pack.validity) if isinstance(leaf, tree.FactRef)}
    return found
