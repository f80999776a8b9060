"""Small packs written to a folder and read back, and one child scored both ways."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from banding.engine.reference_score import score_one
from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.pack.meaning import Pack

# What the reference leaves to the frame.
BESIDE = ("child_id", "band_range", "pack", "pack_version", "pack_fingerprint", "pack_in_force", "on")
HEADER = '[pack]\nid = "small"\nversion = "1"\ntitle = "Small"\nstatus = "illustrative"\nfrom = 2020-01-01\n'


def pack_in(folder: Path, rules: str = "", *, header: str = "", **tables: str) -> Pack:
    """Writes pack.toml (header, then rules) and each CSV table into a folder, and reads the pack there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text(f"{HEADER}{header}\n{rules}", encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_pack(folder)


def by_kernel_and_reference(
    pack: Pack, ratings: Mapping[str, int | None], facts: Mapping[str, Any], on: dt.date
) -> dict[str, Any]:
    """One child's scored row from the kernel, after the reference has given the same."""
    kinds = dict.fromkeys(ratings, pl.Int64)
    frame = pl.DataFrame([{"child_id": "c", **ratings, **facts}], schema_overrides=kinds)
    row = score_caseload(frame, pack, on).frame.row(0, named=True)
    assert {name: value for name, value in row.items() if name not in BESIDE} == score_one(pack, ratings, facts, on)
    return row
