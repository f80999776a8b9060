"""What reviews may read, taken from a scored row, is what the reference works out."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from banding.engine.reference import Child
from banding.engine.reference_score import Scorer
from banding.engine.score import score_caseload
from tests.drawn import ON, frame_of
from tests.engine.test_agreement import SLOW, caseloads


@SLOW
@given(caseloads())
def test_results_taken_from_a_scored_row_are_those_of_the_reference(drawn: Any) -> None:
    pack, kids = drawn
    scored = score_caseload(frame_of(pack, kids), pack, ON).frame
    for row, (ratings, facts) in zip(scored.to_dicts(), kids, strict=True):
        if row["status"] == "rejected":
            continue
        worked_out, taken = (Child(pack, ratings, facts, ON) for _ in range(2))
        Scorer(pack, worked_out).result()
        Scorer(pack, taken).take(row)
        assert taken.given == worked_out.given
