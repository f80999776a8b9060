"""What looks wrong in a caseload though every cell of it can be read: doubts to be looked at, never reasons to reject.

Means and correlations here are floating point: they only word a warning, and no result depends on them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from banding.engine.columns import Prepared
from banding.engine.reference import Child
from banding.errors import Finding
from banding.pack import tree
from banding.pack.meaning import Pack
from banding.vocabulary import FACTS

# Enough to tell a direction; more would cost a large caseload time for a warning.
MOST_LOOKED_AT = 20_000
FEWEST = 30
# Chance alone passes 4 standard errors once in 30,000 caseloads; a weak link that is sure is still no reversal.
SURE, STRONG = 4.0, 0.2

Floats = npt.NDArray[np.float64]


def doubts(prepared: Prepared, pack: Pack) -> list[Finding]:
    """Warnings about a whole caseload: strengths that rise with needs, and ratings that count for nothing because the
    item is not asked."""
    return [*_strengths_reversed(prepared, pack), *_rated_though_not_asked(prepared, pack)]


def _strengths_reversed(prepared: Prepared, pack: Pack) -> list[Finding]:
    kinds = {item.kind for item in pack.items.values()}
    if kinds != {"need", "strength"} or prepared.rows < FEWEST:
        return []
    rows = slice(None, None, -(-prepared.rows // MOST_LOOKED_AT))
    need, strength = (_mean(prepared, pack, kind, rows) for kind in ("need", "strength"))
    both = ~np.isnan(need) & ~np.isnan(strength)
    need, strength = need[both], strength[both]
    children = len(need)
    if children < FEWEST or np.ptp(need) == 0 or np.ptp(strength) == 0:
        return []
    link = np.corrcoef(need, strength)[0, 1]
    if link < STRONG or link * np.sqrt(children - 1) < SURE:
        return []
    message = (
        f"Children with more needs have more strengths here (correlation {link:.2f} over {children:,} children): the "
        "strengths may have been rated the other way round, with 0 for the best."
    )
    remedy = "Look at a few profiles; turn the ratings round, or take them over by the crosswalk of their instrument."
    return [Finding("strengths-reversed", "", "", message, remedy, "warning")]


def _mean(prepared: Prepared, pack: Pack, kind: str, rows: slice) -> Floats:
    """The mean share of the scale of each child's answered items of a kind; NaN where none is answered."""
    total = np.zeros(len(range(*rows.indices(prepared.rows))))
    answered = np.zeros_like(total)
    for name, item in pack.items.items():
        column = prepared.columns.get(("raw", name))
        if item.kind != kind or not isinstance(column, np.ndarray):
            continue
        rating = column[rows].astype(np.float64)
        known = (rating >= 0) & (rating <= item.top)
        total += np.where(known, (item.top - rating if item.reversed else rating) / item.top, 0)
        answered += known
    return np.divide(total, answered, out=np.full_like(total, np.nan), where=answered > 0)


def _rated_though_not_asked(prepared: Prepared, pack: Pack) -> list[Finding]:
    counts: dict[str, int] = {}
    asked: dict[tree.Node, npt.NDArray[np.bool_] | None] = {}
    for name, gate in pack.gates.items():
        if gate not in asked:
            asked[gate] = asked_under(prepared, pack, gate)
        under = asked[gate]
        column = prepared.columns.get(("raw", name))
        if under is None or not isinstance(column, np.ndarray):
            continue
        item = pack.items[name]
        # Nothing is lost of a rating that says there is nothing.
        nothing = item.top if item.reversed else 0
        counts[name] = int(np.count_nonzero(~under & (column >= 0) & (column != nothing)))
    columns = [f"{name} ({count:,})" for name, count in counts.items() if count]
    if not columns:
        return []
    message = (
        f"Ratings of children who are not asked for them at their age, {sum(counts.values()):,} in all, count for "
        f"nothing: {', '.join(columns)}."
    )
    remedy = "Check the ages, and whether the right form was used."
    return [Finding("rated-though-not-asked", "", "", message, remedy, "warning")]


def asked_under(prepared: Prepared, pack: Pack, gate: tree.Node) -> npt.NDArray[np.bool_] | None:
    """Whether a gate lets each child be asked, from one look at every age there is; None where it reads no one age."""
    read = {part.name for part in tree.walk(gate) if isinstance(part, tree.FactRef)}
    if len(read) != 1:
        return None
    (name,) = read
    column = prepared.columns.get(("column", name))
    if not isinstance(column, np.ndarray):
        return None
    fact = FACTS[name]
    table = [True] + [
        Child(pack, {}, {name: age}, dt.date.min).value(gate) is not False for age in range(fact.low, fact.high + 1)
    ]
    return np.asarray(table, np.bool_)[np.asarray(column, np.int64) - fact.low + 1]
