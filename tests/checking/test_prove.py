"""Proofs against brute force: what is proved holds of drawn children, and bounds say nothing that the solver denies."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from banding.checking import prove as proving
from banding.checking.answers import Answer
from banding.checking.bounds import Bounds
from banding.checking.profile import Profile
from banding.checking.prove import Prover, prove
from banding.checking.questions import Question, questions
from banding.checking.seen import Seen, shows
from banding.checking.solver import Clock
from banding.checking.subject import Subject
from banding.checking.versions import differs
from banding.pack.meaning import Pack
from tests.checking.test_broken import ON
from tests.drawn import children, packs

SECONDS = 60


@st.composite
def drawn(draw: Any) -> tuple[Pack, list[Profile]]:
    """A pack, and children whose ratings are on their scales and whose two ages agree."""
    pack = draw(packs())
    profiles = []
    for ratings, facts in draw(st.lists(children(pack), min_size=12, max_size=12)):
        held = {name: None if r is None else min(r, pack.items[name].top) for name, r in ratings.items()}
        known = facts["age"] is not None and facts["age_months"] is not None
        months = {"age_months": facts["age"] * 12 + facts["age_months"] % 12} if known else {}
        profiles.append(Profile(held, {**facts, **months}))
    return pack, profiles


def variants(subject: Subject, question: Question, profile: Profile) -> list[list[Seen]]:
    """What a profile may show of a question: itself, or itself beside the same with the item one rating higher."""
    if question.table != "items":
        return [[Seen.of(profile, subject)]]
    name, item = question.about, subject.pack.items[question.about]
    step = -1 if item.reversed else 1
    given_rating = profile.ratings[name]
    pairs = []
    if given_rating is not None and given_rating >= 0 and 0 <= given_rating + step <= item.top:
        pairs.append([profile, Profile({**profile.ratings, name: given_rating + step}, profile.facts)])
    return [[Seen.of(one, subject) for one in pair] for pair in pairs]


@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(drawn())
def test_no_drawn_child_gainsays_a_proof(case: tuple[Pack, list[Profile]]) -> None:
    """A profile shown by the solver has been shown to the reference already; here it is the other way round."""
    pack, profiles = case
    subject = Subject.of(pack, ON)
    denied = [answer.question for answer in prove(subject, SECONDS) if _says_none(answer)]
    for question in denied:
        if question.code in ("range-not-exact", "reach-fails"):
            continue
        for profile in profiles:
            for seen in variants(subject, question, profile):
                assert not shows(subject, question, seen), question


def _says_none(answer: Answer) -> bool:
    """There is no profile that refutes it, or none that is an example."""
    return answer.holds is (answer.question.code in proving.FOR_ALL)


class _Silent(Bounds):
    def answer(self, question: Question) -> bool | None:
        del question
        return None


@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(packs())
def test_bounds_say_nothing_that_the_solver_denies(pack: Pack) -> None:
    subject = Subject.of(pack, ON)
    prover = Prover(subject, Clock(SECONDS))
    at_once = {question: prover.bounds.answer(question) for question in questions(subject)}
    prover.bounds = _Silent(subject)
    for question, holds in at_once.items():
        if holds is not None:
            assert prover.answer(question).holds in (None, holds), question


@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(packs(), packs())
def test_two_drawn_packs_differ_where_the_reference_says_so(one: Pack, other: Pack) -> None:
    """A pack does not differ from itself; of two, the profile that shows it was shown to the reference."""
    subjects = [Subject.of(pack, ON) for pack in (one, other)]
    clock = Clock(SECONDS)
    assert differs(subjects[0], subjects[0], clock).holds is not False
    answer = differs(subjects[0], subjects[1], clock)
    event(f"the same: {answer.holds}")
    if answer.holds is False:
        bands = [Seen.of(profile, subject).band for profile, subject in zip(answer.profiles, subjects, strict=True)]
        assert bands[0] != bands[1]
        assert None not in bands
