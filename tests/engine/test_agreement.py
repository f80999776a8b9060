"""Kernel == reference == one row at a time, on drawn packs and drawn profiles."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banding.engine import execute
from banding.engine.reference_score import score_one
from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from tests.drawn import ON, children, frame_of, packs

SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))
BESIDE = ("child_id", "band_range", "pack", "pack_version", "pack_fingerprint", "pack_in_force", "on")


@st.composite
def caseloads(draw: Any) -> tuple[Pack, list[tuple[dict[str, int | None], dict[str, Any]]]]:
    pack = draw(packs())
    return pack, draw(st.lists(children(pack), min_size=1, max_size=12))


def compared(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in BESIDE} for row in frame.to_dicts()]


@SLOW
@given(caseloads())
def test_the_kernel_gives_what_the_reference_gives(drawn: Any) -> None:
    pack, kids = drawn
    scored = score_caseload(frame_of(pack, kids), pack, ON).frame
    for row, (ratings, facts) in zip(compared(scored), kids, strict=True):
        assert row == score_one(pack, ratings, facts, ON)


@SLOW
@given(caseloads(), st.sampled_from([1, 2, 3, 64, 8192]), st.sampled_from([1, 2]))
def test_blocks_and_threads_change_nothing(drawn: Any, block: int, threads: int) -> None:
    pack, kids = drawn
    frame = frame_of(pack, kids)
    usual = score_caseload(frame, pack, ON).frame
    before, execute.ROWS_A_THREAD = execute.ROWS_A_THREAD, 2
    try:
        assert score_caseload(frame, pack, ON, block=block, threads=threads).frame.equals(usual)
    finally:
        execute.ROWS_A_THREAD = before
    alone = pl.concat([score_caseload(frame[row], pack, ON).frame for row in range(frame.height)])
    assert alone.equals(usual)


@SLOW
@given(caseloads())
def test_the_range_holds_the_band(drawn: Any) -> None:
    pack, kids = drawn
    scored = score_caseload(frame_of(pack, kids), pack, ON).frame.drop_nulls("band")
    assert scored.select(pl.col("band").is_between("band_low", "band_high").all()).item()
