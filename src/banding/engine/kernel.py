"""The kernel: the only file that knows numba, so that its cache cannot miss an edit elsewhere.

`run` interprets a program over blocks of rows: each instruction is one loop over one block, short enough to stay in cache
and plain enough for the compiler to vectorise. It is compiled once, releases the GIL and keeps no state: callers run it
on as many plain threads as they like, so no threading layer of numba's can die in a forked child or abort under a pool.
With the JIT off the same text runs in Python; only the step from an address to an array has a twin for that.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numba as nb
import numpy as np
from numba import types
from numba.extending import intrinsic

from banding.engine.program import Do

_LOAD, _WATCH, _FILL, _COPY, _ADD, _ADD_FROM, _MIN, _MAX = (int(do) for do in list(Do)[:8])
_MULTIPLY, _FLOOR_DIVIDE, _WITHIN, _SELECT, _GATHER, _IF_COMPLETE, _GO = (int(do) for do in list(Do)[8:])

JIT = not nb.config.DISABLE_JIT
_njit = nb.njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)

if JIT:

    def _pointer(kind: Any) -> Any:
        @intrinsic
        def pointer(_: Any, address: Any) -> Any:
            def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
                return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

            return types.CPointer(kind)(types.int64), generate

        return pointer

    _pointer8, _pointer32, _pointer64 = _pointer(types.int8), _pointer(types.int32), _pointer(types.int64)

    @_njit
    def _narrow(address, rows):
        return nb.carray(_pointer8(address), (rows,), np.int8)

    @_njit
    def _middle(address, rows):
        return nb.carray(_pointer32(address), (rows,), np.int32)

    @_njit
    def _wide(address, rows):
        return nb.carray(_pointer64(address), (rows,), np.int64)

else:

    def _narrow(address, rows):
        return np.ctypeslib.as_array(ctypes.cast(int(address), ctypes.POINTER(ctypes.c_int8)), (int(rows),))

    def _middle(address, rows):
        return np.ctypeslib.as_array(ctypes.cast(int(address), ctypes.POINTER(ctypes.c_int32)), (int(rows),))

    def _wide(address, rows):
        return np.ctypeslib.as_array(ctypes.cast(int(address), ctypes.POINTER(ctypes.c_int64)), (int(rows),))


# -- one loop an operation; each is compiled once for every combination of lanes it meets ------------------------------


@_njit
def _ends(a):
    low, high = a[0], a[0]
    for i in range(a.shape[0]):
        low = min(low, a[i])
        high = max(high, a[i])
    return low, high


@_njit
def _turn(out, a, top):
    for i in range(out.shape[0]):
        out[i] = top - a[i]


@_njit
def _gate(out, a, gate):
    for i in range(out.shape[0]):
        out[i] = a[i] if gate[i] == 1 else np.int8(-1)


@_njit
def _load(out, a, gate, gated, top, stands, turned, bad):
    """Every case at once: returns whether anything asked was unanswered or off the scale."""
    missing = np.int8(0)
    for i in range(out.shape[0]):
        raw = a[i]
        on_scale = np.int8(raw >= 0) & np.int8(raw <= top)
        rating = top - raw if turned else raw
        value = np.int8(rating) if on_scale else np.int8(stands)
        asked = np.int8(raw != -1)
        if gated:
            asked &= gate[i]
        out[i] = value if asked else np.int8(-1)
        off = np.int8(raw < -2) | np.int8(raw > top)
        bad[i] |= off
        missing |= asked & (np.int8(1) - on_scale)
    return missing != 0


@_njit
def _fill(out, k):
    for i in range(out.shape[0]):
        out[i] = k


@_njit
def _copy(out, a):
    for i in range(out.shape[0]):
        out[i] = a[i]


@_njit
def _add(out, a, k):
    if k == 1:
        for i in range(out.shape[0]):
            out[i] = out[i] + a[i]
    elif k == -1:
        for i in range(out.shape[0]):
            out[i] = out[i] - a[i]
    else:
        for i in range(out.shape[0]):
            out[i] = out[i] + a[i] * k


@_njit
def _add_from(out, a, k, edge):
    for i in range(out.shape[0]):
        out[i] = out[i] + (a[i] >= edge) * k


@_njit
def _min(out, a, b):
    for i in range(out.shape[0]):
        out[i] = a[i] if a[i] < b[i] else b[i]


@_njit
def _max(out, a, b):
    for i in range(out.shape[0]):
        out[i] = a[i] if a[i] > b[i] else b[i]


@_njit
def _multiply(out, a, b):
    for i in range(out.shape[0]):
        out[i] = a[i] * b[i]


@_njit
def _floor_divide(out, a, b):
    for i in range(out.shape[0]):
        out[i] = a[i] // b[i]


@_njit
def _within(out, a, low, high):
    for i in range(out.shape[0]):
        out[i] = (a[i] >= low) & (a[i] <= high)


@_njit
def _select(out, test, a, b):
    for i in range(out.shape[0]):
        out[i] = a[i] if test[i] == 1 else b[i]


@_njit
def _gather(out, tables, start, a):
    for i in range(out.shape[0]):
        out[i] = tables[start + a[i]]


# -- lanes: an instruction names the lanes, these pick the loop --------------------------------------------------------


@_njit
def _fill_any(lane, out, k, n):
    if lane == 0:
        _fill(_narrow(out, n), np.int8(k))
    elif lane == 1:
        _fill(_middle(out, n), np.int32(k))
    else:
        _fill(_wide(out, n), k)


@_njit
def _copy_any(lane, lane_a, out, a, n):
    if lane == 0:
        if lane_a == 0:
            _copy(_narrow(out, n), _narrow(a, n))
        elif lane_a == 1:
            _copy(_narrow(out, n), _middle(a, n))
        else:
            _copy(_narrow(out, n), _wide(a, n))
    elif lane == 1:
        if lane_a == 0:
            _copy(_middle(out, n), _narrow(a, n))
        elif lane_a == 1:
            _copy(_middle(out, n), _middle(a, n))
        else:
            _copy(_middle(out, n), _wide(a, n))
    elif lane_a == 0:
        _copy(_wide(out, n), _narrow(a, n))
    elif lane_a == 1:
        _copy(_wide(out, n), _middle(a, n))
    else:
        _copy(_wide(out, n), _wide(a, n))


@_njit
def _add_any(lane, lane_a, out, a, k, n):
    if lane == 0:
        _add(_narrow(out, n), _narrow(a, n), np.int8(k))
    elif lane == 1:
        if lane_a == 0:
            _add(_middle(out, n), _narrow(a, n), np.int32(k))
        else:
            _add(_middle(out, n), _middle(a, n), np.int32(k))
    elif lane_a == 0:
        _add(_wide(out, n), _narrow(a, n), k)
    elif lane_a == 1:
        _add(_wide(out, n), _middle(a, n), k)
    else:
        _add(_wide(out, n), _wide(a, n), k)


@_njit
def _add_from_any(lane, lane_a, out, a, k, edge, n):
    if lane == 0:
        if lane_a == 0:
            _add_from(_narrow(out, n), _narrow(a, n), np.int8(k), np.int8(edge))
        elif lane_a == 1:
            _add_from(_narrow(out, n), _middle(a, n), np.int8(k), np.int32(edge))
        else:
            _add_from(_narrow(out, n), _wide(a, n), np.int8(k), edge)
    elif lane == 1:
        if lane_a == 0:
            _add_from(_middle(out, n), _narrow(a, n), np.int32(k), np.int8(edge))
        elif lane_a == 1:
            _add_from(_middle(out, n), _middle(a, n), np.int32(k), np.int32(edge))
        else:
            _add_from(_middle(out, n), _wide(a, n), np.int32(k), edge)
    elif lane_a == 0:
        _add_from(_wide(out, n), _narrow(a, n), k, np.int8(edge))
    elif lane_a == 1:
        _add_from(_wide(out, n), _middle(a, n), k, np.int32(edge))
    else:
        _add_from(_wide(out, n), _wide(a, n), k, edge)


@_njit
def _extreme_any(largest, lane, out, a, b, n):
    if lane == 0:
        if largest:
            _max(_narrow(out, n), _narrow(a, n), _narrow(b, n))
        else:
            _min(_narrow(out, n), _narrow(a, n), _narrow(b, n))
    elif lane == 1:
        if largest:
            _max(_middle(out, n), _middle(a, n), _middle(b, n))
        else:
            _min(_middle(out, n), _middle(a, n), _middle(b, n))
    elif largest:
        _max(_wide(out, n), _wide(a, n), _wide(b, n))
    else:
        _min(_wide(out, n), _wide(a, n), _wide(b, n))


@_njit
def _within_any(lane_a, out, a, low, high, n):
    if lane_a == 0:
        _within(_narrow(out, n), _narrow(a, n), np.int8(low), np.int8(high))
    elif lane_a == 1:
        _within(_narrow(out, n), _middle(a, n), np.int32(low), np.int32(high))
    else:
        _within(_narrow(out, n), _wide(a, n), low, high)


@_njit
def _select_any(lane, out, test, a, b, n):
    if lane == 0:
        _select(_narrow(out, n), _narrow(test, n), _narrow(a, n), _narrow(b, n))
    elif lane == 1:
        _select(_middle(out, n), _narrow(test, n), _middle(a, n), _middle(b, n))
    else:
        _select(_wide(out, n), _narrow(test, n), _wide(a, n), _wide(b, n))


@_njit
def _gather_any(lane, lane_a, out, tables, start, a, n):
    if lane == 0:
        if lane_a == 0:
            _gather(_narrow(out, n), tables, start, _narrow(a, n))
        elif lane_a == 1:
            _gather(_narrow(out, n), tables, start, _middle(a, n))
        else:
            _gather(_narrow(out, n), tables, start, _wide(a, n))
    elif lane == 1:
        if lane_a == 0:
            _gather(_middle(out, n), tables, start, _narrow(a, n))
        elif lane_a == 1:
            _gather(_middle(out, n), tables, start, _middle(a, n))
        else:
            _gather(_middle(out, n), tables, start, _wide(a, n))
    elif lane_a == 0:
        _gather(_wide(out, n), tables, start, _narrow(a, n))
    elif lane_a == 1:
        _gather(_wide(out, n), tables, start, _middle(a, n))
    else:
        _gather(_wide(out, n), tables, start, _wide(a, n))


@_njit
def _least_any(lane_a, a, n):
    if lane_a == 0:
        return np.int64(_ends(_narrow(a, n))[0])
    if lane_a == 1:
        return np.int64(_ends(_middle(a, n))[0])
    return _ends(_wide(a, n))[0]


@_njit
def _load_any(at, out, a, gate, bad, top, stands, turned, n):
    """Loads one item, by the shortest way the block allows; returns whether anything was missing."""
    raw = _narrow(at[a], n)
    least, most = _ends(raw)
    if least >= 0 and most <= top:
        if gate < 0:
            if turned:
                _turn(_narrow(at[out], n), raw, np.int8(top))
            else:
                at[out] = at[a]  # the column itself serves as the register
            return False
        if not turned:
            _gate(_narrow(at[out], n), raw, _narrow(at[gate], n))
            return False
    gated = gate >= 0
    by = _narrow(at[gate if gated else a], n)
    return _load(_narrow(at[out], n), raw, by, gated, np.int8(top), np.int8(stands), turned, _narrow(at[bad], n))


@_njit
def run(instructions, tables, homes, strides, start, stop, block):
    """Runs a program over rows start <= row < stop, in blocks counted from `start`.

    homes    int64 [registers]: the address of a register's first value: of row 0 for a column, of the block for scratch.
    strides  int64 [registers]: bytes from one row's value to the next where the register is a column, 0 for scratch and
             for a column that is the same in every row.
    """
    at = homes.copy()
    for first in range(start, stop, block):
        n = min(block, stop - first)
        missing = False
        for r in range(homes.shape[0]):
            at[r] = homes[r] + strides[r] * first
        p = 0
        while p < instructions.shape[0]:
            line = instructions[p]
            do, lane, lane_a = line[0], line[1], line[2]
            out, a, b, c, k, m = line[3], line[4], line[5], line[6], line[7], line[8]
            p += 1
            if do == _ADD_FROM:
                _add_from_any(lane, lane_a, at[out], at[a], k, m, n)
            elif do == _ADD:
                _add_any(lane, lane_a, at[out], at[a], k, n)
            elif do == _LOAD:
                at[out] = homes[out] + strides[out] * first
                if _load_any(at, out, a, b, c, k, m, lane_a == 1, n):
                    missing = True
            elif do == _WATCH:
                if _least_any(lane_a, at[a], n) < k:
                    missing = True
            elif do == _FILL:
                _fill_any(lane, at[out], k, n)
            elif do == _COPY:
                _copy_any(lane, lane_a, at[out], at[a], n)
            elif do == _MIN or do == _MAX:
                _extreme_any(do == _MAX, lane, at[out], at[a], at[b], n)
            elif do == _MULTIPLY:
                _multiply(_wide(at[out], n), _wide(at[a], n), _wide(at[b], n))
            elif do == _FLOOR_DIVIDE:
                _floor_divide(_wide(at[out], n), _wide(at[a], n), _wide(at[b], n))
            elif do == _WITHIN:
                _within_any(lane_a, at[out], at[a], k, m, n)
            elif do == _SELECT:
                _select_any(lane, at[out], at[c], at[a], at[b], n)
            elif do == _GATHER:
                _gather_any(lane, lane_a, at[out], tables, k, at[a], n)
            elif do == _IF_COMPLETE:
                if not missing:
                    p = k
            elif do == _GO:
                p = k
