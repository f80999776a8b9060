"""Every doubt about a pack is told once, in a rule author's words: what, where, what was expected, what to do.

Each folder of `broken` is one doubt, laid over the pack in `sound`; its `expect.toml` holds the findings there must be,
and there must be no others. `prove = true`: only the solver finds it.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from banding.checking.check import check
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from tests.pack.laid import laid_over
from tests.pack.test_broken import answers, assert_plain

HERE = Path(__file__).parent
SOUND = HERE / "sound"
ON = dt.date(2026, 6, 1)
SECONDS = 60
CASES = sorted(path for path in (HERE / "broken").iterdir() if path.is_dir())


def expectation(case: Path) -> dict[str, Any]:
    return tomllib.loads((case / "expect.toml").read_text("utf-8"))


def laid(case: Path, tmp_path: Path) -> Pack:
    return load_pack(laid_over(case, tmp_path / "small" / "2026", expectation(case).get("without", ()), SOUND))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_doubt_is_told_once_with_its_place_and_remedy(case: Path, tmp_path: Path) -> None:
    expected = expectation(case)
    pack = laid(case, tmp_path)
    checked = check(pack, ON, seconds=SECONDS if expected.get("prove") else None)
    shown = "\n".join(f"{finding.code} {finding}" for finding in checked.findings)
    rest = list(checked.findings)
    for wanted in expected["finding"]:
        found = next((finding for finding in rest if answers(finding, {"severity": "warning", **wanted})), None)
        assert found is not None, f"expected {wanted}\ntold {shown}"
        rest.remove(found)
    assert not rest, shown
    for finding in checked.findings:
        assert_plain(finding)


def test_nothing_is_said_of_the_sound_pack() -> None:
    checked = check(load_pack(SOUND), ON, seconds=SECONDS)
    assert checked.findings == ()
    assert all(answer.holds for answer in checked.answers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_bounds_decide_the_solver_does_not_gainsay(case: Path, tmp_path: Path) -> None:
    """What is told at once is told with proofs too: fewer questions are open, and no other answer is given."""
    pack = laid(case, tmp_path)
    at_once, proved = check(pack, ON), check(pack, ON, seconds=SECONDS)
    for quick, slow in zip(at_once.answers, proved.answers, strict=True):
        assert quick.question == slow.question
        assert quick.holds in (None, slow.holds)
        assert slow.holds is not None
