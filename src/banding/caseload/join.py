"""Several files of one caseload to one row a child, as of a date: profiles, placements, costs and whatever else.

Of each child the latest profile on or before the date, the placement open on it and the cost in force on it are taken.
Every input row is accounted for: used, or left out for a reason that is counted. Dates are written 2026-04-01.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from banding.caseload.model import Caseload
from banding.errors import CaseloadError, Finding, did_you_mean

CHILD, ROW = "child_id", "__row"
# What each kind of file is dated by: the first of the two opens a row, the second, where it is there, ends it.
DATES = {
    "needs": ("profile_date",),
    "placements": ("placement_start", "placement_end"),
    "costs": ("cost_from", "cost_to"),
}
KINDS = ("needs", "placements", "costs", "extra")
# Why a row is not in the result, in the order in which it is decided.
FATES = ("no child_id", "not dated", "after the date", "ended before it", "older than the one used", "used")
NO_CHILD, UNDATED, LATER, ENDED, OLDER, USED = FATES


_TOLD = (
    (NO_CHILD, "no-child-id", "The row has no identifier of a child; it is not used.", "Give it one."),
    (UNDATED, "not-dated", "The row is not dated, so that nothing says when it holds; it is not used.", "Date it."),
)


@dataclass(frozen=True, slots=True)
class Joined:
    """
    caseload  one row a child: those with a placement open on the date where placements were given, and every child with
              a profile. `origins` names the profile's row, or the placement's where there is no profile.
    earlier   the profile before the latest one of each child who has two, with the cost then in force.
    accounts  kind, fate (of FATES) and rows: the sum over fates is the rows of the file.
    """

    caseload: Caseload
    earlier: pl.DataFrame
    accounts: pl.DataFrame


def join(parts: Mapping[str, Caseload], on: dt.date, *, by: str = CHILD) -> Joined:
    """Joins caseloads by kind (needs, placements, costs, extra) into one as of a date.

    parts  needs at least. Dated by profile_date; placement_start and placement_end; cost_from and cost_to. Both ends of
           a cost are included; a placement is no longer open on its last day. A kind without its first date has one row
           a child. A profile without a date is used where the child has no other.
    by     the column by which children are matched, where it is not child_id.

    Raises CaseloadError with all findings where a part lacks the column, or a kind without dates has a child twice.
    """
    return _Joiner(parts, on, by).joined()


class _Joiner:
    def __init__(self, parts: Mapping[str, Caseload], on: dt.date, by: str) -> None:
        self.parts, self.on, self.by = parts, on, by
        self.errors: list[Finding] = []
        self.findings: list[Finding] = []
        self.named: dict[str, pl.DataFrame] = {}
        self.chosen: dict[str, pl.DataFrame] = {}

    def joined(self) -> Joined:
        for kind in KINDS:
            if kind in self.parts:
                self.named[kind] = self._named(kind, self.parts[kind])
        fates = {} if self.errors else {kind: self._fates(kind, frame) for kind, frame in self.named.items()}
        if self.errors:
            raise CaseloadError(self.errors)
        accounts = []
        for kind, frame in fates.items():
            accounts.append(frame.group_by("fate").len("rows").select(pl.lit(kind).alias("kind"), "fate", "rows"))
            self.chosen[kind] = frame.filter(pl.col("fate") == USED).drop("fate")
            for fate, code, message, remedy in _TOLD:
                for row in frame.filter(pl.col("fate") == fate)[ROW]:
                    self._said(kind, row, code, message, remedy)
        together = self._together()
        self._unmatched(together)
        self._read_before(together)
        frame, origins = self._whole(together), self._origins(together)
        layouts = dict.fromkeys(part.layout for part in self.parts.values())
        caseload = Caseload(frame, tuple(self.findings), origins, ", ".join(layouts))
        ordered = pl.concat(accounts).cast({"kind": pl.Enum(KINDS), "fate": pl.Enum(FATES)}).sort("kind", "fate")
        return Joined(caseload, self._earlier(fates["needs"]), ordered)

    # -- each part --------------------------------------------------------------------------------------------------

    def _named(self, kind: str, part: Caseload) -> pl.DataFrame:
        """The part's frame with the identifier as child_id, and the number of each row."""
        frame = part.frame
        file = self._files(part)
        if self.by not in frame.columns:
            near = did_you_mean(self.by, frame.columns) or "Name the column that tells one child from another."
            message = f"The {kind} have no column {self.by} to match children by."
            self.errors.append(Finding("column-absent", file, f"column {self.by}", message, near, path=self.by))
            return frame
        identity = pl.col(self.by).cast(pl.String).str.strip_chars()
        frame = frame.with_columns(pl.when(identity != "").then(identity).alias(CHILD))
        dated = []
        for name in DATES.get(kind, ()):
            if name in frame.columns:
                dated.append(self._date(frame[name]).alias(name))
        return frame.with_columns(dated).with_row_index(ROW)

    def _date(self, given: pl.Series) -> pl.Series:
        if given.dtype == pl.Date:
            return given
        if isinstance(given.dtype, pl.Datetime):
            return given.dt.date()
        return given.cast(pl.String).str.strip_chars().str.to_date("%Y-%m-%d", strict=False)

    def _files(self, part: Caseload) -> str:
        return ", ".join(dict.fromkeys(part.origins["file"]))

    def _fates(self, kind: str, frame: pl.DataFrame) -> pl.DataFrame:
        """The part with what becomes of each of its rows."""
        on = self.on
        first, *last = DATES.get(kind, ("",))
        fate = frame.with_columns(fate=pl.when(pl.col(CHILD).is_null()).then(pl.lit(NO_CHILD)).otherwise(pl.lit(USED)))
        if first not in frame.columns:
            self._once(kind, frame)
            return fate
        begins = pl.col(first)
        # A profile without a date is better than none, and worse than any with one; a placement or cost without a
        # first day could be anybody's.
        reasons = [(begins > on, LATER)] if kind == "needs" else [(begins.is_null(), UNDATED), (begins > on, LATER)]
        if last and last[0] in frame.columns:
            # A placement's last day belongs to the next one; a cost's is its own.
            reasons.append((pl.col(last[0]) <= on if kind == "placements" else pl.col(last[0]) < on, ENDED))
        for holds, reason in reasons:
            still = (pl.col("fate") == USED) & holds.fill_null(value=False)
            fate = fate.with_columns(fate=pl.when(still).then(pl.lit(reason)).otherwise("fate"))
        running = fate.filter(pl.col("fate") == USED).sort(first, ROW, nulls_last=False)
        latest = running.group_by(CHILD).agg(pl.col(ROW).last())[ROW]
        older = (pl.col("fate") == USED) & ~pl.col(ROW).is_in(latest.implode())
        found = fate.with_columns(fate=pl.when(older).then(pl.lit(OLDER)).otherwise("fate"))
        if kind != "needs":
            self._side_by_side(kind, found)
        return found

    def _once(self, kind: str, frame: pl.DataFrame) -> None:
        twice = frame.filter(pl.col(CHILD).is_duplicated() & pl.col(CHILD).is_not_null())
        part = self.parts[kind]
        for row in twice[ROW]:
            file, line = part.origins.row(row)
            needs = DATES.get(kind, ("",))[0]
            remedy = f"Keep one row a child, or give {needs}." if needs else "Keep one row a child."
            message = f"The child stands twice in the {kind}, and nothing says which row holds on {self.on}."
            self.errors.append(Finding("duplicate-child-id", file, f"row {line}", message, remedy, path=self.by))

    def _side_by_side(self, kind: str, frame: pl.DataFrame) -> None:
        """Rows that were running too when a later one began."""
        for row in frame.filter(pl.col("fate") == OLDER)[ROW]:
            message = f"It is open on {self.on} beside a later one of the same child; the later one is used."
            self._said(kind, row, f"two-open-{kind}", message, "End it where it has ended.")

    def _said(self, kind: str, row: int | None, code: str, message: str, remedy: str) -> None:
        if row is not None:
            file, line = self.parts[kind].origins.row(row)
            self.findings.append(Finding(code, file, f"row {line}", message, remedy, "warning"))

    # -- together ---------------------------------------------------------------------------------------------------

    def _together(self) -> pl.DataFrame:
        """child_id and, for each kind, the number of the row that is used: null where there is none."""
        own = [self.chosen[kind].select(CHILD) for kind in ("needs", "placements") if kind in self.chosen]
        found = pl.concat(own).unique(maintain_order=True)
        for kind, frame in self.chosen.items():
            rows = frame.select(CHILD, pl.col(ROW).alias(kind))
            found = found.join(rows, on=CHILD, how="left", maintain_order="left")
        return found

    def _unmatched(self, together: pl.DataFrame) -> None:
        """Children of one file who are not in another, and rows of costs and extra facts that no child takes."""
        if "placements" in self.chosen:
            for row in together.filter(pl.col("placements").is_null())["needs"]:
                message = f"The child has a profile and no placement open on {self.on}."
                self._said("needs", row, "profile-without-placement", message, "Add it, or leave the row out.")
            for row in together.filter(pl.col("needs").is_null())["placements"]:
                message = f"The child has a placement and no profile on or before {self.on}."
                self._said("placements", row, "placement-without-profile", message, "Rate the child.")
        for kind in ("costs", "extra"):
            if kind in self.chosen:
                strange = ~pl.col(CHILD).is_in(together[CHILD].implode())
                for row in self.chosen[kind].filter(strange)[ROW]:
                    message = "No profile or placement has this child; the row is not used."
                    self._said(kind, row, "no-such-child", message, "Check the identifier.")

    def _read_before(self, together: pl.DataFrame) -> None:
        """What was found in reading: of a row that is used it is about its child; of any other it is only said."""
        for kind, part in self.parts.items():
            places = dict(zip(together[kind].to_list(), range(together.height), strict=True))
            for finding in part.findings:
                at = None if finding.index is None else places.get(finding.index)
                unused = finding.index is not None and at is None and finding.severity == "error"
                self.findings.append(replace(finding, index=at, severity="note" if unused else finding.severity))

    def _whole(self, together: pl.DataFrame) -> pl.DataFrame:
        """The columns of all parts, by child: where several have a column, the first that gives a value."""
        found = together.select(CHILD)
        for kind, frame in self.chosen.items():
            dates = () if kind == "needs" else DATES.get(kind, ())
            own = [name for name in frame.columns if name not in (ROW, *dates, *({self.by} - {CHILD}))]
            beside = together.select(CHILD).join(frame.select(own), on=CHILD, how="left", maintain_order="left")
            for name in own:
                if name == CHILD:
                    continue
                if name not in found.columns:
                    found = found.with_columns(beside[name])
                else:
                    found = found.with_columns(self._either(name, kind, found[name], beside[name], together[kind]))
        return found

    def _either(self, name: str, kind: str, before: pl.Series, after: pl.Series, rows: pl.Series) -> pl.Series:
        if before.dtype != after.dtype:
            before, after = before.cast(pl.String), after.cast(pl.String)
        known, other = _given(before), _given(after)
        for row in rows.filter(known & other & (before != after).fill_null(value=False)):
            message = f"{name} differs from what an earlier file says of the child; the earlier file's is used."
            self._said(kind, row, "files-differ", message, "Correct the one that is wrong.")
        return before.zip_with(known, after).alias(name)

    def _origins(self, together: pl.DataFrame) -> pl.DataFrame:
        """The row of the profile, or of the placement where there is none."""
        placed = together.with_row_index("at").with_columns(free=pl.lit(value=True))
        lines = []
        for kind in (kind for kind in ("needs", "placements") if kind in self.chosen):
            mine = placed.filter(pl.col(kind).is_not_null() & pl.col("free"))
            lines.append(self.parts[kind].origins.select(pl.all().gather(mine[kind])).with_columns(mine["at"]))
            placed = placed.with_columns(free=pl.col("free") & pl.col(kind).is_null())
        return pl.concat(lines).sort("at").drop("at")

    # -- the profile before -----------------------------------------------------------------------------------------

    def _earlier(self, needs: pl.DataFrame) -> pl.DataFrame:
        """The profile before the latest of each child who has two, with the cost in force on its day."""
        if "profile_date" not in needs.columns:
            return needs.clear().drop(ROW, "fate")
        before = needs.filter(pl.col("fate") == OLDER).sort("profile_date", ROW)
        before = before.group_by(CHILD, maintain_order=True).last().drop(ROW, "fate")
        costs = self.named.get("costs")
        if costs is None or "cost_from" not in costs.columns:
            return before
        running = costs.filter(pl.col(CHILD).is_not_null() & pl.col("cost_from").is_not_null()).sort("cost_from", ROW)
        dated = before.sort("profile_date").join_asof(
            running.drop(ROW), left_on="profile_date", right_on="cost_from", by=CHILD, check_sortedness=False
        )
        if "cost_to" in costs.columns:
            over = (pl.col("cost_to") < pl.col("profile_date")).fill_null(value=False)
            money = [name for name in running.columns if name not in (ROW, CHILD, *DATES["costs"])]
            dated = dated.with_columns(pl.when(~over).then(pl.col(name)).alias(name) for name in money)
        return dated.drop([name for name in DATES["costs"] if name in dated.columns])


def _given(column: pl.Series) -> pl.Series:
    """True where a cell holds something."""
    return column.cast(pl.String).str.strip_chars().fill_null("") != ""
