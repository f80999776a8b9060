"""What is being done, on a terminal, once a command has taken longer than people wait without asking."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from banding.steps import heard_by

# Seconds for which nothing is shown.
PATIENCE = 2.0
_TICK = 0.1
_USUAL_WIDTH = 80


class Line:
    """One line at the end of a terminal, with the step that is being done and the seconds so far."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream, self._clock, self._began = stream, clock, clock()
        self._doing, self._shown = "Working", ""
        self._lock = threading.Lock()

    def step(self, doing: str) -> None:
        """Takes note of what begins; the next tick shows it."""
        self._doing = doing

    def tick(self) -> None:
        """Shows how things stand, once PATIENCE is over."""
        if (seconds := self._clock() - self._began) < PATIENCE:
            return
        line = f"{self._doing} ({seconds:.0f} s)"[: self._width() - 1]
        with self._lock:
            if line != self._shown:
                self._write(f"\r{line.ljust(len(self._shown))}")
                self._shown = line

    @contextmanager
    def aside(self) -> Iterator[None]:
        """The line is away in this context, for what else is to be printed."""
        with self._lock:
            if self._shown:
                self._write(f"\r{' ' * len(self._shown)}\r")
                self._shown = ""
            yield

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _USUAL_WIDTH
        except (OSError, ValueError):
            return _USUAL_WIDTH

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # nobody looks: the work goes on
            self._stream.write(text)
            self._stream.flush()


_lines: list[Line] = []


@contextmanager
def showing(stream: TextIO, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Shows each step of what runs in this context, where the stream is a terminal; nothing is left of it."""
    if not stream.isatty():
        yield
        return
    line, over = Line(stream, clock), threading.Event()

    def watch() -> None:
        while not over.wait(_TICK):
            line.tick()

    watcher = threading.Thread(target=watch, daemon=True)
    _lines.append(line)
    with heard_by(line.step):
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            with line.aside():
                _lines.remove(line)


@contextmanager
def aside() -> Iterator[None]:
    """For whatever else is printed: the line of progress is away in this context."""
    if not _lines:
        yield
        return
    with _lines[-1].aside():
        yield
