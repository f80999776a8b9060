"""What would be expected without a link between cost and need, against every order of a setting's costs."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import polars as pl
import pytest

from banding.review.unlinked import FIGURES, PARTS, PENCE_PARTS, unlinked

SETTINGS = ("foster", "home", "school")
KIDS = [
    ("foster", 1, 400, 500, 600, 590), ("foster", 1, 400, 500, 600, 601), ("foster", 2, 500, 700, 900, 400),
    ("foster", 2, 450, 700, 900, 840), ("foster", 3, 700, 1_001, 1_200, 601), ("home", 2, 4_000, 5_000, 5_999, 6_000),
    ("home", 3, 5_000, 6_000, 7_000, 4_000), ("home", 3, 5_000, 6_000, 7_000, 7_000), ("school", 1, 1, 2, 3, 9),
]  # fmt: skip


def frame() -> pl.DataFrame:
    names = ["setting", "band", "price_low", "price_expected", "price_high", "care_cost"]
    return pl.DataFrame(KIDS, names, orient="row").with_columns(pl.col("setting").cast(pl.Enum(SETTINGS)))


def over_every_order(setting: str, band: int) -> dict[str, Fraction]:
    here = [kid for kid in KIDS if kid[0] == setting]
    orders = list(permutations([kid[-1] for kid in here]))
    met = [(kid, cost) for order in orders for kid, cost in zip(here, order, strict=True) if kid[1] == band]
    held = {
        "below_unlinked": sum(cost < kid[2] for kid, cost in met),
        "above_unlinked": sum(cost > kid[4] for kid, cost in met),
        "near_unlinked": sum(5 * abs(cost - kid[3]) <= kid[3] for kid, cost in met),
        "apart_unlinked": sum(abs(cost - kid[3]) for kid, cost in met),
    }
    return {name: Fraction(value, len(orders)) for name, value in held.items()}


def test_expectations_are_the_means_over_every_order() -> None:
    found = unlinked(frame())
    assert found.height == 6
    for line in found.iter_rows(named=True):
        truth = over_every_order(line["setting"], line["band"])
        for name in FIGURES:
            parts = PENCE_PARTS if name == "apart_unlinked" else PARTS
            assert line[name] == pytest.approx(float(truth[name] * parts), abs=1)


def test_the_order_of_rows_does_not_matter() -> None:
    given = frame()
    keys = ["setting", "band"]
    assert unlinked(given.reverse()).sort(keys).equals(unlinked(given).sort(keys))
