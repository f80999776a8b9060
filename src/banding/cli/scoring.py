"""The commands that score a caseload."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from banding.cli.shared import (
    DEFAULT_PACK,
    DONE,
    SOME_REJECTED,
    OnOption,
    OverridesOption,
    PackOption,
    announce_compiling,
    date_of,
    pack_named,
    say,
    show,
    tell,
    tell_accounts,
    title,
)
from banding.cli.source_options import takes_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from banding.engine.coverage import Coverage
    from banding.run import Run
    from banding.sources import Sources


@takes_sources
def score(
    sources: Sources,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Scored rows, ending in .csv, .parquet or .json.")],
    pack: PackOption = DEFAULT_PACK,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help="Every reason for which a row was rejected, a row each."),
    ] = None,
    findings: Annotated[
        Path | None,
        typer.Option("--findings", metavar="FILE", help="All that was found, a row each; also .xlsx."),
    ] = None,
    on: OnOption = None,
    overrides: OverridesOption = None,
    keep: Annotated[bool, typer.Option("--keep", help="Also write the caseload's own columns.")] = False,
) -> None:
    """Score a caseload: one row out for every row in."""
    from banding.run import score_files  # noqa: PLC0415

    date = date_of(on)
    read = pack_named(pack, date)
    announce_compiling()
    run = score_files(sources, read, date, out, rejects=rejects, findings=findings, keep=keep, overrides=overrides)
    say(f"Read as {run.layout}; scored by {title(read)}, on {date}.")
    for line in _covered(run.coverage):
        say(line)
    tell_accounts(run.accounts)
    tell(run.findings)
    for reason, children in run.overridden.items():
        say(f"Overridden by a person, {reason}: {children}")
    for path in run.written:
        say(f"Wrote {path}")
    raise typer.Exit(_counted(run))


def demo(
    children: Annotated[int, typer.Option("--children", metavar="N", min=1, help="How many children to draw.")] = 1000,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for what is written.")] = Path(
        "banding-demo"
    ),
) -> None:
    """Draw a synthetic caseload and score it: the first thing to run."""
    from banding.demo import demonstrate  # noqa: PLC0415

    announce_compiling()
    demonstrate(out, children, show)


def _covered(coverage: Coverage) -> Iterator[str]:
    """How far the profiles cover the children in care, before anything that rests on them."""
    children = coverage.in_care

    def count(of: int, unknown: int = 0) -> str:
        share = f" ({100 * of // children}%)" if children else ""
        return f"{of:,}{share}" + (f", {unknown:,} not known" if unknown else "")

    yield f"Children in care: {children:,}"
    yield f"  with a profile: {count(coverage.with_profile)}"
    if coverage.in_date is not None:
        yield f"  in date: {count(coverage.in_date, coverage.date_unknown)}"
    independent = count(coverage.independent, coverage.rater_unknown)
    yield f"  rated by someone not paid by the placement: {independent}"


def _counted(run: Run) -> int:
    """Says how many rows there were, were scored and were rejected; the count of rejected ones is the last line."""
    counts = run.counts
    say(f"{counts['rows']} rows: {counts['scored']} scored, {counts['rejected']} rejected.")
    if not counts["rejected"]:
        return DONE
    for code, rows in run.reasons.items():
        say(f"  {code}: {rows}")
    say(f"{counts['rejected']} rejected")
    return SOME_REJECTED
