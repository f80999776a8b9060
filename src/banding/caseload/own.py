"""Cells of our own columns as people write them: day/month dates to ISO, "pw" behind a sum left out. All is said.

Nothing is guessed: a column of dates that could be read either way is refused as a whole, and a sum of another period
than a week with its row. Layouts state the forms of their own columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import polars as pl

from banding.caseload import tables
from banding.caseload.layout_model import PROFILE_DATE
from banding.caseload.model import Findings, places
from banding.errors import Finding
from banding.vocabulary import FACTS, Type

DATES = (
    PROFILE_DATE,
    *(name for name, fact in FACTS.items() if fact.type is Type.DATE),
    "placement_start",
    "placement_end",
    "cost_from",
    "cost_to",
)
MONEY = tuple(name for name, fact in FACTS.items() if fact.type is Type.MONEY)
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SLASHED = r"^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})$"
_SHORT = r"^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}$"
_WEEKLY = r"(?i)^(.*[0-9])\s*(?:pw|p/w|p\.w\.|per\s+week|/\s*week|/\s*wk|a\s+week|weekly)$"
_OTHER_PERIOD = (
    r"(?i)[0-9]\s*(?:pcm|p\.c\.m\.|pm|p/m|pa|p/a|p\.a\.|pd|p/d|monthly|yearly|annually|daily|nightly"
    r"|(?:per\s+|a\s+|an\s+|/\s*)(?:calendar\s+)?(?:month|quarter|year|annum|day|night|hour))$"
)
_WRITE = "Write it as 2026-04-30."
# What people call a cost without saying of which period it is.
_NO_PERIOD = ("cost", "costs", "total_cost", "placement_cost", "cost_of_placement", "price", "fee", "fees")


def settled(frame: pl.DataFrame, lines: pl.Series, file: str, one: str = "row") -> tuple[pl.DataFrame, Findings]:
    """The frame with dates as ISO text and sums without "pw", in columns of text; and what is to be said of them.

    lines  the number by which a person finds each row.
    one    what the number counts: rows or records.

    A cell that cannot be settled stays as it is, and an error rejects its row. An error without a row refuses the file.
    """
    findings: list[Findings] = [_without_period(frame, file)]
    for names, settle, sign in ((DATES, _dates, "/"), (MONEY, _money, "[A-Za-z]")):
        texts = [name for name in names if frame.schema.get(name) == pl.String]
        # Nearly every cell is plain, and to see that takes a tenth of the time that settling takes.
        signs = frame.lazy().select(pl.col(texts).str.contains(sign).any()).collect()
        for name in (column.name for column in signs if column.any()):
            column, found = settle(frame[name], lines, file, one)
            frame = frame.with_columns(tables.aligned(column, frame[name].chunk_lengths())) if found else frame
            findings.append(found)
    return frame, Findings.of(*findings)


def _without_period(frame: pl.DataFrame, file: str) -> Findings:
    """An error for a column of costs of which nobody says whether they are a day's, a week's or a year's, where the
    file gives no cost of a week."""
    if any(name in frame.columns or f"{name}_pence" in frame.columns for name in MONEY):
        return Findings.of()
    message = "The column holds costs, and nothing says of which period: the commonest fault of cost files."
    remedy = "Call it weekly_cost where it is the total of one week, core_cost where it is the care of one week alone."
    named = [name for name in frame.columns if name.strip().casefold().replace(" ", "_") in _NO_PERIOD]
    return Findings.of([Finding("no-period", file, f"column {name}", message, remedy, path=name) for name in named])


def _dates(given: pl.Series, lines: pl.Series, file: str, one: str) -> tuple[pl.Series, Findings]:
    text = pl.col("raw").str.strip_chars()
    first, second = (text.str.extract(_SLASHED, place).str.zfill(2) for place in (1, 2))
    year = text.str.extract(_SLASHED, 3)
    read = tables.each_once(
        given,
        lambda cells: cells.select(
            slashed=text.str.contains("/", literal=True).fill_null(value=False),
            short=text.str.contains(_SHORT).fill_null(value=False),
            iso=text.str.contains(_ISO).fill_null(value=False),
            day_first=pl.concat_str(year, pl.lit("-"), second, pl.lit("-"), first).str.to_date(strict=False),
            month_first=pl.concat_str(year, pl.lit("-"), first, pl.lit("-"), second).str.to_date(strict=False),
        ),
    )
    day, month = read["day_first"].is_not_null(), read["month_first"].is_not_null()
    dated, name = day | month, given.name
    refused = [
        (read["short"], "The year has two digits: the century cannot be told."),
        (read["slashed"] & ~read["short"] & ~dated, "There is no such date."),
    ]
    settle: list[Finding] = []
    if (month & ~day).any():
        refused.append((dated, "The column holds dates with the month first, so that none with slashes is sure."))
    elif read["iso"].any():
        refused.append((dated, "The column holds dates with slashes beside others, so that their order is not sure."))
    elif (day & ~month).any() or (read["day_first"] == read["month_first"]).filter(dated).all():
        day_first = read["day_first"].dt.to_string("%Y-%m-%d")
        given = day_first.zip_with(day, given).alias(name)
        if rows := int(day.sum()):
            message = f"{rows} dates are written day/month/year, as the days above 12 show, and were read so."
            settle.append(Finding("day-first", file, f"column {name}", message, "", "note", path=name))
    else:
        message = f"No true date of {name} has a day above 12: they could be day/month or month/day."
        remedy = "Write the column's dates as year-month-day, such as 2026-04-30."
        settle.append(Finding("date-order", file, f"column {name}", message, remedy, path=name))
    return given, Findings.of(settle, *_refused(given, refused, Finding("bad-date", file, one, "", _WRITE), lines))


def _money(given: pl.Series, lines: pl.Series, file: str, one: str) -> tuple[pl.Series, Findings]:
    text = given.str.strip_chars()
    sums = text.str.extract(_WEEKLY, 1)
    weekly = sums.is_not_null()
    other = text.str.contains(_OTHER_PERIOD).fill_null(value=False)
    said = []
    if rows := int(weekly.sum()):
        given = sums.zip_with(weekly, given).alias(given.name)
        message = f"{rows} sums say that they are a week's, and were read as the sum alone."
        said.append(Finding("says-weekly", file, f"column {given.name}", message, "", "note", path=given.name))
    message = f"The sum says that it is of another period; {given.name} is a week's."
    like = Finding("bad-money", file, one, "", "Give the cost of one week.")
    return given, Findings.of(said, *_refused(given, [(other, message)], like, lines))


def _refused(
    given: pl.Series, refused: Iterable[tuple[pl.Series, str]], like: Finding, lines: pl.Series
) -> Iterator[Findings]:
    """A finding for each refused cell; `place` of `like` is what the numbers of the lines count."""
    for rows, message in refused:
        index = rows.arg_true()
        said = replace(like, message=message, path=given.name)
        yield Findings.each(said, index=index, place=places(like.place, lines.gather(index)), value=given.gather(index))
