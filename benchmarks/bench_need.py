"""Coverage, bands and need against cost of 100,000 children beside polars grouping them once per table shown.

    make bench

The goal for a whole summary is three times as long at most, the bootstrap apart: a ratio of a third or more.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from banding.engine.results import MONEY
from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.review.bands import bands
from banding.review.bootstrap import RESAMPLES
from banding.review.comparison import comparison
from banding.review.coverage_section import coverage
from banding.review.model import Section
from banding.review.need_and_cost import need_and_cost
from banding.review.reviewed import Reviewed, reviewed
from banding.synthetic import ON, synthesise
from pairs import ratio

CHILDREN = 100_000


@pytest.fixture(scope="module")
def caseload() -> Reviewed:
    pack = load_pack("england-reference@2026")
    frame = synthesise(CHILDREN, 1, pack=pack, on=ON).frame
    return reviewed(score_caseload(frame, pack, ON), frame, pack, ON)


def sections(caseload: Reviewed, resamples: int) -> list[Section]:
    compared = comparison(caseload)
    return [
        coverage(caseload),
        bands(caseload, compared, resamples=resamples),
        need_and_cost(caseload, compared, resamples=resamples),
    ]


def test_tables_beside_one_grouping_each(benchmark: Any, caseload: Reviewed) -> None:
    tables = sum(len(section.tables) for section in sections(caseload, 0))

    def grouped() -> None:
        for _ in range(tables):
            caseload.frame.group_by("setting", "band").agg(pl.len(), pl.col([f"{name}_pence" for name in MONEY]).mean())

    ratio(f"{tables} tables of {CHILDREN:,} children", lambda: sections(caseload, 0), grouped)
    benchmark.pedantic(sections, (caseload, 0), rounds=3)


def test_with_the_bootstrap(benchmark: Any, caseload: Reviewed) -> None:
    benchmark.pedantic(sections, (caseload, RESAMPLES), rounds=3)
