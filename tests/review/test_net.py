"""The net effect of possible moves: the formula against figures worked by hand, who is counted, what never shows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.errors import BandingError
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.review.model import ALL, Column, Table, Unit
from banding.review.net import COUNTED, UNCOMPARED, UNDATED, UNPRICED, Assumptions, Parts, net_of_moves, parts, stakes
from banding.review.reviewed import reviewed
from banding.review.tallies import CHECK_FIRST
from banding.synthetic import ON as THEN
from banding.synthetic import synthesise
from tests.review.panel import IN_HOME, RULES, TABLES, counts, review_of, said, small_pack, table

# C_now 6,000, the reference price 900, W 40: D = 6,000 - 900 - 500 = 4,600 a week.
# p = 0.5: 0.5 x 4,600 x 40 = 92,000; 0.5 x (26 x 900 + 15,200) = 19,300; 5,000; net 67,700.
# p = 0.35: 64,400; 0.65 x 38,600 = 25,090; net 34,310. p = 0.65: 119,600; 13,510; net 101,090.
BY_HAND = {"0.35": (64_400, 25_090, 34_310), "0.5": (92_000, 19_300, 67_700), "0.65": (119_600, 13_510, 101_090)}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return small_pack(tmp_path_factory.mktemp("pack"))


def one_move(cost: int, family: int, weeks: int, chance: str, given: Assumptions) -> Parts:
    return parts(*stakes(cost, family, weeks, given), 1, Decimal(chance), given)


@pytest.mark.parametrize("chance", BY_HAND)
def test_one_move_by_hand(chance: str) -> None:
    found = one_move(6_000_00, 900_00, 40, chance, Assumptions())
    gained, lost, net = (Fraction(pounds * 100) for pounds in BY_HAND[chance])
    assert (found, found.net) == (Parts(gained, lost, Fraction(500_000)), net)


@pytest.mark.parametrize(
    ("cost", "family", "weeks", "chance", "given", "net"),
    [
        # A home that costs less than the family home and its support: D = 1,000 - 900 - 500 = -400.
        (1_000_00, 900_00, 52, "1", {}, -400 * 52 - 5_000),
        # Ten weeks left: a failed move costs more for ten weeks, not 26.
        (6_000_00, 900_00, 10, "0", {}, -(10 * 900 + 15_200) - 5_000),
        # Nothing left: only what is paid once, and the emergency where the move fails.
        (6_000_00, 900_00, 0, "0.5", {}, -7_600 - 5_000),
        (6_000_00, 900_00, 52, "0.5", {"after_failed": Decimal("0.9"), "failed_weeks": 52, "emergency_pence": 0,
                                       "support_pence": 0, "once_pence": 0}, 132_600 + 15_600),
    ],
)  # fmt: skip
def test_moves_that_cost_more_than_they_save(
    cost: int, family: int, weeks: int, chance: str, given: dict[str, Any], net: int
) -> None:
    assert one_move(cost, family, weeks, chance, Assumptions(**given)).net == net * 100


def test_no_penny_is_lost_to_a_float() -> None:
    found = one_move(333_33, 100_01, 51, "0.35", Assumptions())
    gained = Fraction(35, 100) * (333_33 - 100_01 - 500_00) * 51
    lost = Fraction(65, 100) * (26 * Fraction(15, 100) * 333_33 + 1_520_000)
    assert found == Parts(gained, lost, Fraction(500_000))


def test_the_total_of_ten_by_hand_at_three_chances(pack: Pack) -> None:
    # C_now 2,000, the reference price 300: D = 1,200. W 52. Ten children.
    # p = 0.35: 218,400; 0.65 x (26 x 300 + 15,200) x 10 = 149,500; 50,000; 18,900.
    # p = 0.5: 312,000; 115,000; 50,000; 147,000. p = 0.65: 405,600; 80,500; 50,000; 275,100.
    found = net_of_moves(review_of(pack, *[IN_HOME] * 10))
    total = table(found, "net_of_moves_total")
    assert total.frame.rows() == [
        ("Low: 0.35 of the moves hold", 10, 218_400.0, 149_500.0, 50_000.0, 18_900.0),
        ("Central: 0.50 of the moves hold", 10, 312_000.0, 115_000.0, 50_000.0, 147_000.0),
        ("High: 0.65 of the moves hold", 10, 405_600.0, 80_500.0, 50_000.0, 275_100.0),
    ]
    assert total.support.row(0, named=True) == {
        f"{part}.{what}": value
        for part in ("gained", "lost", "once", "net")
        for what, value in (("children", 10), ("providers", 1), ("largest", 0.1))
    }
    assert said(found)[0] == (
        "If a family home were found for all of 10 children, of whom 0 say that they want to stay, the net effect over "
        "at most 52 weeks would be £147,000 at the central chance, £18,900 at the low and £275,100 at the high one."
    )


def test_a_negative_total_is_shown(pack: Pack) -> None:
    # D = 200. p = 0.35: 40,040; 0.65 x (26 x 150 + 15,200) x 11 = 136,565; 55,000; and so on.
    found = net_of_moves(review_of(pack, *[{**IN_HOME, "core_cost": 1_000}] * 11))
    assert table(found, "net_of_moves_total").frame["net"].to_list() == [-151_525.0, -102_850.0, -54_175.0]
    assert "would be -£" in said(found)[0]


def test_what_rounds_to_nothing_has_no_sign() -> None:
    frame = pl.DataFrame({"net": [-0.4, -0.6, 0.0, -1234.5]})
    found = Table("t", "T", (Column("net", "Net", Unit.POUNDS),), frame)
    assert [found.written(row, "net") for row in range(4)] == ["£0", "-£1", "£0", "-£1,234"]


def test_no_total_of_fewer_than_ten(pack: Pack) -> None:
    found = net_of_moves(review_of(pack, *[IN_HOME] * 9, {**IN_HOME, "exam_year": None}))
    assert [one.id for one in found.tables] == ["net_of_moves_children", "net_of_moves_basis"]
    assert "Fewer than ten" in found.cannot[0]
    assert "£" not in "".join(said(found))
    (says,) = said(found)
    assert "(10), 1 have something to check first and are left out, and 9 are counted" in says


def test_who_is_counted_and_why_others_are_not(pack: Pack) -> None:
    stay = {**IN_HOME, "child_view": "wants_to_stay"}
    young = {**IN_HOME, "age_on": 17}
    kids = [
        IN_HOME, stay, {**stay, "exam_year": None}, {**IN_HOME, "core_cost": None},
        {**stay, "weekly_cost": 9, "core_cost": None},
        young, {**young, "date_of_birth": "2008-12-01"}, {**IN_HOME, "siblings_here": 1}, {**IN_HOME, "solo": True}, {},
    ]  # fmt: skip
    assert counts(net_of_moves(review_of(pack, *kids)), "net_of_moves_children") == {
        (CHECK_FIRST,): (1, 1), (COUNTED,): (3, 1), (UNCOMPARED,): (2, 1), (UNPRICED,): (0, 0), (UNDATED,): (1, 0),
        (ALL,): (7, 3),
    }  # fmt: skip


@pytest.mark.parametrize("reference", ["home", "", "foster|home"])
def test_without_a_single_family_home_as_reference_nobody_is_counted(tmp_path: Path, reference: str) -> None:
    bands = TABLES["bands"].replace("Low,0,foster", f"Low,0,{reference}")
    found = net_of_moves(review_of(small_pack(tmp_path / "pack", bands=bands), *[IN_HOME] * 12))
    assert counts(found, "net_of_moves_children")[UNPRICED,] == (12, 0)
    assert "Fewer than ten" in found.cannot[0]


def test_neither_the_own_setting_nor_one_that_is_no_family_is_a_family_home(tmp_path: Path) -> None:
    settings = TABLES["settings"].replace("foster,Foster care,yes,1,low", "foster,Foster care,yes,1,middle")
    own = small_pack(tmp_path / "own", settings=settings)
    school = small_pack(
        tmp_path / "school",
        settings=TABLES["settings"] + "school,A school,no,2,low,high\n",
        prices=TABLES["prices"] + "school,low,100,300,600,care,week,s\n",
        bands=TABLES["bands"].replace("Low,0,foster", "Low,0,school"),
    )
    for pack, child in ((own, {}), (school, IN_HOME)):
        found = net_of_moves(review_of(pack, *[child] * 10))
        assert counts(found, "net_of_moves_children")[UNPRICED,] == (10, 0)


@pytest.mark.parametrize(
    ("born", "age", "weeks"),
    [
        (None, 15, 52), (None, 16, 52), (None, 17, None), (None, None, None), ("2008-06-08", None, 1),
        ("2008-06-07", None, 0), ("2008-06-02", None, 0), ("2009-06-01", None, 52), ("2008-10-26", None, 21),
    ],
)  # fmt: skip
def test_weeks_end_at_the_18th_birthday(pack: Pack, born: str | None, age: int | None, weeks: int | None) -> None:
    kids = [{**IN_HOME, "date_of_birth": born, "age": 15, "age_on": age if born is None else 17}] * 10
    found = net_of_moves(review_of(pack, *kids))
    if weeks is None:
        # Without an age on the date the setting's fit is unknown, and nobody has a possible move.
        assert counts(found, "net_of_moves_children")[UNDATED,] == ((10, 0) if age else (0, 0))
        return
    gained = table(found, "net_of_moves_total").frame["gained"][1]
    assert gained == 10 * 0.5 * 1_200 * weeks


def test_a_child_of_the_29th_of_february_is_18_on_the_1st_of_march(pack: Pack) -> None:
    on = dt.date(2026, 2, 22)
    frame = review_of(pack, *[{**IN_HOME, "date_of_birth": "2008-02-29", "age_on": None}] * 10).caseload
    found = net_of_moves(reviewed(score_caseload(frame, pack, on), frame, pack, on))
    assert table(found, "net_of_moves_total").frame["gained"][1] == 10 * 0.5 * 1_200


def test_assumptions_are_printed_with_unit_and_source_and_checked(pack: Pack) -> None:
    found = net_of_moves(review_of(pack, IN_HOME), Assumptions(support_pence=123_45, low=Decimal("0.1")))
    rows = table(found, "net_of_moves_basis").frame.rows()
    assert [(row[1], row[2]) for row in rows] == [
        ("0.1", "share"), ("0.50", "share"), ("0.65", "share"), ("£123.45", "a week"), ("1.15", "times"),
        ("26", "weeks"), ("£15,200", "once"), ("£5,000", "once"),
    ]  # fmt: skip
    assert all(row[3] for row in rows)
    with pytest.raises(BandingError) as caught:
        Assumptions(low=Decimal("0.6"), after_failed=Decimal(-1), failed_weeks=53, once_pence=-1)
    assert [one.place for one in caught.value.findings] == [
        "low, central, high", "after_failed", "failed_weeks", "once_pence",
    ]  # fmt: skip


def test_a_pack_without_a_review_of_settings_says_so(tmp_path: Path) -> None:
    pack = small_pack(tmp_path / "pack", RULES[: RULES.index("[[review]]")])
    found = net_of_moves(review_of(pack, *[IN_HOME] * 12))
    assert found.tables == ()
    assert "no review of settings above the need" in found.cannot[0]


def test_no_figure_of_one_child_leaves() -> None:
    pack = load_pack("england-reference@2026")
    frame = synthesise(1500, 7, pack=pack, on=THEN).frame
    found = net_of_moves(reviewed(score_caseload(frame, pack, THEN), frame, pack, THEN))
    total = table(found, "net_of_moves_total")
    assert (total.frame["children"] >= 10).all()
    assert total.support.select(pl.col("^.*largest$").max()).max_horizontal()[0] < 0.5
    text = " ".join(said(found)).lower()
    assert "saving" not in text
    assert "misplaced" not in text
    ids = {*frame["child_id"]}
    assert not ids & {cell for one in found.tables for row in one.frame.rows() for cell in row}
