"""How much a file may ask of the machine: every limit in one place, each with a default that councils do not reach.

A file says how large it is, how far it unpacks and how many rows it has, and each of these can be a lie. So sizes are
looked at before anything is read, and what says one thing and is another is refused while it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace

from banding.errors import CaseloadError, Finding, did_you_mean
from banding.memory import machine_bytes

_MEBIBYTE = 1 << 20
# How to raise a limit, as every refusal says it. The command line and the library both take these words.
OPTION = "--limit"


def _memory() -> int:
    """Nearly all of the machine's: beyond that it would swap, or the system would end the program without a word."""
    return machine_bytes() * 9 // 10


@dataclass(frozen=True, slots=True)
class Limits:
    """
    file_bytes       bytes of one file, of one member of a zip, and of all sheets of a workbook unpacked.
    unpacked_bytes   bytes of all members of a zip or of a workbook unpacked, and of a Parquet file decoded.
    ratio            how many times its packed size a member of a zip or of a workbook may have, above one MiB.
    members          members of a zip or of a workbook.
    rows             rows of one table, blank ones too, or records.
    columns          columns of one table.
    sheet_cells      cells of the smallest rectangle that holds everything on a sheet, blank ones too.
    cell_characters  characters of one cell.
    json_bytes       bytes of one JSON file, which is taken into memory several times over.
    json_depth       objects and lists inside one another.
    json_values      values, objects and lists of one JSON file together.
    memory_bytes     bytes of memory that a command may hold, whatever its files; by default nine tenths of the
                     machine's, or of the container's. Kept to on Linux, and never by the library.
    """

    file_bytes: int = 256 * _MEBIBYTE
    unpacked_bytes: int = 1024 * _MEBIBYTE
    ratio: int = 200
    members: int = 2_000
    rows: int = 2_000_000
    columns: int = 4_000
    sheet_cells: int = 10_000_000
    cell_characters: int = 100_000
    json_bytes: int = 64 * _MEBIBYTE
    json_depth: int = 100
    json_values: int = 1_500_000
    memory_bytes: int = field(default_factory=_memory)

    def changed(self, said: Iterable[str]) -> Limits:
        """The same limits but for those given as people write them: `rows=5000000` or `rows=5_000_000`.

        Raises CaseloadError with every one that is no limit or no whole number above zero.
        """
        known = [field.name for field in fields(self)]
        numbers: dict[str, int] = {}
        wrong: list[Finding] = []
        for one in said:
            name, _, number = (part.strip() for part in one.partition("="))
            if name not in known:
                remedy = did_you_mean(name, known) or f"Limits: {', '.join(known)}."
                wrong.append(Finding("no-such-limit", "", OPTION, "There is no such limit.", remedy))
            elif not number.isascii() or not number.replace("_", "").isdecimal() or not int(number.strip("_")):
                message = f"The limit {name} is no whole number above zero."
                wrong.append(Finding("no-such-limit", "", OPTION, message, f"Write {name}={getattr(self, name)}."))
            else:
                numbers[name] = int(number.strip("_"))
        if wrong:
            raise CaseloadError(wrong)
        return replace(self, **numbers)

    def exceeded(self, name: str, message: str, file: str, place: str = "") -> CaseloadError:
        """The error that says which limit a file goes beyond, what the limit is, and how to raise it."""
        limit = getattr(self, name)
        remedy = f"The limit is {limit:,}. If the file is right, raise it: {OPTION} {name}=NUMBER."
        return CaseloadError(Finding("over-limit", file, place, message, remedy, path=name))
