"""What changed since an earlier run: who moved, who came and left, and which runs are not compared."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

import banding
from banding.engine.score import score_caseload
from banding.review.change import change
from banding.review.drift import drift
from banding.review.model import ALL
from banding.review.part import Part
from banding.review.reviewed import Reviewed, reviewed
from banding.synthetic import ON, Truth, synthesise
from tests.review.made import by_hand, pack, row, scored

THEN = ON - dt.timedelta(days=180)
# Ratings of physical health that lead to care at bands 1, 2 and 3, with 0, 4 and 10 points.
BANDS = ("1 Everyday care", "2 Everyday care with help", "3 Enhanced care")


def runs(*children: tuple[int | None, int | None], **more: Any) -> tuple[Reviewed, Reviewed]:
    """An earlier run and this one: for each child its bands, None where it is not there."""
    made = [
        by_hand(
            [
                {
                    "child_id": f"c{number:03}",
                    "physical_health": {1: 0, 2: 2, 3: 3}[band],
                    "household": f"h{number}",
                    **more,
                }
                for number, child in enumerate(children)
                if (band := child[place]) is not None
            ],
            on,
        )
        for place, on in enumerate((THEN, ON))
    ]
    return made[0], made[1]


def tables(part: Part) -> Mapping[str, Any]:
    return {table.id: table for table in part.tables}


def said(part: Part) -> list[str]:
    return [sentence.filled(tables(part)) for sentence in part.says]


def test_who_moved_and_how_far_is_as_worked_by_hand() -> None:
    before, now = runs((1, 1), (1, 2), (1, 3), (2, 1), (3, 2), (3, 3), (2, 2))
    part = change(now, before)
    shown = tables(part)
    assert row(shown["band_change"], BANDS[0]) == {
        "band_before": BANDS[0], "children": 3, "up": 2, "up_share": 200 / 3, "same": 1, "down": 0, "down_share": 0,
        "anew": 0, "need": pytest.approx((4 + 10) / 3), "need_low": None, "need_high": None,
    }  # fmt: skip
    everyone = row(shown["band_change"], ALL)
    assert [everyone[name] for name in ("children", "up", "same", "down")] == [7, 2, 3, 2]
    assert everyone["need"] == pytest.approx((0 + 4 + 10 - 4 - 6 + 0 + 0) / 7)
    moved = {
        (old, new): row(shown["band_transitions"], old, new)["children"]
        for old in (*BANDS, ALL)
        for new in (*BANDS, ALL)
    }
    assert moved[BANDS[0], BANDS[2]] == 1
    assert moved[BANDS[2], BANDS[0]] == 0
    assert moved[ALL, BANDS[1]] == 3
    assert moved[BANDS[2], ALL] == 2
    assert moved[ALL, ALL] == 7
    assert said(part)[0] == (
        "Of 7 children with a band in both runs, 2 have moved to a higher band since 1 January 2026, 3 stayed and 2 "
        f"moved to a lower one; need scores changed by {4 / 7:.2f} points on average."
    )
    assert "regression to the mean" in said(part)[1]


def test_who_is_new_and_who_left_is_counted() -> None:
    before, now = runs((1, 1), (1, None), (1, None), (None, 1), (None, 2), (None, 3))
    part = change(now, before)
    counted = dict(tables(part)["runs"].frame.iter_rows())
    assert counted == {
        "Scored in both runs": 1,
        "Scored now, not in the earlier run": 3,
        "Scored in the earlier run, not here now": 2,
        "In both runs, scored in one": 0,
        ALL: 6,
    }
    assert said(part)[-1] == "Children scored in both runs: 1; new in this one: 3; no longer here: 2."


def test_a_child_rejected_in_one_run_has_not_left() -> None:
    grown = {"age_on": 18}
    before = by_hand(
        [{"child_id": "a"}, {"child_id": "b"}, {"child_id": "c", **grown}, {"child_id": "d", **grown}], THEN
    )
    now = by_hand([{"child_id": "a"}, {"child_id": "b", **grown}, {"child_id": "c"}, {"child_id": "e", **grown}])
    counted = dict(tables(change(now, before))["runs"].frame.iter_rows())
    assert list(counted.values()) == [1, 0, 0, 2, 3]


def test_who_is_out_of_care_has_left() -> None:
    before, now = runs((1, 1), (1, 1))
    now = replace(now, frame=now.frame.with_columns(in_care=pl.col("child_id") == "c000"))
    counted = dict(tables(change(now, before))["runs"].frame.iter_rows())
    assert list(counted.values()) == [1, 0, 1, 0, 2]


def test_the_interval_of_the_mean_is_by_household() -> None:
    before, now = runs(*[(1, 2)] * 8, *[(1, 1)] * 8, *[(2, 1)] * 4)
    paired = {f"c{number:03}": f"h{number // 2}" for number in range(20)}
    for made, households in ((now, 20), (_in(now, paired), 10)):
        everyone = row(tables(change(made, before))["band_change"], ALL)
        off = np.array([4] * 8 + [0] * 8 + [-4] * 4) - 0.8
        sums = off if households == 20 else off.reshape(10, 2).sum(axis=1)
        error = math.sqrt(households / (households - 1) * (sums**2).sum()) / 20
        assert everyone["need"] == pytest.approx(0.8)
        assert everyone["need_high"] == pytest.approx(0.8 + {20: 2.093024, 10: 2.262157}[households] * error)
        assert everyone["need_low"] == pytest.approx(1.6 - everyone["need_high"])


def _in(made: Reviewed, household: dict[str, str]) -> Reviewed:
    return replace(made, frame=made.frame.with_columns(household=pl.col("child_id").replace_strict(household)))


def test_only_a_profile_of_another_date_was_rated_anew() -> None:
    ages = ((10, 190), (20, 200), (10, 10), (10, None), (None, 5))
    made = [
        by_hand([{"child_id": f"c{number}", "profile_age_days": age[place]} for number, age in enumerate(ages)], on)
        for place, on in enumerate((THEN, ON))
    ]
    everyone = row(tables(change(made[1], made[0]))["band_change"], ALL)
    assert [everyone["children"], everyone["anew"]] == [5, 1]


def test_noise_alone_brings_high_bands_down_and_low_ones_up() -> None:
    made = synthesise(10_000, 1, pack=pack(), on=ON, truth=Truth(need_changed=0))
    then = reviewed(score_caseload(made.earlier, pack(), THEN), made.earlier, pack(), THEN)
    part = change(scored(made.frame), then)
    by_band = tables(part)["band_change"].frame
    assert by_band["need_high"][4] < 0
    assert by_band["need_low"][0] > 0
    assert by_band["down_share"][4] > by_band["up_share"][4]
    # What the pack's README says of two ratings of the same truth.
    everyone = row(tables(part)["band_change"], ALL)
    assert (everyone["up"] + everyone["down"]) / everyone["children"] == pytest.approx(0.22, abs=0.03)
    assert "22% of children" in " ".join(tables(part)["band_change"].notes)


def test_bands_of_two_versions_are_not_compared() -> None:
    before, now = runs((1, 2), (1, 1), (2, None))
    other = banding.load_pack("placements-standard@2026")
    part = change(now, replace(before, pack=other))
    assert [*tables(part)] == ["runs"]
    (why,) = part.cannot
    assert why.startswith("Bands of two versions are not compared, and the runs were scored by ")
    assert "placements-standard@2026 and england-reference@2026" in why
    assert "Score the earlier caseload again" in why
    assert said(part) == ["Children scored in both runs: 2; new in this one: 0; no longer here: 1."]
    changed = replace(before, pack=replace(before.pack, fingerprint="other"))
    assert "england-reference@2026, which has changed between them" in change(now, changed).cannot[0]


@pytest.mark.parametrize("days", [0, 30])
def test_a_run_that_is_not_earlier_is_not_compared(days: int) -> None:
    before, now = runs((1, 2))
    part = change(now, replace(before, on=ON + dt.timedelta(days=days)))
    assert part == Part(cannot=("The other run is not of an earlier date, so no change can be shown.",))


def test_without_a_child_in_both_it_says_so() -> None:
    before, now = runs((1, None), (None, 2))
    part = change(now, before)
    assert part.cannot == ("No child has a band in both runs, so no change can be shown.",)
    assert [*tables(part)] == ["runs"]


def test_drift_holds_all_of_it_and_says_what_was_not_given() -> None:
    before, now = runs(*[(1, 2)] * 12)
    assert {"runs", "band_change", "band_transitions"} <= {table.id for table in drift(now, before).tables}
    alone = drift(now)
    assert not {"runs", "band_change"} & {table.id for table in alone.tables}
    assert "Without an earlier run no change can be shown." in alone.cannot
