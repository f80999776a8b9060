"""A scoring run from files to files: read, score, write each output whole, and last the manifest that names them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from banding.caseload.layout_cells import RULE
from banding.caseload.limits import Limits
from banding.caseload.model import IS_ERROR, OF_A_ROW, Caseload, Findings
from banding.caseload.read import read
from banding.caseload.ssda903.snapshot import LAYOUT as RETURN
from banding.engine.coverage import Coverage, coverage_of
from banding.engine.crosswalk import in_pack_items
from banding.engine.overrides import ByHand
from banding.engine.results import scored_columns
from banding.engine.score import compiled, score_caseload
from banding.engine.unlikely import unlikely
from banding.errors import CaseloadError, Finding, OutputError
from banding.findings import findings_table, in_short, places_of, refusals, said_of
from banding.pack.meaning import Pack
from banding.review.own_prices import RELATIVE, drawn_from, is_own
from banding.review.reviewed import reviewed
from banding.sources import Sources
from banding.steps import step
from banding.whole import WholeFiles, Write, target_faults

if TYPE_CHECKING:
    from banding.report.files import Reports

MANIFEST = ".manifest.json"
_OWN_PRICES = Finding(
    "prices-own",
    "",
    "",
    f"The pack's prices were drawn from this very caseload. {RELATIVE}",
    "Score by the pack that they extend to compare with others; a report prices every child by others' costs alone.",
    "warning",
)
SPREADSHEET = ".xlsx"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did.

    counts      rows, scored and rejected; rows = scored + rejected.
    reasons     how many rows were rejected for each reason: a code, and for what the pack refuses the refusal's id; a
                row with two reasons counts under both.
    overridden  how many bands people have overridden, by reason.
    accounts    of joined files: kind, what became of some of its rows, and how many; none of others.
    findings    all that was found in reading and scoring; of rows that were rejected, the reasons stand in `reasons`,
                and of doubts about rows there is one for each kind.
    coverage    how many children are in care, have a profile, in date, rated by someone whom nobody pays for it.
    written     the files, in the order in which they were put in place.
    """

    frame: pl.DataFrame
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    overridden: Mapping[str, int]
    accounts: tuple[tuple[str, str, int], ...]
    findings: Sequence[Finding]
    written: tuple[Path, ...]
    layout: str
    coverage: Coverage


def score_files(
    sources: Sources | Sequence[str | Path],
    pack: Pack,
    on: dt.date,
    out: Path,
    *,
    rejects: Path | None = None,
    findings: Path | None = None,
    layout: str | None = None,
    keep: bool = False,
    overrides: Path | None = None,
    reports: Reports | None = None,
) -> Run:
    """Scores caseload files; writes the scored rows, rejects, findings and reports where asked for, and the manifest.

    sources       where the caseload is read from; a list of paths is one caseload in files.
    layout        of a list of paths, where it is not recognised.
    overrides     a file of bands set by hand: child_id, band, person, reason, date, note.
    out, rejects  end in .csv, .parquet or .json. Money is pounds with two decimals in CSV and JSON, Int64 pence in
                  columns ending `_pence` in Parquet.
    findings      every finding about the caseload, a row each; ends in .csv, .xlsx, .parquet or .json.
    reports       the page and the workbook that are to be written; they need `banding[report]`.

    Raises CaseloadError, PackError or OutputError with all findings; nothing is written then.
    """
    began = dt.datetime.now(dt.UTC)
    if not isinstance(sources, Sources):
        sources = Sources(caseload=tuple(map(Path, sources)), layout=layout)
    inputs = [*sources.files(), *([] if overrides is None else [overrides])]
    _check_targets(inputs, out, rejects, findings, reports)
    by_hand = None if overrides is None else read_overrides(overrides, sources.limits)
    gathered = sources.read(pack, on)
    caseload = gathered.caseload
    step(f"Scoring {caseload.frame.height:,} rows")
    if caseload.layout == RETURN:
        files = ", ".join(map(str, sources.caseload))
        message = "This is a statutory return: it says where children live, and nothing of what they need."
        remedy = (
            "Name profiles with --needs and this with --placements, or make a form for these children: banding form."
        )
        raise CaseloadError(Finding("no-needs", files, "", message, remedy))
    refused = refusals(caseload.findings)
    with caseload.told_by_file():
        frame = in_pack_items(caseload.frame, pack)
        scored = score_caseload(frame, pack, on, keep=keep, refused=refused, overrides=by_hand)
    rejected = int((scored.frame["status"] == "rejected").sum())
    counts = {"rows": scored.frame.height, "scored": scored.frame.height - rejected, "rejected": rejected}
    if counts["rows"] != caseload.frame.height:
        raise AssertionError("a row was lost between reading and scoring")
    doubts = _but_for_said(unlikely(scored, frame, pack, on), caseload)
    tables = {out: scored.frame}
    if rejects is not None:
        tables[rejects] = rejects_table(caseload, scored.frame["child_id"], scored.rejects, pack)
    if findings is not None:
        tables[findings] = findings_table(caseload, scored.rejects, doubts, scored.findings, pack)
    together = reviewed(scored, frame, pack, on, gathered.placed) if reports or drawn_from(pack) else None
    own_prices = [_OWN_PRICES] if together is not None and is_own(together) else []
    reasons = _counted(scored.rejects)
    coverage = coverage_of(scored, frame, gathered.placed)
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
        "options": {"layout": sources.layout, "keep": keep, **sources.options()},
        "layout": caseload.layout,
        "inputs": [{**_named(file), **sources.kind_of(file)} for file in inputs],
        "counts": counts,
        "coverage": asdict(coverage),
        "reasons": reasons,
        "overridden": dict(scored.overridden),
        "began": began.isoformat(timespec="seconds"),
    }
    if gathered.asked is not None:
        manifest["asked"] = dict(gathered.asked)
    accounts = () if gathered.accounts is None else tuple(gathered.accounts.iter_rows())
    if accounts:
        manifest["accounts"] = [{"kind": kind, "rows": rows, "fate": fate} for kind, fate, rows in accounts]
    money = [name for name in scored_columns(compiled(pack, on)) if name.endswith("_pence")]
    writes: dict[Path, Write] = {target: partial(_writer(target), table, money) for target, table in tables.items()}
    if reports is not None and together is not None:
        step("Summing up the caseload")
        manifest["reports"] = reports.options()
        writes.update(reports.writes(together))
    written = _write(writes, out.with_name(out.name + MANIFEST), manifest)
    about_files = Findings.of(caseload.findings).where(~OF_A_ROW | ~IS_ERROR)
    told = Findings.of(about_files, scored.findings, own_prices, in_short(doubts, caseload, pack))
    return Run(scored.frame, counts, reasons, scored.overridden, accounts, told, written, caseload.layout, coverage)


def _but_for_said(doubts: pl.DataFrame, caseload: Caseload) -> pl.DataFrame:
    """The doubts about rows, but for what the layout has said of the same cost already."""
    said = Findings.of(caseload.findings).where(OF_A_ROW & (pl.col("code") == RULE)).frame["index"]
    return doubts.filter((pl.col("code") != "parts-differ") | ~pl.col("index").is_in(said.implode()))


def _counted(rejects: pl.DataFrame) -> dict[str, int]:
    """How many rows were rejected for each reason; what a pack refuses, by the id of its refusal."""
    refused = pl.col("code") == "refused"
    reason = pl.when(refused).then(pl.concat_str("code", "column", separator=":")).otherwise("code")
    return dict(sorted(rejects.select("index", reason=reason).unique().group_by("reason").len().iter_rows()))


def read_overrides(path: Path, limits: Limits) -> ByHand:
    """A file of overrides, in any format that a caseload may have.

    Raises CaseloadError with all findings where it cannot be read.
    """
    if path.is_dir():
        message = "This is a folder; overrides stand in one file."
        raise CaseloadError(Finding("is-a-folder", str(path), "", message, "Name the file."))
    found = read([path], limits=limits)
    return ByHand(found.frame, str(path), found.origins["row"])


def rejects_table(caseload: Caseload, child_id: pl.Series, rejects: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """One row a reason: file, row, child_id, code, column, reason in words, and the cell's value."""
    words = said_of(rejects, caseload, pack)
    where = places_of(rejects, caseload).with_columns(child_id.gather(rejects["index"]).alias("child_id"))
    return where.with_columns(
        rejects["code"], rejects["column"], pl.Series("reason", words, pl.String), rejects["value"]
    )


# -- writing ----------------------------------------------------------------------------------------------------------


def _check_targets(
    inputs: Sequence[Path], out: Path, rejects: Path | None, findings: Path | None, reports: Reports | None
) -> None:
    manifest = out.with_name(out.name + MANIFEST)
    asked: dict[str, tuple[Path | None, tuple[str, ...]]] = {
        "--out": (out, tuple(_WRITERS)),
        "--rejects": (rejects, tuple(_WRITERS)),
        "--findings": (findings, (*_WRITERS, SPREADSHEET)),
        **({} if reports is None else reports.targets()),
    }
    told = [fault for target, formats in asked.values() if target for fault in target_faults(target, formats)]
    targets = {name: target for name, (target, _) in asked.items() if target is not None}
    for target in (*targets.values(), manifest):
        if any(_same(target, file) for file in inputs):
            told.append(Finding("would-overwrite", str(target), "", "This is an input.", "Choose another name."))
    before = [manifest]
    for name, target in targets.items():
        if any(_same(other, target) for other in before):
            message = f"{name} is a file that another option writes."
            told.append(Finding("would-overwrite", str(target), "", message, "Choose another name."))
        before.append(target)
    if told:
        raise OutputError(told)


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _write(writes: Mapping[Path, Write], manifest_path: Path, manifest: dict[str, Any]) -> tuple[Path, ...]:
    """Writes every file, then the manifest that names them by hash, and puts all in place, the manifest last."""
    with WholeFiles() as files:
        for target, write in writes.items():
            files.add(target, write)
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


def _xlsx(frame: pl.DataFrame, money: Sequence[str], file: BinaryIO) -> None:
    """One sheet, one table; text is text, so that no cell is taken for a formula or a link."""
    del money  # the table of findings holds none
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    import xlsxwriter  # noqa: PLC0415

    with xlsxwriter.Workbook(file, plain) as book:
        frame.cast({name: pl.String for name, kind in frame.schema.items() if kind == pl.Enum}).write_excel(
            book, "Findings", autofit=True, freeze_panes=(1, 0)
        )


_WRITERS: dict[str, Callable[[pl.DataFrame, Sequence[str], BinaryIO], None]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": _json,
}


def _writer(target: Path) -> Callable[[pl.DataFrame, Sequence[str], BinaryIO], None]:
    return _WRITERS.get(target.suffix.lower(), _xlsx)
