"""A caseload as it was read: one frame, one row a record of the input, and everything that was found wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, overload

import polars as pl

from banding.errors import CaseloadError, Finding


class Findings(Sequence[Finding]):
    """Findings as a table, since a file can have a million: each is made a `Finding` only where it is asked for.

    frame  one row a finding; the fields of `Finding` as columns.
    """

    SCHEMA: Mapping[str, Any] = {
        "code": pl.String, "file": pl.String, "place": pl.String, "message": pl.String, "remedy": pl.String,
        "severity": pl.Enum(["error", "warning", "note"]), "index": pl.Int64, "path": pl.String, "value": pl.String,
    }  # fmt: skip

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    @classmethod
    def of(cls, *parts: Iterable[Finding]) -> Findings:
        """All findings of the parts, in order."""
        return cls(pl.concat([cls._frame([]), *map(cls._frame, parts)]))

    @classmethod
    def each(cls, like: Finding, **columns: pl.Series) -> Findings:
        """One for each row of the columns, which are fields; in the other fields all are as `like`."""
        given = {name: pl.col(name) if name in columns else pl.lit(getattr(like, name)) for name in cls.SCHEMA}
        return cls(
            pl.DataFrame(columns).select(given[name].cast(kind).alias(name) for name, kind in cls.SCHEMA.items())
        )

    @classmethod
    def _frame(cls, findings: Iterable[Finding]) -> pl.DataFrame:
        if isinstance(findings, Findings):
            return findings.frame
        rows = [tuple(getattr(finding, name) for name in cls.SCHEMA) for finding in findings]
        return pl.DataFrame(rows, schema=cls.SCHEMA, orient="row")

    def where(self, holds: pl.Expr) -> Findings:
        """Those of which an expression over the fields is true."""
        return Findings(self.frame.filter(holds))

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[Finding]:
        return (Finding(*row) for row in self.frame.iter_rows())

    @overload
    def __getitem__(self, at: int) -> Finding: ...
    @overload
    def __getitem__(self, at: slice) -> Findings: ...
    def __getitem__(self, at: int | slice) -> Finding | Findings:
        return Findings(self.frame[at]) if isinstance(at, slice) else Finding(*self.frame.row(at))

    def __eq__(self, other: object) -> bool:
        """As a list of findings is the same as another, of whatever kind of sequence."""
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Finding.__eq__, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))


def places(one: str, numbers: pl.Series) -> pl.Series:
    """How a person finds each of some rows or records: row 7."""
    return pl.select(pl.format(f"{one} {{}}", numbers)).to_series()


# Of a single row, which an error of this kind rejects; any other error refuses the file.
OF_A_ROW = pl.col("index").is_not_null()
IS_ERROR = pl.col("severity") == "error"


@dataclass(frozen=True, slots=True)
class Caseload:
    """
    frame     one row an input record, in the input's order; `child_id`, then items, facts and whatever else the input
              held, under our own column names. Null means not given.
    findings  all that was found in reading; one with severity "error" and an `index` rejects that row.
    origins   one row a row of `frame`: file (String), as the user named it, and row (Int64): the line a spreadsheet
              shows (the header is row 1), or the number of the record in a JSON file.
    layout    id of the layout it was read by.
    left_out  how many rows of the input are of no child in care, and so not in the frame.
    of_column for a caseload that was joined: by column, the file and row of every cell, null where no file gave it.
    """

    frame: pl.DataFrame
    findings: Sequence[Finding]
    origins: pl.DataFrame
    layout: str
    left_out: int = 0
    of_column: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    @contextmanager
    def told_by_file(self) -> Iterator[None]:
        """What is raised within about the frame, and so about no file, is raised again about the caseload's files."""
        try:
            yield
        except CaseloadError as error:
            files = ", ".join(dict.fromkeys(self.origins["file"]))
            raise CaseloadError(f if f.file else f.within(files) for f in error.findings) from None
