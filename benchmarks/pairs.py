"""Two ways timed in turn, A B A B, so that a machine whose speed drifts slows both; medians and spread of the ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def ratio(name: str, ours: Callable[[], object], theirs: Callable[[], object], *, pairs: int = 9) -> float:
    """Prints and returns the median of theirs / ours over alternating pairs: how many times as fast ours is."""
    ours(), theirs()
    mine, other = [], []
    for _ in range(pairs):
        for taken, run in ((mine, ours), (other, theirs)):
            began = time.perf_counter()
            run()
            taken.append(time.perf_counter() - began)
    ratios = sorted(theirs_ / ours_ for ours_, theirs_ in zip(mine, other, strict=True))
    middle = statistics.median(ratios)
    print(
        f"\n{name}: ratio {middle:.3f} (least {ratios[0]:.3f}, most {ratios[-1]:.3f}; "
        f"medians {statistics.median(mine) * 1e3:.1f} ms and {statistics.median(other) * 1e3:.1f} ms, {pairs} pairs)"
    )
    return middle
