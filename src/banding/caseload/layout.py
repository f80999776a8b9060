"""Reads a frame of raw text through a declared layout: our own columns out, and everything that is wrong beside them.

`shipped` and `load` give layouts, `recognise` says which of them a CSV header belongs to, `apply` does the mapping. The
mapping is a few polars operations a column; Python touches only the cells that are wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from banding.caseload import layout_cells
from banding.caseload.layout_accrued import Accrual, weekly
from banding.caseload.layout_cells import DUPLICATE, MISSING, RULE, Column
from banding.caseload.layout_files import load, shipped
from banding.caseload.layout_model import CHILD_ID, PROFILE_DATE, Layout, LayoutField, Sum, folds
from banding.caseload.layout_names import columns_of
from banding.caseload.model import Findings, places
from banding.caseload.tables import aligned
from banding.errors import Finding, Severity, did_you_mean

__all__ = ["Layout", "Source", "apply", "is_of", "load", "recognise", "remark", "shipped"]

PENNY = 2
NO_PERIOD = "no-period-end"
# How to say to which day sums run, as every finding about it says.
ACCRUED_TO = "--accrued-to"


@dataclass(frozen=True, slots=True)
class Source:
    """Where findings are found: the file, its layout, and by which number a person finds each row (see `apply`)."""

    file: str
    layout: Layout
    lines: pl.Series | None = None

    def places(self, index: pl.Series) -> pl.Series:
        first = 1 if self.layout.is_json else 2
        numbers = index + first if self.lines is None else self.lines.gather(index)
        return places("record" if self.layout.is_json else "row", numbers)


def recognise(columns: Iterable[str]) -> Layout | None:
    """The shipped CSV layout whose identifying columns are all there (see `is_of`), or None; the one with most of them
    if several."""
    names = list(columns)
    fitting = [layout for layout in shipped().values() if not layout.is_json and is_of(names, layout)]
    return max(fitting, key=lambda layout: len(layout.heading.identified_by), default=None)


def is_of(columns: Iterable[str], layout: Layout) -> bool:
    """Whether the identifying columns of a CSV layout are all there, in any of their spellings or by their words."""
    found = columns_of(columns, layout)
    known = folds(layout.heading.identified_by)
    return all(any(name in layout.spelt[path] and held for path, held in found.items()) for name in known)


def apply(
    raw: pl.DataFrame,
    layout: Layout,
    file: str,
    *,
    said: Mapping[str, pl.Series] | None = None,
    lines: pl.Series | None = None,
    accrued_to: dt.date | None = None,
) -> tuple[pl.DataFrame, Findings]:
    """Maps raw text onto our own columns.

    raw   one row a record, every column String; a null or blank cell is not given. In CSV column names case, spaces
          and punctuation do not count.
    said  by path: Boolean, true in the rows where a blank needs no finding, because an earlier check has spoken of it
          or its object is not there.
    lines Int64, the number a person finds each row by; else rows of a CSV count from 2, below the header, and records
          of a JSON file from 1.
    accrued_to  of sums of a year to date: the day to which they run in rows that do not say so, that day not counted.

    Returns a frame of as many rows in the same order, with every column the layout fills, whatever the file holds:
    ratings and counts Int64, truths Boolean, choices String, money Decimal pounds of two decimals, half up. Null where
    a cell is blank, unanswered or wrong; a rating that was not asked is -1. The items of an instrument stand together
    in one Struct column of the instrument's name. And the findings: those about the whole file first, then by row. A
    child id that stands more than once (of one profile date, where the layout has dates) is an error in each of its
    rows, since no one can say which row is right. So is one of the same start of a placement, where those are given.
    """
    source = Source(file, layout, lines)
    names, said_of_columns = _names(raw, source)
    # A column without a single cell may come in as Null.
    held = raw.select(pl.col(names[path]).cast(pl.String).alias(path) for path in names)
    blank = pl.repeat(None, raw.height, dtype=pl.String, eager=True)
    raws = {field.path: held[field.path] if field.path in names else blank for field in layout.fields}
    columns = layout_cells.read_all(raws, layout)
    layout_cells.open_extensions(columns)
    excused = {**_absent(columns), **(said or {})}
    for path, column in columns.items():
        if column.field.required and path in names:
            column.require(excused.get(path))
    accrued = layout.heading.accrued
    accrual = Accrual(columns, accrued, accrued_to) if accrued is not None else None
    frame = _frame(columns, layout, accrual)
    findings: list[Iterable[Finding]] = [said_of_columns]
    if accrual is not None:
        findings += _accrued(accrual, source, stated=accrual.accrued.until in names)
    findings += (_rounded(column, source) for column in columns.values())
    for column in columns.values():
        findings += _wrong(column, source)
    for total in layout.sums:
        findings += _sum(total, columns, source)
    found = Findings.of(*findings, _duplicates(frame, source))
    return frame, Findings(found.frame.sort("index", nulls_last=False, maintain_order=True))


def _names(raw: pl.DataFrame, source: Source) -> tuple[dict[str, str], list[Finding]]:
    """For each path the column of `raw` that holds it, and what is to be said of those that are not there."""
    layout, file = source.layout, source.file
    if layout.is_json:
        held = {field.path: [field.path] * (field.path in raw.columns) for field in layout.fields}
    else:
        held = columns_of(raw.columns, layout)
    taken = {column for found in held.values() for column in found}
    never = set() if layout.is_json else set(folds(layout.heading.not_read))
    folded = raw.columns if layout.is_json else folds(raw.columns)
    pairs = zip(raw.columns, folded, strict=True)
    others = [column for column, name in pairs if column not in taken and name not in never]
    names: dict[str, str] = {}
    findings: list[Finding] = list(_shared(held, file))
    for field in layout.fields:
        found = held[field.path]
        where = f"column {field.path}"
        if len(found) == 1:
            names[field.path] = found[0]
        elif found:
            says = f"{len(found)} columns are named {field.path}; expected one."
            remedy = "Delete or rename the others."
            if not {*folds(found)} & {*layout.spelt[field.path]}:
                says = f"{len(found)} columns could be {field.path}: {', '.join(found)}."
                remedy = f"Rename the one that is meant to {field.path}."
            findings.append(Finding(RULE, file, where, says, remedy, path=field.path))
        elif near := did_you_mean(field.path, others) if layout.carries(field) or field.required else "":
            # A column that may be absent and is only misspelt would be unanswered without a word.
            says = f"The column {field.path} is not in the file, and one is much like it."
            remedy = f"{near} Then rename it; else rename that one."
            findings.append(Finding(MISSING, file, where, says, remedy, path=field.path))
        elif (layout.carries(field) or field.required) and not field.may_be_absent:
            says = f"The column {field.path} is not in the file; the layout {layout.id} needs it."
            findings.append(Finding(MISSING, file, where, says, "Add it, or name another layout.", path=field.path))
        elif layout.carries(field):
            says = f"The column {field.path} is not in the file; {field.to or 'it'} is unanswered for every child."
            findings.append(Finding(MISSING, file, where, says, "", "warning", path=field.path))
    return names, findings


def _shared(held: Mapping[str, list[str]], file: str) -> Iterator[Finding]:
    """Columns that could be more than one field."""
    meant: dict[str, list[str]] = {}
    for path, columns in held.items():
        for column in columns:
            meant.setdefault(column, []).append(path)
    for column, paths in meant.items():
        if len(paths) > 1:
            says = f"The column could be {' or '.join(paths)}."
            yield Finding(RULE, file, f"column {column}", says, "Rename it to the one that is meant.", path=paths[0])


def _absent(columns: Mapping[str, Column]) -> dict[str, pl.Series]:
    """csv: by path, the rows in which every cell of the field's object is blank, so that nothing in it is required."""
    objects: dict[str, list[str]] = {}
    for path, column in columns.items():
        if column.field.object is not None:
            objects.setdefault(column.field.object, []).append(path)
    absent: dict[str, pl.Series] = {}
    for paths in objects.values():
        rows = pl.select(~pl.any_horizontal(*(columns[path].given for path in paths))).to_series()
        absent |= dict.fromkeys(paths, rows)
    return absent


def _frame(columns: Mapping[str, Column], layout: Layout, accrual: Accrual | None) -> pl.DataFrame:
    ours = {column.field.to: _ours(column) for column in columns.values() if column.field.to}
    if accrual is not None:
        for column in columns.values():
            if column.field.type == "money" and column.field.to:
                ours[column.field.to] = weekly(ours[column.field.to], accrual.days)
        ours |= accrual.dates()
    for single in layout.singles:
        held = {name: columns[path].value for name, path in single.among.items()}
        # A code that is not known may be the one that counts, so then no setting is said to be the only one.
        alone = pl.sum_horizontal(*(value == single.code for value in held.values())) == 1
        known = pl.all_horizontal(*(value.is_not_null() for value in held.values()))
        choice = pl.coalesce(*(pl.when(value == single.code).then(pl.lit(name)) for name, value in held.items()))
        ours[single.to] = pl.select(pl.when(alone & known).then(choice)).to_series()
    for one in layout.refinements:
        code, by = (layout_cells.code_of(columns[path], layout) for path in (one.field, one.by))
        told = by.replace_strict(one.scale, default=None, return_dtype=pl.String)
        ours[one.to] = told.zip_with(code.is_in(one.codes).fill_null(value=False), ours[one.to])
    for constant in layout.constants:
        known_beside = ours[constant.beside].is_not_null()
        ours[constant.to] = pl.select(pl.when(known_beside).then(pl.lit(constant.value))).to_series()
    items = [column.value.alias(column.field.path) for column in columns.values() if layout.is_item(column.field)]
    if layout.heading.instrument is not None:
        ours[layout.heading.instrument] = pl.DataFrame(items).to_struct()
    lengths = max((series.chunk_lengths() for series in ours.values()), key=len)
    return pl.DataFrame([aligned(series, lengths).alias(name) for name, series in ours.items()])


def _ours(column: Column) -> pl.Series:
    if column.field.type != "money":
        return column.value
    return column.value.round(PENNY, mode="half_away_from_zero").cast(layout_cells.DTYPES["money"])


def remark(field: LayoutField, code: str, layout: Layout) -> tuple[str, str]:
    """Message and remedy for a cell of `field`: what is wrong and what was expected, never what the cell holds."""
    wanted = _expected(field, layout)
    if code == MISSING:
        return f"{field.path} is required and is not given.", f"Give {wanted}."
    wrong = {
        layout_cells.NOT_ALLOWED: "is not one of its codes",
        layout_cells.BAD_FORMAT: "is not in its format",
        layout_cells.WRONG_TYPE: "is of the wrong type",
        layout_cells.OUT_OF_RANGE: "is out of range",
    }[code]
    remedy = "Correct the cell."
    if layout.is_json:
        bare = code == layout_cells.WRONG_TYPE and field.type in ("integer", "money", "truth")
        remedy = "Correct the record" + (", without quotation marks." if bare else ".")
    return f"{field.path} {wrong}. Expected {wanted}.", remedy


def _expected(field: LayoutField, layout: Layout) -> str:
    if field.expected:
        return field.expected
    if field.type in ("code", "codes"):
        codes = layout.codes[field.codes or ""]
        names = [code if layout.is_json or not forms else forms[0] for code, forms in codes.items()]
        return f"{'one' if field.type == 'code' else 'one or more'} of {', '.join(names)}"
    kind = {
        "text": f"text that matches {field.pattern}" if field.pattern else "text",
        "truth": "true or false",
        "integer": "a whole number",
        "money": f"an amount in {layout.money}",
        "date": f"a date written {field.format}",
        "rating": f"a rating from 0 to {layout.heading.top}" + (" or N/A" if field.not_applicable else ""),
    }[field.type]
    low, high = (None if limit is None else f"{limit:,f}" for limit in (field.low, field.high))
    if low and high:
        return f"{kind} from {low} to {high}"
    return f"{kind} of {low} or more" if low else f"{kind} of {high} or less" if high else kind


def _wrong(column: Column, source: Source) -> Iterator[Findings]:
    faults = column.fault.drop_nulls()
    for code in faults.unique() if faults.len() else ():
        severity: Severity = "warning" if column.field.open and code == layout_cells.NOT_ALLOWED else "error"
        message, remedy = remark(column.field, code, source.layout)
        like = Finding(code, source.file, "", message, remedy, severity, path=column.field.path)
        yield _each(like, column.fault == code, source, column)


def _accrued(accrual: Accrual, source: Source, *, stated: bool) -> Iterator[Iterable[Finding]]:
    """
    stated  whether the file has the column that says to which day the sums run.
    """
    until = accrual.accrued.until
    place, file = f"column {until}", source.file
    if not stated and (rows := int(accrual.endless.sum())):
        says = f"The costs are sums since 1 April, and nothing says to which day: of {rows} placements without an end "
        remedy = f"Say it with {ACCRUED_TO} DATE, the day not counted itself, such as 2026-07-01; or add the column."
        yield [Finding(NO_PERIOD, file, place, says + "no week's cost can be told.", remedy, path=until)]
        return
    to, granted = accrual.taken_for_granted()
    if to:
        says = f"In {to} rows the sums were taken to run to {accrual.to}, that day not counted, as {ACCRUED_TO} says."
        yield [Finding(NO_PERIOD, file, place, says, "", "note", path=until)]
    if granted:
        says = f"In {granted} rows the end of the placement was taken for the day to which the cost runs."
        remedy = f"Give {until}, or {ACCRUED_TO}, where it runs to another."
        yield [Finding(NO_PERIOD, file, place, says, remedy, "warning", path=until)]
    for wrong, path, says, remedy in accrual.unsettled():
        yield _each(Finding(RULE, file, "", says, remedy, "warning", path=path), wrong, source)


def _each(like: Finding, rows: pl.Series, source: Source, column: Column | None = None) -> Findings:
    """One for each row of which `rows` is true, with its cell of the column as a person would see it; none where it is
    blank."""
    index = rows.arg_true()
    cells = {}
    if column is not None:
        shown = column.raw.gather(index).str.strip_chars().str.strip_chars(layout_cells.LIST_SEPARATOR)
        shown = shown.str.replace_all(layout_cells.LIST_SEPARATOR, "; ", literal=True)
        cells["value"] = shown.set(~column.given.gather(index), None)
    return Findings.each(like, index=index, place=source.places(index), **cells)


def _rounded(column: Column, source: Source) -> Iterator[Finding]:
    if column.field.type != "money" or not column.field.to:
        return
    if cells := int((column.value != _ours(column)).sum()):
        path, what = column.field.path, "records" if source.layout.is_json else "rows"
        says = f"{path} has more than two decimals in {cells} {what}; rounded half up to the penny."
        yield Finding(RULE, source.file, f"column {path}", says, "", "warning", path=path)


def _sum(total: Sum, columns: Mapping[str, Column], source: Source) -> Iterator[Findings]:
    whole, parts = columns[total.total], [columns[path] for path in total.parts]
    added = pl.sum_horizontal(*(part.value.fill_null(Decimal(0)) for part in parts))
    complete = pl.all_horizontal(*(part.value.is_not_null() for part in parts))
    # A cell that is wrong has its own finding; what it does to the sum would only repeat it.
    sound = pl.all_horizontal(*(column.fault.is_null() for column in (whole, *parts)))
    apart = pl.select(complete & (added != whole.value)).to_series().fill_null(False)
    above = pl.select(sound & ~complete & (added > whole.value)).to_series().fill_null(False)
    remedy = f"Check {total.total} against {', '.join(total.parts)}."
    for rows, says in (
        (apart, f"The parts of {total.total} do not add up to it."),
        (above, f"The known parts of {total.total} alone come to more than it."),
    ):
        like = Finding(RULE, source.file, "", says, remedy, "warning", path=total.total)
        yield _each(like, rows, source, whole)


def _duplicates(frame: pl.DataFrame, source: Source) -> Findings:
    path = next(field.path for field in source.layout.fields if field.to == CHILD_ID)
    ids = frame.select(CHILD_ID, *(name for name in (PROFILE_DATE, "placement_start") if name in frame.columns))
    if ids[CHILD_ID].n_unique() == ids.height:  # as nearly always, and told in a fifth of the time
        return Findings.of()
    twice = ids.is_duplicated() & ids[CHILD_ID].is_not_null()
    index = twice.arg_true()
    rows = ids.filter(twice).with_columns(index.alias("index"), source.places(index).alias("place"))
    first, second = (pl.col("place").get(at).over(ids.columns) for at in (0, 1))
    is_first = pl.col("index") == pl.col("index").get(0).over(ids.columns)
    more = pl.len().over(ids.columns) - 2
    others = pl.when(more > 0).then(pl.format(" and {} more", more)).otherwise(pl.lit(""))
    other = pl.when(is_first).then(second).otherwise(first)
    says = pl.format("{} is the same as in {}{}.", pl.lit(path), other, others)
    like = Finding(DUPLICATE, source.file, "", "", "Keep the one that is right: none of them is scored.", path=path)
    shown = rows.select("index", "place", message=says, value=CHILD_ID)
    return Findings.each(like, **shown.to_dict())
