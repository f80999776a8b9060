"""JSON of our own columns: a list of flat objects, one a child, to a frame of plain columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from decimal import Decimal
from itertools import chain
from typing import Any

import polars as pl

from banding.caseload.limits import Limits
from banding.caseload.placements_standard import MOST_DIGITS, Members
from banding.errors import CaseloadError, Finding

_FLAT = "Give a list of flat objects, or name the layout of the file."


def read(document: object, file: str, limits: Limits) -> tuple[pl.DataFrame, list[Finding]]:
    """Parsed JSON (from `json_text.parse`) as one row an object, and what is wrong in single objects.

    Raises CaseloadError with all findings where there is no record, where a record or a value is not flat, or where
    there are more records or columns than the limits allow.
    """
    rows: list[Any] = document if isinstance(document, list) else [document]
    if not any(rows):
        raise CaseloadError(Finding("empty-file", file, "", "The file holds no record.", "Export it again."))
    if len(rows) > limits.rows:
        raise limits.exceeded("rows", f"It has {len(rows):,} records.", file)
    broken = [
        Finding("wrong-type", file, f"record {place}", "The record is not an object.", _FLAT)
        for place, row in enumerate(rows, start=1)
        if not isinstance(row, dict)
    ]
    if broken:
        raise CaseloadError(broken)
    columns, most = [], max(map(len, rows))
    if most <= limits.columns:
        columns = list(dict.fromkeys(chain.from_iterable(rows)))
        most = len(columns)
    if most > limits.columns:
        raise limits.exceeded("columns", f"Its records have {most:,} different keys.", file)
    held = {name: [row.get(name) for row in rows] for name in columns}
    kinds = {name: set(map(type, values)) for name, values in held.items()}
    if any(issubclass(kind, list | dict) for found in kinds.values() for kind in found):
        raise CaseloadError(_nested(rows, file))
    texts = {name: [value for value in held[name] if isinstance(value, str)] for name in columns if str in kinds[name]}
    if any(max(map(len, values)) > limits.cell_characters for values in texts.values()):
        place = next(place for place, row in enumerate(rows, start=1) if _longest(row) > limits.cell_characters)
        raise limits.exceeded("cell_characters", "A value is too long.", file, f"record {place}")
    frame = pl.DataFrame({_shown(name): _column(held[name], kinds[name]) for name in columns})
    # Half a character is nowhere but where something is beyond ASCII.
    plain = all(map(str.isascii, chain.from_iterable(texts.values())))
    odd = [index for index, row in enumerate(rows) if not plain or (isinstance(row, Members) and row.repeated)]
    return frame, [finding for index in odd for finding in _record_findings(rows[index], index, file)]


def _nested(rows: list[dict[str, Any]], file: str) -> list[Finding]:
    """The first record of each key that holds a list or an object."""
    nested = {
        key: place for place, row in reversed(list(enumerate(rows, start=1))) for key in row
        if isinstance(row[key], list | dict)
    }  # fmt: skip
    return [
        Finding("wrong-type", file, f"record {place}", f"{_shown(key)} is no single value.", _FLAT)
        for key, place in nested.items()
    ]


def _longest(row: dict[str, Any]) -> int:
    return max((len(value) for value in row.values() if isinstance(value, str)), default=0)


def _record_findings(row: dict[str, Any], index: int, file: str) -> Iterator[Finding]:
    """What rejects a record: a key given twice, and text that is none."""
    place = f"record {index + 1}"
    for key in sorted(getattr(row, "repeated", ())):
        message = f"{_shown(key)} is given more than once."
        yield Finding(
            "rule-violation", file, place, message, "Keep the one that is right.", index=index, path=_shown(key)
        )
    for key, value in row.items():
        if isinstance(value, str) and _shown(value) != value:
            message = f"{_shown(key)} holds half a character."
            yield Finding(
                "bad-format", file, place, message, "Export the file again.", index=index, path=_shown(key),
                value=_shown(value),
            )  # fmt: skip


def _shown(text: str) -> str:
    """Text that can be written down: JSON can escape half of a character, which cannot."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _column(values: list[Any], kinds: Set[type]) -> pl.Series:
    """One type a column: whole numbers or truths where all are, else text as written."""
    kinds = kinds - {type(None)}
    if not kinds:
        return pl.Series(values, dtype=pl.Null)
    if kinds == {bool}:
        return pl.Series(values, dtype=pl.Boolean)
    if kinds == {int} and all(-(2**63) <= value < 2**63 for value in values if value is not None):
        return pl.Series(values, dtype=pl.Int64)
    return pl.Series([_as_text(value) for value in values], dtype=pl.String)


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _shown(value)
    if isinstance(value, Decimal):
        # Written out, 1e999999999 would fill the memory.
        return format(value, "f") if abs(value.adjusted()) <= MOST_DIGITS else str(value)
    return json.dumps(value)
