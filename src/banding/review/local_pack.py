"""Prices drawn from a caseload's own costs as a local pack, and a caseload reviewed against them out of fold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import polars as pl

from banding.engine.results import scored_columns
from banding.engine.score import compiled, score_caseload
from banding.errors import Finding, PackError
from banding.pack.meaning import Pack, build
from banding.pack.model import Price
from banding.review.calibrate import FIGURES, Calibration, calibrate
from banding.review.own_prices import RELATIVE, SOURCE
from banding.review.reviewed import OVERRIDES, Reviewed, refused_again, reviewed

FOLDS = 5


def price_rows(calibration: Calibration, pack: Pack) -> list[Price]:
    """The prices of a calibration as rows of prices.csv, pounds a week."""
    bands = {band.number: band.id for band in pack.bands.values()}
    found = []
    for row, cell in enumerate(calibration.cells.sort("row", "band").iter_rows(named=True), start=2):
        given = {
            **{name: Decimal(cell[name]).scaleb(-2) for name in FIGURES},
            **({"age_from": cell["youngest"], "age_to": cell["oldest"]} if cell["aged"] else {}),
            "band": (bands[cell["band"]],),
            "setting": tuple(cell["settings"].split("|")),
            "scope": tuple(cell["scopes"]),
            "region": tuple(cell["regions"]),
            "basis": cell["basis"],
        }
        found.append(Price.model_validate({"row": row, "unit": "week", "source": SOURCE, **given}))
    return found


def check_priced(pack: Pack, file: str) -> None:
    """Raises PackError where prices cannot be drawn for a pack: it has none, lets none differ, or goes by points."""
    wrong = []
    if not pack.prices:
        wrong.append(("no-prices", "", "The pack has no prices.", "Name one that has."))
    elif not pack.document.rules.tunable.prices:
        wrong.append(("not-tunable", "[tunable]", "The pack lets no prices differ.", "Name a pack that does."))
    for row in sorted({price.row for price in pack.prices if price.per_point}):
        message = "The price goes by the points of a child: no mean of a band can stand for it."
        wrong.append(("price-by-points", f"prices.csv row {row}", message, "Name a pack with a price for each band."))
    if wrong:
        raise PackError([Finding(code, file, place, message, remedy) for code, place, message, remedy in wrong])


def rules_text(calibration: Calibration, pack: Pack, *, name: str, version: str, on: dt.date, year: str | None) -> str:
    """The pack.toml of the local pack."""
    base = pack.header
    children = calibration.ledger["children"].sum()
    source = f"Drawn from the care costs of {children} children on {on}, fingerprint {calibration.drawn_from}"
    if calibration.uprating is not None:
        source += f", times {calibration.uprating.factor}: {calibration.uprating.index}"
    heading = {
        "id": name, "version": version, "title": f"{base.title}, prices from own costs", "status": "local",
        "extends": f"{base.id}@{base.version}",
    }  # fmt: skip
    lines = ["# Written by `banding calibrate`: README.md beside it says how. " + RELATIVE, "[pack]"]
    lines += [f"{key} = {_quoted(value)}" for key, value in heading.items()]
    lines.append(f"from = {on}")
    lines += [] if year is None else [f"price_year = {_quoted(year)}"]
    if base.price_unit != "week":
        lines.append('price_unit = "week"')
    return "\n".join([*lines, "", "[sources]", f"{SOURCE} = {_quoted(source)}", ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# -- a caseload beside prices drawn from itself -----------------------------------------------------------------------


def out_of_fold(found: Reviewed, frame: pl.DataFrame) -> Reviewed:
    """The review of a caseload with every child priced by the costs of others alone.

    frame  the caseload as it was scored.

    The children of a provider (else household, else the child alone) are in one of 5 folds; each fold is scored with
    prices drawn from the other four, so that nobody's cost is compared with itself. Bands are the same in all.
    """
    document = found.pack.document
    assert document.base is not None
    base = build(document.base)
    parts = []
    for inside in _folds(found):
        rest = replace(found, frame=found.frame.filter(~inside), ratings=found.ratings.filter(~inside), pack=base)
        prices = tuple(price_rows(calibrate(rest), base))
        pack = build(document.model_copy(update={"prices": prices}))
        mine = frame.filter(inside)
        scored = score_caseload(mine, pack, found.on, refused=refused_again(found.frame.filter(inside)))
        part = reviewed(scored, mine, pack, found.on, found.frame["in_care"].filter(inside))
        parts.append(part.frame.with_columns(at=inside.arg_true()))
    whole = pl.concat(parts).sort("at").drop("at")
    header = [name for name in scored_columns(compiled(found.pack, found.on)) if name.startswith("pack")]
    kept = [name for name in (*header, *OVERRIDES) if name in found.frame.columns]
    return replace(found, frame=whole.with_columns(found.frame.select(kept)), relative=True)


def _folds(found: Reviewed) -> Iterator[pl.Series]:
    clusters = found.frame.select(
        pl.coalesce(*(pl.lit(name) + pl.col(name) for name in ("provider", "household", "child_id")))
    ).to_series()
    places = clusters.rank("dense").fill_null(0).cast(pl.Int64)
    for fold in range(FOLDS):
        inside = places % FOLDS == fold
        if inside.any():
            yield inside
