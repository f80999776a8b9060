"""Files written whole or not at all: each under a temporary name beside its target, all put in place together.

A run that stops half-way leaves the old files, and no part of a new one, unless the machine itself stops.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import polars as pl

from banding.errors import Finding, OutputError, did_you_mean
from banding.memory import unfinished
from banding.steps import step

Write = Callable[[BinaryIO], object]
_CLOSE = "Close it where it is open, and run again."


def target_faults(target: Path, formats: Collection[str]) -> list[Finding]:
    """Why nothing can be written to a target, as far as its name tells: `formats` are the endings it may have."""
    found = []
    ending = target.suffix.lower()
    if ending not in formats:
        remedy = did_you_mean(ending, formats) or f"End the name in {', '.join(formats)}."
        found.append(Finding("unknown-format", str(target), "", f'"{ending}" is not a format of output.', remedy))
    if not target.parent.is_dir():
        message, remedy = "Its folder does not exist.", "Make the folder first."
        found.append(Finding("no-such-folder", str(target), "", message, remedy))
    elif target.is_dir():
        found.append(Finding("is-a-folder", str(target), "", "This is a folder.", "Name a file in it."))
    return found


class WholeFiles:
    """A context that holds the parts written so far; those not put in place are deleted when it ends."""

    def __init__(self) -> None:
        self.parts: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in self.parts.values():
            part.unlink(missing_ok=True)
            unfinished.discard(part)

    def add(self, target: Path, write: Write) -> None:
        """Writes what belongs at `target` to a part beside it, down to the disk.

        Raises OutputError where it cannot be written, or a column has a type that the format cannot hold.
        """
        step(f"Writing {target.name}")
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        self.parts[target] = part
        unfinished.add(part)
        try:
            with part.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            message = f"It cannot be written: {error.strerror}."
            raise OutputError(Finding("cannot-write", str(target), "", message, "Nothing was changed.")) from error
        except pl.exceptions.PolarsError as error:
            message = "A column that was kept has a type that this format cannot hold."
            raise OutputError(Finding("cannot-write", str(target), "", message, "Nothing was changed.")) from error

    def put_in_place(self) -> tuple[Path, ...]:
        """Renames every part to its target, in the order in which they were added, and names the targets.

        Raises OutputError where one cannot be put in place; where others were before it, a second finding
        (half-in-place) names them, because they are new and what was to stand beside them is not.
        """
        done: list[Path] = []
        for target, part in self.parts.items():
            try:
                part.replace(target)
            except OSError as error:
                message = f"It cannot be put in place: {error.strerror}."
                findings = [Finding("cannot-write", str(target), "", message, _CLOSE)]
                if done:
                    message = (
                        f"Already new: {', '.join(map(str, done))}. They do not belong to the old files beside them."
                    )
                    findings.append(Finding("half-in-place", "", "", message, "Run again before you use any of them."))
                raise OutputError(findings) from error
            done.append(target)
        return tuple(self.parts)
