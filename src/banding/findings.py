"""All that was found in a caseload as one table, for the person who supplied it: a row a finding, none left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from banding.caseload.model import Caseload
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
            says=pl.Series(said_of(told, caseload, pack), dtype=pl.String),
            severity=pl.lit(severity),
        )
        for told, severity in ((rejects, "error"), (doubts, "warning"))
    ]
    rest = [f for f in caseload.findings if f.index is None or f.severity != "error"]
    others = pl.DataFrame(
        [
            (
                f.severity,
                f.file or None,
                _line(f),
                f.path or None,
                f.value,
                f.code,
                " ".join(part for part in (f.place if f.index is None else "", f.message, f.remedy) if part),
            )
            for f in (*rest, *scoring)
        ],
        schema=SCHEMA,
        orient="row",
    )
    told = (table.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()) for table in of_rows)
    found = pl.concat([*told, others])
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
    read = {(f.index, f.code, f.path): (f.file, _line(f)) for f in caseload.findings if f.index is not None}
    found = []
    for index, code, column in rejects.select("index", "code", "column").iter_rows():
        place = read.get((index, code, column))
        if place is None or place[1] is None:
            table = caseload.of_column.get(column, caseload.origins)
            given = table.row(index)
            place = given if given[0] is not None else caseload.origins.row(index)
        found.append(place)
    return pl.DataFrame(found, schema={"file": pl.String, "row": pl.Int64}, orient="row")


def _line(finding: Finding) -> int | None:
    """The row that a finding names, as a person counts."""
    match = re.match(r"(?:sheet [^,]+, )?(?:row|record) ([0-9]+)\b", finding.place)
    return int(match[1]) if match else None


def refusals(findings: Sequence[Finding]) -> pl.DataFrame:
    """The errors of single rows as reasons to reject them: index, code, column, value."""
    rows = [(f.index, f.code, f.path, f.value) for f in findings if f.severity == "error" and f.index is not None]
    return pl.DataFrame(rows, schema=REJECT_SCHEMA, orient="row")


def said_of(rejects: pl.DataFrame, caseload: Caseload, pack: Pack) -> list[str]:
    """A sentence for each reason for which a row was rejected: the reader's of the cell, or else scoring's."""
    told = {
        (f.index, f.code, f.path): f"{f.message} {f.remedy}".strip() for f in caseload.findings if f.index is not None
    }
    return [
        told.get((index, code, column)) or reason(code, column, pack)
        for index, code, column in rejects.select("index", "code", "column").iter_rows()
    ]
