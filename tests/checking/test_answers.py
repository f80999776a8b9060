"""What no broken pack can show: no time, a fault of the engine, an answer that the reference scorer denies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banding.checking import prove as proving
from banding.checking.check import check
from banding.checking.prove import Prover
from banding.checking.questions import questions
from banding.checking.solver import Clock
from banding.checking.subject import Subject
from banding.checking.telling import as_data, in_words
from banding.pack.library import load_pack
from tests.checking.test_broken import ON, SECONDS, SOUND


def test_without_time_nothing_is_decided_and_nothing_guessed() -> None:
    pack = load_pack(SOUND)
    at_once, hurried = check(pack, ON), check(pack, ON, seconds=1e-9)
    left = [answer for answer in at_once.answers if answer.holds is None]
    assert [answer.holds for answer in hurried.answers] == [answer.holds for answer in at_once.answers]
    assert [finding.code for finding in hurried.findings] == ["not-decided"] * len(left)
    assert "not decided in the time given" in hurried.findings[0].message
    assert hurried.findings[0].remedy == "Give it more: --seconds."
    assert at_once.findings == ()
    assert "Not decided: use --prove" in in_words(at_once)
    assert "Not decided in the time given:" in in_words(hurried)


def test_an_answer_that_the_reference_denies_is_a_fault_of_ours() -> None:
    """A band that is always 1 breaks a rule, says the solver; the reference, which reads the pack, sees none."""
    subject = Subject.of(load_pack(SOUND), ON)
    subject.plan.main["band"] = subject.plan.core.const(1)
    prover = Prover(subject, Clock(SECONDS))
    question = next(one for one in questions(subject) if one.code == "rule-not-kept")
    with pytest.raises(AssertionError, match="sees no rule-not-kept of bands"):
        prover.answer(question)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("rule-not-kept", "It holds, and the band is 2. The profile: Self-harm (self_harm) 3; every other item 0"),
        ("range-not-exact", "The range 2 to 2 is not that of the ways to answer what is blank. The profile: "),
    ],
)
def test_faults_of_the_engine_have_words_too(code: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pack can show them; here the engine is made to look wrong."""
    subject = Subject.of(load_pack(SOUND), ON)
    core = subject.plan.core
    if code == "rule-not-kept":
        subject.plan.main["band"] = core.const(1)
    else:
        wider = core.maximum(core.sum([(1, subject.missing("band_low"))], -1), core.const(1))
        subject.plan.missing[:] = [
            (name, wider if name == "band_low" else node, plain) for name, node, plain in subject.plan.missing
        ]
    monkeypatch.setattr(proving, "shows", lambda *_: True)
    question = next(one for one in questions(subject) if one.code == code)
    answer = Prover(subject, Clock(SECONDS)).answer(question)
    finding = answer.finding(subject.pack)
    assert finding is not None
    assert (finding.code, answer.holds) == (code, False)
    assert finding.message.startswith(words)
    assert finding.remedy == "Report it: a fault of banding."


def test_data_say_what_words_say() -> None:
    checked = check(load_pack(SOUND), ON, seconds=SECONDS)
    told: dict[str, Any] = json.loads(as_data(checked))
    assert (told["pack"], told["version"], told["on"], told["proved"]) == ("small", "2026", "2026-06-01", True)
    assert told["findings"] == []
    assert len(told["answers"]) == len(checked.answers)
    (reached,) = [one for one in told["answers"] if (one["code"], one["about"]) == ("band-unreachable", "helped")]
    assert reached["question"] == "Some profile reaches the band"
    assert reached["holds"] is True
    (profile,) = reached["profiles"]
    assert profile["ratings"]["self_harm"] == 3
    assert set(profile["facts"]) == {"age"}


def test_the_same_pack_has_the_same_examples_whatever_was_asked_before() -> None:
    first = in_words(check(load_pack(SOUND), ON, seconds=SECONDS))
    check(load_pack("washington-wise@2018"), ON, seconds=SECONDS)
    assert in_words(check(load_pack(SOUND), ON, seconds=SECONDS)) == first


def test_an_example_is_the_smallest() -> None:
    """Fewest items rated, then the lowest ratings of those."""
    pack = load_pack(SOUND)
    checked = check(pack, ON, seconds=SECONDS)
    shown = {
        answer.question.about: answer.profiles
        for answer in checked.answers
        if answer.question.code == "band-unreachable"
    }
    rated = {name: sorted(r for r in one[0].ratings.values() if r) for name, one in shown.items()}
    assert rated == {"everyday": [], "helped": [3], "specialist": [3, 3]}
