"""Runs a program over columns: blocks, threads, addresses. The kernel, and numba with it, is imported at the first call."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from banding.engine.program import BLOCK, DTYPES, WIDTHS, Program, lane_of

Columns = Mapping[tuple[str, str], npt.NDArray[np.signedinteger] | int]
# Below this many rows the work is done before a second thread has begun.
ROWS_A_THREAD = 8 * BLOCK
_ALIGNED = 64


def run_program(
    program: Program, columns: Columns, rows: int, *, threads: int | None = None, block: int = BLOCK
) -> dict[str, npt.NDArray[np.signedinteger]]:
    """Every output of a program, by name: arrays of `rows` values in the output's lane.

    columns  for each input of the program an array of `rows` values in the input's lane, contiguous, or one whole number
             that stands in every row.
    threads  at most this many; default the processors this process may use. Results do not depend on it.
    block    rows worked on at a time. Results do not depend on it.
    """
    outputs = {name: np.empty(rows, DTYPES[lane]) for name, lane in program.outputs.items()}
    if rows == 0:
        return _with_unwritten(program, outputs, rows)
    from banding.engine import kernel  # noqa: PLC0415  (numba loads only when something is scored)

    held: list[npt.NDArray[np.signedinteger]] = []
    addresses, strides = [], []
    for source, lane in zip(program.inputs, program.input_lanes, strict=True):
        column = columns[source]
        if isinstance(column, int):
            array, stride = np.full(min(block, rows), column, DTYPES[lane]), 0
        else:
            assert column.dtype == DTYPES[lane] and column.flags.c_contiguous and len(column) == rows, source
            array, stride = column, WIDTHS[lane]
        held.append(array)
        addresses.append(array.ctypes.data)
        strides.append(stride)
    for name, lane in program.outputs.items():
        addresses.append(outputs[name].ctypes.data)
        strides.append(WIDTHS[lane])
    at_column = np.array([0, *addresses], np.int64)
    by_column = np.array([0, *strides], np.int64)
    place = np.where(program.homes < 0, -program.homes, 0)
    slot = block + -block % _ALIGNED
    registers = by_column[place]

    def work(start: int, stop: int) -> None:
        arena = np.empty(program.arena * slot + _ALIGNED, np.uint8)
        base = arena.ctypes.data + -arena.ctypes.data % _ALIGNED
        homes = np.where(program.homes < 0, at_column[place], base + program.homes * slot)
        kernel.run(program.instructions, program.tables, homes, registers, start, stop, block)

    shares = min(threads or available_threads(), -(-rows // ROWS_A_THREAD))
    if shares <= 1:
        work(0, rows)
    else:
        blocks = -(-rows // block)
        edges = [min(rows, block * (blocks * share // shares)) for share in range(shares + 1)]
        with ThreadPoolExecutor(shares) as pool:
            list(pool.map(work, edges[:-1], edges[1:]))
    return _with_unwritten(program, outputs, rows)


def _with_unwritten(
    program: Program, outputs: dict[str, npt.NDArray[np.signedinteger]], rows: int
) -> dict[str, npt.NDArray[np.signedinteger]]:
    """The outputs with those that no column was written for: constants, as views of one value, and twins."""
    constants = {
        name: np.broadcast_to(np.array(value, DTYPES[lane_of(value, value)]), rows)
        for name, value in program.constants.items()
    }
    return {**outputs, **constants, **{name: outputs[other] for name, other in program.twins.items()}}


def available_threads() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
