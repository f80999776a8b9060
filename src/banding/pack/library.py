"""Where packs are found: the shipped rules folder and any folder named by path; versions by date; `extends`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from banding.errors import Finding, PackError, did_you_mean
from banding.pack import model
from banding.pack.meaning import Pack, build
from banding.pack.read import REQUIRED, TABLES, Folder


@dataclass(frozen=True, slots=True)
class Listed:
    """One version of one pack, by its header alone."""

    header: model.Header
    folder: Path
    shown: str


def shipped_rules() -> Path:
    """The rules folder of this installation: inside the package, or beside `src` in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent.parent / "rules"


def listing(rules: Path | None = None) -> list[Listed]:
    """Every version of every pack under a rules folder (default: the shipped one), by id and date.

    Raises PackError with all findings where a header cannot be read or two versions of a pack overlap.
    """
    root = rules or shipped_rules()
    return [entry for family in sorted(root.iterdir()) if family.is_dir() for entry in _versions(family)]


def load_pack(name: str | Path, *, on: dt.date | None = None) -> Pack:
    """Reads and checks a pack.

    name  an id (`england-reference`: the version in force on `on`), `ID@VERSION`, or the path of a pack folder.
    on    the caseload's date; default today. A version named outright is used whatever the date; `Pack.in_force` tells.

    Raises PackError with every finding where the pack cannot be found or holds a mistake. Warnings stand in
    `Pack.findings`.
    """
    folder = _find(str(name), on or dt.date.today())
    return _load(folder.folder, folder.shown)


def _find(name: str, on: dt.date) -> Listed:
    path = Path(name)
    if (path / "pack.toml").is_file():
        return Listed(_header(path, path.as_posix()), path, path.as_posix())
    if path.is_dir() and any(path.glob("*/pack.toml")):
        return _in_force(path.name, _versions(path), on)
    identity, _, version = name.partition("@")
    root = shipped_rules()
    families = sorted(family.name for family in root.iterdir() if family.is_dir()) if root.is_dir() else []
    if identity not in families:
        remedy = did_you_mean(identity, families) or f"Shipped packs: {', '.join(families)}. Or give a pack's folder."
        raise PackError(Finding("no-such-pack", "", "", f'There is no pack called "{name}".', remedy))
    versions = _versions(root / identity)
    if not version:
        return _in_force(identity, versions, on)
    for entry in versions:
        if entry.header.version == version:
            return entry
    known = [entry.header.version for entry in versions]
    remedy = did_you_mean(version, known) or f"Its versions are {', '.join(known)}."
    raise PackError(Finding("no-such-version", "", "", f'{identity} has no version "{version}".', remedy))


def _in_force(identity: str, versions: list[Listed], on: dt.date) -> Listed:
    for entry in versions:
        if in_force(entry.header, on):
            return entry
    spans = "; ".join(f"{e.header.version} from {e.header.from_} to {e.header.to or 'now'}" for e in versions)
    raise PackError(
        Finding(
            "not-in-force", "", "", f"No version of {identity} is in force on {on}. Versions: {spans or 'none'}.",
            f"Choose another date, or name a version outright: {identity}@VERSION.",
        )
    )  # fmt: skip


def in_force(header: model.Header, on: dt.date) -> bool:
    """True where `on` lies between the version's `from` and `to`, both included."""
    return header.from_ <= on and (header.to is None or on <= header.to)


def _versions(family: Path) -> list[Listed]:
    found = []
    for folder in sorted(family.iterdir()):
        if (folder / "pack.toml").is_file():
            shown = f"rules/{family.name}/{folder.name}"
            found.append(Listed(_header(folder, shown), folder, shown))
    found.sort(key=lambda entry: entry.header.from_)
    for before, after in zip(found, found[1:], strict=False):
        if before.header.to is None or before.header.to >= after.header.from_:
            raise PackError(
                Finding(
                    "versions-overlap", f"{after.shown}/pack.toml", "[pack] from",
                    f"Version {after.header.version} begins on {after.header.from_}, while {before.header.version} "
                    f"is in force until {before.header.to or 'further notice'}.",
                    "End the earlier version the day before the later one begins.",
                )
            )  # fmt: skip
    return found


def version_gaps(versions: list[Listed]) -> list[Finding]:
    """A warning for every span of days between two versions of one pack on which none is in force."""
    return [
        Finding(
            "versions-gap", f"{after.shown}/pack.toml", "[pack] from",
            f"No version is in force from {before.header.to + dt.timedelta(1)} to {after.header.from_ - dt.timedelta(1)}.",
            "Let the earlier version end the day before this one begins.", "warning",
        )
        for before, after in zip(versions, versions[1:], strict=False)
        if before.header.id == after.header.id
        and before.header.to is not None
        and before.header.to + dt.timedelta(1) < after.header.from_
    ]  # fmt: skip


def _header(folder: Path, shown: str) -> model.Header:
    reader = Folder(folder, shown)
    raw = reader.toml()
    if raw is not None:
        # The header alone decides which version is meant; the rest of the file is judged when that version is read.
        try:
            return model.Header.model_validate(raw.get("pack", {}))
        except ValueError:
            reader.rules()
    raise PackError(reader.findings)


def _load(folder: Path, shown: str) -> Pack:
    return build(_document(folder, shown))


def _document(path: Path, shown: str) -> model.Document:
    folder = Folder(path, shown)
    rules = folder.rules()
    if rules is not None and rules.pack.extends is not None:
        return _extended(folder, rules, rules.pack.extends)
    folder.strangers(TABLES)
    tables = folder.tables(TABLES)
    for name in REQUIRED:
        if name not in tables and not (path / f"{name}.csv").exists():
            folder.wrong("file-missing", f"{name}.csv", "", "The file is missing.", "Every pack has items and domains.")
    if rules is None or folder.findings:
        raise PackError(folder.findings)
    files = {name: f"{shown}/{name}.csv" for name in TABLES} | {"rules": f"{shown}/pack.toml"}
    return model.Document.model_validate({"rules": rules, "files": files, **tables})


def _extended(folder: Folder, local: model.Rules, base_name: str) -> model.Document:
    identity, _, version = base_name.partition("@")
    beside = folder.path.resolve().parent.parent / identity / version
    if (beside / "pack.toml").is_file():
        base = _document(beside, f"rules/{identity}/{version}")
    else:
        found = _find(base_name, dt.date.min)
        base = _document(found.folder, found.shown)
    tunable = base.rules.tunable
    tables = [name for name in ("prices", "settings") if getattr(tunable, name)]
    folder.strangers(tables)
    for key in local.model_fields_set - {"pack", "sources", "parameters", "tunable"}:
        folder.wrong(
            "not-tunable", "pack.toml", f"[{key}]", f"{base_name} does not let a pack that extends it change this.",
            "Delete it; only what the base lists under [tunable] may differ.",
        )  # fmt: skip
    for name in local.parameters:
        if name not in tunable.parameters:
            remedy = did_you_mean(name, tunable.parameters) or f"Tunable: {', '.join(tunable.parameters) or 'none'}."
            folder.wrong(
                "not-tunable", "pack.toml", f"[parameters] {name}", f"{base_name} does not let this differ.", remedy
            )
    read = folder.tables(tables)
    if folder.findings:
        raise PackError(folder.findings)
    rules = base.rules.model_copy(
        update={
            "pack": local.pack,
            "sources": {**base.rules.sources, **local.sources},
            "parameters": {**base.rules.parameters, **local.parameters},
        }
    )
    files = {**base.files, **{name: f"{folder.shown}/{name}.csv" for name in read}}
    return base.model_copy(update={"rules": rules, "files": files, **read})
