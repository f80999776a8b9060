"""What a child's care costs on average at equal need, in this caseload: the yardstick that groups are held against.

The expected cost of child i is m(i) = p(i) x s(i) x r(i) x c(i) x e(i): p the mean price that the pack has for the
child's setting and band, s one factor for each stratum of setting and need, r, c and e one for each region, kind of
contract, and whether the placement began in an emergency. The factors are those by which the sums balance: over every
stratum, region, kind and so on the expected costs add up to the actual ones. They are found by turns, each
factor scaled to its sums until none moves (Bailey & Simon 1960, ASTIN Bulletin 1: 192-217; the same as proportional
fitting, and as a Poisson log-linear model fitted by quasi-likelihood: McCullagh & Nelder 1989, section 6.2).

Why not logs by least squares: costs of nothing would have no logarithm, and a mean of logs has to be brought back to
pounds by a factor that itself differs between groups (Duan 1983, J. Am. Stat. Assoc. 78: 605-610). Balanced sums need
no such step, and a group can differ from its yardstick only by what the yardstick does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Wholes = npt.NDArray[np.int64]

# Children from which a stratum, a category or a group stands by itself.
FEWEST = 10
FACTORS = ("region", "contract_kind", "emergency_start")
_STILL, _MOST_ROUNDS = 1e-10, 1_000


@dataclass(frozen=True, slots=True)
class Compared:
    """The children whose costs are compared, by child_id; at least FEWEST of them.

    frame    as `at_equal_need` takes it.
    actual   pence a week; price, the mean price of their setting and band.
    strata   the stratum of each child, from 0.
    factors  by name the category of each child, from 0; none where all children are of one category.
    """

    frame: pl.DataFrame
    actual: Floats
    price: Floats
    strata: Wholes
    factors: Mapping[str, Wholes]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """
    expected  pence a week, for each child.
    columns   for each factor, the strata first, the column of each child's category in the model.
    inverse   of the information, sum of m(i) x(i) x(i)', x(i) being 1 in the child's columns; Moore and Penrose's,
              since the columns of two factors can tell the same.
    rank      how many of the factors' categories tell something of their own.
    """

    expected: Floats
    columns: tuple[Wholes, ...]
    inverse: Floats
    rank: int

    @property
    def width(self) -> int:
        return len(self.inverse)

    def spread(self, row: Wholes, weight: Floats, rows: int) -> csr_array:
        """Sums of weight(i) x(i) over the children of each row: sparse, a row each and a column a category."""
        parts = len(self.columns)
        places = (np.tile(row, parts), np.concatenate(self.columns))
        return csr_array((np.tile(weight, parts), places), shape=(rows, self.width))


def at_equal_need(frame: pl.DataFrame) -> Compared:
    """Puts the compared children into strata of equal need, and into the categories of the other factors.

    frame  rows of `Reviewed.compared` by child_id, at least FEWEST.

    A stratum is a setting and band. One of fewer than FEWEST children is joined with the next bands of its setting
    until there are as many; what is left over at the top joins the stratum below. The settings of fewer than FEWEST are
    one stratum together, with the next larger settings until there are as many. Inside a joined stratum the pack's
    prices say how much dearer one setting and band is than another. Categories of fewer than FEWEST children are one;
    if that is too few still, they count with the largest. A blank is a category of its own.
    """
    price = frame.select(pl.col("price_expected_pence").mean().over("setting", "band")).to_series()
    factors = {name: _joined(frame[name]) for name in FACTORS}
    return Compared(
        frame,
        frame["care_cost_pence"].cast(pl.Float64).to_numpy(),
        # A price of nothing would fix the expected cost at nothing, whatever is paid.
        np.maximum(price.to_numpy(), 1),
        _strata(frame),
        {name: codes for name, codes in factors.items() if codes.any()},
    )


def _strata(frame: pl.DataFrame) -> Wholes:
    cells = frame.group_by("setting", "band").agg(pl.len().alias("children")).sort("setting", "band")
    totals = cells.group_by("setting").agg(pl.col("children").sum()).sort("children", "setting")
    together: list[str] = []
    so_far = 0
    for setting, children in totals.iter_rows():
        if children >= FEWEST and (not together or so_far >= FEWEST):
            break
        together.append(setting)
        so_far += children
    number, found = 0, []
    for (setting,), part in cells.partition_by("setting", as_dict=True, maintain_order=True).items():
        if setting in together:
            continue
        children, strata = part["children"].to_list(), []
        inside, left = 0, sum(children)
        for here in children:
            strata.append(number)
            inside, left = inside + here, left - here
            if inside >= FEWEST and left >= FEWEST:
                number, inside = number + 1, 0
        number += 1
        found.append(part.with_columns(stratum=pl.Series(strata, dtype=pl.Int64)))
    found.append(cells.filter(pl.col("setting").is_in(together)).with_columns(stratum=pl.lit(number, pl.Int64)))
    joined = frame.select("setting", "band").join(
        pl.concat(found), on=["setting", "band"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["stratum"].to_numpy()


def _joined(column: pl.Series) -> Wholes:
    """The categories of a column as whole numbers from 0, the largest first, those of few children as one."""
    of = column.to_frame("of")
    counts = of.group_by("of").agg(pl.len().alias("children")).sort("children", "of", descending=[True, False])
    few = counts["children"] < FEWEST
    large = counts.height - int(few.sum())
    rest = large if counts["children"].filter(few).sum() >= FEWEST else 0
    numbers = counts.with_columns(number=pl.int_range(pl.len()).clip(upper_bound=large)).with_columns(
        number=pl.when(few).then(rest).otherwise("number").cast(pl.Int64)
    )
    return of.join(numbers, on="of", how="left", nulls_equal=True, maintain_order="left")["number"].to_numpy()


def yardstick(compared: Compared, without: str = "") -> Yardstick:
    """What care costs on average at equal need.

    without  the factor that groups are compared by, so that it is no part of its own yardstick.
    """
    factors = [compared.strata, *(codes for name, codes in compared.factors.items() if name != without)]
    sizes = [int(codes.max()) + 1 for codes in factors]
    flat = np.ravel_multi_index(factors, sizes)
    cells, cell = np.unique(flat, return_inverse=True)
    inside = [codes.astype(np.int64) for codes in np.unravel_index(cells, sizes)]
    actual, base = (added(cell, values, len(cells)) for values in (compared.actual, compared.price))
    level = _balanced(actual, base, inside)
    starts = np.cumsum([0, *sizes])
    columns = tuple(codes + start for codes, start in zip(factors, starts[:-1], strict=True))
    width = int(starts[-1])
    information = np.zeros(width * width)
    for one, first in zip(inside, starts[:-1], strict=True):
        for other, second in zip(inside, starts[:-1], strict=True):
            information += added((one + first) * width + other + second, base * level, width * width)
    # The information's own scale goes out first, so that a dear setting does not drown a cheap one.
    scale = 1 / np.sqrt(np.maximum(information[:: width + 1], 1))
    scaled = information.reshape(width, width) * np.outer(scale, scale)
    inverse = np.linalg.pinv(scaled, rcond=1e-9, hermitian=True) * np.outer(scale, scale)
    rank = int(np.linalg.matrix_rank(scaled, tol=1e-9, hermitian=True))
    return Yardstick(compared.price * level[cell], columns, inverse, rank)


def _balanced(actual: Floats, base: Floats, factors: list[Wholes]) -> Floats:
    """By how much each cell's base is multiplied until all sums balance."""
    level = np.ones_like(base)
    wanted = [added(codes, actual, int(codes.max()) + 1) for codes in factors]
    for _ in range(_MOST_ROUNDS):
        moved = 0.0
        for codes, sums in zip(factors, wanted, strict=True):
            now = added(codes, base * level, len(sums))
            step = np.divide(sums, now, out=np.ones_like(now), where=now > 0)
            level *= step[codes]
            moved = max(moved, float(np.abs(step - 1).max()))
        if moved < _STILL:
            break
    return level


def added(row: Wholes, values: Floats, rows: int) -> Floats:
    """The sum of the values of each row, added up in the order given."""
    return np.bincount(row, values, rows).astype(np.float64, copy=False)
