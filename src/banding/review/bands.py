"""Which bands live in which settings, what that costs beside what it is expected to cost, and who is out of range."""

from __future__ import annotations

import polars as pl

from banding.pack.meaning import Pack
from banding.review import categories
from banding.review.bootstrap import RESAMPLES
from banding.review.clusters import FEWEST
from banding.review.compared import CHILDREN, mean, rolled_up, support
from banding.review.comparison import Comparison, comparison, mean_intervals
from banding.review.model import ALL, Cell, Column, Section, Sentence, Table, Unit
from banding.review.reviewed import Reviewed
from banding.review.unlinked import PARTS

KEYS = ("setting", "band")
ABOUT = {"status": "scored", "compared": "yes"}
NO_CLUSTERS = (
    f"No interval is given where fewer than {FEWEST} providers or households stand behind a figure: so few cannot show "
    "how far it would vary."
)
_SETTING, _BAND = Column("setting", "Setting", Unit.KEY), Column("band", "Band", Unit.KEY)
_MONEY = ("care_cost", "price_expected", "reference_expected", "price_variance", "setting_variance")


def bands(
    reviewed: Reviewed, compared: Comparison | None = None, *, seed: int = 0, resamples: int = RESAMPLES
) -> Section:
    """Children by band and setting; of those compared costs, both expectations and who is outside the range.

    Tables `bands` (children), `band_by_setting` (means in pounds a week; the price variance with its interval) and
    `outside_range` (below and above the range, beside the share expected there if cost had no link to need inside the
    setting: see `unlinked`).

    compared   `comparison(reviewed)`, where it is there already.
    seed, resamples  of the cluster bootstrap; 0 resamples: no intervals.
    """
    title = "Which care do children need, where do they live, and what does it cost?"
    if not reviewed.pack.banded:
        return Section("bands", title, cannot=("This pack stops at scores and gives no band.",))
    counts = _counts(reviewed)
    if counts.frame.is_empty():
        return Section("bands", title, cannot=("No child in care could be scored, so no band can be shown.",))
    says = [_most_common(counts)]
    compared = compared or comparison(reviewed)
    if compared is None:
        why = "No care cost can be compared with a price, so neither costs nor ranges can be shown by band."
        return Section("bands", title, tuple(says), (counts,), (why,))
    rolled = rolled_up(compared.sums, KEYS)
    money = _money(compared, rolled, reviewed.pack, seed=seed, resamples=resamples)
    outside = _outside(rolled)
    last = rolled.height - 1
    says += [
        Sentence(
            "The care of {} of {} children costs more than the range for their band and setting, {}, and of {} less, "
            "{}; if cost had no link to need inside a setting it would be {} and {}.",
            tuple(
                Cell("outside_range", last, name)
                for name in ("above", "children", "above_share", "below", "below_share", "above_unlinked",
                             "below_unlinked")
            ),
        ),
        Sentence(
            "Care costs {} a week on average, where {} is expected of these bands in these settings: a difference of "
            "{}.",
            tuple(Cell("band_by_setting", last, name) for name in ("care_cost", "price_expected", "price_variance")),
        ),
    ]  # fmt: skip
    if rolled["setting_variance.known"][last]:
        says.append(
            Sentence(
                "For {} of them the pack names a reference setting, the least intensive that meets the band; what "
                "their own setting is expected to cost, less what that would, comes to {} a week on average.",
                (Cell("band_by_setting", last, "with_reference"), Cell("band_by_setting", last, "setting_variance")),
            )
        )
    cannot = () if compared.clusters.enough else (NO_CLUSTERS,)
    return Section("bands", title, tuple(says), (counts, money, outside), cannot)


def _counts(reviewed: Reviewed) -> Table:
    pack = reviewed.pack
    found = (
        reviewed.frame.lazy()
        .filter(pl.col("in_care") & (pl.col("status") == "scored"))
        .group_by(KEYS)
        .agg(pl.len().cast(pl.Int64).alias(CHILDREN))
        .collect()
        .with_columns(categories.setting(pack), categories.band(pack))
    )
    names = pl.Series("band", list(categories.band_names(pack).values()), found.schema["band"])
    grid = found.select(pl.col("setting").unique()).join(names.to_frame(), how="cross")
    filled = grid.join(found, on=KEYS, how="left").with_columns(provider=pl.lit(None, pl.String))
    columns = (_SETTING, _BAND, Column(CHILDREN, "Children", Unit.CHILDREN))
    return Table(
        "bands", "Children in care by setting and band", columns,
        _texts(rolled_up(filled, KEYS)).select(*KEYS, CHILDREN), whole=KEYS, about={"status": "scored"},
    )  # fmt: skip


def _most_common(counts: Table) -> Sentence:
    totals = counts.frame.with_row_index("row").filter((pl.col("setting") == ALL) & (pl.col("band") != ALL))
    most = totals.sort("children", descending=True, maintain_order=True)["row"][0]
    return Sentence(
        "Of {} children in care with a band, more need {} than any other: {}.",
        (Cell("bands", counts.frame.height - 1, "children"), Cell("bands", most, "band"),
         Cell("bands", most, "children")),
    )  # fmt: skip


def _money(compared: Comparison, rolled: pl.DataFrame, pack: Pack, *, seed: int, resamples: int) -> Table:
    values = {"price_variance": pl.col("price_variance")}
    limits = mean_intervals(compared, rolled, KEYS, values, pack=pack, seed=seed, resamples=resamples)
    columns = (
        _SETTING, _BAND,
        Column(CHILDREN, "Children compared", Unit.CHILDREN),
        Column("care_cost", "Mean care cost a week", Unit.POUNDS),
        Column("price_expected", "Expected in this setting", Unit.POUNDS),
        Column("price_variance", "Cost less expected", Unit.POUNDS),
        Column("price_variance_from", "95% interval from", Unit.POUNDS),
        Column("price_variance_to", "95% interval to", Unit.POUNDS),
        Column("with_reference", "With a reference setting", Unit.CHILDREN, {"reference": "yes"}),
        Column("reference_expected", "Expected in the reference setting", Unit.POUNDS),
        Column("setting_variance", "Expected here less there", Unit.POUNDS),
    )  # fmt: skip
    shown = rolled.with_columns(
        *(mean(name) for name in _MONEY),
        *(limits[name] / 100 for name in limits.columns),
        with_reference=pl.col("setting_variance.known"),
    )
    interval = dict.fromkeys(limits.columns, "price_variance")
    return Table(
        "band_by_setting", "Mean weekly costs of the children compared, by setting and band", columns,
        _texts(shown).select(column.id for column in columns),
        support(rolled, {**{name: name for name in _MONEY}, **interval}), KEYS, ABOUT,
        notes=(
            "The means of the reference setting are of the children who have one alone; the difference is of the same "
            "children.",
            "A mean cost above what is expected can have good reasons: it is to be looked into, child by child.",
            NO_CLUSTERS,
        ),
    )  # fmt: skip


def _outside(rolled: pl.DataFrame) -> Table:
    columns = (
        _SETTING, _BAND,
        Column(CHILDREN, "Children compared", Unit.CHILDREN),
        Column("below", "Below the range", Unit.CHILDREN, {"cost": "below"}),
        Column("within", "Within the range", Unit.CHILDREN, {"cost": "within"}),
        Column("above", "Above the range", Unit.CHILDREN, {"cost": "above"}),
        Column("below_share", "Below", Unit.PERCENT, of=("below", CHILDREN)),
        Column("below_unlinked", "Below, if cost had no link to need", Unit.PERCENT, of=(CHILDREN,)),
        Column("above_share", "Above", Unit.PERCENT, of=("above", CHILDREN)),
        Column("above_unlinked", "Above, if cost had no link to need", Unit.PERCENT, of=(CHILDREN,)),
    )  # fmt: skip
    shown = rolled.with_columns(
        *((pl.col(name) * 100 / pl.col(CHILDREN)).alias(f"{name}_share") for name in ("below", "above")),
        *(pl.col(f"{name}_unlinked") * 100 / PARTS / pl.col(CHILDREN) for name in ("below", "above")),
    )
    return Table(
        "outside_range", "Children whose care cost is outside the range for their band and setting", columns,
        _texts(shown).select(column.id for column in columns),
        support(rolled, {"below_unlinked": "", "above_unlinked": ""}), KEYS, ABOUT,
        notes=(
            "If cost had no link to need: the share to be expected if the costs of a setting's children were shuffled "
            "among them, the mean over every order.",
        ),
    )  # fmt: skip


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(KEYS).cast(pl.String))
