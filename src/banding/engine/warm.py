"""Compiles the kernel ahead of its first use, by scoring one child under a pack of every operation."""

from __future__ import annotations

import datetime as dt
import time

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
