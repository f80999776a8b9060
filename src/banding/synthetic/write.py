"""Writing a synthetic caseload: its four files, each whole or not at all."""

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
from banding.synthetic.truth import COST_AND_NEED, PARAMETERS
from banding.whole import WholeFiles, target_faults

SAID = (
    "Every child, profile, placement, provider and cost in these files is invented. The figures below are true of them "
    "because they were made so; of real children they say nothing."
)
CASELOAD = "The caseload, a row a child: profiles, placements and costs as a council would hold them."
EARLIER = "Earlier profiles of some of the children, a caseload too."
HIDDEN = (
    "What nobody would know of real children, a row a child: the band and need score of the true ratings, the "
    "provider's multiplier on its costs, and the full cost of care in whole pounds a week, blank where none is known."
)


def write_synthetic(synthetic: Synthetic, out: Path) -> tuple[Path, ...]:
    """Writes a synthetic caseload, and beside it its earlier profiles as `<stem>-earlier<ending>`, what is hidden as
    `<stem>-hidden<ending>`, and the stated parameters with what each means as `<stem>-truth.json`.

    out  ends in .csv or .parquet. Money is whole pounds a week in both.

    Returns the files, in the order in which they were put in place. Raises OutputError where one cannot be written;
    nothing is changed then, unless a file cannot be put in place at the very end.
    """
    out, earlier, hidden, truth = targets(out)
    write = _FORMATS[out.suffix.lower()]
    with WholeFiles() as files:
        files.add(out, partial(write, synthetic.frame))
        files.add(earlier, partial(write, synthetic.earlier))
        files.add(hidden, partial(write, synthetic.hidden))
        told = _told(synthetic, {out.name: CASELOAD, earlier.name: EARLIER, hidden.name: HIDDEN})
        files.add(truth, lambda file: file.write(told.encode()))
        return files.put_in_place()


def targets(out: Path) -> tuple[Path, Path, Path, Path]:
    """The four files that `write_synthetic` writes for `out`; OutputError where that cannot be."""
    beside = (f"earlier{out.suffix}", f"hidden{out.suffix}", "truth.json")
    earlier, hidden, truth = (out.with_name(f"{out.stem}-{name}") for name in beside)
    findings = target_faults(out, _FORMATS)
    if not findings:
        findings = [
            *target_faults(earlier, _FORMATS), *target_faults(hidden, _FORMATS), *target_faults(truth, (".json",)),
        ]  # fmt: skip
    if findings:
        raise OutputError(findings)
    return out, earlier, hidden, truth


def _told(synthetic: Synthetic, files: dict[str, str]) -> str:
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
        "truth_means": {name: parameter.means for name, parameter in PARAMETERS.items()},
        "cost_and_need": COST_AND_NEED,
        "dear_provider_is": DEAR_PROVIDER,
        "made_with": {name: version(name) for name in ("banding", "numpy", "polars")},
    }
    return json.dumps(told, indent=1) + "\n"


def _csv(frame: pl.DataFrame, file: BinaryIO) -> None:
    frame.write_csv(file)


def _parquet(frame: pl.DataFrame, file: BinaryIO) -> None:
    frame.write_parquet(file)


_FORMATS: dict[str, Callable[[pl.DataFrame, BinaryIO], None]] = {".csv": _csv, ".parquet": _parquet}
