"""One part of a section, where several questions are answered side by side."""

from __future__ import annotations

from typing import NamedTuple

from banding.review.model import Sentence, Table


class Part(NamedTuple):
    """What a part adds to its section's `says`, `tables` and `cannot`."""

    says: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    cannot: tuple[str, ...] = ()
