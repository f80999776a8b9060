"""The two lists a panel works through, never mixed: need that may not be met, then possible moves and renegotiation.

A child stands on one list alone (see `placing`, also why), a row a child, by priority. There are no pounds on either:
what a placement costs stands on the child's own sheet, behind need, wishes and fit, and a cost beside its range would
read as a saving on one child.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from banding.engine.overrides import REASONS
from banding.errors import BandingError, Finding
from banding.explanation import model
from banding.explanation.panel import NO_VIEW
from banding.explanation.words import VIEWS, day, high_from, setting_fit
from banding.review.checks import checks
from banding.review.model import ALL, Cell, Column, Sentence, Table, Unit
from banding.review.moves import off_cells, off_list
from banding.review.placing import FIRST, FIRST_TIERS, SECOND, SECOND_TIERS, ids, of_tiers, placed, priority
from banding.review.reviewed import Reviewed
from banding.review.tallies import children, row_of, tabled

LABELS = {
    "child_id": "Child",
    "priority": "What is most pressing",
    "band": "Care at band",
    "could_be": "Could be",
    "override": "Set by a person",
    "setting": "Setting",
    "fit": "Setting and need",
    "reviews": "Questions",
    "holds": "What holds",
    "check_first": "Check first",
    "home_needs": "What a family home would need",
    "home_strengths": "What it could build on",
    "child_view": "What the child says",
    "earlier_band": "Care at an earlier profile",
    "reviewer": "Reviewer",
    "decision": "Decision",
    "reason": "Reason",
    "date": "Date",
}
FOR_PEOPLE = ("reviewer", "decision", "reason", "date")
HOME = ("home_needs", "home_strengths")
TITLES = {
    FIRST: "First list: need that may not be met",
    SECOND: "Second list: possible moves, and support or fees to explain",
}
IDS = {FIRST: "unmet_need_list", SECOND: "moves_list"}
ORDER = {
    FIRST: "In each priority the children whose setting is furthest below the need stand first, then those at the "
    "higher band, then by child_id. Pounds play no part. What else is to ask about setting, support or fee waits until "
    "this is settled.",
    SECOND: "In each priority the children whose setting is furthest above the need stand first, then those at the "
    "lower band, then by child_id. Pounds play no part.",
}
WHOLE = 100
NOTHING, NOT_KNOWN, OUT_OF_QUESTION = "Nothing", "Not known", "Does not apply"


@dataclass(frozen=True, slots=True)
class PanelList:
    """
    says      how many stand on the list, are shown and are left out, and who is on no list; the figures are cells of
              `counts`.
    counts    by priority: children on the list, shown, left out; of the second list also those whom a hold keeps off.
    children  a row a child, all columns text, by LABELS; those of FOR_PEOPLE are empty. HOME is on the second list
              alone. For a working file only: no disclosure control can make it shareable.
    """

    says: tuple[Sentence, ...]
    counts: tuple[Table, ...]
    children: Table


@dataclass(frozen=True, slots=True)
class PanelLists:
    unmet_need: PanelList
    moves: PanelList


def lists(reviewed: Reviewed, panel_size: int | None = None) -> PanelLists:
    """The two lists.

    panel_size  the most children each list shows, most pressing first; None: all.

    A hold that stands keeps a child off the second list, unless support or a fee is to explain, and then its setting is
    no question there. Unknown holds and reviews are told under "Check first" with the facts that are not recorded.

    Raises BandingError where panel_size is below 1.
    """
    if panel_size is not None and panel_size < 1:
        raise BandingError(Finding("out-of-range", "", "panel_size", "Expected a whole number from 1.", ""))
    rows = placed(reviewed)
    writer = _Writer(reviewed)
    first, second = (_ordered(rows, which) for which in (FIRST, SECOND))
    off = off_list(reviewed, rows, "moves_list_off")
    held = "Not listed as a possible move: {} because something holds, and {} because another question comes first."
    return PanelLists(
        _list(writer, first, FIRST, panel_size),
        _list(writer, second, SECOND, panel_size, (Sentence(held, off_cells(off)),), (off,)),
    )


def _ordered(rows: pl.DataFrame, which: str) -> pl.DataFrame:
    """The children of a list in the order of ORDER."""
    first = which == FIRST
    far = pl.col("distance").clip(upper_bound=0) if first else -pl.col("distance").clip(lower_bound=0)
    return rows.filter(list=which).sort("tier", far, "band", "child_id", descending=[False, False, first, False])


def _list(
    writer: _Writer,
    rows: pl.DataFrame,
    which: str,
    panel_size: int | None,
    also: tuple[Sentence, ...] = (),
    beside: tuple[Table, ...] = (),
) -> PanelList:
    shown = rows.head(rows.height if panel_size is None else panel_size)
    columns = [Column(name, label, Unit.TEXT) for name, label in LABELS.items() if which == SECOND or name not in HOME]
    lines = [[line[column.id] for column in columns] for line in writer.lines(shown)]
    notes = (ORDER[which], "A review is a question for people. It supports a decision and never takes one.")
    listed = tabled(IDS[which], f"{TITLES[which]}, on {day(writer.reviewed.on)}", columns, lines, notes=notes)
    counts = _counts(rows, shown, which)
    total = [Cell(counts.id, row_of(counts, ALL), name) for name in ("children", "shown", "left_out")]
    said = "{} children stand on this list; the {} most pressing are shown, and {} are left out."
    if shown.height == rows.height:
        said, total = "{} children stand on this list, and all are shown.", total[:1]
    return PanelList((Sentence(said, tuple(total)), *also), (counts, *beside), listed)


def _counts(rows: pl.DataFrame, shown: pl.DataFrame, which: str) -> Table:
    lines = []
    for tier in FIRST_TIERS if which == FIRST else SECOND_TIERS:
        all_of, of_shown = rows.filter(tier=tier).height, shown.filter(tier=tier).height
        lines.append((priority(tier), all_of, of_shown, all_of - of_shown))
    lines.append((ALL, rows.height, shown.height, rows.height - shown.height))
    return tabled(
        f"{IDS[which]}_counts",
        f"{TITLES[which]}: how many are shown",
        (
            Column("priority", "What is most pressing", Unit.KEY),
            children("children", "Children"),
            children("shown", "Shown", shown="yes"),
            children("left_out", "Left out", shown="no"),
        ),
        lines,
        whole=("priority",),
        about={"list": which},
    )


class _Writer:
    """Words for each child of a list."""

    def __init__(self, reviewed: Reviewed) -> None:
        self.reviewed, self.pack = reviewed, reviewed.pack
        self.names = {band.number: f"{band.number} {band.name}" for band in self.pack.bands.values()}
        self.said = {
            review.id: f"{review.label}: {review.because}"
            for review in of_tiers(self.pack, (*FIRST_TIERS, *SECOND_TIERS))
        }
        self.fits: dict[tuple[Any, Any], str] = {}

    def lines(self, rows: pl.DataFrame) -> list[dict[str, str]]:
        results, ratings = self.reviewed.frame[rows["index"]], self.reviewed.ratings[rows["index"]]
        found = []
        for row, result, rated, check in zip(
            rows.iter_rows(named=True),
            results.iter_rows(named=True),
            ratings.iter_rows(named=True),
            checks(self.reviewed, rows),
            strict=True,
        ):
            setting, earlier = result["setting"], result["earlier_band"]
            found.append(
                {
                    "child_id": result["child_id"],
                    "priority": priority(row["tier"]),
                    "band": self.names.get(result["band"], OUT_OF_QUESTION),
                    "could_be": _could_be(result),
                    "override": self._override(result),
                    "setting": NOT_KNOWN if setting is None else self.pack.settings[setting].label,
                    "fit": self._fit(setting, result["setting_fit"]),
                    "reviews": "\n".join(self._reviews(row, result)),
                    "holds": "\n".join(h.because for h in self.pack.holds if h.id in ids(result["holds"])) or NOTHING,
                    "check_first": check or NOTHING,
                    "home_needs": "\n".join(self._home_needs(result, rated)) if row["homeward"] else OUT_OF_QUESTION,
                    "home_strengths": "\n".join(self._high("strength", rated)) if row["homeward"] else OUT_OF_QUESTION,
                    "child_view": VIEWS.get(result["child_view"], NO_VIEW),
                    "earlier_band": NOT_KNOWN if earlier is None else self.names.get(earlier, str(earlier)),
                    **dict.fromkeys(FOR_PEOPLE, ""),
                }
            )
        return found

    def _override(self, result: Mapping[str, Any]) -> str:
        if result.get("override_band") is None:
            return "No"
        band, reason = self.names[result["override_band"]], REASONS[result["override_reason"]]
        return f"{band}, by {result['override_person']} on {day(result['override_date'])}: {reason}"

    def _fit(self, setting: str | None, fit: str | None) -> str:
        if (setting, fit) not in self.fits:
            found = model.Fit(setting=model.Setting.of(self.pack, setting), fit=fit, location=None, distance_miles=None)
            self.fits[setting, fit] = setting_fit(found)
        return self.fits[setting, fit]

    def _reviews(self, row: Mapping[str, Any], result: Mapping[str, Any]) -> list[str]:
        """The questions of this list that stand: on the second one of the setting only where nothing holds."""
        tiers = FIRST_TIERS if row["list"] == FIRST else SECOND_TIERS[1:] if row["held"] else SECOND_TIERS
        stand = ids(result["reviews"])
        return [self.said[review.id] for review in of_tiers(self.pack, tiers) if review.id in stand]

    def _home_needs(self, result: Mapping[str, Any], rated: Mapping[str, int | None]) -> list[str]:
        share = result["completeness"]
        whole = [] if share == WHOLE else [f"Of the items asked {share}% are answered."]
        return [*self._high("need", rated), *whole]

    def _high(self, kind: str, rated: Mapping[str, int | None]) -> list[str]:
        """The needs or strengths in the upper third of their scale, by rating, the highest first."""
        found: dict[tuple[int, int], list[str]] = {}
        known = False
        for name, item in self.pack.items.items():
            rating = rated[name]
            if item.kind != kind or rating is None:
                continue
            known = True
            reads = item.top - rating if item.reversed else rating
            if reads >= high_from(item.top):
                found.setdefault((item.top - reads, item.top), []).append(item.label)
        if not found:
            return [f"No {kind} is rated{' high' if known else ''}."]
        return [f"{top - short} of {top}: {'; '.join(labels)}" for (short, top), labels in sorted(found.items())]


def _could_be(result: Mapping[str, Any]) -> str:
    low, high = result["band_low"], result["band_high"]
    if low is None:
        return OUT_OF_QUESTION
    if low == high:
        return "No other band"
    return f"{low} to {high}{', at the widest' if result['band_range'] == 'outer' else ''}"
