"""A broken pack is a few small files laid over a sound one: tables whole, pack.toml heading by heading."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Collection
from pathlib import Path

import pytest

from banding.engine.compile import compile_pack
from banding.errors import Finding, PackError
from banding.pack.library import load_pack

HERE = Path(__file__).parent
SOUND = HERE / "sound"
ON = dt.date(2026, 6, 1)


def laid_over(case: Path, target: Path, without: Collection[str] = (), below: Path = SOUND) -> Path:
    """Writes the pack `below` with the files of `case` laid over it. `without`: headings and files to leave out."""
    shutil.copytree(below, target)
    for path in case.iterdir():
        if path.name == "pack.toml":
            text = over((below / "pack.toml").read_text("utf-8"), path.read_text("utf-8"), without)
            (target / "pack.toml").write_text(text, encoding="utf-8")
        elif path.name != "expect.toml":
            shutil.copy(path, target)
    for name in without:
        (target / name).unlink(missing_ok=True)
    return target


def over(below: str, above: str, without: Collection[str] = ()) -> str:
    """TOML text whose headings replace those of the same name, all entries of a [[heading]] together."""
    found = {**_headings(below), **_headings(above)}
    return "".join(text for heading, text in found.items() if heading.strip("[]") not in without)


def _headings(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    heading = ""
    for line in text.splitlines(keepends=True):
        heading = line.strip() if re.match(r"\[+[a-z_.]+\]+\s*$", line) else heading
        found[heading] = found.get(heading, "") + line
    return {heading: f"{text}\n" for heading, text in found.items()}


def told(folder: Path, on: dt.date = ON) -> tuple[Finding, ...]:
    """Everything that is said of a pack, from its files to its bounds."""
    try:
        pack = load_pack(folder, on=on)
        compile_pack(pack, on)
    except PackError as error:
        return error.findings
    return pack.findings


def refused(name: str | Path, *, on: dt.date | None = None) -> list[Finding]:
    """Everything that is said of a pack that cannot be loaded."""
    with pytest.raises(PackError) as caught:
        load_pack(name, on=on)
    return list(caught.value.findings)
