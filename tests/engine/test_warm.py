"""Whether the first scoring on this machine is still to compile the kernel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from banding.engine.warm import is_cold, warm

ASK = "from banding.engine.warm import is_cold; print(is_cold())"


def test_an_empty_cache_is_cold_and_a_used_one_is_not(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    asked = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    assert asked.stdout == "True\n"
    warm()
    assert not is_cold()
