"""What is not known is never taken for nought: rows refused for blanks, reviews that cannot be told, unknown bands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from banding.pack.meaning import Pack
from tests.pack.example import DOMAINS, FULL, ITEMS, KNOWN, RULES, both
from tests.small import pack_in

REFUSE = DOMAINS.replace("hurt,Hurt,2,12,least", "hurt,Hurt,2,12,refuse = {}")
PackOf = Callable[..., Pack]


@pytest.fixture
def pack_of(tmp_path: Path) -> PackOf:
    def made(rules: str, **tables: str) -> Pack:
        return pack_in(tmp_path / "pack", RULES + rules, **{"items": ITEMS, "domains": DOMAINS, **tables})

    return made


# -- refusing too much that is missing --------------------------------------------------------------------------------


@pytest.mark.parametrize(("blank", "status"), [(0, "scored"), (2, "scored"), (3, "rejected")])
def test_refuse_n_takes_n_blanks_and_not_one_more(blank: int, status: str, pack_of: PackOf) -> None:
    pack = pack_of('total = "sum(hurt)"\n', domains=REFUSE.format(2))
    items = ("cuts", "fights", "roams")
    ratings = {**FULL, **dict.fromkeys(items, 3), **dict.fromkeys(items[:blank])}
    row, same = both(pack, ratings, KNOWN)
    assert row == same
    assert row["status"] == status
    assert row["rejected_because"] == (None if status == "scored" else "too-many-unanswered:hurt")
    # fights is reversed: 3 reads 0, and so does a blank.
    assert row["total"] == (None if status == "rejected" else {0: 6, 2: 3}[blank])


def test_an_item_not_asked_is_not_missing_where_missing_is_refused(pack_of: PackOf) -> None:
    pack = pack_of('total = "sum(hurt)"\n', domains=REFUSE.format(0))
    for ratings, facts, status in (
        ({**FULL, "roams": None}, {**KNOWN, "age": 3}, "scored"),
        ({**FULL, "roams": None}, KNOWN, "rejected"),
        ({**FULL, "cuts": -1}, KNOWN, "scored"),
        ({**FULL, "roams": None}, {**KNOWN, "age": None}, "rejected"),
    ):
        row, same = both(pack, ratings, facts)
        assert row == same
        assert row["status"] == status


# -- reviews, holds and refusals --------------------------------------------------------------------------------------

BANDED = """
[bands]
score = "sum(body)"

[[review]]
id = "known"
kind = "note"
when = "known(level)"
because = "x"

[[review]]
id = "high"
kind = "note"
when = "level >= 5"
because = "x"

[[review]]
id = "high_or_cuts"
kind = "note"
when = "level >= 5 or cuts >= 2"
because = "x"

[[review]]
id = "range_open"
kind = "cannot_judge"
when = "band_high > band_low and completeness < 100"
because = "x"

[[review]]
id = "below_high"
kind = "note"
when = "low <= band < high"
because = "x"

[[review]]
id = "overdue"
kind = "note"
when = "support_review_due < on"
because = "x"

[[hold]]
id = "flagged"
when = "flag"
because = "x"

[[refuse]]
id = "level_too_high"
when = "level > 40"
because = "x"
"""
LOW = {**KNOWN, "level": 1, "flag": None}
BANDS = "id,number,name,from_points\nlow,1,Low,\nmiddle,2,Middle,3\nhigh,3,High,9\n"


@pytest.mark.parametrize(
    ("ratings", "facts", "reviews", "unknown", "holds"),
    [
        (FULL, KNOWN, "known;high;high_or_cuts;below_high;overdue", "", "flagged"),
        (FULL, {**KNOWN, "level": 4, "flag": False}, "known;high_or_cuts;below_high;overdue", "", ""),
        (FULL, {"age": 10}, "high_or_cuts;below_high", "high;overdue", "flagged?"),
        ({**FULL, "cuts": 1}, {"age": 10}, "below_high", "high;high_or_cuts;overdue", "flagged?"),
        ({**FULL, "cuts": None}, LOW, "known;range_open;below_high;overdue", "", "flagged?"),
        ({**FULL, "cuts": 3}, LOW, "known;high_or_cuts;overdue", "", "flagged?"),
    ],
)
def test_an_unknown_fact_makes_a_review_unknown_and_never_false(
    ratings: dict[str, Any], facts: dict[str, Any], reviews: str, unknown: str, holds: str, pack_of: PackOf
) -> None:
    row, same = both(pack_of(BANDED, bands=BANDS), ratings, facts)
    assert row == same
    assert (row["reviews"], row["reviews_unknown"], row["holds"]) == (reviews, unknown, holds)


@pytest.mark.parametrize(("level", "because"), [(41, "refused:level_too_high"), (40, None), (None, None)])
def test_a_refusal_needs_to_be_known_to_hold(level: int | None, because: str | None, pack_of: PackOf) -> None:
    row, same = both(pack_of(BANDED, bands=BANDS), FULL, {**KNOWN, "level": level})
    assert row == same
    assert row["rejected_because"] == because


def test_a_band_of_an_unknown_score_is_rejected_and_a_score_alone_is_kept(pack_of: PackOf) -> None:
    scores = 'total = "level + sum(body)"\n'
    facts = {**KNOWN, "level": None}
    alone, same = both(pack_of(scores), FULL, facts)
    assert alone == same
    assert (alone["status"], alone["total"]) == ("scored", None)
    banded, same = both(pack_of(f'{scores}[bands]\nscore = "total"\n', bands=BANDS), FULL, facts)
    assert banded == same
    assert (banded["status"], banded["rejected_because"]) == ("rejected", "band_unknown")
