"""A start for the layout of a file that none fits: its columns, with a type that fits their cells, for a person to
finish.

What a cell holds goes into the draft only where the column looks like one of codes, and only what stands there more
than once: names, notes and ids stay in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from banding.caseload import books, text
from banding.caseload.layout import recognise
from banding.caseload.layout_mistakes import OURS
from banding.caseload.layout_model import CHILD_ID, PROFILE_DATE, DateFormat, Gives, folds
from banding.caseload.limits import Limits
from banding.errors import CaseloadError, Finding, nearest
from banding.vocabulary import FACTS

MOST_CODES = 12
LONGEST_CODE = 40
ROWS_A_CODE = 2
MOST_IDENTIFYING = 3
NEAR = 0.75

_PRIVATE = re.compile(
    r"name|address|post ?code|phone|e-?mail|nhs|upn|note|comment|reason|descri|detail|officer|worker|carer|author"
    r"|birth|dob|summary|narrative|text"
)
_MONEY = re.compile(r"cost|price|fee|charge|amount|contribution|spend")
_ID = re.compile(r"\bids?\b|identifier|reference|\bref\b|\bcase (?:number|no)\b|\bchild\b")
_POUNDS = r"^-?£? ?-?[0-9]{1,3}(,?[0-9]{3})*(\.[0-9]+)?$"
_DAY_FIRST, _ISO = "^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class _Guess:
    """What a column seems to hold: a type with its keys in TOML, the codes seen, and what is left to a person."""

    type: str
    keys: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


def draft_of(path: Path) -> str:
    """The draft for a CSV file or a workbook.

    Raises CaseloadError where it cannot be read as a table, or a layout that is shipped reads it already.
    """
    file = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}."
        raise CaseloadError(Finding("unreadable", file, "", message, "Check the path.")) from None
    if (suffix := path.suffix.lower()) in books.READERS:
        raw = books.table(content, suffix, file, _can_be_names, Limits(), named=True).frame
    else:
        raw = text.read(text.as_utf8(content, file)[0], file, _can_be_names, Limits()).frame
    if (known := recognise(raw.columns)) is not None:
        remedy = f"`banding layouts show {known.id}` prints it."
        raise CaseloadError(Finding("layout-known", file, "", f"The layout {known.id} reads this file.", remedy))
    return draft(raw, path.stem)


def _can_be_names(cells: Sequence[str]) -> bool:
    return sum(map(bool, cells)) > 1


def draft(raw: pl.DataFrame, name: str) -> str:
    """A starter layout as TOML.

    raw   the table as text, one row a child, blank cells null or spaces.
    name  what the layout is called, such as the file's name without its ending.

    What a person must finish stands in comments; until then a draft with money, or without a child's id, is refused.
    """
    columns = {column.name: column.str.strip_chars().replace("", None) for column in raw}
    child = _child_column(columns)
    guesses = {
        column: _Guess("text") if column == child else _guess(column, cells.drop_nulls())
        for column, cells in columns.items()
    }
    kept = {column: guess for column, guess in guesses.items() if guess.type != "text" or column == child}
    lines = list(_heading(name, child, kept))
    for column, guess in kept.items():
        if guess.codes:
            lines += ["", f"[codes.{_key(column)}]", *(f"{_quoted(code)} = []" for code in guess.codes)]
    taken: set[str] = {CHILD_ID}
    for column, guess in kept.items():
        lines += ["", *_field(column, guess, taken, is_child=column == child)]
    left = [column for column in guesses if column not in kept]
    if left:
        lines += ["", "# Left out, because they look like names, ids or free text, or hold nothing:"]
        lines += [f"#   {_quoted(column)}" for column in left]
    return "\n".join(lines)


def _heading(name: str, child: str | None, kept: dict[str, _Guess]) -> Iterator[str]:
    identity = re.sub("[^a-z0-9]+", "-", name.casefold()).strip("-") or "mine"
    yield "# A start, made from the names of the columns and from what they hold. Finish what the comments ask."
    yield "[layout]"
    yield f"id = {_quoted(identity)}"
    yield f"title = {_quoted(name)}  # what this file is, for people"
    yield 'format = "csv"  # any table: CSV or Excel'
    yield 'source = "our own export"  # who makes it, and from which system'
    first = [column for column in (child, *kept) if column is not None]
    known = list(dict.fromkeys(first))[: MOST_IDENTIFYING + 1]
    yield f"identified_by = [{', '.join(map(_quoted, known))}]  # columns that no other file has all of"
    if any(guess.type == "money" for guess in kept.values()):
        yield 'currency = "GBP"'
        yield "# Of which period are the costs? Only weekly ones are read; take the # away when you are sure:"
        yield '# cost_period = "week"'
    if child is None:
        yield f"# No column looks like a child's id: give one `to = {_quoted(CHILD_ID)}` and `required = true`."


def _field(column: str, guess: _Guess, taken: set[str], *, is_child: bool) -> Iterator[str]:
    yield "[[field]]"
    yield f"column = {_quoted(column)}"
    yield f"type = {_quoted(guess.type)}"
    yield from guess.keys
    if is_child:
        yield f"to = {_quoted(CHILD_ID)}  # is this the child's id?"
        yield "required = true"
        return
    if guess.codes:
        yield f"codes = {_quoted(_key(column))}"
    gives: dict[str, Gives] = {"integer": "number", "money": "money", "date": "date"}
    given = gives.get(guess.type)
    near = _nearest_fact(column, given, taken)
    if near is not None:
        taken.add(near)
        yield f"# to = {_quoted(near)}  # the nearest name of ours: is it meant?"
    else:
        yield "# to = a fact of docs/facts.md or an item of the pack; without it the column is checked and not carried"
    if guess.codes:
        values = ", ".join(f"{_quoted(code)} = {_scale_of(code)}" for code in guess.codes)
        yield f"# scale = {{ {values} }}  # our value for each code"
    yield from (f"# {ask}" for ask in guess.asks)


# -- guesses ----------------------------------------------------------------------------------------------------------


def _guess(column: str, cells: pl.Series) -> _Guess:
    """`cells` are those that hold something."""
    words = _words(column)
    if cells.is_empty():
        return _Guess("text")
    if (form := _date_form(cells)) is not None:
        return form
    if cells.str.contains(_POUNDS).all():
        whole = cells.str.contains("^-?[0-9]+$").all()
        if _MONEY.search(words) or cells.str.contains("£", literal=True).any():
            return _Guess("money", ("low = 0",))
        if whole:
            asks = ("Where it is a rating: low = 0 and high = the highest rating there is.",)
            return _Guess("integer", asks=asks) if not _looks_like_id(words, cells) else _Guess("text")
    if _PRIVATE.search(words) or _looks_like_id(words, cells):
        return _Guess("text")
    if cells.str.to_lowercase().is_in(["true", "false"]).all():
        return _Guess("truth")
    return _codes(cells) or _Guess("text")


def _codes(cells: pl.Series) -> _Guess | None:
    counts = cells.value_counts(sort=False).sort(cells.name).rows()
    long = (cells.str.len_chars() > LONGEST_CODE).any()
    if long or len(counts) > MOST_CODES or cells.len() < ROWS_A_CODE * len(counts):
        return None
    codes: dict[str, str] = {}
    often = [code for code, rows in counts if rows >= ROWS_A_CODE]
    for code, folded in zip(often, folds(often), strict=True):
        if folded:
            codes.setdefault(folded, code)
    if not codes:
        return None
    rare = len(counts) - len(often)
    asks = (f"{rare} more stand there once each: add those that are codes.",) if rare else ()
    return _Guess("code", codes=tuple(codes.values()), asks=asks)


def _date_form(cells: pl.Series) -> _Guess | None:
    iso, slashed = cells.str.contains(_ISO), cells.str.contains(_DAY_FIRST)
    if not (iso | slashed).all():
        return None
    parts = cells.filter(slashed).str.extract_groups("^([0-9]+)/([0-9]+)/")
    first, second = (parts.struct.field(place).cast(pl.Int64) for place in ("1", "2"))
    form: DateFormat = "yyyy-mm-dd" if iso.all() else "dd/mm/yyyy" if slashed.all() else "dd/mm/yyyy or yyyy-mm-dd"
    asks: tuple[str, ...] = ()
    if (second > _LAST_MONTH).any():
        asks = ("The month stands first in some: no layout reads that. Export the dates with the day first.",)
    elif slashed.any() and not (first > _LAST_MONTH).any():
        asks = ("Day or month first? No date here tells; the day is read first.",)
    return _Guess("date", (f"format = {_quoted(form)}",), asks=asks)


def _looks_like_id(words: str, cells: pl.Series) -> bool:
    """A column in which nearly every cell is another, or that is called an id."""
    return bool(_ID.search(words)) or (cells.len() > ROWS_A_CODE and cells.n_unique() * 10 > cells.len() * 9)


def _child_column(columns: dict[str, pl.Series]) -> str | None:
    """The column of the child's id: one that is called so and in which most cells differ."""
    fitting = [
        column
        for column, cells in columns.items()
        if _ID.search(words := _words(column))
        and not _PRIVATE.search(words)
        and cells.drop_nulls().n_unique() * ROWS_A_CODE > cells.len()
    ]
    return nearest(CHILD_ID, fitting, cutoff=0.0)


def _nearest_fact(column: str, gives: Gives | None, taken: set[str]) -> str | None:
    """The fact whose name is nearest, of a type that the column can give; any fact for a column of codes."""
    known = {PROFILE_DATE: "date"} | {name: OURS[fact.type] for name, fact in FACTS.items()}
    fitting = [name for name, kind in known.items() if name not in taken and gives in (None, kind)]
    return nearest(_words(column).replace(" ", "_"), fitting, NEAR)


# -- text -------------------------------------------------------------------------------------------------------------


def _words(column: str) -> str:
    """A column's name in small letters, its words apart: "PlacementStart_Date" is "placement start date"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return re.sub(r"[\W_]+", " ", apart).strip().casefold()


def _key(column: str) -> str:
    return re.sub("[^a-z0-9]+", "_", column.casefold()).strip("_") or "answers"


def _quoted(said: str) -> str:
    """Text as TOML has it: JSON's escapes are TOML's too, and it escapes one character more."""
    return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007f")


def _scale_of(code: str) -> str:
    return {"yes": "true", "no": "false", "y": "true", "n": "false"}.get(code.casefold(), '"?"')
