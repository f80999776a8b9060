"""Faults put into the England reference pack on purpose, and who finds each: the reader, check, prove or the cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from banding.cases import read_cases, run_cases
from banding.checking.check import check
from banding.checking.prove import Prover
from banding.checking.questions import questions
from banding.checking.solver import Clock
from banding.checking.subject import Subject
from banding.errors import PackError
from banding.pack.library import load_pack, shipped_rules
from banding.pack.meaning import build
from banding.pack.model import Document

PACK = load_pack("england-reference@2026")
CASES = read_cases(PACK, shipped_rules() / "england-reference" / "2026")
ON = PACK.header.from_
SECONDS = 60
Change = Callable[[Document], Document]


def row(table: str, name: str, **update: Any) -> Change:
    """A row of a table, by its id, with other values."""

    def change(document: Document) -> Document:
        rows = getattr(document, table)
        assert any(one.id == name for one in rows)
        changed = tuple(one.model_copy(update=update) if one.id == name else one for one in rows)
        return document.model_copy(update={table: changed})

    return change


def rule(name: str, **update: Any) -> Change:
    """A rule that raises the band, by its id, with other values."""

    def change(document: Document) -> Document:
        bands = document.rules.bands
        assert bands is not None
        rules = tuple(one.model_copy(update=update) if one.id == name else one for one in bands.at_least)
        assert rules != bands.at_least
        changed = bands.model_copy(update={"at_least": rules})
        return document.model_copy(update={"rules": document.rules.model_copy(update={"bands": changed})})

    return change


def score(name: str, text: str) -> Change:
    def change(document: Document) -> Document:
        scores = {**document.rules.scores, name: text}
        return document.model_copy(update={"rules": document.rules.model_copy(update={"scores": scores})})

    return change


def without_price(band: str, setting: str) -> Change:
    def change(document: Document) -> Document:
        kept = tuple(one for one in document.prices if (one.band, one.setting) != ((band,), (setting,)))
        assert len(kept) == len(document.prices) - 1
        return document.model_copy(update={"prices": kept})

    return change


def swapped(column: str, one: str, other: str) -> Change:
    """Two bands with each other's name or id."""

    def change(document: Document) -> Document:
        values = {band.id: getattr(band, column) for band in document.bands}
        turned = {one: values[other], other: values[one]}
        rows = tuple(
            band.model_copy(update={column: turned[band.id]}) if band.id in turned else band for band in document.bands
        )
        return document.model_copy(update={"bands": rows})

    return change


@dataclass(frozen=True)
class Fault:
    """reader, check  the codes of what they find, each once; prove: code and item, rule or band; cases: they miss."""

    change: Change
    reader: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    prove: tuple[tuple[str, str], ...] = ()
    cases: bool = True


LOWERS, RAISES, IDLE = "need-lowers-band", "strength-raises-band", "rule-never-matters"
FAULTS = {
    "the sign of an item's weight": Fault(
        row("items", "self_harm", weight=Decimal(-1)), check=("wrong-sign",), prove=((LOWERS, "self_harm"),)
    ),
    "the sign of a domain's weight": Fault(
        row("domains", "independence", weight=Decimal(-1)),
        check=("wrong-sign",),
        prove=((LOWERS, "daily_living_skills"), (LOWERS, "decision_making")),
    ),
    "an edge up": Fault(row("bands", "specialist", from_points=Decimal(25))),
    "an edge down": Fault(row("bands", "helped", from_points=Decimal(3))),
    "an edge out of reach": Fault(row("bands", "individual", from_points=Decimal(162)), check=("band-unreachable",)),
    "a price row dropped": Fault(without_price("high", "childrens_home"), check=("no-price",), cases=False),
    "two names of bands swapped": Fault(swapped("name", "enhanced", "specialist")),
    "two ids of bands swapped": Fault(swapped("id", "enhanced", "specialist"), check=("price-falls", IDLE)),
    "a rule loosened by a count": Fault(rule("several_dangers", when="count(grave >= 3) >= 3"), check=(IDLE,)),
    "a rule loosened by a rating": Fault(
        rule("danger", when="any(grave >= 4) or unusual_experiences >= 3 or substance_use >= 3")
    ),
    "a rule loosened by a band": Fault(
        rule("risk_to_life", band="helped"), prove=((IDLE, "bands.at_least:risk_to_life"),)
    ),
    "a strength reversed": Fault(row("items", "hope", reversed=True)),
    "a strength that lowers no need": Fault(
        score("credit", "if(severe == 0, min(count(strengths <= 1), 4), 0)"), prove=((RAISES, "hope"),)
    ),
    "an id used twice": Fault(row("items", "low_mood", id="self_harm"), reader=("duplicate-id", "unknown-name")),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_seeded_fault_is_found(fault: Fault) -> None:
    document = fault.change(PACK.document)
    if fault.reader:
        with pytest.raises(PackError) as caught:
            build(document)
        assert {finding.code for finding in caught.value.findings} == set(fault.reader)
        return
    pack = build(document)
    assert {finding.code for finding in check(pack, ON).findings} == set(fault.check)
    assert bool(run_cases(pack, CASES)) is fault.cases
    prover = Prover(Subject.of(pack, ON), Clock(SECONDS))
    for code, about in fault.prove:
        asked = next(one for one in questions(prover.subject) if (one.code, one.about) == (code, about))
        answer = prover.answer(asked)
        assert answer.holds is False, (code, about)
        finding = answer.finding(pack)
        assert finding is not None
        if code in (LOWERS, RAISES):
            assert len(answer.profiles) == 2
            assert "The profile: " in finding.message
