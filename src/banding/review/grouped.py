"""The groups that costs are compared between, and who belongs to which."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from banding.review.categories import NOT_KNOWN
from banding.review.equal_need import FEWEST, Wholes
from banding.vocabulary import REGIONS

OTHERS = f"Others, each of fewer than {FEWEST} children"
_SMALL_WORDS = ("And", "Of", "The")


@dataclass(frozen=True, slots=True)
class Dimension:
    """`id` in tables, `fact` in the frame, and what one and several of its groups are called."""

    id: str
    fact: str
    one: str
    several: str


PROVIDER = Dimension("provider", "provider", "provider", "providers")
DIMENSIONS = (
    PROVIDER,
    Dimension("contract", "contract_kind", "kind of contract", "kinds of contract"),
    Dimension("council", "council", "council", "councils"),
    Dimension("region", "region", "region", "regions"),
)


@dataclass(frozen=True, slots=True)
class Grouped:
    """
    names   of the groups, by the alphabet; then OTHERS and NOT_KNOWN where there are any.
    large   how many of the names are those of one group of FEWEST children or more.
    merged  how many groups OTHERS are.
    of      for each child the place of its group among `names`.
    """

    dimension: Dimension
    names: tuple[str, ...]
    large: int
    merged: int
    of: Wholes


def grouped(frame: pl.DataFrame, dimension: Dimension) -> Grouped:
    """Sorts children into the groups of a dimension, those of fewer than FEWEST children into one."""
    text = frame[dimension.fact]
    if dimension.fact in ("contract_kind", "region"):
        text = text.replace_strict({code: words(code) for code in text.unique().drop_nulls()}, return_dtype=pl.String)
    counts = text.drop_nulls().value_counts(name="children").sort(dimension.fact)
    large = counts.filter(pl.col("children") >= FEWEST)[dimension.fact].to_list()
    merged = counts.height - len(large)
    names = [*large, *[OTHERS] * (merged > 0), *[NOT_KNOWN] * (text.null_count() > 0)]
    place = {name: number for number, name in enumerate(large)}
    of = text.replace_strict(place, default=len(large), return_dtype=pl.Int64).set(text.is_null(), len(names) - 1)
    return Grouped(dimension, tuple(names), len(large), merged, of.to_numpy())


def words(code: str) -> str:
    """A code of the vocabulary as people write it: a region by its name, anything else as a sentence begins."""
    if code not in REGIONS:
        return code.replace("_", " ").capitalize()
    return " ".join(word.lower() if word in _SMALL_WORDS else word for word in code.replace("_", " ").title().split())
