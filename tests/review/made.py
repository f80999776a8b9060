"""Caseloads for reviews: a few children by hand, or many synthetic ones, scored by the England reference pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import polars as pl

import banding
from banding.engine.score import score_caseload
from banding.review.model import Section, Table
from banding.review.reviewed import Reviewed, reviewed
from banding.synthetic import ON, Truth, synthesise


@cache
def pack() -> banding.Pack:
    return banding.load_pack("england-reference@2026")


def by_hand(rows: Iterable[Mapping[str, Any]], on: dt.date = ON) -> Reviewed:
    """Children aged 8 in foster care through an agency, every need 0, each in a household of its own, with no support
    bought; but as said. A `core_cost` is then the care cost."""
    usual = {
        "age": 8, "age_on": 8, "setting": "agency_foster", "cost_scope": "fee", "additional_support_cost": 0,
        **dict.fromkeys(pack().items, 0),
    }  # fmt: skip
    made = [{"child_id": f"c{number:04}", "household": f"h{number}", **usual, **row} for number, row in enumerate(rows)]
    frame = pl.DataFrame(made or {name: [] for name in ("child_id", *usual)}, infer_schema_length=None)
    return scored(frame, on)


def alike(children: int, cost: int, *, band: int = 1, **facts: Any) -> list[dict[str, Any]]:
    """Rows for `by_hand` of so many children whose care costs so many pounds a week, at band 1, 2 or 3."""
    needs = {1: {}, 2: {"physical_health": 2}, 3: {"physical_health": 3}}[band]
    return [{"core_cost": cost, **needs, **facts} for _ in range(children)]


def drawn(children: int, seed: int, **stated: float) -> Reviewed:
    """A synthetic caseload with these parameters stated."""
    return scored(synthesise(children, seed, pack=pack(), on=ON, truth=Truth(**stated)).frame)


def scored(frame: pl.DataFrame, on: dt.date = ON) -> Reviewed:
    return reviewed(score_caseload(frame, pack(), on), frame, pack(), on)


def table(section: Section, name: str) -> Table:
    return next(table for table in section.tables if table.id == name)


def row(shown: Table, *keys: str) -> dict[str, Any]:
    """The line of a table with these keys."""
    found = shown.frame.filter(pl.col(key) == value for key, value in zip(shown.keys, keys, strict=True))
    assert found.height == 1, f"{found.height} lines have these keys"
    return found.row(0, named=True)


def said(section: Section) -> str:
    """All that a section says in sentences, with its figures."""
    tables = {table.id: table for table in section.tables}
    return " ".join(sentence.filled(tables) for sentence in section.says)


def sound(section: Section) -> None:
    """What holds of any section: sentences fill, support is as long as its table, shares are their quotients."""
    said(section)
    for shown in section.tables:
        figures = [column.id for column in shown.columns if column.unit in ("pounds", "number")]
        wanted = [f"{name}.{part}" for name in figures for part in ("children", "providers", "largest")]
        assert sorted(shown.support.columns) == sorted(wanted)
        assert not figures or shown.support.height == shown.frame.height
        for column in shown.columns:
            for value, *counts in shown.frame.select(column.id, *column.of).iter_rows() if column.of else ():
                assert value is None or value == 100 * counts[0] / counts[1]
