"""What can be wrong, where, and what to do about it: one kind of finding, one tree of errors.

A finding is data: whoever shows it chooses the words around it. Its text names file, key, row and column, never the
content of a cell, because a cell may hold a child's name; the cell itself travels in `value`, for data files only.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful.

    code     stable kebab-case name of the kind of finding.
    file     the file it is in, as the user named it; "" where there is none (a frame passed to the API).
    place    the key, row, column or path inside that file, as a person would look for it.
    message  what is wrong and what was expected, in one or two sentences.
    remedy   what to do next, one sentence; "" where the message already says it.
    severity an error refuses the pack, file or row; a warning is said and goes on; a note is there to be looked up.
    index    zero-based row of the caseload the finding is about; None where it is about the whole file or a pack.
    path     the column, or the dotted path of a JSON record; "" where the finding is about no single one.
    value    the cell's content: for findings and rejects files only, never in text.
    """

    code: str
    file: str
    place: str
    message: str
    remedy: str = ""
    severity: Severity = "error"
    index: int | None = None
    path: str = ""
    value: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        where = " ".join(part for part in (self.file, self.place) if part)
        says = f"{self.message} {self.remedy}".rstrip()
        return f"{where}: {says}" if where else says

    def within(self, file: str) -> Finding:
        """The same finding, said of `file`."""
        return replace(self, file=file)


class BandingError(Exception):
    """Base of every error this library raises on purpose. `findings` holds all that was found, never only the first."""

    def __init__(self, findings: Iterable[Finding] | Finding) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class PackError(BandingError):
    """A rule pack cannot be found, read or used."""


class CaseloadError(BandingError):
    """A caseload file or frame cannot be used as a whole; a single bad row is rejected instead and raises nothing."""


class OutputError(BandingError):
    """A result could not be written where it was asked for."""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The known name closest to `word`, or None where nothing is close enough to be a likely slip: a share of letters
    in common of at least the cutoff."""
    names = list(known)
    folded = {name.casefold(): name for name in reversed(names)}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """A sentence that offers the nearest name, or ""."""
    near = nearest(word, known, cutoff)
    return f"Did you mean {near}?" if near else ""
