"""Everything that can be said of a pack before anyone is banded by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from banding.checking.answers import Answer
from banding.checking.bounds import Bounds
from banding.checking.names import unsourced, unused, wrong_signs
from banding.checking.questions import questions
from banding.checking.subject import Subject
from banding.checking.tables import doubtful_prices, doubtful_references
from banding.errors import Finding, PackError
from banding.pack.kinds import CHECKED, PROVED
from banding.pack.meaning import Pack, build
from banding.pack.silence import silenced


@dataclass(frozen=True, slots=True)
class Checked:
    """findings  warnings that the pack does not silence, those of reading it first.
    answers   to every question that is asked of a pack, in order; open ones where neither bounds nor solver decide.
    proved    the solver was asked.
    """

    pack: Pack
    on: dt.date
    findings: tuple[Finding, ...]
    answers: tuple[Answer, ...]
    proved: bool


def check(pack: Pack, on: dt.date, *, seconds: float | None = None, earlier: Pack | None = None) -> Checked:
    """Looks for all that is doubtful in a pack.

    on       the date whose prices are looked at.
    seconds  for proofs by the solver (`banding[prove]`), all together; None: what bounds decide alone.
    earlier  the version before this one: proofs compare the two. A pack that extends another is compared with that.

    Raises PackError where the pack cannot be compiled, or proofs are asked for and z3-solver is not installed.
    """
    subject = Subject.of(pack, on)
    answers = tuple(_by_bounds(subject) if seconds is None else _by_solver(subject, seconds, earlier))
    found = [
        *unused(pack),
        *unsourced(pack),
        *wrong_signs(pack),
        *doubtful_prices(pack, on),
        *doubtful_references(pack),
    ]
    found += [finding for answer in answers if (finding := answer.finding(pack)) is not None]
    if seconds is not None:
        found += [answer.left_open(pack) for answer in answers if answer.holds is None]
    decided = all(answer.holds is not None for answer in answers)
    kept = silenced(pack.document, found, judged=CHECKED | PROVED if decided else CHECKED)
    return Checked(pack, on, (*pack.findings, *kept), answers, seconds is not None)


def _by_bounds(subject: Subject) -> Iterator[Answer]:
    bounds = Bounds(subject)
    for question in questions(subject):
        holds = bounds.answer(question)
        yield Answer(question, holds, says="" if holds is not False else bounds.why(question))


def _by_solver(subject: Subject, seconds: float, earlier: Pack | None) -> Iterator[Answer]:
    try:
        from banding.checking.prove import Prover  # noqa: PLC0415
        from banding.checking.solver import Clock  # noqa: PLC0415
        from banding.checking.versions import differs  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        message = "Proofs need the solver z3, which is not installed."
        raise PackError(
            Finding("solver-missing", "", "", message, "Install it: pip install 'banding[prove]'.")
        ) from None
    clock = Clock(seconds)
    prover = Prover(subject, clock)
    for question in questions(subject):
        yield prover.answer(question)
    for other in _others(subject, earlier):
        yield differs(subject, Subject.of(other, subject.on), clock)


def _others(subject: Subject, earlier: Pack | None) -> Sequence[Pack]:
    """The packs that this one is compared with: the one it extends, else the version before."""
    base = subject.pack.document.base
    other = earlier if base is None else build(base)
    return [other] if other is not None and other.banded and subject.pack.banded else []
