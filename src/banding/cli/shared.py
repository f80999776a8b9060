"""What the commands share: their options, how they speak, and how a finding reads on a terminal."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from banding.caseload.limits import Limits
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
OverridesOption = Annotated[
    Path | None,
    typer.Option("--overrides", metavar="FILE", help="Bands set by hand: child_id, band, person, reason, date."),
]


def limits_of(said: Sequence[str] | None, context: typer.Context) -> Limits:
    """The limits, as --limit changes them; from here on the command is ended if it holds more memory than they say."""
    from banding.caseload.limits import Limits  # noqa: PLC0415
    from banding.memory import watch  # noqa: PLC0415

    limits = Limits().changed(said or ())
    context.call_on_close(watch(limits.memory_bytes, lambda: _end(limits)))
    return limits


def _end(limits: Limits) -> None:
    """Ends the process at once: it may be in the middle of a long call that no exception reaches."""
    from banding.memory import unfinished  # noqa: PLC0415

    error = limits.exceeded("memory_bytes", "This takes more memory than a command may hold.", "")
    for part in list(unfinished):
        part.unlink(missing_ok=True)
    with suppress(OSError):
        os.write(2, f"{error}\nNothing was done.\n".encode())
    os._exit(NOTHING_DONE)


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


def check_extra(name: str, *modules: str) -> None:
    """Raises OutputError where an optional part of the package is asked for and not installed."""
    from banding.errors import Finding, OutputError  # noqa: PLC0415

    absent = [module for module in modules if importlib.util.find_spec(module) is None]
    if absent:
        message = f"This needs packages that are not installed: {', '.join(absent)}."
        raise OutputError(Finding("extra-missing", "", "", message, f"Install them: pip install 'banding[{name}]'"))


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


def tell_accounts(accounts: Iterable[tuple[str, str, int]]) -> None:
    """What became of the rows of joined files: kind, fate, and how many."""
    for kind, fate, rows in accounts:
        say(f"{kind}: {rows:,} rows {fate}")
