"""A pack folder from disk: TOML and CSV to a `Document`, every mistake in the files collected.

Nothing is interpreted here beyond form, `extends` aside: there the base is read first and only what its [tunable] lists
is replaced. Cells are text until the model types them, so a spreadsheet's habits (blank cells, spaces) do no harm.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from banding.errors import Finding, did_you_mean
from banding.pack import model

TABLES: dict[str, type[model.Row]] = {
    "items": model.Item,
    "domains": model.Domain,
    "bands": model.Band,
    "settings": model.Setting,
    "prices": model.Price,
    "crosswalk": model.Mapping,
}
REQUIRED = ("items", "domains")
# cases.csv holds worked cases for tests of the pack and README.md its story: neither changes what the pack says.
BESIDE = ("pack.toml", "cases.csv", "README.md")
MOST_BYTES = 256 * 1024 * 1024


class Folder:
    """One pack folder and what is wrong in its files. `shown` is how findings name it."""

    def __init__(self, path: Path, shown: str) -> None:
        self.path, self.shown = path, shown
        self.findings: list[Finding] = []

    def wrong(self, code: str, file: str, place: str, message: str, remedy: str = "") -> None:
        self.findings.append(Finding(code, f"{self.shown}/{file}", place, message, remedy))

    def rules(self) -> model.Rules | None:
        """pack.toml, or None where it cannot be read or holds a mistake."""
        raw = self.toml()
        if raw is None:
            return None
        try:
            return model.Rules.model_validate(raw)
        except ValidationError as error:
            self._explain(error, "pack.toml", lambda location: _toml_place(raw, location), model.Rules)
            return None

    def toml(self) -> dict[str, Any] | None:
        """pack.toml as it stands, numbers as exact decimals; None, with a finding, where it is no TOML."""
        text = self._text("pack.toml")
        if text is None:
            return None
        try:
            return tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            self.wrong("bad-toml", "pack.toml", "", f"This is not TOML: {error}.", "Correct that line.")
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

    def strangers(self, allowed: Iterable[str]) -> None:
        """Reports files that are no part of a pack, or of this one."""
        known = (*BESIDE, *(f"{name}.csv" for name in allowed))
        for path in sorted(self.path.iterdir()):
            if path.suffix in (".csv", ".toml") and path.name not in known:
                remedy = did_you_mean(path.name, known) or f"A pack folder may hold {', '.join(known)}."
                self.wrong("unknown-file", path.name, "", "This file is not part of a pack.", remedy)

    def _text(self, file: str) -> str | None:
        path = self.path / file
        try:
            if path.stat().st_size > MOST_BYTES:
                self.wrong("too-large", file, "", f"The file is over {MOST_BYTES >> 20} MiB.", "Split the pack.")
                return None
            return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except FileNotFoundError:
            self.wrong("file-missing", file, "", "The file is missing.", f"Every pack has a {file}.")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.wrong("bad-encoding", file, f"line {line}", "This is not UTF-8 text.", "Save the file as UTF-8.")
        except OSError as error:
            self.wrong("unreadable", file, "", f"The file cannot be read: {error.strerror}.")
        return None

    def _table(self, name: str) -> Iterable[model.Row]:
        file, kind = f"{name}.csv", TABLES[name]
        text = self._text(file)
        if text is None:
            return
        lines = csv.reader(io.StringIO(text), strict=True)
        columns: list[str] | None = None
        try:
            for cells in lines:
                if not any(cell.strip() for cell in cells):
                    continue
                if columns is None:
                    columns = [cell.strip() for cell in cells]
                    if not self._header(file, columns, kind):
                        return
                    continue
                if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                    self.wrong(
                        "ragged-row", file, f"row {lines.line_num}", "There are more cells than columns.",
                        'Put quotation marks around cells that hold a comma: "a, b".',
                    )  # fmt: skip
                    continue
                row = {key: cell.strip() for key, cell in zip(columns, cells, strict=False) if cell.strip()}
                typed = self._row(file, lines.line_num, row, kind)
                if typed is not None:
                    yield typed
        except csv.Error as error:
            self.wrong(
                "bad-csv", file, f"row {lines.line_num}", f"This is not CSV: {error}.", "Check its quotation marks."
            )
        if columns is None:
            self.wrong("empty-file", file, "", "The file is empty.", "Give it a header row, or delete it.")

    def _header(self, file: str, columns: list[str], kind: type[model.Row]) -> bool:
        known = [
            field.alias or name for name, field in kind.model_fields.items() if name not in ("row", "lawful", "ratings")
        ]
        good = True
        for column in sorted(set(columns), key=columns.index):
            place = f"column {column}" if column else f"column {columns.index(column) + 1}"
            if columns.count(column) > 1:
                good = False
                self.wrong("duplicate-column", file, place, "The column is there twice.", "Keep one.")
            elif column not in known and not (kind is model.Item and re.fullmatch(r"rating_[0-9]{1,3}", column)):
                good = False
                remedy = did_you_mean(column, known) or f"The columns are {', '.join(known)}."
                self.wrong("unknown-column", file, place, f'"{column}" is not a column of {file}.', remedy)
        for name, field in kind.model_fields.items():
            if field.is_required() and name != "row" and (field.alias or name) not in columns:
                good = False
                self.wrong(
                    "missing-column", file, f"column {name}", "The column is missing.", "Add it to the header row."
                )
        return good

    def _row(self, file: str, line: int, row: dict[str, str], kind: type[model.Row]) -> model.Row | None:
        data: dict[str, Any] = {**row, "row": line}
        if kind is model.Item:
            described = {int(key[7:]): data.pop(key) for key in list(data) if key.startswith("rating_")}
            data["ratings"] = tuple(described.get(rating) for rating in range(max(described, default=-1) + 1))
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            self._explain(error, file, lambda location: _row_place(line, location), kind)
            return None

    def _explain(self, error: ValidationError, file: str, place: Any, kind: type[model.Strict]) -> None:
        for fault in error.errors(include_url=False, include_input=False):
            location = tuple(part for part in fault["loc"] if not _internal(part))
            where, key = place(location), str(location[-1]) if location else ""
            if fault["type"] == "missing":
                self.wrong("missing-key", file, where, f"{key} is missing.", "Write it; it has no default.")
            elif fault["type"] == "extra_forbidden":
                known = _keys(kind, location[:-1])
                remedy = did_you_mean(key, known) or f"The keys here are {', '.join(known)}."
                self.wrong("unknown-key", file, where, f'"{key}" is not a key here.', remedy)
            elif key == "missing" and kind is model.Domain:
                self.wrong(
                    "missing-rule", file, where, "This is no rule for unanswered items.",
                    "Write least, zero, prorata, or refuse = n.",
                )  # fmt: skip
            else:
                code = "values-do-not-fit" if "one for each rating" in fault["msg"] else "wrong-value"
                self.wrong(code, file, where, f"{_plain(fault['msg'], fault.get('ctx'))}.")


def _internal(part: object) -> bool:
    """Pydantic puts the name of the alternative it tried into a location; an author never wrote it."""
    return isinstance(part, str) and ("[" in part or part == "[key]")


def _plain(message: str, context: Mapping[str, Any] | None) -> str:
    pattern = (context or {}).get("pattern")
    if pattern == model.NAME:
        return "Expected a name of small letters, digits and underscores that begins with a letter, such as self_harm"
    if pattern is not None:
        return f"The text does not have the form expected here ({pattern})"
    message = message.removeprefix("Value error, ").replace("Input should be", "Expected")
    return message[0].upper() + message[1:]


def _row_place(line: int, location: tuple[object, ...]) -> str:
    return f"row {line}, column {location[0]}" if location else f"row {line}"


def _toml_place(raw: Mapping[str, Any], location: tuple[object, ...]) -> str:
    """`[[review]] costly, when` for ("review", 0, "when"): the author's own headings and ids."""
    shown: list[str] = []
    at: Any = raw
    heading: list[str] = []
    for depth, part in enumerate(location):
        at = (
            at.get(part)
            if isinstance(at, dict)
            else at[part]
            if isinstance(at, list) and isinstance(part, int)
            else None
        )
        last = depth == len(location) - 1
        if isinstance(part, int):
            label = at.get("id") if isinstance(at, dict) else None
            shown.append(f"[[{'.'.join(heading)}]] {label or f'number {part + 1}'}")
            heading = []
        elif last and (heading or shown):
            shown.append(f"[{'.'.join(heading)}] {part}" if heading else str(part))
            heading = []
        else:
            heading.append(str(part))
    if heading:
        shown.append(f"[{'.'.join(heading)}]")
    return ", ".join(shown)


def _keys(kind: type[model.Strict], location: tuple[object, ...]) -> list[str]:
    """The keys that may stand at a place of pack.toml or in a row of a table."""
    nested: dict[str, type[model.Strict]] = {
        "pack": model.Header, "parameters": model.Parameter, "facts": model.OwnFact, "bands": model.BandRules,
        "at_least": model.AtLeast, "at_most": model.AtLeast, "first_that_holds": model.FirstThatHolds,
        "validity": model.Validity, "review": model.Review, "hold": model.Condition, "refuse": model.Condition,
        "silence": model.Silence, "tunable": model.Tunable,
    }  # fmt: skip
    for part in location:
        kind = nested.get(str(part), kind)
    return [field.alias or name for name, field in kind.model_fields.items() if name != "row"]
