"""A pack folder from disk: TOML and CSV to a `Document`, every mistake in the files collected.

Nothing is interpreted here beyond form, except that a pack which extends another has few headings of its own. Cells
are text until the model types them, so a spreadsheet's habits (blank cells, spaces) do no harm.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from banding.errors import Finding, did_you_mean
from banding.pack import model
from banding.pack.cells import FORMS, MISSING_RULES

Location = tuple[int | str, ...]
Place = Callable[[Location], str]

TABLES: dict[str, type[model.Row]] = {
    "items": model.Item,
    "domains": model.Domain,
    "bands": model.Band,
    "settings": model.Setting,
    "prices": model.Price,
    "crosswalk": model.Mapping,
}
REQUIRED = ("items", "domains")
# What pack.toml may hold where it extends another pack.
OWN_HEADINGS = ("pack", "sources", "parameters")
# cases.csv holds worked cases for tests of the pack and README.md its story: neither changes what the pack says.
BESIDE = ("pack.toml", "cases.csv", "README.md")
MOST_BYTES = 256 * 1024 * 1024


class Folder:
    """One pack folder and what is wrong in its files. `shown` is how findings name it.

    broken   names of the entries with mistakes in them, which are left out of what was read.
    whole    False where more than single entries could not be read: what else is wrong cannot be told then.
    extends  what pack.toml says it extends, whatever its form; known once `rules` was called.
    """

    def __init__(self, path: Path, shown: str) -> None:
        self.path, self.shown = path, shown
        self.findings: list[Finding] = []
        self.broken: set[str] = set()
        self.whole = True
        self.extends: str | None = None

    def wrong(self, code: str, file: str, place: str, message: str, remedy: str = "") -> None:
        self.findings.append(Finding(code, f"{self.shown}/{file}", place, message, remedy))

    def not_tunable(self, file: str, place: str, remedy: str = "") -> None:
        message = f"{self.extends} does not let a pack that extends it change this."
        self.wrong("not-tunable", file, place, message, remedy or _NOT_TUNABLE)

    def rules(self) -> model.Rules | None:
        """pack.toml, entries with mistakes left out; None where it cannot be read, or makes no sense without them."""
        raw = self.toml()
        if raw is None:
            return None
        self.extends = _extends(raw)
        if self.extends is not None:
            # Judged by themselves they would be told to be whole, which nobody wants of them.
            for key in [key for key in raw if key in model.Rules.model_fields and key not in OWN_HEADINGS]:
                self.not_tunable("pack.toml", f"[{key}]")
                del raw[key]
        try:
            return model.Rules.model_validate(raw)
        except ValidationError as error:
            self._explain(error, "pack.toml", partial(_toml_place, raw), model.Rules)
            self._leave_out(raw, error)
        try:
            return model.Rules.model_validate(raw) if self.whole else None
        except ValidationError:
            # What was left out was needed: [bands] without its score, say.
            self.whole = False
            return None

    def _leave_out(self, raw: dict[str, Any], error: ValidationError) -> None:
        """Takes keys that are too many, and entries with any other mistake, out of `raw`."""
        entries: set[Location] = set()
        for fault in error.errors(include_url=False, include_input=False):
            location = _location(fault)
            rule = location[1:2] in _RULES
            entry = location[: 3 if rule else 2]
            if fault["type"] == "extra_forbidden":
                _take_out(raw, location)
            elif rule or (location[0] in _ENTRIES and len(entry) > 1):
                entries.add(entry)
            else:
                self.whole = False
        # From the last to the first, so that the places in a list stay what they were.
        for location in sorted(entries, reverse=True):
            taken, name = _take_out(raw, location), location[-1]
            self.broken.add(str(taken.get("id", "") if isinstance(name, int) and isinstance(taken, dict) else name))

    def toml(self) -> dict[str, Any] | None:
        """pack.toml as it stands, numbers as exact decimals; None, with a finding, where it is no TOML."""
        text = self._text("pack.toml")
        if text is None:
            return None
        try:
            return tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            self.wrong("bad-toml", "pack.toml", "", f"This is not TOML: {error}.", _TOML)
        except RecursionError:
            self.wrong("bad-toml", "pack.toml", "", "This TOML nests too deep.", "Nest arrays and tables less.")
        return None

    def tables(self, names: Iterable[str]) -> dict[str, tuple[model.Row, ...]]:
        """The named CSV tables that are present, typed; rows with mistakes are left out and told."""
        found = {}
        for name in names:
            if (self.path / f"{name}.csv").exists():
                found[name] = tuple(self._table(name))
        return found

    def strangers(self) -> None:
        """Reports files that are no part of a pack."""
        known = (*BESIDE, *(f"{name}.csv" for name in TABLES))
        for path in sorted(self.path.iterdir()):
            if path.suffix in (".csv", ".toml") and path.name not in known:
                remedy = did_you_mean(path.name, known) or f"A pack folder may hold {', '.join(known)}."
                self.wrong("unknown-file", path.name, "", "This file is not part of a pack.", remedy)

    def _text(self, file: str) -> str | None:
        path = self.path / file
        try:
            if path.stat().st_size <= MOST_BYTES:
                return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
            self.wrong("too-large", file, "", f"The file is over {MOST_BYTES >> 20} MiB.", "Split the pack.")
        except FileNotFoundError:
            self.wrong("file-missing", file, "", "The file is missing.", f"Every pack has a {file}.")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.wrong("bad-encoding", file, f"line {line}", "This is not UTF-8 text.", "Save the file as UTF-8.")
        except OSError as error:
            self.wrong("unreadable", file, "", f"The file cannot be read: {error.strerror}.", "Check who may read it.")
        self.whole = False
        return None

    def _table(self, name: str) -> Iterator[model.Row]:
        file, kind = f"{name}.csv", TABLES[name]
        text = self._text(file)
        if text is None:
            return
        columns: list[str] = []
        number = 0
        try:
            # A row is counted as a spreadsheet counts it, also where a cell runs over several lines.
            for number, cells in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
                filled = len(cells)
                while filled and not cells[filled - 1].strip():
                    filled -= 1
                if not filled:
                    continue
                if not columns:
                    columns = [cell.strip() for cell in cells[:filled]]
                    if not self._header(file, columns, kind):
                        self.whole = False
                        return
                elif filled > len(columns):
                    remedy = 'Put quotation marks around a cell that holds a comma: "a, b".'
                    self.wrong("ragged-row", file, f"row {number}", "There are more cells than columns.", remedy)
                    self.broken.add(dict(zip(columns, cells, strict=False)).get("id", "").strip())
                else:
                    row = {key: cell.strip() for key, cell in zip(columns, cells, strict=False) if cell.strip()}
                    typed = self._row(file, number, row, kind)
                    if typed is not None:
                        yield typed
        except csv.Error as error:
            remedy = "Check the quotation marks: each cell that begins with one ends with one."
            self.wrong("bad-csv", file, f"row {number + 1}", f"The row cannot be split into cells: {error}.", remedy)
            self.whole = False
            return
        if not columns:
            self.whole = False
            self.wrong("empty-file", file, "", "The file is empty.", "Give it a header row, or delete it.")

    def _header(self, file: str, columns: list[str], kind: type[model.Row]) -> bool:
        before = len(self.findings)
        known = [
            field.alias or name for name, field in kind.model_fields.items() if name not in ("row", "lawful", "ratings")
        ]
        for place, column in enumerate(columns, start=1):
            named = column in known or (kind is model.Item and re.fullmatch(r"rating_(0|[1-9][0-9]{0,2})", column))
            if not column:
                self.wrong("unknown-column", file, f"column {place}", "The column has no name.", "Name or delete it.")
            elif column in columns[: place - 1]:
                self.wrong("duplicate-column", file, f"column {column}", "The column is there twice.", "Keep one.")
            elif not named:
                remedy = did_you_mean(column, known) or f"The columns are {', '.join(known)}."
                if set(column) & {";", "\t"}:
                    remedy = "Save the file with commas between its columns."
                self.wrong("unknown-column", file, f"column {column}", f'"{column}" is not a column of {file}.', remedy)
        for name, field in kind.model_fields.items():
            if field.is_required() and name != "row" and name not in columns:
                where = f"column {name}"
                self.wrong("missing-column", file, where, "The column is missing.", "Add it to the header row.")
        return len(self.findings) == before

    def _row(self, file: str, number: int, row: dict[str, str], kind: type[model.Row]) -> model.Row | None:
        data: dict[str, Any] = {**row, "row": number}
        if kind is model.Item:
            described = {int(key[7:]): data.pop(key) for key in list(data) if key.startswith("rating_")}
            data["ratings"] = tuple(described.get(rating) for rating in range(max(described, default=-1) + 1))
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            self._explain(error, file, lambda place: f"row {number}" + (f", column {place[0]}" if place else ""), kind)
            self.broken.add(row.get("id", ""))
            return None

    def _explain(self, error: ValidationError, file: str, place: Place, kind: type[model.Strict]) -> None:
        for fault in error.errors(include_url=False):
            location = _location(fault)
            self.wrong(*_told(fault, location, kind, file, place(location)))


_NOT_TUNABLE = "Delete it; only what the base lists under [tunable] may differ."


def _extends(raw: Mapping[str, Any]) -> str | None:
    header = raw.get("pack")
    named = header.get("extends") if isinstance(header, dict) else None
    return named if isinstance(named, str) else None


def _location(fault: ErrorDetails) -> Location:
    # Pydantic marks a key of a table of the author's own with [key]: the key itself is the place.
    return tuple(part for part in fault["loc"] if part != "[key]")


def _take_out(raw: Any, location: Location) -> Any:
    """Removes what stands at a place, and gives it back."""
    for part in location[:-1]:
        raw = raw[part]
    return raw.pop(location[-1])


# The lists below [bands].
_RULES = (("at_least",), ("at_most",), ("reach",), ("changed",))
# The headings each of whose entries can be left out without the rest losing its meaning.
_ENTRIES = ("sources", "parameters", "sets", "facts", "scores", "review", "hold", "refuse", "silence", "allow")


def _told(
    fault: ErrorDetails, location: Location, kind: type[model.Strict], file: str, where: str
) -> tuple[str, str, str, str, str]:
    """Code, file, place, message and remedy of what pydantic found, in a rule author's words."""
    says, key = fault.get("ctx", {}), str(location[-1]) if location else ""
    heading = len(location) == 1 and kind is model.Rules
    if "says" in says:
        return fault["type"], file, where, says["says"], says["remedy"]
    match fault["type"]:
        case "missing":
            code = "missing-rule" if kind is model.Domain and key == "missing" else "missing-key"
            message = f"The heading [{key}] is missing." if heading else f"{key} is missing."
            remedy = "Write it; it has no default."
            if code == "missing-rule":
                message, remedy = "Nothing says what an unanswered item counts as.", MISSING_RULES
            return code, file, where, message, remedy
        case "extra_forbidden":
            known = _keys(kind, location[:-1])
            what = "heading" if heading else "key"
            remedy = did_you_mean(key, known) or f"The {what}s here are {', '.join(known)}."
            return "unknown-key", file, where, f'"{key}" is not a {what} here.', remedy
        case "literal_error":
            options = re.findall(r"'([^']*)'", says["expected"])
            remedy = did_you_mean(str(fault["input"]), options) or "Write one of them."
            return "wrong-value", file, where, f"Expected one of {', '.join(options)}.", remedy
        case "string_pattern_mismatch":
            return "wrong-value", file, where, FORMS[says["pattern"]], ""
        case "greater_than_equal" | "less_than_equal":
            limit, end = (says["ge"], "more") if "ge" in says else (says["le"], "less")
            return "wrong-value", file, where, f"Expected {limit} or {end}.", ""
        case "string_too_long":
            return "wrong-value", file, where, f"Expected at most {says['max_length']} characters.", ""
    expected = _EXPECTED.get(fault["type"], fault["msg"].replace("Input should be", "expected"))
    return "wrong-value", file, where, f"{expected[0].upper()}{expected[1:]}.", ""


_TOML = "Correct that line: each key stands once under its heading, and text in quotation marks."
_EXPECTED = {
    "string_type": "expected text in quotation marks",
    "bool_type": "expected true or false",
    "tuple_type": "expected a list in square brackets",
    "dict_type": "expected a heading with keys below it",
    "model_type": "expected a heading with keys below it",
}


def _toml_place(raw: Mapping[str, Any], location: Location) -> str:
    """`[[review]] costly, when` for ("review", 0, "when"): the author's own headings and ids."""
    if not location:
        return ""
    if location[0] == "parameters" and len(location) > 1 and not isinstance(raw["parameters"][location[1]], dict):
        location = location[:2]
    depth = 2 if location[0] == "bands" and location[1:2] in _RULES else 1
    rest = [f"number {part + 1}" if isinstance(part, int) else part for part in location[depth:]]
    if not rest or not isinstance(location[depth], int):
        inner = ", ".join([*map(str, location[1:depth]), *rest])
        return f"[{location[0]}] {inner}".rstrip()
    entry: Any = raw
    for part in location[: depth + 1]:
        entry = entry[part]
    label = entry.get("id", entry.get("code")) if isinstance(entry, dict) else None
    heading = ".".join(map(str, location[:depth]))
    return ", ".join([f"[[{heading}]] {label or rest[0]}", *rest[1:]])


def _keys(kind: type[model.Strict], location: Location) -> list[str]:
    """The keys that may stand at a place of pack.toml or in a row of a table."""
    for part in location:
        kind = _NESTED.get(str(part), kind)
    return [field.alias or name for name, field in kind.model_fields.items() if name != "row"]


_NESTED: dict[str, type[model.Strict]] = {
    "pack": model.Header,
    "parameters": model.Parameter,
    "facts": model.OwnFact,
    "bands": model.BandRules,
    "at_least": model.AtLeast,
    "at_most": model.AtLeast,
    "reach": model.Reach,
    "changed": model.Condition,
    "first_that_holds": model.FirstThatHolds,
    "validity": model.Validity,
    "review": model.Review,
    "hold": model.Condition,
    "refuse": model.Condition,
    "silence": model.Silence,
    "tunable": model.Tunable,
}
