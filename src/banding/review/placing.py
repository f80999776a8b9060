"""Where every child in care stands: on the first list, on the second, or on none, and why; a row a child.

Priority decides (the lowest tier of the reviews that stand, never pounds), and a child stands on one list alone. Tiers
1 to 3 come first: a legal check and a need that may not be met are about safety, and a profile that is out of date or
incomplete may hide a need, since what is unanswered stands at 0. Nothing of tiers 4 to 6 (setting, support, fee) is
asked before they are settled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import polars as pl

from banding.engine.plan import TIERS
from banding.explanation import words
from banding.pack.meaning import Pack, When
from banding.review.reviewed import Reviewed

FIRST_TIERS, SECOND_TIERS = (1, 2, 3), (4, 5, 6)
MOVE = TIERS["setting"]
# The categories of the dimension "list": together every child in care.
FIRST = "Law, need or the profile comes first"
SECOND = "A possible move, support or a fee"
HELD = "A possible move, kept off by something that holds"
UNKNOWN = "Nothing known to stand, something to check"
NONE = "No question stands"
NOT_BANDED = "Not banded"
LISTS = (FIRST, SECOND, HELD, UNKNOWN, NONE, NOT_BANDED)

_READ = (
    "child_id", "status", "in_care", "reviews", "reviews_unknown", "holds", "priority", "band", "setting",
    "setting_fit", "override_band",
)  # fmt: skip


def priority(tier: int) -> str:
    """The category of a tier in the dimension "priority"."""
    return words.TIERS[tier].capitalize()


def of_tiers(pack: Pack, tiers: tuple[int, ...]) -> list[When]:
    """The reviews of some tiers, in the order of tiers, then the pack's."""
    found = [review for review in pack.reviews if TIERS.get(review.kind) in tiers]
    return sorted(found, key=lambda review: TIERS[review.kind])


def ids(text: str | None) -> list[str]:
    """The ids that a cell of reviews or holds joins by `;`."""
    return [name for name in (text or "").split(";") if name]


def counted(column: pl.Series) -> Counter[str]:
    """How many rows hold each id."""
    found: Counter[str] = Counter()
    for text, rows in column.drop_nulls().alias("ids").value_counts().iter_rows():
        found.update(dict.fromkeys(ids(text), rows))
    return found


def placed(reviewed: Reviewed) -> pl.DataFrame:
    """Every child in care who was scored, by child_id.

    index      row of `reviewed.frame`.
    child_id   String.
    list       String: one of LISTS but NOT_BANDED.
    tier       Int8: the priority; null on no list.
    review     String: the id of the first review of that tier that stands, in the pack's order; null on no list.
    band       Int16.
    moving     Boolean: a review of the setting stands.
    held       Boolean: a hold stands.
    check      Boolean, of the children of FIRST and SECOND: something is unknown that could put the child on the first
               list, or on the second speak for or against a move; or a person has set another band than the one the
               reviews rest on.
    waiting    Boolean: on FIRST, and a review of setting, support or fee stands too.
    homeward   Boolean: on SECOND, a move is in question, and the setting is known and no family.
    distance   Int16: by how many bands the setting is above the need (below it: negative); 0 where it is neither, or
               not known.
    """
    pack = reviewed.pack
    tiers = {review.id: TIERS.get(review.kind, 0) for review in pack.reviews}
    frame = reviewed.frame.select(name for name in _READ if name in reviewed.frame.columns).with_row_index("index")
    frame = frame.filter((pl.col("status") == "scored") & pl.col("in_care")).sort("child_id")

    moving = _any(frame["reviews"], lambda name: tiers[name] == MOVE)
    held = _any(frame["holds"], lambda name: not name.endswith("?"))
    first = frame["priority"].is_in(FIRST_TIERS).fill_null(value=False)
    second = frame["priority"].is_in(SECOND_TIERS).fill_null(value=False)
    unknown = _any(frame["reviews_unknown"], lambda name: tiers[name] > 0)
    in_doubt = _any(frame["reviews_unknown"], lambda name: tiers[name] in FIRST_TIERS)
    move_in_doubt = _any(frame["reviews_unknown"], lambda name: tiers[name] == MOVE)
    hold_in_doubt = _any(frame["holds"], lambda name: name.endswith("?"))
    move_in_doubt |= moving & ~held & hold_in_doubt
    family = [setting.id for setting in pack.settings.values() if setting.family]
    elsewhere = ~frame["setting"].cast(pl.String).is_in(family).fill_null(value=True)
    place = pl.when(first).then(pl.lit(FIRST)).when(second).then(pl.lit(SECOND)).when(moving).then(pl.lit(HELD))
    return frame.select(
        "index",
        "child_id",
        list=place.when(unknown).then(pl.lit(UNKNOWN)).otherwise(pl.lit(NONE)),
        tier="priority",
        review=_leading(frame, tiers),
        band="band",
        moving=moving,
        held=held,
        check=(first | second) & (in_doubt | _set_by_hand(frame) | (second & move_in_doubt)),
        waiting=first & _any(frame["reviews"], lambda name: tiers[name] in SECOND_TIERS),
        homeward=second & moving & ~held & elsewhere,
        distance=_distance(pack),
    )


def _any(column: pl.Series, wanted: Callable[[str], bool]) -> pl.Series:
    """Whether any of the ids that each row holds is wanted."""
    found = {text: any(wanted(name) for name in ids(text)) for text in column.unique()}
    return column.replace_strict(found, default=False, return_dtype=pl.Boolean)


def _leading(frame: pl.DataFrame, tiers: Mapping[str, int]) -> pl.Series:
    found = []
    pairs = frame.select("priority", "reviews").unique()
    for tier, text in pairs.iter_rows():
        found.append(next((name for name in ids(text) if tiers[name] == tier), None))
    pairs = pairs.with_columns(review=pl.Series(found, dtype=pl.String))
    on = ["priority", "reviews"]
    return frame.select(on).join(pairs, on=on, how="left", maintain_order="left", nulls_equal=True)["review"]


def _set_by_hand(frame: pl.DataFrame) -> pl.Series:
    if "override_band" not in frame.columns:
        return pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    return (frame["override_band"] != frame["band"]).fill_null(value=False)


def _distance(pack: Pack) -> pl.Expr:
    ends = {}
    for end in ("meets_from", "meets_to"):
        bands = {name: getattr(setting, end) for name, setting in pack.settings.items()}
        numbers = {name: pack.bands[band].number for name, band in bands.items() if band is not None}
        setting = pl.col("setting").cast(pl.String)
        ends[end] = setting.replace_strict(numbers, default=None, return_dtype=pl.Int16)
    return (
        pl.when(pl.col("setting_fit") == "more_intensive")
        .then(ends["meets_from"] - pl.col("band"))
        .when(pl.col("setting_fit") == "less_intensive")
        .then(ends["meets_to"] - pl.col("band"))
        .otherwise(0)
        .fill_null(0)
        .cast(pl.Int16)
    )
