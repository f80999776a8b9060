"""Text files to a frame of text: which encoding, which separator, where the names of the columns stand, and every row
counted before one is read.

A CSV reader fills a short row with blanks and drops a blank beyond the header, so that after one comma too many the
cells of a row would stand in the wrong columns. So separators and ends of lines are compared with those of an even
table, a block at a time (0.6 ns a byte, a tenth of the reading itself); a block that differs is matched against a
pattern of rows, and only a file in which something is wrong goes through Python's reader.
"""

from __future__ import annotations

import codecs
import csv
import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import polars as pl

from banding.caseload import tables
from banding.caseload.limits import Limits
from banding.caseload.tables import Fits, Table
from banding.errors import CaseloadError, Finding

COMMA, TAB = ",", "\t"
_BLOCK = 1 << 22
_MOST_NAMED = 1_000
_PIECE = 1 << 20
_LINE_FEED = 10
_SIGNS = b'\r\n"'
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTES = "Check its quotation marks."
# Python's reader holds the longest cell that it takes as one number for all.
_FIELD_LIMIT = threading.Lock()


def as_utf8(content: bytes, file: str) -> tuple[bytes, list[Finding]]:
    """The text as UTF-8 without a mark, and a note where it was something else.

    UTF-16 is told by its mark; what is no UTF-8 is Windows-1252, which is what Excel for Windows calls CSV. Raises
    CaseloadError where it is none of these, or holds a zero byte.
    """
    if content.startswith(_UTF_16):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError:
            raise _no_text("", "The file has the mark of UTF-16 and is not.", file) from None
        return _without_zero(content, file), [_read_as("UTF-16", file)]
    content = _without_zero(content.removeprefix(codecs.BOM_UTF8), file)
    if content.isascii() or _is_utf8(content):
        return content, []
    try:
        return content.decode("cp1252").encode(), [_read_as("Windows-1252, because it is not UTF-8", file)]
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        message = "The row is neither UTF-8 nor Windows-1252."
        raise _no_text(f"row {row}", message, file) from None


def _read_as(what: str, file: str) -> Finding:
    message = f"The text was read as {what}."
    return Finding("encoding", file, "", message, "If letters look wrong, save it as CSV UTF-8.", "note")


def _without_zero(content: bytes, file: str) -> bytes:
    if (at := content.find(b"\0")) < 0:
        return content
    place = f"row {content.count(bytes((_LINE_FEED,)), 0, at) + 1}"
    raise CaseloadError(
        Finding("bad-encoding", file, place, "The row holds a zero byte: this is no text.", "Export it again.")
    )


def _no_text(place: str, message: str, file: str) -> CaseloadError:
    return CaseloadError(Finding("bad-encoding", file, place, message, "Save it as CSV UTF-8."))


def _is_utf8(content: bytes) -> bool:
    """Looked at piece by piece: the text as a whole would take up to four times the bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _PIECE):
            decoder.decode(content[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


# -- CSV and TSV ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    """
    names      as they stand, trimmed.
    above      rows above it, and whether any of them holds something.
    offset     bytes before it.
    """

    names: list[str]
    above: int
    title: bool
    offset: int
    separator: str


def read(content: bytes, file: str, fits: Fits, limits: Limits) -> Table:
    """A table separated by commas or tabs, from UTF-8 bytes.

    fits  says whether cells can be the names of a caseload's columns; where no row fits, the first is taken.

    Raises CaseloadError with all findings: a name that is there twice, a column with content and no name, every row
    whose number of cells is not the header's, a quotation mark that does not close, and what goes beyond the limits.
    """
    _check_lines(content, file, limits)
    with _longest_cell(limits):
        header = _header(content, file, fits, limits)
        body = content[header.offset :] if header.offset else content
        if not _all_even(body, header, file, limits):
            _refuse_uneven(body, header, file, limits)
    names = [name or f"\0{place}" for place, name in enumerate(header.names)]
    try:
        raw = pl.read_csv(io.BytesIO(body), separator=header.separator, infer_schema=False, new_columns=names)
    except pl.exceptions.PolarsError:
        raise CaseloadError(Finding("bad-csv", file, "", "The file cannot be read as CSV.", _QUOTES)) from None
    first = header.above + 2
    lines = pl.Series("row", range(first, raw.height + first), pl.Int64)
    if (blank := tables.blank_rows(raw)).any():
        raw, lines = raw.filter(~blank), lines.filter(~blank)
    if not raw.height:
        message = "There is a header and no row below it."
        raise CaseloadError(Finding("empty-file", file, "", message, "Export it again."))
    raw, said = _without_unnamed(raw, file)
    if header.title:
        said.append(tables.said_above(header.above, file))
    return Table(raw, lines, tuple(said))


def _without_unnamed(raw: pl.DataFrame, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    unnamed = [name for name in raw.columns if name.startswith("\0")]
    places = [f"column {int(name[1:]) + 1}" for name in unnamed]
    full = [place for place, name in zip(places, unnamed, strict=True) if not tables.blank_rows(raw.select(name)).all()]
    if full:
        raise CaseloadError(
            Finding("no-column-name", file, place, "The column has no name.", "Name it, or delete it.")
            for place in full
        )
    return raw.drop(unnamed), [tables.said_blank(places, file)] if unnamed else []


@contextmanager
def _longest_cell(limits: Limits) -> Iterator[None]:
    with _FIELD_LIMIT:
        before = csv.field_size_limit(limits.cell_characters)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _reader(content: bytes, separator: str, file: str, limits: Limits) -> _Records:
    # Lines end at line feeds alone, as they do for polars: in the text of a cell other ends may stand.
    lines = io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="\n")
    most = limits.columns + limits.cell_characters

    def guarded() -> Iterator[str]:
        for row, line in enumerate(lines, start=1):
            if len(line) > most and line.count(separator) > most:
                raise limits.exceeded("columns", "The row has too many cells.", file, f"row {row}")
            yield line

    return csv.reader(guarded(), delimiter=separator, strict=True)


_Records = Iterator[list[str]]


def _header(content: bytes, file: str, fits: Fits, limits: Limits) -> _Header:
    top = _top(content, COMMA, file, limits)
    at, separator = tables.header_at(top, fits), COMMA
    if at is None and b"\t" in content[:_PIECE]:
        tabbed = _top(content, TAB, file, limits)
        at = tables.header_at(tabbed, fits)
        first = _first_full(top)
        if at is not None or (len(first) == 1 and TAB in first[0]):
            top, separator = tabbed, TAB
    at = at or 0
    if not top:
        raise CaseloadError(Finding("bad-csv", file, "row 1", "The header is not CSV.", _QUOTES))
    names = [cell.strip() for cell in top[at]]
    if len(names) > limits.columns:
        raise limits.exceeded("columns", f"It has {len(names):,} columns.", file, f"row {at + 1}")
    _check_names(names, file, at + 1)
    offset = _offset(content, separator, at)
    return _Header(names, at, any(cell.strip() for row in top[:at] for cell in row), offset, separator)


def _top(content: bytes, separator: str, file: str, limits: Limits) -> list[list[str]]:
    """The first rows, as far as they can be read; blank ones too."""
    rows: list[list[str]] = []
    try:
        # A broken row below the first is for the count of the rows to tell.
        rows.extend(islice(_reader(content, separator, file, limits), tables.MOST_ABOVE + 1))
    except csv.Error as error:
        if "field larger" in str(error) and not rows:
            raise _too_long(1, file, limits) from None
    return rows


def _first_full(rows: Sequence[Sequence[str]]) -> Sequence[str]:
    return next((row for row in rows if any(cell.strip() for cell in row)), ())


def _offset(content: bytes, separator: str, above: int) -> int:
    """The byte at which the row after the first `above` rows begins."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="\n"), delimiter=separator, strict=True)
    for _ in islice(reader, above):
        pass
    at = 0
    for _ in range(reader.line_num if above else 0):
        at = content.index(b"\n", at) + 1
    return at


def _check_names(names: Sequence[str], file: str, row: int) -> None:
    if not any(names):
        remedy = "Delete what stands above the names of the columns."
        raise CaseloadError(Finding("no-column-name", file, f"row {row}", "The first row is blank.", remedy))
    if len(names) == 1 and any(mark in names[0] for mark in ";|"):
        message = "The columns are not separated by commas."
        raise CaseloadError(Finding("bad-csv", file, f"row {row}", message, "Save it as comma-separated CSV."))
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise CaseloadError(
            Finding("duplicate-column", file, f"column {name}", "The column is there twice.", "Keep one.", path=name)
            for name in twice
        )


# -- the cells of every row -------------------------------------------------------------------------------------------


def _all_even(content: bytes, header: _Header, file: str, limits: Limits) -> bool:
    """Whether every row is sure to have the header's number of cells; where it is not, Python's reader has to say."""
    separator = header.separator.encode()
    others = bytes({*range(256)} - {*separator, *_SIGNS})
    start = rows = 0
    while start < len(content):
        end = content.find(b"\n", min(start + _BLOCK, len(content))) + 1 or len(content)
        block = content[start:end] + (b"" if content[end - 1] == _LINE_FEED else b"\n")
        # The signs alone of a block without quotation marks and blank rows are those of one row, over and over.
        signs = block.translate(None, others)
        rows += signs.count(b"\n")
        if rows > limits.rows + 1:
            raise limits.exceeded("rows", f"It has more than {limits.rows:,} rows.", file)
        if _long_line(block, limits.cell_characters) is not None:
            return False
        one = separator * (len(header.names) - 1) + (b"\r\n" if b"\r" in signs else b"\n")
        if signs != one * (len(signs) // len(one)) and not _even_in_quotes(block, header):
            return False
        start = end
    return True


def _even_in_quotes(block: bytes, header: _Header) -> bool:
    """Whether each line is one row of the right number of cells or blank, cells in quotation marks among them."""
    separator, more = header.separator, len(header.names) - 1
    cell = rf'(?:"(?:[^"\n]|"")*"|(?:[^"{separator}\r\n][^{separator}\r\n]*)?)'
    rows = rf"^(?:(?:{cell}{separator}){{{more}}}{cell}\r?\n|[ {separator}]*\r?\n)*$"
    try:
        return bool(pl.Series([block]).cast(pl.String).str.contains(rows).item())
    except pl.exceptions.ComputeError:  # thousands of columns are too many for a pattern
        return False


def _refuse_uneven(content: bytes, header: _Header, file: str, limits: Limits) -> None:
    """Every row whose number of cells is not the header's, rows counted as a spreadsheet does."""
    found: list[Finding] = []
    row, width, more = header.above, len(header.names), 0
    try:
        for row, cells in enumerate(_reader(content, header.separator, file, limits), start=header.above + 1):
            if row > limits.rows + header.above + 1:
                raise limits.exceeded("rows", f"It has more than {limits.rows:,} rows.", file, f"row {row}")
            if len(cells) == width or not any(cell.strip() for cell in cells):
                continue
            if len(found) == _MOST_NAMED:
                more += 1
                continue
            message = f"The row has {len(cells)} cells, the header {width}."
            remedy = 'Put quotation marks around cells that hold a comma: "a, b".'
            found.append(Finding("ragged-row", file, f"row {row}", message, remedy))
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_long(row + 1, file, limits) from None
        found.append(Finding("bad-csv", file, f"row {row + 1}", f"This is not CSV: {error}.", _QUOTES))
    if more:
        message = f"{more} more rows have another number of cells than the header."
        found.append(Finding("ragged-row", file, "", message, "Correct those that are named first."))
    if found:
        raise CaseloadError(found)


def _check_lines(content: bytes, file: str, limits: Limits) -> None:
    """Refuses a line that no row of cells fills: it would be taken into the memory several times over."""
    start = _long_line(content, max(_BLOCK, 4 * limits.cell_characters))
    if start is not None:
        raise _too_long(content.count(b"\n", 0, start) + 1, file, limits)


def _long_line(content: bytes, most: int) -> int | None:
    """Where the first line of more than `most` bytes begins; None where there is none."""
    start = 0
    while len(content) - start > most:
        end = content.rfind(b"\n", start, start + most + 1)
        if end < 0:
            return start
        start = end + 1
    return None


def _too_long(row: int, file: str, limits: Limits) -> CaseloadError:
    message = "A cell of the row is too long, or a quotation mark opens it and none closes it."
    return limits.exceeded("cell_characters", message, file, f"row {row}")
