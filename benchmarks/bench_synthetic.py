"""A million synthetic children, drawn and written: the goal is 30 seconds on two cores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from banding.pack.library import load_pack
from banding.synthetic import ON, synthesise, write_synthetic


def test_a_million_children_to_parquet(benchmark: Any, tmp_path: Path) -> None:
    pack = load_pack("england-reference@2026")

    def drawn_and_written() -> None:
        write_synthetic(synthesise(1_000_000, 1, pack=pack, on=ON), tmp_path / "synthetic.parquet")

    benchmark.pedantic(drawn_and_written, rounds=1)
