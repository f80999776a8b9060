"""What a second rating of the same children tells: how alike raters are, and how far that lets need explain cost."""

from __future__ import annotations

import numpy as np
import polars as pl

from banding.engine.score import score_caseload
from banding.review.bootstrap import Floats, Sums, intervals
from banding.review.clusters import clusters_of
from banding.review.compared import CHILDREN, LARGEST, PROVIDERS
from banding.review.model import Column, Table, Unit
from banding.review.reviewed import Reviewed
from banding.vocabulary import FACTS

FEWEST_PAIRS = 10
_FIGURES = ("kappa", "kappa_from", "kappa_to", "icc", "icc_from", "icc_to", "most_explained", "most_correlation")


def double_rated(reviewed: Reviewed, second: pl.DataFrame) -> pl.DataFrame:
    """Children in care who were scored by both ratings, by child_id.

    second  child_id and the pack's items, a rating of the same children by somebody else; facts that the band reads may
            stand beside them, and otherwise are those of the first rating.

    Returns child_id, setting, provider, household, band and need_score, second_band and second_score.

    Raises CaseloadError where an item is absent or a column cannot be read.
    """
    pack = reviewed.pack
    facts = [name for name in FACTS if name in pack.read and name not in second.columns]
    ids = second.with_columns(pl.col("child_id").cast(pl.String).str.strip_chars())
    kept = dict.fromkeys(("child_id", "setting", "provider", "household", "band", "need_score", *facts))
    scored = pl.col("in_care") & (pl.col("status") == "scored")
    here = reviewed.frame.lazy().filter(scored).select(list(kept)).collect()
    known = ids.join(here.select("child_id", *facts), on="child_id", how="left", maintain_order="left")
    rated = score_caseload(known, pack, reviewed.on).frame.filter(pl.col("status") == "scored")
    both = here.join(rated.select("child_id", second_band="band", second_score="need_score"), on="child_id")
    names = ("child_id", "setting", "provider", "household", "band", "need_score", "second_band", "second_score")
    return both.select(names).sort("child_id")


def unread_facts(reviewed: Reviewed, second: pl.DataFrame) -> list[str]:
    """The pack's own facts that the band reads and only the second rating could bring, but does not."""
    return [name for name in reviewed.pack.read if name not in FACTS and name not in second.columns]


def agreement(pairs: pl.DataFrame, *, seed: int, resamples: int) -> Table:
    """How alike two ratings are, from pairs of `double_rated` with need scores: table `double_rated`, one row.

    kappa  of bands b and b', weighted by the square of the difference (Cohen 1968, Psychological Bulletin 70: 213-220):
           1 - mean (b - b')^2 / (var b + var b' + (mean b - mean b')^2), variances over n.
    icc    of need scores, ICC(2,1) (Shrout & Fleiss 1979, Psychological Bulletin 86: 420-428), k = 2 ratings of n
           children: (MSR - MSE) / (MSR + MSE + 2 (MSC - MSE) / n), from the mean squares of children, ratings and rest.
    The ceiling is attenuation (Spearman 1904, American Journal of Psychology 15: 72-101): a score of reliability r can
    correlate with a cost that is read off without error at most sqrt(r), and explain at most r of its variance, however
    closely cost follows the need that raters aim at. r is icc, since raters differ from child to child and so do their
    habits. The children's own spread counts: inside one setting needs are more alike, and the ceiling is lower.

    NaN becomes null where all bands, or all scores, are one.
    """
    clusters = clusters_of(pairs)
    one, other, score, second = (
        pairs[name].cast(pl.Float64).to_numpy() for name in ("band", "second_band", "need_score", "second_score")
    )
    terms = [np.ones(pairs.height)]
    for a, b in ((one, other), (score, second)):
        terms += [a, b, a * a, b * b, a * b]
    sums = Sums(
        row=np.repeat(np.arange(len(terms)), pairs.height),
        cluster=np.tile(clusters.of, len(terms)),
        value=np.concatenate(terms),
        rows=len(terms),
        clusters=clusters.count,
    )
    kappa, icc = (float(found[0]) for found in _alike(sums.total()[:, None]))
    limits = intervals(sums, _alike, seed=seed, resamples=resamples if clusters.enough else 0)
    ceiling = max(icc, 0.0)
    same = int((pairs["band"] == pairs["second_band"]).sum())
    row = {
        CHILDREN: pairs.height,
        "same": same,
        "same_share": 100 * same / pairs.height,
        **dict(zip(_FIGURES, (kappa, *limits[:, 0], icc, *limits[:, 1], ceiling, ceiling**0.5), strict=True)),
    }
    providers = pairs["provider"].drop_nulls().n_unique() or None
    rests = {CHILDREN: pairs.height, PROVIDERS: providers, LARGEST: None}
    columns = (
        Column(CHILDREN, "Children rated twice", Unit.CHILDREN, {"rated": "twice"}),
        Column("same", "Same band", Unit.CHILDREN, {"rated": "twice", "bands": "same"}),
        Column("same_share", "Same band", Unit.PERCENT, of=("same", CHILDREN)),
        Column("kappa", "Weighted kappa of bands", Unit.NUMBER),
        Column("kappa_from", "95% interval from", Unit.NUMBER),
        Column("kappa_to", "95% interval to", Unit.NUMBER),
        Column("icc", "Reliability of the need score", Unit.NUMBER),
        Column("icc_from", "95% interval from", Unit.NUMBER),
        Column("icc_to", "95% interval to", Unit.NUMBER),
        Column("most_explained", "Most that need score can explain", Unit.NUMBER),
        Column("most_correlation", "Most that it can correlate", Unit.NUMBER),
    )
    kinds = {column.id: pl.Int64 if column.unit is Unit.CHILDREN else pl.Float64 for column in columns}
    return Table(
        "double_rated",
        "How alike two ratings of the same children are",
        columns,
        pl.DataFrame([row], schema=kinds).with_columns(pl.col(pl.Float64).fill_nan(None)),
        pl.DataFrame(
            [{f"{figure}.{part}": value for figure in _FIGURES for part, value in rests.items()}],
            schema={
                f"{figure}.{part}": pl.Float64 if part == LARGEST else pl.Int64 for figure in _FIGURES for part in rests
            },
        ),
        about={"status": "scored"},
        notes=(
            "Kappa: 1 where both raters agree in every band, 0 where no more than by chance; a difference of two bands "
            "weighs four times one of one band (quadratic weights).",
            "Reliability: the intraclass correlation ICC(2,1) of one rating by any rater. A need score of this "
            "reliability explains at most this share of the variance of cost, however closely cost follows need.",
        ),
    )


def _alike(sums: Floats) -> Floats:
    """Kappa and ICC(2,1) of sums: n, then for bands and for scores a, b, a^2, b^2 and ab."""
    n, bands, scores = sums[0], sums[1:6], sums[6:11]
    a, b, aa, bb, ab = bands / n
    by_chance = aa - a * a + bb - b * b + (a - b) ** 2
    kappa = 1 - _over(aa + bb - 2 * ab, by_chance)
    a, b, aa, bb, ab = scores / n
    more = np.maximum(n - 1, 1)
    var_a, var_b, both = (n / more * part for part in (aa - a * a, bb - b * b, ab - a * b))
    children, rest, ratings = (var_a + var_b) / 2 + both, (var_a + var_b) / 2 - both, n * (a - b) ** 2 / 2
    return np.stack([kappa, _over(children - rest, children + rest + 2 * (ratings - rest) / n)])


def _over(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
