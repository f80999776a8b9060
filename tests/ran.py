"""A command that was run in this process: its exit status, and what it said where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Ran:
    status: object
    out: str
    err: str


Run = Callable[..., Ran]
