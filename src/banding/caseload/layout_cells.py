"""One column of raw text, read as the type its layout declares: values, and which cells are wrong in which way."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from banding.caseload.layout_model import TRUTHS, Gives, Layout, LayoutField, fold
from banding.caseload.tables import each_once

MISSING, NOT_ALLOWED, BAD_FORMAT = "required-field-missing", "value-not-allowed", "bad-format"
WRONG_TYPE, OUT_OF_RANGE, RULE, DUPLICATE = "wrong-type", "out-of-range", "rule-violation", "duplicate-child-id"

# Stands between the codes of a JSON list in a raw cell: no keyboard types it.
LIST_SEPARATOR = "\x1f"
# Twenty decimals hold any float that was ever printed, and with twelve digits before the point a sum still fits in 38.
EXACT = pl.Decimal(38, 20)
MOST_WHOLE_DIGITS, MOST_DECIMALS = 12, 20
# Above, columns are long enough that each alone costs no more.
MOST_TOGETHER = 100_000
DTYPES: dict[Gives, pl.DataType | type[pl.DataType]] = {
    "text": pl.String, "number": pl.Int64, "truth": pl.Boolean, "money": pl.Decimal(38, 2), "date": pl.Date,
}  # fmt: skip
# As ratings are read everywhere: not asked is not a number of the scale, and not a gap.
NOT_ASKED = -1
NOT_APPLICABLE = ("na", "notapplicable")
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
DATES = {
    "yyyy-mm-dd": ("%Y-%m-%d", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    "dd/mm/yyyy": ("%d/%m/%Y", "^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$"),
}


@dataclass(slots=True)
class Column:
    """One declared field, read; every series has a row a record.

    raw    as handed in.
    given  true where the cell is not blank.
    value  typed, null where blank, unanswered or wrong. Money is EXACT here: pounds, not yet rounded to the penny.
    fault  the code of what is wrong with the cell, the first that applies; null where nothing is.
    """

    field: LayoutField
    raw: pl.Series
    given: pl.Series
    value: pl.Series
    fault: pl.Series

    def require(self, excused: pl.Series | None) -> None:
        """Makes a blank cell a fault, except in the rows that are excused."""
        missing = ~self.given if excused is None else ~self.given & ~excused
        self.fault = pl.select(pl.when(missing).then(pl.lit(MISSING)).otherwise(self.fault)).to_series()


def read(declared: LayoutField, raw: pl.Series, layout: Layout) -> Column:
    """One column by its declared type."""
    readers: dict[str, Callable[[LayoutField, pl.Expr, Layout], _Cells]] = {
        "text": _text, "code": _code, "codes": _codes, "truth": _truth, "integer": _number, "money": _number,
        "date": _date, "rating": _rating,
    }  # fmt: skip
    trimmed = pl.col("raw").str.strip_chars()
    # CSV is trimmed; JSON text stays as it is, since spaces there are part of it.
    cell = pl.when(trimmed != "").then(pl.col("raw") if layout.is_json else trimmed).alias("cell")
    value, faults = readers[declared.type](declared, pl.col("cell"), layout)
    named = [pl.when(wrong).then(pl.lit(code)) for code, wrong in faults.items()]
    fault = pl.coalesce(*named, pl.lit(None, pl.String)).alias("fault")
    given = pl.col("cell").is_not_null().alias("given")
    sound = pl.when(pl.col("fault").is_null()).then(value).alias("value")

    def work(cells: pl.DataFrame) -> pl.DataFrame:
        return cells.with_columns(cell).select("cell", given, fault).with_columns(sound).drop("cell")

    rows = each_once(raw, work)
    return Column(declared, raw, rows["given"], rows["value"], rows["fault"])


def read_all(raws: Mapping[str, pl.Series], layout: Layout) -> dict[str, Column]:
    """Every field of a layout by its path; raws of equal length, by path too.

    Fields that are read in the same way are read together where they are few cells: a form is a row of 160 ratings, and
    a folder holds a thousand forms (0.2 s a form, against 0.03 s).
    """
    alike: dict[Hashable, list[LayoutField]] = {}
    for field in layout.fields:
        alike.setdefault(_way(field), []).append(field)
    found: dict[str, Column] = {}
    for fields in alike.values():
        rows = raws[fields[0].path].len()
        if rows * len(fields) > MOST_TOGETHER:
            found |= _read_long(fields, raws, layout)
            continue
        every = read(fields[0], pl.concat([raws[field.path].alias("raw") for field in fields]), layout)
        for at, field in enumerate(fields):
            given, value, fault = (one.slice(at * rows, rows) for one in (every.given, every.value, every.fault))
            found[field.path] = Column(field, raws[field.path], given, value, fault)
    return {field.path: found[field.path] for field in layout.fields}


def _read_long(fields: Sequence[LayoutField], raws: Mapping[str, pl.Series], layout: Layout) -> dict[str, Column]:
    """Each field by itself, but for ratings of which every cell is plain."""
    ratings = [raws[field.path].alias(field.path) for field in fields if field.type == "rating"]
    plain = _digits(pl.DataFrame([raw for raw in ratings if raw.null_count() < raw.len()]), layout)
    found: dict[str, Column] = {}
    for field in fields:
        raw = raws[field.path]
        if field.path in plain.columns:
            sound = pl.repeat(None, raw.len(), dtype=pl.String, eager=True)
            found[field.path] = Column(field, raw, raw.is_not_null(), plain[field.path], sound)
        else:
            found[field.path] = read(field, raw, layout)
    return found


def _way(field: LayoutField) -> Hashable:
    """All of a field that its cells are read by."""
    # True and 1 are the same key, and not the same value: so what the field gives is told too.
    ways = (field.type, field.gives, field.codes, field.separator, field.pattern, field.low, field.high, field.format)
    return (*ways, *field.scale.items(), field.not_applicable or field.extension_of is not None)


def code_of(column: Column, layout: Layout) -> pl.Series:
    """The codes of a code field, String, before any becomes a value of ours; null where a cell holds none."""
    return read(column.field.model_copy(update={"scale": {}}), column.raw, layout).value


# The values of the cells (null where blank), and by fault code which cells are wrong in that way.
_Cells = tuple[pl.Expr, dict[str, pl.Expr]]


def _text(declared: LayoutField, cells: pl.Expr, _: Layout) -> _Cells:
    wrong = {} if declared.pattern is None else {BAD_FORMAT: ~cells.str.contains(f"^(?:{declared.pattern})$")}
    return cells.str.strip_chars(), wrong


def _code(declared: LayoutField, cells: pl.Expr, layout: Layout) -> _Cells:
    codes = fold(cells).replace_strict(layout.forms[declared.codes or ""], default=None, return_dtype=pl.String)
    return _scaled(declared, codes), {NOT_ALLOWED: cells.is_not_null() & codes.is_null()}


def _codes(declared: LayoutField, cells: pl.Expr, layout: Layout) -> _Cells:
    known = fold(pl.element()).is_in(list(layout.forms[declared.codes or ""]))
    if not layout.is_json:
        known |= pl.element().str.strip_chars() == ""
    pieces = cells.str.split(LIST_SEPARATOR if layout.is_json else declared.separator)
    return cells, {NOT_ALLOWED: ~pieces.list.eval(known).list.all()}


def _truth(declared: LayoutField, cells: pl.Expr, _: Layout) -> _Cells:
    words = cells.str.to_lowercase()
    truths = words.replace_strict(TRUTHS, default=None, return_dtype=pl.Boolean)
    return _scaled(declared, words) if declared.scale else truths, {WRONG_TYPE: cells.is_not_null() & truths.is_null()}


def _scaled(declared: LayoutField, codes: pl.Expr) -> pl.Expr:
    if not declared.scale:
        return codes
    return codes.replace_strict(declared.scale, default=None, return_dtype=DTYPES[declared.gives])


def _number(declared: LayoutField, cells: pl.Expr, layout: Layout) -> _Cells:
    money = declared.type == "money"
    plain = _plain(cells, layout) if money else cells.str.replace(r"\.0+$", "")
    shaped = plain.str.contains(r"^-?[0-9]+(\.[0-9]+)?$" if money else "^-?[0-9]+$")
    long = plain.str.extract("^-?0*([0-9]*)").str.len_chars() > MOST_WHOLE_DIGITS
    fine = plain.str.extract(r"\.([0-9]*[1-9])0*$").str.len_chars().fill_null(0) > MOST_DECIMALS
    exact = pl.when(shaped & ~long & ~fine).then(plain).cast(EXACT, strict=False)
    outside = long
    if declared.low is not None:
        outside |= (exact < declared.low).fill_null(False)
    if declared.high is not None:
        outside |= (exact > declared.high).fill_null(False)
    faults = {WRONG_TYPE: ~shaped, OUT_OF_RANGE: outside, BAD_FORMAT: cells.is_not_null() & exact.is_null()}
    return exact if money else exact.cast(pl.Int64), faults


def _plain(cells: pl.Expr, layout: Layout) -> pl.Expr:
    """Money without its currency sign and without commas between thousands that stand where they should."""
    sign = _SIGNS.get(layout.heading.currency or "")
    bare = cells.str.replace(rf"^(-?)[{sign}] *", "${1}") if sign else cells
    grouped = bare.str.contains(r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
    return pl.when(grouped).then(bare.str.replace_all(",", "", literal=True)).otherwise(bare)


def open_extensions(columns: Mapping[str, Column]) -> None:
    """Makes each blank rating not asked where the one that opens it does not: where that is 0 or not asked itself. One
    that is blank or wrong may have opened it, so then blank stays unanswered."""
    waiting = {path: of for path, column in columns.items() if (of := column.field.extension_of) is not None}
    while waiting:
        # One that opens others may be opened itself, and then comes first; of a ring none can.
        ready = [path for path, of in waiting.items() if of not in waiting] or list(waiting)
        values = pl.select(
            pl.when(~pl.lit(columns[path].given) & (pl.lit(columns[waiting[path]].value) < 1))
            .then(NOT_ASKED).otherwise(pl.lit(columns[path].value)).alias(path)
            for path in ready
        )  # fmt: skip
        for path in ready:
            columns[path].value = values[path]
            del waiting[path]


def _digits(ratings: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Those columns that hold only single digits up to the top and blanks, as nearly all do: their bytes are taken for
    numbers, all columns together, in a tenth of the time that it takes to read each different cell."""
    byte = pl.all().cast(pl.Binary).bin.reinterpret(dtype=pl.UInt8)
    numbers = ratings.lazy().select(byte - ord("0")).collect()
    highest, top = numbers.lazy().select(pl.all().max()).collect(), min(layout.heading.top or 0, 9)
    sound = [
        name for name in numbers.columns
        if numbers[name].null_count() == ratings[name].null_count() and highest[name][0] <= top
    ]  # fmt: skip
    return numbers.lazy().select(pl.col(sound).cast(pl.Int64)).collect()


def _rating(declared: LayoutField, cells: pl.Expr, layout: Layout) -> _Cells:
    shaped = cells.str.contains(r"^-?[0-9]+(\.0+)?$")
    number = pl.when(shaped).then(cells.str.replace(r"\.0+$", "")).cast(pl.Int64, strict=False)
    fits = number.is_between(0, layout.heading.top or 0).fill_null(False)
    offered = declared.not_applicable or declared.extension_of is not None
    not_asked = fold(cells).is_in(NOT_APPLICABLE) & pl.lit(offered)
    value = pl.when(not_asked).then(NOT_ASKED).when(fits).then(number)
    return value, {OUT_OF_RANGE: shaped & ~fits, NOT_ALLOWED: cells.is_not_null() & ~shaped & ~not_asked}


def _date(declared: LayoutField, cells: pl.Expr, _: Layout) -> _Cells:
    read = [
        (pl.when(cells.str.contains(pattern)).then(cells).str.strptime(pl.Date, form, strict=False))
        for form, pattern in (DATES[one] for one in (declared.format or "yyyy-mm-dd").split(" or "))
    ]
    value = pl.coalesce(*read)
    return value, {BAD_FORMAT: cells.is_not_null() & value.is_null()}
