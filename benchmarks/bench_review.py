"""The summary of 100,000 children beside polars grouping them once per table shown; page and workbook of 1,000.

    make bench

The goal is three times as long at most, the bootstrap apart: a ratio of a third or more. Page and workbook of 1,000
children are to take 3 seconds at most, warm.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from banding.engine.results import MONEY
from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.report.page import page_of
from banding.report.workbook import write_workbook
from banding.review.reviewed import Reviewed, reviewed
from banding.review.summarise import Asked, summary_of
from banding.synthetic import ON, synthesise
from pairs import ratio

CHILDREN, PANEL = 100_000, 1_000
PACK = load_pack("england-reference@2026")
# As a working file: disclosure control goes by tables, not by children, and has a benchmark of its own below.
WHOLE = Asked(shareable=False)
PLAIN = replace(WHOLE, resamples=0)


def caseload(children: int) -> Reviewed:
    frame = synthesise(children, 1, pack=PACK, on=ON).frame
    return reviewed(score_caseload(frame, PACK, ON), frame, PACK, ON)


@pytest.fixture(scope="module")
def many() -> Reviewed:
    return caseload(CHILDREN)


@pytest.fixture(scope="module")
def panel() -> Reviewed:
    return caseload(PANEL)


def test_tables_beside_one_grouping_each(benchmark: Any, many: Reviewed) -> None:
    tables = len(summary_of(many, PLAIN).tables)

    def grouped() -> None:
        for _ in range(tables):
            many.frame.group_by("setting", "band").agg(pl.len(), pl.col([f"{name}_pence" for name in MONEY]).mean())

    name = f"{tables} tables of {CHILDREN:,} children"
    benchmark.extra_info["ratio"] = ratio(name, lambda: summary_of(many, PLAIN), grouped, pairs=5)
    benchmark.pedantic(summary_of, (many, PLAIN), rounds=3)


def test_with_the_bootstrap(benchmark: Any, many: Reviewed) -> None:
    benchmark.pedantic(summary_of, (many, WHOLE), rounds=3)


def test_with_disclosure_control(benchmark: Any, panel: Reviewed) -> None:
    benchmark.pedantic(summary_of, (panel,), rounds=3, warmup_rounds=1)


def test_page_and_workbook(benchmark: Any, panel: Reviewed) -> None:
    summary = summary_of(panel)

    def written() -> None:
        page_of(summary)
        write_workbook(summary, PACK, io.BytesIO())

    benchmark.pedantic(written, rounds=3, warmup_rounds=1)
