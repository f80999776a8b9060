"""Prices from a caseload's own costs: what each band costs in each setting here, beside what a pack expects.

It shows where a council pays more or less than a pack expects. It cannot show that a whole market is dear: prices drawn
from a caseload agree with it by design. Bands are never moved to fit costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import isotonic_regression

from banding.errors import CaseloadError, Finding
from banding.review.cells import NO_CELL, placed_in_cells, price_cells, print_of
from banding.review.reviewed import Reviewed

FEWEST_CHILDREN, FEWEST_PROVIDERS = 10, 3
# A cell of so many children stands half on its own costs and half on the pack's figure.
HALF_WEIGHT = 10
# Tukey's outer fence on log cost: far out, whatever the setting costs. Fewer children than this give no quartiles to
# stand on, and where nearly all cost the same a tenth apart is not yet far.
FENCE, FEWEST_FOR_A_FENCE, NARROWEST = 3.0, 20, 0.1
QUANTILES = {"low": 0.10, "high": 0.90}
FIGURES = ("low", "expected", "high")
# Pounds.
COARSE = 50
# How far the prices may miss the pounds they are drawn from.
NEUTRAL = 0.01

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Uprating:
    """What turns prices of the costs' own year into those of the year they are for: 1.034 is 3.4% more."""

    factor: Decimal
    index: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """
    cells       a row a cell of prices.csv: list, row, band (number), settings (String, joined by |), children,
                providers, raw_low, raw_expected, raw_high (pence, null without children), low, expected, high (pence in
                whole pounds, smoothed, neutral, uprated), pack_low, pack_expected, pack_high (pence), shrunk (Boolean:
                too few children or providers, drawn toward the pack).
    inversions  the neighbouring bands of a list where the lower one costs more here, before smoothing: settings, band,
                children and raw_expected of the lower and of the upper (next_...).
    ledger      where every known pound of care cost stands: what (String), children, pence. Sums to the caseload's.
    neutrality  a row a list and one of all (settings "All"): settings, children, cost and expected (pence, before
                uprating), ratio (expected / cost, null where the list has no children), scaled (Boolean).
    drawn_from  the fingerprint of the costs: see `print_of`.
    """

    cells: pl.DataFrame
    inversions: pl.DataFrame
    ledger: pl.DataFrame
    neutrality: pl.DataFrame
    drawn_from: str
    uprating: Uprating | None

    @property
    def neutral(self) -> bool:
        """Whether the prices of all children in cells come to what they cost, within NEUTRAL."""
        ratio = self.neutrality.filter(pl.col("settings") == "All")["ratio"][0]
        return ratio is not None and abs(ratio - 1) <= NEUTRAL


def calibrate(reviewed: Reviewed, *, uprating: Uprating | None = None) -> Calibration:
    """Draws prices from the care costs of a scored caseload.

    Of each cell (a row of prices.csv and band) expected is the mean, low and high the 10th and 90th percentile (linear
    between order statistics) of the costs that cover what the price covers. Then, in this order:

    pool      a cost whose log lies above the list's third quartile by more than 3 quartile distances (of 20 children at
              least) is set apart as individually agreed; so is the cost of a band without a price in a priced setting.
    shrinkage a cell under 10 children or 3 providers stands at (n x own + 10 x pack) / (n + 10).
    smoothing weighted isotonic regression over the bands of a list, weights n (1 where there are none).
    neutral   a list of 10 children and 3 providers or more is scaled so that its prices come to its costs.
    uprating  by the index that is stated.

    Raises CaseloadError where fewer than 10 children have a cost that a price covers.

    Figures are whole pounds, rounded half up; those of cells with too few children in steps of 50 pounds. Sources: the
    pack's own price list for its shape; the fence is Tukey's (1977); isotonic regression by pool adjacent violators.
    """
    prices = price_cells(reviewed)
    children = placed_in_cells(reviewed, prices).sort("child_id")
    pooled = _pooled(children)
    inside = children.filter(pl.col("cell").is_not_null() & ~pooled)
    if inside.height < FEWEST_CHILDREN:
        message = f"Of {inside.height} children the cost covers what a price of the pack covers; it takes 10 at least."
        remedy = "Give core_cost, additional_support_cost and cost_scope, and the setting."
        raise CaseloadError(Finding("too-few-costs", "", "", message, remedy))
    cells = _shrunk(_raw(inside, prices))
    smooth = pl.concat(
        [_smoothed(cells.filter(pl.col("list") == one)) for one in cells["list"].unique(maintain_order=True)]
    )
    scaled, neutrality = _neutral(smooth, uprating)
    return Calibration(
        scaled, _inversions(cells), _ledger(reviewed, children, pooled), neutrality, print_of(children), uprating
    )


def _pooled(children: pl.DataFrame) -> pl.Series:
    """Costs far above their setting's, and those of bands that a priced setting has no price for."""
    log = pl.when(pl.col("cost") > 0).then(pl.col("cost").cast(pl.Float64).log())
    quarter, three = log.quantile(0.25, "linear"), log.quantile(0.75, "linear")
    spread = pl.max_horizontal(three - quarter, pl.lit(NARROWEST))
    far = (log > three + FENCE * spread) & (pl.len() >= FEWEST_FOR_A_FENCE)
    out = far.over("list").fill_null(value=False) & pl.col("list").is_not_null()
    return children.select(out | (pl.col("why") == "no_price").fill_null(value=False)).to_series()


def _raw(inside: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Every cell of the pack with what its children cost here."""
    cost = pl.col("cost")
    found = inside.group_by("cell").agg(
        children=pl.len().cast(pl.Int64),
        providers=pl.col("provider").drop_nulls().n_unique().cast(pl.Int64),
        cost=cost.sum(),
        raw_expected=cost.mean(),
        **{f"raw_{name}": cost.quantile(share, "linear") for name, share in QUANTILES.items()},
    )
    own = prices.group_by("cell", maintain_order=True).agg(
        pl.col("list", "row", "band", "scopes", "regions", "youngest", "oldest", "aged", "basis").first(),
        settings=pl.col("setting").sort().str.join("|"),
        **{f"pack_{name}": pl.col(name).first() for name in FIGURES},
    )
    whole = own.join(found, on="cell", how="left", maintain_order="left")
    return whole.with_columns(pl.col("children", "providers", "cost").fill_null(0)).sort("list", "band")


def _shrunk(cells: pl.DataFrame) -> pl.DataFrame:
    few = (pl.col("children") < FEWEST_CHILDREN) | (pl.col("providers") < FEWEST_PROVIDERS)
    own = pl.col("children") / (pl.col("children") + HALF_WEIGHT)

    def figure(name: str) -> pl.Expr:
        raw, pack = pl.col(f"raw_{name}").fill_null(0.0), pl.col(f"pack_{name}")
        return pl.when(few).then(own * raw + (1 - own) * pack).otherwise(raw).alias(name)

    return cells.with_columns(*(figure(name) for name in FIGURES), shrunk=few)


def _smoothed(bands: pl.DataFrame) -> pl.DataFrame:
    """The cells of one list with figures that never fall as the band rises."""
    weights = np.maximum(bands["children"].to_numpy(), 1).astype(np.float64)
    fitted = {name: isotonic_regression(bands[name].to_numpy(), weights=weights).x for name in FIGURES}
    low, high = np.minimum(fitted["low"], fitted["expected"]), np.maximum(fitted["high"], fitted["expected"])
    return bands.with_columns(low=low, expected=fitted["expected"], high=high)


def _neutral(cells: pl.DataFrame, uprating: Uprating | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lists scaled to their own pounds, uprated, in whole pounds; and how near their prices come before uprating."""
    children, cost = pl.col("children").sum().over("list"), pl.col("cost").sum().over("list")
    enough = (children >= FEWEST_CHILDREN) & (pl.col("providers").max().over("list") >= FEWEST_PROVIDERS)
    expected = (pl.col("children") * pl.col("expected")).sum().over("list")
    factor = pl.when(enough & (expected > 0)).then(cost / expected).otherwise(1.0)
    scaled = cells.with_columns(scaled=enough).with_columns(pl.col(name) * factor for name in FIGURES)
    of_list = _rounded(scaled)
    told = [
        pl.col("children").sum(),
        pl.col("cost").sum(),
        (pl.col("children") * pl.col("expected")).sum().alias("expected"),
    ]
    lists = of_list.group_by("list", "settings", maintain_order=True).agg(*told, pl.col("scaled").first()).drop("list")
    whole = of_list.select(pl.lit("All").alias("settings"), *told, scaled=pl.lit(value=True))
    neutrality = pl.concat([lists, whole]).with_columns(
        ratio=pl.when(pl.col("cost") > 0).then(pl.col("expected") / pl.col("cost"))
    )
    times = 1.0 if uprating is None else float(uprating.factor)
    uprated = _rounded(scaled.with_columns(pl.col(name) * times for name in FIGURES))
    return uprated.drop("cost"), neutrality


def _rounded(cells: pl.DataFrame) -> pl.DataFrame:
    """Figures in whole pounds, of cells with too few children in steps of COARSE: a finer one would tell, with the
    pack's figure beside it, what a single child costs."""
    steps = (
        pl.when("shrunk")
        .then((pl.col(name) / COARSE).map_batches(_whole_pounds, pl.Int64) * COARSE)
        .otherwise(pl.col(name).map_batches(_whole_pounds, pl.Int64))
        .alias(name)
        for name in FIGURES
    )
    return cells.with_columns(steps)


def _whole_pounds(pence: pl.Series) -> pl.Series:
    pounds = [int((Decimal(value) / 100).quantize(Decimal(1), ROUND_HALF_UP)) * 100 for value in pence]
    return pl.Series(pence.name, pounds, pl.Int64)


def _inversions(cells: pl.DataFrame) -> pl.DataFrame:
    """Neighbours with children of which the lower band costs more."""
    held = cells.filter(pl.col("children") > 0).sort("list", "band")
    names = ("band", "children", "raw_expected")
    following = held.with_columns(pl.col(name).shift(-1).over("list").alias(f"next_{name}") for name in names)
    return following.filter(pl.col("raw_expected") > pl.col("next_raw_expected")).select(
        "settings", *names, *(f"next_{name}" for name in names)
    )


def _ledger(reviewed: Reviewed, children: pl.DataFrame, pooled: pl.Series) -> pl.DataFrame:
    """Cells, the pool and what no price covers: together every known pound."""
    what = (
        pl.when(pooled)
        .then(pl.lit("individually agreed: far above its setting, or a band without a price in it"))
        .when(pl.col("cell").is_not_null())
        .then(pl.lit("in the cells"))
        .otherwise(pl.col("why").replace(NO_CELL))
    )
    found = (
        children.with_columns(what=what)
        .group_by("what")
        .agg(children=pl.len().cast(pl.Int64), pence=pl.col("cost").sum())
    )
    if found["pence"].sum() != reviewed.scored["care_cost_pence"].sum():
        raise AssertionError("the ledger does not add up to the caseload's known costs")
    return found.sort("pence", "what", descending=[True, False])
