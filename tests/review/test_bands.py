"""Bands and settings, what they cost and who is out of range: counted by hand and held to known truths."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from banding.review.bands import bands
from banding.review.comparison import comparison
from banding.review.reviewed import reviewed
from banding.synthetic import DEAR_PROVIDER
from tests.review.needs import made, of, row, synthetic, table, told
from tests.review.priced import ON, TABLES, child, priced_pack
from tests.review.priced import of as small
from tests.small import pack_in

REFERENCE = "id,number,name,from_points,reference_settings\na,1,Low,0,foster\nb,2,Mid,1,foster\nc,3,High,2,\n"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return priced_pack(tmp_path / "pack", bands=REFERENCE)


KIDS = [
    child(1, "foster", 0, 250), child(2, "foster", 0, 301), child(3, "foster", 1, 150), child(4, "foster", 1, 350),
    child(5, "home", 1, 4_000), child(6, "home", 2, 900), child(7, "home", 2, 3_000), child(8, "parents", 2, 1),
    child(9, "foster", 0, None),
]  # fmt: skip


def test_children_are_counted_by_setting_and_band_with_noughts_and_totals(pack: Pack) -> None:
    found = table(bands(small(pack, KIDS)[0]), "bands")
    counted = {(setting, band): children for setting, band, children in found.frame.rows()}
    assert counted == {
        ("Foster", "1 Low"): 3, ("Foster", "2 Mid"): 2, ("Foster", "3 High"): 0, ("Foster", "All"): 5,
        ("Home", "1 Low"): 0, ("Home", "2 Mid"): 1, ("Home", "3 High"): 2, ("Home", "All"): 3,
        ("With parents", "1 Low"): 0, ("With parents", "2 Mid"): 0, ("With parents", "3 High"): 1,
        ("With parents", "All"): 1,
        ("All", "1 Low"): 3, ("All", "2 Mid"): 3, ("All", "3 High"): 3, ("All", "All"): 9,
    }  # fmt: skip


def test_means_are_of_the_children_compared_and_differences_add_up(pack: Pack) -> None:
    found = table(bands(small(pack, KIDS)[0]), "band_by_setting")
    everyone = row(found, setting="All", band="All")
    assert (everyone["children"], everyone["with_reference"]) == (7, 5)
    assert everyone["care_cost"] == pytest.approx((250 + 301 + 150 + 350 + 4_000 + 900 + 3_000) / 7)
    assert everyone["price_expected"] == pytest.approx((200 + 200 + 300 + 300 + 2_000 + 3_000 + 3_000) / 7)
    assert everyone["price_variance"] == pytest.approx(everyone["care_cost"] - everyone["price_expected"])
    assert everyone["reference_expected"] == pytest.approx((200 + 200 + 300 + 300 + 300) / 5)
    assert everyone["setting_variance"] == pytest.approx((2_000 - 300) / 5)
    highest = row(found, setting="Home", band="3 High")
    assert (highest["reference_expected"], highest["setting_variance"], highest["with_reference"]) == (None, None, 0)
    assert highest["price_variance"] == -1_050
    rests = dict(zip(found.support.columns, found.support.row(found.frame.height - 1), strict=True))
    assert rests["care_cost.children"] == rests["price_variance_from.children"] == 7
    assert rests["reference_expected.children"] == 5
    assert rests["care_cost.providers"] == 4
    assert rests["care_cost.largest"] == pytest.approx(4_000 / 8_951)
    # A sum of gains and losses is judged by their sizes, so a cost far below what is expected counts as one far above.
    assert rests["price_variance.largest"] == pytest.approx(2_100 / (50 + 101 + 150 + 50 + 2_000 + 2_100 + 0))


def test_who_is_outside_the_range_stands_beside_what_chance_would_give(pack: Pack) -> None:
    found = table(bands(small(pack, KIDS)[0]), "outside_range")
    foster = row(found, setting="Foster", band="All")
    assert (foster["below"], foster["within"], foster["above"]) == (1, 2, 1)
    # Costs 150, 250, 301, 350: two children with 100 to 300, of whose range 2 of 4 are above; two with 200 to 400, of
    # whose range 1 of 4 is below.
    assert (foster["above_unlinked"], foster["below_unlinked"]) == (25, 12.5)
    low = row(found, setting="Foster", band="1 Low")
    assert (low["above_unlinked"], low["below_unlinked"], low["above_share"]) == (50, 0, 50)
    whole = row(found, setting="All", band="All")
    homes = row(found, setting="Home", band="All")
    assert whole["above_unlinked"] == pytest.approx((4 * 25 + 3 * homes["above_unlinked"]) / 7)
    counted = found.frame.select(pl.sum_horizontal("below", "within", "above")).to_series()
    assert (counted == found.frame["children"]).all()


def test_who_is_not_in_care_is_in_no_table(pack: Pack) -> None:
    frame = pl.DataFrame(KIDS, infer_schema_length=None)
    section = bands(reviewed(score_caseload(frame, pack, ON), frame, pack, ON, frame["setting"] == "foster"))
    everyone = {"setting": "All", "band": "All"}
    assert [row(found, **everyone)["children"] for found in section.tables] == [5, 4, 4]


def test_what_it_says_is_in_its_tables(pack: Pack) -> None:
    assert told(bands(small(pack, KIDS)[0])) == [
        "Of 9 children in care with a band, more need 1 Low than any other: 3.",
        "The care of 2 of 7 children costs more than the range for their band and setting, 29%, and of 2 less, 29%; if "
        "cost had no link to need inside a setting it would be 19% and 21%.",
        "Care costs £1,279 a week on average, where £1,286 is expected of these bands in these settings: a difference "
        "of -£7.",
        "For 5 of them the pack names a reference setting, the least intensive that meets the band; what their own "
        "setting is expected to cost, less what that would, comes to £340 a week on average.",
    ]


def test_what_cannot_be_shown_is_said(pack: Pack, tmp_path: Path) -> None:
    costless = bands(small(pack, [child(n, "foster", 1, None) for n in range(5)])[0])
    assert [found.id for found in costless.tables] == ["bands"]
    assert "No care cost can be compared" in costless.cannot[0]
    assert told(costless) == ["Of 5 children in care with a band, more need 2 Mid than any other: 5."]
    single = bands(small(pack, [child(1, "foster", 1, 200)])[0])
    assert row(table(single, "band_by_setting"), setting="All", band="All")["care_cost"] == 200
    assert any("fewer than 10 providers or households" in why for why in single.cannot)
    nobody = bands(small(pack, [child(1, "foster", 1, 200) | {"fear": None}])[0])
    assert (nobody.tables, len(nobody.cannot)) == ((), 1)
    scores = "[sources]\ns = 'ours'\n[scores]\ntotal = 'sum(needs)'\n"
    only = pack_in(tmp_path / "scores", scores, items=TABLES["items"], domains=TABLES["domains"])
    assert bands(small(only, [child(1, None, 1, 200)])[0]).cannot == ("This pack stops at scores and gives no band.",)


def test_intervals_stand_where_ten_clusters_do() -> None:
    found = table(bands(synthetic(), resamples=200), "band_by_setting").frame
    shown = found.filter(pl.col("price_variance_from").is_not_null())
    assert shown.height > 20
    assert (shown["price_variance_from"] < shown["price_variance"]).all()
    assert (shown["price_variance"] < shown["price_variance_to"]).all()
    assert (shown["children"] >= 10).all()
    assert found.filter(pl.col("children") < 10)["price_variance_from"].null_count() > 0


def test_without_a_link_as_many_are_outside_as_chance_would_put_there() -> None:
    outside = table(bands(synthetic(need_cost_link=0, rater_noise=0.3), resamples=0), "outside_range")
    whole = row(outside, setting="All", band="All")
    assert whole["above_share"] == pytest.approx(whole["above_unlinked"], abs=1.5)
    assert whole["below_share"] == pytest.approx(whole["below_unlinked"], abs=1.5)


def test_with_a_strong_link_nearly_all_are_inside_the_range() -> None:
    given = synthetic(need_cost_link=1, rater_noise=0, missing=0, provider_effect=0, cost_noise=0.05)
    whole = row(table(bands(given, resamples=0), "outside_range"), setting="All", band="All")
    assert whole["above_share"] + whole["below_share"] < 1
    assert whole["above_unlinked"] + whole["below_unlinked"] > 25


def test_a_dear_market_is_a_price_variance_in_every_setting_and_of_no_band() -> None:
    plain, dear = (
        table(bands(synthetic(market=market), resamples=0), "band_by_setting").frame for market in (1.0, 1.3)
    )
    assert plain.select("setting", "band", "children", "price_expected").equals(
        dear.select("setting", "band", "children", "price_expected")
    )
    assert (dear["care_cost"] / plain["care_cost"]).to_list() == pytest.approx([1.3] * plain.height, abs=0.005)
    assert (dear["price_variance"] > plain["price_variance"]).all()


def test_a_dear_provider_shows_in_its_setting_alone_and_the_interval_knows_it_is_one() -> None:
    stated = {"provider_effect": 0.0, "need_cost_link": 1.0, "rater_noise": 0.0, "missing": 0.0}
    given = synthetic(**stated, dear_provider=math.log(1.8))
    found = table(bands(given, resamples=400), "band_by_setting")
    home, foster = (row(found, setting=name, band="All") for name in (HOME, "Foster care through an agency"))
    assert foster["price_variance"] == pytest.approx(0, abs=20)
    homes = given.compared.filter(setting="childrens_home")
    share = homes.filter(provider=DEAR_PROVIDER).height / homes.height
    assert home["price_variance"] == pytest.approx(0.8 * share * home["price_expected"], rel=0.15)
    # Of one dear provider among many nobody can tell whether another draw of providers would have had it.
    assert home["price_variance_to"] - home["price_variance_from"] > home["price_variance"]


HOME = "Children's home, 3 places or more"


def test_the_order_of_rows_does_not_matter() -> None:
    shuffled = of(made().frame.sample(fraction=1.0, shuffle=True, seed=4))
    for one, other in zip(bands(synthetic(), resamples=100).tables, bands(shuffled, resamples=100).tables, strict=True):
        assert one.frame.equals(other.frame)
        assert one.support.equals(other.support)


def test_what_was_compared_already_is_taken_as_it_is() -> None:
    given, other = synthetic(), synthetic(market=1.3)
    found, own, others = (bands(given, had, resamples=0) for had in (comparison(given), None, comparison(other)))
    assert told(found) == told(own)
    assert told(found) != told(others)
