"""The commands about packs and the engine itself."""

from __future__ import annotations

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


def warm() -> None:
    """Compile the kernel ahead of its first use."""
    from banding.engine.warm import warm as warm_up  # noqa: PLC0415

    seconds = warm_up()
    say(f"The kernel is ready ({seconds:.1f} s).")
