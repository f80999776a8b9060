"""The command that writes a rating form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from banding.cli.shared import (
    DEFAULT_PACK,
    OnOption,
    PackOption,
    announce_compiling,
    date_of,
    pack_named,
    say,
    tell,
    title,
)
from banding.cli.source_options import takes_sources

if TYPE_CHECKING:
    import datetime as dt

    from banding.form import Child
    from banding.pack.meaning import Pack
    from banding.sources import Sources


@takes_sources
def form(
    sources: Sources,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The workbook to write, ending in .xlsx.")],
    pack: PackOption = DEFAULT_PACK,
    sample: Annotated[
        int | None,
        typer.Option("--sample", metavar="N", min=1, help="Draw so many of the children, for a second rater."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Another seed draws other children.")] = 1,
    on: OnOption = None,
) -> None:
    """Write a workbook to rate profiles in, for the children of a caseload or for none."""
    from banding.form import write_form  # noqa: PLC0415

    if sample is not None and not sources.named:
        raise typer.BadParameter("name the caseload to draw from", param_hint="--sample")
    date = date_of(on)
    read = pack_named(pack, date)
    children = _children(sources, read, date) if sources.named else []
    drawn = ""
    if sample is not None:
        from banding.form import draw  # noqa: PLC0415

        count = len(children)
        children = draw(children, sample, seed)
        drawn = f"{sample:,} of {count:,} children were drawn with seed {seed}, for a second rater."
        say(drawn)
    rows = write_form(out, read, children, remark=drawn)
    given = f", {len(children):,} of them with a child" if children else ""
    say(f"A form for {title(read)}: {len(read.items)} items, {rows:,} rows{given}.")
    say(f"Wrote {out}")


def _children(sources: Sources, pack: Pack, on: dt.date) -> list[Child]:
    from banding.form import children_of  # noqa: PLC0415

    if sources.parts:
        announce_compiling()  # earlier profiles are banded
    gathered = sources.read(pack, on)
    children, findings = children_of(gathered.caseload)
    tell([*(finding for finding in gathered.caseload.findings if finding.index is None), *findings])
    return children
