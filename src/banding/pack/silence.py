"""Warnings that a pack says are meant, by name and reason: [[silence]]."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from banding.errors import Finding, did_you_mean
from banding.pack.kinds import KINDS
from banding.pack.model import Document, Silence


def silenced(
    document: Document, findings: Iterable[Finding], *, judged: Collection[str], unknown: bool = False
) -> list[Finding]:
    """The findings that the pack does not silence, and a warning for each silence that nothing answers to.

    judged   the codes that were looked for: a silence of another is left for whoever looks for it.
    unknown  silences of codes that nobody looks for are judged too.
    """
    kept = list(findings)
    # A silence that is taken over is the base author's matter; where there are errors, not every warning is looked for.
    whole = document.base is None and all(finding.severity != "error" for finding in kept)
    for silence in document.rules.silence:
        told = [finding for finding in kept if _answers(finding, silence)]
        kept = [finding for finding in kept if finding not in told]
        if whole and not told and (silence.code in judged or (unknown and silence.code not in KINDS)):
            place, message = f"[[silence]] {silence.code}", f'No warning with this code begins with "{silence.where}".'
            near = "" if silence.code in KINDS else did_you_mean(silence.code, KINDS)
            remedy = near or "Delete it, or correct code and where."
            kept.append(Finding("silence-unused", document.files["rules"], place, message, remedy, "warning"))
    return kept


def _answers(finding: Finding, silence: Silence) -> bool:
    """A warning of that code whose place begins with `where`, at the end of a word: "item anxiety" is no
    "item anxiety_at_night"."""
    begins = re.match(rf"{re.escape(silence.where)}(?![A-Za-z0-9_])", finding.place)
    return finding.code == silence.code and finding.severity == "warning" and begins is not None
