"""What must hold of every shipped pack, for all profiles: proved, within a minute for all of them together."""

from __future__ import annotations

import time

import pytest

from banding.checking.check import Checked, check
from banding.pack.library import listing, load_pack, version_before

SECONDS = 60


@pytest.fixture(scope="module")
def proved() -> dict[str, Checked]:
    """Every shipped pack, checked on its first day; what one leaves of the time the next may take."""
    end, found = time.monotonic() + SECONDS, {}
    for entry in sorted(listing(), key=lambda entry: entry.header.id == "england-reference"):
        before = version_before(entry)
        earlier = None if before is None else load_pack(before.folder)
        left = max(0.001, end - time.monotonic())
        name = f"{entry.header.id}@{entry.header.version}"
        found[name] = check(load_pack(entry.folder), entry.header.from_, seconds=left, earlier=earlier)
    return found


def test_nothing_is_found_in_a_shipped_pack_and_nothing_left_open(proved: dict[str, Checked]) -> None:
    for name, checked in proved.items():
        assert [str(finding) for finding in checked.findings] == [], name
        assert all(answer.holds is not None for answer in checked.answers), name


def test_the_promises_of_the_england_pack_are_among_what_is_proved(proved: dict[str, Checked]) -> None:
    checked = proved["england-reference@2026"]
    asked = {code: [one.holds for one in checked.answers if one.question.code == code] for code in (
        "need-lowers-band", "strength-raises-band", "rule-not-kept", "band-unreachable", "reach-fails",
        "range-not-exact",
    )}  # fmt: skip
    assert {code: (len(holds), all(holds)) for code, holds in asked.items()} == {
        "need-lowers-band": (32, True),
        "strength-raises-band": (8, True),
        "rule-not-kept": (10, True),
        "band-unreachable": (6, True),
        "reach-fails": (2, True),
        "range-not-exact": (1, True),
    }
    denied = {(one.question.code, one.question.about) for one in checked.answers if one.holds is False}
    assert denied == {
        ("item-never-matters", "identity_culture_language"),
        ("item-never-matters", "own_parenting_role"),
        ("rule-never-matters", "bands.at_least:any_severe"),
    }
