"""A scoring run from files to files: read, score, write each output whole, and last the manifest that names them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from banding.caseload.model import Caseload
from banding.caseload.read import input_files, read
from banding.engine.columns import REJECT_SCHEMA
from banding.engine.overrides import ByHand
from banding.engine.reasons import reason
from banding.engine.results import scored_columns
from banding.engine.score import compiled, score_caseload
from banding.errors import CaseloadError, Finding, OutputError
from banding.pack.meaning import Pack
from banding.whole import WholeFiles, target_faults

MANIFEST = ".manifest.json"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did.

    counts      rows, scored and rejected; rows = scored + rejected.
    reasons     how many rows were rejected for each reason: a code, and for what the pack refuses the refusal's id; a
                row with two reasons counts under both.
    overridden  how many bands people have overridden, by reason.
    findings    all that was found in reading and scoring, rows aside.
    written     the files, in the order in which they were put in place.
    """

    frame: pl.DataFrame
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    overridden: Mapping[str, int]
    findings: tuple[Finding, ...]
    written: tuple[Path, ...]
    layout: str


def score_files(
    paths: Sequence[str | Path],
    pack: Pack,
    on: dt.date,
    out: Path,
    *,
    rejects: Path | None = None,
    layout: str | None = None,
    keep: bool = False,
    overrides: Path | None = None,
) -> Run:
    """Scores caseload files and writes the scored rows, the rejects where asked for, and the manifest.

    overrides     a file of bands set by hand: child_id, band, person, reason, date, note.
    out, rejects  end in .csv, .parquet or .json. Money is pounds with two decimals in CSV and JSON, Int64 pence in
                  columns ending `_pence` in Parquet.

    Raises CaseloadError, PackError or OutputError with all findings; nothing is written then.
    """
    began = dt.datetime.now(dt.UTC)
    files = [str(file) for file in input_files(paths, [])]
    inputs = files if overrides is None else [*files, str(overrides)]
    _check_targets(inputs, out, rejects)
    by_hand = None if overrides is None else read_overrides(overrides)
    caseload = read(paths, layout=layout)
    refused = refusals(caseload.findings)
    try:
        scored = score_caseload(caseload.frame, pack, on, keep=keep, refused=refused, overrides=by_hand)
    except CaseloadError as error:
        raise CaseloadError(f if f.file else f.within(", ".join(files)) for f in error.findings) from None
    rejected = int((scored.frame["status"] == "rejected").sum())
    counts = {"rows": scored.frame.height, "scored": scored.frame.height - rejected, "rejected": rejected}
    if counts["rows"] != caseload.frame.height:
        raise AssertionError("a row was lost between reading and scoring")
    tables = {out: scored.frame}
    if rejects is not None:
        tables[rejects] = rejects_table(caseload, scored.frame["child_id"], scored.rejects, pack)
    reasons = _counted(scored.rejects)
    manifest = {
        "banding": version("banding"),
        "python": platform.python_version(),
        "polars": pl.__version__,
        "pack": {
            "id": pack.header.id,
            "version": pack.header.version,
            "status": pack.header.status,
            "fingerprint": pack.fingerprint,
            "in_force": pack.in_force(on),
        },
        "on": on.isoformat(),
        "options": {"layout": layout, "keep": keep},
        "layout": caseload.layout,
        "inputs": [_named(Path(file)) for file in inputs],
        "counts": counts,
        "reasons": reasons,
        "overridden": dict(scored.overridden),
        "began": began.isoformat(timespec="seconds"),
    }
    money = [name for name in scored_columns(compiled(pack, on)) if name.endswith("_pence")]
    written = _write(tables, money, out.with_name(out.name + MANIFEST), manifest)
    about_files = tuple(
        finding for finding in caseload.findings if finding.index is None or finding.severity != "error"
    )
    findings = (*about_files, *scored.findings)
    return Run(scored.frame, counts, reasons, scored.overridden, findings, written, caseload.layout)


def _counted(rejects: pl.DataFrame) -> dict[str, int]:
    """How many rows were rejected for each reason; what a pack refuses, by the id of its refusal."""
    refused = pl.col("code") == "refused"
    reason = pl.when(refused).then(pl.concat_str("code", "column", separator=":")).otherwise("code")
    return dict(sorted(rejects.select("index", reason=reason).unique().group_by("reason").len().iter_rows()))


def read_overrides(path: Path) -> ByHand:
    """A file of overrides, in any format that a caseload may have.

    Raises CaseloadError with all findings where it cannot be read.
    """
    if path.is_dir():
        message = "This is a folder; overrides stand in one file."
        raise CaseloadError(Finding("is-a-folder", str(path), "", message, "Name the file."))
    found = read([path])
    return ByHand(found.frame, str(path), found.origins["row"])


def refusals(findings: Sequence[Finding]) -> pl.DataFrame:
    """The errors of single rows as reasons to reject them: index, code, column, value."""
    rows = [(f.index, f.code, f.path, f.value) for f in findings if f.severity == "error" and f.index is not None]
    return pl.DataFrame(rows, schema=REJECT_SCHEMA, orient="row")


def rejects_table(caseload: Caseload, child_id: pl.Series, rejects: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """One row a reason: file, row, child_id, code, column, reason in words, and the cell's value."""
    told = {
        (f.index, f.code, f.path): f"{f.message} {f.remedy}".strip() for f in caseload.findings if f.index is not None
    }
    words = [
        told.get((index, code, column)) or reason(code, column, pack)
        for index, code, column in rejects.select("index", "code", "column").iter_rows()
    ]
    where = caseload.origins.with_columns(child_id=child_id).select(pl.all().gather(rejects["index"]))
    return where.with_columns(
        rejects["code"], rejects["column"], pl.Series("reason", words, pl.String), rejects["value"]
    )


# -- writing ----------------------------------------------------------------------------------------------------------


def _check_targets(inputs: Sequence[str], out: Path, rejects: Path | None) -> None:
    findings: list[Finding] = []
    manifest = out.with_name(out.name + MANIFEST)
    for target in (out, rejects):
        findings += [] if target is None else target_faults(target, _WRITERS)
    for target in (out, rejects, manifest):
        if target is not None and any(_same(target, Path(file)) for file in inputs):
            findings.append(Finding("would-overwrite", str(target), "", "This is an input.", "Choose another name."))
    if rejects is not None and (_same(out, rejects) or _same(manifest, rejects)):
        message = "--rejects is a file that --out writes."
        findings.append(Finding("would-overwrite", str(rejects), "", message, "Choose another name."))
    if findings:
        raise OutputError(findings)


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _write(
    tables: Mapping[Path, pl.DataFrame], money: Sequence[str], manifest_path: Path, manifest: dict[str, Any]
) -> tuple[Path, ...]:
    """Writes every table, then the manifest that names them by hash, and puts all in place, the manifest last."""
    with WholeFiles() as files:
        for target, table in tables.items():
            files.add(target, partial(_WRITERS[target.suffix.lower()], table, money))
        manifest["outputs"] = [{**_named(part), "file": target.name} for target, part in files.parts.items()]
        manifest["ended"] = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        files.add(manifest_path, lambda file: file.write(text.encode()))
        return files.put_in_place()


def _named(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": str(path), "sha256": digest, "bytes": path.stat().st_size}


def in_pounds(frame: pl.DataFrame, money: Sequence[str]) -> pl.DataFrame:
    """Money as people write it: each result `x_pence` becomes `x`, pounds with two decimals."""
    pence = [name for name in money if name in frame.columns]
    pounds = (pl.col(name).cast(pl.Decimal(38, 0)) * pl.lit(Decimal("0.01")) for name in pence)
    return frame.with_columns(pounds).rename({name: name.removesuffix("_pence") for name in pence})


def _csv(frame: pl.DataFrame, money: Sequence[str], file: BinaryIO) -> None:
    in_pounds(frame, money).write_csv(file)


def _json(frame: pl.DataFrame, money: Sequence[str], file: BinaryIO) -> None:
    """A list of objects. Whole scores are numbers; money and finer scores are text, so that no digit is lost."""
    whole = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal) and kind.scale == 0]
    text = in_pounds(frame.with_columns(pl.col(whole).cast(pl.Int64)), money).write_json()
    file.write(text.encode())


def _parquet(frame: pl.DataFrame, money: Sequence[str], file: BinaryIO) -> None:
    del money  # stays whole pence
    frame.write_parquet(file)


_WRITERS: dict[str, Callable[[pl.DataFrame, Sequence[str], BinaryIO], None]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": _json,
}
