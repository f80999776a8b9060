"""Several files of one caseload to one row a child, as of a date: profiles, placements, costs and whatever else.

Of each child the latest profile on or before the date, the placement open on it and the cost in force on it are taken.
Every input row is accounted for: used, or left out for a reason that is counted. A date that cannot be read, or two
rows of one day, reject the child: a guess would band it by the wrong profile. Dates are written 2026-04-01.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from banding.caseload.model import Caseload
from banding.errors import CaseloadError, Finding, Severity, did_you_mean

CHILD = "child_id"
_KEY, _ROW = "__key", "__row"
# What each kind of file is dated by: the first of the two opens a row, the second, where it is there, ends it.
DATES = {
    "needs": ("profile_date",),
    "placements": ("placement_start", "placement_end"),
    "costs": ("cost_from", "cost_to"),
}
KINDS = ("needs", "placements", "costs", "extra")
# Why a row is not in the result, in the order in which it is decided.
FATES = (
    "not of a child in care",
    "no child_id",
    "date not readable",
    "ends before it begins",
    "not dated",
    "after the date",
    "ended before it",
    "older than the one used",
    "used",
)
NOT_IN_CARE, NO_CHILD, UNREADABLE, CROSSED, UNDATED, LATER, ENDED, OLDER, USED = FATES


@dataclass(frozen=True, slots=True)
class Joined:
    """
    caseload  one row a child: those with a placement open on the date where placements were given, and every child with
              a profile. `origins` names the profile's row, or the placement's where there is no profile.
    placed    Boolean, one a row: whether the child has a placement open on the date; None where none were given.
    earlier   the last profile before the one used of each child who has one, with the cost in force on its day, as a
              caseload of its own: its findings are those of its rows.
    accounts  kind, fate (of FATES) and rows: the sum over fates is the rows of the file.
    """

    caseload: Caseload
    earlier: Caseload
    accounts: pl.DataFrame
    placed: pl.Series | None


def join(parts: Mapping[str, Caseload], on: dt.date, *, by: str = CHILD) -> Joined:
    """Joins caseloads by kind (needs, placements, costs, extra) into one as of a date.

    parts  needs at least. Dated by profile_date; placement_start and placement_end; cost_from and cost_to. Both ends of
           a cost are included; a placement is no longer open on its last day. A kind without its first date has one row
           a child. A profile without a date is used where the child has no other.
    by     the column by which children are matched, where it is not child_id; child_id stays what the files say.

    Raises CaseloadError with all findings where a part lacks the column, a kind without dates has a child twice, or no
    child is left on the date.
    """
    return _Joiner(parts, on, by).joined()


class _Joiner:
    def __init__(self, parts: Mapping[str, Caseload], on: dt.date, by: str) -> None:
        self.parts = {kind: parts[kind] for kind in KINDS if kind in parts}
        self.on, self.by = on, by
        self.errors: list[Finding] = []
        self.findings: list[Finding] = []
        # About a child, by its key: they get their row once the children are known.
        self.of_child: list[tuple[str, Finding]] = []
        self.chosen: dict[str, pl.DataFrame] = {}

    def joined(self) -> Joined:
        named = {kind: self._named(kind, part) for kind, part in self.parts.items()}
        fates = {} if self.errors else {kind: self._fates(kind, frame) for kind, frame in named.items()}
        if self.errors:
            raise CaseloadError(self.errors)
        accounts = []
        for kind, frame in fates.items():
            accounts.append(frame.group_by("fate").len("rows").select(pl.lit(kind).alias("kind"), "fate", "rows"))
            if left_out := self.parts[kind].left_out:
                counted = pl.DataFrame({"kind": kind, "fate": NOT_IN_CARE, "rows": left_out})
                accounts.append(counted.cast({"rows": accounts[0].schema["rows"]}))
            self.chosen[kind] = frame.filter(pl.col("fate") == USED).drop("fate")
            self._told_by_row(kind, frame)
        together = self._together()
        if together.is_empty():
            message = f"No profile or placement is of {self.on} or before."
            raise CaseloadError(Finding("no-children", "", "", message, "Check --on and the dates of the files."))
        self._unmatched(together)
        frame, of_column = self._whole(together)
        self._placed_on_children(together, of_column)
        layouts = dict.fromkeys(part.layout for part in self.parts.values())
        origins = self._origins(together)
        caseload = Caseload(frame, tuple(self.findings), origins, ", ".join(layouts), of_column=of_column)
        ordered = pl.concat(accounts).cast({"kind": pl.Enum(KINDS), "fate": pl.Enum(FATES)}).sort("kind", "fate")
        placed = together["placements"].is_not_null() if "placements" in together.columns else None
        return Joined(caseload, self._earlier(fates["needs"], named.get("costs")), ordered, placed)

    # -- each part --------------------------------------------------------------------------------------------------

    def _named(self, kind: str, part: Caseload) -> pl.DataFrame:
        """The part's frame with a key for each child, the number of each row, and its dates as dates."""
        frame = part.frame
        if self.by not in frame.columns:
            file = ", ".join(dict.fromkeys(part.origins["file"]))
            near = did_you_mean(self.by, frame.columns) or "Name a column that every file has, with --by."
            message = f"The {kind} have no column {self.by} to match children by."
            self.errors.append(Finding("column-absent", file, f"column {self.by}", message, near, path=self.by))
            return frame
        # Programs that hold whole numbers as others write 7 as 7.0.
        key = frame[self.by].cast(pl.String).str.strip_chars().str.replace(r"^([0-9]+)\.0+$", "${1}")
        key = key.set(key == "", None).alias(_KEY)
        frame = frame.with_row_index(_ROW).with_columns(key, pl.lit(value=False).alias("__unread"))
        for name in DATES.get(kind, ()):
            if name not in frame.columns:
                continue
            date = _date(frame[name])
            unread = _given(frame[name]) & date.is_null()
            for row in unread.arg_true():
                message = f"{name} is not a date written as 2026-04-01, so it cannot be told which row holds."
                self._of_child(kind, row, key[row], "bad-date", message, "Correct it.", name)
            frame = frame.with_columns(date.alias(name), (frame["__unread"] | unread).alias("__unread"))
        return frame

    def _fates(self, kind: str, frame: pl.DataFrame) -> pl.DataFrame:
        """The part with what becomes of each of its rows."""
        first, *last = DATES.get(kind, ("",))
        on, dated = self.on, first in frame.columns
        reasons = [(pl.col(_KEY).is_null(), NO_CHILD), (pl.col("__unread"), UNREADABLE)]
        ends = bool(last) and last[0] in frame.columns
        if dated and ends:
            reasons.append((pl.col(last[0]) < pl.col(first), CROSSED))
        if dated and kind != "needs":
            reasons.append((pl.col(first).is_null(), UNDATED))
        if dated:
            reasons.append((pl.col(first) > on, LATER))
        if ends:
            # A placement's last day belongs to the next one; a cost's is its own.
            reasons.append((pl.col(last[0]) <= on if kind == "placements" else pl.col(last[0]) < on, ENDED))
        fate = frame.with_columns(fate=pl.lit(USED))
        for holds, reason in reasons:
            still = (pl.col("fate") == USED) & holds.fill_null(value=False)
            fate = fate.with_columns(fate=pl.when(still).then(pl.lit(reason)).otherwise("fate"))
        fate = fate.drop("__unread")
        running = fate.filter(pl.col("fate") == USED)
        if not dated:
            self._once(kind, running)
            return fate
        ordered = running.sort(first, _ROW, nulls_last=False)
        latest = ordered.group_by(_KEY).agg(pl.col(_ROW).last(), pl.col(first).last().alias("__last"))
        self._same_day(kind, ordered.join(latest.select(_KEY, "__last"), on=_KEY), first)
        passed_over = (pl.col("fate") == USED) & ~pl.col(_ROW).is_in(latest[_ROW].implode())
        why = pl.when(pl.col(first).is_null()).then(pl.lit(UNDATED)).otherwise(pl.lit(OLDER))
        return fate.with_columns(fate=pl.when(passed_over).then(why).otherwise("fate"))

    def _once(self, kind: str, running: pl.DataFrame) -> None:
        first = DATES.get(kind, ("",))[0]
        remedy = f"Keep one row a child, or give {first}." if first else "Keep one row a child."
        for row in running.filter(pl.col(_KEY).is_duplicated())[_ROW]:
            file, line = self.parts[kind].origins.row(row)
            message = f"The child stands twice in the {kind}, and nothing says which row holds on {self.on}."
            self.errors.append(Finding("duplicate-child-id", file, f"row {line}", message, remedy, path=self.by))

    def _same_day(self, kind: str, running: pl.DataFrame, first: str) -> None:
        tied = running.filter(pl.col(first).eq_missing(pl.col("__last")))
        for row, key in tied.filter(pl.col(_KEY).is_duplicated()).select(_ROW, _KEY).iter_rows():
            message = f"Two rows of the child have the same {first}, and nothing says which of them holds."
            self._of_child(kind, row, key, "same-day", message, "Keep one of them.", first)

    # -- findings ---------------------------------------------------------------------------------------------------

    def _said(self, kind: str, row: int | None, code: str, message: str, remedy: str) -> None:
        if row is not None:
            file, line = self.parts[kind].origins.row(row)
            self.findings.append(Finding(code, file, f"row {line}", message, remedy, "warning"))

    def _of_child(
        self, kind: str, row: int, key: str | None, code: str, message: str, remedy: str, column: str
    ) -> None:
        file, line = self.parts[kind].origins.row(row)
        finding = Finding(code, file, f"row {line}, column {column}", message, remedy, path=column)
        self.of_child.append((key or "", finding))

    def _told_by_row(self, kind: str, frame: pl.DataFrame) -> None:
        for fate, code, message, remedy in (
            (NO_CHILD, "no-child-id", "The row has no identifier of a child; it is not used.", "Give it one."),
            (
                UNDATED,
                "not-dated",
                "The row has no date, so that nothing says when it holds; it is not used.",
                "Date it.",
            ),
            (
                CROSSED,
                "end-before-start",
                "It ends before it begins, so that nothing says when it holds; it is not used.",
                "Correct the dates.",
            ),
        ):
            for row in frame.filter(pl.col("fate") == fate)[_ROW]:
                self._said(kind, row, code, message, remedy)
        if kind != "needs":
            for row in frame.filter(pl.col("fate") == OLDER)[_ROW]:
                message = f"It is open on {self.on} beside a later one of the same child; the later one is used."
                self._said(kind, row, f"two-open-{kind}", message, "End it where it has ended.")

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
                for row in self.chosen[kind].filter(~pl.col(_KEY).is_in(together[_KEY].implode()))[_ROW]:
                    message = "No profile or placement has this child; the row is not used."
                    self._said(kind, row, "no-such-child", message, "Check the identifier, and its leading zeros.")

        self._alike()

    def _alike(self) -> None:
        """Children of several files whose identifiers differ only by zeros in front: different ones, or a spreadsheet
        has dropped the zeros."""
        seen: dict[str, set[str]] = {}
        for frame in self.chosen.values():
            for key in frame[_KEY].unique():
                seen.setdefault(key.lstrip("0"), set()).add(key)
        if alike := sum(len(keys) > 1 for keys in seen.values()):
            message = f"{alike} identifiers differ from another file's only by zeros in front; they are not matched."
            remedy = f"If a spreadsheet dropped the zeros, give {self.by} as text in every file."
            self.findings.append(Finding("zeros-in-front", "", f"column {self.by}", message, remedy, "warning"))

    def _placed_on_children(self, together: pl.DataFrame, of_column: Mapping[str, pl.DataFrame]) -> None:
        """What was found in reading: of a row that is used it is about its child; of any other it is only said, and so
        is what is wrong with a cell for which an earlier file has another."""
        places = dict(zip(together[_KEY].to_list(), range(together.height), strict=True))
        for key, finding in self.of_child:
            self.findings.append(replace(finding, index=places.get(key)))
        for kind, part in self.parts.items():
            rows = dict(zip(together[kind].to_list(), range(together.height), strict=True))
            for finding in part.findings:
                at = None if finding.index is None else rows.get(finding.index)
                severity: Severity = finding.severity
                if severity == "error" and finding.index is not None:
                    if at is None:
                        severity = "note"
                    elif finding.path in of_column and self._earlier_gives(
                        of_column[finding.path].row(at), kind, together.row(at, named=True)
                    ):
                        severity = "warning"
                self.findings.append(replace(finding, index=at, severity=severity))

    def _earlier_gives(self, place: tuple[str | None, int | None], kind: str, rows: Mapping[str, int | None]) -> bool:
        """Whether a cell at a place is of a file of an earlier kind than this one."""
        before = [other for other in self.parts if KINDS.index(other) < KINDS.index(kind)]
        used = ((self.parts[other], rows[other]) for other in before)
        return any(row is not None and part.origins.row(row) == place for part, row in used)

    # -- together ---------------------------------------------------------------------------------------------------

    def _together(self) -> pl.DataFrame:
        """The key of each child and, for each kind, the number of the row that is used: null where there is none."""
        own = [self.chosen[kind].select(_KEY) for kind in ("needs", "placements") if kind in self.chosen]
        found = pl.concat(own).unique(maintain_order=True)
        for kind, frame in self.chosen.items():
            rows = frame.select(_KEY, pl.col(_ROW).alias(kind))
            found = found.join(rows, on=_KEY, how="left", maintain_order="left")
        return found

    def _whole(self, together: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
        """The columns of all parts, by child: where several have a column, the first that gives a value; and for each
        column the file and row of every cell."""
        found: dict[str, pl.Series] = {}
        places: dict[str, pl.DataFrame] = {}
        for kind, frame in self.chosen.items():
            beside = together.select(_KEY).join(frame, on=_KEY, how="left", maintain_order="left")
            lines = self.parts[kind].origins.with_row_index(_ROW)
            place = together.select(pl.col(kind).alias(_ROW)).join(lines, on=_ROW, how="left", maintain_order="left")
            place = place.select("file", "row")
            for name in self._own(kind, frame):
                if name not in found:
                    found[name], places[name] = beside[name], place
                else:
                    known = _given(found[name])
                    found[name] = self._either(name, kind, found[name], beside[name], together[kind])
                    places[name] = pl.DataFrame(
                        {part: places[name][part].zip_with(known, place[part]) for part in place.columns}
                    )
        child = found.pop(CHILD, pl.repeat(None, together.height, dtype=pl.String, eager=True)).cast(pl.String)
        identity = child.zip_with(_given(child), together[_KEY]).alias(CHILD)
        return pl.DataFrame([identity, *(series.alias(name) for name, series in found.items())]), places

    def _own(self, kind: str, frame: pl.DataFrame) -> Iterator[str]:
        # What dates a row has done its work once the row is chosen; a profile's date is a fact that scoring reads.
        dates = {name for names in DATES.values() for name in names} - ({"profile_date"} if kind == "needs" else set())
        left_out = {_ROW, _KEY, *dates, *({self.by} if self.by == CHILD else ())}
        return (name for name in frame.columns if name not in left_out)

    def _either(self, name: str, kind: str, before: pl.Series, after: pl.Series, rows: pl.Series) -> pl.Series:
        if before.dtype != after.dtype:
            before, after = before.cast(pl.String), after.cast(pl.String)
        known, other = _given(before), _given(after)
        for row in rows.filter(known & other & (before != after).fill_null(value=False)):
            message = f"{name} differs from what an earlier file says of the child; the earlier file's is used."
            self._said(kind, row, "files-differ", message, "Correct the one that is wrong.")
        return before.zip_with(known, after)

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

    def _earlier(self, needs: pl.DataFrame, costs: pl.DataFrame | None) -> Caseload:
        """The last profile strictly before the one used of each child, with the cost in force on its day."""
        part = self.parts["needs"]
        if "profile_date" not in needs.columns:
            before = needs.clear()
        else:
            used = needs.filter(pl.col("fate") == USED).select(_KEY, pl.col("profile_date").alias("__used"))
            older = needs.filter(pl.col("fate") == OLDER).join(used, on=_KEY)
            older = older.filter(pl.col("profile_date") < pl.col("__used")).sort("profile_date", _ROW).drop("__used")
            before = older.group_by(_KEY, maintain_order=True).last().select(older.columns)
        if costs is not None and "cost_from" in costs.columns and before.height:
            before = self._with_costs(before, costs)
        rows = before[_ROW]
        places = dict(zip(rows.to_list(), range(rows.len()), strict=True))
        findings = tuple(replace(f, index=places[f.index]) for f in part.findings if f.index in places)
        identity = pl.col(CHILD).cast(pl.String) if CHILD in before.columns and self.by != CHILD else pl.col(_KEY)
        frame = before.with_columns(identity.fill_null(pl.col(_KEY)).alias(CHILD)).drop(_ROW, _KEY, "fate")
        return Caseload(frame, findings, part.origins.select(pl.all().gather(rows)), part.layout)

    def _with_costs(self, before: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
        running = costs.filter(~pl.col("__unread") & pl.col(_KEY).is_not_null()).drop(_ROW, "__unread")
        days = before.select(_KEY, pl.col("profile_date").alias("__day")).join(running, on=_KEY)
        held = pl.col("cost_from") <= pl.col("__day")
        if "cost_to" in costs.columns:
            held = held & (pl.col("cost_to") >= pl.col("__day")).fill_null(value=True)
        last = days.filter(held).sort("cost_from").group_by(_KEY).last()
        beside = before.select(_KEY).join(last, on=_KEY, how="left", maintain_order="left")
        for name in self._own("costs", costs.drop("__unread")):
            given = beside[name]
            if name in before.columns:
                own = before[name] if before[name].dtype == given.dtype else before[name].cast(pl.String)
                given = own.zip_with(_given(own), given.cast(own.dtype))
            before = before.with_columns(given.alias(name))
        return before


def _date(given: pl.Series) -> pl.Series:
    """Dates from dates, date-times or text that begins with one written 2026-04-01; null where there is none."""
    if given.dtype == pl.Date:
        return given
    if isinstance(given.dtype, pl.Datetime):
        return given.dt.date()
    text = given.cast(pl.String).str.strip_chars()
    return text.str.extract(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.]+Z?)?$", 1).str.to_date(
        "%Y-%m-%d", strict=False
    )


def _given(column: pl.Series) -> pl.Series:
    """True where a cell holds something."""
    if isinstance(column.dtype, pl.Struct):
        return column.is_not_null()
    return column.cast(pl.String).str.strip_chars().fill_null("") != ""
