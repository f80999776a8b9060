"""A pack's fingerprint: one hash of what the resolved pack says, whatever it looks like on disk.

Comments, spacing, the order of keys and of rows, line endings, `1.50` for `1.5`, README and cases leave it alone; any
number, rule or word of a reason moves it. Order counts in TOML arrays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

from pydantic import BaseModel

from banding.pack.model import Document


def fingerprint(document: Document) -> str:
    """SHA-256 of the canonical form of the document, as 64 hexadecimal digits."""
    canonical = {
        name: sorted((_plain(row) for row in getattr(document, name)), key=_text)
        for name in ("items", "domains", "bands", "settings", "prices", "crosswalk")
    }
    return hashlib.sha256(_text({"rules": _plain(document.rules), **canonical}).encode()).hexdigest()


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _plain(value: object) -> object:
    """Models as objects without their row numbers, decimals in one spelling, dates as ISO text."""
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields if name != "row"}
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
