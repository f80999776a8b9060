"""The commands about a caseload as a whole: its page and workbook, and prices from its own costs."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from banding.cli.report_options import (
    NationalOption,
    PanelSizeOption,
    ReportOption,
    WithChildrenOption,
    WorkbookOption,
    reports_of,
)
from banding.cli.shared import (
    DEFAULT_PACK,
    DONE,
    OnOption,
    PackOption,
    announce_compiling,
    date_of,
    pack_named,
    say,
    tell,
    tell_accounts,
    title,
)
from banding.cli.source_options import takes_sources

if TYPE_CHECKING:
    from banding.review.calibrate import Calibration, Uprating
    from banding.sources import Sources


def review(
    scored: Annotated[Path, typer.Argument(metavar="SCORED", help="What `score --keep` wrote.")],
    pack: PackOption = DEFAULT_PACK,
    report: ReportOption = None,
    workbook: WorkbookOption = None,
    with_children: WithChildrenOption = False,
    panel_size: PanelSizeOption = None,
    national: NationalOption = False,
    before: Annotated[
        Path | None, typer.Option("--before", metavar="SCORED", help="An earlier run: what has changed since.")
    ] = None,
    second: Annotated[
        Path | None, typer.Option("--second", metavar="FILE", help="Second ratings of some children by others.")
    ] = None,
    decided: Annotated[
        list[Path] | None,
        typer.Option("--decided", metavar="FILE", help="Lists that people have decided on, read back."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", min=0, help="Of the intervals.")] = 0,
) -> None:
    """Write the page and the workbook of a scored caseload."""
    from banding.extras import REPORT, check_extra  # noqa: PLC0415

    check_extra("report", *REPORT)
    from banding.scored_files import Reading  # noqa: PLC0415
    from banding.steps import step  # noqa: PLC0415
    from banding.whole import WholeFiles  # noqa: PLC0415

    if report is None and workbook is None:
        report, workbook = (scored.with_name(f"{scored.stem}-review{ending}") for ending in (".html", ".xlsx"))
    announce_compiling()
    read = Reading(pack)
    found = read.scored(scored)
    reports = reports_of(
        report,
        workbook,
        with_children=with_children,
        panel_size=panel_size,
        national=national,
        before=None if before is None else read.scored(before),
        second=None if second is None else read.table(second),
        decisions=read.decisions(decided, found) if decided else None,
        seed=seed,
    )
    assert reports is not None
    inputs = [scored, *(path for path in (before, second) if path is not None), *(decided or ())]
    reports.check(inputs)
    tell(read.findings)
    step("Summing up the caseload")
    with WholeFiles() as files:
        for target, write in reports.writes(found).items():
            files.add(target, write)
        written = files.put_in_place()
    say(f"Reviewed by {title(found.pack)}, on {found.on}.")
    for line in reports.agreement():
        say(line)
    for path in written:
        say(f"Wrote {path}")
    raise typer.Exit(DONE)


@takes_sources
def calibrate(
    sources: Sources,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="The local pack: a folder that is new or empty.")
    ],
    pack: PackOption = DEFAULT_PACK,
    on: OnOption = None,
    name: Annotated[str, typer.Option("--id", metavar="ID", help="The local pack's id.")] = "own-prices",
    uprate: Annotated[
        str | None, typer.Option("--uprate", metavar="FACTOR", help="Multiplies every price, such as 1.034.")
    ] = None,
    index: Annotated[
        str | None, typer.Option("--index", metavar="TEXT", help="What --uprate is: index and years.")
    ] = None,
    year: Annotated[
        str | None, typer.Option("--price-year", metavar="YEAR", help="The year the prices are of, such as 2026-27.")
    ] = None,
) -> None:
    """Make a local pack with prices from a caseload's own costs."""
    from banding.extras import check_extra  # noqa: PLC0415

    check_extra("report", "scipy")
    from banding.engine.crosswalk import in_pack_items  # noqa: PLC0415
    from banding.engine.score import score_caseload  # noqa: PLC0415
    from banding.findings import refusals  # noqa: PLC0415
    from banding.review.calibrate import calibrate as calibrated  # noqa: PLC0415
    from banding.review.local_pack import check_priced  # noqa: PLC0415
    from banding.review.own_prices import RELATIVE  # noqa: PLC0415
    from banding.review.reviewed import reviewed  # noqa: PLC0415
    from banding.review.write_local import write_local  # noqa: PLC0415

    date, uprating = date_of(on), _uprating(uprate, index)
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise typer.BadParameter("use small letters, digits and hyphens, such as own-prices", param_hint="--id")
    rules = pack_named(pack, date)
    check_priced(rules, pack)
    announce_compiling()
    gathered = sources.read(rules, date)
    with gathered.caseload.told_by_file():
        frame = in_pack_items(gathered.caseload.frame, rules)
        scored = score_caseload(frame, rules, date, refused=refusals(gathered.caseload.findings))
    say(f"Read as {gathered.caseload.layout}; scored by {title(rules)}, on {date}.")
    if gathered.accounts is not None:
        tell_accounts(gathered.accounts.iter_rows())
    tell(scored.findings)
    found = calibrated(reviewed(scored, frame, rules, date, gathered.placed), uprating=uprating)
    local = write_local(found, rules, out, name=name, version=f"{date:%Y-%m}", on=date, year=year)
    _told(found)
    say(RELATIVE)
    say(f"Wrote {out}: {title(local)}. Use it with --pack {out}; {out / 'README.md'} says how its prices came about.")
    raise typer.Exit(DONE)


def _uprating(factor: str | None, index: str | None) -> Uprating | None:
    from banding.review.calibrate import Uprating  # noqa: PLC0415

    if factor is None and index is None:
        return None
    if factor is None or not index:
        raise typer.BadParameter("give both: the factor, and what index of which years it is", param_hint="--uprate")
    try:
        times = Decimal(factor)
    except InvalidOperation:
        times = Decimal(0)
    if not Decimal("0.2") <= times <= Decimal(5):
        raise typer.BadParameter("expected a factor such as 1.034 for 3.4% more", param_hint="--uprate")
    return Uprating(times, index)


def _told(found: Calibration) -> None:
    """What a person must see before using the prices: inversions first, then few children, the pool, neutrality."""
    if found.inversions.height:
        say(f"A lower band costs more than the next one in {found.inversions.height} places: see the README first.")
    few = found.cells["shrunk"].sum()
    say(f"{found.cells.height} prices, {few} of them with too few children or providers to stand on their own.")
    for what, children, pence in found.ledger.iter_rows():
        say(f"  {what}: {children:,} children, {pence / 100:,.0f} GBP a week")
    ratio = found.neutrality["ratio"][-1]
    word = "" if found.neutral else "NOT neutral: "
    say(f"{word}prices come to {'-' if ratio is None else f'{ratio:.4f}'} of the pounds they are drawn from.")
