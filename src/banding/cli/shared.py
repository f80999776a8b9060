"""What the commands share: their options, how they speak, and how a finding reads on a terminal."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from banding.cli.progress import aside

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
    with suppress(OSError), aside():
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
    with suppress(OSError), aside():  # nobody listens: the work goes on
        typer.echo(text, err=True)


def show(text: str) -> None:
    """A result, on stdout."""
    try:
        with aside():
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
    if not findings:
        return
    import polars as pl  # noqa: PLC0415

    from banding.caseload.model import OF_A_ROW, Findings  # noqa: PLC0415

    rule = pl.when(OF_A_ROW).then(pl.lit("")).otherwise("code")
    kinds = Findings.of(findings).frame.group_by(rule=rule, maintain_order=True)
    for (kind,), told in sorted(kinds, key=lambda group: group[0] == ("",)):
        for finding in Findings(told.drop("rule", strict=False).head(MOST_SHOWN)):
            word = "" if finding.severity == "error" else f"{finding.severity.capitalize()}: "
            say(f"{word}{finding}")
        more = told.height - MOST_SHOWN
        if more > 0 and kind:
            say(f"... and {more} more of the kind {kind}.")
        elif more > 0:
            say(f"... and {more} more about single rows. All {told.height} by rule:")
            by_rule = told.group_by("severity", "code", maintain_order=True).len("times")
            for severity, code, times in by_rule.sort("times", descending=True, maintain_order=True).iter_rows():
                say(f"  {severity}, {code}: {times}")


def tell_accounts(accounts: Iterable[tuple[str, str, int]]) -> None:
    """What became of the rows of joined files: kind, fate, and how many."""
    for kind, fate, rows in accounts:
        say(f"{kind}: {rows:,} rows {fate}")
