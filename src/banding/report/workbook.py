"""The summary as a workbook: cover, contents, notes, a sheet a table; in a working file the children, with lists to
decide on.

The figures are those of the summary's tables and nothing else: what is suppressed there is not in any cell here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from banding.accessible import MOST_ROWS, Book, height
from banding.explanation.words import day
from banding.pack.meaning import Pack
from banding.review.model import Section, Table, Unit
from banding.review.summary import SHAREABLE, SYMBOLS, WORKING, ChildList, Summary

_FORMATS = {
    Unit.KEY: "text",
    Unit.TEXT: "text",
    Unit.CHILDREN: "count",
    Unit.PERCENT: "percent",
    Unit.POUNDS: "pounds",
    Unit.NUMBER: "number",
}
_WIDTHS = {Unit.KEY: 34, Unit.TEXT: 60}
_LONGEST_NAME = 31
_WIDE = 40


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of one table.

    name    at most 31 letters, unique in the workbook.
    title   above the table; `says`: lines between the two, each a whole sentence.
    labels  the column names, unique.
    rows    text or numbers, None an empty cell.
    kinds   the format of each column.
    widths  of each column, in letters.
    choices of a column by its place, the texts that may be chosen in it.
    """

    name: str
    title: str
    says: tuple[str, ...]
    labels: tuple[str, ...]
    rows: Sequence[Sequence[str | float | None]]
    kinds: tuple[str, ...]
    widths: tuple[int, ...]
    choices: Mapping[int, tuple[str, ...]]


def write_workbook(summary: Summary, pack: Pack, file: BinaryIO, *, lists: Sequence[ChildList] = ()) -> None:
    """Writes the workbook.

    lists  of children, for a working file; ValueError where the summary is the shareable one.

    A list longer than a sheet is cut at its length, and the sheet says so.
    """
    if lists and summary.shareable:
        raise ValueError("a shareable workbook holds no children")
    book = Book(f"{summary.title}, {summary.on}", f"{summary.pack} {summary.version}", summary.on)
    sheets = [*_tables(summary), *(_children(one) for one in lists), _bands(pack), *_prices(pack)]
    names = _unique([sheet.name for sheet in sheets])
    book.page("Cover", _cover(summary, pack))
    titles = [(name, sheet.title) for name, sheet in zip(names, sheets, strict=True)]
    _add(book, _words("Contents", "What the sheets hold", ("Sheet", "What it holds"), titles))
    _add(book, _words("Notes", "Notes", ("About", "Note"), list(_notes(summary))))
    for name, sheet in zip(names, sheets, strict=True):
        _add(book, sheet, name)
    file.write(book.content())


# -- what the sheets hold ---------------------------------------------------------------------------------------------


def _cover(summary: Summary, pack: Pack) -> Iterator[str]:
    yield f"{summary.title}: summary of a caseload"
    yield f"{summary.pack} {summary.version} ({summary.status}), on {day(summary.on)}."
    yield SHAREABLE if summary.shareable else WORKING
    yield from summary.notes
    yield "# What it shows"
    tables = summary.tables
    for section in summary.sections:
        for sentence in section.says[:1]:
            yield f"{section.title} {sentence.filled(tables)}"
    yield "# How to read it"
    yield "The sheet Contents names every sheet. The sheet Notes says what figures rest on and what symbols mean."
    yield "This supports decisions and never takes one: people may decide otherwise."
    yield f"Pack fingerprint {pack.fingerprint}."


def _notes(summary: Summary) -> Iterator[tuple[str, str]]:
    yield from ((f"[{symbol}]", meaning) for symbol, meaning in SYMBOLS.items())
    tables = summary.tables
    for section in summary.sections:
        yield from ((section.title, sentence.filled(tables)) for sentence in section.says)
        yield from ((section.title, text) for text in section.cannot)


def _tables(summary: Summary) -> Iterator[Sheet]:
    for section in summary.sections:
        for table in section.tables:
            yield _table(section, table)


def _table(section: Section, table: Table) -> Sheet:
    symbols = {symbol for column in table.symbols for symbol in column.drop_nulls()}
    doubtful = ("All figures but counts carry [u]: low reliability.",) if "u" in symbols else ()
    units = [column.unit for column in table.columns]
    return Sheet(
        name=table.id.replace("_", " ").capitalize(),
        title=table.title,
        says=(f"{section.title}", *table.notes, *doubtful),
        labels=_distinct([column.label for column in table.columns]),
        rows=[
            [_cell(table, row, column.id, column.unit) for column in table.columns] for row in range(table.frame.height)
        ],
        kinds=tuple(_FORMATS[unit] for unit in units),
        widths=tuple(_WIDTHS.get(unit, 16) for unit in units),
        choices={},
    )


def _distinct(labels: Sequence[str]) -> tuple[str, ...]:
    """Column names no two of which are alike, as a marked-up table must have them: a second one gets a number."""
    found: list[str] = []
    for label in labels:
        alike = sum(other.casefold() == label.casefold() for other in labels[: len(found)])
        found.append(f"{label} ({alike + 1})" if alike else label)
    return tuple(found)


def _cell(table: Table, row: int, name: str, unit: Unit) -> str | float:
    """The figure as a number, or its symbol."""
    value = table.frame[name][row]
    if value is None or unit in (Unit.KEY, Unit.TEXT):
        return table.written(row, name)
    return float(value) / 100 if unit is Unit.PERCENT else float(value)


def _children(one: ChildList) -> Sheet:
    left_out = one.frame.height - MOST_ROWS // 2
    cut = (f"The first {MOST_ROWS // 2:,} children; {left_out:,} more are not here.",) if left_out > 0 else ()
    names = list(one.labels)
    return Sheet(
        name=one.id.replace("_", " ").capitalize(),
        title=one.title,
        says=(WORKING, *one.says, *cut),
        labels=tuple(one.labels.values()),
        rows=one.frame.select(names).head(MOST_ROWS // 2).rows(),
        kinds=("key", *["text"] * (len(names) - 1)),
        widths=tuple(_width(one.frame[name], label) for name, label in one.labels.items()),
        choices={names.index(name): texts for name, texts in one.choices.items()},
    )


def _width(column: pl.Series, label: str) -> int:
    longest = column.cast(pl.String).str.len_chars().max()
    assert longest is None or isinstance(longest, int)
    return max(12, min(_WIDE, max(longest or 0, len(label)) + 2))


def _bands(pack: Pack) -> Sheet:
    rows = [
        (str(band.number), band.name, None if band.from_points is None else float(band.from_points), band.describes)
        for band in pack.bands.values()
    ]
    return Sheet(
        "Pack bands", f"The bands of {pack.header.id} {pack.header.version}", ("Names describe care, never a child.",),
        ("Band", "Name", "From points", "Care it describes"), rows, ("key", "text", "number", "text"), (8, 34, 14, 60),
        {},
    )  # fmt: skip


def _prices(pack: Pack) -> Iterator[Sheet]:
    if not pack.prices:
        return
    bands = {band.number: f"{band.number} {band.name}" for band in pack.bands.values()}
    sources = {price.row: pack.document.rules.sources.get(price.source or "", "") for price in pack.document.prices}
    rows: list[tuple[str | float | None, ...]] = [
        (
            bands[price.band],
            pack.settings[price.setting].label if price.setting in pack.settings else price.setting,
            ", ".join(price.scopes) or "any",
            *(figure / 100 for figure in (price.low, price.expected, price.high)),
            sources[price.row],
        )
        for price in pack.prices
    ]
    year = f", price year {pack.header.price_year}" if pack.header.price_year else ""
    yield Sheet(
        "Pack prices", f"Prices, {pack.header.currency} a week{year}", (f"{pack.header.status.capitalize()}.",),
        ("Band", "Setting", "Cost it covers", "Low", "Expected", "High", "Source"), rows,
        ("text", "text", "text", "pounds", "pounds", "pounds", "text"), (34, 40, 20, 12, 12, 12, 60), {},
    )  # fmt: skip


# -- sheets -----------------------------------------------------------------------------------------------------------


def _words(name: str, title: str, labels: tuple[str, str], rows: Sequence[tuple[str, str]]) -> Sheet:
    return Sheet(name, title, (), labels, rows, ("text", "text"), (40, 100), {})


def _unique(names: Sequence[str]) -> list[str]:
    """Names that Excel takes for sheets: short, without its signs, no two alike."""
    found: list[str] = []
    for name in names:
        plain = "".join(letter for letter in name if letter not in "[]:*?/\\'")[:_LONGEST_NAME].strip() or "Sheet"
        number, unique = 2, plain
        while unique.casefold() in {other.casefold() for other in (*found, "cover", "contents", "notes", "history")}:
            unique = f"{plain[: _LONGEST_NAME - 4].strip()} {number}"
            number += 1
        found.append(unique)
    return found


def _add(book: Book, sheet: Sheet, name: str | None = None) -> None:
    target = book.sheet(name or sheet.name)
    target.fit_to_pages(1, 0)
    for at, width in enumerate(sheet.widths):
        target.set_column(at, at, width)
    target.write_string(0, 0, sheet.title, book.formats["title"])
    for row, line in enumerate(sheet.says, start=1):
        target.write_string(row, 0, line, book.formats["rating"])
    first = 1 + len(sheet.says)
    marked = re.sub(r"[^a-z0-9]+", "_", f"table of {name or sheet.name}".casefold())
    book.table(target, marked, sheet.labels, max(len(sheet.rows), 1), first=first)
    for row, cells in enumerate(sheet.rows, start=first + 1):
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        target.set_row(row, height(texts, sheet.widths))
        for at, (cell, kind) in enumerate(zip(cells, sheet.kinds, strict=True)):
            if cell is None or cell == "":
                target.write_blank(row, at, None, book.formats[kind])
            elif isinstance(cell, str):
                target.write_string(row, at, cell, book.formats["symbol" if kind not in ("text", "key") else kind])
            else:
                target.write_number(row, at, cell, book.formats[kind])
    for at, allowed in sheet.choices.items():
        last = first + max(len(sheet.rows), 1)
        target.data_validation(first + 1, at, last, at, {"validate": "list", "source": list(allowed)})
