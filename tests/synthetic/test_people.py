"""The children of a synthetic caseload: brothers and sisters, ages, and who came alone."""

from __future__ import annotations

import polars as pl
import pytest

import banding
from banding.synthetic import ON, Synthetic, synthesise
from banding.synthetic.draws import CHUNK
from tests.synthetic.figures import ages, likeness_of_siblings, mean, with_truth

PUBLISHED = {(0, 1): 3_630, (1, 5): 10_030, (5, 10): 15_110, (10, 16): 30_930, (16, 18): 22_060}


@pytest.fixture(scope="module", params=[1, 20_261])
def many(request: pytest.FixtureRequest, pack: banding.Pack) -> Synthetic:
    return synthesise(100_000, request.param, pack=pack, on=ON)


def days_between(made: Synthetic) -> pl.Series:
    """Days between the births of brothers and sisters who are neighbours by age."""
    born = made.frame.select("household", "date_of_birth").sort("household", "date_of_birth")
    between = pl.col("date_of_birth").diff().over("household").dt.total_days()
    return born.select(between).to_series().drop_nulls()


# -- brothers and sisters ---------------------------------------------------------------------------------------------


def test_siblings_are_twins_or_a_pregnancy_apart(many: Synthetic) -> None:
    apart = days_between(many)
    assert apart.len() > 25_000
    assert ((apart == 0) | (apart >= 280)).all()
    assert mean(apart == 0) == pytest.approx(0.03, abs=0.004)
    assert mean(apart < 3 * 365) == pytest.approx(0.70, abs=0.05)


@pytest.mark.parametrize("children", [2, 7, 539, CHUNK + 1])
def test_siblings_of_the_last_household_too(pack: banding.Pack, children: int) -> None:
    for seed in range(5 if children < CHUNK else 1):
        apart = days_between(synthesise(children, seed, pack=pack, on=ON))
        assert ((apart == 0) | (apart >= 280)).all()


def test_siblings_are_of_all_ages_as_published(many: Synthetic) -> None:
    siblings = many.frame.select(pl.len().over("household") > 1).to_series()
    for chosen, within in ((siblings | ~siblings, 0.005), (siblings, 0.0075)):
        age = ages(many).filter(chosen)
        for (low, high), published in PUBLISHED.items():
            assert mean((age >= low) & (age < high)) == pytest.approx(published / 81_760, abs=within), (low, high)


def test_siblings_stand_in_no_order_of_age(many: Synthetic) -> None:
    pairs = (
        many.frame.group_by("household", maintain_order=True)
        .agg("date_of_birth")
        .filter(pl.col("date_of_birth").list.len() == 2)
    )
    first, second = (pairs["date_of_birth"].list.get(place) for place in (0, 1))
    assert mean((first < second).filter(first != second)) == pytest.approx(0.5, abs=0.015)


def test_siblings_are_as_alike_as_stated(pack: banding.Pack) -> None:
    # What is left without a link is the likeness of their ages.
    assert likeness_of_siblings(with_truth(pack, sibling_link=0)) < 0.1
    assert likeness_of_siblings(with_truth(pack, sibling_link=1)) > 0.6


# -- who came alone ---------------------------------------------------------------------------------------------------


def asking_for_help(made: Synthetic, item: str) -> tuple[float, float]:
    """The shares of children of 14 and over rated 2 or 3: those who came alone, and the others."""
    older = made.frame.filter(ages(made) >= 14)
    alone = older["unaccompanied"]
    return mean(older[item].filter(alone) >= 2), mean(older[item].filter(~alone) >= 2)


def test_a_new_language_is_a_need_of_identity_and_not_of_communication(many: Synthetic) -> None:
    alone, others = asking_for_help(many, "identity_culture_language")
    assert alone > 1.5 * others
    alone, others = asking_for_help(many, "communication")
    assert alone < 0.4 * others
