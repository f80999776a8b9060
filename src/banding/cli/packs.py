"""The commands about packs and the engine itself."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from banding.cli.shared import (
    DONE,
    SOME_REJECTED,
    OnOption,
    PackName,
    announce_compiling,
    date_of,
    pack_named,
    say,
    show,
    tell,
)


def packs() -> None:
    """List the packs that are shipped."""
    from banding.pack.library import listing, version_gaps  # noqa: PLC0415

    listed = listing()
    for entry in listed:
        header = entry.header
        until = f" to {header.to}" if header.to else ""
        show(f"{header.id}@{header.version}  ({header.status}, from {header.from_}{until})")
        show(f"    {header.title}")
    tell(version_gaps(listed))


def show_pack(pack: PackName, on: OnOption = None) -> None:
    """Show what a pack reads and what it makes of it."""
    from banding.pack.show import describe  # noqa: PLC0415

    date = date_of(on)
    read = pack_named(pack, date)
    show(describe(read, date))
    tell(read.findings)


def test_pack(pack: PackName) -> None:
    """Run a pack's worked cases."""
    from banding.cases import read_cases, run_cases  # noqa: PLC0415
    from banding.pack.library import find_pack, load_pack  # noqa: PLC0415

    read = load_pack(pack)
    cases = read_cases(read, find_pack(pack).folder)
    tell(read.findings)
    announce_compiling()
    missed = run_cases(read, cases)
    for finding in missed:
        show(str(finding))
    named = f"{read.header.id}@{read.header.version}"
    if not cases:
        show(f"{named} has no cases.csv: nothing was run.")
        return
    failed = len({finding.place.partition(",")[0] for finding in missed})
    show(f"{named}: {len(cases):,} cases, {len(cases) - failed:,} as expected, {failed:,} not.")
    raise typer.Exit(SOME_REJECTED if failed else DONE)


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def check_pack(
    pack: PackName,
    on: OnOption = None,
    prove: Annotated[bool, typer.Option("--prove", help="Prove it for all profiles: needs banding[prove].")] = False,
    seconds: Annotated[float, typer.Option(help="The time for all proofs together.", min=0.1)] = 120,
    examples: Annotated[
        Path | None,
        typer.Option("--examples", metavar="FILE.csv", help="Write the profiles that show something, for explain."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Text, or JSON.")] = Format.TEXT,
) -> None:
    """Find what is doubtful in a pack; with --prove, prove what must hold for all profiles.

    Exit status: 0 nothing found, 1 something found or not decided in time, 2 the pack cannot be read.
    """
    from banding.checking.check import check  # noqa: PLC0415
    from banding.checking.telling import as_data, examples_as_csv, in_words  # noqa: PLC0415
    from banding.errors import OutputError  # noqa: PLC0415
    from banding.pack.library import find_pack, load_pack, version_before  # noqa: PLC0415
    from banding.whole import WholeFiles, target_faults  # noqa: PLC0415

    if examples is not None and not prove:
        raise typer.BadParameter("needs --prove", param_hint="--examples")
    if examples is not None and (faults := target_faults(examples, (".csv",))):
        raise OutputError(faults)
    date = date_of(on)
    read = pack_named(pack, date)
    before = version_before(find_pack(pack, on=date)) if prove else None
    earlier = load_pack(before.folder) if before is not None else None
    checked = check(read, date, seconds=seconds if prove else None, earlier=earlier)
    show(in_words(checked) if form is Format.TEXT else as_data(checked))
    if examples is not None:
        with WholeFiles() as files:
            files.add(examples, lambda file: file.write(examples_as_csv(checked).encode()))
            files.put_in_place()
        say(f"Wrote {examples}")
    raise typer.Exit(SOME_REJECTED if checked.findings else DONE)


def warm() -> None:
    """Compile the kernel ahead of its first use."""
    from banding.engine.warm import warm as warm_up  # noqa: PLC0415

    seconds = warm_up()
    say(f"The kernel is ready ({seconds:.1f} s).")
