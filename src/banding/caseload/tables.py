"""Tables as people make them: a title above the names of the columns, blank columns, a total row, notes below.

Each is found and said in a note with its row, and left out; nothing that could be a child's row is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import polars as pl

from banding.errors import Finding

Fits = Callable[[Sequence[str]], bool]
# Above the names of the columns stand a title and a few lines, not a page.
MOST_ABOVE = 50
_TOTALS = frozenset(("total", "totals", "grand total", "sum"))
_MOST_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Table:
    """
    frame     one row a row of the file that is not wholly blank; every column String, a blank cell null or spaces.
    lines     Int64: the number by which a spreadsheet shows each row of `frame`.
    findings  notes of what was left out; and each cell that cannot be read: null in `frame`, and an error that rejects
              its row.
    """

    frame: pl.DataFrame
    lines: pl.Series
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        if self.lines.len() != self.frame.height:
            raise AssertionError("a row has no number")


def each_once(cells: pl.Series, work: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """What `work` makes of a frame of the cells, whose only column is `raw`, each different cell worked on once: files
    have many rows and few different answers (600,000 rows of 39 columns: 8 s, against 200 s)."""
    distinct = cells.unique()
    if distinct.len() > cells.len() // 2:
        return work(cells.to_frame("raw"))
    made = work(distinct.to_frame("raw")).with_columns(distinct.alias("raw"))
    rows = cells.to_frame("raw").join(made, on="raw", how="left", nulls_equal=True, maintain_order="left")
    return rows.drop("raw")


def aligned(column: pl.Series, lengths: Sequence[int]) -> pl.Series:
    """The column in chunks of these lengths, for a frame that is chunked so: where one column of a frame is not, polars
    copies all of them at the next step (a million rows of 83 columns: 3 s)."""
    if column.chunk_lengths() == lengths:
        return column
    ends = accumulate(lengths)
    return pl.concat([column[end - length : end] for length, end in zip(lengths, ends, strict=True)], rechunk=False)


def blank_rows(frame: pl.DataFrame) -> pl.Series:
    """True for each row in which no cell holds anything."""
    first, *others = frame.get_columns()
    blank = _blank(first)
    for column in others:
        # Few rows have a blank first cell, and only those are looked at any further.
        here = blank.arg_true()
        if not here.len():
            break
        blank = blank.scatter(here, _blank(column.gather(here)))
    return blank


def _blank(cells: pl.Series) -> pl.Series:
    return ~cells.str.contains(r"\S").fill_null(value=False)


def header_at(rows: Iterable[Sequence[str | None]], fits: Fits) -> int | None:
    """The place, from 0, of the first row whose cells can be the names of a caseload's columns."""
    for at, row in enumerate(rows):
        if at > MOST_ABOVE:
            return None
        if fits([(cell or "").strip() for cell in row]):
            return at
    return None


def said_above(count: int, file: str, place: str = "") -> Finding:
    """That a title stands above the names of the columns, which are in row `count` + 1."""
    message = f"The names of the columns stand in row {count + 1}; what is above them is not read."
    return Finding("title-above", file, place, message, "", "note")


def said_blank(columns: Sequence[str], file: str, place: str = "") -> Finding:
    """That columns without a name and without content are left out."""
    message = f"Blank columns without a name are left out: {_some(columns)}."
    return Finding("blank-columns", file, place, message, "", "note")


def said_left_out(shown: Sequence[str], file: str) -> Finding:
    """That sheets of a workbook which hold something else are left out."""
    return Finding("sheets-left-out", file, "", f"Other sheets are left out: {_some(shown)}.", "", "note")


def left_out_of(numbers: pl.Series, reason: str) -> str:
    """That rows, by the numbers of a spreadsheet, are left out, and why."""
    many = f"{numbers.len():,} rows are left out" if numbers.len() > 1 else "A row is left out"
    return f"{many}: {reason}. Row{'s' * (numbers.len() > 1)} {_some(list(map(str, numbers)))}."


def without_ends(table: Table, child_id: str | None, file: str) -> Table:
    """The table without the notes below it and without its total rows, both said.

    child_id  the column that says whose row it is; None where there is none, and then no total can be told.

    A note is a row of which only the first column holds anything, and that is words, below a blank row; a total is a
    last row that says so instead of a child's id.
    """
    keep = _without_notes(table)
    notes = table.lines[keep:].to_list()
    ids = table.frame[child_id] if child_id in table.frame.columns else None
    end = keep
    while ids is not None and end and _is_total(ids[end - 1]):
        end -= 1
    totals = table.lines[end:keep].to_list()
    said = []
    if totals:
        message = f"{_rows(totals)} a total, not a child's, and left out."
        said.append(Finding("total-row", file, f"row {totals[0]}", message, "", "note"))
    if notes:
        message = f"{_rows(notes)} a note below the table, and left out."
        said.append(Finding("note-below", file, f"row {notes[0]}", message, "", "note"))
    if not said:
        return table
    kept = tuple(finding for finding in table.findings if finding.index is None or finding.index < end)
    return replace(table, frame=table.frame[:end], lines=table.lines[:end], findings=(*said, *kept))


def _without_notes(table: Table) -> int:
    """How many rows are left without the notes."""
    frame, lines = table.frame, table.lines
    end = at = frame.height
    while frame.width > 1 and at > 1 and _is_note(frame.row(at - 1)):
        at -= 1
        if lines[at] - lines[at - 1] > 1:
            end = at
    return end


MOST_WORDS_OF_AN_ID = 3


def _is_note(row: Sequence[str | None]) -> bool:
    first, *others = ((cell or "").strip() for cell in row)
    # A few bare words may be a child's id, with nothing else known: such a row is kept, and rejected where it must be.
    words = len(first.split())
    return not any(others) and (
        words > MOST_WORDS_OF_AN_ID or (words > 1 and bool(re.search(r"[.:;,!?](?:\s|$)", first)))
    )


def _is_total(cell: str | None) -> bool:
    return " ".join((cell or "").casefold().rstrip(": ").split()) in _TOTALS


def _rows(numbers: Sequence[int]) -> str:
    return f"Row {numbers[0]} is" if len(numbers) == 1 else f"Rows {_some(list(map(str, numbers)))} are each"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_ROWS_NAMED
    return ", ".join(names[:_MOST_ROWS_NAMED]) + (f" and {more} more" if more > 0 else "")
