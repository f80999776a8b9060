"""Random numbers in fixed pieces: the same seed gives the same draws, whatever the number of threads."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import polars as pl

# Children drawn in one piece. Results depend on it; it is no option.
CHUNK = 65_536

Floats = npt.NDArray[np.floating]
Wholes = npt.NDArray[np.signedinteger]
Truths = npt.NDArray[np.bool_]


class Purpose(IntEnum):
    """Each purpose has streams of its own, so that another truth about costs or raters leaves the children alone."""

    PEOPLE = 0
    NEEDS = 1
    PLACEMENT = 2
    FACTS = 3
    COST = 4
    RATERS = 5
    EARLIER = 6
    EARLIER_RATERS = 7
    PROVIDERS = 8
    LINKED = 9


def stream(seed: int, purpose: Purpose, chunk: int = 0) -> np.random.Generator:
    """The stream of one purpose in one chunk."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(purpose, chunk))))


def choose(rng: np.random.Generator, shares: Sequence[float], n: int) -> Wholes:
    """n places among shares, which are brought to a sum of 1."""
    reach = np.cumsum(shares)
    return np.searchsorted(reach / reach[-1], rng.random(n), side="right").astype(np.int16)


def choose_by_row(rng: np.random.Generator, reach: Floats, row: Wholes) -> Wholes:
    """A place for each row number, by that row's cumulative shares; its last is 1."""
    drawn = rng.random(len(row))
    place = np.zeros(len(row), np.int16)
    for column in range(reach.shape[1] - 1):
        place += drawn >= reach[row, column]
    return place


def chance(rng: np.random.Generator, share: Floats | float, n: int) -> Truths:
    """True in about the share of n rows; a share may differ by row."""
    return np.asarray(rng.random(n) < share)


def words(codes: Wholes, names: Sequence[str]) -> pl.Series:
    """The name of each code as an Enum; null below 0."""
    series = pl.Series(codes.astype(np.int64))
    return pl.Series(names, dtype=pl.Enum(list(names))).gather(series.set(series < 0, None))


def where_known(values: npt.NDArray[np.generic], known: Truths) -> pl.Series:
    """The values, null where they are not known."""
    return pl.Series(values).set(pl.Series(~known), None)
