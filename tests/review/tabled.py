"""Tables counted from invented children, as the sections of a report would make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import polars as pl

from banding.review.model import ALL, Column, Section, Table, Unit

Where = Mapping[str, str]
CHILDREN: Mapping[str, Where] = {"children": {}}
COMPARED: Mapping[str, Where] = {
    "children": {},
    "compared": {"compared": "yes"},
    **{cost: {"compared": "yes", "cost": cost} for cost in ("below", "within", "above")},
}
PARTS = ("compared", ("below", "within", "above"))


def meeting(where: Where) -> pl.Expr:
    return pl.all_horizontal(pl.lit(value=True), *(pl.col(name) == value for name, value in where.items()))


def counted(
    children: pl.DataFrame,
    name: str,
    keys: Sequence[str],
    columns: Mapping[str, Where] = CHILDREN,
    *,
    about: Where | None = None,
    totals: bool = True,
    pounds: Sequence[str] = (),
    shares: Mapping[str, tuple[str, ...]] | None = None,
) -> Table:
    """A table of children by some facts, with every total, or with none.

    columns  what the children of each column have in common.
    pounds   of which of them the mean of `pounds` stands beside, as `<column>_mean`.
    shares   PERCENT columns, with what each is of.
    """
    of = children.filter(meeting(about or {}))
    lines = []
    kinds = [of[key].unique().sort().to_list() for key in keys]
    for line in product(*([*kind, ALL] for kind in kinds)):
        own = {key: value for key, value in zip(keys, line, strict=True) if value != ALL}
        if totals or len(own) == len(keys):
            lines.append(
                _line(of.filter(meeting(own)), dict(zip(keys, line, strict=True)), columns, pounds, shares or {})
            )
    shown = [
        *(Column(key, key, Unit.KEY) for key in keys),
        *(Column(column, column, Unit.CHILDREN, where) for column, where in columns.items()),
        *(Column(f"{column}_mean", column, Unit.POUNDS) for column in pounds),
        *(Column(share, share, Unit.PERCENT, of=of) for share, of in (shares or {}).items()),
    ]
    kinds_of = {"children": pl.Int64(), "providers": pl.Int64(), "largest": pl.Float64()}
    behind = {f"{column}_mean.{part}": kind for column in pounds for part, kind in kinds_of.items()}
    frame = pl.DataFrame(lines, schema={**_schema(shown), **behind})
    return Table(name, name, tuple(shown), frame.drop(*behind), frame.select(*behind), tuple(keys), about or {})


def _schema(columns: Sequence[Column]) -> dict[str, pl.DataType]:
    kinds = {Unit.KEY: pl.String(), Unit.TEXT: pl.String(), Unit.CHILDREN: pl.Int64()}
    return {column.id: kinds.get(column.unit, pl.Float64()) for column in columns}


def _line(
    here: pl.DataFrame,
    line: dict[str, Any],
    columns: Mapping[str, Where],
    pounds: Sequence[str],
    shares: Mapping[str, tuple[str, ...]],
) -> dict[str, Any]:
    line |= {column: here.filter(meeting(where)).height for column, where in columns.items()}
    for column in pounds:
        some = here.filter(meeting(columns[column]))
        costs: list[float] = some["pounds"].to_list()
        line[f"{column}_mean"] = sum(costs) / len(costs) if costs else None
        line[f"{column}_mean.children"] = some.height
        line[f"{column}_mean.providers"] = some["provider"].drop_nulls().n_unique() or None
        line[f"{column}_mean.largest"] = max(costs) / sum(costs) if costs else None
    return line | {share: 100 * line[of[0]] / line[of[1]] if line[of[1]] else None for share, of in shares.items()}


def section(*tables: Table, **more: Any) -> Section:
    return Section("section", "What is it?", tables=tables, **more)


def typed(name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], **more: Any) -> Table:
    """A table written out by hand."""
    frame = pl.DataFrame(list(rows), schema=_schema(columns), orient="row")
    return Table(name, name, tuple(columns), frame, **more)
