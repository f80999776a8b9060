"""What looks wrong in single rows though every cell can be read: costs out of the ordinary, profiles out of date.

Warnings, never reasons to reject: no result depends on them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from banding.engine.columns import REJECT_SCHEMA, typed_facts
from banding.engine.coverage import in_date
from banding.engine.score import Scored, compiled
from banding.pack.meaning import Pack

# Pence a week, the limits of the Placements Standard: below, a cost a day or a contribution; above, a cost a year.
LEAST, MOST = 100_00, 100_000_00
TOTAL, CORE = "weekly_cost", "core_cost"
PARTS = (CORE, "additional_support_cost", "education_cost", "other_cost")


def unlikely(scored: Scored, frame: pl.DataFrame, pack: Pack, on: dt.date) -> pl.DataFrame:
    """Every doubt about a row that was not rejected in reading: index, code, column and value (REJECT_SCHEMA), by row.

    frame  the caseload as it was scored.

    cost-missing only where the caseload gives a cost of some child: a caseload without costs is told of as a whole.
    Neither it nor cost-zero where the child lives in a setting without a price.
    """
    costs = typed_facts(frame, compiled(pack, on), (TOTAL, *PARTS), on)
    total, core = pl.col(f"{TOTAL}_pence"), pl.col(f"{CORE}_pence")
    parts = pl.col([f"{name}_pence" for name in PARTS])
    no_total, no_cost = total.is_null(), total.is_null() & core.is_null()
    added, complete = pl.sum_horizontal(parts), pl.all_horizontal(parts.is_not_null())
    paid = ~_unpriced(scored)
    doubted = {
        ("cost-missing", TOTAL): no_cost & ~no_cost.all() & paid,
        ("cost-zero", TOTAL): (total == 0) & paid,
        ("cost-low", TOTAL): (total > 0) & (total < LEAST),
        ("cost-high", TOTAL): total > MOST,
        ("cost-zero", CORE): no_total & (core == 0) & paid,
        ("cost-low", CORE): no_total & (core > 0) & (core < LEAST),
        ("cost-high", CORE): no_total & (core > MOST),
        ("parts-differ", TOTAL): pl.when(complete).then(added != total).otherwise(added > total),
    }
    wrong = costs.select(rows.alias(str(place)) for place, rows in enumerate(doubted.values()))
    found = [_doubt(code, name, rows, frame) for (code, name), rows in zip(doubted, wrong, strict=True)]
    current = in_date(scored)
    if current is not None:
        found.append(_doubt("profile-out-of-date", "profile_date", ~current, frame))
    told = pl.concat(found).join(scored.prepared.rejects.select("index").unique(), on="index", how="anti")
    return told.sort("index", maintain_order=True)


def _unpriced(scored: Scored) -> pl.Series:
    """Where the child lives in a setting without a price, such as with parents: nothing need be paid there."""
    setting, priced = scored.prepared.columns.get(("column", "setting")), scored.outputs.get("price.known")
    if not isinstance(setting, np.ndarray) or priced is None:
        return pl.repeat(value=False, n=scored.prepared.rows, eager=True)
    return pl.Series((setting >= 0) & (priced == 0))


def _doubt(code: str, name: str, rows: pl.Series, frame: pl.DataFrame) -> pl.DataFrame:
    index = rows.fill_null(value=False).arg_true()
    column = next((column for column in (name, f"{name}_pence") if column in frame.columns), None)
    value = None if column is None else frame[column].gather(index).cast(pl.String, strict=False)
    found = {"index": index, "code": code, "column": column or name, "value": value}
    return pl.DataFrame(found, schema_overrides=REJECT_SCHEMA)
