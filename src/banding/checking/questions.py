"""What is asked of every pack. A question is answered by bounds, by a solver, or stays open; never by a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from banding.checking.subject import Subject

# What each kind of question asks, so that yes is as it should be; its code is the finding where the answer is no.
ASKED = {
    "need-lowers-band": "Raising a need never lowers the band",
    "strength-raises-band": "Raising a strength never raises the band",
    "rule-not-kept": "Where a rule surely holds, the band is as it says",
    "band-unreachable": "Some profile reaches the band",
    "line-never-reached": "Some profile makes the line the first that holds",
    "rule-never-matters": "Some profile has another band without the rule",
    "never-holds": "Some profile makes the condition true",
    "always-holds": "Some profile makes the condition false",
    "item-never-matters": "Some profile has another band, or score, by the item alone",
    "reach-fails": "The bands that must be reached are",
    "range-not-exact": "Where band_range says exact, its ends are the bands of two ways to answer the rest",
    "band-differs": "The band differs only where [[bands.changed]] says so",
}


@dataclass(frozen=True, slots=True)
class Question:
    """code: the finding where the answer is no. about: the id of an item, band, rule or duty, `refuse:adult` for one of
    a heading; for a line its number. place: where the finding would be, in `table`'s file."""

    code: str
    about: str
    table: str
    place: str


def questions(subject: Subject) -> Iterator[Question]:
    """All that is asked of one pack by itself."""
    pack = subject.pack
    for name, item in pack.items.items():
        place = f"item {name}, row {item.row}"
        if pack.banded:
            code = "need-lowers-band" if item.kind == "need" else "strength-raises-band"
            yield Question(code, name, "items", place)
        if pack.banded or pack.named:
            yield Question("item-never-matters", name, "items", place)
    if pack.banded:
        for name, band in pack.bands.items():
            yield Question("band-unreachable", name, "bands", f"band {name}, row {band.row}")
        for number in range(1, len(pack.first_that_holds) + 1):
            yield Question("line-never-reached", str(number), "rules", f"[bands] first_that_holds, number {number}")
        for about in subject.rules:
            for code in ("never-holds", "always-holds", "rule-never-matters", "rule-not-kept"):
                yield Question(code, about, "rules", _place(about))
        for duty in pack.reaches:
            yield Question("reach-fails", duty.id, "rules", f"[[bands.reach]] {duty.id}")
        if subject.plan.exact:
            yield Question("range-not-exact", "", "rules", "[bands]")
    for about in subject.conditions:
        for code in ("never-holds", "always-holds"):
            yield Question(code, about, "rules", _place(about))


def _place(about: str) -> str:
    heading, _, name = about.partition(":")
    return f"[[{heading}]] {name}"
