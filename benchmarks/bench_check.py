"""A pack checked at once, and proved for all profiles: the England reference pack, and every shipped pack together."""

from __future__ import annotations

import time
from typing import Any

from banding.checking.check import check
from banding.pack.library import listing, load_pack
from pairs import ratio

ENGLAND = "england-reference@2026"


def test_check_beside_reading(benchmark: Any) -> None:
    """What a check takes, reading included; and how many times as long as reading alone."""

    def checked() -> None:
        pack = load_pack(ENGLAND)
        check(pack, pack.header.from_)

    benchmark.extra_info["ratio"] = ratio("reading beside checking", checked, lambda: load_pack(ENGLAND), pairs=5)
    benchmark.pedantic(checked, rounds=5)


def test_proofs(benchmark: Any) -> None:
    """All proofs of every shipped pack, with seconds of each pack; the process's own time beside the clock's."""

    def proved() -> None:
        for entry in listing():
            began, own = time.perf_counter(), time.process_time()
            found = check(load_pack(entry.folder), entry.header.from_, seconds=600)
            assert all(answer.holds is not None for answer in found.answers)
            seconds, busy = time.perf_counter() - began, time.process_time() - own
            print(f"\n{entry.header.id}@{entry.header.version}: {seconds:.1f} s, of which busy {busy:.1f} s", end="")

    benchmark.pedantic(proved, rounds=1)
