"""A calibration as a folder: pack.toml, prices.csv, and a README of how the prices came about and what to doubt."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from banding.errors import Finding, OutputError
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.pack.model import Price
from banding.review.calibrate import (
    COARSE,
    FEWEST_CHILDREN,
    FEWEST_PROVIDERS,
    FIGURES,
    HALF_WEIGHT,
    NEUTRAL,
    Calibration,
)
from banding.review.local_pack import price_rows, rules_text
from banding.review.own_prices import RELATIVE, SOURCE

FEWEST_SHOWN, HIDDEN = 6, "[c]"
COLUMNS = ("band", "setting", "scope", "region", "age_from", "age_to", *FIGURES, "basis", "unit", "source")


def write_local(
    calibration: Calibration, pack: Pack, out: Path, *, name: str, version: str, on: dt.date, year: str | None
) -> Pack:
    """Writes the local pack into a new folder, whole or not at all, and returns it as it reads.

    name, version  its id and version.
    year           the price year that its prices are of, after uprating; None: as the pack says.

    Raises OutputError where the folder holds something already or cannot be written, PackError where the pack that was
    written cannot be read back.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        message = "There is something there already."
        raise OutputError(Finding("would-overwrite", str(out), "", message, "Name a folder that is new or empty."))
    if not out.parent.is_dir():
        message = "The folder around it does not exist."
        raise OutputError(Finding("no-such-folder", str(out), "", message, "Make it first."))
    rows = price_rows(calibration, pack)
    texts = {
        "pack.toml": rules_text(calibration, pack, name=name, version=version, on=on, year=year),
        "prices.csv": _csv(rows),
        "README.md": "\n".join(_readme(calibration, pack, name, on)) + "\n",
    }
    try:
        part = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent))
    except OSError as error:
        raise _cannot_write(out, error) from error
    try:
        for file, text in texts.items():
            with (part / file).open("w", encoding="utf-8", newline="\n") as target:
                target.write(text)
                target.flush()
                os.fsync(target.fileno())
        local = load_pack(part, on=on)
        if out.exists():
            out.rmdir()
        part.chmod(0o755)
        part.rename(out)
    except OSError as error:
        raise _cannot_write(out, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return local


def _cannot_write(out: Path, error: OSError) -> OutputError:
    message = f"It cannot be written: {error.strerror}."
    return OutputError(Finding("cannot-write", str(out), "", message, "Nothing was changed."))


def _csv(rows: Sequence[Price]) -> str:
    cells = [[_cell(getattr(row, column)) for column in COLUMNS] for row in rows]
    used = [place for place, column in enumerate(COLUMNS) if column in FIGURES or any(row[place] for row in cells)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS[place] for place in used)
    writer.writerows([row[place] for place in used] for row in cells)
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return "|".join(value)
    return "" if value is None else str(value)


# -- what a person reads ----------------------------------------------------------------------------------------------


def _readme(calibration: Calibration, pack: Pack, name: str, on: dt.date) -> Iterator[str]:
    header = pack.header
    bands = {band.number: band.name for band in pack.bands.values()}
    yield from (f"# {name}: prices from own costs, {on}", "", f"**{RELATIVE}**", "")
    yield from (
        "**Working file: prices of cells with few children rest on their costs. Keep it inside the council.**",
        "",
    )
    yield f"Extends {header.id} {header.version}. Bands are the same: they are never moved to fit costs."
    yield from _inverted(calibration, bands)
    yield from ("", "## Prices, GBP a week", "")
    yield from _table(
        ("setting", "band", "children", "mean here", "10% below", "10% above", "price", "low", "high",
         "pack expects", "few"),
        (
            (cell["settings"], f"{cell['band']} {bands[cell['band']]}", _count(cell["children"]),
             *(HIDDEN if cell["shrunk"] else _pounds(cell[f"raw_{figure}"]) for figure in ("expected", "low", "high")),
             *(_pounds(cell[figure]) for figure in ("expected", "low", "high")),
             _pounds(cell["pack_expected"]), "yes" if cell["shrunk"] else "")
            for cell in calibration.cells.iter_rows(named=True)
        ),
    )  # fmt: skip
    yield from (
        "",
        f"`few`: under {FEWEST_CHILDREN} children or {FEWEST_PROVIDERS} providers. Such a cell stands between its own "
        f"costs and the pack's figure: n children weigh n, the pack {HALF_WEIGHT}. Within a setting prices never fall "
        "as the band rises (weighted isotonic regression), and each setting with enough children is scaled to its "
        "pounds.",
        "",
        f"{HIDDEN}: not shown, because few children would show through. Prices of such cells are in steps of "
        f"{COARSE} pounds, so that no child's cost can be worked out of them.",
    )
    if calibration.uprating is not None:
        yield f"Times {calibration.uprating.factor}: {calibration.uprating.index}."
    yield from _accounts(calibration)


def _inverted(calibration: Calibration, bands: dict[int, str]) -> Iterator[str]:
    yield from ("", "## Where a lower band costs more than the next one here", "")
    if calibration.inversions.is_empty():
        yield "Nowhere."
        return
    yield from ("Before smoothing. Look at these first: few children, a fee that is not for need, or a wrong band.", "")
    yield from _table(
        ("setting", "band", "children", "mean", "next band", "children", "mean"),
        (
            (row["settings"], f"{row['band']} {bands[row['band']]}", *_mean(row, ""),
             f"{row['next_band']} {bands[row['next_band']]}", *_mean(row, "next_"))
            for row in calibration.inversions.iter_rows(named=True)
        ),
    )  # fmt: skip


def _accounts(calibration: Calibration) -> Iterator[str]:
    yield from ("", "## Where every pound of known care cost stands", "")
    ledger = calibration.ledger.with_columns(pl.col("pence").cast(pl.Float64))
    whole = ledger.select(pl.lit("together").alias("what"), pl.col("children").sum(), pl.col("pence").sum())
    yield from _table(
        ("what", "children", "GBP a week"),
        ((what, _count(children), _pounds(pence)) for what, children, pence in pl.concat([ledger, whole]).iter_rows()),
    )
    yield from (
        "",
        f"## Neutrality: what the prices come to beside the pounds they are drawn from, goal {NEUTRAL:.0%}",
        "",
    )
    yield from _table(
        ("setting", "children", "cost", "prices", "ratio", "scaled"),
        (
            (row["settings"], _count(row["children"]), _shown(row["cost"], row), _shown(row["expected"], row),
             "-" if row["ratio"] is None else f"{row['ratio']:.4f}", "yes" if row["scaled"] else "no, too few")
            for row in calibration.neutrality.iter_rows(named=True)
        ),
    )  # fmt: skip
    yield from ("", f"Drawn from the costs with the fingerprint {calibration.drawn_from} (source `{SOURCE}`).")


def _count(children: int) -> str:
    return HIDDEN if 0 < children < FEWEST_SHOWN else f"{children:,}"


def _mean(row: Mapping[str, Any], which: str) -> tuple[str, str]:
    children = row[f"{which}children"]
    return _count(children), HIDDEN if children < FEWEST_CHILDREN else _pounds(row[f"{which}raw_expected"])


def _shown(pence: float, row: Mapping[str, Any]) -> str:
    return HIDDEN if 0 < row["children"] < FEWEST_CHILDREN else _pounds(pence)


def _pounds(pence: float | None) -> str:
    return "-" if pence is None else f"{pence / 100:,.0f}"


def _table(head: Sequence[str], rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", ", ") for cell in row) + " |"
