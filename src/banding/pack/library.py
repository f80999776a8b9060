"""Where packs are found: the shipped rules folder and any folder named by path; versions by date; `extends`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from banding.errors import Finding, PackError, did_you_mean
from banding.pack import model
from banding.pack.extend import extended
from banding.pack.meaning import Pack, build, more_findings
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

    Raises PackError with all findings where a header cannot be read or its folder has another name, and where two
    versions of a pack overlap.
    """
    root = rules or shipped_rules()
    found: list[Listed] = []
    findings: list[Finding] = []
    for family in _families(root).values():
        try:
            found += _versions(family, f"{'rules' if rules is None else rules.as_posix()}/{family.name}")
        except PackError as error:
            findings += error.findings
    if findings:
        raise PackError(findings)
    return found


def load_pack(name: str | Path, *, on: dt.date | None = None) -> Pack:
    """Reads and checks a pack.

    name  an id (`england-reference`: the version in force on `on`), `ID@VERSION`, or the path of a pack folder or of a
          folder of versions. A shipped id comes first: write ./england-reference for a folder of that name.
    on    the caseload's date; default today. A version named outright is used whatever the date; `Pack.in_force` tells.

    Raises PackError with every finding where the pack cannot be found or holds a mistake. Warnings stand in
    `Pack.findings`.
    """
    found = find_pack(name, on=on)
    return build(_document(found.folder, found.shown, {}))


def in_force(header: model.Header, on: dt.date) -> bool:
    """True where `on` lies between the version's `from` and `to`, both included."""
    return header.from_ <= on and (header.to is None or on <= header.to)


def version_gaps(versions: list[Listed]) -> list[Finding]:
    """A warning for every span of days between two versions of one pack on which none is in force."""
    found = []
    for before, after in pairwise(versions):
        ends, begins = before.header.to, after.header.from_
        if before.header.id == after.header.id and ends is not None and ends + dt.timedelta(1) < begins:
            first, last = ends + dt.timedelta(1), begins - dt.timedelta(1)
            message = f"No version is in force from {first} to {last}."
            remedy = "Let the earlier version end the day before this one begins."
            found.append(Finding("versions-gap", f"{after.shown}/pack.toml", "[pack] from", message, remedy, "warning"))
    return found


def find_pack(name: str | Path, *, on: dt.date | None = None) -> Listed:
    """Where a pack lies, by the same names as `load_pack`, and what its header says.

    Raises PackError where it cannot be found or its header cannot be read.
    """
    return _find(name, on or dt.date.today())


def version_before(found: Listed) -> Listed | None:
    """The version of the same pack that begins last before this one does; None where it is the first, or where its
    folder is no <id>/<version>.

    Raises PackError where a version beside it cannot be read, or overlaps another.
    """
    family = found.folder.resolve().parent
    if family.name != found.header.id:
        return None
    before = [one for one in _versions(family, family.as_posix()) if one.header.from_ < found.header.from_]
    return before[-1] if before else None


# -- finding ----------------------------------------------------------------------------------------------------------


def _families(root: Path) -> Mapping[str, Path]:
    return {path.name: path for path in sorted(root.iterdir()) if path.is_dir()} if root.is_dir() else {}


def _find(name: str | Path, on: dt.date) -> Listed:
    # A Path is a path whatever it is called; only text can be an id.
    identity, at, version = name.partition("@") if isinstance(name, str) else ("", "", "")
    families = _families(shipped_rules())
    if identity in families:
        versions = _versions(families[identity], f"rules/{identity}")
        return _called(identity, version, versions) if at else _in_force(identity, versions, on)
    path = Path(name)
    if (path / "pack.toml").is_file():
        return Listed(_header(path, path.as_posix()), path, path.as_posix())
    if path.is_dir() and any(path.glob("*/pack.toml")):
        return _in_force(path.name, _versions(path, path.as_posix()), on)
    if path.is_dir():
        message, remedy = "This folder holds no pack.toml.", "Name the folder that does: <id>/<version>."
    elif path.is_file():
        message, remedy = "This is a file, and a pack is a folder.", "Name the folder that holds pack.toml."
    else:
        message = f'There is no pack called "{name}".'
        remedy = did_you_mean(str(name), families) or f"Shipped: {', '.join(families)}. Or name a pack's folder."
    raise PackError(Finding("no-such-pack", path.as_posix() if path.exists() else "", "", message, remedy))


def _called(identity: str, version: str, versions: list[Listed]) -> Listed:
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
    message = f"No version of {identity} is in force on {on}. Versions: {spans or 'none'}."
    remedy = f"Choose another date, or name a version outright: {identity}@VERSION."
    raise PackError(Finding("not-in-force", "", "", message, remedy))


def _versions(family: Path, shown: str) -> list[Listed]:
    """The versions of one pack by date."""
    found: list[Listed] = []
    findings: list[Finding] = []
    for folder in sorted(path for path in family.iterdir() if (path / "pack.toml").is_file()):
        try:
            entry = Listed(_header(folder, f"{shown}/{folder.name}"), folder, f"{shown}/{folder.name}")
        except PackError as error:
            findings += error.findings
            continue
        found.append(entry)
        for key, said, called in (("id", entry.header.id, family.name), ("version", entry.header.version, folder.name)):
            if said != called:
                message = f"The folder is called {called}, and pack.toml says {said}."
                findings.append(Finding("folder-differs", f"{entry.shown}/pack.toml", f"[pack] {key}", message, _SAME))
    found.sort(key=lambda entry: entry.header.from_)
    for before, after in pairwise(found):
        if before.header.to is None or before.header.to >= after.header.from_:
            until = before.header.to or "further notice"
            message = (
                f"Version {after.header.version} begins on {after.header.from_}, while {before.header.version} is in "
                f"force until {until}."
            )
            remedy = "End the earlier version the day before the later one begins."
            findings.append(Finding("versions-overlap", f"{after.shown}/pack.toml", "[pack] from", message, remedy))
    if findings:
        raise PackError(findings)
    return found


_SAME = "Rename one: a pack lies in rules/<id>/<version>."


def _header(folder: Path, shown: str) -> model.Header:
    reader = Folder(folder, shown)
    raw = reader.toml()
    if raw is not None:
        # The header alone decides which version is meant; the rest of the file is judged when that version is read.
        try:
            return model.Header.model_validate(raw.get("pack"))
        except ValueError:
            reader.rules()
    raise PackError(reader.findings)


# -- reading ----------------------------------------------------------------------------------------------------------


def _document(path: Path, shown: str, above: Mapping[Path, str]) -> model.Document:
    """The document of one folder. `above` holds the packs that extend it, outermost first."""
    folder = Folder(path, shown)
    rules = folder.rules()
    if folder.extends is not None:
        base = None
        if rules is not None:
            try:
                base = _base(folder, folder.extends, {**above, path.resolve(): rules.pack.id})
            except PackError as error:
                folder.findings += error.findings
        return extended(folder, rules, base)
    folder.strangers()
    tables = folder.tables(TABLES)
    for name in REQUIRED:
        if name not in tables:
            folder.wrong("file-missing", f"{name}.csv", "", "The file is missing.", "Every pack has items and domains.")
    if rules is None or not folder.whole or not all(name in tables for name in REQUIRED):
        raise PackError(folder.findings)
    files = {name: f"{shown}/{name}.csv" for name in TABLES} | {"rules": f"{shown}/pack.toml"}
    document = model.Document.model_validate({"rules": rules, "files": files, **tables})
    if folder.findings:
        raise PackError([*folder.findings, *more_findings(document, folder.broken)])
    return document


def _base(folder: Folder, base_name: str, above: Mapping[Path, str]) -> model.Document:
    """The base of a pack: beside it in the same rules folder, else shipped."""
    identity, _, version = base_name.partition("@")
    path, shown = folder.path.resolve().parent.parent / identity / version, f"rules/{identity}/{version}"
    if not (path / "pack.toml").is_file():
        try:
            path = _find(base_name, dt.date.min).folder
        except PackError as error:
            file, place = f"{folder.shown}/pack.toml", "[pack] extends"
            raise PackError([replace(finding, file=file, place=place) for finding in error.findings]) from None
    if path.resolve() in above:
        circle = " -> ".join([*above.values(), identity])
        message = f"It extends itself: {circle}."
        raise PackError(Finding("cycle", f"{folder.shown}/pack.toml", "[pack] extends", message, "Break the circle."))
    return _document(path, shown, above)
