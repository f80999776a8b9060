"""Caseloads of a stated truth put together for review, and what every section must keep to."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import polars as pl

import banding
from banding.engine.score import score_caseload
from banding.review.model import Section, Table, Unit
from banding.review.reviewed import Reviewed, reviewed
from banding.synthetic import ON, Synthetic, Truth, synthesise

CHILDREN = 6_000


@cache
def england() -> banding.Pack:
    return banding.load_pack("england-reference@2026")


@cache
def made(children: int = CHILDREN, **stated: float) -> Synthetic:
    return synthesise(children, 1, pack=england(), on=ON, truth=Truth(**stated))


def of(frame: pl.DataFrame) -> Reviewed:
    return reviewed(score_caseload(frame, england(), ON), frame, england(), ON)


@cache
def synthetic(children: int = CHILDREN, **stated: float) -> Reviewed:
    return of(made(children, **stated).frame)


def table(section: Section, name: str) -> Table:
    return next(table for table in section.tables if table.id == name)


def row(found: Table, **keys: str) -> dict[str, Any]:
    """The only line with these keys."""
    lines = found.frame.filter(**keys)
    assert lines.height == 1
    return lines.row(0, named=True)


def told(section: Section) -> list[str]:
    """What a section says with its figures, after what holds of every section was checked."""
    tables = {table.id: table for table in section.tables}
    assert len(tables) == len(section.tables)
    for one in section.tables:
        figures = [column for column in one.columns if column.unit in (Unit.POUNDS, Unit.NUMBER)]
        for figure in figures:
            assert one.support[f"{figure.id}.children"].dtype == pl.Int64
            assert one.support[f"{figure.id}.providers"].dtype == pl.Int64
            assert one.support[f"{figure.id}.largest"].dtype == pl.Float64
        assert not figures or one.support.height == one.frame.height
        for column in one.columns:
            known = one.frame[column.id]
            kinds = {Unit.KEY: pl.String, Unit.TEXT: pl.String, Unit.CHILDREN: pl.Int64}
            assert known.dtype == kinds.get(column.unit, pl.Float64), (one.id, column.id)
            assert column.unit is not Unit.KEY or not known.null_count()
            assert not known.dtype.is_float() or not known.is_nan().any()
            for name in column.of:
                assert one.column(name).unit is Unit.CHILDREN
    for sentence in section.says:
        assert sentence.text.count("{}") == len(sentence.cells)
        assert {*re.findall(r"\d+", sentence.text)} <= {"20", "70", "95"}  # limits, none of them a finding
    return [sentence.filled(tables) for sentence in section.says]
