"""Files that a review reads: scored caseloads, second ratings, lists that people have decided on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from banding.caseload.model import Caseload
from banding.caseload.read import read
from banding.errors import CaseloadError, Finding
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.review.decisions import Decisions, read_decisions
from banding.review.reviewed import Reviewed, rescored


class Reading:
    """Reads files for one pack, named as on the command line; `findings` holds what was said of them."""

    def __init__(self, pack: str) -> None:
        self.pack = pack
        self.findings: list[Finding] = []

    def scored(self, path: Path) -> Reviewed:
        """A scored file. Its own date chooses the version of the pack, where none is named.

        Raises CaseloadError as `rescored` does, PackError where there is no such pack.
        """
        frame = self._read(path).frame
        return rescored(frame, self._pack(frame, path), file=str(path))

    def _pack(self, frame: pl.DataFrame, path: Path) -> Pack:
        dates = frame["on"].drop_nulls().cast(pl.String) if "on" in frame.columns else pl.Series([], dtype=pl.String)
        try:
            on = dt.date.fromisoformat(str(dates.first()))
        except ValueError:
            message, remedy = "It is no scored caseload: it has no date in the column on.", "Name what --out named."
            raise CaseloadError(Finding("not-scored", str(path), "column on", message, remedy)) from None
        return load_pack(self.pack, on=on)

    def table(self, path: Path) -> pl.DataFrame:
        """Any caseload file, under our own column names."""
        return self._read(path).frame

    def decisions(self, paths: Sequence[Path], found: Reviewed) -> Decisions:
        """The lists of some files, one below the other.

        Raises CaseloadError with all findings of all files.
        """
        errors: list[Finding] = []
        parts: list[Decisions] = []
        for path in paths:
            caseload = self._read(path)
            try:
                parts.append(read_decisions(caseload.frame, found, file=str(path), rows=caseload.origins["row"]))
            except CaseloadError as error:
                errors += error.findings
        if errors:
            raise CaseloadError(errors)
        self.findings += [finding for part in parts for finding in part.findings]
        return Decisions(pl.concat([part.frame for part in parts]), tuple(self.findings))

    def _read(self, path: Path) -> Caseload:
        if path.is_dir():
            raise CaseloadError(Finding("is-a-folder", str(path), "", "This is a folder.", "Name the file."))
        found = read([path])
        self.findings += [finding for finding in found.findings if finding.severity != "note"]
        return found
