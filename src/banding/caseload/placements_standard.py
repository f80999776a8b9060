"""Children's Social Care Placements Standard as JSON-LD: nested records made into the flat frame that a layout reads.

What only JSON can get wrong is found here (a value of the wrong type, an object that is not there, a key given twice);
all else is the layout's. Any layout of format json can be read so, not the standard's alone.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from banding.caseload.layout import apply, remark, shipped
from banding.caseload.layout_cells import (
    BAD_FORMAT,
    LIST_SEPARATOR,
    MISSING,
    NOT_ALLOWED,
    OUT_OF_RANGE,
    RULE,
    WRONG_TYPE,
)
from banding.caseload.layout_model import Layout, LayoutField, LayoutObject, parent
from banding.errors import CaseloadError, Finding

LAYOUT = "placements-standard"
RECORD_TYPE = "Placement"
# A number with more digits on a side is no cost and no count, and written out it could fill the memory: "1e999999999".
MOST_DIGITS = 60
_MOST_SHARED = 1_000


class Members(dict[str, object]):
    """A JSON object that remembers which of its keys were given more than once, where a dict keeps only the last."""

    repeated: frozenset[str] = frozenset()


def parse(text: str, file: str) -> object:
    """JSON text as Python values: numbers with a point as Decimal, objects as `Members`.

    Raises CaseloadError where the text is not JSON; NaN and Infinity are not.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where, says = f"line {error.lineno}", f"It is not JSON: {error.msg}, at character {error.colno}."
    except RecursionError:
        where, says = "", "It is nested too deeply to be a caseload."
    except ValueError as error:
        where, says = "", f"It is not JSON: {error}."
    raise CaseloadError(Finding("parse-error", file, where, says, "Export the file again."))


def _refuse(_: str) -> object:
    raise ValueError("NaN and Infinity are not numbers")


def _members(pairs: list[tuple[str, object]]) -> Members:
    # Each line of JSON lines would hold keys of its own; an object of thousands of keys is there only once.
    shared = len(pairs) <= _MOST_SHARED
    members = Members(((sys.intern(key), value) for key, value in pairs) if shared else pairs)
    if len(members) < len(pairs):
        members.repeated = frozenset(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return members


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_members)


def is_record(document: object) -> bool:
    """Whether parsed JSON is a Placement of the standard, a list of them, or an object with an `@graph` of them."""
    layout = shipped()[LAYOUT]
    names = {name for part in layout.objects for name in _keys(part) if part.path in layout.heading.identified_by}
    return any(
        isinstance(record, Mapping) and (RECORD_TYPE in _types(record) or not names.isdisjoint(record))
        for record in _records(document)
    )


def _keys(part: LayoutObject) -> tuple[str, ...]:
    return (part.path.rpartition(".")[2], *part.also)


def _records(document: object) -> list[object]:
    if isinstance(document, list):
        return document
    graph = document.get("@graph") if isinstance(document, Mapping) else None
    if isinstance(graph, Mapping):
        graph = [graph]
    if not isinstance(graph, list):
        return [document]
    # A graph may hold nodes of other kinds beside the records; a node without a type is taken for a record.
    return [node for node in graph if not _types(node) or RECORD_TYPE in _types(node)]


def _types(record: object) -> list[str]:
    """Local names of the record's `@type`, which may be short, prefixed or a whole IRI."""
    given = record.get("@type") if isinstance(record, Mapping) else None
    names = given if isinstance(given, list) else [given]
    return [re.split("[/#:]", name)[-1] for name in names if isinstance(name, str)]


def read(document: object, layout: Layout, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """Parsed JSON (from `parse`, or any parser) through a layout of format json.

    One row a record, in the file's order; columns and findings as `banding.caseload.layout.apply` gives them. An
    absent object is one finding at its own path where it is required and none where it is not; its fields are then not
    required. Keys that the layout does not name are never looked at.
    """
    reader = _Reader(layout, file)
    records = _records(document)
    if isinstance(document, Members) and "@graph" in document.repeated:
        reader.findings.append(Finding(RULE, file, "@graph", "@graph is given more than once.", "Keep one."))
    for record in records:
        reader.add(record)
    cells = {path: pl.Series(path, column, dtype=pl.String) for path, column in reader.cells.items()}
    said = {path: pl.Series(path, column, dtype=pl.Boolean) for path, column in reader.said.items()}
    frame, findings = apply(pl.DataFrame(cells), layout, file, said=said)
    order = {path: number for number, path in enumerate([*(part.path for part in layout.objects), *cells])}
    both = [*reader.findings, *findings]
    both.sort(key=lambda one: (-1, 0) if one.index is None else (one.index, order.get(one.path, 0)))
    return frame, both


@dataclass(slots=True)
class _Reader:
    layout: Layout
    file: str
    cells: dict[str, list[str | None]] = field(init=False)
    said: dict[str, list[bool]] = field(init=False)
    findings: list[Finding] = field(default_factory=list)
    index: int = -1

    def __post_init__(self) -> None:
        self.cells = {declared.path: [] for declared in self.layout.fields}
        self.said = {declared.path: [] for declared in self.layout.fields}

    def add(self, record: object) -> None:
        self.index += 1
        objects: dict[str, Mapping[str, object] | None] = {"": None}
        if isinstance(record, Mapping):
            objects[""] = record
        else:
            self._find(WRONG_TYPE, "", "The record is not an object.", "Give an object for each placement.")
        for part in sorted(self.layout.objects, key=lambda part: part.path.count(".")):
            objects[part.path] = self._object(objects[parent(part.path)], part)
        for declared in self.layout.fields:
            holder = objects[parent(declared.path)]
            cell, said = (None, True) if holder is None else self._cell(holder, declared)
            self.cells[declared.path].append(cell)
            self.said[declared.path].append(said)

    def _object(self, holder: Mapping[str, object] | None, part: LayoutObject) -> Mapping[str, object] | None:
        """The object, or None where it is not there, is no object, or is given twice."""
        if holder is None:
            return None
        names = [name for name in _keys(part) if holder.get(name) is not None]
        if len(names) > 1 or not _repeated(holder).isdisjoint(_keys(part)):
            self._find(RULE, part.path, f"{part.path} is given more than once.", "Keep the one that is right.")
            return None
        if not names:
            if part.required:
                self._find(MISSING, part.path, f"{part.path} is required and is not given.", "Add the object.")
            return None
        found = holder[names[0]]
        if isinstance(found, Mapping):
            return found
        self._find(WRONG_TYPE, part.path, f"{part.path} is not an object.", "Give its fields between braces.")
        return None

    def _cell(self, holder: Mapping[str, object], declared: LayoutField) -> tuple[str | None, bool]:
        """The raw cell, and whether a finding has already been made of it."""
        key = declared.path.rpartition(".")[2]
        if key in _repeated(holder):
            self._find(RULE, declared.path, f"{declared.path} is given more than once.", "Keep the one that is right.")
            return None, True
        value = holder.get(key)
        if value is None:
            return None, False
        cell = _text(value, declared)
        if isinstance(cell, _Wrong):
            self._find(cell.code, declared.path, *remark(declared, cell.code, self.layout), _shown(value))
            return None, True
        return cell, False

    def _find(self, code: str, path: str, says: str, remedy: str, value: str | None = None) -> None:
        where = f"record {self.index + 1}"
        self.findings.append(Finding(code, self.file, where, says, remedy, index=self.index, path=path, value=value))


def _repeated(holder: Mapping[str, object]) -> frozenset[str]:
    return holder.repeated if isinstance(holder, Members) else frozenset()


@dataclass(frozen=True, slots=True)
class _Wrong:
    code: str


def _text(value: object, declared: LayoutField) -> str | _Wrong:
    """A JSON value as the raw cell its field expects, or what is wrong with it."""
    # JSON-LD does not tell a list of one from the value alone.
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    if declared.type == "truth":
        return str(value).lower() if isinstance(value, bool) else _Wrong(WRONG_TYPE)
    if declared.type in ("integer", "money"):
        return _number(value)
    values: Iterable[object] = value if declared.type == "codes" and isinstance(value, list) else [value]
    parts: list[str] = []
    for part in values:
        if not isinstance(part, str):
            # The standard's validator knows no type for a code: what is none of them is not allowed.
            single = declared.type == "code" and isinstance(part, list)
            return _Wrong(NOT_ALLOWED if declared.codes is not None and not single else WRONG_TYPE)
        if not _is_unicode(part) or LIST_SEPARATOR in part:
            return _Wrong(BAD_FORMAT)
        parts.append(part)
    return LIST_SEPARATOR.join(parts)


def _number(value: object) -> str | _Wrong:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return _Wrong(WRONG_TYPE)
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        return _Wrong(WRONG_TYPE)
    if number.adjusted() > MOST_DIGITS:
        return _Wrong(OUT_OF_RANGE)
    return _Wrong(BAD_FORMAT) if exponent < -MOST_DIGITS else f"{number:f}"


def _is_unicode(text: str) -> bool:
    """Whether the text can be written down; half of a surrogate pair, which JSON can escape, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, default=str)
    return shown.encode(errors="backslashreplace").decode()
