"""All that was found in a caseload as one table, for the person who supplied it: a row a finding, none left out."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from banding.caseload.model import IS_ERROR, OF_A_ROW, Caseload, Findings
from banding.engine.columns import REJECT_SCHEMA
from banding.engine.reasons import reason
from banding.errors import Finding
from banding.pack.meaning import Pack

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "severity": pl.Enum(["error", "warning", "note"]),
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "rule": pl.String,
    "says": pl.String,
}
# The row that a finding names, as a person counts.
_LINE = pl.col("place").str.extract(r"^(?:sheet [^,]+, )?(?:row|record) ([0-9]+)\b", 1).cast(pl.Int64)
_SAYS = pl.concat_str("message", "remedy", separator=" ").str.strip_chars()
# By what a reason for which a row was rejected is told from the others of the caseload.
_REASON = ["index", "code", "column"]
MOST_ROWS_NAMED = 3


def findings_table(
    caseload: Caseload, rejects: pl.DataFrame, doubts: pl.DataFrame, scoring: Sequence[Finding], pack: Pack
) -> pl.DataFrame:
    """Every finding about a caseload, errors first, then by file and row.

    rejects  index, code, column and value of every reason for which a row was rejected.
    doubts   the same of every doubt about a row that was not.
    scoring  what scoring found of the caseload as a whole.

    Columns: severity; file, row (as a spreadsheet counts; null where the finding is about the whole file) and column;
    value, what the cell holds; rule, a stable code; says, what is wrong, what was expected and what to do.
    """
    of_rows = [
        places_of(told, caseload).with_columns(
            told["column"],
            told["value"],
            told["code"].alias("rule"),
            says=said_of(told, caseload, pack),
            severity=pl.lit(severity),
        )
        for told, severity in ((rejects, "error"), (doubts, "warning"))
    ]
    rest = Findings.of(Findings.of(caseload.findings).where(~OF_A_ROW | ~IS_ERROR), scoring).frame
    place = pl.when(~OF_A_ROW & (pl.col("place") != "")).then("place")
    file, column = (pl.when(pl.col(name) != "").then(name) for name in ("file", "path"))
    says = pl.concat_str(place, _SAYS, separator=" ", ignore_nulls=True)
    others = rest.select("severity", file, _LINE.alias("row"), column.alias("column"), "value", rule="code", says=says)
    tables = (*of_rows, others)
    found = pl.concat([table.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()) for table in tables])
    return found.sort("severity", "file", "row", maintain_order=True, nulls_last=True)


def in_short(doubts: pl.DataFrame, caseload: Caseload, pack: Pack) -> list[Finding]:
    """A warning for each kind of doubt about rows: how many there are, the first of them, and what to do."""
    found = []
    for (code, column), alike in doubts.group_by("code", "column", maintain_order=True):
        first = places_of(alike.head(MOST_ROWS_NAMED), caseload)
        rows = ", ".join(map(str, first["row"].to_list()))
        others = f" and {alike.height - first.height:,} more" if alike.height > first.height else ""
        place = f"row{'s' if alike.height > 1 else ''} {rows}{others}"
        says = reason(code, column, pack)
        found.append(Finding(code, ", ".join(first["file"].unique(maintain_order=True)), place, says, "", "warning"))
    return found


def places_of(rejects: pl.DataFrame, caseload: Caseload) -> pl.DataFrame:
    """File and row of each reason: of a finding in reading its own, of a joined column the file that gave the cell."""
    at, column = rejects["index"], rejects["column"]
    places = caseload.origins[at]
    for name in column.unique():
        if name in caseload.of_column:
            given = caseload.of_column[name][at]
            mine = (column == name) & given["file"].is_not_null()
            places = pl.DataFrame({part: given[part].zip_with(mine, places[part]) for part in places.columns})
    told = _as_read(rejects, caseload, file=pl.col("file"), row=_LINE)
    read = told["row"].is_not_null()
    return pl.DataFrame({part: told[part].zip_with(read, places[part]) for part in ("file", "row")})


def refusals(findings: Sequence[Finding]) -> pl.DataFrame:
    """The errors of single rows as reasons to reject them: index, code, column, value."""
    errors = Findings.of(findings).where(OF_A_ROW & IS_ERROR).frame.rename({"path": "column"})
    return errors.select(pl.col(name).cast(kind) for name, kind in REJECT_SCHEMA.items())


def said_of(rejects: pl.DataFrame, caseload: Caseload, pack: Pack) -> pl.Series:
    """A sentence for each reason for which a row was rejected: the reader's of the cell, or else scoring's."""
    told = _as_read(rejects, caseload, says=_SAYS)["says"]
    read = (told != "").fill_null(value=False)
    kinds = rejects.filter(~read).select("code", "column").unique()
    words = [reason(code, column, pack) for code, column in kinds.iter_rows()]
    by_kind = kinds.with_columns(pl.Series("scoring", words, pl.String))
    scoring = rejects.join(by_kind, on=["code", "column"], how="left", nulls_equal=True, maintain_order="left")[
        "scoring"
    ]
    return told.zip_with(read, scoring)


def _as_read(rejects: pl.DataFrame, caseload: Caseload, **wanted: pl.Expr) -> pl.DataFrame:
    """For each reason something of the finding of its cell in reading, the last where there are several; null where
    there is none."""
    found = Findings.of(caseload.findings).where(OF_A_ROW).frame.rename({"path": "column"})
    found = found.select(*_REASON, **wanted).unique(_REASON, keep="last")
    return rejects.select(_REASON).join(found, on=_REASON, how="left", maintain_order="left").select(*wanted)
