"""The kernel beside one pass over its own bytes, numpy by hand, and polars expressions: ratios of one run.

    make bench

A ratio above 1 says how many times as fast the kernel is; beside one pass the goal is 0.3 with complete profiles.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba as nb
import numpy as np
import polars as pl
import pytest

import peers
from banding.engine.execute import available_threads, run_program
from banding.engine.program import DTYPES, Program
from pairs import ratio

ROWS = 2_000_000


@nb.njit(nogil=True, cache=False)
def _read(words: Any) -> int:
    total = np.uint64(0)
    for i in range(words.shape[0]):
        total ^= words[i]
    return total


@nb.njit(nogil=True, cache=False)
def _write(words: Any) -> None:
    for i in range(words.shape[0]):
        words[i] = np.uint64(i)


def one_pass(program: Program, columns: dict[Any, Any]) -> Callable[[], object]:
    """Reads every input byte of a program's columns and writes every output byte, on as many threads, and nothing else.

    Its outputs are allocated once; the kernel's are allocated in every run, and that is part of its time.
    """
    threads = available_threads()
    rows = len(next(iter(columns.values()))) // (8 * threads) * 8 * threads
    share = rows // threads
    read = [column[:rows].view(np.uint64) for column in columns.values()]

    written = [np.empty(rows, DTYPES[lane]).view(np.uint64) for lane in program.outputs.values()]

    def work(thread: int) -> None:
        for loop, words in [(_read, each) for each in read] + [(_write, each) for each in written]:
            size = len(words) * share // rows
            loop(words[thread * size : (thread + 1) * size])

    def run() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))

    return run


@pytest.fixture(scope="module", params=[0.0, 0.1], ids=["complete", "tenth-missing"])
def case(request: pytest.FixtureRequest) -> tuple[Program, dict[str, Any], dict[Any, Any], float]:
    columns = peers.ratings(ROWS, request.param)
    program = peers.compiled().program
    given = {**columns, **peers.costs(ROWS)}
    return program, columns, {source: given[source[1]] for source in program.inputs}, request.param


def test_beside_one_pass(case: Any, benchmark: Any) -> None:
    program, _, inputs, missing = case
    floor = one_pass(program, inputs)
    name = f"kernel beside one pass, {missing:.0%} missing"
    benchmark.extra_info["ratio"] = ratio(name, lambda: run_program(program, inputs, ROWS), floor)
    benchmark.pedantic(run_program, (program, inputs, ROWS), rounds=3)


def test_beside_numpy_by_hand(case: Any, benchmark: Any) -> None:
    program, columns, inputs, missing = case
    if missing:
        pytest.skip("the hand-written numpy knows no missing values")
    band, need = peers.by_hand(columns)
    ours = run_program(program, inputs, ROWS)
    assert (ours["band"] == band).all()
    assert (ours["need_score"] == need).all()
    name = "kernel beside numpy by hand"
    benchmark.extra_info["ratio"] = ratio(
        name, lambda: run_program(program, inputs, ROWS), lambda: peers.by_hand(columns), pairs=5
    )
    benchmark.pedantic(run_program, (program, inputs, ROWS), rounds=3)


def test_beside_polars_expressions(case: Any, benchmark: Any) -> None:
    program, columns, inputs, missing = case
    frame = pl.DataFrame(
        {
            name: pl.Series(column).set(pl.Series(column < 0), None) if missing else column
            for name, column in columns.items()
        }
    )
    wanted = frame.lazy().select(peers.expressions())
    if not missing:
        ours = run_program(program, inputs, ROWS)
        answer = wanted.collect()
        assert (answer["band"].to_numpy() == ours["band"]).all()
        assert (answer["need"].to_numpy() == ours["need_score"]).all()
    name = f"kernel beside polars expressions, {missing:.0%} missing"
    benchmark.extra_info["ratio"] = ratio(name, lambda: run_program(program, inputs, ROWS), wanted.collect, pairs=5)
    benchmark.pedantic(run_program, (program, inputs, ROWS), rounds=3)
