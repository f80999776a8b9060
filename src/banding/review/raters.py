"""Whether some raters rate higher than others do, among children who are alike in setting and age group.

For a role the children it rated have c = 1, those rated by any other known role c = 0. With c and y less their means in
the stratum of setting and age group,

    shift = sum of c y / sum of c^2,

the least-squares coefficient of c beside a constant for each stratum: the mean over strata of the difference between
the two means, weighted by n1 n0 / (n1 + n0). Brothers and sisters often have one rater, so its variance is by household
(Liang & Zeger 1986, Biometrika 73: 13-22): with e = y - shift x c,

    variance = H / (H - 1) x sum over households of (sum of c e)^2 / (sum of c^2)^2.

The interval is shift -+ t x its root, t the 97.5th percentile of Student's t with one less degrees of freedom than the
smaller side has households.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import stdtrit

from banding.engine.coverage import PAID
from banding.explanation.words import day
from banding.review import categories
from banding.review.bootstrap import CONFIDENCE
from banding.review.children import scored_in_care
from banding.review.clusters import FEWEST, Wholes, clusters_of
from banding.review.equal_need import Floats, added
from banding.review.figures import Rests, frame_of, known_providers, support_of
from banding.review.grouped import words
from banding.review.model import ALL, Cell, Column, Sentence, Table, Unit
from banding.review.part import Part
from banding.review.reviewed import Reviewed
from banding.vocabulary import FACTS

_COLUMNS = (
    Column("rater_role", "Rated by", Unit.KEY),
    Column("children", "Children", Unit.CHILDREN),
    Column("score", "Mean need score", Unit.NUMBER),
    Column("score_shift", "Adjusted difference, points", Unit.NUMBER),
    Column("score_low", "95% interval from", Unit.NUMBER),
    Column("score_high", "to", Unit.NUMBER),
    Column("band", "Mean band", Unit.NUMBER),
    Column("band_shift", "Adjusted difference, bands", Unit.NUMBER),
    Column("band_low", "95% interval from", Unit.NUMBER),
    Column("band_high", "to", Unit.NUMBER),
)
_FIGURES = tuple(column.id for column in _COLUMNS if column.unit is Unit.NUMBER)
_MEANS = ("score", "band")


def raters(reviewed: Reviewed) -> Part:
    """Need scores and bands by the role of the rater, and how they differ from those of all other known roles.

    Table `raters`: of the scored children in care, a line a role; differences are in points and in bands, above 0 where
    the role rates higher. Null where either side has fewer than FEWEST households, or no stratum holds both.
    """
    facts = ("rater_role", "need_score", "band", "setting", "age_on", "household", "provider")
    frame = scored_in_care(reviewed, *facts).drop_nulls(["need_score", "band"])
    if frame.is_empty():
        return Part(cannot=("No child in care has a band from a need score, so raters cannot be compared.",))
    roles = [code for code in FACTS["rater_role"].choices if (frame["rater_role"] == code).any()]
    if not roles:
        return Part(cannot=("Nothing tells who rated the profiles, so raters cannot be compared.",))
    if roles == roles[:1]:
        why = (
            f"All profiles whose rater is known were rated by one role, {words(roles[0]).lower()}: no other to compare."
        )
        return Part(cannot=(why,))
    table = _table(frame, roles, day(reviewed.on))
    says, cannot = [], []
    for row, code in enumerate(roles):
        if code in PAID and table.frame["score_low"][row] is not None:
            says.append(
                Sentence(
                    f"Need scores of {{}} children rated by a {words(code).lower()}, whom the placement pays, differ "
                    "by {} points (95% interval {} to {}) from those of children alike in setting and age group whom "
                    "others rated, and bands by {}; above 0 means higher. It does not tell who is right.",
                    tuple(
                        Cell("raters", row, column)
                        for column in ("children", "score_shift", "score_low", "score_high", "band_shift")
                    ),
                )
            )
    if not says:
        cannot.append("Too few profiles are known to be rated by a carer, whom the placement pays, to compare them.")
    return Part(tuple(says), (table,), tuple(cannot))


def _table(frame: pl.DataFrame, roles: list[str], date: str) -> Table:
    rated = frame.select(
        "rater_role",
        "provider",
        (pl.struct("setting", categories.age_group("age_on")).rank("dense") - 1).cast(pl.Int64).alias("stratum"),
        household=clusters_of(frame.with_columns(provider=pl.lit(None, pl.String))).of,
        score=pl.col("need_score").cast(pl.Float64),
        band=pl.col("band").cast(pl.Float64),
    )
    known = rated.drop_nulls("rater_role")
    lines = [(words(code), pl.col("rater_role") == code, _shifts(known, code)) for code in roles]
    lines += [(categories.NOT_KNOWN, pl.col("rater_role").is_null(), {})] * (known.height < rated.height)
    lines.append((ALL, pl.lit(value=True), {}))
    rows: list[dict[str, object]] = []
    rests: dict[str, list[Rests]] = {name: [] for name in _FIGURES}
    for role, whose, shifts in lines:
        those = rated.filter(whose)
        totals = {name: float(those[name].to_numpy().sum()) for name in _MEANS}
        means = {name: total / those.height for name, total in totals.items()}
        rows.append({"rater_role": role, "children": those.height, **means, **shifts})
        largest = {name: float(those[name].to_numpy().max()) / total for name, total in totals.items() if total}
        providers = known_providers(those["provider"])
        for name, each in rests.items():
            each.append((those.height, providers, largest.get(name)))
    return Table(
        "raters",
        f"Ratings by the role of the rater, {date}",
        _COLUMNS,
        frame_of(_COLUMNS, rows),
        support_of(rests),
        whole=("rater_role",),
        about={"status": "scored"},
        notes=(
            "A difference is from children whom any other known role rated, alike in setting and age group. Roles rate "
            "different children, so a difference can be the children's: two ratings of the same child tell more.",
            f"None is given where either side is of fewer than {FEWEST} households.",
        ),
    )


def _shifts(known: pl.DataFrame, role: str) -> dict[str, float]:
    """The adjusted differences of a role and their intervals; nothing where there are none."""
    own = (known["rater_role"] == role).to_numpy()
    household, stratum = (known[name].to_numpy() for name in ("household", "stratum"))
    fewer = min(_different(household[here]) for here in (own, ~own))
    if fewer < FEWEST:
        return {}
    width = int(stratum.max()) + 1
    size = np.maximum(np.bincount(stratum, minlength=width), 1)

    def centred(values: Floats) -> Floats:
        means: Floats = added(stratum, values, width) / size
        less: Floats = values - means[stratum]
        return less

    c = centred(own.astype(np.float64))
    squares = float(np.sum(c**2))
    if squares == 0:
        return {}
    households = _different(household)
    found = {}
    for name in _MEANS:
        y = centred(known[name].to_numpy())
        shift = float(np.sum(c * y)) / squares
        score = added(household, c * (y - shift * c), int(household.max()) + 1)
        error = float(np.sqrt(households / (households - 1) * np.sum(score**2))) / squares
        reach = float(stdtrit(fewer - 1, (1 + CONFIDENCE) / 2)) * error
        for end, value in (("shift", shift), ("low", shift - reach), ("high", shift + reach)):
            found[f"{name}_{end}"] = value
    return found


def _different(numbers: Wholes) -> int:
    return int(np.count_nonzero(np.bincount(numbers)))
