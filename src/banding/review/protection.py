"""Which counts to withhold besides those that must be, so that adding and subtracting what is left tells none of them.

A withheld count is safe once there is a second caseload, of whole children, that gives every printed figure and in
which the count is far enough from its own. Such caseloads are looked for directly, each as a shift of the counts that
leaves every sum as it is, by linear programmes that prefer shifts through counts already withheld; what else a shift
goes through is withheld as well. What a shift shows of one count it shows of all that it moves, so a few dozen do for a
report. Source of the approach: cell suppression by linear programming, as in Fischetti and Salazar (2001), "Solving the
cell suppression problem on tabular data with linear constraints", Management Science 47(7), 1008-1027; here shifts of
many counts are sought at once, and each is checked in whole numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from banding.review.unknowns import Flags, Unknowns, Wholes

Reals = NDArray[np.float64]
# What a shift costs a child, where it goes through counts that readers do not know: enough that none wanders.
_SLIGHT = 0.01
# How far a shift in whole numbers may be from the least that must be withheld: near enough, and soon found.
_GAP = 0.2
_EXACT = 1e-4
# A round that shows less than this share of what is left to be safe is the last of its kind.
_WORTH_ANOTHER = 0.1
# Shifts for many counts of one table cross, and withhold more than each would alone; one at a time takes ten times as
# long on reports of 15 tables. So few at first, when most is decided; more the later it is.
_MORE_AFTER = 8
_KEEP_EVERY = 4


@dataclass(frozen=True, slots=True)
class Known:
    """What readers know of each unknown before they add or subtract, all float64 and as long as `Unknowns.counts`.

    low, high  between which its count lies; high may be infinite.
    floor      what it is at least, should it be withheld too.
    loss       what withholding it loses; infinite where it cannot be withheld, or is already.
    need       how far from its count it must be able to lie, upwards, or downwards where `low` and `high` leave room
               only there; 0 where it need not.
    """

    low: Reals
    high: Reals
    floor: Reals
    loss: Reals
    need: Reals


def also_withheld(unknowns: Unknowns, known: Known) -> Flags:
    """Boolean, one an unknown: those to withhold besides, each of which then has more than one possible count too.

    Withholding everything that is not 0 always does, as twice the caseload then looks the same; so an answer exists.
    """
    search = _Search(unknowns, known)
    for turn in count():
        if turn % _KEEP_EVERY == 0:
            search.keep()
        if not search.left.size:
            break
        before = search.left.size
        search.take(search.shift(search.apart(1 + turn // _MORE_AFTER), keep=False))
        if search.left.size == before:
            search.take(search.shift(search.left[:1], keep=False, whole=True))
        if search.left.size == before:
            raise AssertionError("no second caseload of whole children was found")
    return search.withheld


class _Search:
    def __init__(self, unknowns: Unknowns, known: Known) -> None:
        self.unknowns, self.known = unknowns, known
        self.counts = unknowns.counts.astype(np.float64)
        self.withheld = np.zeros(len(self.counts), np.bool_)
        self.safe = known.need == 0

    @property
    def left(self) -> Wholes:
        """What is not yet shown to be safe, those that need most first."""
        left = np.flatnonzero(~self.safe)
        return left[np.argsort(-self.known.need[left], kind="stable")]

    def keep(self) -> None:
        """Shows of what is left as much to be safe as can be without withholding more."""
        while before := self.left.size:
            self.take(self.shift(self.left, keep=True))
            if before - self.left.size < max(1, _WORTH_ANOTHER * before):
                return

    def apart(self, most: int) -> Wholes:
        """Some of what is left: no two of them in one sum, and at most so many in one column of a table."""
        sums = self.unknowns.sums
        used = np.zeros(sums.shape[0], np.bool_)
        often = Counter[int]()
        chosen = []
        for at in self.left:
            own, place = sums.indices[sums.indptr[at] : sums.indptr[at + 1]], int(self.unknowns.places[at])
            if often[place] < most and not used[own].any():
                used[own] = True
                often[place] += 1
                chosen.append(at)
        return np.array(chosen, np.int64)

    def shift(self, of: Wholes, *, keep: bool, whole: bool = False) -> Reals:
        """A shift of the counts that leaves every sum as it is, and of which the parts for `of` are as far as needed.

        keep   nothing more is withheld; so of `of` only as many, and as far, as that allows.
        whole  solved in whole numbers; else a part of it may come out broken.
        """
        known, nothing = self.known, np.zeros(len(self.counts))
        need = nothing.copy()
        need[of] = known.need[of]
        up, down = known.high - self.counts, self.counts - known.low
        falls = (need > up) & keep
        rises = (need > 0) & ~falls
        slight = nothing + _SLIGHT
        # Each way to go: its direction, how far one must and may, and what that costs a child.
        ways = [
            (np.where(falls, -1, 1), need * (not keep), need, -1 / np.maximum(need, 1)),
            (nothing + 1, nothing, np.where(falls, 0, np.maximum(up - need, 0)), slight),
            (nothing - 1, nothing, np.where(rises, 0, np.maximum(down - need * falls, 0)), slight),
        ]
        if not keep:
            free = np.isfinite(known.loss)
            ways.append((nothing + 1, nothing, np.where(free, np.inf, 0), known.loss))
            ways.append((nothing - 1, nothing, np.where(free & ~rises, known.low - known.floor, 0), known.loss))
        at = [np.flatnonzero(most > 0) for _, _, most, _ in ways]
        signs, least, most, costs = (
            np.concatenate([way[part][place] for way, place in zip(ways, at, strict=True)]) for part in range(4)
        )
        places = np.concatenate(at)
        sums = (self.unknowns.sums[:, places] * signs).tocsr()
        found = _least(costs, sums[np.diff(sums.indptr) > 0], least, most, whole)
        return np.bincount(places, signs * found, len(nothing)).astype(np.float64)

    def take(self, shift: Reals) -> None:
        """Withholds what a shift needs withheld, and notes what it shows to be safe; its broken parts show nothing."""
        known, whole = self.known, np.round(shift)
        moved = np.flatnonzero(np.abs(shift) > _EXACT)
        broken = np.abs(shift - whole) > _EXACT
        if broken.any():
            touched = abs(self.unknowns.sums[:, moved])
            _, part = connected_components(touched.T @ touched, directed=False)
            whole[moved[np.isin(part, part[broken[moved]])]] = 0
        if (self.unknowns.sums @ whole).any():
            return
        there = self.counts + whole
        opened = (there < known.low) | (there > known.high)
        if (there < known.floor)[opened].any() or np.isinf(known.loss[opened]).any():
            return
        self.withheld |= opened
        self.known = replace(
            known,
            low=np.where(opened, known.floor, known.low),
            high=np.where(opened, np.inf, known.high),
            loss=np.where(opened, np.inf, known.loss),
        )
        falls = (known.need > known.high - self.counts) & (whole <= -known.need)
        self.safe |= (whole >= known.need) | falls


def _least(costs: Reals, sums: csr_array, least: Reals, most: Reals, whole: bool) -> Reals:
    """What costs least of all between two bounds that adds up to nothing in every sum."""
    if whole:
        found = milp(
            costs,
            integrality=np.ones(len(costs)),
            bounds=Bounds(least, most),
            constraints=LinearConstraint(sums, 0, 0),
            options={"mip_rel_gap": _GAP},
        )
    else:
        found = linprog(
            costs,
            A_eq=sums,
            b_eq=np.zeros(sums.shape[0]),
            bounds=np.column_stack([least, most]),
            method="highs-ds",
        )
    if found.x is None:
        raise AssertionError(f"no second caseload was found: {found.message}")
    return np.asarray(found.x, np.float64)
