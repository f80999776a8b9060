"""Which cells of tables are one count, and which sums readers know between them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from banding.review.model import ALL, Column, Table, Unit
from banding.review.unknowns import Unknowns, unknowns_of
from tests.review.tabled import typed

SETTING, BAND = (Column(name, name, Unit.KEY) for name in ("setting", "band"))
CHILDREN = Column("children", "Children", Unit.CHILDREN)
PROVIDERS = ("providers", "largest")


def table(name: str, rows: list[tuple[Any, ...]], *columns: Column, **more: Any) -> Table:
    return typed(name, columns or (SETTING, CHILDREN), rows, **more)


def sums(found: Unknowns) -> set[tuple[int, tuple[int, ...]]]:
    """Each sum by its counts: the total's, and the parts' in order."""
    lines = found.sums.toarray()
    assert not (lines @ found.counts).any()
    return {
        (int(found.counts[line == -1][0]), tuple(sorted(int(part) for part in found.counts[line == 1])))
        for line in lines
    }


def test_cells_of_the_same_conditions_are_one_count() -> None:
    about = table("about", [("S0", 7)], about={"status": "scored"})
    where = table("where", [("S0", 7)], SETTING, Column("n", "n", Unit.CHILDREN, {"status": "scored"}))
    key = table("key", [("scored", "S0", 7)], Column("status", "status", Unit.KEY), SETTING, CHILDREN)
    found = unknowns_of([about, where, key])
    assert found.counts.tolist() == [7]
    assert found.shown.tolist() == [True]
    assert {name: cells.tolist() for name, cells in found.cells.items()} == {
        ("about", "children"): [0],
        ("where", "n"): [0],
        ("key", "children"): [0],
    }


def test_a_whole_dimension_adds_up_to_its_total() -> None:
    assert sums(unknowns_of([table("t", [("S0", 3), ("S1", 0), (ALL, 3)], whole=("setting",))])) == {(3, (0, 3))}


def test_totals_that_no_table_shows_link_tables_too() -> None:
    rows = [("S0", "1", 1), ("S0", "2", 2), ("S1", "1", 4)]
    both = table("both", rows, SETTING, BAND, CHILDREN, whole=("setting", "band"))
    by_band = table("by_band", [("1", 5), ("2", 2)], BAND, CHILDREN, whole=("band",))
    found = unknowns_of([both, by_band])
    # S0 is 3 and S1 is 4 together; band 1 is 5 and band 2 is 2, together 7 as the settings are.
    assert sums(found) == {(5, (1, 4)), (2, (2,)), (3, (1, 2)), (4, (4,)), (7, (3, 4)), (7, (2, 5))}
    assert sorted(found.counts[~found.shown].tolist()) == [3, 4, 7]


def test_a_part_under_one_more_condition_leaves_a_rest() -> None:
    some = Column("some", "some", Unit.CHILDREN, {"cost": "above"})
    found = unknowns_of([table("t", [("S0", 9, 4)], SETTING, CHILDREN, some)])
    assert sums(found) == {(9, (4, 5))}
    assert found.shown.tolist() == [True, True, False]


def test_parts_that_leave_no_rest_are_known_to_be_all() -> None:
    costs = [Column(cost, cost, Unit.CHILDREN, {"cost": cost}) for cost in ("below", "above")]
    assert sums(unknowns_of([table("t", [("S0", 9, 4, 5)], SETTING, CHILDREN, *costs)])) == {(9, (4, 5))}


def test_parts_that_overlap_each_leave_a_rest() -> None:
    reasons = table("reasons", [("a", 6), ("b", 7)], Column("reason", "reason", Unit.KEY), CHILDREN)
    whole = table("whole", [(9,)], CHILDREN)
    assert sums(unknowns_of([reasons, whole])) == {(9, (3, 6)), (9, (2, 7))}


def test_a_part_under_two_more_conditions_is_a_part_where_none_is_between() -> None:
    whole = table("whole", [(9,)], CHILDREN)
    both = table("both", [("S0", "1", 9)], SETTING, BAND, CHILDREN)
    between = table("between", [("S0", 9)])
    assert sums(unknowns_of([whole, both])) == {(9, (9,))}
    assert len(unknowns_of([whole, both, between]).sums.toarray()) == 2


def test_a_line_without_a_count_leaves_a_rest() -> None:
    found = unknowns_of([table("t", [("S0", 3), ("S1", None), (ALL, 9)], whole=("setting",))])
    assert sums(found) == {(9, (3, 6))}
    assert found.cells["t", "children"].tolist() == [0, -1, 1]


def test_the_children_of_a_figure_are_those_of_the_first_column_with_as_many() -> None:
    known, mean, size, low = (
        Column("known", "known", Unit.CHILDREN, {"cost": "known"}),
        Column("mean", "mean", Unit.POUNDS),
        Column("size", "size", Unit.NUMBER),
        Column("low", "low", Unit.POUNDS),
    )
    rows = [("S0", 9, 8, 1.0, 1.0, 1.0), ("S1", 7, 7, None, 1.0, 1.0)]
    support = pl.DataFrame({"mean.children": [8, None], "size.children": [9, 6], "low.children": [5, 6]})
    found = unknowns_of([table("t", rows, SETTING, CHILDREN, known, mean, size, low, support=support)])
    assert found.cells["t", "mean"].tolist() == found.cells["t", "known"].tolist()
    assert ("t", "size") not in found.cells
    own = found.cells["t", "low"]
    assert found.counts[own].tolist() == [5, 6]
    assert not found.shown[own].any()


def test_pounds_of_the_same_uncounted_children_are_of_one_count() -> None:
    columns = (SETTING, CHILDREN, *(Column(name, name, Unit.POUNDS) for name in ("cost", "price")))
    support = pl.DataFrame({"cost.children": [5], "price.children": [5]})
    found = unknowns_of([table("t", [("S0", 9, 1.0, 1.0)], *columns, support=support)])
    assert found.cells["t", "cost"].tolist() == found.cells["t", "price"].tolist()


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (table("one", [("S0", 3)]), "two tables are called one"),
        (table("two", [("S0", 4)]), "two.children and another column count the same children differently"),
        (table("two", [("S1", 4), (ALL, 9)], whole=("setting",)), "two.children: setting does not add up"),
    ],
)
def test_tables_that_contradict_one_another_are_refused(second: Table, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        unknowns_of([table("one", [("S0", 3)]), second])
