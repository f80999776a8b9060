"""Start-up by itself: what `import banding` adds to `import polars`, and the first compile in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pairs import ratio


def _process(code: str, **environment: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **environment})


def test_import_beside_polars(benchmark: Any) -> None:
    both = "import polars, banding; banding.score, banding.load_pack"
    benchmark.extra_info["ratio"] = ratio(
        "import polars beside import polars and banding",
        lambda: _process(both),
        lambda: _process("import polars"),
        pairs=5,
    )
    benchmark.pedantic(_process, (both,), rounds=3)


def test_first_compile(benchmark: Any, tmp_path: Path) -> None:
    """Seconds of a first start on a fresh machine: an empty kernel cache each round."""
    warm = "from banding.engine.warm import warm; warm()"
    rounds = iter(range(100))
    benchmark.pedantic(lambda: _process(warm, NUMBA_CACHE_DIR=str(tmp_path / str(next(rounds)))), rounds=2)
