"""The commands that score a caseload."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from banding.cli.shared import (
    DEFAULT_PACK,
    DONE,
    SOME_REJECTED,
    LayoutOption,
    OnOption,
    PackOption,
    announce_compiling,
    date_of,
    pack_named,
    say,
    show,
    tell,
    title,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from banding.engine.coverage import Coverage
    from banding.run import Run


def score(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Scored rows, ending in .csv, .parquet or .json.")],
    caseload: Annotated[
        list[Path] | None,
        typer.Argument(metavar="CASELOAD", help="CSV, Excel, Parquet or JSON files, a folder or a zip of them."),
    ] = None,
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
    layout: LayoutOption = None,
    overrides: Annotated[
        Path | None,
        typer.Option("--overrides", metavar="FILE", help="Bands set by hand: child_id, band, person, reason, date."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Also write the caseload's own columns.")] = False,
    needs: Annotated[
        list[Path] | None, typer.Option("--needs", metavar="FILE", help="Profiles, by profile_date.")
    ] = None,
    placements: Annotated[
        list[Path] | None,
        typer.Option("--placements", metavar="FILE", help="By placement_start and _end; or an SSDA903 folder."),
    ] = None,
    costs: Annotated[
        list[Path] | None, typer.Option("--costs", metavar="FILE", help="Costs, by cost_from and cost_to.")
    ] = None,
    extra: Annotated[list[Path] | None, typer.Option("--extra", metavar="FILE", help="More, a row a child.")] = None,
    by: Annotated[str, typer.Option("--by", metavar="COLUMN", help="What children are matched by.")] = "child_id",
    database: Annotated[
        str | None,
        typer.Option(
            "--database", envvar="BANDING_DATABASE", metavar="URI", help="Asked by --query.", show_default=False
        ),
    ] = None,
    query: Annotated[str | None, typer.Option("--query", metavar="SQL", help="A SELECT in our own columns.")] = None,
    driver: Annotated[str | None, typer.Option("--driver", metavar="NAME", help="An ADBC driver, by name.")] = None,
    accrued_to: Annotated[
        str | None,
        typer.Option("--accrued-to", metavar="DATE", help="The day to which costs since 1 April run, not counted."),
    ] = None,
    limit: Annotated[
        list[str] | None, typer.Option("--limit", metavar="NAME=N", help="Raise a limit, such as rows=5000000.")
    ] = None,
) -> None:
    """Score a caseload: one row out for every row in."""
    from banding.caseload.limits import Limits  # noqa: PLC0415
    from banding.run import score_files  # noqa: PLC0415
    from banding.sources import Query, Sources  # noqa: PLC0415

    if query is not None and database is None:
        raise typer.BadParameter("name the database, or set BANDING_DATABASE", param_hint="--query")
    parts = {"needs": needs, "placements": placements, "costs": costs, "extra": extra}
    sources = Sources(
        caseload=tuple(caseload or ()),
        parts={kind: tuple(paths) for kind, paths in parts.items() if paths},
        query=Query(database, query, driver) if database is not None and query is not None else None,
        by=by,
        layout=layout,
        limits=Limits().changed(limit or ()),
        accrued_to=None if accrued_to is None else date_of(accrued_to, "--accrued-to"),
    )
    date = date_of(on)
    read = pack_named(pack, date)
    announce_compiling()
    run = score_files(sources, read, date, out, rejects=rejects, findings=findings, keep=keep, overrides=overrides)
    say(f"Read as {run.layout}; scored by {title(read)}, on {date}.")
    for line in _covered(run.coverage):
        say(line)
    for kind, fate, rows in run.accounts:
        say(f"{kind}: {rows:,} rows {fate}")
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
