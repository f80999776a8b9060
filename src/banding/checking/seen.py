"""Profiles as the reference scorer sees them: whether they show what the solver says they do, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from banding.checking.profile import Profile
from banding.checking.questions import Question
from banding.checking.subject import Subject
from banding.engine.reference import Child


@dataclass(frozen=True, slots=True)
class Seen:
    """A profile, the child it is of, and the scored columns."""

    profile: Profile
    child: Child
    result: dict[str, Any]

    @classmethod
    def of(cls, profile: Profile, subject: Subject) -> Seen:
        scorer = profile.scorer(subject.pack, subject.on)
        result = scorer.result()
        return cls(profile, scorer.child, result)

    @property
    def band(self) -> int | None:
        """None where the row is rejected."""
        band: int | None = self.result["band"]
        return band


def shows(subject: Subject, question: Question, seen: Sequence[Seen]) -> bool:
    """Whether profiles are what a question asks for: an example, or the counterexample of what must always hold."""
    pack, about, first = subject.pack, question.about, seen[0]
    if any(one.result["status"] == "rejected" for one in seen) and not about.startswith("refuse:"):
        return False
    bands = [one.band or 0 for one in seen]
    match question.code:
        case "need-lowers-band":
            return bands[1] < bands[0]
        case "strength-raises-band":
            return bands[1] > bands[0]
        case "item-never-matters":
            return any(seen[0].result[name] != seen[1].result[name] for name in outcomes(subject))
        case "band-unreachable":
            return bands[0] == pack.bands[about].number
        case "line-never-reached":
            truths = [first.child.truth(when) for _, when in pack.first_that_holds[: int(about)]]
            return truths == [False] * (int(about) - 1) + [True]
        case "never-holds":
            return first.child.truth(subject.when(about)) is True
        case "always-holds":
            return first.child.truth(subject.when(about)) is False
        case "rule-never-matters":
            rule, _ = subject.rules[about]
            fewer = replace(
                pack,
                at_least=tuple(one for one in pack.at_least if one is not rule),
                at_most=tuple(one for one in pack.at_most if one is not rule),
            )
            return first.profile.scorer(fewer, subject.on).result()["band"] not in (None, bands[0])
        case "rule-not-kept":
            rule, _ = subject.rules[about]
            if first.child.truth(rule.when) is not True:
                return False
            raised = [one.band for one in pack.at_least if first.child.truth(one.when) is True]
            return bands[0] < rule.band if rule in pack.at_least else bands[0] > max(rule.band, *raised, 0)
        case "range-not-exact":
            return True  # an end that nothing brings about is shown by no single profile
    raise AssertionError(question.code)


def outcomes(subject: Subject) -> tuple[str, ...]:
    """The scored columns that items are for."""
    if subject.pack.banded:
        return ("band",)
    money = {name for name in subject.pack.named if subject.pack.scores[name].type == "money"}
    return tuple(f"{name}_pence" if name in money else name for name in subject.pack.named)


def said(subject: Subject, question: Question, seen: Sequence[Seen]) -> str:
    """What counterexamples show, in words."""
    pack, about, bands = subject.pack, question.about, [one.band for one in seen]
    profile = seen[0].profile.words(pack)
    if question.code in ("need-lowers-band", "strength-raises-band"):
        ratings = [one.profile.ratings[about] for one in seen]
        moves = "lowers" if question.code == "need-lowers-band" else "raises"
        step = f"{pack.items[about].label} ({about}) rated {ratings[1]} instead of {ratings[0]}"
        return f"{step} {moves} the band from {bands[0]} to {bands[1]}. The profile: {profile}"
    if question.code == "rule-not-kept":
        return f"It holds, and the band is {bands[0]}. The profile: {profile}"
    low, high = (seen[0].result[name] for name in ("band_low", "band_high"))
    return f"The range {low} to {high} is not that of the ways to answer what is blank. The profile: {profile}"
