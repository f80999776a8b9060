"""Runs a program over columns: blocks, threads, addresses. The kernel, and numba with it, loads at the first call."""

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
_LINE = 64  # bytes of a line of a cache
_WIDEST = max(WIDTHS)


def run_program(
    program: Program, columns: Columns, rows: int, *, threads: int | None = None, block: int = BLOCK
) -> dict[str, npt.NDArray[np.signedinteger]]:
    """Every output of a program, by name: arrays of `rows` values in the output's lane.

    columns  for each input of the program an array of `rows` values in the input's lane, contiguous, or one whole
             number that stands in every row.
    threads  at most this many; default the processors this process may use. Results do not depend on it.
    block    rows worked on at a time. Results do not depend on it.
    """
    if rows == 0:
        return _with_unwritten(
            program, {name: np.empty(0, DTYPES[lane]) for name, lane in program.outputs.items()}, rows
        )
    from banding.engine import kernel  # noqa: PLC0415  (numba loads only when something is scored)

    outputs = _side_by_side(program, rows)
    held: list[npt.NDArray[np.signedinteger]] = []
    strides = []
    for source, lane in zip(program.inputs, program.input_lanes, strict=True):
        column = columns[source]
        if isinstance(column, int):
            held.append(np.full(min(block, rows), column, DTYPES[lane]))
            strides.append(0)
        else:
            assert column.dtype == DTYPES[lane], source
            assert column.flags.c_contiguous, source
            assert len(column) == rows, source
            held.append(column)
            strides.append(WIDTHS[lane])
    addresses = [array.ctypes.data for array in (*held, *outputs.values())]
    strides += [WIDTHS[lane] for lane in program.outputs.values()]
    at_column = np.array([0, *addresses], np.int64)
    by_column = np.array([0, *strides], np.int64)
    column_of = np.where(program.homes < 0, -program.homes, 0)
    by_register = by_column[column_of]
    # Neighbouring slots stand a line further apart than a block, or they would all fight for the same lines of a cache.
    slot = block + -block % _LINE + _LINE
    code, tables = (np.ascontiguousarray(array, np.int64) for array in (program.instructions, program.tables))

    def work(start: int, stop: int) -> None:
        arena = np.empty((program.arena + _WIDEST + 1) * slot + _LINE, np.uint8)
        base = arena.ctypes.data + -arena.ctypes.data % _LINE
        homes = np.where(program.homes < 0, at_column[column_of], base + program.homes * slot)
        places = np.empty_like(homes)
        scratch = base + program.arena * slot
        kernel.run(
            code.ctypes.data, len(code), tables.ctypes.data, len(tables), homes.ctypes.data, by_register.ctypes.data,
            places.ctypes.data, len(homes), scratch, scratch + _WIDEST * slot, start, stop, block,
        )  # fmt: skip

    shares = min(threads or available_threads(), -(-rows // ROWS_A_THREAD))
    if shares <= 1:
        work(0, rows)
    else:
        blocks = -(-rows // block)
        edges = [min(rows, block * (blocks * share // shares)) for share in range(shares + 1)]
        with ThreadPoolExecutor(shares) as pool:
            list(pool.map(work, edges[:-1], edges[1:]))
    return _with_unwritten(program, outputs, rows)


def _side_by_side(program: Program, rows: int) -> dict[str, npt.NDArray[np.signedinteger]]:
    """The outputs, unwritten, in one piece of memory: large pieces come from the system in large pages, small ones in
    small pages that cost more to come by than the kernel takes to fill them."""
    sizes = [rows * WIDTHS[lane] for lane in program.outputs.values()]
    # A line between neighbours, so that they do not all fight for the same lines of a cache.
    starts = np.cumsum([0, *(size + -size % _LINE + _LINE for size in sizes)])
    whole = np.empty(int(starts[-1]) + _LINE, np.uint8)
    whole = whole[-whole.ctypes.data % _LINE :]
    return {
        name: whole[start : start + size].view(DTYPES[lane])
        for (name, lane), start, size in zip(program.outputs.items(), starts.tolist(), sizes, strict=False)
    }


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
