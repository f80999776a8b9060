"""How far a caseload's profiles can be relied on: how many children have one, in date, by whom it was rated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from banding.engine import cells
from banding.engine.score import Scored
from banding.vocabulary import FACTS

# A carer is paid by the placement whose cost the rating bears on; of `other` nobody knows.
NOT_PAID = ("social_worker", "clinician", "reviewing_officer")
PAID = ("carer",)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Children of a caseload, counted once each; every count is among those of the line before.

    in_care          children in care: with a placement open on the date where placements were joined, else all.
    with_profile     of whom at least one item is rated.
    in_date          whose profile is not older than the pack lets it be; None where the pack sets no limit.
    date_unknown     of whom that is not known.
    independent      of the children in care with a profile, those rated by someone whom the placement does not pay.
    rater_unknown    of whom that is not known.
    """

    in_care: int
    with_profile: int
    in_date: int | None
    date_unknown: int
    independent: int
    rater_unknown: int


def in_date(scored: Scored) -> pl.Series | None:
    """Whether each profile is in date (Boolean, null unknown); None where the pack sets no limit."""
    outputs = scored.outputs
    if "in_date" not in outputs:
        return None
    return pl.Series("in_date", outputs["in_date"] == 1).set(pl.Series(outputs["in_date.known"] == 0), None)


def coverage_of(scored: Scored, frame: pl.DataFrame, placed: pl.Series | None = None) -> Coverage:
    """Counts what the profiles of a caseload cover.

    frame   the caseload as it was scored.
    placed  Boolean, one a row: who is in care; None: everyone.
    """
    child_id = scored.prepared.child_id
    in_care = (child_id.is_not_null() & child_id.is_first_distinct()).to_numpy()
    if placed is not None:
        in_care = in_care & placed.to_numpy()
    nothing = scored.outputs.get("nothing_rated")
    profiled = in_care if nothing is None else in_care & (nothing == 0)
    current = in_date(scored)
    independent, paid = (_rated_by(frame, roles) for roles in (NOT_PAID, PAID))
    return Coverage(
        in_care=_count(in_care),
        with_profile=_count(profiled),
        in_date=None if current is None else _count(profiled & current.fill_null(value=False).to_numpy()),
        date_unknown=0 if current is None else _count(profiled & current.is_null().to_numpy()),
        independent=_count(profiled & independent),
        rater_unknown=_count(profiled & ~independent & ~paid),
    )


def _rated_by(frame: pl.DataFrame, roles: tuple[str, ...]) -> Mask:
    codes = FACTS["rater_role"].choices
    found = cells.choices(frame["rater_role"], codes, closed=True) if "rater_role" in frame.columns else None
    if found is None:
        return np.zeros(frame.height, np.bool_)
    wanted = found.is_in([codes.index(role) for role in roles]).fill_null(value=False)
    return wanted.to_numpy()


def _count(rows: Mask) -> int:
    return int(np.count_nonzero(rows))
