"""Reviews, holds and priority of one child, and the frame of all reviews of a caseload."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.engine.score import reviews
from banding.pack.meaning import Pack
from tests.small import by_kernel_and_reference, pack_in

ON = dt.date(2026, 6, 1)
KINDS = ("legal", "unmet_need", "cannot_judge", "setting", "support", "fee", "note")
TABLES = {
    "items": "id,domain,kind,label,top\nneed,d,need,Need,9\n",
    "domains": "id,label,missing\nd,D,refuse = 0\n",
    "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,5\n",
}


def pack_of(folder: Path, *kinds: str, holds: int = 1) -> Pack:
    """A review of each kind, which stands from a distance on, and holds that stand where the child is placed alone."""
    rules = '[scores]\ntotal = "sum(d)"\n[bands]\nscore = "total"\n'
    for place, kind in enumerate(kinds):
        rules += (
            f'[[review]]\nid = "r{place}"\nkind = "{kind}"\nwhen = "distance_miles >= {place}"\nbecause = "R{place}"\n'
        )
    for place in range(holds):
        rules += f'[[hold]]\nid = "h{place}"\nwhen = "solo and distance_miles >= {place}"\nbecause = "H"\n'
    return pack_in(folder, rules, **TABLES)


def one(pack: Pack, miles: int | None, solo: bool | None = None) -> dict[str, Any]:
    facts = {"distance_miles": None if miles is None else Decimal(miles), "solo": solo}
    return by_kernel_and_reference(pack, {"need": 0}, facts, ON)


@pytest.mark.parametrize(
    ("kind", "tier"), [(kind, tier) for tier, kind in enumerate(KINDS[:-1], start=1)] + [("note", None)]
)
def test_each_kind_of_review_has_its_tier(tmp_path: Path, kind: str, tier: int | None) -> None:
    row = one(pack_of(tmp_path, kind), 0)
    assert (row["reviews"], row["reviews_unknown"], row["priority"]) == ("r0", "", tier)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The kinds from the last tier to the first, so that each mile more stands for one tier less."""
    return pack_of(tmp_path_factory.mktemp("every"), *reversed(KINDS), holds=2)


@pytest.mark.parametrize(("miles", "tier"), [(0, None), (1, 6), (2, 5), (3, 4), (4, 3), (5, 2), (6, 1), (None, None)])
def test_priority_is_the_lowest_tier_of_the_reviews_that_stand(
    every: Pack, miles: int | None, tier: int | None
) -> None:
    row = one(every, miles, solo=False)
    assert row["priority"] == tier
    standing = [f"r{place}" for place in range(7)]
    assert row["reviews"] == ("" if miles is None else ";".join(standing[: miles + 1]))
    assert row["reviews_unknown"] == (";".join(standing) if miles is None else "")


@pytest.mark.parametrize(
    ("solo", "miles", "holds", "priority"),
    [
        (False, 3, "", 4), (True, 3, "h0;h1", 5), (None, 3, "h0?;h1?", 4), (True, None, "h0?;h1?", None),
        (False, None, "", None), (None, 0, "h0?", None), (True, 0, "h0", None),
    ],
)  # fmt: skip
def test_a_hold_that_stands_clears_the_setting_and_an_unknown_one_does_not(
    every: Pack, solo: bool | None, miles: int | None, holds: str, priority: int | None
) -> None:
    row = one(every, miles, solo)
    assert (row["holds"], row["priority"]) == (holds, priority)


def test_standing_and_unknown_holds_stand_side_by_side(tmp_path: Path) -> None:
    rules = '[scores]\ntotal = "sum(d)"\n[bands]\nscore = "total"\n'
    for name, when in (("doubted", "solo"), ("sure", "need == 0"), ("off", "need == 1")):
        rules += f'[[hold]]\nid = "{name}"\nwhen = "{when}"\nbecause = "H"\n'
    row = by_kernel_and_reference(pack_in(tmp_path, rules, **TABLES), {"need": 0}, {"solo": None}, ON)
    assert row["holds"] == "sure;doubted?"


def test_a_refusal_rejects_the_row_where_it_surely_holds(tmp_path: Path) -> None:
    rules = '[scores]\ntotal = "sum(d)"\n[bands]\nscore = "total"\n'
    for name, when in (("far", "distance_miles > 9"), ("alone", "solo")):
        rules += f'[[refuse]]\nid = "{name}"\nwhen = "{when}"\nbecause = "R"\n'
    pack = pack_in(tmp_path, rules, **TABLES)
    assert one(pack, 10, solo=True)["rejected_because"] == "refused:far;refused:alone"
    assert one(pack, 10, solo=None)["rejected_because"] == "refused:far"
    assert one(pack, 9, solo=None)["status"] == "scored"


def test_a_pack_without_reviews_or_holds_has_none(tmp_path: Path) -> None:
    pack = pack_of(tmp_path, holds=0)
    row = one(pack, 1)
    assert (row["reviews"], row["reviews_unknown"], row["holds"], row["priority"]) == ("", "", "", None)
    assert reviews(pl.DataFrame({"child_id": ["a"], "need": [1]}), pack, on=ON).is_empty()


def test_more_reviews_than_one_word_of_flags(tmp_path: Path) -> None:
    pack = pack_of(tmp_path, *["note"] * 20, holds=0)
    for miles in (0, 6, 7, 13, 14, 19):
        assert one(pack, miles)["reviews"] == ";".join(f"r{place}" for place in range(miles + 1))


# -- the frame of reviews ---------------------------------------------------------------------------------------------

RULES = """
[scores]
total = "sum(d)"
[bands]
score = "total"
[[review]]
id = "far"
kind = "note"
when = "distance_miles > 20"
because = "It is far."
[[review]]
id = "dear"
kind = "fee"
when = "weekly_cost > £100"
amount = "weekly_cost - core_cost"
because = "It is dear."
"""


@pytest.fixture
def frame() -> pl.DataFrame:
    cost = {"weekly_cost": ["150", "150", "", "99.99", "200.05"], "core_cost": ["50", "", "50", "50", "0.1"]}
    need, miles = [0, 1, 2, 3, None], [20.1, None, 0.0, 30.0, 30.0]
    return pl.DataFrame({"child_id": list("edcba"), "need": need, "distance_miles": miles, **cost})


def test_a_row_a_child_and_review_in_their_orders_with_amounts(tmp_path: Path, frame: pl.DataFrame) -> None:
    pack = pack_in(tmp_path, RULES, **TABLES)
    found = reviews(frame, pack, on=ON)
    assert found.rows() == [
        ("e", "far", "note", "stands", None, "It is far."), ("e", "dear", "fee", "stands", 10000, "It is dear."),
        ("d", "far", "note", "unknown", None, "It is far."), ("d", "dear", "fee", "stands", None, "It is dear."),
        ("c", "dear", "fee", "unknown", None, "It is dear."), ("b", "far", "note", "stands", None, "It is far."),
    ]  # fmt: skip
    assert found.schema == {
        "child_id": pl.String, "id": pl.String, "kind": pl.Enum(["note", "fee"]),
        "state": pl.Enum(["stands", "unknown"]), "amount_pence": pl.Int64, "because": pl.String,
    }  # fmt: skip


def test_the_frame_of_reviews_of_no_children_and_of_a_lazy_caseload(tmp_path: Path, frame: pl.DataFrame) -> None:
    pack = pack_in(tmp_path, RULES, **TABLES)
    found = reviews(frame, pack, on=ON)
    none = reviews(frame.clear(), pack, on=ON)
    assert (none.height, none.schema) == (0, found.schema)
    lazy = reviews(frame.lazy(), pack, on=ON)
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect().equals(found)
