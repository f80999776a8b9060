"""What a Parquet file will be once it is read, told from its own headers before it is.

A column of one value is a few bytes for a thousand million rows, and a page that packs well is as large as it likes, so
the list at the file's end and the head of every page are gone through first. A page is never unpacked to more than its
own head says. Format: https://parquet.apache.org/docs/file-format/, in Thrift's compact protocol.
"""

from __future__ import annotations

import io
from typing import Any

import polars as pl

from banding.caseload.limits import Limits
from banding.errors import CaseloadError, Finding

MARK = b"PAR1"
# A list of columns this long takes a second; those of real caseloads take a few thousand bytes.
_LONGEST_FOOTER = 4 << 20
_MOST_PAGES = 50_000
_DEEPEST = 16
# Bytes of one value in memory, by the format's numbers of its types: truth, whole numbers, moment, floats, text.
_WIDTHS = {0: 1, 1: 4, 2: 8, 3: 12, 4: 4, 5: 8, 6: 16, 7: 16}
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_NUMBERS = (4, 5, 6)
_LONG_LIST = 15
_LONGEST_NUMBER = 63


class _BrokenError(Exception):
    """The headers cannot be read."""


def read(content: bytes, file: str, limits: Limits) -> pl.DataFrame:
    """The frame of a Parquet file. Raises CaseloadError where it is damaged or goes beyond the limits."""
    try:
        _check(content, file, limits)
        return pl.read_parquet(io.BytesIO(content))
    except (_BrokenError, IndexError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        message = "The Parquet file is damaged."
        raise CaseloadError(Finding("bad-parquet", file, "", message, "Export it again.")) from None


def _check(content: bytes, file: str, limits: Limits) -> None:
    length = int.from_bytes(content[-8:-4], "little")
    if not content.endswith(MARK) or length > len(content) - 12:
        raise _BrokenError
    if length > _LONGEST_FOOTER:
        raise limits.exceeded("columns", "Its list of columns is too long.", file)
    footer = _Thrift(content, len(content) - 8 - length).struct()
    rows = _whole(footer, 3)
    if rows > limits.rows:
        raise limits.exceeded("rows", f"It claims {rows:,} rows.", file)
    groups = _several(footer, 4)
    columns = max((len(_several(group, 1)) for group in groups), default=0)
    if columns > limits.columns:
        raise limits.exceeded("columns", f"It has {columns:,} columns.", file)
    total = pages = 0
    for group in groups:
        for column in _several(group, 1):
            held = column.get(3)
            if not isinstance(held, dict):
                raise _BrokenError
            width = _WIDTHS.get(_whole(held, 1), 16)
            at = min(place for place in (_whole(held, 9), held.get(11)) if place)
            end = at + _whole(held, 7)
            while at < end:
                page = _Thrift(content, at)
                head = page.struct()
                values = max((_whole(head[kind], 1) for kind in (5, 7, 8) if kind in head), default=0)
                total += _whole(head, 2) + values * width
                pages += 1
                at = page.at + _whole(head, 3)
                if total > limits.unpacked_bytes or pages > _MOST_PAGES:
                    raise limits.exceeded("unpacked_bytes", "It unpacks to too many bytes.", file)


def _whole(held: dict[int, Any], key: int) -> int:
    found = held.get(key)
    if not isinstance(found, int) or found < 0:
        raise _BrokenError
    return found


def _several(held: dict[int, Any], key: int) -> list[dict[int, Any]]:
    found = held.get(key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _BrokenError
    return found


class _Thrift:
    """Reads one structure as its fields by number; `at` is then the byte behind it. IndexError where the bytes end."""

    def __init__(self, content: bytes, at: int) -> None:
        self.content, self.at = content, at

    def struct(self, depth: int = 0) -> dict[int, Any]:
        if depth > _DEEPEST:
            raise _BrokenError
        found: dict[int, Any] = {}
        key = 0
        while head := self._byte():
            kind, step = head & 15, head >> 4
            key = key + step if step else self._signed()
            found[key] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> object:
        if kind in _NUMBERS:
            return self._signed()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_LIST, _SET):
            head = self._byte()
            size = head >> 4 if head >> 4 != _LONG_LIST else self._number()
            return [self._value(head & 15, depth + 1) for _ in range(size)]
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in (_BINARY, _DOUBLE):
            size = self._number() if kind == _BINARY else 8
            self.at += size
            return None
        if kind == _MAP and (size := self._number()):
            kinds = self._byte()
            for _ in range(size):
                self._value(kinds >> 4, depth + 1)
                self._value(kinds & 15, depth + 1)
            return None
        if kind == _MAP:
            return None
        raise _BrokenError

    def _byte(self) -> int:
        found = self.content[self.at]
        self.at += 1
        return found

    def _number(self) -> int:
        found = shift = 0
        while (byte := self._byte()) & 128:
            found |= (byte & 127) << shift
            shift += 7
            if shift > _LONGEST_NUMBER:
                raise _BrokenError
        return found | byte << shift

    def _signed(self) -> int:
        number = self._number()
        return number >> 1 ^ -(number & 1)
