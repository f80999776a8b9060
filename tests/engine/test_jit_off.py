"""With the JIT off the kernel's text runs in Python: every scored row is the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from banding.pack.library import load_pack

PACKS = ("placements-standard@2026", "washington-wise@2018", "wac-protective-supervision@2018", "sdq@1997")
SCORE = """
import datetime as dt, sys, polars as pl
from banding.engine import execute
from banding.engine.score import score_caseload
from banding.pack.library import load_pack
execute.ROWS_A_THREAD = 4
name, source, target, block, threads = sys.argv[1:]
frame = score_caseload(
    pl.read_parquet(source), load_pack(name), dt.date(2026, 4, 1), block=int(block), threads=int(threads)
).frame
frame.write_parquet(target)
"""


def caseload(name: str) -> pl.DataFrame:
    """Twenty-four children: complete, unanswered, not asked, and one off the scale."""
    pack = load_pack(name)
    rows = []
    for child in range(24):
        row: dict[str, object] = {"child_id": f"c{child}", "age": None if child % 5 == 4 else child % 19}
        for place, item in enumerate(pack.items.values()):
            drawn = (child * 7 + place * 3 + child * place) % (item.top + 3)
            row[item.id] = drawn if drawn <= item.top else None if drawn == item.top + 1 else -1
        rows.append(row)
    rows[23][next(iter(pack.items))] = 99
    rows[22] |= dict.fromkeys(pack.items, 0)
    return pl.DataFrame(rows, infer_schema_length=None)


@pytest.mark.parametrize("name", PACKS)
def test_the_same_rows_with_the_jit_off(name: str, tmp_path: Path) -> None:
    caseload(name).write_parquet(tmp_path / "in.parquet")
    answers = []
    for jit_off, block, threads in (("0", 8192, 1), ("1", 5, 2)):
        out = tmp_path / f"out-{jit_off}.parquet"
        command = [
            sys.executable,
            "-W",
            "error",
            "-c",
            SCORE,
            name,
            str(tmp_path / "in.parquet"),
            str(out),
            str(block),
            str(threads),
        ]
        environment = {**os.environ, "NUMBA_DISABLE_JIT": jit_off}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        answers.append(pl.read_parquet(out))
    assert answers[0].equals(answers[1])
    assert set(answers[0]["status"]) == {"scored", "rejected"}
