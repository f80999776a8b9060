"""The commands. Only wiring: what a command does lives in the module it calls, imported when the command runs.

Results go to files or stdout, everything said on the way to stderr. Exit status: 0 done, 1 done but some rows rejected,
2 nothing done.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from banding.errors import Finding
    from banding.pack.meaning import Pack
    from banding.run import Run

DONE, SOME_REJECTED, NOTHING_DONE = 0, 1, 2
MOST_SHOWN = 20

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PackName = Annotated[str, typer.Argument(metavar="PACK", help="A pack's id, ID@VERSION, or the path of its folder.")]
PackOption = Annotated[
    str, typer.Option("--pack", metavar="PACK", help="A pack's id, ID@VERSION, or the path of its folder.")
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="The caseload's date, such as 2026-04-01; default today.")
]


@app.callback()
def main_callback() -> None:
    """Needs-to-cost banding for children's placements: supports a decision, never takes one."""


@app.command()
def score(
    caseload: Annotated[
        list[Path], typer.Argument(metavar="CASELOAD...", help="CSV, Parquet or JSON files, or a folder of them.")
    ],
    pack: PackOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Scored rows, ending in .csv, .parquet or .json.")],
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help="Every reason for which a row was rejected, a row each."),
    ] = None,
    on: OnOption = None,
    layout: Annotated[
        str | None,
        typer.Option("--layout", metavar="NAME|FILE", help="The layout of the files, where it is not recognised."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Also write the caseload's own columns.")] = False,
) -> None:
    """Score a caseload: one row out for every row in."""
    from banding.run import score_files  # noqa: PLC0415

    date = _date(on)
    read = _pack(pack, date)
    _announce_compiling()
    run = score_files(caseload, read, date, out, rejects=rejects, layout=layout, keep=keep)
    _say(f"Read as {run.layout}; scored by {_title(read)}, on {date}.")
    _findings(run.findings)
    for path in run.written:
        _say(f"Wrote {path}")
    raise typer.Exit(_counted(run))


@app.command()
def packs() -> None:
    """List the packs that are shipped."""
    from banding.pack.library import listing, version_gaps  # noqa: PLC0415

    listed = listing()
    for entry in listed:
        header = entry.header
        until = f" to {header.to}" if header.to else ""
        _print(f"{header.id}@{header.version}  ({header.status}, from {header.from_}{until})")
        _print(f"    {header.title}")
    _findings(version_gaps(listed))


@app.command()
def show(pack: PackName, on: OnOption = None) -> None:
    """Show a pack: what it reads, its items, bands, settings, prices and reviews."""
    from banding.pack.show import describe  # noqa: PLC0415

    date = _date(on)
    read = _pack(pack, date)
    _print(describe(read, date))
    _findings(read.findings)


@app.command()
def warm() -> None:
    """Compile the kernel ahead of its first use."""
    from banding.engine.warm import warm as warm_up  # noqa: PLC0415

    seconds = warm_up()
    _say(f"The kernel is ready ({seconds:.1f} s).")


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for what is written.")] = Path(
        "banding-demo"
    ),
) -> None:
    """Score a few synthetic records: the first thing to run."""
    from banding.demo import demonstrate  # noqa: PLC0415

    _announce_compiling()
    demonstrate(out, _print)


def main(arguments: Sequence[str] | None = None) -> None:
    """The `banding` command."""
    from banding.errors import BandingError  # noqa: PLC0415

    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="banding")
    except BandingError as error:
        _findings(error.findings)
        _say("Nothing was done.")
        sys.exit(NOTHING_DONE)
    except KeyboardInterrupt:
        _say("Stopped.")
        sys.exit(NOTHING_DONE)
    except SystemExit:
        raise
    except BaseException as error:  # a panic of polars is no Exception
        if isinstance(error, OSError) and error.strerror:
            _say(f"banding failed: {error.strerror}.")
            sys.exit(NOTHING_DONE)
        # A crash is our fault, not the user's. Its text may quote a cell, so only its kind and place are shown.
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        _say(f"banding failed: {type(error).__name__}{place}. This is a fault of banding; please report it.")
        sys.exit(NOTHING_DONE)


# -- what commands share ----------------------------------------------------------------------------------------------


def _say(text: str) -> None:
    with suppress(OSError):  # nobody listens: the work goes on
        typer.echo(text, err=True)


def _print(text: str) -> None:
    try:
        typer.echo(text)
    except BrokenPipeError:
        # The reader has seen enough, as `head` has; whatever is left in the buffer must not fail when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(DONE) from None


def _announce_compiling() -> None:
    from banding.engine.warm import is_cold  # noqa: PLC0415

    if is_cold():
        _say("Preparing the engine for its first use on this machine: some seconds, once.")


def _date(text: str | None) -> dt.date:
    if text is None:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("expected a date such as 2026-04-01", param_hint="--on") from None


def _pack(name: str, on: dt.date) -> Pack:
    from banding.pack.library import load_pack  # noqa: PLC0415

    pack = load_pack(name, on=on)
    if not pack.in_force(on):
        _say(
            f"Warning: {pack.header.id} {pack.header.version} is not in force on {on}; it is used because it was named."
        )
    return pack


def _title(pack: Pack) -> str:
    header = pack.header
    return f"{header.title} ({header.id} {header.version}, {header.status})"


def _findings(findings: Sequence[Finding]) -> None:
    """The first few of each kind, those about single rows last, and how many more there are."""
    rows = "about single rows; --rejects writes all that reject a row"
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(f"of the kind {finding.code}" if finding.index is None else rows, []).append(finding)
    for kind in sorted(kinds, key=lambda kind: kind == rows):
        for finding in kinds[kind][:MOST_SHOWN]:
            word = "" if finding.severity == "error" else f"{finding.severity.capitalize()}: "
            _say(f"{word}{finding}")
        if len(kinds[kind]) > MOST_SHOWN:
            _say(f"... and {len(kinds[kind]) - MOST_SHOWN} more {kind}.")


def _counted(run: Run) -> int:
    """Says how many rows there were, were scored and were rejected; the count of rejected ones is the last line."""
    counts = run.counts
    _say(f"{counts['rows']} rows: {counts['scored']} scored, {counts['rejected']} rejected.")
    if not counts["rejected"]:
        return DONE
    for code, rows in run.reasons.items():
        _say(f"  {code}: {rows}")
    _say(f"{counts['rejected']} rejected")
    return SOME_REJECTED
