"""Prices from a caseload's own costs, against figures worked out by hand."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.errors import CaseloadError, PackError
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.review.calibrate import Calibration, Uprating, calibrate
from banding.review.local_pack import check_priced
from banding.review.reviewed import reviewed
from banding.synthetic import ON as SYNTHETIC_ON
from banding.synthetic import Truth, synthesise
from tests.review.priced import RULES, child, of, priced_pack


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return priced_pack(tmp_path / "pack")


def cell(found: Calibration, settings: str, band: int) -> dict[str, Any]:
    return found.cells.filter((pl.col("settings") == settings) & (pl.col("band") == band)).row(0, named=True)


def many(start: int, setting: str, fear: int, *pounds: float) -> list[dict[str, Any]]:
    return [child(start + place, setting, fear, sum_) for place, sum_ in enumerate(pounds)]


FULL = many(0, "foster", 0, *(210, 220, 230, 240, 250, 260, 270, 280, 290, 300))
RISING = many(20, "kin", 1, *([400] * 10)) + many(40, "foster", 2, *([600] * 10))


def test_a_full_cell_stands_at_its_mean_and_its_percentiles(pack: Pack) -> None:
    found = calibrate(of(pack, FULL + RISING)[0])
    low = cell(found, "foster|kin", 1)
    assert (low["children"], low["providers"], low["shrunk"]) == (10, 4, False)
    assert low["raw_expected"] == 25_500
    # Linear between order statistics: 10% of the way from the first to the last of ten is 0.9 of a step.
    assert (round(low["raw_low"]), round(low["raw_high"])) == (21_900, 29_100)
    assert (low["low"], low["expected"], low["high"]) == (21_900, 25_500, 29_100)
    assert low["pack_expected"] == 20_000
    assert cell(found, "foster|kin", 2)["expected"] == 40_000


def test_a_cell_with_few_children_stands_between_its_costs_and_the_pack(pack: Pack) -> None:
    found = calibrate(of(pack, FULL + many(30, "home", 1, 2600, 2600, 2600, 2600, 2600))[0])
    few, none = cell(found, "home", 2), cell(found, "home", 3)
    # 5 children weigh 5, the pack 10: (5 x 2,600 + 10 x 2,000) / 15; the list is too small to be scaled.
    assert (few["expected"], few["shrunk"], few["scaled"]) == (220_000, True, False)
    assert (none["children"], none["expected"], none["low"]) == (0, 300_000, 200_000)
    assert none["raw_expected"] is None


def test_a_cell_of_few_providers_is_drawn_toward_the_pack_too(pack: Pack) -> None:
    rows = [{**row, "provider": f"p{place % 2}"} for place, row in enumerate(FULL)]
    low = cell(calibrate(of(pack, rows)[0]), "foster|kin", 1)
    assert (low["providers"], low["shrunk"]) == (2, True)
    assert low["expected"] == 25_000  # (25,500 + 20,000) / 2 = 227.50, in steps of 50


def test_inversions_are_named_before_smoothing_and_smoothed_by_weight(pack: Pack) -> None:
    rows = FULL + many(20, "kin", 1, *([240] * 30)) + many(60, "kin", 2, *([350] * 10))
    found = calibrate(of(pack, rows)[0])
    assert found.inversions.rows() == [("foster|kin", 1, 10, 25_500.0, 2, 30, 24_000.0)]
    # (10 x 255 + 30 x 240) / 40 = 243.75, half up.
    assert [cell(found, "foster|kin", band)["expected"] for band in (1, 2)] == [24_400, 24_400]
    assert found.neutral


def test_figures_never_fall_as_the_band_rises_and_stay_in_order() -> None:
    draw = random.Random(3)
    pack = load_pack("england-reference@2026")
    frame = synthesise(800, 11, pack=pack, on=SYNTHETIC_ON, truth=Truth(need_cost_link=draw.random())).frame
    found = calibrate(reviewed(score_caseload(frame, pack, SYNTHETIC_ON), frame, pack, SYNTHETIC_ON))
    for prices in found.cells.partition_by("list"):
        ordered = prices.sort("band")
        for name in ("low", "expected", "high"):
            assert ordered[name].is_sorted()
        assert ((ordered["low"] <= ordered["expected"]) & (ordered["expected"] <= ordered["high"])).all()
    assert found.neutral
    assert found.cells.height == 37


def test_a_cost_far_above_its_setting_goes_to_the_pool_and_every_pound_stands_somewhere(pack: Pack) -> None:
    rows = FULL + RISING + [
        child(100, "foster", 0, 90_000), child(101, "parents", 0, 50), child(102, None, 0, 70),
        child(103, "foster", 0, 80, cost_scope="carer_payments"), child(104, "home", 0, 5_000),
        child(105, "foster", 0, None),
    ]  # fmt: skip
    found = calibrate(of(pack, rows)[0])
    ledger = {what.split(":")[0]: (children, pence) for what, children, pence in found.ledger.iter_rows()}
    assert ledger == {
        "in the cells": (30, 100 * (2550 + 4000 + 6000)), "individually agreed": (2, 9_500_000),
        "the pack prices this setting for no band": (1, 5_000), "the setting is not known": (1, 7_000),
        "the cost does not cover what the price covers": (1, 8_000),
    }  # fmt: skip
    assert cell(found, "foster|kin", 1)["raw_expected"] == 25_500


def test_a_fence_needs_twenty_children(pack: Pack) -> None:
    found = calibrate(of(pack, [*FULL, child(50, "foster", 0, 9_000)])[0])
    assert cell(found, "foster|kin", 1)["children"] == 11


def test_prices_come_to_the_pounds_they_are_drawn_from(pack: Pack) -> None:
    rows = FULL + many(20, "kin", 1, 700, 700, 700, 700) + many(40, "foster", 2, *([600] * 10))
    found = calibrate(of(pack, rows)[0])
    ratio = found.neutrality.filter(pl.col("settings") == "All")["ratio"][0]
    assert ratio == pytest.approx(1, abs=0.005)
    assert found.neutral
    small = calibrate(of(pack, many(0, "home", 1, *([2600] * 7)) + many(10, "kin", 0, 250, 250, 250))[0])
    assert not small.neutral
    assert small.neutrality.filter(pl.col("settings") == "home")["scaled"].to_list() == [False]


def test_costs_of_fewer_than_ten_children_give_no_prices(pack: Pack) -> None:
    for rows in ([child(1, None, 0, None)], FULL[:9]):
        with pytest.raises(CaseloadError, match="10 at least"):
            calibrate(of(pack, rows)[0])


def test_a_single_childs_cost_cannot_be_worked_out_of_a_price(pack: Pack) -> None:
    prices = {
        cell(calibrate(of(pack, [*FULL, child(90, "home", 1, pounds)])[0]), "home", 2)["expected"]
        for pounds in range(2000, 2500, 20)
    }
    assert prices == {200_000, 205_000}


def test_uprating_multiplies_every_figure_and_leaves_neutrality_as_it_is(pack: Pack) -> None:
    rows = of(pack, FULL + RISING)[0]
    plain, more = calibrate(rows), calibrate(rows, uprating=Uprating(Decimal("1.1"), "CPIH"))
    assert cell(more, "foster|kin", 1)["expected"] == 28_100  # 280.50, half up
    assert more.neutrality.equals(plain.neutrality)


def test_rows_in_any_order_give_the_same(pack: Pack) -> None:
    rows = FULL + RISING
    one, other = calibrate(of(pack, rows)[0]), calibrate(of(pack, rows[::-1])[0])
    assert one.cells.equals(other.cells)
    assert one.drawn_from == other.drawn_from
    assert calibrate(of(pack, rows[1:])[0]).drawn_from != one.drawn_from


def test_a_dear_market_shows_beside_the_pack_and_never_beside_itself() -> None:
    pack = load_pack("england-reference@2026")
    frame = synthesise(1500, 5, pack=pack, on=SYNTHETIC_ON, truth=Truth(market=1.5)).frame
    found = calibrate(reviewed(score_caseload(frame, pack, SYNTHETIC_ON), frame, pack, SYNTHETIC_ON))
    sure = found.cells.filter(~pl.col("shrunk"))
    dear = sure.filter(pl.col("expected") > pl.col("pack_expected") * 1.2)
    assert dear.height > sure.height / 2
    assert found.neutral


def test_packs_that_no_prices_can_be_drawn_for_are_refused(tmp_path: Path) -> None:
    check_priced(priced_pack(tmp_path / "good"), "x")
    none = load_pack("wac-protective-supervision@2018")
    fixed = priced_pack(tmp_path / "fixed", rules=RULES.split("[tunable]")[0])
    prices = "band,setting,scope,base,per_point,source\na|b|c,foster,fee,100,5,s\n"
    pointed = priced_pack(tmp_path / "pointed", prices=prices)
    for bad, code in ((none, "no-prices"), (fixed, "not-tunable"), (pointed, "price-by-points")):
        with pytest.raises(PackError) as caught:
            check_priced(bad, "x")
        assert [finding.code for finding in caught.value.findings] == [code]
