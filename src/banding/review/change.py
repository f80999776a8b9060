"""What changed since an earlier run: bands and need scores of the children scored in both, who came and who left."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import stdtrit

from banding.explanation.words import day
from banding.review import categories
from banding.review.bootstrap import CONFIDENCE
from banding.review.clusters import FEWEST, clusters_of
from banding.review.compared import rolled_up
from banding.review.equal_need import added
from banding.review.figures import Rests, frame_of, known_providers, support_of
from banding.review.model import ALL, Cell, Column, Sentence, Table, Unit
from banding.review.part import Part
from banding.review.reviewed import Reviewed

RUNS = (
    "Scored in both runs",
    "Scored now, not in the earlier run",
    "Scored in the earlier run, not here now",
    "In both runs, scored in one",
)
REGRESSION = (
    "A rating that was high by chance is followed by a lower one though nothing has changed (regression to the mean), "
    "so part of what fell from high bands, and of what rose from low ones, is no change of need."
)
_FACTS = ("band", "need_score", "profile_age_days", "setting", "household", "provider")
_COLUMNS = (
    Column("band_before", "Band before", Unit.KEY),
    Column("children", "Children", Unit.CHILDREN),
    Column("up", "Higher now", Unit.CHILDREN, {"move": "up"}),
    Column("up_share", "Share higher", Unit.PERCENT, of=("up", "children")),
    Column("same", "The same", Unit.CHILDREN, {"move": "same"}),
    Column("down", "Lower now", Unit.CHILDREN, {"move": "down"}),
    Column("down_share", "Share lower", Unit.PERCENT, of=("down", "children")),
    Column("anew", "Known to be rated anew", Unit.CHILDREN, {"rated": "anew"}),
    Column("need", "Mean change of need score", Unit.NUMBER),
    Column("need_low", "95% interval from", Unit.NUMBER),
    Column("need_high", "to", Unit.NUMBER),
)


def change(reviewed: Reviewed, before: Reviewed) -> Part:
    """Children by where their band stood before and stands now, the mean change of need score, who is new and who left.

    Children in care are matched by child_id. Tables `runs` (who was scored when), `band_change` (a line a band of the
    earlier run: how many moved up, stayed or moved down; the mean change d in points, now less before) and
    `band_transitions` (both bands). The mean's interval is -+ t x root(v), v = H / (H - 1) x sum over the H households
    of (sum of d less the mean)^2, over n^2, and t of H - 1 degrees of freedom; none where H is below FEWEST. Bands of
    two packs, or of two versions of one, are not compared; nor is a run that is not earlier.
    """
    if before.on >= reviewed.on:
        return Part(cannot=("The other run is not of an earlier date, so no change can be shown.",))
    now, then = (
        one.frame.lazy().filter("in_care").select("child_id", "status", *_FACTS).collect() for one in (reviewed, before)
    )
    dates = f"{day(before.on)} to {day(reviewed.on)}"
    runs = _runs(now, then, dates)
    counted = Sentence(
        "Children scored in both runs: {}; new in this one: {}; no longer here: {}.",
        tuple(Cell("runs", row, "children") for row in range(3)),
    )
    if reviewed.pack.fingerprint != before.pack.fingerprint:
        old, new = (f"{one.pack.header.id}@{one.pack.header.version}" for one in (before, reviewed))
        versions = f"{old} and {new}" if old != new else f"{new}, which has changed between them"
        why = (
            f"Bands of two versions are not compared, and the runs were scored by {versions}. Score the earlier "
            "caseload again by the pack of this run."
        )
        return Part((counted,), (runs,), (why,))
    both = _both(reviewed, before, now, then)
    if both.is_empty():
        return Part((counted,), (runs,), ("No child has a band in both runs, so no change can be shown.",))
    moved = _moved(both, dates)
    last = moved.frame.height - 1
    scores = "; need scores changed by {} points on average" if moved.frame["need"][last] is not None else ""
    says = (
        Sentence(
            f"Of {{}} children with a band in both runs, {{}} have moved to a higher band since {day(before.on)}, {{}} "
            f"stayed and {{}} moved to a lower one{scores}.",
            tuple(
                Cell("band_change", last, name) for name in ("children", "up", "same", "down", *["need"] * bool(scores))
            ),
        ),
        Sentence(REGRESSION),
        counted,
    )
    return Part(says, (moved, _transitions(both, dates), runs))


def _runs(now: pl.DataFrame, then: pl.DataFrame, dates: str) -> Table:
    here, was = (
        frame.group_by("child_id").agg((pl.col("status") == "scored").any().alias("scored")) for frame in (now, then)
    )
    known = here.join(was, on="child_id", how="full", coalesce=True, suffix="_then").select(
        here=pl.col("scored").is_not_null(),
        was=pl.col("scored_then").is_not_null(),
        scored=pl.col("scored").fill_null(value=False),
        scored_then=pl.col("scored_then").fill_null(value=False),
    )
    counts = known.select(
        (pl.col("scored") & pl.col("scored_then")).sum().alias(RUNS[0]),
        (pl.col("scored") & ~pl.col("was")).sum().alias(RUNS[1]),
        (pl.col("scored_then") & ~pl.col("here")).sum().alias(RUNS[2]),
        (pl.col("here") & pl.col("was") & (pl.col("scored") != pl.col("scored_then"))).sum().alias(RUNS[3]),
    ).row(0)
    frame = pl.DataFrame(
        {"runs": [*RUNS, ALL], "children": [*counts, sum(counts)]}, schema_overrides={"children": pl.Int64}
    )
    columns = (Column("runs", "Runs", Unit.KEY), Column("children", "Children", Unit.CHILDREN))
    return Table("runs", f"Children in care scored in either run, {dates}", columns, frame, whole=("runs",))


def _both(reviewed: Reviewed, before: Reviewed, now: pl.DataFrame, then: pl.DataFrame) -> pl.DataFrame:
    """The children with a band in both runs, by child_id."""
    scored = (pl.col("status") == "scored") & pl.col("band").is_not_null()
    facts = ("child_id", "band", "need_score", "profile_age_days")
    old = then.filter(scored).select(*facts, categories.band(before.pack).alias("band_before"))
    new = now.filter(scored).select(
        *facts, "setting", "household", "provider", categories.band(reviewed.pack).alias("name")
    )
    older = (reviewed.on - before.on).days
    return (
        new.join(old, on="child_id", suffix="_then")
        .sort("child_id")
        .with_columns(
            up=pl.col("band") > pl.col("band_then"),
            same=pl.col("band") == pl.col("band_then"),
            down=pl.col("band") < pl.col("band_then"),
            # The same profile is as much older as the runs are apart.
            anew=pl.col("profile_age_days") - pl.col("profile_age_days_then") != older,
            need=(pl.col("need_score") - pl.col("need_score_then")).cast(pl.Float64),
        )
    )


def _moved(both: pl.DataFrame, dates: str) -> Table:
    clusters = clusters_of(both.with_columns(provider=pl.lit(None, pl.String))).of
    both = both.with_columns(pl.Series("cluster", clusters))
    everyone = pl.lit(ALL).cast(both.schema["band_before"]).alias("band_before")
    lines = pl.concat([both, both.with_columns(everyone)]).sort("band_before", "child_id")
    rows: list[dict[str, object]] = []
    rests: list[Rests] = []
    for (band,), those in lines.partition_by("band_before", as_dict=True, maintain_order=True).items():
        counts = {name: int(those[name].sum()) for name in ("up", "same", "down", "anew")}
        shares = {f"{name}_share": 100 * counts[name] / those.height for name in ("up", "down")}
        rows.append({"band_before": band, "children": those.height, **counts, **shares, **_mean(those)})
        rests.append((those["need"].count(), known_providers(those["provider"]), None))
    return Table(
        "band_change",
        f"Bands and need scores of the children scored in both runs, {dates}",
        _COLUMNS,
        frame_of(_COLUMNS, rows),
        support_of({column.id: rests for column in _COLUMNS if column.unit is Unit.NUMBER}),
        whole=("band_before",),
        about={"runs": RUNS[0]},
        notes=(
            REGRESSION,
            "In synthetic caseloads of the England reference pack with 12% of ratings one step off, two ratings of the "
            "same needs lead to different bands for 22% of children (the pack's README, What was fitted).",
            f"No interval is given of fewer than {FEWEST} households.",
        ),
    )


def _mean(those: pl.DataFrame) -> dict[str, float]:
    """The mean change of need score and its interval; nothing where no score is known."""
    known = those.drop_nulls("need")
    if known.is_empty():
        return {}
    changes = known["need"].to_numpy()
    mean = float(changes.mean())
    cluster = known["cluster"].to_numpy()
    clusters = int(np.count_nonzero(np.bincount(cluster)))
    found = {"need": mean}
    if clusters < FEWEST:
        return found
    squares = float(np.sum(added(cluster, changes - mean, int(cluster.max()) + 1) ** 2)) * clusters / (clusters - 1)
    reach = float(stdtrit(clusters - 1, (1 + CONFIDENCE) / 2)) * squares**0.5 / len(changes)
    return found | {"need_low": mean - reach, "need_high": mean + reach}


def _transitions(both: pl.DataFrame, dates: str) -> Table:
    counts = both.group_by("band_before", pl.col("name").alias("band")).agg(pl.len().cast(pl.Int64).alias("children"))
    # Every pair of bands that occur stands there, with nobody in it too.
    bands = pl.concat([counts["band_before"], counts["band"]]).unique()
    grid = bands.alias("band_before").to_frame().join(bands.alias("band").to_frame(), how="cross")
    pairs = grid.join(counts, on=["band_before", "band"], how="left").with_columns(provider=pl.lit(None, pl.String))
    rolled = rolled_up(pairs, ("band_before", "band")).with_columns(pl.col("band_before", "band").cast(pl.String))
    columns = (
        Column("band_before", "Band before", Unit.KEY),
        Column("band", "Band now", Unit.KEY),
        Column("children", "Children", Unit.CHILDREN),
    )
    return Table(
        "band_transitions",
        f"Children by their bands in both runs, {dates}",
        columns,
        rolled.select(column.id for column in columns),
        whole=("band_before", "band"),
        about={"runs": RUNS[0]},
    )
