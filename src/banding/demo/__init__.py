"""The demonstration: a few synthetic placement records of our own making, scored and explained in a few lines.

One of them is faulty on purpose, so that a newcomer sees what a rejected row looks like.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

from banding.errors import Finding, OutputError
from banding.pack.library import load_pack
from banding.run import Run, score_files

RECORDS = "synthetic-placements.jsonld"
ON = dt.date(2026, 4, 1)
WIDTH = 80


def demonstrate(folder: Path, say: Callable[[str], None]) -> Run:
    """Scores the synthetic records into a folder, which is made where it is missing, and says what came of them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"The folder cannot be made: {error.strerror}."
        raise OutputError(Finding("cannot-write", str(folder), "", message, "Choose another with --out.")) from error
    pack = load_pack("placements-standard@2026")
    out, rejects = folder / "scored.csv", folder / "rejects.csv"
    with as_file(files("banding.demo") / RECORDS) as records:
        run = score_files([records], pack, ON, out, rejects=rejects)
    say("SYNTHETIC records of our own making: no real child is among them.")
    say(f"Scored by {pack.header.title} ({pack.header.status}), on {ON}.\n")
    say(f"{'child':<14}{'recorded':>9}  {'tier':<24}range")
    for row in run.frame.iter_rows(named=True):
        for line in _lines(row):
            say(line)
    say("\nThe tier counts recorded needs: a risk profile, not a full band. A range of 2-3")
    say("means that unanswered items could still lead to either tier.")
    for review in pack.reviews:
        say(textwrap.fill(f"  {review.id}: {review.because}", WIDTH, subsequent_indent=" " * 6))
    counts = run.counts
    say(f"\n{counts['rows']} records: {counts['scored']} scored, {counts['rejected']} rejected. Written:")
    for path in run.written:
        say(f"  {path}")
    return run


def _lines(row: dict[str, object]) -> list[str]:
    if row["status"] == "rejected":
        return [f"{row['child_id']!s:<14}{'-':>9}  rejected: the reasons are in rejects.csv"]
    reach = f"{row['band_low']}-{row['band_high']}" if row["band_low"] != row["band_high"] else f"{row['band']}"
    line = f"{row['child_id']!s:<14}{row['need_score']!s:>9}  {row['band_name']!s:<24}{reach}"
    return [line, *(f"{'':<25}{review}" for review in str(row["reviews"]).split(";") if review)]
