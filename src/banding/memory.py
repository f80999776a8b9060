"""How much memory a command may hold: what the machine has, and a watch that ends the command before it takes more.

The bounds that a system itself keeps, RLIMIT_AS and RLIMIT_DATA, are not used. They count what is reserved: to score
one row 1,400 MB and 290 MB are, where 230 MB are held, and more with every processor. And beyond them polars, as all of
Rust, ends the process where it stands, with a trace and without a word on what to do. So what is held is looked at. A
call that keeps the interpreter to itself, as parsing a sheet does, is seen when it is over; limits of files bound it.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

SECONDS_BETWEEN = 0.02
# Files that are written and not yet in place: who ends the process without unwinding deletes them first.
unfinished: set[Path] = set()
_HELD = re.compile(rb"^Vm(?:RSS|Swap):\s*(\d+) kB$", re.MULTILINE)


@cache
def machine_bytes(root: Path = Path("/")) -> int:
    """Bytes of memory of the machine, or of its container where that may hold less; 0 where the system does not tell.

    root  of the file system that tells of containers (cgroups of Linux, both versions).
    """
    if not hasattr(os, "sysconf"):
        return 0
    told = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for file in _bounds(root):
        with suppress(OSError, ValueError):  # there is none, or it is "max"
            told.append(int(file.read_text("ascii")))
    return min(told)


def _bounds(root: Path) -> Iterator[Path]:
    """Where the bounds of this process's group and of every group around it stand."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text("utf-8").splitlines():
            _, kinds, group = line.split(":", 2)
            if kinds and "memory" not in kinds.split(","):
                continue
            top = root / "sys/fs/cgroup" / ("memory" if kinds else "")
            name = "memory.limit_in_bytes" if kinds else "memory.max"
            inside = top / group.lstrip("/")
            yield from (folder / name for folder in (inside, *inside.parents) if folder.is_relative_to(top))


def held_bytes() -> int | None:
    """Bytes of memory that this process holds, swapped out or not; None where the system does not tell (Linux does)."""
    try:
        status = Path("/proc/self/status").read_bytes()
    except OSError:
        return None
    return sum(int(kilobytes) << 10 for kilobytes in _HELD.findall(status))


def watch(most: int, over: Callable[[], object]) -> Callable[[], None]:
    """Calls `over` once, in a thread of its own, when the process holds more than `most` bytes; returns what ends the
    watch. Nothing is watched where the system does not tell."""
    ended = threading.Event()

    def look() -> None:
        while (held_bytes() or 0) <= most:
            if ended.wait(SECONDS_BETWEEN):
                return
        over()

    if held_bytes() is not None:
        threading.Thread(target=look, name="memory", daemon=True).start()
    return ended.set
