"""Code lists by collection year, and the files of a return, both as the TOML files beside this one declare them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import polars as pl

FIRST_MONTH = 4  # a collection year runs from 1 April to 31 March


@dataclass(frozen=True, slots=True)
class Code:
    """One code: the first and last collection year it stands in (the year each begins in), and what it means to us."""

    first: int
    last: int
    means: Mapping[str, str | bool]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file; `needed`, `strict`, `blank` and `unless` as tables.toml explains them.

    ahead           the date may lie after the return's year: it is a date that is planned.
    may_be_absent   a file without the column is read all the same.
    low, high       inclusive limits of a count or of miles.
    """

    name: str
    type: Literal["text", "date", "code", "open", "count", "miles"]
    needed: bool = False
    strict: bool = False
    ahead: bool = False
    may_be_absent: bool = False
    blank: str = ""
    unless: str = ""
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of file: the columns it is told by, those that are read, and the facts that only it can give.

    once   it holds a child once a year.
    first  the collection year from which it is returned.
    """

    name: str
    identified_by: tuple[str, ...]
    columns: tuple[Column, ...]
    gives: tuple[str, ...]
    once: bool
    start: str | None
    end: str | None
    first: int


def year_named(label: str) -> int:
    """ "2017/18" as 2017, the year in which the collection year begins."""
    return int(label.partition("/")[0])


def label(year: int) -> str:
    """2017 as "2017/18"."""
    return f"{year}/{(year + 1) % 100:02d}"


def year_of(day: dt.date) -> int:
    """The collection year that holds a day."""
    return day.year - (day.month < FIRST_MONTH)


def last_day(year: int) -> dt.date:
    return dt.date(year + 1, FIRST_MONTH - 1, 31)


def in_year(date: pl.Expr) -> pl.Expr:
    """The collection year of a Date column, Int32."""
    return date.dt.year() - (date.dt.month() < FIRST_MONTH).cast(pl.Int32)


def _document(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def _lists() -> dict[str, dict[str, Code]]:
    document = _document("codes.toml")
    first, last = years()
    del document["years"]
    return {
        name: {
            code: Code(
                year_named(said["from"]) if "from" in said else first,
                year_named(said["until"]) if "until" in said else last,
                {key: value for key, value in said.items() if key not in ("from", "until")},
            )
            for code, said in codes.items()
        }
        for name, codes in {**document.pop("partly"), **document}.items()
    }


@cache
def years() -> tuple[int, int]:
    """The first and last collection year whose codes are known."""
    said = _document("codes.toml")["years"]
    return year_named(said["first"]), year_named(said["last"])


def codes(name: str) -> Mapping[str, Code]:
    """The code list of a column, all years together."""
    return _lists()[name]


def of_year(name: str, year: int) -> list[str]:
    """The codes of a column in one collection year; before the first known year its codes, and after the last its."""
    first, last = years()
    year = min(max(year, first), last)
    return [code for code, said in codes(name).items() if said.first <= year <= said.last]


def meaning(name: str, key: str) -> dict[str, Any]:
    """Code to what it means under `key`; codes that say nothing of it are not there."""
    return {code: said.means[key] for code, said in codes(name).items() if key in said.means}


def mean(name: str, key: str, dtype: type[pl.DataType]) -> pl.Expr:
    """The column of codes `name` as what each means under `key`; null where that is nothing."""
    return pl.col(name).replace_strict(meaning(name, key), default=None, return_dtype=dtype)


@cache
def tables() -> Mapping[str, Table]:
    """Every kind of file, by name."""
    return {
        name: Table(
            name,
            tuple(said["identified_by"]),
            tuple(Column(column, **keys) for column, keys in said["columns"].items()),
            tuple(said["gives"]),
            said.get("once", False),
            said.get("start"),
            said.get("end"),
            year_named(said["from"]) if "from" in said else years()[0],
        )
        for name, said in _document("tables.toml").items()
    }
