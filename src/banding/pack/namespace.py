"""One namespace for all that a pack names: no name has two meanings, and none is a word or a column of every pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from banding.errors import Finding
from banding.pack.model import Document, Domain, Item
from banding.pack.resolve import COLUMNS, GIVEN, WORDS
from banding.vocabulary import FACTS


def one_meaning(document: Document, items: Mapping[str, Item], domains: Mapping[str, Domain]) -> Iterator[Finding]:
    """A finding for each name of a document that means something already. items, domains: each id once."""
    rules, files = document.rules, document.files
    owners: dict[str, str] = {}
    places = [
        *((name, "items", f"row {item.row}, column id") for name, item in items.items()),
        *((name, "domains", f"row {domain.row}, column id") for name, domain in domains.items()),
        *((name, "rules", f"[sets] {name}") for name in rules.sets),
        *((name, "rules", f"[scores] {name}") for name in rules.scores),
        *((name, "rules", f"[parameters] {name}") for name in rules.parameters),
        *((name, "rules", f"[facts] {name}") for name in rules.facts),
    ]
    for name, file, place in places:
        code, message = "duplicate-name", ""
        if name in WORDS or name in {given.partition(".")[0] for given in GIVEN}:
            code, message = "reserved-name", f'"{name}" is a word of the rule language.'
        elif name in COLUMNS:
            code, message = "reserved-name", f'"{name}" is the name of a column of every caseload or result.'
        elif name.endswith("_pence"):
            code, message = "reserved-name", "Names that end in _pence are columns of money in pence."
        elif name in FACTS:
            message = f'"{name}" is a fact of every caseload ({FACTS[name].describes}).'
        elif name in owners:
            message = f'"{name}" has a meaning already: {owners[name]}.'
        if message:
            yield Finding(code, files[file], place, message, "Choose another name.")
        owners.setdefault(name, f"{files[file]} {place}")
