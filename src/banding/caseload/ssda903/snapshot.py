"""A return as a caseload: one row for every child looked after on a date, under the vocabulary's names.

Left unknown, because the return does not tell: brothers and sisters (MOTHER says that the child is a mother, not whose
child it is), whether a placement began in an emergency, whether a children's home is a small one, and whether care
deprives of liberty without an order. Nothing of them stands in the frame.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from banding.caseload.model import Caseload
from banding.caseload.ssda903.codes import label, last_day, mean, meaning, tables, year_of
from banding.caseload.ssda903.episodes import (
    as_known,
    is_short_break,
    moves,
    open_on,
    periods_and_placements,
    year_before,
)
from banding.caseload.ssda903.model import Return, about_file, faults, findings
from banding.errors import CaseloadError, Finding

LAYOUT = "ssda903"
ADULT = 18
# The facts, in the order of the vocabulary, each with its dtype.
COLUMNS: dict[str, type[pl.DataType]] = {
    "child_id": pl.String, "date_of_birth": pl.Date, "setting": pl.String, "provider_kind": pl.String,
    "provider": pl.String, "distance_miles": pl.String, "deprivation_of_liberty": pl.Boolean,
    "liberty_order": pl.Boolean, "permanence_match": pl.Boolean, "weeks_in_placement": pl.Int64,
    "moves_12_months": pl.Int64, "missing_12_months": pl.Int64, "days_in_care": pl.Int64, "legal_status": pl.String,
    "sdq_total": pl.Int64, "sex": pl.String, "ethnicity": pl.String, "unaccompanied": pl.Boolean,
}  # fmt: skip


def snapshot(returned: Return, on: dt.date) -> Caseload:
    """The children looked after at the end of the day `on`, in order of the files and rows of their episodes.

    Only returns up to the one that holds the date are looked at, so that a later return never changes what an earlier
    date showed. Columns as COLUMNS has them; null is unknown. Origins name the file and row of the episode used. The
    findings are all of the return's and the snapshot's own; one about an episode used has the `index` of its row.

    distance_miles     PL_DISTANCE as it stands, 999.9 too; the column is there only where some child has one.
    setting            by PLACE and PLACE_PROVIDER (codes.toml): another council's foster carers (PR2) are own_foster,
                       and provider_kind says other_council; foster care by PR0, PR3 or nobody is unknown.
    permanence_match   U1 and U4 true, U3 and U6 false; elsewhere the return does not tell.
    weeks_in_placement, days_in_care   whole weeks and days since the episode that opened them; null where the returns
                       do not reach back to it.
    moves_12_months    RNE P and B after the same day of the year before, in every period of care; null unless the
                       returns cover all of that time.
    missing_12_months  MISSING M, where any part lies in that time; A (away without authorisation) is not counted. A
                       child without a record counts 0 where the file is there.
    unaccompanied      listed in UASC, with no DUC or one after the date; false where the file is there without the
                       child.
    liberty_order, deprivation_of_liberty   both true while an order is in force; else no order, and the other unknown.
                       Both unknown where the file is not there.
    sdq_total          SDQ_SCORE of the same return. Absent is unknown, never zero.

    Raises CaseloadError where no return of the folder holds the date.
    """
    year = year_of(on)
    if year not in returned.years:
        raise CaseloadError(_outside(returned, on, year))
    after = year_before(on)
    known = as_known(returned.tables["episodes"], year)
    holding = open_on(known, on, year)
    spans = periods_and_placements(known, on).select("CHILD", "DECOM", "care_began", "placement_began", "last")
    used = holding.filter(~is_short_break()).sort("file", "row").join(
        spans, on=["CHILD", "DECOM"], how="left", maintain_order="left"
    )  # fmt: skip
    used = _with_moves(used, returned, known, after, on)
    used = _with_missing(used, returned, after, on, year)
    used = _with_header(used, returned, year)
    used = _with_unaccompanied(used, returned, on, year)
    used = _with_liberty(used, returned, on, year)
    used = _with_sdq(used, returned, year)
    frame = used.select(
        _placement(), *_spans(on), pl.exclude("CHILD", "DECOM"), child_id="CHILD",
        legal_status=_legal_status(), permanence_match=mean("PLACE", "long_term", pl.Boolean),
        provider_kind=mean("PLACE_PROVIDER", "kind", pl.String), provider=_provider(), distance_miles="PL_DISTANCE",
    ).select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())  # fmt: skip
    if frame["distance_miles"].is_null().all():
        frame = frame.drop("distance_miles")
    origins = used.select("file", "row")
    said = pl.concat([*_said(returned, holding, on, year, after), _aged(frame, origins, on)])
    return Caseload(frame, findings(_indexed(pl.concat([returned.faults, said]), origins)), origins, LAYOUT)


def _outside(returned: Return, on: dt.date, year: int) -> Finding:
    held = ", ".join(map(label, returned.years))
    says = f"The date {on} lies in {label(year)}; the folder holds the returns of {held}."
    latest = last_day(returned.years[-1])
    return Finding(
        "outside-return", returned.folder, "", says, f"Add that return, or choose a date such as --on {latest}."
    )


# -- the episode itself -----------------------------------------------------------------------------------------------


def _placement() -> pl.Expr:
    setting = mean("PLACE", "setting", pl.String)
    by_provider = mean("PLACE_PROVIDER", "foster", pl.String)
    return pl.when(setting == "foster").then(by_provider).otherwise(setting).alias("setting")


def _spans(on: dt.date) -> tuple[pl.Expr, pl.Expr]:
    # An episode that began later and has ended already makes the one that is open doubtful, and so does one not usable.
    sure = pl.col("last") & ~pl.col("doubt")
    days = (pl.lit(on) - pl.when(sure).then(pl.col("care_began"))).dt.total_days()
    weeks = (pl.lit(on) - pl.when(sure).then(pl.col("placement_began"))).dt.total_days() // 7
    return days.alias("days_in_care"), weeks.alias("weeks_in_placement")


def _legal_status() -> pl.Expr:
    status = mean("LS", "status", pl.String)
    return pl.when(pl.col("LS").is_not_null()).then(status.fill_null("other"))


def _provider() -> pl.Expr:
    # "XXXXXXX" stands where a provider has no number.
    return pl.when(pl.col("URN").str.contains(r"\d")).then(pl.col("URN").str.replace(r"\.0+$", ""))


# -- what other episodes and other files tell -------------------------------------------------------------------------


def _with_moves(used: pl.DataFrame, returned: Return, known: pl.DataFrame, after: dt.date, on: dt.date) -> pl.DataFrame:
    counted = moves(known, after, on).with_columns(counted=pl.lit(True))
    covered = _covered(returned, "episodes", after, on)
    told = pl.lit(covered) & ~pl.col("doubt")
    none = pl.when(pl.col("counted").is_null()).then(0).otherwise(pl.col("moves_12_months"))
    return _beside(used, counted).with_columns(moves_12_months=pl.when(told).then(none)).drop("counted")


def _with_missing(used: pl.DataFrame, returned: Return, after: dt.date, on: dt.date, year: int) -> pl.DataFrame:
    rows = returned.tables["missing"].filter(pl.col("year") <= year)
    # An incident that goes on over 31 March stands in both returns, in the later one with its end.
    rows = rows.sort("year", "row").unique(
        ["CHILD", "MISSING", "MIS_START", "usable"], keep="last", maintain_order=True
    )
    still = pl.col("MIS_END").is_null() & (pl.col("year") == year)
    within = (pl.col("MIS_START") <= on) & ((pl.col("MIS_START") > after) | (pl.col("MIS_END") > after) | still)
    each = rows.group_by("CHILD").agg(
        missing_12_months=(pl.col("usable") & (pl.col("MISSING") == "M") & within).sum().cast(pl.Int64),
        missing_doubt=(~pl.col("usable")).any(),
    )
    told = pl.lit(_covered(returned, "missing", after, on)) & ~pl.col("missing_doubt").fill_null(False)
    return (
        _beside(used, each)
        .with_columns(missing_12_months=pl.when(told).then(pl.col("missing_12_months").fill_null(0)))
        .drop("missing_doubt")
    )


def _covered(returned: Return, table: str, after: dt.date, on: dt.date) -> bool:
    """Whether the returns hold the table for every day after `after` up to `on`."""
    first = year_of(after + dt.timedelta(days=1))
    return all((table, year) in returned.held for year in range(first, year_of(on) + 1))


def _with_header(used: pl.DataFrame, returned: Return, year: int) -> pl.DataFrame:
    header = returned.rows("header", year).filter("usable")
    facts = header.select("CHILD", date_of_birth="DOB", sex=mean("SEX", "sex", pl.String), ethnicity=pl.col("ETHNIC"))
    return _beside(used, facts)


def _with_unaccompanied(used: pl.DataFrame, returned: Return, on: dt.date, year: int) -> pl.DataFrame:
    going_on = pl.when("usable").then(pl.col("DUC").is_null() | (pl.col("DUC") > on))
    return _listed(used, returned, "uasc", year, "unaccompanied", going_on)


def _with_liberty(used: pl.DataFrame, returned: Return, on: dt.date, year: int) -> pl.DataFrame:
    in_force = (pl.col("DOLO_START") <= on) & (pl.col("DOLO_END").is_null() | (pl.col("DOLO_END") > on))
    used = _listed(used, returned, "dolo", year, "liberty_order", pl.when("usable").then(in_force))
    return used.with_columns(deprivation_of_liberty=pl.when("liberty_order").then(True))


def _listed(
    used: pl.DataFrame, returned: Return, table: str, year: int, name: str, true: pl.Expr
) -> pl.DataFrame:  # fmt: skip
    """A truth told by a list of children: true where any of a child's rows says so, unknown where one is not usable."""
    if (table, year) not in returned.held:
        return used.with_columns(pl.lit(None, pl.Boolean).alias(name))
    each = returned.rows(table, year).group_by("CHILD").agg(true.any(ignore_nulls=False).alias(name), listed=True)
    unlisted = pl.when(pl.col("listed").is_null()).then(False).otherwise(pl.col(name))
    return _beside(used, each).with_columns(unlisted.alias(name)).drop("listed")


def _with_sdq(used: pl.DataFrame, returned: Return, year: int) -> pl.DataFrame:
    oc2 = returned.rows("oc2", year).filter("usable")
    return _beside(used, oc2.select("CHILD", sdq_total="SDQ_SCORE"))


def _beside(used: pl.DataFrame, each: pl.DataFrame) -> pl.DataFrame:
    return used.join(each, on="CHILD", how="left", maintain_order="left")


# -- what is said -----------------------------------------------------------------------------------------------------


def _said(returned: Return, holding: pl.DataFrame, on: dt.date, year: int, after: dt.date) -> Iterator[pl.DataFrame]:
    folder = returned.folder
    if breaks := holding.select(is_short_break().sum()).item():
        says = f"Children in short breaks (LS V3 or V4) on {on}, who are not looked after and left out: {breaks}."
        yield about_file("short-breaks", folder, says, "", "note")
    for table in tables().values():
        if table.gives and table.first <= year and (table.name, year) not in returned.held:
            says = f"There is no {table.name} file for {label(year)}; {', '.join(table.gives)} unknown for every child."
            yield about_file("no-file", folder, says, "Add the file.")
    if not _covered(returned, "episodes", after, on):
        says = f"The returns do not cover the twelve months to {on}; moves_12_months is unknown for every child."
        yield about_file("not-covered", folder, says, f"Add the return of {label(year_of(after))}.")
    looked_after = holding.filter(~is_short_break())
    away = returned.rows("missing", year).filter(pl.col("usable") & (pl.col("MISSING") == "A")).height
    if away:
        says = f"missing_12_months counts M alone; records of A, away without authorisation, in {label(year)}: {away}."
        yield about_file("away-not-counted", folder, says, "", "note")
    if ("header", year) in returned.held:
        unnamed = looked_after.join(returned.rows("header", year), on="CHILD", how="anti")
        says = f"The child is not in the Header of {label(year)}; date of birth, sex and ethnicity are unknown."
        yield faults(unnamed, "no-header-row", "CHILD", says, "Add the child to the Header.")
    foster = [code for code, setting in meaning("PLACE", "setting").items() if setting == "foster"]
    by_whom = pl.col("PLACE_PROVIDER").is_in([*meaning("PLACE_PROVIDER", "foster")])
    unclear = looked_after.filter(pl.col("PLACE").is_in(foster) & ~by_whom)
    says = "PLACE is foster care and PLACE_PROVIDER neither a council, private nor voluntary; the setting is unknown."
    yield faults(unclear, "provider-unclear", "PLACE_PROVIDER", says, "Check the provider.", value="PLACE_PROVIDER")


def _aged(frame: pl.DataFrame, origins: pl.DataFrame, on: dt.date) -> pl.DataFrame:
    born = frame["date_of_birth"]
    grown = origins.filter(born.dt.offset_by(f"{ADULT}y") <= on)
    unborn = origins.filter(born > on)
    return pl.concat(
        [
            faults(
                grown, "not-a-child", "DOB", f"The child is {ADULT} or over on {on}, and so not looked after.",
                "Give DEC to the episode, or correct DOB.",
            ),
            faults(unborn, "future-date", "DOB", f"DOB is after {on}.", "Correct DOB."),
        ]
    )  # fmt: skip


def _indexed(said: pl.DataFrame, origins: pl.DataFrame) -> pl.DataFrame:
    return said.join(origins.with_row_index("index"), on=["file", "row"], how="left", maintain_order="left")
