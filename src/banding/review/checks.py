"""What is to be checked first of a child because a fact is not recorded, in the words of the panel's sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from banding.engine.columns import known_facts, prepare
from banding.engine.reference import Child
from banding.engine.reference_score import Scorer
from banding.engine.score import compiled
from banding.explanation.explain import ratings_of, waits_for
from banding.explanation.words import AGAINST_A_MOVE, KINDS, to_check
from banding.review.placing import FIRST, FIRST_TIERS, MOVE, ids, of_tiers
from banding.review.reviewed import Reviewed

BY_HAND = "A person has set another band: this question rests on the computed one."


def checks(reviewed: Reviewed, rows: pl.DataFrame) -> list[str]:
    """For each child of a list what is to be checked first, a line a kind of question; "" where `check` is false.

    rows  children of FIRST or SECOND, as `placed` gives them.

    The reference scorer tells which unknown facts a review or hold waits for, as on the child's own sheet.
    """
    found = dict.fromkeys(rows["index"], "")
    doubted = rows.filter("check")
    for row, lines in zip(doubted.iter_rows(named=True), _lines(reviewed, doubted), strict=True):
        found[row["index"]] = "\n".join(lines)
    return list(found.values())


def _lines(reviewed: Reviewed, rows: pl.DataFrame) -> Iterator[list[str]]:
    pack, on = reviewed.pack, reviewed.on
    caseload = reviewed.caseload[rows["index"]]
    program = compiled(pack, on)
    prepared, facts = prepare(caseload, program, on), known_facts(caseload, program, on)
    scored = reviewed.frame[rows["index"]]
    for place, row in enumerate(rows.iter_rows(named=True)):
        result = scored.row(place, named=True)
        scorer = Scorer(pack, Child(pack, ratings_of(prepared, place), facts[place], on))
        scorer.take(result)
        yield [*_unknown(scorer, row, result), *([BY_HAND] if _set_by_hand(result) else [])]


def _unknown(scorer: Scorer, row: Mapping[str, Any], result: Mapping[str, Any]) -> list[str]:
    pack = scorer.pack
    tiers = FIRST_TIERS if row["list"] == FIRST else (*FIRST_TIERS, MOVE)
    reviews, holds = ids(result["reviews_unknown"]), ids(result["holds"])
    waiting = [
        (KINDS[review.kind], waits_for(scorer, review)) for review in of_tiers(pack, tiers) if review.id in reviews
    ]
    if row["list"] != FIRST and row["moving"] and not row["held"]:
        waiting += [(AGAINST_A_MOVE, waits_for(scorer, hold)) for hold in pack.holds if f"{hold.id}?" in holds]
    return to_check(waiting)


def _set_by_hand(result: Mapping[str, Any]) -> bool:
    return result.get("override_band") not in (None, result["band"])
