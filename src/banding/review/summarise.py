"""A scored caseload to its summary: every section in the order in which it is read, made fit to be shared or kept
whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from banding.engine.score import score_caseload
from banding.explanation.words import day
from banding.pack.meaning import Pack
from banding.review.bands import bands
from banding.review.bootstrap import RESAMPLES
from banding.review.comparison import comparison
from banding.review.contributions import contributions
from banding.review.coverage_section import coverage, marked_unreliable
from banding.review.decisions import DECISIONS, Decisions, agreement
from banding.review.disclosure import controlled
from banding.review.drift import drift
from banding.review.groups import groups
from banding.review.lists import PanelList, lists
from banding.review.local_pack import out_of_fold
from banding.review.model import Section
from banding.review.moves import moves
from banding.review.need_and_cost import need_and_cost
from banding.review.net import net_of_moves
from banding.review.own_prices import RELATIVE, is_own
from banding.review.reviewed import Reviewed, rescored, reviewed
from banding.review.summary import ChildList, Summary
from banding.review.unmet_need import unmet_need

ILLUSTRATIVE = "The pack is illustrative, nobody's official scheme: its bands and prices are a proposal to test."
FEW = 10
NATIONAL = "Counts are rounded to 10, as in national tables."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a summary is asked for beside the caseload itself.

    shareable   disclosure control for every table and no child; else a working file, everything as it is.
    national    counts rounded to 10, of a shareable summary.
    before      an earlier run, for what has changed since.
    second      a second rating of some children by somebody else: child_id and the pack's items.
    decisions   what people decided on the lists of an earlier summary.
    panel_size  the most children each list of a working file shows; None: all.
    seed        of the bootstrap: the same seed gives the same intervals.
    resamples   of it; 0: no intervals.
    notes       what a reader must know before all else.
    """

    shareable: bool = True
    national: bool = False
    before: Reviewed | None = None
    second: pl.DataFrame | None = None
    decisions: Decisions | None = None
    panel_size: int | None = None
    seed: int = 0
    resamples: int = RESAMPLES
    notes: tuple[str, ...] = ()


_PLAIN = Asked()


def summarise(
    frame: pl.DataFrame,
    pack: Pack,
    *,
    on: dt.date | None = None,
    shareable: bool = True,
    national: bool = False,
    before: pl.DataFrame | None = None,
    second: pl.DataFrame | None = None,
    seed: int = 0,
) -> Summary:
    """What a caseload shows as a whole: coverage, need that may not be met, possible moves, need and cost, groups at
    equal need, contributions, drift.

    frame   what `banding.score(..., keep=True)` gave, whose date is its own; or a caseload as `banding.score` takes it,
            scored here.
    on      the date of a caseload that is scored here; default today.
    before  an earlier run, as `banding.score(..., keep=True)` gave it by the same pack.
    shareable, national, second, seed  as in `Asked`.

    Needs `banding[report]`. Raises CaseloadError with all findings where a scored frame lacks the caseload's own
    columns, is by another pack or was changed since, or where a caseload cannot be scored.
    """
    is_scored = "pack_fingerprint" in frame.columns
    found = rescored(frame, pack) if is_scored else _scored(frame, pack, on or dt.date.today())
    earlier = None if before is None else rescored(before, pack)
    asked = Asked(shareable=shareable, national=national, before=earlier, second=second, seed=seed)
    return summary_of(found, asked)


def _scored(frame: pl.DataFrame, pack: Pack, on: dt.date) -> Reviewed:
    return reviewed(score_caseload(frame, pack, on), frame, pack, on)


def summary_of(found: Reviewed, asked: Asked = _PLAIN) -> Summary:
    """The summary of a caseload put together for review.

    Where the pack's prices were drawn from this caseload, every child is priced by the costs of others alone.
    """
    found = _priced_by_others(found)
    first = coverage(found)
    rest = list(_sections(found, asked))
    sections: Sequence[Section] = [first, *(rest if found.reliable else map(marked_unreliable, rest))]
    if asked.shareable:
        sections = controlled(sections, national=asked.national)
    header = found.pack.header
    return Summary(
        header.title, header.id, header.version, header.status, found.on, tuple(sections), asked.shareable,
        tuple(_notes(found, asked)),
    )  # fmt: skip


def child_lists(found: Reviewed, panel_size: int | None = None) -> tuple[ChildList, ...]:
    """The two lists of a working file, need that may not be met first, and all children.

    panel_size  the most children each of the two shows; None: all.
    """
    found = _priced_by_others(found)
    both = lists(found, panel_size)
    return (_listed(both.unmet_need), _listed(both.moves), _everyone(found))


def _priced_by_others(found: Reviewed) -> Reviewed:
    return out_of_fold(found) if not found.relative and is_own(found) else found


def _sections(found: Reviewed, asked: Asked) -> Iterator[Section]:
    compared = comparison(found)
    yield unmet_need(found)
    yield moves(found)
    yield bands(found, compared, seed=asked.seed, resamples=asked.resamples)
    yield need_and_cost(found, compared, asked.second, seed=asked.seed, resamples=asked.resamples)
    yield groups(found)
    yield contributions(found)
    yield net_of_moves(found)
    yield drift(found, asked.before)
    if asked.decisions is not None:
        yield agreement(asked.decisions)


def _notes(found: Reviewed, asked: Asked) -> Iterator[str]:
    yield from asked.notes
    if found.scored.height < FEW:
        yield "Fewer than ten children were scored: hardly any figure can be shown of so few."
    if found.scored["care_cost_pence"].is_null().all():
        yield "The caseload holds no cost of any child that was scored: nothing of what care costs can be shown."
    if asked.shareable and asked.national:
        yield NATIONAL
    if found.pack.header.status == "illustrative":
        yield ILLUSTRATIVE
    if found.relative:
        yield RELATIVE


# -- lists of children ------------------------------------------------------------------------------------------------


def _listed(one: PanelList) -> ChildList:
    tables = {table.id: table for table in one.counts}
    labels = {column.id: column.label for column in one.children.columns}
    choices = {"decision": tuple(meaning.label for meaning in DECISIONS.values())}
    says = (*(sentence.filled(tables) for sentence in one.says), *one.children.notes)
    return ChildList(one.children.id, one.children.title, says, labels, one.children.frame, choices)


_EVERYONE = ("child_id", "status", "rejected_because", "band", "band_low", "band_high", "completeness", "need_score",
             "setting_fit", "cost_fit", "reviews", "holds", "priority")  # fmt: skip


def _everyone(found: Reviewed) -> ChildList:
    """Every row of the caseload, by child_id, without pounds: those stand on a child's own sheet."""
    settings = {name: setting.label for name, setting in found.pack.settings.items()}
    text = found.frame.sort("child_id").select(
        *(pl.col(name).cast(pl.String) for name in _EVERYONE),
        setting=pl.col("setting").cast(pl.String).replace(settings),
    )
    names = (*_EVERYONE[:8], "setting", *_EVERYONE[8:])
    labels = {name: name.replace("_", " ").capitalize() for name in names} | {"child_id": "Child"}
    title = f"All {text.height:,} children, on {day(found.on)}"
    return ChildList("all_children", title, ("By child, as they were scored.",), labels, text.select(names))
