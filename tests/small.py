"""Small packs written to a folder and read back: the text of each table stands in the test that needs it."""

from __future__ import annotations

from pathlib import Path

from banding.pack.library import load_pack
from banding.pack.meaning import Pack

HEADER = '[pack]\nid = "small"\nversion = "1"\ntitle = "Small"\nstatus = "illustrative"\nfrom = 2020-01-01\n'


def pack_in(folder: Path, rules: str = "", *, header: str = "", **tables: str) -> Pack:
    """Writes pack.toml (header, then rules) and each CSV table into a folder, and reads the pack there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text(f"{HEADER}{header}\n{rules}", encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_pack(folder)
