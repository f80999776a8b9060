"""Files that a review reads: scored caseloads, second ratings, lists that people have decided on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from banding.caseload.books import READERS, sheets_in
from banding.caseload.limits import Limits
from banding.caseload.model import Caseload
from banding.caseload.opened import files_of
from banding.caseload.read import read
from banding.caseload.sheets import Sheet
from banding.caseload.sheets import table as sheet_table
from banding.caseload.tables import MOST_ABOVE, header_at
from banding.errors import CaseloadError, Finding
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.review.decisions import Decisions, read_decisions
from banding.review.lists import FOR_PEOPLE, LABELS
from banding.review.reviewed import Reviewed, rescored


def _header(sheet: Sheet) -> int | None:
    return header_at(sheet.raw.head(MOST_ABOVE + 1).iter_rows(), _decides)


def _decides(names: Sequence[str]) -> bool:
    """Whether some cells are the column names of a list to decide on."""
    return {LABELS[name].casefold() for name in FOR_PEOPLE} <= {str(name).strip().casefold() for name in names}


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
        """The lists of some files, one below the other: of a workbook every sheet that has decisions.

        Raises CaseloadError with all findings of all files.
        """
        errors: list[Finding] = []
        parts: list[Decisions] = []
        for path in paths:
            for frame, rows in self._lists(path):
                try:
                    parts.append(read_decisions(frame, found, file=str(path), rows=rows))
                except CaseloadError as error:
                    errors += error.findings
        if errors:
            raise CaseloadError(errors)
        self.findings += [finding for part in parts for finding in part.findings]
        return Decisions(pl.concat([part.frame for part in parts]), tuple(self.findings))

    def _lists(self, path: Path) -> Iterator[tuple[pl.DataFrame, pl.Series]]:
        if path.suffix.lower() not in READERS:
            caseload = self._read(path)
            yield caseload.frame, caseload.origins["row"]
            return
        errors: list[Finding] = []
        for opened in files_of(path, Limits(), self.findings, errors):
            with sheets_in(opened.content, path.suffix.lower(), opened.file, Limits()) as (sheets, _):
                deciding = [
                    sheet for sheet in sheets if header_at(sheet.raw.head(MOST_ABOVE + 1).iter_rows(), _decides)
                ]
                if not deciding:
                    message = "No sheet has the columns of a list to decide on."
                    remedy = "Give the workbook that `banding review --with-children` wrote."
                    raise CaseloadError(Finding("no-lists", opened.file, "", message, remedy))
                for sheet in deciding:
                    found = sheet_table(sheet, opened.file, _decides, named=False)
                    yield found.frame, found.lines
        if errors:
            raise CaseloadError(errors)

    def _read(self, path: Path) -> Caseload:
        if path.is_dir():
            raise CaseloadError(Finding("is-a-folder", str(path), "", "This is a folder.", "Name the file."))
        found = read([path])
        self.findings += [finding for finding in found.findings if finding.severity != "note"]
        return found
