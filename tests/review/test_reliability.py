"""Two ratings of the same children: kappa and ICC against their definitions, and the ceiling they set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from banding.errors import CaseloadError
from banding.review.model import Table
from banding.review.need_and_cost import need_and_cost
from banding.review.reliability import agreement, double_rated, unread_facts
from banding.synthetic.needs import ITEMS, asked_at, rate
from banding.synthetic.truth import Truth
from tests.review.needs import england, made, of, table, told
from tests.review.priced import RULES, child, priced_pack
from tests.review.priced import of as small

CHILDREN = 3_000


def pairs(one: np.ndarray, other: np.ndarray, bands: int) -> pl.DataFrame:
    """Pairs whose bands are their scores cut into so many."""
    cut = [np.clip(score * bands // 100, 0, bands - 1) for score in (one, other)]
    return pl.DataFrame(
        {"setting": "home", "provider": None, "household": [f"h{n}" for n in range(len(one))], "band": cut[0],
         "second_band": cut[1], "need_score": one, "second_score": other},
        schema_overrides={"provider": pl.String},
    )  # fmt: skip


def scores(seed: int, children: int, lean: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = 50 + 15 * rng.standard_normal(children)
    rated = [np.clip(true + 8 * rng.standard_normal(children) + shift, 0, 99).astype(int) for shift in (0, lean)]
    return rated[0], rated[1]


def figures(found: Table) -> dict[str, Any]:
    return found.frame.row(0, named=True)


def kappa_by_cells(one: np.ndarray, other: np.ndarray) -> float:
    size = int(max(one.max(), other.max())) + 1
    seen = np.zeros((size, size))
    np.add.at(seen, (one, other), 1)
    weights = (np.arange(size)[:, None] - np.arange(size)) ** 2
    chance = np.outer(seen.sum(1), seen.sum(0)) / seen.sum()
    return float(1 - (weights * seen).sum() / (weights * chance).sum())


def icc_by_squares(one: np.ndarray, other: np.ndarray) -> float:
    table = np.stack([one, other], axis=1).astype(float)
    n, k = table.shape
    rows, columns, middle = table.mean(1), table.mean(0), table.mean()
    msr = k * ((rows - middle) ** 2).sum() / (n - 1)
    msc = n * ((columns - middle) ** 2).sum() / (k - 1)
    mse = ((table - rows[:, None] - columns + middle) ** 2).sum() / ((n - 1) * (k - 1))
    return float((msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n))


@pytest.mark.parametrize("lean", [0.0, 12.0])
def test_kappa_and_icc_are_as_defined(lean: float) -> None:
    given = pairs(*scores(1, 120, lean), 6)
    found = figures(agreement(given, seed=0, resamples=200))
    assert found["kappa"] == pytest.approx(kappa_by_cells(given["band"].to_numpy(), given["second_band"].to_numpy()))
    assert found["icc"] == pytest.approx(icc_by_squares(*(given[n].to_numpy() for n in ("need_score", "second_score"))))
    assert found["most_explained"] == found["icc"]
    assert found["most_correlation"] == pytest.approx(found["icc"] ** 0.5)
    assert found["kappa_from"] < found["kappa"] < found["kappa_to"]
    assert found["icc_from"] < found["icc"] < found["icc_to"]
    same = int((given["band"] == given["second_band"]).sum())
    assert (found["children"], found["same"], found["same_share"]) == (120, same, pytest.approx(same / 1.2))


def test_a_rater_who_leans_lowers_reliability() -> None:
    level, leaning = (figures(agreement(pairs(*scores(1, 200, lean), 6), seed=0, resamples=0)) for lean in (0, 15))
    assert leaning["icc"] < level["icc"] - 0.1
    assert leaning["kappa"] < level["kappa"] - 0.1


def test_the_ceiling_is_what_a_cost_that_follows_true_need_reaches() -> None:
    rng = np.random.default_rng(4)
    true = 50 + 15 * rng.standard_normal(40_000)
    one, other = (true + 8 * rng.standard_normal(40_000) for _ in range(2))
    found = figures(agreement(pairs(one, other, 6), seed=0, resamples=0))
    cost = 3 * true
    assert found["most_correlation"] == pytest.approx(np.corrcoef(one, cost)[0, 1], abs=0.01)
    assert found["icc"] == pytest.approx(15**2 / (15**2 + 8**2), abs=0.01)


def test_intervals_hold_the_true_reliability() -> None:
    held = 0
    for seed in range(150):
        found = figures(agreement(pairs(*scores(seed, 80), 1), seed=seed, resamples=300))
        held += found["icc_from"] <= 15**2 / (15**2 + 8**2) <= found["icc_to"]
    assert 0.9 <= held / 150 <= 0.99


def test_where_all_are_alike_nothing_can_be_said_of_raters() -> None:
    one = np.full(20, 50)
    found = figures(agreement(pairs(one, one, 6), seed=0, resamples=0))
    assert (found["kappa"], found["icc"], found["same"]) == (None, None, 20)


# -- children rated twice ---------------------------------------------------------------------------------------------


def second_rating(noise: float) -> pl.DataFrame:
    """The children of `made` rated by another person."""
    true = made(CHILDREN, rater_noise=0, missing=0).frame
    years = ((pl.col("profile_date") - pl.col("date_of_birth")).dt.total_days() / 365.25).floor().cast(pl.Int64)
    asked = asked_at(true.select(years).to_series().to_numpy())
    ratings = np.stack([true[name].fill_null(0).to_numpy() for name in ITEMS])
    rated = rate(np.random.default_rng(9), ratings, asked, Truth(rater_noise=noise, missing=0))
    columns = {name: pl.Series(line).set(pl.Series(line < 0), None) for name, line in zip(ITEMS, rated, strict=True)}
    return pl.DataFrame({"child_id": true["child_id"], **columns})


def test_noise_of_raters_lowers_what_need_can_explain() -> None:
    first = of(made(CHILDREN, rater_noise=0.12, missing=0).frame)
    true = made(CHILDREN, rater_noise=0.12, missing=0).hidden["true_need_score"].cast(pl.Float64).to_numpy()
    found = figures(agreement(double_rated(first, second_rating(0.12)), seed=0, resamples=0))
    rated = first.frame["need_score"].cast(pl.Float64).to_numpy()
    assert found["children"] == CHILDREN
    assert found["icc"] == pytest.approx(np.corrcoef(rated, true)[0, 1] ** 2, abs=0.02)
    assert found["icc"] < 0.97
    noisier = figures(agreement(double_rated(first, second_rating(0.4)), seed=0, resamples=0))
    assert noisier["icc"] < found["icc"] - 0.03
    assert noisier["kappa"] < found["kappa"] - 0.05


def test_the_same_ratings_again_give_the_same_bands_whatever_stands_beside_them() -> None:
    given = made(CHILDREN).frame
    first = of(given)
    second = given.select("child_id", *england().items).sample(500, shuffle=True, seed=1)
    strangers = second.head(3).with_columns(child_id=pl.Series(["x", "y", "z"]))
    found = figures(agreement(double_rated(first, pl.concat([second, strangers])), seed=0, resamples=0))
    assert (found["children"], found["same"], found["icc"], found["kappa"]) == (500, 500, 1, 1)


def test_the_section_says_how_alike_raters_are_or_why_it_cannot() -> None:
    first = of(made(CHILDREN).frame)
    second = second_rating(0.12).head(200)
    section = need_and_cost(first, second=second, resamples=0)
    alike = figures(table(section, "double_rated"))
    assert f"Of 200 children rated twice {alike['same']} came to the same band" in told(section)[-2]
    few = need_and_cost(first, second=second.head(9), resamples=0)
    assert not any(found.id == "double_rated" for found in few.tables)
    assert any("Fewer than 10 children have two ratings" in why for why in few.cannot)


def test_a_second_rating_without_an_item_is_refused() -> None:
    first = of(made(CHILDREN).frame)
    with pytest.raises(CaseloadError, match="anxiety"):
        need_and_cost(first, second=second_rating(0.1).drop("anxiety"), resamples=0)


def test_a_fact_of_the_pack_itself_must_come_with_the_second_rating(tmp_path: Path) -> None:
    rules = RULES.replace('"sum(needs)"', '"sum(needs) + if(watched, 1, 0)"')
    fact = '[facts.watched]\ntype = "truth"\nabout = "need"\ndescribes = "Watched at night"\n'
    pack = priced_pack(tmp_path / "pack", rules=rules + fact)
    kids = [child(number, "foster", number % 3, 200 + number, watched=number % 2 == 0) for number in range(40)]
    first, frame = small(pack, kids)
    second = frame.select("child_id", "fear")
    assert unread_facts(first, second) == ["watched"]
    assert any("watched" in why for why in need_and_cost(first, second=second, resamples=0).cannot)
    whole = frame.select("child_id", "fear", "watched")
    assert figures(table(need_and_cost(first, second=whole, resamples=0), "double_rated"))["same"] == 40
