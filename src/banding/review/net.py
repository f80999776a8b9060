"""What possible moves would come to in pounds, net of the risk that they fail: a total of ten children or more.

    Net of a move = p x D x W - (1 - p) x (w x (C_after - C_now) + R) - M

p chance that the move holds for 52 weeks; D weekly difference, the care cost now less the reference setting's price for
the child's band and the support of the step down; W weeks left, at most 52 and not past the 18th birthday; C_after the
weekly cost after a failed move, for w weeks; R the premium of an emergency placement; M what the move costs once. It is
worked out in fractions of a penny and rounded once, half up, to whole pounds. No figure of one child leaves here.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import polars as pl

from banding.errors import BandingError, Finding
from banding.explanation.words import day, pounds
from banding.pack.prices import half_up
from banding.review.model import ALL, Cell, Column, Section, Sentence, Table, Unit
from banding.review.moves import ON_THE_LIST, VIEWS
from banding.review.placing import MOVE, SECOND, of_tiers, placed
from banding.review.reviewed import Reviewed
from banding.review.tallies import CHECK_FIRST, children, row_of, tabled

TITLE = "What would the possible moves come to, net of the risk that they fail?"
FEWEST = 10
# What becomes of a child with a possible move and nothing to check first.
COUNTED = "Counted"
UNCOMPARED = "No care cost that can be compared"
UNPRICED = "No single price of a family home at this band"
UNDATED = "Weeks until 18 not known"
PARTS = ("gained", "lost", "once", "net")
YEAR, WEEK, ADULT = 52, 7, 18
_BIRMINGHAM = (
    "Birmingham's matched step-down scheme, 2014 to 2017: of the moves that were resolved about half had held for 52 "
    "weeks (about 12 of 24, interval 31 to 69%)"
)


def _said(label: str, unit: str, source: str) -> dict[str, str]:
    return {"label": label, "unit": unit, "source": source}


_OWN = "Own judgement: no published figure was found"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the total rests on; label, unit and source stand in each field's metadata, and are printed.

    Raises BandingError with all findings where one is out of range.
    """

    low: Decimal = field(
        default=Decimal("0.35"), metadata=_said("Chance that a move holds, low (p)", "share", _BIRMINGHAM)
    )
    central: Decimal = field(
        default=Decimal("0.50"), metadata=_said("Chance that a move holds, central (p)", "share", _BIRMINGHAM)
    )
    high: Decimal = field(
        default=Decimal("0.65"), metadata=_said("Chance that a move holds, high (p)", "share", _BIRMINGHAM)
    )
    support_pence: int = field(
        default=500_00,
        metadata=_said(
            "Support of the step down, taken off the weekly difference (in D)",
            "pence a week",
            "Own judgement: the same scheme's placements came to 91,000 a year, 1,744 a week, which is about 500 above "
            "agency foster care at bands 3 and 4",
        ),
    )
    after_failed: Decimal = field(
        default=Decimal("1.15"), metadata=_said("Cost after a failed move, of the cost now (C_after)", "times", _OWN)
    )
    failed_weeks: int = field(
        default=26,
        metadata=_said(
            "Weeks at that cost, at most those that are left (w)",
            "weeks",
            "Own judgement: a move that fails within the year fails halfway through it",
        ),
    )
    emergency_pence: int = field(
        default=15_200_00,
        metadata=_said(
            "Premium of an emergency placement after a failed move (R)",
            "pence, once",
            "Own judgement: four weeks in a breaker at 9,800 a week in place of a group home at 6,000, by one area's "
            "ladder of about 2023-24",
        ),
    )
    once_pence: int = field(
        default=5_000_00, metadata=_said("Matching, introductions and days paid twice (M)", "pence, once", _OWN)
    )

    def __post_init__(self) -> None:
        wrong = []
        if not Decimal(0) <= self.low <= self.central <= self.high <= Decimal(1):
            wrong.append(("low, central, high", "Expected chances from 0 to 1, each at least the one before."))
        if self.after_failed < 0:
            wrong.append(("after_failed", "Expected a number from 0."))
        if not 0 <= self.failed_weeks <= YEAR:
            wrong.append(("failed_weeks", f"Expected whole weeks from 0 to {YEAR}."))
        for name in ("support_pence", "emergency_pence", "once_pence"):
            if getattr(self, name) < 0:
                wrong.append((name, "Expected whole pence from 0."))
        if wrong:
            raise BandingError([Finding("out-of-range", "", name, message, "") for name, message in wrong])

    def chances(self) -> dict[str, Decimal]:
        return {"Low": self.low, "Central": self.central, "High": self.high}


@dataclass(frozen=True, slots=True)
class Parts:
    """Pence of one move or of many: not paid where they hold, paid more where they fail, and paid once."""

    gained: Fraction
    lost: Fraction
    once: Fraction

    @property
    def net(self) -> Fraction:
        return self.gained - self.lost - self.once


def stakes(cost: int, family: int, weeks: int, given: Assumptions) -> tuple[int, Fraction]:
    """What is not paid where one move holds, D x W, and what is paid more where it fails, w x (C_after - C_now) + R.

    cost    C_now, the care cost in pence a week; `family` the price of the reference setting in pence a week.
    weeks   W.
    """
    dearer = (Fraction(given.after_failed) - 1) * cost
    failed = min(given.failed_weeks, weeks) * dearer + given.emergency_pence
    return (cost - family - given.support_pence) * weeks, failed


def parts(held: int, failed: Fraction, moves: int, chance: Decimal, given: Assumptions) -> Parts:
    """The parts of so many moves of one chance p, from the sums of their stakes."""
    p = Fraction(chance)
    return Parts(p * held, (1 - p) * failed, Fraction(moves * given.once_pence))


def net_of_moves(reviewed: Reviewed, assumptions: Assumptions | None = None) -> Section:
    """The net effect of all moves that could be talked about, at three chances; negative where they cost more.

    Counted is who stands on the second list for a review of the setting, with nothing to check first, a care cost that
    can be compared, a reference setting that is another one, a family and has a single price, and a known number of
    weeks until 18. There is no total of fewer than ten children. It assumes that every move is made: no forecast.
    """
    given = assumptions or Assumptions()
    rows = placed(reviewed).filter(list=SECOND, tier=MOVE)
    if not of_tiers(reviewed.pack, (MOVE,)):
        cannot = "The pack has no review of settings above the need, so it shows no possible moves."
        return Section("net_of_moves", TITLE, cannot=(cannot,))
    found = _with_figures(reviewed, rows)
    who, basis = _who(reviewed, found), _basis(reviewed, given)
    on_list, check = (Cell(who.id, row_of(who, key), "children") for key in (ALL, CHECK_FIRST))
    counted, stay = (Cell(who.id, row_of(who, COUNTED), name) for name in ("children", "stay"))
    left_out = Sentence(
        "Of the children with a possible move ({}), {} have something to check first and are left out, and {} are "
        "counted.",
        (on_list, check, counted),
    )
    moved = found.filter(becomes=COUNTED)
    if moved.height < FEWEST:
        cannot = "Fewer than ten children can be counted: a total would tell of single children, so there is none."
        return Section("net_of_moves", TITLE, (left_out,), (who, basis), (cannot,))
    total = _total(reviewed, moved, given)
    low, central, high = (Cell(total.id, row, "net") for row in range(3))
    says = (
        Sentence(
            "If a family home were found for all of {} children, of whom {} say that they want to stay, the net effect "
            "over at most 52 weeks would be {} at the central chance, {} at the low and {} at the high one.",
            (counted, stay, central, low, high),
        ),
        Sentence(
            "It is no forecast, and a negative figure is a cost. Need, the child's wishes and fit decide about every "
            "single move."
        ),
        left_out,
    )
    return Section("net_of_moves", TITLE, says, (who, total, basis))


def _with_figures(reviewed: Reviewed, rows: pl.DataFrame) -> pl.DataFrame:
    """The children with a possible move, with cost, family (pence a week), weeks, provider and `becomes`."""
    family = [setting.id for setting in reviewed.pack.settings.values() if setting.family]
    reference, setting = (pl.col(name).cast(pl.String) for name in ("reference_setting", "setting"))
    held = reviewed.frame[rows["index"]]
    left = [_weeks(born, age, reviewed.on) for born, age in held.select("date_of_birth", "age_on").iter_rows()]
    results = held.select(
        cost=pl.when(pl.col("cost_fit") != "unknown").then("care_cost_pence"),
        family=pl.when(reference.is_in(family) & (reference != setting)).then("reference_expected_pence"),
        weeks=pl.Series(left, dtype=pl.Int64),
        provider="provider",
        stay=(pl.col("child_view") == "wants_to_stay").fill_null(value=False),
    )
    becomes = (
        pl.when("check")
        .then(None)
        .when(pl.col("cost").is_null())
        .then(pl.lit(UNCOMPARED))
        .when(pl.col("family").is_null())
        .then(pl.lit(UNPRICED))
        .when(pl.col("weeks").is_null())
        .then(pl.lit(UNDATED))
        .otherwise(pl.lit(COUNTED))
    )
    return rows.hstack(results).with_columns(becomes=becomes)


def _weeks(born: dt.date | None, age: int | None, on: dt.date) -> int | None:
    """Whole weeks until the 18th birthday, at most 52; None where it is not known."""
    if born is not None:
        year = born.year + ADULT
        leap_day = (born.month, born.day) == (2, 29) and not calendar.isleap(year)
        birthday = dt.date(year, 3, 1) if leap_day else born.replace(year=year)
        return max(0, min(YEAR, (birthday - on).days // WEEK))
    # At 16 there is a year left at least; at 17 nobody can say.
    return YEAR if age is not None and age < ADULT - 1 else None


def _who(reviewed: Reviewed, found: pl.DataFrame) -> Table:
    clear = found.filter(~pl.col("check"))
    parts_of = {name: clear.filter(becomes=name) for name in (COUNTED, UNCOMPARED, UNPRICED, UNDATED)}
    lines = [(CHECK_FIRST, found.filter("check")), *parts_of.items(), (ALL, found)]
    return tabled(
        "net_of_moves_children",
        f"Children with a possible move, and who is counted in the total, on {day(reviewed.on)}",
        (
            Column("counted", "Counted or not", Unit.KEY),
            children("children", "Children"),
            children("stay", "Of whom the child wants to stay", child_view=VIEWS["wants_to_stay"]),
        ),
        [(name, part.height, int(part["stay"].sum())) for name, part in lines],
        whole=("counted",),
        about=ON_THE_LIST,
    )


def _basis(reviewed: Reviewed, given: Assumptions) -> Table:
    lines, header = [], reviewed.pack.header
    year = [f"The prices are of {header.price_year}, the costs as they were given."] if header.price_year else []
    for one in fields(given):
        value, unit = getattr(given, one.name), one.metadata["unit"]
        if unit.startswith("pence"):
            value, unit = pounds(value, header.currency), unit.removeprefix("pence").lstrip(", ")
        lines.append((one.metadata["label"], str(value), unit, one.metadata["source"]))
    return tabled(
        "net_of_moves_basis",
        "What the total assumes",
        (
            Column("what", "Assumption", Unit.TEXT),
            Column("value", "Value", Unit.TEXT),
            Column("unit", "Unit", Unit.TEXT),
            Column("source", "Where it is from", Unit.TEXT),
        ),
        lines,
        notes=(
            *year,
            "Net of a move = p x D x W - (1 - p) x (w x (C_after - C_now) + R) - M. D is the care cost now less the "
            "price of the pack's reference setting for the band and less the support of the step down; W the weeks "
            "left, at most 52 and not past the 18th birthday.",
        ),
    )


def _total(reviewed: Reviewed, counted: pl.DataFrame, given: Assumptions) -> Table:
    providers = counted["provider"].drop_nulls().n_unique() or None
    each = [
        stakes(cost, family, weeks, given)
        for cost, family, weeks in counted.select("cost", "family", "weeks").iter_rows()
    ]
    held, failed = sum(one[0] for one in each), sum((one[1] for one in each), Fraction(0))
    at_stake = np.array(each, np.float64)
    lines, support = [], []
    for name, chance in given.chances().items():
        sums = parts(held, failed, counted.height, chance, given)
        figures = [float(half_up(getattr(sums, part) / 100)) for part in PARTS]
        lines.append((f"{name}: {chance} of the moves hold", counted.height, *figures))
        gained, lost = at_stake[:, 0] * float(chance), at_stake[:, 1] * float(1 - chance)
        once = np.full(counted.height, float(given.once_pence))
        by_part = (gained, lost, once, gained - lost - once)
        support.append([x for values in by_part for x in (counted.height, providers, _largest(values))])
    kinds = {"children": pl.Int64, "providers": pl.Int64, "largest": pl.Float64}
    schema = {f"{part}.{what}": kind for part in PARTS for what, kind in kinds.items()}
    return tabled(
        "net_of_moves_total",
        f"Net effect of all possible moves over at most 52 weeks, on {day(reviewed.on)}",
        (
            Column("chance", "Chance that a move holds", Unit.TEXT),
            children("children", "Children"),
            Column("gained", "Not paid where moves hold", Unit.POUNDS),
            Column("lost", "Paid more where they fail", Unit.POUNDS),
            Column("once", "Paid once", Unit.POUNDS),
            Column("net", "Net effect", Unit.POUNDS),
        ),
        lines,
        support=pl.DataFrame(support, schema=schema, orient="row"),
        about={**ON_THE_LIST, "counted": COUNTED},
        notes=("Pounds of all weeks together, not a week; each figure is rounded by itself.",),
    )


def _largest(values: npt.NDArray[np.float64]) -> float | None:
    """The largest share of one child in a sum, by size whatever its sign."""
    whole = np.abs(values).sum()
    return float(np.abs(values).max() / whole) if whole else None
