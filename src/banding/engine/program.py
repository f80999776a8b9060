"""A compiled pack: flat arrays that the kernel can run without knowing what a pack is.

A program is a list of instructions over registers. A register is one value for each row of a block: a scratch slot that
is used again and again, a slice of an input column, or a slice of an output column. Lanes are the narrowest of int8,
int32 and int64 that the compiler's bounds allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

BLOCK = 8192
WIDTHS = (1, 4, 8)
DTYPES = (np.int8, np.int32, np.int64)


class Lane(IntEnum):
    """int8, int32, int64."""

    NARROW = 0
    MIDDLE = 1
    WIDE = 2


def lane_of(low: int, high: int) -> Lane:
    """The narrowest lane that holds both bounds."""
    for lane, bits in ((Lane.NARROW, 7), (Lane.MIDDLE, 31)):
        if -(2**bits) <= low and high < 2**bits:
            return lane
    return Lane.WIDE


class Do(IntEnum):
    """What an instruction does. Fields: out, a, b, c are registers; k, l are constants.

    LOAD           out = rating of the raw column a: b (a register, or -1) gates it, k = top, l = what an unanswered one
                   stands at, lane_a = 1 where the scale is reversed; rows off the scale are marked in register c
    WATCH          the block is marked as having something missing where a column a holds less than k
    FILL           out = k
    COPY           out = a, another lane
    ADD            out += k * a
    ADD_FROM       out += k where a >= l
    MIN, MAX       out = the lesser, the greater of a and b
    MULTIPLY       out = a * b, int64
    FLOOR_DIVIDE   out = floor(a / b), int64
    WITHIN         out = 1 where k <= a <= l, else 0
    SELECT         out = a where c is 1, else b
    GATHER         out = tables[k + a]
    IF_COMPLETE    go to instruction k where nothing in the block is missing
    GO             go to instruction k
    """

    LOAD = 0
    WATCH = 1
    FILL = 2
    COPY = 3
    ADD = 4
    ADD_FROM = 5
    MIN = 6
    MAX = 7
    MULTIPLY = 8
    FLOOR_DIVIDE = 9
    WITHIN = 10
    SELECT = 11
    GATHER = 12
    IF_COMPLETE = 13
    GO = 14


# One row an instruction: op, lane of out, lane of a, out, a, b, c, k, l.
FIELDS = 9


@dataclass(frozen=True, slots=True)
class Program:
    """
    instructions  int64 [n, FIELDS].
    tables        int64, all tables of GATHER end to end.
    lanes         int64 [registers], a Lane each.
    homes         int64 [registers]: an offset into the scratch arena in bytes for each row of a block where >= 0, else
                  -1 - index into `inputs` followed by `outputs`.
    inputs        (kind, name) of each column read: ("raw", item) int8, or ("column", fact) in its lane.
    input_lanes   a Lane for each input.
    outputs       name and lane of each column written, in order.
    constants     results that are the same for every child, by name: nothing is written for them.
    twins         results that another result's column holds already: name and the other's name.
    arena         bytes of scratch for each row of a block.
    exact         True where the range of bands is exact for every child: each item acts in one direction.
    """

    instructions: npt.NDArray[np.int64]
    tables: npt.NDArray[np.int64]
    lanes: npt.NDArray[np.int64]
    homes: npt.NDArray[np.int64]
    inputs: tuple[tuple[str, str], ...]
    input_lanes: tuple[Lane, ...]
    outputs: Mapping[str, Lane]
    constants: Mapping[str, int]
    twins: Mapping[str, str]
    arena: int
    exact: bool
