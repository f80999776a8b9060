"""A pack's fingerprint: one hash of what the resolved pack says, whatever it looks like on disk.

Comments, spacing, the order of keys and of rows, line endings, `1.50` for `1.5`, README and cases leave it alone, and
spacing and `1.50` do so in expressions too. Any number, rule or word of a reason moves it. Order counts in TOML arrays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

from pydantic import BaseModel

from banding.pack.cells import EXACT
from banding.pack.expression import canonical
from banding.pack.model import Document

# Keys that hold an expression, and headings each of whose keys does.
_EXPRESSIONS = frozenset(("when", "amount", "score", "days", "value", "asked", "only"))
_OF_EXPRESSIONS = frozenset(("scores", "sets"))


def fingerprint(document: Document) -> str:
    """SHA-256 of the canonical form of the document, as 64 hexadecimal digits."""
    canonical = {
        name: sorted((_plain(row) for row in getattr(document, name)), key=_text)
        for name in ("items", "domains", "bands", "settings", "prices", "crosswalk")
    }
    return hashlib.sha256(_text({"rules": _plain(document.rules), **canonical}).encode()).hexdigest()


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _plain(value: object, key: str = "") -> object:
    """Models as objects without their row numbers, decimals and expressions in one spelling, dates as ISO text."""
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name), name) for name in type(value).model_fields if name != "row"}
    if isinstance(value, dict):
        inside = "when" if key in _OF_EXPRESSIONS else ""
        return {str(name): _plain(member, inside) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, str) and key in _EXPRESSIONS:
        return canonical(value)
    if isinstance(value, Decimal):
        return format(value.normalize(EXACT) if value else Decimal(0), "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
