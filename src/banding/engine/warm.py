"""Compiles the kernel ahead of its first use, and tells whether that is still to come on this machine."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

from banding.engine.compile import compile_pack
from banding.engine.execute import run_program
from banding.pack.library import load_pack


def warm() -> float:
    """Compiles the kernel, or loads it from its cache; returns the seconds that took. One compilation serves all
    packs."""
    began = time.perf_counter()
    program = compile_pack(load_pack("placements-standard@2026"), dt.date(2026, 1, 1)).program
    run_program(program, dict.fromkeys(program.inputs, 0), 1)
    return time.perf_counter() - began


def is_cold() -> bool:
    """True where no compiled kernel is in the cache yet, so that the first scoring takes some seconds longer."""
    from banding.engine import kernel  # noqa: PLC0415  (numba loads only when something is scored)

    stats = getattr(kernel.run, "stats", None)  # absent with the JIT off
    return stats is not None and not any(Path(stats.cache_path).glob("kernel.run-*.nbi"))
