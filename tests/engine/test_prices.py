"""Placement and cost under small packs. Every child is scored by the kernel and by the reference, which must agree."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from banding.engine import prices
from banding.engine.compile import compile_pack
from banding.errors import PackError
from banding.pack.meaning import Pack
from tests.small import by_kernel_and_reference, pack_in

ON = dt.date(2026, 6, 1)
RULES = '[scores]\ntotal = "sum(d)"\n[bands]\nscore = "total"\n'
TABLES = {
    "items": "id,domain,kind,label,top\nneed,d,need,Need,9\n",
    "domains": "id,label,missing\nd,D,least\n",
    "bands": "id,number,name,from_points,reference_settings\nlow,1,Low,0,own\nmid,2,Mid,3,0..11 own | 12..17 flat\n"
    "high,3,High,6,home | own\n",
    "settings": "id,label,family,age_from,age_to,meets_from,meets_to,intensity,legal_note\n"
    "own,Own foster,yes,,,,mid,1,\nhome,Home,no,8,17,mid,,3,\nflat,Flat,no,16,17,low,low,2,Sixteen and over\n"
    "short,Short break,no,,,,,none,\nsecure,Secure,no,10,,high,,4,Ten and over\ncellar,Cellar,no,none,,,,none,Never\n",
}


def both(pack: Pack, need: int | None, on: Any = ON, **facts: Any) -> dict[str, Any]:
    return by_kernel_and_reference(pack, {"need": need}, facts, on)


def priced(folder: Path, *rows: dict[str, Any], rules: str = RULES, header: str = "") -> Pack:
    """A pack of some prices; a row that says no more is 100, 200 or 300 a week for all bands in own foster care."""
    usual = {"band": "low|mid|high", "setting": "own", "low": 100, "expected": 200, "high": 300}
    whole = [{**usual, **row} for row in rows]
    names = list(dict.fromkeys(name for row in whole for name in row))
    lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in whole)]
    return pack_in(folder, rules, header=header, prices="\n".join(lines) + "\n", **TABLES)


def figures(row: dict[str, Any]) -> tuple[int | None, ...]:
    return tuple(row[f"price_{name}_pence"] for name in ("low", "expected", "high"))


# -- setting_fit ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return priced(tmp_path_factory.mktemp("plain"), {}, {"setting": "home", "low": 300, "expected": 500, "high": 900})


@pytest.mark.parametrize(
    ("need", "age", "setting", "fit"),
    [
        (0, 5, "own", "within"), (3, 5, "own", "within"), (6, 5, "own", "less_intensive"),
        (0, 9, "home", "more_intensive"), (3, 9, "home", "within"), (6, 9, "home", "within"),
        (0, 7, "home", "not_assessed"), (6, 8, "home", "within"), (6, 17, "home", "within"),
        (6, 18, "home", "not_assessed"),
        (0, 15, "flat", "legal_check"), (0, 16, "flat", "within"), (6, 17, "flat", "less_intensive"),
        (0, 18, "flat", "legal_check"), (6, 9, "secure", "legal_check"), (0, 10, "secure", "more_intensive"),
        (6, 25, "secure", "within"), (6, 5, "short", "not_assessed"), (0, 5, "cellar", "legal_check"),
        (0, None, "own", "unknown"), (0, 5, None, "unknown"), (0, None, "cellar", "unknown"),
    ],
)  # fmt: skip
def test_the_first_that_applies_says_how_a_setting_fits(
    plain: Pack, need: int, age: int | None, setting: str | None, fit: str
) -> None:
    row = both(plain, need, age_on=age, setting=setting)
    assert (row["setting_fit"], row["setting"]) == (fit, setting)


def test_a_row_without_a_band_has_no_fit(tmp_path: Path) -> None:
    pack = pack_in(tmp_path, '[scores]\ntotal = "max(d)"\n[bands]\nscore = "total"\n', **TABLES)
    row = both(pack, None, age_on=5, setting="own")
    assert (row["rejected_because"], row["setting_fit"]) == ("nothing-rated", None)


# -- care_cost and cost_fit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("core", "support", "total", "cost", "basis", "fit"),
    [
        ("100", "0", "350", 10000, "care", "within"), ("99.99", "0", None, 9999, "care", "below"),
        ("300", "0", None, 30000, "care", "within"), ("300", "0.01", None, 30001, "care", "above"),
        ("100", None, "350", 35000, "total", "unknown"), (None, "50", "350", 35000, "total", "unknown"),
        (None, None, "350", 35000, "total", "unknown"), ("100", None, None, None, "unknown", "unknown"),
        (None, None, None, None, "unknown", "unknown"), ("0", "0", None, 0, "care", "below"),
    ],
)  # fmt: skip
def test_care_cost_is_core_and_support_else_the_total(
    plain: Pack, core: str | None, support: str | None, total: str | None, cost: int | None, basis: str, fit: str
) -> None:
    pounds = {"core_cost": core, "additional_support_cost": support, "weekly_cost": total}
    facts = {name: None if text is None else Decimal(text) for name, text in pounds.items()}
    row = both(plain, 0, age_on=5, setting="own", **facts)
    assert (row["care_cost_pence"], row["cost_basis"], row["cost_fit"]) == (cost, basis, fit)
    assert figures(row) == (10000, 20000, 30000)
    assert row["price_variance_pence"] == (None if fit == "unknown" or cost is None else cost - 20000)


def test_a_total_is_compared_with_the_price_of_a_total_alone(tmp_path: Path) -> None:
    pack = priced(tmp_path, {"basis": "total"})
    total, care = {"weekly_cost": Decimal(250)}, {"core_cost": Decimal(250), "additional_support_cost": Decimal(0)}
    row = both(pack, 0, setting="own", **total)
    assert (row["cost_fit"], row["price_variance_pence"]) == ("within", 5000)
    assert both(pack, 0, setting="own", **care, **total)["cost_fit"] == "unknown"


def test_costs_of_another_scope_hide_no_price_and_are_not_compared(tmp_path: Path) -> None:
    pack = priced(tmp_path, {"scope": "fee"})
    cost = {"core_cost": Decimal(250), "additional_support_cost": Decimal(0)}
    alike = both(pack, 0, setting="own", cost_scope="fee", **cost)
    assert (alike["price_expected_pence"], alike["cost_fit"], alike["price_variance_pence"]) == (20000, "within", 5000)
    for scope in ("carer_payments", "full_unit_cost", None):
        unlike = both(pack, 0, setting="own", cost_scope=scope, **cost)
        assert (unlike["price_expected_pence"], unlike["cost_fit"], unlike["price_variance_pence"]) == (
            20000,
            "unknown",
            None,
        )


def test_of_several_scopes_the_child_s_own_is_the_price(tmp_path: Path) -> None:
    pack = priced(
        tmp_path, {"scope": "fee"}, {"scope": "carer_payments|full_unit_cost", "low": 1, "expected": 2, "high": 3}
    )
    found = {scope: both(pack, 0, setting="own", cost_scope=scope)["price_expected_pence"]
             for scope in ("fee", "carer_payments", "full_unit_cost", None)}  # fmt: skip
    assert found == {"fee": 20000, "carer_payments": 200, "full_unit_cost": 200, None: None}


# -- which price ------------------------------------------------------------------------------------------------------


def test_prices_by_age_are_by_the_age_on_the_scoring_date(tmp_path: Path) -> None:
    pack = priced(tmp_path, {"age_to": 9}, {"age_from": 10, "age_to": 15, "expected": 250})
    ages = (0, 9, 10, 15, 16, 25, None)
    found = [both(pack, 0, setting="own", age=3, age_on=age)["price_expected_pence"] for age in ages]
    assert found == [20000, 20000, 25000, 25000, None, None, None]


def test_prices_by_region(tmp_path: Path) -> None:
    pack = priced(tmp_path, {"region": "london|south_east"}, {"region": "north_west", "expected": 150})
    regions = ("london", "south_east", "north_west", "south_west", None)
    found = [both(pack, 0, setting="own", region=region)["price_expected_pence"] for region in regions]
    assert found == [20000, 20000, 15000, None, None]


def test_prices_by_date_both_days_included(tmp_path: Path) -> None:
    pack = priced(tmp_path, {"to": "2026-05-31"}, {"from": "2026-06-01", "to": "2026-06-30", "expected": 250})
    days = [dt.date(2026, 5, 31), dt.date(2026, 6, 1), dt.date(2026, 6, 30), dt.date(2026, 7, 1)]
    found = [both(pack, 0, on=day, setting="own")["price_expected_pence"] for day in days]
    assert found == [20000, 25000, 25000, None]


def test_no_row_no_price(plain: Pack) -> None:
    cost = {"core_cost": Decimal(1), "additional_support_cost": Decimal(0)}
    row = both(plain, 0, setting="short", **cost)
    assert (*figures(row), row["cost_fit"], row["price_variance_pence"]) == (None, None, None, "unknown", None)
    assert figures(both(plain, 0, **cost)) == (None, None, None)


# -- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "figure", "pence"),
    [
        ("week", "1234.5", 123450), ("week", "0.005", 1), ("week", "0.0049", 0), ("day", "100.01", 70007),
        ("day", "0.01", 7), ("four_weeks", "0.02", 1), ("four_weeks", "0.01", 0), ("four_weeks", "1001", 25025),
        ("month", "4348.33", 100000), ("month", "0.02", 0), ("year", "52180", 100000), ("year", "52.4409", 101),
        ("year", "52.44", 100),
    ],
)  # fmt: skip
def test_every_unit_becomes_a_week_rounded_half_up_to_the_penny(
    tmp_path: Path, unit: str, figure: str, pence: int
) -> None:
    for header, row in ((f'price_unit = "{unit}"\n', {}), ("", {"unit": unit})):
        pack = priced(tmp_path, {"low": figure, "expected": figure, "high": figure, **row}, header=header)
        assert figures(both(pack, 0, setting="own")) == (pence, pence, pence)


def test_a_pack_may_count_its_weeks_otherwise(tmp_path: Path) -> None:
    pack = priced(tmp_path, {"low": 52, "expected": 52, "high": 52, "unit": "year"}, header="weeks_in_year = 52\n")
    assert both(pack, 0, setting="own")["price_expected_pence"] == 100


def test_base_and_add_on_are_added_before_the_multiplier_and_the_unit(tmp_path: Path) -> None:
    pack = priced(tmp_path, {"base": "10.001", "add_on": "5", "multiplier": "1.5", "unit": "day"})
    assert figures(both(pack, 0, setting="own")) == (120751, 225751, 330751)


def test_a_price_per_point_is_added_then_floor_and_cap_cut_it(tmp_path: Path) -> None:
    pack = priced(
        tmp_path,
        {"band": "low", "per_point": "0.005"},
        {"band": "mid", "per_point": "-30", "floor": 50, "cap": 190},
        {"band": "high", "low": "", "expected": "", "high": "", "base": 10, "per_point": "10.1", "multiplier": "2"},
    )
    assert figures(both(pack, 0, setting="own")) == (10000, 20000, 30000)
    assert figures(both(pack, 1, setting="own")) == (10001, 20001, 30001)
    assert figures(both(pack, 4, setting="own")) == (5000, 8000, 18000)
    assert figures(both(pack, 3, setting="own")) == (5000, 11000, 19000)
    assert figures(both(pack, 9, setting="own")) == (20180, 20180, 20180)


def test_a_row_without_floor_or_cap_is_not_cut_by_another_s(tmp_path: Path) -> None:
    rules = '[scores]\ntotal = "1000000 * sum(d)"\n[bands]\nscore = "total"\n'
    up, down = {"band": "high", "per_point": 10}, {"band": "high", "setting": "home", "per_point": -10}
    pack = priced(tmp_path, up, down, {"band": "low", "cap": 150, "floor": 1}, rules=rules)
    assert both(pack, 9, setting="own")["price_expected_pence"] == 9_000_020_000
    assert both(pack, 9, setting="home")["price_expected_pence"] == -8_999_980_000


# -- the reference setting --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("need", "age", "reference"),
    [(0, 5, "own"), (0, None, "own"), (3, 11, "own"), (3, 12, "flat"), (3, 18, None), (3, None, None), (6, 5, None)],
)
def test_a_band_names_its_reference_setting_by_age_or_none(
    plain: Pack, need: int, age: int | None, reference: str | None
) -> None:
    row = both(plain, need, age_on=age, setting="home")
    assert row["reference_setting"] == reference
    assert row["reference_expected_pence"] == (20000 if reference == "own" else None)


def test_the_two_variances_add_up(plain: Pack) -> None:
    cost = {"core_cost": Decimal("412.34"), "additional_support_cost": Decimal("50")}
    row = both(plain, 3, age_on=9, setting="home", **cost)
    assert (row["price_variance_pence"], row["setting_variance_pence"]) == (-3766, 30000)
    assert (
        row["price_variance_pence"] + row["setting_variance_pence"]
        == row["care_cost_pence"] - row["reference_expected_pence"]
    )
    unlike = both(plain, 3, age_on=9, setting="home", weekly_cost=Decimal(9))
    assert (unlike["price_variance_pence"], unlike["setting_variance_pence"]) == (None, 30000)


def test_prices_that_differ_by_too_much_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prices, "MOST_CELLS", 100)
    pack = priced(tmp_path / "pack", {"age_from": 0, "age_to": 8}, {"age_from": 9, "age_to": 17})
    with pytest.raises(PackError, match="the limit is 100") as caught:
        compile_pack(pack, ON)
    assert [finding.code for finding in caught.value.findings] == ["too-many-prices"]
