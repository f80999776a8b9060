"""The children looked after on a date, told from the files in plain Python: one child at a time, with no frame and
nothing of the package. A second telling of the same rules, to be held against the first."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOSTER = {"PR1": "own_foster", "PR4": "agency_foster"}
SETTINGS = {
    "K1": "secure_home", "K2": "childrens_home", "H5": "supported_accommodation", "P2": "supported_accommodation",
    "P1": "with_parents", "R2": "nhs", "R5": "custody", "S1": "residential_school", "R3": "parent_and_child",
    "A3": "adoption", "A4": "adoption", "A5": "adoption", "A6": "adoption",
    "U1": "kinship", "U2": "kinship", "U3": "kinship",
}  # fmt: skip


@dataclass
class Told:
    setting: str | None
    days: int | None
    weeks: int | None
    moves: int
    missing: int
    unaccompanied: bool
    sdq: int | None


def day(text: str) -> dt.date | None:
    return dt.datetime.strptime(text, "%d/%m/%Y").date() if text else None


def rows(folder: Path, year: int, kind: str) -> list[dict[str, str]]:
    with (folder / f"{year}-{kind}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@dataclass
class Episode:
    began: dt.date
    ended: dt.date | None
    year: int
    cells: dict[str, str]

    @property
    def short_break(self) -> bool:
        return self.cells["LS"] in ("V3", "V4")


def by_child(folder: Path, until: int) -> dict[str, list[Episode]]:
    """Every child's episodes, each as its latest return has it, in the order they began."""
    found: dict[tuple[str, dt.date], Episode] = {}
    for year in range(2017, until + 1):
        for cells in rows(folder, year, "episodes"):
            began = day(cells["DECOM"])
            assert began is not None
            found[cells["CHILD"], began] = Episode(began, day(cells["DEC"]), year, cells)
    children: dict[str, list[Episode]] = {}
    for (child, _), episode in sorted(found.items()):
        children.setdefault(child, []).append(episode)
    return children


def told(folder: Path, year: int) -> tuple[dict[str, Told], int]:
    """What the return of `year` says of each child looked after on its last day, and the children in short breaks."""
    on = dt.date(year + 1, 3, 31)
    missing = rows(folder, year, "missing")
    ceasing = {row["CHILD"]: day(row["DUC"]) for row in rows(folder, year, "uasc")}
    scores = {row["CHILD"]: row["SDQ_SCORE"] for row in rows(folder, year, "oc2")}
    looked_after: dict[str, Told] = {}
    breaks = 0
    for child, episodes in by_child(folder, year).items():
        open_then = [e for e in episodes if e.year == year and e.began <= on and (e.ended is None or e.ended > on)]
        if not open_then:
            continue
        now = open_then[-1]
        if now.short_break:
            breaks += 1
            continue
        in_care = [e for e in episodes if not e.short_break and e.began <= on]
        care, placement = (None, None) if in_care[-1] is not now else begun(in_care)
        place, provider = now.cells["PLACE"], now.cells["PLACE_PROVIDER"]
        ceases = ceasing.get(child)
        score = scores.get(child)
        looked_after[child] = Told(
            setting=FOSTER.get(provider) if place in ("U4", "U5", "U6") else SETTINGS.get(place),
            days=None if care is None else (on - care).days,
            weeks=None if placement is None else (on - placement).days // 7,
            moves=sum(e.began >= dt.date(year, 4, 1) and e.cells["RNE"] in ("P", "B") for e in in_care),
            missing=sum(row["CHILD"] == child and row["MISSING"] == "M" for row in missing),
            unaccompanied=child in ceasing and (ceases is None or ceases > on),
            sdq=int(score) if score else None,
        )
    return looked_after, breaks


def begun(in_care: list[Episode]) -> tuple[dt.date | None, dt.date | None]:
    """Walks back from the last episode: the day care began and the day the placement began, where they can be told."""
    care = placement = None
    for episode, before in backwards(in_care):
        reason = episode.cells["RNE"]
        if placement is None and reason != "L":
            placement = episode.began
        if reason == "S":
            care = episode.began
            break
        if before is None or not joined(before, episode):
            break
    return care, placement


def backwards(in_care: list[Episode]) -> Iterator[tuple[Episode, Episode | None]]:
    for place in range(len(in_care) - 1, -1, -1):
        yield in_care[place], in_care[place - 1] if place else None


def joined(before: Episode, after: Episode) -> bool:
    if before.ended is None:
        return before.year == after.year
    return before.ended >= after.began
