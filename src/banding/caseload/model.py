"""A caseload as it was read: one frame, one row a record of the input, and everything that was found wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from banding.errors import CaseloadError, Finding


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
    findings: tuple[Finding, ...]
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
