"""The command that writes a rating form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from banding.cli.shared import (
    DEFAULT_PACK,
    LayoutOption,
    LimitOption,
    OnOption,
    PackOption,
    date_of,
    limits_of,
    pack_named,
    say,
    tell,
    title,
)

if TYPE_CHECKING:
    from banding.caseload.limits import Limits
    from banding.form import Child


def form(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The workbook to write, ending in .xlsx.")],
    caseload: Annotated[
        list[Path] | None,
        typer.Argument(metavar="CASELOAD...", help="The children to rate: any files that score reads."),
    ] = None,
    pack: PackOption = DEFAULT_PACK,
    sample: Annotated[
        int | None,
        typer.Option("--sample", metavar="N", min=1, help="Draw so many of the children, for a second rater."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Another seed draws other children.")] = 1,
    on: OnOption = None,
    layout: LayoutOption = None,
    limit: LimitOption = None,
) -> None:
    """Write a workbook to rate profiles in."""
    from banding.form import write_form  # noqa: PLC0415

    if sample is not None and not caseload:
        raise typer.BadParameter("name the caseload to draw from", param_hint="--sample")
    limits = limits_of(limit, context)
    read = pack_named(pack, date_of(on))
    children = _children(caseload, layout, limits) if caseload else []
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


def _children(caseload: list[Path], layout: str | None, limits: Limits) -> list[Child]:
    from banding.caseload.read import read as read_files  # noqa: PLC0415
    from banding.form import children_of  # noqa: PLC0415

    files = read_files(caseload, layout=layout, limits=limits)
    children, findings = children_of(files)
    tell([*(finding for finding in files.findings if finding.index is None), *findings])
    return children
