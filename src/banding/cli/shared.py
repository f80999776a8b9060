"""What the commands share: their options, how they speak, and how a finding reads on a terminal."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from banding.errors import Finding
    from banding.pack.meaning import Pack

DONE, SOME_REJECTED, NOTHING_DONE = 0, 1, 2
MOST_SHOWN = 20
DEFAULT_PACK = "england-reference"

PackName = Annotated[str, typer.Argument(metavar="PACK", help="A pack's id, ID@VERSION, or the path of its folder.")]
PackOption = Annotated[
    str, typer.Option("--pack", metavar="PACK", help="A pack's id, ID@VERSION, or the path of its folder.")
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="The caseload's date, such as 2026-04-01; default today.")
]
LayoutOption = Annotated[
    str | None,
    typer.Option("--layout", metavar="NAME|FILE", help="The layout of the files, where it is not recognised."),
]


def speak_any_letter() -> None:
    """Lets both streams take letters that a console or a redirect cannot show, such as those of a child_id: escaped
    rather than fatal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """What is said on the way, on stderr."""
    with suppress(OSError):  # nobody listens: the work goes on
        typer.echo(text, err=True)


def show(text: str) -> None:
    """A result, on stdout."""
    try:
        typer.echo(text)
    except BrokenPipeError:
        # The reader has seen enough, as `head` has; whatever is left in the buffer must not fail when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(DONE) from None


def announce_compiling() -> None:
    """Says that the kernel is about to be compiled, where it has not been on this machine."""
    from banding.engine.warm import is_cold  # noqa: PLC0415

    if is_cold():
        say("Preparing the engine for its first use on this machine: some seconds, once.")


def date_of(text: str | None, option: str = "--on") -> dt.date:
    """The date that an option says; today without one."""
    if text is None:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("expected a date such as 2026-04-01", param_hint=option) from None


def pack_named(name: str, on: dt.date) -> Pack:
    """The pack of --pack, with a warning where it is not in force on the date."""
    from banding.pack.library import load_pack  # noqa: PLC0415

    pack = load_pack(name, on=on)
    if not pack.in_force(on):
        say(
            f"Warning: {pack.header.id} {pack.header.version} is not in force on {on}; it is used because it was named."
        )
    return pack


def title(pack: Pack) -> str:
    """A pack as it is announced: never without its status."""
    header = pack.header
    return f"{header.title} ({header.id} {header.version}, {header.status})"


def tell(findings: Sequence[Finding]) -> None:
    """The first few of each kind, those about single rows last; where not all are shown, how many there are by rule."""
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.code if finding.index is None else "", []).append(finding)
    for rule in sorted(kinds, key=lambda rule: not rule):
        told = kinds[rule]
        for finding in told[:MOST_SHOWN]:
            word = "" if finding.severity == "error" else f"{finding.severity.capitalize()}: "
            say(f"{word}{finding}")
        if len(told) <= MOST_SHOWN:
            continue
        if rule:
            say(f"... and {len(told) - MOST_SHOWN} more of the kind {rule}.")
        else:
            say(f"... and {len(told) - MOST_SHOWN} more about single rows. All {len(told)} by rule:")
            for (severity, code), times in Counter((f.severity, f.code) for f in told).most_common():
                say(f"  {severity}, {code}: {times}")
