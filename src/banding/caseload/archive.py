"""Zips, and the workbooks that are zips: what their list of members says is checked before any is unpacked, and what
each member really is while it is. Nothing is ever written to disk.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from xml.etree import ElementTree

from banding.caseload.limits import Limits
from banding.errors import CaseloadError, Finding

PACKED = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".jar")
# All that the standard library raises of a zip or an XML text of which single bytes were changed.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, LookupError, OSError, RuntimeError, ValueError,
)  # fmt: skip
_ENTRY, _END = b"PK\x01\x02", b"PK\x05\x06"
_END_BYTES, _LONGEST_COMMENT, _UNKNOWN = 22, 65_535, 0xFFFF_FFFF
# Below this a member is small whatever its ratio: a thousand blank rows pack very well.
_SMALL = 1 << 20
_ENCRYPTED = 1


class DamagedError(Exception):
    """A zip or an XML text cannot be read."""


@contextmanager
def storage() -> Iterator[None]:
    """Around what reads a zip or XML, and nothing else: what the standard library raises becomes DamagedError."""
    try:
        yield
    except _BROKEN as error:
        raise DamagedError from error


class Archive:
    """The members of a zip, of which none is unpacked before it is asked for.

    Raises CaseloadError with all findings where the list of members asks for more than the limits allow, holds one that
    is encrypted or there twice, or a path that leads out of the archive; DamagedError where it cannot be read.
    """

    def __init__(self, content: bytes, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        # Python reads the list of members whole: told by their marks, because the number that the zip states may lie.
        if _entries(content) > limits.members:
            raise limits.exceeded("members", f"It holds more than {limits.members:,} members.", file)
        with storage():
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._members = {member.filename: member for member in self._zip.infolist()}
        if wrong := self._wrong():
            raise CaseloadError(wrong)
        self._check_sizes()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the members that are no folders, in the archive's order."""
        return tuple(name for name, member in self._members.items() if not member.is_dir())

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        """Bytes of a member unpacked, as the archive says."""
        return self._members[name].file_size

    def read(self, name: str) -> bytes:
        """A member unpacked: never more than the bytes that the archive states, which were checked, and DamagedError
        where there are more or others."""
        with storage(), self._zip.open(self._members[name]) as opened:
            content = opened.read(self.size(name) + 1)
        if len(content) != self.size(name):
            raise DamagedError
        return content

    def start(self, name: str, most: int) -> bytes:
        """The first bytes of a member unpacked, `most` at the most."""
        with storage(), self._zip.open(self._members[name]) as opened:
            return opened.read(min(most, self.size(name)))

    def _wrong(self) -> list[Finding]:
        found = []
        times = Counter(member.filename for member in self._zip.infolist())
        for number, member in enumerate(self._zip.infolist(), start=1):
            place = f"member {number}"
            if member.flag_bits & _ENCRYPTED:
                says = "The member has a password.", "Save it without a password."
                found.append(Finding("encrypted", self.file, place, *says))
            if _leads_out(member.orig_filename) or stat.S_ISLNK(member.external_attr >> 16):
                says = "The member's name leads out of the archive.", "Do not use this archive; ask who made it."
                found.append(Finding("path-leads-out", self.file, place, *says))
        if twice := sum(1 for count in times.values() if count > 1):
            says = f"{twice} members have a name that another has.", "Pack the files again."
            found.append(Finding("member-twice", self.file, "", *says))
        return found

    def _check_sizes(self) -> None:
        limits, total = self.limits, 0
        for number, member in enumerate(self._members.values(), start=1):
            place, size = f"member {number}", member.file_size
            total += size
            if size > limits.file_bytes:
                raise limits.exceeded("file_bytes", f"The member unpacks to {size:,} bytes.", self.file, place)
            if size > _SMALL and size > limits.ratio * member.compress_size:
                message = "The member unpacks to too many times its size: this is how an archive is made to do harm."
                raise limits.exceeded("ratio", message, self.file, place)
        if total > limits.unpacked_bytes:
            raise limits.exceeded("unpacked_bytes", f"It unpacks to {total:,} bytes.", self.file)


def _entries(content: bytes) -> int:
    """How many members the list at the end of a zip holds, counted by the mark that each begins with."""
    end = content.rfind(_END, max(0, len(content) - _LONGEST_COMMENT - _END_BYTES))
    listed = content[end + 12 : end + 16] if end >= 0 else b""
    size = int.from_bytes(listed, "little") if listed else _UNKNOWN
    return content.count(_ENTRY, 0 if size == _UNKNOWN else max(0, end - size))


def _leads_out(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return ".." in parts or "\0" in name or bool(re.match(r"[/\\]|[A-Za-z]:", name))


def nested(names: Sequence[str]) -> list[str]:
    """The members that are archives themselves, by their ending."""
    return [name for name in names if PurePosixPath(name).suffix.lower() in PACKED]
