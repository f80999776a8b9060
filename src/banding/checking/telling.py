"""What was found in a pack, in words and as data."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from banding.checking.answers import Answer
from banding.checking.check import Checked
from banding.checking.profile import Profile, as_csv
from banding.checking.questions import ASKED
from banding.pack.meaning import Pack

WIDTH = 100
# Questions whose examples are told: what the bands and the rules are for.
SHOWN = ("band-unreachable", "line-never-reached", "rule-never-matters")


def in_words(checked: Checked) -> str:
    """Findings first, then what is proved and what is not decided."""
    return "\n".join(_lines(checked))


def _lines(checked: Checked) -> Iterator[str]:
    header = checked.pack.header
    yield f"{header.title} ({header.id} {header.version}, {header.status}), checked on {checked.on}."
    for finding in checked.findings:
        yield from _wrapped(f"{finding} [{finding.code}]", "")
    number = len(checked.findings)
    yield "Nothing found." if not number else f"{number} finding{'s' if number > 1 else ''}."
    by_code = {code: [answer for answer in checked.answers if answer.question.code == code] for code in ASKED}
    decided = {code: [one for one in answers if one.holds] for code, answers in by_code.items()}
    if any(decided.values()):
        yield ""
        yield "Proved, for all profiles:" if checked.proved else "Decided by bounds, for all profiles:"
    for code, answers in decided.items():
        if answers:
            yield f"  {ASKED[code]}: {len(answers)} of {len(by_code[code])}"
            if checked.proved and code in SHOWN:
                yield from _examples(answers, checked.pack)
    left = {code: [_called(one) for one in answers if one.holds is None] for code, answers in by_code.items()}
    if any(left.values()):
        yield ""
        yield "Not decided in the time given:" if checked.proved else "Not decided: use --prove"
    for code, names in left.items():
        if names:
            yield from _wrapped(f"{ASKED[code]}: {', '.join(names)}", "  ")


def _examples(answers: Iterable[Answer], pack: Pack) -> Iterator[str]:
    for answer in answers:
        for profile in answer.profiles:
            yield from _wrapped(f"{_called(answer)}, as by: {profile.words(pack)}", "    ")


def _called(answer: Answer) -> str:
    """What a question is about, by its id."""
    return answer.question.about.rpartition(":")[2] or "the pack"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def as_data(checked: Checked) -> str:
    """The same as JSON: findings, and every question with its answer and the profiles that show it."""
    header = checked.pack.header
    found: dict[str, Any] = {
        "pack": header.id,
        "version": header.version,
        "fingerprint": checked.pack.fingerprint,
        "on": checked.on.isoformat(),
        "proved": checked.proved,
        "findings": [
            {name: getattr(finding, name) for name in ("code", "severity", "file", "place", "message", "remedy")}
            for finding in checked.findings
        ],
        "answers": [_answer(answer, checked.pack) for answer in checked.answers],
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


def _answer(answer: Answer, pack: Pack) -> dict[str, Any]:
    question = answer.question
    shown = [{"ratings": profile.ratings, "facts": profile.said(pack)} for profile in answer.profiles]
    return {
        "question": ASKED[question.code],
        "code": question.code,
        "about": question.about,
        "holds": answer.holds,
        "says": answer.says,
        "profiles": shown,
    }


def examples_as_csv(checked: Checked) -> str:
    """Every profile that shows something, as a caseload. Its child_id is what it is about, numbered where two of them
    show it together."""
    named: list[tuple[str, Profile]] = []
    for answer in checked.answers:
        name = ":".join(part for part in (answer.question.code, answer.question.about) if part)
        several = len(answer.profiles) > 1
        named += [(f"{name}:{n}" if several else name, one) for n, one in enumerate(answer.profiles, start=1)]
    return as_csv(checked.pack, named)
