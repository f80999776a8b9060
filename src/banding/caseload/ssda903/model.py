"""A return as it was read, and what was found wrong in it, both as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from banding.caseload.model import Findings, places
from banding.errors import Finding, Severity

FAULTS: Final[dict[str, type[pl.DataType]]] = {
    "code": pl.String, "file": pl.String, "row": pl.Int64, "path": pl.String, "message": pl.String,
    "remedy": pl.String, "severity": pl.String, "value": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Return:
    """
    folder  as the user named it.
    years   the collection years it holds, each by the year it begins in, ascending.
    tables  by name (header, episodes, oc2, uasc, missing, reviews, dolo), the files of all years one below the other:
            the return's own columns, typed, then year (Int32), file (String), row (Int64, the header is row 1) and
            usable (Boolean): false where an error stands in the row, which then gives no value, only doubt. Blank
            rows are not there, every other row is.
    held    the files there are, as (table, year); a table of a year that is not held is unknown, not empty.
    faults  all that was found, one row a finding, columns as FAULTS has them; row is null where a whole file is meant.
    """

    folder: str
    years: tuple[int, ...]
    tables: Mapping[str, pl.DataFrame]
    held: frozenset[tuple[str, int]]
    faults: pl.DataFrame

    def findings(self) -> Findings:
        """The faults as findings; `index` is None, since a row of the return is no row of a caseload."""
        return findings(self.faults)

    def counts(self) -> pl.DataFrame:
        """What became of every row read: table, year, rows, used and not_used (Int64); rows = used + not_used. Only the
        files that are held have a row here."""
        each = [
            table.group_by("year").agg(
                table=pl.lit(name), rows=pl.len().cast(pl.Int64), used=pl.col("usable").sum().cast(pl.Int64)
            )
            for name, table in self.tables.items()
        ]
        columns = ("table", "year", "rows", "used")
        held = pl.DataFrame(sorted(self.held), schema={"table": pl.String, "year": pl.Int32}, orient="row")
        counted = held.join(pl.concat(each).select(columns), on=["table", "year"], how="left", maintain_order="left")
        return counted.with_columns(pl.col("rows", "used").fill_null(0)).with_columns(
            not_used=pl.col("rows") - pl.col("used")
        )

    def rows(self, table: str, year: int) -> pl.DataFrame:
        """The rows of one table and year."""
        return self.tables[table].filter(pl.col("year") == year)


def faults(
    rows: pl.DataFrame, code: str, path: str, message: str, remedy: str, severity: Severity = "warning",
    value: str | None = None,
) -> pl.DataFrame:  # fmt: skip
    """One fault for each of `rows`, which hold file and row; `value` names the column of `rows` that holds the cell."""
    said = {"code": code, "path": path, "message": message, "remedy": remedy, "severity": severity}
    cell = pl.lit(None, dtype=pl.String) if value is None else pl.col(value).cast(pl.String)
    return rows.select(
        pl.col("file", "row"), cell.alias("value"), *(pl.lit(text).alias(name) for name, text in said.items())
    ).select(*FAULTS)


def about_file(code: str, file: str, message: str, remedy: str = "", severity: Severity = "warning") -> pl.DataFrame:
    """One fault about a whole file, or about the return where `file` is its folder."""
    return faults(
        pl.DataFrame({"file": [file], "row": [None]}, schema={"file": pl.String, "row": pl.Int64}),
        code, "", message, remedy, severity,
    )  # fmt: skip


def from_findings(said: Iterable[Finding]) -> pl.DataFrame:
    """Findings about files as faults; the row is the one that `place` names."""
    rows = [
        (f.code, f.file, int(at) if (at := f.place.removeprefix("row ")).isdecimal() else None, f.path, f.message,
         f.remedy, f.severity, f.value)
        for f in said
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=FAULTS, orient="row")


def findings(table: pl.DataFrame) -> Findings:
    """Rows of faults as findings, in order; where the table has a column `index` it is the finding's."""
    columns = {name: table[name] for name in table.columns if name != "row"}
    return Findings.each(Finding("", "", "", ""), place=places("row", table["row"]).fill_null(""), **columns)
