"""The commands about packs and the engine itself."""

from __future__ import annotations

from banding.cli.shared import OnOption, PackName, date_of, pack_named, say, show, tell


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
    """Show a pack: what it reads, its items, bands, settings, prices and reviews."""
    from banding.pack.show import describe  # noqa: PLC0415

    date = date_of(on)
    read = pack_named(pack, date)
    show(describe(read, date))
    tell(read.findings)


def warm() -> None:
    """Compile the kernel ahead of its first use."""
    from banding.engine.warm import warm as warm_up  # noqa: PLC0415

    seconds = warm_up()
    say(f"The kernel is ready ({seconds:.1f} s).")
