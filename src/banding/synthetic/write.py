"""Writing a synthetic caseload: the caseload, the earlier profiles and the truth, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import polars as pl

from banding.errors import OutputError
from banding.synthetic.make import Synthetic
from banding.synthetic.mix import DEAR_PROVIDER
from banding.whole import WholeFiles, target_faults

SAID = (
    "Every child, profile, placement, provider and cost in these files is invented. The figures below are true of them "
    "because they were made so; of real children they say nothing."
)


def write_synthetic(synthetic: Synthetic, out: Path) -> tuple[Path, ...]:
    """Writes a synthetic caseload, its earlier profiles beside it as `<stem>-earlier<ending>`, and `<stem>-truth.json`.

    out  ends in .csv or .parquet. Money is whole pounds a week in both.

    Returns the files, in the order in which they were put in place. Raises OutputError where one cannot be written;
    nothing is changed then, unless a file cannot be put in place at the very end.
    """
    out, earlier, truth = targets(out)
    write = _FORMATS[out.suffix.lower()]
    with WholeFiles() as files:
        files.add(out, partial(write, synthetic.frame))
        files.add(earlier, partial(write, synthetic.earlier))
        told = _told(synthetic, [out.name, earlier.name])
        files.add(truth, lambda file: file.write(told.encode()))
        return files.put_in_place()


def targets(out: Path) -> tuple[Path, Path, Path]:
    """The three files that `write_synthetic` writes for `out`; OutputError where that cannot be."""
    earlier, truth = (out.with_name(f"{out.stem}-{name}") for name in (f"earlier{out.suffix}", "truth.json"))
    findings = target_faults(out, _FORMATS)
    if not findings:
        findings = target_faults(earlier, _FORMATS) + target_faults(truth, (".json",))
    if findings:
        raise OutputError(findings)
    return out, earlier, truth


def _told(synthetic: Synthetic, files: list[str]) -> str:
    header = synthetic.pack.header
    told = {
        "SYNTHETIC": SAID,
        "files": files,
        "children": synthetic.frame.height,
        "earlier_profiles": synthetic.earlier.height,
        "seed": synthetic.seed,
        "on": synthetic.on.isoformat(),
        "pack": {"id": header.id, "version": header.version, "fingerprint": synthetic.pack.fingerprint},
        "truth": asdict(synthetic.truth),
        "dear_provider_is": DEAR_PROVIDER,
        "made_with": {name: version(name) for name in ("banding", "numpy", "polars")},
    }
    return json.dumps(told, indent=1) + "\n"


def _csv(frame: pl.DataFrame, file: BinaryIO) -> None:
    frame.write_csv(file)


def _parquet(frame: pl.DataFrame, file: BinaryIO) -> None:
    frame.write_parquet(file)


_FORMATS: dict[str, Callable[[pl.DataFrame, BinaryIO], None]] = {".csv": _csv, ".parquet": _parquet}
