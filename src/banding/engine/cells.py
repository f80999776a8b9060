"""Cells to whole numbers, a column at a time: ratings, decimals, choices, truths, dates. Typed columns and text alike.

Nothing here knows of rejects: a cell that cannot be read becomes null (or OFF_SCALE), and `columns` says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from banding.pack.lower import NOT_ASKED, UNANSWERED

OFF_SCALE = 127
NOT_ASKED_TEXT = "not_asked"
WHOLE = frozenset(
    (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.UInt128)
)
TEXT = (pl.String, pl.Categorical, pl.Enum)
CURRENCY_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
# Beyond any range of the vocabulary, and small enough to be brought to a scale without running over.
_MOST_WHOLE = 10**15
_TINY = 1e-4
PENCE = 2
_TRUTHS = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}


def ratings(given: pl.Series, top: int, missing_codes: Sequence[str] = ()) -> pl.Series | None:
    """Ratings 0 to top, UNANSWERED, NOT_ASKED, and OFF_SCALE for anything else; None where the type cannot be read."""
    cell = pl.col(given.name)
    codes = [int(code) for code in missing_codes if re.fullmatch("-?[0-9]{1,9}", code)]
    if given.dtype in TEXT:
        if not missing_codes and (digits := _digits(given.cast(pl.String))) is not None:
            plain = digits.fill_null(UNANSWERED)
            return plain.set(plain > top, OFF_SCALE)
        text = cell.cast(pl.String).str.strip_chars()
        coded = text.str.extract(r"^(-?[0-9]{1,9})(?:\.0+)?$", 1).cast(pl.Int64).is_in(codes)
        unanswered = text.is_null() | text.is_in(["", *missing_codes]) | coded
        not_asked = text.str.to_lowercase() == NOT_ASKED_TEXT
        number = text.str.extract(r"^([0-9]{1,3})(?:\.0+)?$", 1).cast(pl.Int64)
    elif given.dtype in WHOLE or given.dtype == pl.Boolean or given.dtype.is_float() or given.dtype.is_decimal():
        whole = pl.when(cell == cell.floor()).then(cell) if given.dtype.is_float() or given.dtype.is_decimal() else cell
        number = whole.cast(pl.Int64, strict=False)
        unanswered = cell.is_null() | number.is_in(codes)
        if given.dtype.is_float():
            unanswered = unanswered | cell.is_nan()
        not_asked = number == NOT_ASKED
        number = pl.when(number >= 0).then(number)
    elif given.dtype == pl.Null:
        return pl.repeat(UNANSWERED, given.len(), eager=True)
    else:
        return None
    code = (
        pl.when(unanswered)
        .then(UNANSWERED)
        .when(not_asked)
        .then(NOT_ASKED)
        .when(number.is_between(0, top))
        .then(number)
        .otherwise(OFF_SCALE)
    )
    return given.to_frame().select(code.alias("code"))["code"]


def _digits(given: pl.Series) -> pl.Series | None:
    """The numbers of a column that holds only single digits and blanks, as most columns of ratings do: a tenth of the
    time that patterns take. None of any other column."""
    if given.str.len_bytes().max() != 1:
        return None
    number = given.cast(pl.Int64, strict=False)
    return number if number.null_count() == given.null_count() else None


def decimals_of(given: pl.Series, decimals: int, sign: str = "") -> tuple[pl.Series, int] | None:
    """The column x 10^decimals as Int64, null where it is no number, and how many finer values were rounded half up.

    With no decimals a finer value is null instead. None where the column's type cannot be read.

    sign  the currency sign that may stand before a number in text.
    """
    if given.dtype in WHOLE:
        whole = given.cast(pl.Int64, strict=False)
        return whole.set(~whole.is_between(-_MOST_WHOLE, _MOST_WHOLE).fill_null(value=True), None) * 10**decimals, 0
    if given.dtype.is_float():
        # A float's shortest decimal form is what its writer meant; its binary tail is not. Tiny ones have exponents.
        tiny = (given.cast(pl.Float64).abs() < _TINY) & (given != 0)
        text = given.cast(pl.String).set(tiny.fill_null(value=False), "0.00001")
    elif given.dtype.is_decimal():
        text = given.cast(pl.String)
    elif given.dtype in TEXT:
        text = _plain(given.cast(pl.String).str.strip_chars(), sign)
    else:
        return None
    parts = text.to_frame("text").select(
        sign=pl.col("text").str.extract(r"^(-?)[0-9]{1,15}(?:\.[0-9]*)?$", 1),
        whole=pl.col("text").str.extract(r"^-?([0-9]{1,15})(?:\.[0-9]*)?$", 1).cast(pl.Int64),
        rest=pl.col("text").str.extract(r"^-?[0-9]{1,15}\.([0-9]*)$", 1).fill_null("").str.strip_chars_end("0"),
    )
    finer = parts["rest"].str.len_chars() > decimals
    kept = parts.select(
        ("0" + pl.col("rest").str.pad_end(decimals, "0").str.slice(0, decimals)).cast(pl.Int64).alias("kept"),
        pl.col("rest").str.slice(decimals, 1).is_in(list("56789")).cast(pl.Int64).alias("up"),
        (pl.col("rest").str.slice(decimals) == "5").alias("tie"),
    )
    negative = parts["sign"] == "-"
    # Half up is towards the greater number, so a tie below zero goes the other way.
    up = kept["up"] - (negative & kept["tie"]).cast(pl.Int64)
    size = parts["whole"] * 10**decimals + kept["kept"] + up
    found = pl.select(pl.when(negative).then(-size).otherwise(size).alias(given.name)).to_series()
    fine = finer.fill_null(value=False)
    if decimals == 0:
        return found.set(fine, None), 0
    return found, int(fine.sum())


def _plain(text: pl.Series, sign: str) -> pl.Series:
    """Numbers without their currency sign and without commas between thousands that stand where they should: "12,50" is
    no number here, neither 12.50 nor 1250."""
    bare = text.str.replace(rf"^(-?)[{sign}]\s*", "${1}") if sign else text
    grouped = bare.str.contains(r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$").fill_null(value=False)
    return bare.zip_with(~grouped, bare.str.replace_all(",", "", literal=True))


def blank(given: pl.Series) -> pl.Series:
    """True where a cell holds nothing: null, blank text, NaN."""
    if given.dtype in TEXT:
        return given.cast(pl.String).str.strip_chars().fill_null("") == ""
    if given.dtype.is_float():
        return given.is_null() | given.is_nan().fill_null(value=False)
    return given.is_null()


def choices(given: pl.Series, codes: Sequence[str], *, closed: bool) -> pl.Series | None:
    """The place of each choice among `codes`; of an open list 0 for any other text, of a closed one null.

    Case, spaces and hyphens do not count. None where the column's type cannot be read.
    """
    if given.dtype not in TEXT:
        return None
    text = given.cast(pl.String).str.strip_chars().str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    places = {code: place for place, code in enumerate(codes) if code}
    if closed:
        return text.replace_strict(places, default=None, return_dtype=pl.Int64)
    found = text.replace_strict(places, default=0, return_dtype=pl.Int64)
    return found.set(text.is_null() | (text == ""), None)


def dates(given: pl.Series) -> pl.Series | None:
    """Dates from dates, date-times or text written 2026-04-01; null where blank or not so written; None for other
    types."""
    if given.dtype == pl.Date:
        return given
    if isinstance(given.dtype, pl.Datetime):
        return given.dt.date()
    if given.dtype == pl.String:
        return (
            given.str.strip_chars()
            .str.extract(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})$", 1)
            .str.to_date("%Y-%m-%d", strict=False)
        )
    return None


def ages_between(born: pl.Series, at: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Whole years and whole months from birth to a date; null where either is unknown."""
    short = (at.dt.day() < born.dt.day()).cast(pl.Int64)
    months = (
        (at.dt.year() - born.dt.year()).cast(pl.Int64) * 12
        + at.dt.month().cast(pl.Int64)
        - born.dt.month().cast(pl.Int64)
    )
    months = months - short
    return months // 12, months


def truths(given: pl.Series) -> pl.Series | None:
    """1 and 0, null where blank or neither; None where the column's type cannot be read."""
    if given.dtype == pl.Boolean:
        return given.cast(pl.Int64)
    if given.dtype in WHOLE or given.dtype.is_float():
        # A column of 1 and 0 with gaps comes as floats from some programs.
        whole = given.fill_nan(None) if given.dtype.is_float() else given
        sound = (whole == 0) | (whole == 1)
        return whole.cast(pl.Int64, strict=False).set(~sound.fill_null(value=True), None)
    if given.dtype in TEXT:
        text = given.cast(pl.String).str.strip_chars().str.to_lowercase()
        return text.replace_strict(_TRUTHS, default=None, return_dtype=pl.Boolean).cast(pl.Int64)
    return None
