"""The columns of an Arrow stream from a database: what each is, which no caseload can hold, and the rest in our types.

The stream's own schema is read first: what the database calls a type is lost in the frame, and PostgreSQL's money,
which comes as whole pence, would then read as pounds.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from banding.errors import Finding

# A time with a zone is a point, not a day: whose day it falls on has to be said.
ZONE = "Europe/London"
_UUID = "uuid"
# Formats of the Arrow C data interface: null, truth, whole numbers, floats, decimals, text, dates, date-times.
_READ = re.compile(r"[nbcCsSiIlLfguU]|vu|d:[0-9]+,[0-9]+(,128)?|td[Dm]|ts[smun]:.*")
_TEXT = ("u", "U", "vu")
_BYTES = ("z", "Z", "vz", "w:16")
_WORDS = {"tt": "times of day", "tD": "lengths of time", "ti": "lengths of time", "+": "lists or records", "w": "bytes",
          "z": "bytes", "Z": "bytes", "v": "bytes"}  # fmt: skip
_DAYS = (-719_162, 2_932_896)  # of the years 1 to 9999, from 1970-01-01
_A_DAY = {"ms": 86_400_000, "us": 86_400_000_000}  # ns cannot leave those years


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column of a stream is.

    form  the format string of the Arrow C data interface; of a column of codes, that of what they stand for.
    held  what the database calls the type, such as "numeric"; "" where the driver does not say.
    """

    name: str
    form: str
    held: str


class _Schema(ctypes.Structure):
    """struct ArrowSchema of https://arrow.apache.org/docs/format/CDataInterface.html."""


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.POINTER(_Schema)),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]
_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def kinds(stream: Any) -> list[Kind]:
    """The columns of anything that has an Arrow schema; its rows are not touched."""
    capsule = stream.__arrow_c_schema__()  # owns what is read here
    schema = _Schema.from_address(_pointer(capsule, b"arrow_schema"))
    return [_kind(schema.children[place].contents) for place in range(schema.n_children)]


def _kind(column: Any) -> Kind:
    notes = _notes(column.metadata)
    held = next((notes[key] for key in (b"POSTGRESQL:type", b"ADBC:postgresql:typname") if key in notes), b"")
    if notes.get(b"ARROW:extension:name") == b"arrow.uuid":
        held = _UUID.encode()
    form = column.dictionary.contents.format if column.dictionary else column.format
    return Kind((column.name or b"").decode(), form.decode(), held.decode())


def _notes(address: int | None) -> dict[bytes, bytes]:
    """Keys and values: their number, then each as its length and its bytes, with lengths as 32-bit numbers."""
    if address is None:
        return {}
    words = []
    count, address = 2 * ctypes.c_int32.from_address(address).value, address + 4
    for _ in range(count):
        length = ctypes.c_int32.from_address(address).value
        words.append(ctypes.string_at(address + 4, length))
        address += 4 + length
    return dict(zip(words[::2], words[1::2], strict=True))


def unusable(columns: Sequence[Kind], file: str) -> list[Finding]:
    """Every column that has no name, a name that another has, or values that no caseload holds."""
    names = [column.name for column in columns]
    found = []
    if not columns:
        found.append(Finding("no-columns", file, "query", "The result has no columns.", "Name them after SELECT."))
    for place, column in enumerate(columns, start=1):
        name, here = column.name, f"column {column.name}"
        if name.strip() in ("", "?column?"):
            remedy = "Name it in the query with AS."
            found.append(Finding("no-column-name", file, f"column {place}", "The column has no name.", remedy))
        elif name in names[: place - 1]:
            message = "The result has two columns of that name."
            found.append(Finding("duplicate-column", file, here, message, "Leave one out, or rename it.", path=name))
        elif column.held == "money":
            message = "The column is PostgreSQL's money, whose unit depends on the server's settings."
            remedy = f"Cast it in the query: CAST({name} AS numeric) AS {name}"
            found.append(Finding("wrong-type", file, here, message, remedy, path=name))
        elif not (_READ.fullmatch(column.form) or (column.held == _UUID and column.form in _BYTES)):
            words = next((words for start, words in _WORDS.items() if column.form.startswith(start)), "another kind")
            held = f" ({column.held})" if re.fullmatch(r"\w+", column.held) else ""
            message = f"The column holds {words}{held}, which a caseload cannot."
            remedy = f"Leave it out, or cast it in the query: CAST({name} AS text) AS {name}"
            found.append(Finding("wrong-type", file, here, message, remedy, path=name))
    return found


def in_our_types(raw: pl.DataFrame, columns: Sequence[Kind], file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """The stream's frame with text, numbers, truths, dates and date-times without a zone, and what was found in it.

    A date outside the years 1 to 9999, such as PostgreSQL's infinity, is an error of its row, and null. A column
    without any value has the type Null.
    """
    found: list[Finding] = []
    series = []
    for column, kind in zip(raw.get_columns(), columns, strict=True):
        plain = column.ext.storage() if isinstance(column.dtype, pl.BaseExtension) else column
        if kind.held == _UUID and kind.form in _BYTES:
            plain = plain.bin.encode("hex").str.replace("^(.{8})(.{4})(.{4})(.{4})", "${1}-${2}-${3}-${4}-")
        if plain.dtype.is_temporal():
            plain = _within_calendar(plain, file, found)
        if isinstance(plain.dtype, pl.Datetime) and plain.dtype.time_zone is not None:
            plain = plain.dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
            message = f"The column holds points in time. Each counts for the day that it is in {ZONE}."
            remedy = "Cast it to a date in the query where another day is meant."
            here = f"column {kind.name}"
            found.append(Finding("time-with-zone", file, here, message, remedy, "note", path=kind.name))
        if plain.null_count() == plain.len():
            plain = pl.repeat(None, plain.len(), dtype=pl.Null, eager=True)  # SQLite has no type without a value
        series.append(plain.rename(kind.name))
    return pl.DataFrame(series), found


def _within_calendar(column: pl.Series, file: str, found: list[Finding]) -> pl.Series:
    kind = column.dtype
    a_day = _A_DAY.get(kind.time_unit) if isinstance(kind, pl.Datetime) else 1
    if a_day is None:
        return column
    first, last = (day * a_day for day in _DAYS)
    outside = ~column.to_physical().is_between(first, last + a_day - 1).fill_null(value=True)
    for row in outside.arg_true():
        message = "Not a date of the years 1 to 9999. Correct the cell, or leave it blank."
        place = f"row {row + 1}, column {column.name}"
        found.append(Finding("bad-date", file, place, message, index=row, path=column.name))
    return column.set(outside, None)
