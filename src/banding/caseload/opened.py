"""Paths to the files behind them: those of a folder, the members of a zip, each with its bytes and what it is.

Formats are told by content, not by ending alone, and a file that is not what its ending says is refused rather than
guessed at. Nothing is unpacked to disk, and no file is read before its size is known to be allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from banding.caseload import archive as archives
from banding.caseload import ods, parquet, workbook
from banding.caseload.archive import Archive, DamagedError
from banding.caseload.limits import Limits
from banding.errors import CaseloadError, Finding, did_you_mean
from banding.steps import step

CSV, TSV, JSON, LINES, PARQUET, ZIP = "CSV", "tab-separated text", "JSON", "JSON lines", "Parquet", "a zip"
WORKBOOK, SPREADSHEET = "an Excel workbook", "an OpenDocument spreadsheet"
ENDINGS = {
    ".csv": CSV, ".tsv": TSV, ".txt": TSV, ".xlsx": WORKBOOK, ".ods": SPREADSHEET, ".parquet": PARQUET, ".json": JSON,
    ".jsonld": JSON, ".jsonl": LINES, ".ndjson": LINES, ".zip": ZIP,
}  # fmt: skip
# What text can be told by content is only whether it begins as JSON does.
_SAME = {TSV: CSV, LINES: JSON}
_NOT_IN_FOLDERS = (".txt", ".zip")
_MOST_NAMED = 12
OUR_NOTES = (".manifest", "-truth", "-hidden")
_PIECE = 1 << 16
_SAVE_AS = "Save it as what it is."
_NO_CASELOAD = {
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook, or one with a password", "Save it as .xlsx, without a password."),
    b"%PDF": ("a PDF", _SAVE_AS),
    b"PK\x03\x04": (ZIP, "Save an Excel workbook as .xlsx; give a zip of files the ending .zip."),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """
    file     as findings name it: the path as given, and for a member of a zip `archive.zip/member.csv`.
    content  the bytes.
    kind     one of the values of ENDINGS.
    """

    file: str
    content: bytes
    kind: str

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.file).suffix.lower()


def input_files(paths: Sequence[str | Path], errors: list[Finding]) -> list[Path]:
    """The files themselves, those of a folder in the order of their names; what is missing goes into `errors`."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(file for file in path.glob("*") if _is_read(file.name) and file.is_file())
            if not inside:
                message = "The folder holds no CSV, Parquet or JSON file and no Excel workbook."
                errors.append(Finding("nothing-to-read", str(path), "", message, "Name the files."))
            found += inside
        elif not path.exists():
            names = (file.name for file in path.parent.iterdir()) if path.parent.is_dir() else ()
            near = did_you_mean(path.name, names) or "Check its name and folder."
            errors.append(Finding("file-missing", str(path), "", "There is no such file.", near))
        else:
            found.append(path)
    return found


def left_out(paths: Sequence[str | Path]) -> list[Finding]:
    """A note for each folder that holds files which are not read."""
    found = []
    for path in map(Path, paths):
        if path.is_dir():
            others = sorted(file.name for file in path.glob("*") if file.is_file() and not _is_read(file.name))
            found += _not_read([name for name in others if not _is_aside(name)], str(path))
    return found


def _is_aside(name: str) -> bool:
    """Other programs' own files: macOS writes ._name beside each real one, Excel ~$name beside an open one. Ours are
    what a run says of its files, and what nobody could know of real children."""
    return name.startswith((".", "~$")) or PurePosixPath(name).stem.endswith(OUR_NOTES)


def _is_read(name: str) -> bool:
    """Whether a file that is not named itself is read: one of text may be a letter, and a zip the folder once more."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in ENDINGS and suffix not in _NOT_IN_FOLDERS and not _is_aside(name)


def _not_read(names: Sequence[str], file: str) -> list[Finding]:
    if not names:
        return []
    more = len(names) - _MOST_NAMED
    some = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return [Finding("not-read", file, "", f"Not read: {some}.", "To read one, name it.", "note")]


def files_of(path: Path, limits: Limits, notes: list[Finding], errors: list[Finding]) -> Iterator[Opened]:
    """The file, or every member of the zip that can be read, one by one. What is left out of a zip goes into `notes`,
    and what is wrong with one of its members into `errors`, so that the others are looked at too.

    Raises CaseloadError where it cannot be read, is empty, is not what its ending says, or goes beyond the limits.
    """
    file = str(path)
    opened = _opened(_content(path, limits), file, limits)
    if opened.kind != ZIP:
        yield opened
        return
    try:
        archive = Archive(opened.content, file, limits)
        names = [name for name in archive.names if not _is_aside_in(name)]
        if inner := archives.nested(names):
            message = f"It holds {len(inner)} archives, which are not opened."
            raise CaseloadError(Finding("nested-archive", file, "", message, "Unpack them, and pack the files alone."))
        read = sorted(name for name in names if _is_read(PurePosixPath(name).name))
        notes += _not_read([name for name in names if name not in read], file)
        if not read:
            message = "The zip holds no CSV, Parquet or JSON file and no workbook."
            raise CaseloadError(Finding("nothing-to-read", file, "", message, "Pack the files themselves."))
        for name in read:
            content = archive.read(name)
            try:
                opened = _opened(content, f"{file}/{name}", limits)
            except CaseloadError as error:
                errors += error.findings
            else:
                yield opened
    except DamagedError:
        message = "The zip is damaged, or a member is not as long as it says."
        raise CaseloadError(Finding("bad-zip", file, "", message, "Pack the files again.")) from None


def _is_aside_in(name: str) -> bool:
    return any(part.startswith("__MACOSX") or _is_aside(part) for part in PurePosixPath(name).parts)


def _content(path: Path, limits: Limits) -> bytes:
    step(f"Reading {path.name}")
    file = str(path)
    try:
        if (size := path.stat().st_size) > limits.file_bytes:
            raise limits.exceeded("file_bytes", f"The file has {size:,} bytes.", file)
        # One byte more than allowed: what is no file, such as a pipe, has no size.
        with path.open("rb") as opened:
            content = opened.read(limits.file_bytes + 1)
    except OSError as error:
        raise CaseloadError(Finding("unreadable", file, "", f"The file cannot be read: {error.strerror}.")) from None
    if len(content) > limits.file_bytes:
        raise limits.exceeded("file_bytes", "The file has more bytes than are read.", file)
    return content


def _opened(content: bytes, file: str, limits: Limits) -> Opened:
    if not content[:_PIECE].strip() and not content.strip():
        raise CaseloadError(Finding("empty-file", file, "", "The file is empty.", "Export it again."))
    said = ENDINGS.get(PurePosixPath(file).suffix.lower())
    kind, remedy = _kind(content, file, limits)
    if said is None:
        message = f"Files end in {', '.join(ENDINGS)}."
        raise CaseloadError(Finding("unknown-format", file, "", message, "Save the caseload as one of these."))
    if kind != _SAME.get(said, said):
        raise CaseloadError(Finding("wrong-ending", file, "", f"The name says {said}, the content is {kind}.", remedy))
    if kind == JSON and len(content) > limits.json_bytes:
        raise limits.exceeded("json_bytes", f"The file has {len(content):,} bytes of JSON.", file)
    return Opened(file, content, said)


def _kind(content: bytes, file: str, limits: Limits) -> tuple[str, str]:
    """What the content is, and what to do where the name says something else."""
    if content.startswith(b"PK"):
        try:
            archive = Archive(content, file, limits)
            if workbook.is_workbook(archive):
                return WORKBOOK, _SAVE_AS
            if ods.is_spreadsheet(archive):
                return SPREADSHEET, _SAVE_AS
        except DamagedError:
            pass
    for mark, said in _NO_CASELOAD.items():
        if content.startswith(mark):
            return said
    if content.startswith(parquet.MARK):
        return PARQUET, _SAVE_AS
    is_json = content[:_PIECE].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    return JSON if is_json else CSV, _SAVE_AS
