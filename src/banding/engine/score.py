"""Scoring a caseload: pack and frame in, one scored row an input row out. The public functions of the package."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from banding.engine.columns import Prepared, prepare
from banding.engine.compile import Compiled, compile_pack
from banding.engine.execute import run_program
from banding.engine.overrides import ByHand, overrides_of
from banding.engine.program import BLOCK
from banding.engine.quality import doubts
from banding.engine.results import Outputs, assemble
from banding.errors import CaseloadError, Finding
from banding.pack.meaning import Pack
from banding.vocabulary import Type

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)
REVIEW_STATES = ("stands", "unknown")


class BandingWarning(UserWarning):
    """Something in a caseload that scoring went past: an unknown column, a rounded cost."""


@dataclass(frozen=True, slots=True)
class Scored:
    """
    frame       one row an input row, in order: the scored columns, then the overrides where there were any, then the
                caseload's own columns where they were kept.
    rejects     index (row, from 0), code, column and value of every reason for which a row was rejected.
    findings    warnings and notes about the caseload as a whole.
    overridden  how many bands people have overridden, by reason; empty without overrides.
    prepared, outputs  the caseload and the results as the kernel has them.
    """

    frame: pl.DataFrame
    rejects: pl.DataFrame
    findings: tuple[Finding, ...]
    overridden: Mapping[str, int]
    prepared: Prepared = field(repr=False)
    outputs: Outputs = field(repr=False)


@lru_cache(maxsize=32)
def _compiled(key: tuple[str, dt.date], held: _Held) -> Compiled:
    return compile_pack(held.pack, key[1])


@dataclass(frozen=True, slots=True)
class _Held:
    """A pack that compares by its fingerprint: packs hold dictionaries and cannot be hashed themselves."""

    pack: Pack

    def __hash__(self) -> int:
        return hash(self.pack.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.pack.fingerprint == self.pack.fingerprint


def compiled(pack: Pack, on: dt.date) -> Compiled:
    """The pack compiled for one date, from a small cache by fingerprint and date."""
    return _compiled((pack.fingerprint, on), _Held(pack))


def score_caseload(
    frame: pl.DataFrame,
    pack: Pack,
    on: dt.date,
    *,
    keep: bool = False,
    refused: pl.DataFrame | None = None,
    overrides: ByHand | None = None,
    threads: int | None = None,
    block: int = BLOCK,
) -> Scored:
    """`score` with everything that was found beside it.

    refused  more reasons to reject rows, found where the caseload was read: index, code, column, value.
    overrides  bands set by hand, which stand beside the computed ones.
    threads, block  as for `run_program`; results do not depend on them.
    """
    program = compiled(pack, on)
    prepared = prepare(frame, program, on)
    if refused is not None:
        # What the reader has said of a row already (a child twice in one file) is not said again.
        prepared.rejects = pl.concat([refused, prepared.rejects.join(refused, on=["index", "code"], how="anti")])
    outputs = run_program(program.program, prepared.columns, prepared.rows, threads=threads, block=block)
    scored, rejects = assemble(prepared, outputs, program, on)
    findings = [*prepared.findings, *doubts(prepared, pack)]
    overridden: Mapping[str, int] = {}
    if overrides is not None:
        by_hand = overrides_of(overrides, scored["child_id"], pack, on)
        scored, overridden = scored.hstack(by_hand.columns), by_hand.counts
        findings += by_hand.findings
    if keep:
        own = frame.drop("child_id")
        # Money leaves as `x_pence` or, for people, as `x`: neither name may meet one of the caseload's own.
        taken = {name for column in scored.columns for name in (column, column.removesuffix("_pence"))}
        scored = scored.hstack(own.rename(_given_names(own.columns, taken)))
    return Scored(scored, _with_ratings(rejects, frame), tuple(findings), overridden, prepared, outputs)


def _with_ratings(rejects: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """The rejects with what the cell of each rating off its scale holds: the kernel knows it as off the scale alone."""
    off = rejects.filter(pl.col("code") == "rating-off-scale")
    if off.is_empty():
        return rejects
    held = [
        part.with_columns(value=frame[name].gather(part["index"]).cast(pl.String))
        for (name,), part in off.partition_by("column", as_dict=True).items()
    ]
    joined = rejects.join(pl.concat(held), on=["index", "code", "column"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("value", "value_right")).drop("value_right")


def _given_names(columns: list[str], taken: set[str]) -> dict[str, str]:
    """New names for the columns whose name is taken, none of which meets another: `<name>_given`, longer where need
    be."""
    used = taken.union(columns)
    found = {}
    for name in columns:
        if name in taken:
            new = f"{name}_given"
            while new in used:
                new += "_given"
            used.add(new)
            found[name] = new
    return found


def score(
    frame: Frame,
    pack: Pack,
    *,
    on: dt.date | None = None,
    keep: bool = False,
    overrides: pl.DataFrame | None = None,
) -> Frame:
    """Bands, prices and reviews every child of a caseload.

    frame  DataFrame or LazyFrame, one row a child: `child_id` (text or whole numbers), every item of the pack by its id
           (whole ratings; null unanswered; -1 or "not_asked" where not asked), and any facts of the vocabulary. Money
           is pounds a week (text, whole numbers, Decimal or float) or Int64 pence under `<name>_pence`.
    on     the caseload's date, for ages in settings and prices and for what is overdue; default today.
    keep   also return the caseload's own columns, `<name>_given` where a scored column has that name.
    overrides  bands that people have set by hand: child_id, band, person, reason, date and note (docs/overrides.md).
           They stand beside the computed band in override_band (Int16), override_reason (Enum), override_person
           (String) and override_date (Date), and change nothing else.

    Returns the same kind of frame, every input row in order, with the columns of `scored_columns`: band numbers Int16,
    need_score and scores Decimal at the pack's own scale, money Int64 pence in columns ending `_pence`, choices Enum. A
    row that cannot be banded has status "rejected", its reasons in `rejected_because`, and null results. Unknown stays
    null; it is never zero.

    Raises CaseloadError with all findings where a column is absent or cannot be read, PackError where the pack's bounds
    fail. Warns (BandingWarning) of unknown columns and rounded values.
    """
    eager = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    by_hand = None if overrides is None else ByHand(overrides)
    scored = score_caseload(eager, pack, on or dt.date.today(), keep=keep, overrides=by_hand)
    _warn(scored.findings)
    return scored.frame.lazy() if isinstance(frame, pl.LazyFrame) else scored.frame


def reviews(frame: Frame, pack: Pack, *, on: dt.date | None = None) -> Frame:
    """Every review that stands or is unknown, a row a child and review, in the caseload's order, then the pack's.

    frame, on  as for `score`; rejected rows have no reviews.

    Returns child_id (String), id (String), kind (Enum), state (Enum: stands, unknown), amount_pence (Int64; null where
    the review has no amount or it is unknown) and because (String).
    """
    eager = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    date = on or dt.date.today()
    program = compiled(pack, date)
    prepared = prepare(eager, program, date)
    outputs = run_program(program.program, prepared.columns, prepared.rows)
    scored, _ = assemble(prepared, outputs, program, date)
    _warn(tuple(prepared.findings))
    parts = []
    for place, review in enumerate(pack.reviews):
        amount: Any = pl.lit(None, pl.Int64)
        if review.amount is not None:
            known = pl.Series(outputs[f"amount.{review.id}.known"] == 1)
            amount = pl.Series(outputs[f"amount.{review.id}"]).cast(pl.Int64).set(~known, None)
        listed = [
            pl.when(pl.col(column).str.split(";").list.contains(review.id)).then(pl.lit(state))
            for column, state in (("reviews", REVIEW_STATES[0]), ("reviews_unknown", REVIEW_STATES[1]))
        ]
        parts.append(
            scored.with_row_index("row")
            .select(
                "row",
                "child_id",
                place=pl.lit(place, pl.Int32),
                id=pl.lit(review.id),
                kind=pl.lit(review.kind),
                state=pl.coalesce(listed),
                amount_pence=amount,
                because=pl.lit(review.because),
            )
            .filter(pl.col("state").is_not_null())
        )
    schema = {
        "child_id": pl.String,
        "id": pl.String,
        "kind": pl.String,
        "state": pl.String,
        "amount_pence": pl.Int64,
        "because": pl.String,
    }
    found = pl.concat(parts).sort("row", "place").drop("row", "place") if parts else pl.DataFrame(schema=schema)
    kinds = list(dict.fromkeys(review.kind for review in pack.reviews))
    found = found.cast({"kind": pl.Enum(kinds), "state": pl.Enum(list(REVIEW_STATES))})
    return found.lazy() if isinstance(frame, pl.LazyFrame) else found


class Profile(BaseModel):
    """One child as `band` takes it.

    ratings  item id to rating; an item left out or None is unanswered, -1 not asked.
    facts    vocabulary name to value: whole numbers, pounds (Decimal, int, float or text), truths, choices, dates.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    child_id: Annotated[str, Field(min_length=1)] = "child"
    ratings: Mapping[str, int | None]
    facts: Mapping[str, str | bool | int | Decimal | float | dt.date | None] = {}


class Banded(BaseModel):
    """One child's result: the scored columns by their API names, named scores apart. Unknown is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str
    rejected_because: str | None
    band: int | None
    band_name: str | None
    band_low: int | None
    band_high: int | None
    band_range: str | None
    completeness: int | None
    need_score: Decimal | None
    base_band: int | None
    raised_by: str | None
    setting: str | None
    setting_fit: str | None
    care_cost_pence: int | None
    cost_basis: str | None
    price_low_pence: int | None
    price_expected_pence: int | None
    price_high_pence: int | None
    cost_fit: str | None
    price_variance_pence: int | None
    reference_setting: str | None
    reference_expected_pence: int | None
    setting_variance_pence: int | None
    reviews: str | None
    reviews_unknown: str | None
    holds: str | None
    priority: int | None
    pack: str
    pack_version: str
    pack_fingerprint: str
    pack_in_force: bool
    on: dt.date
    scores: Mapping[str, bool | int | Decimal | None]


def band(profile: Profile | Mapping[str, Any], pack: Pack, *, on: dt.date | None = None) -> Banded:
    """Bands one child.

    Raises pydantic's ValidationError where the profile has not the form of `Profile`, CaseloadError where it rates an
    item or names a fact that the pack does not know, PackError where the pack's bounds fail.
    """
    given = profile if isinstance(profile, Profile) else Profile.model_validate(profile)
    strangers = [name for name in given.ratings if name not in pack.items]
    strangers += [name for name in given.facts if name not in pack.facts and name != "profile_date"]
    if strangers:
        message = "The pack has no such item or fact."
        raise CaseloadError([Finding("unknown-column", "", name, message, "Correct the name.") for name in strangers])
    row = {"child_id": given.child_id, **dict.fromkeys(pack.items), **given.ratings, **given.facts}
    kinds = dict.fromkeys(pack.items, pl.Int64)
    scored = score_caseload(pl.DataFrame([row], schema_overrides=kinds), pack, on or dt.date.today())
    found = scored.frame.row(0, named=True)
    names = [f"{n}_pence" if pack.scores[n].type is Type.MONEY else n for n in pack.named]
    return Banded(
        **{name: found[name] for name in Banded.model_fields if name != "scores"},
        scores={name: found[name] for name in sorted(names)},
    )


def _warn(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        if finding.severity == "warning":
            warnings.warn(str(finding), BandingWarning, stacklevel=3)
