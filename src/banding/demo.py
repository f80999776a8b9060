"""The demonstration: a synthetic caseload, banded, priced both ways and reviewed, told in a lay reader's words."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from banding.errors import Finding, OutputError
from banding.explanation.words import KINDS, TIERS
from banding.extras import REPORT, absent, install
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.run import Run, score_files
from banding.synthetic import synthesise, write_synthetic

if TYPE_CHECKING:
    from banding.report.files import Reports

PACK = "england-reference@2026"
SEED = 2026
ON = dt.date(2026, 6, 30)
WIDTH = 80
BAR = 26
PANEL, PANEL_SIZE = 10, 40
SYNTHETIC = "SYNTHETIC CHILDREN: drawn by a computer from published shares. None is real."


def demonstrate(folder: Path, children: int, say: Callable[[str], None]) -> Run:
    """Draws a synthetic caseload into a folder, which is made where it is missing, scores it and says what came of it.

    Raises OutputError where the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"The folder cannot be made: {error.strerror}."
        raise OutputError(Finding("cannot-write", str(folder), "", message, "Choose another with --out.")) from error
    pack = load_pack(PACK)
    drawn = synthesise(children, SEED, pack=pack, on=ON)
    caseload = folder / "synthetic.csv"
    made = write_synthetic(drawn, caseload)
    reports = None if absent(*REPORT) else _reports(folder)
    run = score_files(
        [caseload], pack, ON, folder / "scored.csv", rejects=folder / "rejects.csv", keep=True, reports=reports
    )
    for line in _told(run, pack):
        say(line)
    say("")
    say("Written:")
    for path in (*made, *run.written):
        say(f"  {path}")
    told = (
        f"Open {reports.page} in a browser, and {reports.workbook} in a spreadsheet program."
        if reports
        else (f"The page and the workbook need packages that are not installed. {install('report')}")
    )
    for line in _wrapped(told, "", ""):
        say(line)
    return run


def _reports(folder: Path) -> Reports:
    """The page and the workbook with the lists of children: these are invented, so nobody's record is in them."""
    from banding.report.files import Reports  # noqa: PLC0415
    from banding.review.summarise import Asked  # noqa: PLC0415

    asked = Asked(shareable=False, panel_size=PANEL_SIZE, notes=(SYNTHETIC,))
    return Reports(folder / "panel.html", folder / "panel.xlsx", asked)


def _told(run: Run, pack: Pack) -> Iterator[str]:
    header, counts = pack.header, run.counts
    scored = run.frame.filter(pl.col("status") == "scored")
    yield SYNTHETIC
    yield from _wrapped(
        f"{counts['rows']:,} children, {counts['scored']:,} banded and {counts['rejected']:,} rejected by "
        f"{header.title} {header.version} ({header.status}, prices of {header.price_year}), on {ON}. It supports a "
        "decision; it never takes one.",
        "",
        "",
    )
    yield from _bands(scored, pack)
    yield from _money(scored, pack)
    yield from _reviews(scored, pack)
    yield from _panel(scored, pack)


def _bands(scored: pl.DataFrame, pack: Pack) -> Iterator[str]:
    yield from ("", "WHAT CARE THE NEEDS ASK FOR", f"  {'band':<31}{'children':>9}{'share':>8}")
    counts = dict(scored.group_by("band").len().iter_rows())
    for band in pack.bands.values():
        children = counts.get(band.number, 0)
        share = children / max(scored.height, 1)
        bar = "#" * round(share * BAR * 2)
        yield f"  {band.number} {band.name:<29}{children:>9,}{share:>8.0%}  {bar[:BAR]}"


def _money(scored: pl.DataFrame, pack: Pack) -> Iterator[str]:
    fit = scored.filter(pl.col("cost_fit") != "unknown")
    yield from ("", "WHAT IT COSTS, AND WHAT NEED ALONE WOULD LEAD ONE TO EXPECT")
    yield from _wrapped(
        f"GBP a week, means, of the {fit.height:,} children whose care cost and price can be compared like with like. "
        "'Here': for this band in the setting the child is in. 'Reference': for this band in the setting that the pack "
        "takes as its measure, family first; bands 5 and 6 have no single one.",
    )
    yield f"  {'band':<31}{'children':>9}{'care cost':>12}{'here':>10}{'reference':>12}"
    figures = [pl.col(f"{name}_pence").mean() for name in ("care_cost", "price_expected", "reference_expected")]
    means = {row[0]: row[1:] for row in fit.group_by("band").agg(pl.len(), *figures).iter_rows()}
    for band in pack.bands.values():
        yield _priced(f"{band.number} {band.name}", *means.get(band.number, (0, None, None, None)))
    children, cost, here = fit.select(pl.len(), *figures[:2]).row(0)
    yield _priced("All of them", children, cost, here, None)
    where = dict(scored.group_by("cost_fit").len().iter_rows())
    yield from _wrapped(
        f"Cost within the range {where.get('within', 0):,}, above {where.get('above', 0):,}, below "
        f"{where.get('below', 0):,}."
    )
    rest = scored.filter(pl.col("cost_fit") == "unknown")
    no_price, no_cost = rest["price_expected_pence"].is_null(), rest["care_cost_pence"].is_null()
    yield from _wrapped(
        f"The other {rest.height:,} are not compared: {int(no_price.sum()):,} in settings without a price, "
        f"{int((no_cost & ~no_price).sum()):,} without a known cost, {int((~no_cost & ~no_price).sum()):,} whose cost "
        "covers something else than the price, such as carers' payments, or a total."
    )


def _priced(name: str, children: int, cost: float | None, here: float | None, reference: float | None) -> str:
    shown = ["-" if pence is None else f"{pence / 100:,.0f}" for pence in (cost, here, reference)]
    return f"  {name:<31}{children:>9,}{shown[0]:>12}{shown[1]:>10}{shown[2]:>12}"


def _wrapped(text: str, first: str = "  ", later: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=later)


def _ids(column: pl.Series) -> Counter[str]:
    return Counter(name for text in column.drop_nulls() for name in text.split(";") if name)


def _reviews(scored: pl.DataFrame, pack: Pack) -> Iterator[str]:
    yield from ("", "WHAT A PERSON SHOULD LOOK AT", f"  {'review':<52}{'children':>9}{'check first':>13}")
    stand, unknown = _ids(scored["reviews"]), _ids(scored["reviews_unknown"])
    for kind, words in KINDS.items():
        yield f"  {words}"
        for review in pack.reviews:
            if review.kind == kind:
                yield f"    {review.label:<50}{stand[review.id]:>9,}{unknown[review.id]:>13,}"
    yield "  'Check first': a fact is missing, so nobody can say whether the review stands."


def _panel(scored: pl.DataFrame, pack: Pack) -> Iterator[str]:
    """A few children of each tier, the first tiers first: a panel sees of every kind before it sees more of one."""
    listed = scored.filter(pl.col("priority").is_not_null()).sort("priority", "child_id")
    place = pl.int_range(pl.len()).over("priority")
    first = listed.with_columns(place=place).sort("place", "priority").head(PANEL).sort("priority", "place")
    reviews = {review.id: review for review in pack.reviews}
    holds = {hold.id: hold.because for hold in pack.holds}
    yield from ("", f"THE FIRST {first.height} FOR A PANEL, of each kind of question, never by cost")
    tier = None
    for row in first.to_dicts():
        if row["priority"] != tier:
            tier = row["priority"]
            yield f"  {TIERS[tier].capitalize()}"
        setting = pack.settings[row["setting"]].label if row["setting"] else "setting unknown"
        reach = f" (could be {row['band_low']} to {row['band_high']})" if row["band_low"] != row["band_high"] else ""
        yield from _wrapped(f"{row['child_id']}: care at band {row['band']}{reach}; {setting}", "    ", "      ")
        for name in filter(None, row["reviews"].split(";")):
            yield from _wrapped(reviews[name].because, "      - ", "        ")
        moving = any(reviews[name].kind == "setting" for name in filter(None, row["reviews"].split(";")))
        for name in filter(None, row["holds"].split(";") if moving else ()):
            said = holds[name.rstrip("?")]
            yield from _wrapped(f"{'Check first' if name.endswith('?') else 'Holds'}: {said}", "      . ", "        ")
