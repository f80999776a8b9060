"""Progress: a line on a terminal from the second second on, none of it where nobody looks, nothing left at the end."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from banding import steps
from banding.cli import progress
from banding.cli.progress import Line, showing
from banding.cli.shared import say

CSV = "child_id,monitoring,age\na,3,5\n"
# The command at once, so that the test need not wait for two seconds.
COMMAND = """
import sys
from banding.cli import main, progress
progress.PATIENCE, progress._TICK = 0.0, 0.001
main(sys.argv[1:])
"""
LIBRARY = """
import sys
from banding.caseload.read import read
read([sys.argv[1]])
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_shown_for_two_seconds_and_then_what_is_done() -> None:
    terminal, clock = Terminal(), Clock()
    line = Line(terminal, clock)
    line.step("Reading caseload.csv")
    for clock.now in (100.0, 101.0, 101.99):
        line.tick()
    assert terminal.getvalue() == ""
    clock.now = 102.0
    line.tick()
    assert terminal.getvalue() == "\rReading caseload.csv (2 s)"
    line.step("Scoring 7 rows")
    clock.now = 110.4
    line.tick()
    assert terminal.getvalue().rpartition("\r")[2] == "Scoring 7 rows (10 s)     "


def test_the_line_is_away_while_something_else_is_printed() -> None:
    terminal, clock = Terminal(), Clock()
    line = Line(terminal, clock)
    with line.aside():
        assert terminal.getvalue() == ""
    clock.now += 60
    line.tick()
    with line.aside():
        assert terminal.getvalue() == "\rWorking (60 s)\r              \r"


def test_a_long_step_stays_on_one_line() -> None:
    terminal, clock = Terminal(), Clock()
    line = Line(terminal, clock)
    line.step(f"Reading {'x' * 200}.csv")
    clock.now += 3
    line.tick()
    assert len(terminal.getvalue()) == len("\r") + 79


def test_where_the_stream_is_no_terminal_there_is_no_thread_and_no_listener() -> None:
    stream, before = io.StringIO(), threading.enumerate()
    with showing(stream):
        assert threading.enumerate() == before
        assert steps._listeners == []
    assert stream.getvalue() == ""


def test_no_thread_outlives_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_TICK", 0.001)
    terminal, before, seen = Terminal(), threading.enumerate(), threading.Event()

    def clock() -> float:
        if len(threading.enumerate()) > len(before):
            seen.set()
        return 0.0

    def fails() -> None:
        with showing(terminal, clock):
            assert seen.wait(30)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    assert threading.enumerate() == before
    assert (steps._listeners, progress._lines) == ([], [])


def test_what_is_said_does_not_stand_behind_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal, clock = Terminal(), Clock()
    line = Line(terminal, clock)
    monkeypatch.setattr(progress, "_lines", [line])
    clock.now += 5
    line.tick()
    say("Wrote x.csv")
    assert terminal.getvalue().endswith("\r")
    assert capsys.readouterr().err == "Wrote x.csv\n"


def waiting(code: str, *arguments: str, stderr: int, fifo: Path) -> subprocess.Popen[bytes]:
    """Python at work on a file that does not come before it is written."""
    os.mkfifo(fifo)
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=stderr)


def test_a_command_shows_what_it_does_on_a_terminal(tmp_path: Path) -> None:
    fifo = tmp_path / "x.csv"
    ours, theirs = pty.openpty()
    arguments = ("explain", str(fifo), "--child", "a", "--pack", "wac-protective-supervision@2018")
    command = waiting(COMMAND, *arguments, stderr=theirs, fifo=fifo)
    os.close(theirs)
    shown = b""
    while b"Reading x.csv (" not in shown:
        shown += os.read(ours, 1 << 16)
    fifo.write_text(CSV, "utf-8")
    out, _ = command.communicate(timeout=60)
    rest = b""
    while piece := _read(ours):
        rest += piece
    os.close(ours)
    assert command.returncode == 0
    assert b"monitoring" in out.lower()
    assert b"Reading" not in out
    left = screen(shown + rest)
    assert left[0].startswith(("Read as own columns", "Preparing the engine"))
    assert not any("Reading" in line for line in left)


def screen(written: bytes) -> list[str]:
    """What is to be seen on a terminal in the end, line by line; a line on which nothing is left is none."""
    left = []
    for line in written.decode().split("\n"):
        cells: list[str] = []
        for piece in line.split("\r"):
            cells[: len(piece)] = piece
        left.append("".join(cells).rstrip())
    return [line for line in left if line]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so at the end
        return b""


def test_a_command_that_is_piped_says_nothing_on_the_way(tmp_path: Path) -> None:
    fifo = tmp_path / "x.csv"
    arguments = ("explain", str(fifo), "--child", "a", "--pack", "wac-protective-supervision@2018")
    command = waiting(COMMAND, *arguments, stderr=subprocess.PIPE, fifo=fifo)
    with fifo.open("w", encoding="utf-8") as opened:  # the command is reading now
        threading.Event().wait(0.05)
        opened.write(CSV)
    _, told = command.communicate(timeout=60)
    assert told.decode().splitlines()[0].startswith(("Read as own columns", "Preparing the engine"))
    assert b"Reading" not in told
    assert b"\r" not in told.replace(os.linesep.encode(), b"")


def test_a_library_call_says_nothing_even_on_a_terminal(tmp_path: Path) -> None:
    fifo = tmp_path / "x.csv"
    ours, theirs = pty.openpty()
    library = waiting(LIBRARY, str(fifo), stderr=theirs, fifo=fifo)
    os.close(theirs)
    fifo.write_text(CSV, "utf-8")
    library.communicate(timeout=60)
    assert (library.returncode, _read(ours)) == (0, b"")
    os.close(ours)
