"""The same rules three ways: as a pack for the kernel, by hand in numpy on int8, and as polars expressions.

The pack is of the reference pack's size: 32 needs in seven weighted and capped domains, 8 strengths that earn a credit,
six bands, eight rules that raise them. Nothing is gated or priced, so that the hand-written twins stay readable.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from banding.engine.compile import Compiled, compile_pack
from banding.pack.meaning import Pack, build
from banding.pack.model import Document

ON = dt.date(2026, 4, 1)
SIZES = {
    "d1": (5, 2, 30),
    "d2": (6, 1, 16),
    "d3": (6, 2, 30),
    "d4": (5, 2, 30),
    "d5": (4, 1, 12),
    "d6": (3, 1, 8),
    "d7": (3, 1, 8),
}
NEEDS = {domain: [f"{domain}_{place}" for place in range(size)] for domain, (size, _, _) in SIZES.items()}
STRENGTHS = [f"s_{place}" for place in range(8)]
EDGES = (4, 12, 24, 42, 62)
GRAVE = ["d4_0", "d4_1", "d4_2", "d4_3", "d3_0", "d3_1", "d3_2"]
BODY = ["d1_0", "d1_1", "d1_2", "d1_4", "d5_1"]
Column = npt.NDArray[np.int8]


def pack() -> Pack:
    """The pack, built in memory."""
    items = [(item, domain, "need") for domain, inside in NEEDS.items() for item in inside]
    items += [(item, "assets", "strength") for item in STRENGTHS]
    rules = [
        ("any_severe", 2, "any(needs >= 3)"),
        ("danger", 3, "any(grave >= 3)"),
        ("hands_on", 3, "d1_0 >= 3 or d1_1 >= 3 or d1_2 >= 3"),
        ("body_care", 4, "count(body >= 3) >= 2"),
        ("waking_care", 5, "count(body >= 3) >= 2 and d1_0 >= 3 and d1_4 >= 2"),
        ("risk_to_life", 4, "d4_0 >= 3 or d3_2 >= 3"),
        ("several", 4, "count(grave >= 3) >= 2"),
        ("three", 5, "count(grave >= 3) >= 3"),
    ]
    return build(
        Document.model_validate(
            {
                "rules": {
                    "pack": {
                        "id": "bench",
                        "version": "1",
                        "title": "Bench",
                        "status": "illustrative",
                        "from": dt.date(2026, 1, 1),
                    },
                    "sets": {"grave": GRAVE, "body": BODY},
                    "scores": {
                        "credit": "if(count(needs >= 3) == 0, min(count(strengths >= 2), 4), 0)",
                        "need": "max(0, weighted(needs) - credit)",
                    },
                    "bands": {
                        "score": "need",
                        "at_least": [{"id": n, "band": f"b{band}", "when": w, "because": n} for n, band, w in rules],
                    },
                },
                "items": tuple(
                    {
                        "row": row,
                        "id": name,
                        "domain": domain,
                        "kind": kind,
                        "label": name,
                        "top": 3,
                        "points": "0|0|2|5",
                    }
                    for row, (name, domain, kind) in enumerate(items, start=2)
                ),
                "domains": (
                    *tuple(
                        {
                            "row": row,
                            "id": name,
                            "label": name,
                            "missing": "least",
                            "weight": str(weight),
                            "cap": str(cap),
                        }
                        for row, (name, (_, weight, cap)) in enumerate(SIZES.items(), start=2)
                    ),
                    {"row": 9, "id": "assets", "label": "assets", "missing": "zero"},
                ),
                "bands": tuple(
                    {
                        "row": n + 1,
                        "id": f"b{n}",
                        "number": n,
                        "name": f"Band {n}",
                        "from_points": str((0, *EDGES)[n - 1]),
                    }
                    for n in range(1, 7)
                ),
                "files": dict.fromkeys(
                    ("rules", "items", "domains", "bands", "settings", "prices", "crosswalk"), "bench"
                ),
            }
        )
    )


def compiled() -> Compiled:
    return compile_pack(pack(), ON)


def costs(rows: int) -> dict[str, npt.NDArray[np.int32]]:
    """The three costs that every program reads for care_cost, pence a week."""
    draw = np.random.default_rng(8)
    names = ("core_cost", "additional_support_cost", "weekly_cost")
    return {name: draw.integers(10_000, 900_000, rows).astype(np.int32) for name in names}


def ratings(rows: int, missing: float = 0.0) -> dict[str, Column]:
    """Complete profiles (or with a share unanswered, -2), drawn from a fixed seed."""
    draw = np.random.default_rng(7)
    found = {}
    for name in [*(item for inside in NEEDS.values() for item in inside), *STRENGTHS]:
        shares = [0.62, 0.22, 0.12, 0.04] if name.startswith("d") else [0.2, 0.3, 0.3, 0.2]
        column = draw.choice(4, rows, p=shares).astype(np.int8)
        if missing:
            column[draw.random(rows) < missing] = -2
        found[name] = column
    return found


def by_hand(columns: dict[str, Column]) -> tuple[Column, npt.NDArray[np.int16]]:
    """Band and need score as an expert writes them in numpy: int8 columns, in place where it pays."""
    rows = len(next(iter(columns.values())))
    need = np.zeros(rows, np.int16)
    severe = np.zeros(rows, np.int8)
    for domain, (_, weight, cap) in SIZES.items():
        points = np.zeros(rows, np.int8)
        for item in NEEDS[domain]:
            high = columns[item] >= 3
            points += (columns[item] >= 2).view(np.int8) << 1
            points += high.view(np.int8) * np.int8(3)
            severe += high
        need += np.minimum(points.astype(np.int16) * np.int16(weight), np.int16(cap))
    strong = np.zeros(rows, np.int8)
    for item in STRENGTHS:
        strong += columns[item] >= 2
    need -= np.where(severe == 0, np.minimum(strong, np.int8(4)), np.int8(0))
    np.maximum(need, 0, out=need)
    band = np.ones(rows, np.int8)
    for edge in EDGES:
        band += need >= edge
    grave = np.zeros(rows, np.int8)
    for item in GRAVE:
        grave += columns[item] >= 3
    body = np.zeros(rows, np.int8)
    for item in BODY:
        body += columns[item] >= 3
    for least, holds in (
        (2, severe >= 1),
        (3, grave >= 1),
        (3, (columns["d1_0"] >= 3) | (columns["d1_1"] >= 3) | (columns["d1_2"] >= 3)),
        (4, body >= 2),
        (5, (body >= 2) & (columns["d1_0"] >= 3) & (columns["d1_4"] >= 2)),
        (4, (columns["d4_0"] >= 3) | (columns["d3_2"] >= 3)),
        (4, grave >= 2),
        (5, grave >= 3),
    ):
        np.maximum(band, holds.view(np.int8) * np.int8(least), out=band)
    return band, need


def expressions() -> list[pl.Expr]:
    """Band and need score as polars expressions over the same columns."""

    def count(items: list[str], least: int) -> pl.Expr:
        return pl.sum_horizontal((pl.col(item) >= least).cast(pl.Int16) for item in items)

    needs = [item for inside in NEEDS.values() for item in inside]
    parts = []
    for domain, (_, weight, cap) in SIZES.items():
        points = count(NEEDS[domain], 2) * 2 + count(NEEDS[domain], 3) * 3
        parts.append(pl.min_horizontal(points * weight, pl.lit(cap, pl.Int16)))
    severe, grave, body = count(needs, 3), count(GRAVE, 3), count(BODY, 3)
    credit = pl.when(severe == 0).then(pl.min_horizontal(count(STRENGTHS, 2), pl.lit(4, pl.Int16))).otherwise(0)
    need = pl.max_horizontal(pl.sum_horizontal(parts) - credit, pl.lit(0, pl.Int16))
    base = pl.lit(1, pl.Int16) + pl.sum_horizontal((need >= edge).cast(pl.Int16) for edge in EDGES)
    high = {item: pl.col(item) >= 3 for item in ("d1_0", "d1_1", "d1_2", "d4_0", "d3_2")}
    rules = [
        (2, severe >= 1),
        (3, grave >= 1),
        (3, high["d1_0"] | high["d1_1"] | high["d1_2"]),
        (4, body >= 2),
        (5, (body >= 2) & high["d1_0"] & (pl.col("d1_4") >= 2)),
        (4, high["d4_0"] | high["d3_2"]),
        (4, grave >= 2),
        (5, grave >= 3),
    ]
    raised = [pl.when(holds).then(least).otherwise(1).cast(pl.Int16) for least, holds in rules]
    return [pl.max_horizontal(base, *raised).alias("band"), need.alias("need")]
