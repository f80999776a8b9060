"""The page and the workbook of a caseload as files beside a run's others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from banding.errors import Finding, OutputError
from banding.report.page import write_page
from banding.report.workbook import write_workbook
from banding.review.decisions import agreement
from banding.review.reviewed import Reviewed
from banding.review.summarise import Asked, child_lists, summary_of
from banding.whole import Write, target_faults

PAGE, WORKBOOK = ".html", ".xlsx"


@dataclass(frozen=True, slots=True)
class Reports:
    """
    page, workbook  where they are to stand, ending in .html and .xlsx; None: not written.
    asked           what they are asked for; where it is no shareable summary, both hold the lists of children.
    """

    page: Path | None = None
    workbook: Path | None = None
    asked: Asked = field(default_factory=Asked)

    def targets(self) -> dict[str, tuple[Path | None, tuple[str, ...]]]:
        """By option, the file and the endings that its name may have."""
        return {"--report": (self.page, (PAGE,)), "--workbook": (self.workbook, (WORKBOOK,))}

    def check(self, inputs: Sequence[Path]) -> None:
        """Raises OutputError with all findings where a file cannot be written as it is named, or is an input."""
        named = [(target, formats) for target, formats in self.targets().values() if target is not None]
        told = [fault for target, formats in named for fault in target_faults(target, formats)]
        for target, _ in named:
            if any(target.resolve() == path.resolve() for path in inputs):
                told.append(Finding("would-overwrite", str(target), "", "This is an input.", "Choose another name."))
        if told:
            raise OutputError(told)

    def options(self) -> dict[str, Any]:
        """What a manifest says of them."""
        asked = self.asked
        return {
            "shareable": asked.shareable,
            "national": asked.national,
            "panel_size": asked.panel_size,
            "seed": asked.seed,
        }

    def agreement(self) -> list[str]:
        """How far people agreed with the lists that they decided on; nothing where none were given."""
        if self.asked.decisions is None:
            return []
        section = agreement(self.asked.decisions)
        tables = {table.id: table for table in section.tables}
        return [sentence.filled(tables) for sentence in section.says]

    def writes(self, found: Reviewed) -> Mapping[Path, Write]:
        """By file, what writes it: one summary for both."""
        summary = summary_of(found, self.asked)
        lists = () if self.asked.shareable else child_lists(found, self.asked.panel_size)
        made: dict[Path, Write] = {}
        if self.page is not None:
            made[self.page] = partial(write_page, summary, lists=lists)
        if self.workbook is not None:
            made[self.workbook] = partial(write_workbook, summary, found.pack, lists=lists)
        return made
