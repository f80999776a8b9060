"""Who belongs together: providers, households, and a provider without which nothing of a setting would be known."""

from __future__ import annotations

import numpy as np
import polars as pl

from banding.review.clusters import FOLDS, Clusters, clusters_of, folds, places


def clusters(*rows: tuple[str, str | None, str | None]) -> Clusters:
    return clusters_of(pl.DataFrame(rows, ["setting", "provider", "household"], orient="row"))


def test_children_go_with_their_provider_then_their_household_then_alone() -> None:
    found = clusters(
        ("home", "a", "h1"), ("home", "b", "h1"), ("home", "a", None), ("home", "c", None),
        ("home", None, "h1"), ("home", None, None), ("home", None, "h1"), ("home", None, None),
    )  # fmt: skip
    assert found.of.tolist() == [0, 1, 0, 2, 3, 4, 3, 5]
    assert (found.count, found.providers, found.households, found.alone) == (6, 4, 2, 2)


def test_a_provider_holds_nobody_together_where_it_has_most_of_a_setting() -> None:
    found = clusters(
        ("foster", "council", "h1"), ("foster", "council", "h1"), ("foster", "council", "h2"), ("foster", "x", "h3"),
        ("home", "council", "h4"), ("home", "council", "h5"), ("home", "y", "h6"), ("home", "z", "h7"),
    )  # fmt: skip
    assert found.of.tolist() == [0, 0, 1, 2, 3, 3, 4, 5]


def test_a_household_and_a_provider_of_one_name_are_two() -> None:
    assert clusters(("home", "a", None), ("home", "b", None), ("home", None, "a"), ("home", None, None)).count == 4


def test_intervals_need_ten_and_something_known_of_most_children() -> None:
    nine = clusters(*(("home", None, f"h{number % 9}") for number in range(90)))
    ten = clusters(*(("home", None, f"h{number % 10}") for number in range(90)))
    alone = clusters(*(("home", None, None if number % 2 else f"h{number}") for number in range(91)))
    most_alone = clusters(*(("home", None, f"h{number}" if number % 2 else None) for number in range(91)))
    assert [(found.many, found.enough) for found in (nine, ten, alone, most_alone)] == [
        (False, False), (True, True), (True, True), (True, False),
    ]  # fmt: skip


def test_folds_take_whole_clusters_and_come_near_one_size() -> None:
    rng = np.random.default_rng(1)
    of, count = places(rng.geometric(0.05, 2_000))
    fold = folds(Clusters(of, count, len(of), 0, 0))
    assert {*fold.tolist()} == {*range(FOLDS)}
    assert all(len({*fold[of == cluster]}) == 1 for cluster in range(count))
    sizes = np.bincount(fold)
    assert sizes.max() - sizes.min() <= np.bincount(of).max()


def test_from_the_largest_on_folds_are_dealt_there_and_back_again() -> None:
    of = np.repeat(np.arange(20), np.arange(20, 0, -1))
    fold = folds(Clusters(of, 20, len(of), 0, 0))
    assert np.bincount(fold).tolist() == [21] * FOLDS


def test_places_are_in_order_without_gaps_however_far_values_reach() -> None:
    for values in ([7, 5, 7, 9], [10**12, -4, 10**12, 3]):
        place, many = places(np.array(values))
        assert place.tolist() == [sorted({*values}).index(value) for value in values]
        assert many == len({*values})
