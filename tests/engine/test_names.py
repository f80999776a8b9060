"""What the names of columns tell: another form's items, slips, and what a missing fact leaves open."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from banding.engine.names import Told, judged
from banding.engine.score import compiled, score_caseload
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from tests.small import by_kernel_and_reference, pack_in

ON = dt.date(2026, 6, 1)
ENGLAND = load_pack("england-reference@2026")
FACTS = [name for kind, name in compiled(ENGLAND, ON).program.inputs if kind == "column"]


def of(columns: list[str], pack: Pack = ENGLAND) -> Told:
    return judged(columns, compiled(pack, ON))


def note(columns: list[str]) -> str:
    (found,) = [finding.message for finding in of(columns).findings if finding.code == "facts-absent"]
    return found


def test_a_whole_caseload_has_nothing_to_tell() -> None:
    told = of(["child_id", "profile_date", *ENGLAND.items, *FACTS])
    assert (told.errors, told.findings) == ([], [])


def test_another_instruments_items_are_not_to_be_renamed() -> None:
    labels = [row.source_item + "*" for row in ENGLAND.document.crosswalk if row.instrument == "cans_6_21"]
    (found,) = of(["child_id", *dict.fromkeys(labels)]).errors
    assert found.code == "instrument-columns"
    assert "cans_6_21" in found.message
    assert "banding.crosswalk" in found.remedy
    assert "Do not rename" in found.remedy


def test_a_column_is_offered_for_renaming_where_it_differs_in_spelling_alone() -> None:
    items = [item for item in ENGLAND.items if item not in ("going_missing", "aggression")]
    told = of(["child_id", *items, "Going Missing", "Sexual Aggression", *FACTS]).errors
    remedies = {finding.path: finding.remedy for finding in told}
    assert remedies["going_missing"] == "Is it the column Going Missing? Then rename it."
    assert "aggression" in next(finding.message for finding in told if not finding.path)


def test_a_missing_fact_names_the_reviews_that_wait_for_it() -> None:
    columns = ["child_id", "profile_date", *ENGLAND.items, *FACTS]
    told = note([name for name in columns if name not in ("days_in_care", "unaccompanied")])
    assert told.startswith("Not in this caseload, so unknown: days_in_care, unaccompanied. Unknown for many children")
    assert {"cost_below_range", "setting_above_need", "settling_in", "out_of_date"} <= set(
        told.rstrip(".").replace(",", "").split()
    )
    assert "unregistered_home" not in told
    assert "Unknown for" not in note([name for name in columns if name != "form"])


def test_an_age_that_nothing_gives_is_told() -> None:
    known = [name for name in FACTS if not name.startswith(("age", "profile_age"))]
    assert note(["child_id", *ENGLAND.items, *known]).startswith(
        "Not in this caseload, so unknown: age, age_on, profile_age_days."
    )
    assert note(["child_id", "date_of_birth", *ENGLAND.items, *known]).startswith(
        "Not in this caseload, so unknown: profile_age_days."
    )


TABLES = {
    "items": "id,domain,kind,label,top,asked\nfear,d,need,Fear,3,\nfire,d,need,Fire,3,age >= 6\n",
    "domains": "id,label,missing\nd,D,least\n",
    "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,2\n",
}


@pytest.mark.parametrize(
    ("fear", "fire", "age", "because"),
    [
        (None, None, 10, "nothing-rated"), (None, 0, 10, None), (0, None, 10, None), (None, 3, 3, "nothing-rated"),
        (-1, -1, 10, None), (-1, None, 10, "nothing-rated"), (None, None, 3, "nothing-rated"),
    ],
)  # fmt: skip
def test_a_child_of_whom_nothing_is_rated_is_not_banded(
    tmp_path: Path, fear: int | None, fire: int | None, age: int, because: str | None
) -> None:
    pack = pack_in(tmp_path, '[scores]\ntotal = "sum(d)"\n[bands]\nscore = "total"\n', **TABLES)
    row = by_kernel_and_reference(pack, {"fear": fear, "fire": fire}, {"age": age}, ON)
    assert row["rejected_because"] == because
    assert (row["band"] is None) is (because is not None)


def test_a_total_row_is_no_child() -> None:
    rows = [
        {"child_id": "a", **dict.fromkeys(ENGLAND.items, "0")},
        {"child_id": "Total", **dict.fromkeys(ENGLAND.items, "")},
    ]
    scored = score_caseload(pl.DataFrame(rows), ENGLAND, ON).frame
    assert scored["rejected_because"].to_list() == [None, "nothing-rated"]
