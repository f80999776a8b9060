"""Whether need scores heap just above the edges of bands, as they do where ratings are made for a band's sake.

Around an edge e lie four windows of w points, from e - 2w to e + 2w, with counts a, b, c and d of children. If the
scores run smoothly, so that the logarithm of their density is a line here, log(c / b) is a third of log(d / a), the
middles of the windows lying at -1.5, -0.5, 0.5 and 1.5 w. So

    t = log(c / b) - log(d / a) / 3,    variance = 1/b + 1/c + (1/a + 1/d) / 9,

each count with 0.5 added (Gart & Zweifel 1967, Biometrika 54: 181-187); exp(t) is how many times the odds of lying just
above rather than just below are what the neighbours let expect, with the interval exp(t -+ 1.96 root of the variance).
It is the test of a step in a density (McCrary 2008, Journal of Econometrics 142: 698-714) with a line on windows, since
scores of whole ratings are lumpy. `expected` is (b + c) q / (1 + q) with log q = log(d / a) / 3.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from banding.explanation.words import day, number
from banding.review import categories
from banding.review.children import scored_in_care
from banding.review.figures import Rests, frame_of, known_providers, support_of
from banding.review.model import Cell, Column, Sentence, Table, Unit
from banding.review.part import Part
from banding.review.reviewed import Reviewed

# Lifting one rating from 1 to 2 is 4 points in a domain of weight 2 of the England reference pack. An even number evens
# out the lumps that its points of 2 and 5 leave in the scores.
WINDOW = 4
FEWEST = 5
_Z = 1.959963984540054
_WINDOWS = {
    "far_below": "Further below",
    "below": "Just below",
    "above": "Just above",
    "far_above": "Further above",
}
_COLUMNS = (
    Column("edge", "Edge", Unit.KEY),
    *(Column(name, label, Unit.CHILDREN, {"score": label.lower()}) for name, label in _WINDOWS.items()),
    Column("expected", "Expected just above", Unit.NUMBER),
    Column("ratio", "Times the expected odds", Unit.NUMBER),
    Column("low", "95% interval from", Unit.NUMBER),
    Column("high", "to", Unit.NUMBER),
)


def heaping(reviewed: Reviewed) -> Part:
    """Children with scores just above and just below each edge, beside what the scores around it let expect.

    Table `edges`: a line an edge. Null figures where a window holds fewer than FEWEST children. No line for an edge
    whose windows reach 0, where scores stop, or hold another edge. Each child counts once, whatever raised its band.
    """
    if not reviewed.pack.edges:
        return Part(cannot=("This pack's bands have no edges in points, so heaping above them cannot be shown.",))
    frame = scored_in_care(reviewed, "need_score", "provider").drop_nulls("need_score")
    if frame.is_empty():
        return Part(cannot=("No child in care has a need score, so heaping above the edges of bands cannot be shown.",))
    scores = frame["need_score"].cast(pl.Float64).to_numpy()
    edges = [float(edge) for edge in reviewed.pack.edges]
    names = list(categories.band_names(reviewed.pack).values())[1:]
    rows: list[dict[str, object]] = []
    rests: list[Rests] = []
    without = []
    for edge, exact, name in zip(edges, reviewed.pack.edges, names, strict=True):
        reach = 2 * WINDOW
        if edge - reach <= 0 or any(0 < abs(other - edge) < reach for other in edges):
            without.append(name)
            continue
        inside = [(scores >= edge + place * WINDOW) & (scores < edge + (place + 1) * WINDOW) for place in range(-2, 2)]
        counts = [int(here.sum()) for here in inside]
        edge_name = f"{name}, from {number(exact)} points"
        rows.append({"edge": edge_name, **dict(zip(_WINDOWS, counts, strict=True)), **_tested(counts)})
        near = frame["provider"].filter(pl.Series(np.any(inside, axis=0)))
        rests.append((sum(counts), known_providers(near), None))
    cannot = tuple(f"Around the edge of {name} there is no room to tell heaping from the rest." for name in without)
    if not rows:
        return Part(cannot=cannot)
    return _shown(reviewed, rows, rests, cannot)


def _tested(counts: list[int]) -> dict[str, float]:
    """Expected children just above, the ratio of odds, and its interval; nothing of too few children."""
    if min(counts) < FEWEST:
        return {}
    a, b, c, d = (count + 0.5 for count in counts)
    smooth = math.log(d / a) / 3
    step, error = math.log(c / b) - smooth, math.sqrt(1 / b + 1 / c + (1 / a + 1 / d) / 9)
    expected = (counts[1] + counts[2]) / (1 + math.exp(-smooth))
    low, high = (math.exp(step + side * _Z * error) for side in (-1, 1))
    return {"expected": expected, "ratio": math.exp(step), "low": low, "high": high}


def _shown(reviewed: Reviewed, rows: list[dict[str, object]], rests: list[Rests], cannot: tuple[str, ...]) -> Part:
    frame = frame_of(_COLUMNS, rows)
    table = Table(
        "edges",
        f"Need scores within {2 * WINDOW} points of the edges of bands, {day(reviewed.on)}",
        _COLUMNS,
        frame,
        support_of({column.id: rests for column in _COLUMNS if column.unit is Unit.NUMBER}),
        about={"status": "scored"},
        notes=(
            f"Just above and just below are {WINDOW} points each, further off the next {WINDOW}. What is expected just "
            "above follows from a smooth line through the windows further off.",
            "An interval above 1 says that more of the children near the edge lie just above it than the scores around "
            "let expect. Of edges without heaping, one in forty shows that by chance.",
        ),
    )
    heaped = [row for row in range(frame.height) if (frame["low"][row] or 0) > 1]
    tested = frame["ratio"].count()
    says = [
        Sentence(
            "Scores heap just above the edge of {}: {} children, where {} are expected from the scores around it.",
            tuple(Cell("edges", row, column) for column in ("edge", "above", "expected")),
        )
        for row in heaped
    ]
    if tested and not heaped:
        says.append(Sentence("Need scores do not heap just above the edges of bands, as far as can be told."))
    if tested < frame.height:
        cannot += ("Around some edges too few children lie for a test of heaping.",)
    return Part(tuple(says), (table,), cannot)
