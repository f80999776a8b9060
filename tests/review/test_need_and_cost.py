"""Whether need explains cost: held to caseloads of known truth, and to what too small a caseload cannot show."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.pack.meaning import Pack
from banding.review.comparison import comparison
from banding.review.model import Section
from banding.review.need_and_cost import CASEMIX, COSTS, need_and_cost
from banding.review.ranks import rank_correlations
from banding.review.reviewed import Reviewed
from tests.review.needs import made, of, row, synthetic, table, told
from tests.review.priced import RULES, child, priced_pack
from tests.review.priced import of as small

LOG = COSTS[1]
STRONG = {"need_cost_link": 1.0, "rater_noise": 0.0, "missing": 0.0, "provider_effect": 0.0, "cost_noise": 0.05}
NO_LINK = {"need_cost_link": 0.0, "placement_link": 0.0}


def shares(section: Section, costs: str = LOG) -> dict[str, float]:
    found = table(section, "cost_variance").frame.filter(costs=costs)
    return dict(found.select("part", "share").iter_rows())


def ranks(section: Section, inside: str) -> tuple[Any, Any]:
    found = row(table(section, "need_ranks"), inside=inside)
    return found["tau_b"], found["spearman"]


def test_with_no_link_need_explains_nothing() -> None:
    section = need_and_cost(synthetic(**NO_LINK), resamples=0)
    found = shares(section)
    # Both need and setting go with age, so a little is left of the band alone, and nothing inside a setting.
    assert found["Band alone"] == pytest.approx(2, abs=2)
    assert found["Band, of what the setting leaves"] == pytest.approx(0, abs=1.5)
    assert ranks(section, "Age group and setting") == pytest.approx((0, 0), abs=0.03)
    paid = row(table(section, "expected_and_paid"), setting="All")
    assert paid["near_share"] == pytest.approx(paid["near_unlinked"], abs=1)
    assert paid["apart"] == pytest.approx(paid["apart_unlinked"], rel=0.03)
    assert "explains nothing of what is left (-" in told(section)[0] or found["Band, of what the setting leaves"] > 0


def test_with_a_strong_link_costs_are_near_what_is_expected() -> None:
    section = need_and_cost(synthetic(**STRONG), resamples=0)
    found = shares(section)
    assert found["Band, of what the setting leaves"] > 90
    assert found["Neither"] < 2
    assert sum(found[part] for part in list(found)[:4]) == pytest.approx(100)
    paid = row(table(section, "expected_and_paid"), setting="All")
    assert paid["near_share"] > 99
    assert paid["near_unlinked"] < 65
    assert paid["apart"] < 0.25 * paid["apart_unlinked"]
    assert ranks(section, "Setting")[0] > 0.5
    weak = ranks(need_and_cost(synthetic(need_cost_link=0.2), resamples=0), "Setting")
    assert weak[0] < 0.3


def test_a_dear_market_moves_costs_from_expectation_and_explains_no_less() -> None:
    plain, dear = (need_and_cost(synthetic(market=market), resamples=0) for market in (1.0, 1.3))
    assert shares(dear) == pytest.approx(shares(plain), abs=0.1)
    assert shares(dear, COSTS[0]) == pytest.approx(shares(plain, COSTS[0]), abs=0.1)
    assert ranks(dear, "Setting") == pytest.approx(ranks(plain, "Setting"), abs=0.002)
    one, other = (row(table(found, "expected_and_paid"), setting="All") for found in (plain, dear))
    assert other["apart"] > 1.4 * one["apart"]
    assert other["near_share"] < one["near_share"] - 15


def test_a_dear_provider_is_explained_by_neither_setting_nor_band() -> None:
    plain, dear = (need_and_cost(synthetic(**STRONG, dear_provider=math.log(how)), resamples=0) for how in (1.0, 2.0))
    assert shares(dear)["Neither"] > shares(plain)["Neither"] + 1
    here = "Children's home, 3 places or more"
    one, other = (row(table(found, "expected_and_paid"), setting=here) for found in (plain, dear))
    assert other["apart"] > 1.5 * one["apart"]
    foster = "Foster care through an agency"
    assert row(table(dear, "expected_and_paid"), setting=foster) == row(
        table(plain, "expected_and_paid"), setting=foster
    )


def test_noise_of_raters_hides_part_of_the_link() -> None:
    stated = {"need_cost_link": 1.0, "missing": 0.0}
    exact, noisy = (need_and_cost(synthetic(**stated, rater_noise=noise), resamples=0) for noise in (0.0, 0.4))
    part = "Band, of what the setting leaves"
    assert shares(noisy)[part] < shares(exact)[part] - 10
    assert ranks(noisy, "Setting")[0] < ranks(exact, "Setting")[0] - 0.05


def test_what_it_says_is_in_its_tables_with_the_finding_first() -> None:
    section = need_and_cost(synthetic(), resamples=200)
    found = shares(section, COSTS[0])
    said = told(section)
    inside = found["Band, of what the setting leaves"]
    assert said[0] == (
        f"Of the differences between what children's care costs a week, the kind of setting explains "
        f"{found['Setting']:.0f}% and, inside a setting, the band of care that needs ask for explains {inside:.0f}% of "
        f"what is left; the band alone, without the setting, explains {found['Band alone']:.0f}%."
    )
    limits = row(table(section, "cost_variance"), costs=COSTS[0], part="Band, of what the setting leaves")
    assert limits["share_from"] < inside < limits["share_to"]
    assert said[1].endswith(f"interval from {limits['share_from']:.0f}% to {limits['share_to']:.0f}%.")
    assert said[2].startswith("The care of ")
    assert said[-1].startswith("For scale: grouping hospital patients")
    assert "explains 0.53 of the variance of their costs, 0.60 without" in said[-1]
    assert "Muldoon" in CASEMIX.notes[0]
    for name, many in (("expected_and_paid", 8), ("cost_variance", 12), ("need_ranks", 3)):
        assert table(section, name).frame.height >= many
    everyone = synthetic().compared.height
    assert {*table(section, "need_ranks").frame["children"]} == {everyone}
    assert row(table(section, "expected_and_paid"), setting="All")["children"] == everyone


def test_distance_and_nearness_are_means_over_the_children_compared() -> None:
    given = synthetic()
    here = given.compared.with_columns(gap=pl.col("price_variance_pence").abs())
    found = row(table(need_and_cost(given, resamples=0), "expected_and_paid"), setting="All")
    assert found["apart"] == pytest.approx(here["gap"].mean() / 100)  # type: ignore[operator]
    near = here.filter(pl.col("gap") * 5 <= pl.col("price_expected_pence")).height
    assert (found["near"], found["near_share"]) == (near, pytest.approx(100 * near / here.height))


def test_ranks_are_taken_inside_the_age_groups_of_the_national_statistics() -> None:
    given = synthetic()
    groups = {"Under 1": (0, 0), "1 to 4": (1, 4), "5 to 9": (5, 9), "10 to 15": (10, 15), "16 and over": (16, 25)}
    frame = given.compared.with_columns(need=pl.col("need_score").cast(pl.Int64), age=pl.lit(len(groups)))
    for place, (low, high) in enumerate(groups.values()):
        frame = frame.with_columns(age=pl.when(pl.col("age_on").is_between(low, high)).then(place).otherwise("age"))
    assert frame["age"].n_unique() == 5
    strata = frame["setting"].to_physical().cast(pl.Int64) * 10 + frame["age"]
    columns = (frame["need"].to_numpy(), frame["care_cost_pence"].to_numpy(), [strata.to_numpy()])
    (truth,) = rank_correlations(*columns)
    found = need_and_cost(given, resamples=0)
    assert ranks(found, "Age group and setting") == pytest.approx((truth.tau_b, truth.spearman))


# -- too little to show -----------------------------------------------------------------------------------------------


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return priced_pack(tmp_path / "pack")


def caseload(pack: Pack, children: int, setting: str = "foster", **more: str | None) -> Reviewed:
    return small(pack, [child(n, setting, n % 3, 150 + 37 * n % 300, **more) for n in range(children)])[0]


def test_without_costs_it_says_so(pack: Pack) -> None:
    given = small(pack, [child(n, "foster", n % 3, None) for n in range(30)])[0]
    section = need_and_cost(given)
    assert (section.tables, section.says) == ((), ())
    assert "No care cost can be compared" in section.cannot[0]
    assert comparison(given) is None


@pytest.mark.parametrize("children", [1, 5])
def test_of_a_handful_only_distance_is_shown(pack: Pack, children: int) -> None:
    section = need_and_cost(caseload(pack, children))
    assert [found.id for found in section.tables] == ["expected_and_paid", "need_against_cost"]
    assert "Fewer than 10 costs are compared" in section.cannot[0]
    assert row(table(section, "expected_and_paid"), setting="All")["apart_from"] is None
    assert len(told(section)) == 1


def test_one_setting_or_few_providers_are_said(pack: Pack) -> None:
    few = need_and_cost(caseload(pack, 60))
    assert any("fewer than 10" in why for why in few.cannot)
    assert not any(found.id == "cost_variance" for found in few.tables)
    rows = [child(n, "foster", n % 3, 200 + n, provider=f"p{n % 20}") for n in range(60)]
    single = need_and_cost(small(pack, rows)[0], resamples=50)
    assert shares(single)["Setting"] == 0
    assert single.cannot == (
        "All costs compared are of one kind of setting, so how far setting explains cost cannot be shown.",
    )
    same = [child(n, "foster", 1, 200 + n, provider=f"p{n % 20}") for n in range(60)]
    assert any("of one band" in why for why in need_and_cost(small(pack, same)[0], resamples=50).cannot)


def test_where_nobody_knows_who_provides_shares_stand_without_intervals(pack: Pack) -> None:
    section = need_and_cost(caseload(pack, 60, provider=None))
    assert table(section, "cost_variance").frame["share_from"].null_count() == 12
    assert table(section, "cost_variance").frame["share"].null_count() == 0
    assert any("Neither provider nor household is known of most" in why for why in section.cannot)
    assert table(section, "cost_variance").support["share.providers"].null_count() == 12
    assert "interval" not in " ".join(told(section))


def test_a_cost_of_nothing_has_no_logarithm_and_equal_costs_no_shares(pack: Pack) -> None:
    rows = [child(n, "foster", n % 3, 0 if n < 4 else 200 + n, provider=f"p{n % 20}") for n in range(60)]
    found = table(need_and_cost(small(pack, rows)[0], resamples=0), "cost_variance").frame
    assert dict(found.select("costs", "children").unique().rows()) == {COSTS[0]: 60, LOG: 56}
    equal = [child(n, "foster", n % 3, 200, provider=f"p{n % 20}") for n in range(60)]
    section = need_and_cost(small(pack, equal)[0], resamples=50)
    assert table(section, "cost_variance").frame["share"].null_count() == 12
    assert ranks(section, "Everyone") == (None, None)
    assert told(section)[0].startswith("The care of 20 of 60 children")


def test_a_pack_whose_bands_have_no_score_is_not_ranked(tmp_path: Path) -> None:
    rules = RULES.replace('score = "total"', "").replace("[bands]", "") + (
        '[[bands.first_that_holds]]\nband = "c"\nwhen = "fear >= 2"\n'
        '[[bands.first_that_holds]]\nband = "b"\nwhen = "fear >= 1"\n'
        '[[bands.first_that_holds]]\nband = "a"\nwhen = "true"\n'
    )
    bands = "id,number,name\na,1,Low\nb,2,Mid\nc,3,High\n"
    section = need_and_cost(caseload(priced_pack(tmp_path / "first", rules=rules, bands=bands), 60))
    assert not {"need_ranks", "need_against_cost"} & {found.id for found in section.tables}
    assert any("gives no need score" in why for why in section.cannot)


# -- the same, however it is run --------------------------------------------------------------------------------------


def digest(section: Section) -> str:
    parts = [found.frame.write_json() + found.support.write_json() for found in section.tables]
    return hashlib.sha256("".join([*parts, *told(section)]).encode()).hexdigest()


def test_neither_the_order_of_rows_nor_the_number_of_threads_shows() -> None:
    here = digest(need_and_cost(synthetic(1_500), seed=3, resamples=200))
    shuffled = of(made(1_500).frame.sample(fraction=1.0, shuffle=True, seed=8))
    assert digest(need_and_cost(shuffled, seed=3, resamples=200)) == here
    assert digest(need_and_cost(synthetic(1_500), seed=4, resamples=200)) != here
    run = (
        "from tests.review.needs import synthetic\nfrom tests.review.test_need_and_cost import digest\n"
        "from banding.review.need_and_cost import need_and_cost\n"
        "print(digest(need_and_cost(synthetic(1_500), seed=3, resamples=200)))\n"
    )
    one = dict.fromkeys(("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join([root, *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", run], env=os.environ | one | {"PYTHONPATH": path}, cwd=root, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == here
