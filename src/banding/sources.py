"""What a caseload is read from, as a user names it: files of one, files by kind that are joined, or a database."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from banding.asof import caseload_as_of
from banding.caseload.join import CHILD
from banding.caseload.limits import Limits
from banding.caseload.model import Caseload
from banding.caseload.read import input_files, read
from banding.caseload.ssda903.files import files_in, is_return, read_return
from banding.caseload.ssda903.snapshot import snapshot
from banding.errors import CaseloadError, Finding
from banding.pack.meaning import Pack


@dataclass(frozen=True, slots=True)
class Query:
    """A question to a database; the URI may hold a password, and is never shown whole."""

    uri: str = field(repr=False)
    sql: str = field(repr=False)
    driver: str | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """
    caseload  one row a child or record.
    inputs    the files read, and `asked` of a database: what a manifest says of them, without a secret.
    accounts  what became of every row of files that were joined; None where none were.
    placed    of joined placements, whether each row's child has one open on the date; None: all children are in care.
    """

    caseload: Caseload
    inputs: tuple[Path, ...]
    accounts: pl.DataFrame | None = None
    placed: pl.Series | None = None
    asked: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """One of the three: `caseload`, `parts` (files by kind: needs, placements, costs, extra) or `query`.

    by      the column by which children of joined files are matched.
    layout  the layout of all files or of the query, where it is not recognised.
    limits  how much the files may ask of the machine.
    accrued_to  the day, not counted itself, to which costs that are sums since 1 April run where files do not say it.
    """

    caseload: Sequence[Path] = ()
    parts: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    query: Query | None = None
    by: str = CHILD
    layout: str | None = None
    limits: Limits = field(default_factory=Limits)
    accrued_to: dt.date | None = None

    @property
    def named(self) -> int:
        """How many of the three are named."""
        return sum((bool(self.caseload), bool(self.parts), self.query is not None))

    def files(self) -> tuple[Path, ...]:
        """The files themselves, those of a folder one by one; what is missing is told when they are read."""
        named = [*self.caseload, *(path for paths in self.parts.values() for path in paths)]
        return tuple(
            file
            for path in named
            for file in (files_in(path) if path.is_dir() and is_return(path) else input_files([path], []))
        )

    def options(self) -> dict[str, str]:
        """What a manifest says of how the files were read."""
        by = {"by": self.by} if self.parts else {}
        return by if self.accrued_to is None else {**by, "accrued_to": self.accrued_to.isoformat()}

    def kind_of(self, file: Path) -> dict[str, str]:
        """The kind under which a file was named, for a manifest; nothing for files that are not joined."""
        for kind, paths in self.parts.items():
            if any(file == path or path in file.parents for path in paths):
                return {"kind": kind}
        return {}

    def read(self, pack: Pack, on: dt.date) -> Gathered:
        """Reads them. A statutory return gives the children who are looked after on the date.

        Raises CaseloadError with all findings where they cannot be used, or are not one of the three.
        """
        if self.named != 1:
            message = "Expected one of: files of a caseload, --needs with what is to be joined to it, or --query."
            raise CaseloadError(Finding("which-source", "", "", message, "Give one of them."))
        if self.parts:
            if "needs" not in self.parts:
                message = "Files are joined to profiles, and no profiles are named."
                raise CaseloadError(Finding("which-source", "", "--needs", message, "Name them with --needs."))
            joined = caseload_as_of(self.parts, pack, on, lambda paths: self._files(paths, on), by=self.by)
            return Gathered(joined.caseload, self.files(), joined.accounts, joined.placed)
        if self.query is not None:
            return self._asked(self.query)
        return Gathered(self._files(self.caseload, on), self.files())

    def _files(self, paths: Sequence[Path], on: dt.date) -> Caseload:
        if len(paths) == 1 and is_return(paths[0]):
            return snapshot(read_return(paths[0], self.limits), on)
        return read(paths, layout=self.layout, limits=self.limits, accrued_to=self.accrued_to)

    def _asked(self, query: Query) -> Gathered:
        from banding.caseload.database import database, read_query  # noqa: PLC0415  (an extra)

        caseload = read_query(
            query.uri,
            query.sql,
            driver=query.driver,
            layout=self.layout,
            limits=self.limits,
            accrued_to=self.accrued_to,
        )
        asked = {
            "database": database(query.uri, query.driver).shown,
            # The query itself may name a child.
            "query_sha256": hashlib.sha256(query.sql.encode()).hexdigest(),
            "rows": caseload.frame.height,
        }
        return Gathered(caseload, (), asked=asked)
