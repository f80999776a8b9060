"""What is being done just now, for whoever waits: the command line shows it, a library call tells no one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str], None]
_listeners: list[Listener] = []


def step(doing: str) -> None:
    """Says what begins now, such as "Reading caseload.csv"; never what a cell holds."""
    for listener in _listeners:
        listener(doing)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Tells the listener of every step in this context."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
