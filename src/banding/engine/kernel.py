"""The kernel: the only file that knows numba, so that its cache cannot miss an edit elsewhere.

`run` interprets a program over blocks of rows: each instruction is one loop over one block, short enough to stay in
cache and plain enough for the compiler to vectorise. It is compiled once, releases the GIL and keeps no state: callers
run it on as many plain threads as they like, so no threading layer of numba's can die in a forked child or abort under
a pool. With the JIT off the same text runs in Python; only the step from an address to an array has a twin for that.

Three habits keep the first compile to a few seconds. Whatever passes between functions is a whole number or a lane, so
that little is left to infer. A loop exists for few pairs of lanes, and is called in one place: operands of other pairs
are first brought into scratch. Only `run` is cached and can be called from outside, because the loops live inside it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, TypeVar

import numba as nb
import numpy as np
from numba import types
from numba.extending import intrinsic

from banding.engine.program import FIELDS, Do

# numba's cache sees this file and no other, so a change of the instructions must be made here too.
assert (FIELDS, *Do.__members__) == (
    9, "LOAD", "WATCH", "FILL", "COPY", "ADD", "ADD_FROM", "MIN", "MAX", "MULTIPLY", "FLOOR_DIVIDE", "WITHIN", "SELECT",
    "GATHER", "IF_COMPLETE", "GO",
)  # fmt: skip
assert [*Do] == [*range(len(Do))]
_LOAD, _WATCH, _FILL, _COPY, _ADD, _ADD_FROM, _MIN, _MAX = range(8)
_MULTIPLY, _FLOOR_DIVIDE, _WITHIN, _SELECT, _GATHER, _IF_COMPLETE, _GO = range(8, 15)
_LINE, _OUT, _A, _B, _C, _K, _M = 9, 3, 4, 5, 6, 7, 8
_NARROW, _MIDDLE, _WIDE = range(3)
_I8, _I32, _I64 = np.int8, np.int32, np.int64
_MOST_8, _MOST_32, _MOST_64 = 2**7 - 1, 2**31 - 1, 2**63 - 1
_NOT_ASKED, _UNANSWERED = -1, -2
_MORE = 3  # steps that one pass adds beside the first

A = Any  # an address, a whole number or a lane: numba finds out, and does not read annotations
F = TypeVar("F", bound=Callable[..., Any])
_PLAIN: dict[str, Any] = {"error_model": "numpy", "boundscheck": False, "no_cfunc_wrapper": True}
_program: Callable[[F], F] = nb.njit(cache=True, nogil=True, **_PLAIN)
# Not cached by themselves: `run` holds them, and a cache of each would cost more than it saves.
_loop: Callable[[F], F] = nb.jit(**_PLAIN | {"no_cpython_wrapper": True})
_at: A

if not nb.config.DISABLE_JIT:  # type: ignore[attr-defined]

    @intrinsic
    def _pointer(_: A, lane: A, address: A, rows: A) -> A:  # noqa: ARG001  (numba reads the names of the arguments)
        def generate(context: A, builder: A, signature: A, args: A) -> A:
            return builder.inttoptr(args[1], context.get_value_type(signature.return_type))

        return types.CPointer(lane.dtype)(lane, types.int64, types.int64), generate  # type: ignore[no-untyped-call]

    _at = _pointer

else:

    def _array(lane: A, address: A, rows: A) -> A:
        values = ctypes.cast(int(address), ctypes.POINTER(np.ctypeslib.as_ctypes_type(lane)))
        return np.ctypeslib.as_array(values, (int(rows),))

    _at = _array


# -- one loop an operation; each is compiled once for every pair of lanes it meets -------------------------------------
# Constants reach a loop in the lane it works in: cast inside the loop's function, they would keep it from vectors.


@_loop
def _most(n: A, a_at: A, flip: A) -> A:
    """The greatest value with the bits of `flip` turned, as unsigned: anything below zero is above every scale."""
    a, most = _at(_I8, a_at, n), np.uint8(0)
    for i in range(n):
        most = max(most, np.uint8(a[i] ^ flip))
    return most


@_loop
def _gate(n: A, out_at: A, a_at: A, gate_at: A, gated: A, turn: A, shift: A) -> A:
    """Loads a column as if all of it were on the scale, and returns its greatest raw value as unsigned."""
    out, a, gate = _at(_I8, out_at, n), _at(_I8, a_at, n), _at(_I8, gate_at, n)
    most = np.uint8(0)
    for i in range(n):
        raw = a[i]
        rating = _I8(((raw & _I8(_MOST_8)) ^ turn) + shift)
        out[i] = rating if (gate[i] & gated) == gated else _I8(_NOT_ASKED)
        most = max(most, np.uint8(raw))
    return most


@_loop
def _load(n: A, out_at: A, a_at: A, gate_at: A, bad_at: A, gated: A, turn: A, shift: A, top: A, stands: A) -> A:
    """Every case at once: returns 1 where anything asked was unanswered or off the scale, else 0."""
    out, a, gate, bad = _at(_I8, out_at, n), _at(_I8, a_at, n), _at(_I8, gate_at, n), _at(_I8, bad_at, n)
    missing = _I8(0)
    for i in range(n):
        raw = a[i]
        on_scale = _I8(raw >= 0) & _I8(raw <= top)
        rating = _I8(((raw & _I8(_MOST_8)) ^ turn) + shift)
        value = rating if on_scale == 1 else stands
        asked = _I8(raw != _NOT_ASKED) & _I8((gate[i] & gated) == gated)
        out[i] = value if asked == 1 else _I8(_NOT_ASKED)
        bad[i] = bad[i] | _I8(raw < _UNANSWERED) | _I8(raw > top)
        missing = max(missing, _I8(asked & (on_scale ^ _I8(1))))
    return missing


@_loop
def _fill(n: A, lane: A, out_at: A, k: A) -> None:
    out = _at(lane, out_at, n)
    for i in range(n):
        out[i] = k


@_loop
def _copy(n: A, lane: A, lane_a: A, out_at: A, a_at: A) -> None:
    out, a = _at(lane, out_at, n), _at(lane_a, a_at, n)
    for i in range(n):
        out[i] = a[i]


# Sums start from (out & keep) + begin: from what is there, or from the constant of the FILL before them.


@_loop
def _add(n: A, lane: A, lane_a: A, out_at: A, keep: A, begin: A, a_at: A, k: A) -> None:
    out, a = _at(lane, out_at, n), _at(lane_a, a_at, n)
    for i in range(n):
        out[i] = (out[i] & keep) + begin + a[i] * k


@_loop
def _add_or_subtract(n: A, out_at: A, keep: A, begin: A, a_at: A, subtract: A) -> None:
    """int8 alone, which has no vector multiplication: x - a is ~(~x + a)."""
    out, a = _at(_I8, out_at, n), _at(_I8, a_at, n)
    for i in range(n):
        out[i] = ((((out[i] & keep) + begin) ^ subtract) + a[i]) ^ subtract


@_loop
def _add_steps(
    n: A, lane: A, out_at: A, keep: A, begin: A, at0: A, k0: A, from0: A, at1: A, k1: A, from1: A, at2: A, k2: A,
    from2: A, at3: A, k3: A, from3: A,
) -> None:  # fmt: skip
    """Four of ADD_FROM in one pass, which reads and writes `out` once instead of four times."""
    out, none = _at(lane, out_at, n), lane(0)
    a0, a1, a2, a3 = _at(_I8, at0, n), _at(_I8, at1, n), _at(_I8, at2, n), _at(_I8, at3, n)
    for i in range(n):
        out[i] = (
            (out[i] & keep)
            + begin
            + (k0 if a0[i] >= from0 else none)
            + (k1 if a1[i] >= from1 else none)
            + (k2 if a2[i] >= from2 else none)
            + (k3 if a3[i] >= from3 else none)
        )


@_loop
def _min(n: A, out_at: A, a_at: A, b_at: A) -> None:
    out, a, b = _at(_I8, out_at, n), _at(_I8, a_at, n), _at(_I8, b_at, n)
    for i in range(n):
        out[i] = a[i] if a[i] < b[i] else b[i]


@_loop
def _max(n: A, out_at: A, a_at: A, b_at: A) -> None:
    out, a, b = _at(_I8, out_at, n), _at(_I8, a_at, n), _at(_I8, b_at, n)
    for i in range(n):
        out[i] = a[i] if a[i] > b[i] else b[i]


@_loop
def _extreme(n: A, lane: A, out_at: A, a_at: A, b_at: A, largest: A) -> None:
    """MIN and MAX of the wider lanes, which vectors compare anyway."""
    out, a, b = _at(lane, out_at, n), _at(lane, a_at, n), _at(lane, b_at, n)
    for i in range(n):
        one, other = a[i], b[i]
        out[i] = one if (one > other) == largest else other


@_loop
def _multiply(n: A, out_at: A, a_at: A, b_at: A) -> None:
    out, a, b = _at(_I64, out_at, n), _at(_I64, a_at, n), _at(_I64, b_at, n)
    for i in range(n):
        out[i] = a[i] * b[i]


@_loop
def _floor_divide(n: A, out_at: A, a_at: A, b_at: A) -> None:
    out, a, b = _at(_I64, out_at, n), _at(_I64, a_at, n), _at(_I64, b_at, n)
    for i in range(n):
        out[i] = a[i] // b[i]


@_loop
def _within(n: A, lane_a: A, out_at: A, a_at: A, low: A, high: A) -> None:
    out, a = _at(_I8, out_at, n), _at(lane_a, a_at, n)
    for i in range(n):
        out[i] = (a[i] >= low) & (a[i] <= high)


@_loop
def _select(n: A, lane: A, out_at: A, test_at: A, a_at: A, b_at: A) -> None:
    out, test, a, b = _at(lane, out_at, n), _at(_I8, test_at, n), _at(lane, a_at, n), _at(lane, b_at, n)
    for i in range(n):
        # Both are read whatever the test says: a read that hangs on a test keeps a loop from being vectorised.
        one, other = a[i], b[i]
        out[i] = one if test[i] == 1 else other


@_loop
def _gather(n: A, out_at: A, tables_at: A, entries: A, start: A, a_at: A) -> None:
    out, tables, a = _at(_I64, out_at, n), _at(_I64, tables_at, entries), _at(_I64, a_at, n)
    for i in range(n):
        out[i] = tables[start + a[i]]


# -- the program -------------------------------------------------------------------------------------------------------


@_program
def run(
    program: A, lines: A, tables: A, entries: A, homes: A, strides: A, places: A, registers: A, scratch: A,
    scratch_8: A, start: A, stop: A, block: A,
) -> None:  # fmt: skip
    """Runs a program over rows start <= row < stop, in blocks counted from `start`. Every argument is a whole number.

    program, tables  addresses of the program's int64 arrays, of `lines` instructions and `entries` values.
    homes     address of int64 [registers], each the address of a register's first value: of row 0 for a column, of the
              block for scratch.
    strides   address of int64 [registers]: bytes from one row's value to the next where the register is a column, 0 for
              scratch and for a column that is the same in every row.
    places    address of int64 [registers], overwritten: where each register stands in the block at hand.
    scratch, scratch_8  addresses of `block` int64 and of `block` int8, overwritten.

    An operand may be the register that is written, but may not overlap it in part. What LOAD writes nothing else may
    write: where a column needs no work, the column itself serves as the register.
    """
    code = _at(_I64, program, lines * _LINE)
    home, stride, place = _at(_I64, homes, registers), _at(_I64, strides, registers), _at(_I64, places, registers)
    for first in range(start, stop, block):
        n = min(block, stop - first)
        missing = False
        for r in range(registers):
            place[r] = home[r] + stride[r] * first
        p = 0
        while p < lines:
            at = p * _LINE
            p += 1
            keep, begin = -1, 0
            if code[at] == _FILL and p < lines:
                after = at + _LINE
                joins = _ADD <= code[after] <= _ADD_FROM and code[after + _OUT] == code[at + _OUT]
                if joins and place[code[after + _A]] != place[code[at + _OUT]]:
                    keep, begin, at = 0, code[at + _K], after
                    p += 1
            do, lane, lane_a, k, m = code[at], code[at + 1], code[at + 2], code[at + _K], code[at + _M]
            stepping, watching, copying, gathering = do == _ADD_FROM, do == _WATCH, do == _COPY, do == _GATHER
            # A register that the instruction lacks is -1: what stands here for it is not read.
            out, a = place[max(code[at + _OUT], 0)], place[max(code[at + _A], 0)]
            b, c = place[max(code[at + _B], 0)], place[max(code[at + _C], 0)]

            if stepping and lane != _WIDE and lane_a == _NARROW:
                more = 0
                while more < _MORE and p < lines:
                    after = p * _LINE
                    joins = code[after] == _ADD_FROM and code[after + _OUT] == code[at + _OUT]
                    if not joins or code[after + 2] != _NARROW or place[code[after + _A]] == out:
                        break
                    more += 1
                    p += 1
                # Where fewer steps follow, the first is added again as nothing.
                at1, at2, at3 = at + _LINE * (more > 0), at + 2 * _LINE * (more > 1), at + 3 * _LINE * (more == _MORE)
                a1, k1, m1 = place[code[at1 + _A]], code[at1 + _K] * (at1 > at), _I8(code[at1 + _M])
                a2, k2, m2 = place[code[at2 + _A]], code[at2 + _K] * (at2 > at), _I8(code[at2 + _M])
                a3, k3, m3 = place[code[at3 + _A]], code[at3 + _K] * (at3 > at), _I8(code[at3 + _M])
                m0 = _I8(m)
                if lane == _NARROW:
                    _add_steps(
                        n, _I8, out, _I8(keep), _I8(begin), a, _I8(k), m0, a1, _I8(k1), m1, a2, _I8(k2), m2, a3,
                        _I8(k3), m3,
                    )  # fmt: skip
                else:
                    _add_steps(
                        n, _I32, out, _I32(keep), _I32(begin), a, _I32(k), m0, a1, _I32(k1), m1, a2, _I32(k2), m2, a3,
                        _I32(k3), m3,
                    )  # fmt: skip
                continue

            largest = do == _MAX
            if do == _LOAD:
                gated, turn, shift = _I8(1), _I8(-lane_a), _I8((k + 1) * lane_a)
                if code[at + _B] < 0:
                    gated, b = _I8(0), a
                if gated == 0 and turn == 0:
                    most = _most(n, a, _I8(0))
                    place[code[at + _OUT]] = a
                else:
                    most = _gate(n, out, a, b, gated, turn, shift)
                if most > k:
                    out = home[code[at + _OUT]] + stride[code[at + _OUT]] * first
                    place[code[at + _OUT]] = out
                    if _load(n, out, a, b, c, gated, turn, shift, _I8(k), _I8(m)) == 1:
                        missing = True
            elif do == _FILL:
                if lane == _NARROW:
                    _fill(n, _I8, out, _I8(k))
                elif lane == _MIDDLE:
                    _fill(n, _I32, out, _I32(k))
                else:
                    _fill(n, _I64, out, k)
            elif largest or do == _MIN:
                if lane == _MIDDLE:
                    _extreme(n, _I32, out, a, b, largest)
                elif lane == _WIDE:
                    _extreme(n, _I64, out, a, b, largest)
                elif largest:
                    _max(n, out, a, b)
                else:
                    _min(n, out, a, b)
            elif do == _SELECT:
                if lane == _NARROW:
                    _select(n, _I8, out, c, a, b)
                elif lane == _MIDDLE:
                    _select(n, _I32, out, c, a, b)
                else:
                    _select(n, _I64, out, c, a, b)
            elif do == _MULTIPLY:
                _multiply(n, out, a, b)
            elif do == _FLOOR_DIVIDE:
                _floor_divide(n, out, a, b)
            elif do == _IF_COMPLETE:
                if not missing:
                    p = k
            elif do == _GO:
                p = k

            if do == _WITHIN or watching or stepping:
                into, low, high = out, k, m
                if watching:
                    into, high = scratch_8, _MOST_64
                elif stepping:
                    into, low, high = scratch_8, m, _MOST_64
                if lane_a == _NARROW:
                    _within(n, _I8, into, a, _I8(low), _I8(min(high, _MOST_8)))
                elif lane_a == _MIDDLE:
                    _within(n, _I32, into, a, _I32(low), _I32(min(high, _MOST_32)))
                else:
                    _within(n, _I64, into, a, low, high)
                if watching and _most(n, into, _I8(1)) == 1:
                    missing = True
                elif stepping:
                    a, lane_a = into, _NARROW

            adding = _ADD <= do <= _ADD_FROM
            if lane_a != _WIDE and (gathering or (lane == _WIDE and (adding or copying))):
                into = out if copying else scratch
                if lane_a == _NARROW:
                    _copy(n, _I64, _I8, into, a)
                else:
                    _copy(n, _I64, _I32, into, a)
                a, lane_a = into, _WIDE

            if adding:
                if lane == _NARROW and abs(k) == 1:
                    _add_or_subtract(n, out, _I8(keep), _I8(begin), a, _I8(k >> 1))
                elif lane == _NARROW:
                    _add(n, _I8, _I8, out, _I8(keep), _I8(begin), a, _I8(k))
                elif lane == _WIDE:
                    _add(n, _I64, _I64, out, _I64(keep), _I64(begin), a, k)
                elif lane_a == _NARROW:
                    _add(n, _I32, _I8, out, _I32(keep), _I32(begin), a, _I32(k))
                else:
                    _add(n, _I32, _I32, out, _I32(keep), _I32(begin), a, _I32(k))
            elif gathering:
                into = out if lane == _WIDE else scratch
                _gather(n, into, tables, entries, k, a)
                a = into

            if (copying or gathering) and a != out:
                if lane == lane_a:
                    size = n << (lane + (lane > 0))
                    _copy(size, _I8, _I8, out, a)
                elif lane == _MIDDLE:
                    if lane_a == _NARROW:
                        _copy(n, _I32, _I8, out, a)
                    else:
                        _copy(n, _I32, _I64, out, a)
                elif lane_a == _MIDDLE:
                    _copy(n, _I8, _I32, out, a)
                else:
                    _copy(n, _I8, _I64, out, a)
