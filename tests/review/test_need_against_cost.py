"""Counts for a chart of need against cost: which bin an edge belongs to, and that everybody compared is in one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl

from banding.review.compared import compared_children
from banding.review.need_against_cost import COST_EDGES, cost_bins, need_against_cost, need_bins
from tests.review.needs import england, synthetic
from tests.review.priced import child, of, priced_pack


def test_a_lower_edge_belongs_to_its_bin(tmp_path: Path) -> None:
    pack = priced_pack(tmp_path / "pack")
    pounds = ["0", "499.99", "500", "1999.99", "2000", "14999.99", "15000", "60000"]
    rows = [child(place, "foster", place % 3, cost) for place, cost in enumerate(pounds)]
    found = need_against_cost(compared_children(of(pack, rows)[0]), pack).frame
    assert found.rows() == [
        ("Foster", "Under 1 points", "£0 to under £500", 1),
        ("Foster", "Under 1 points", "£1,500 to under £2,000", 1),
        ("Foster", "Under 1 points", "£15,000 and over", 1),
        ("Foster", "1 to under 2 points", "£0 to under £500", 1),
        ("Foster", "1 to under 2 points", "£2,000 to under £3,000", 1),
        ("Foster", "1 to under 2 points", "£15,000 and over", 1),
        ("Foster", "2 points and over", "£500 to under £1,000", 1),
        ("Foster", "2 points and over", "£10,000 to under £15,000", 1),
    ]


def test_everybody_compared_is_in_one_bin_and_bins_stand_in_order() -> None:
    given = synthetic()
    found = need_against_cost(compared_children(given), given.pack)
    assert found.frame["children"].sum() == given.compared.height
    for name, bins in (("need_points", need_bins(given.pack.edges)), ("cost_pounds", cost_bins())):
        places = found.frame.with_columns(pl.col(name).replace_strict(dict(zip(bins, range(len(bins)), strict=True))))
        keys = [key for key in ("setting", "need_points", "cost_pounds") if key in (name, "setting")]
        assert places.select(keys).unique().height >= 6
    homes = found.frame.filter(pl.col("setting") == "Children's home, 3 places or more")
    assert homes["need_points"].to_list() == sorted(homes["need_points"], key=need_bins(given.pack.edges).index)


def test_bins_are_named_by_the_edges_of_the_pack() -> None:
    assert need_bins(england().edges) == [
        "Under 4 points", "4 to under 12 points", "12 to under 24 points", "24 to under 42 points",
        "42 to under 62 points", "62 points and over",
    ]  # fmt: skip
    assert need_bins((Decimal("1.50"),)) == ["Under 1.5 points", "1.5 points and over"]
    assert need_bins(()) == ["Any points"]
    assert len(cost_bins()) == len(COST_EDGES)
