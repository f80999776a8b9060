"""One workbook a child: all its sheets that hold questions and answers as one row, and what is wrong between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from banding.caseload import sheets
from banding.caseload.layout_pairs import Answer, Page, form_of, pages_of
from banding.caseload.sheets import Cell, Sheet
from banding.caseload.tables import Table, said_left_out
from banding.errors import CaseloadError, Finding


def read(found: Sequence[Sheet], file: str) -> Table | None:
    """The form that the filled sheets are, as a row; None where they are none.

    Sheets that are no part of it are said and left out. A question that is answered twice otherwise, or of which nobody
    can say which it is, is an error that rejects the form, and names the cells.

    Raises CaseloadError where several sheets are each a whole form.
    """
    cells = [sheets.as_shown(sheet.raw) for sheet in found]
    pages = pages_of(cells)
    if not pages:
        return None
    whole = [found[at].shown for at, page in pages.items() if page.share > 1 / 2]
    if len(whole) > 1:
        message = f"Several sheets are each a whole form: {', '.join(whole)}."
        raise CaseloadError(Finding("several-forms", file, "", message, "Give each form a workbook of its own."))
    return _Form([(found[at], page) for at, page in pages.items()], file).table(
        [sheet.shown for at, sheet in enumerate(found) if at not in pages]
    )


@dataclass(frozen=True, slots=True)
class _Form:
    parts: Sequence[tuple[Sheet, Page]]
    file: str

    def table(self, others: Sequence[str]) -> Table:
        """The row, and what is said of it and of the sheets that are no part of it."""
        given: dict[str, list[tuple[Sheet, Answer]]] = {}
        findings: list[Finding] = []
        strangers: list[str] = []
        for sheet, page in self.parts:
            unread = sheet.unread(-1)
            for answer in page.answers:
                if len(answer.paths) > 1:
                    findings += self._unclear(sheet, answer)
                elif answer.paths:
                    given.setdefault(answer.paths[0], []).append((sheet, answer))
                    findings += self._unread(sheet, answer, unread)
                else:
                    strangers.append(answer.question)
        said: dict[str, str | None] = {}
        for path, answers in given.items():
            told = [one for one in answers if one[1].said is not None]
            findings += (wrong := list(self._differing(path, told)))
            said[path] = told[0][1].said if told and not wrong else None
        if others:
            findings.append(said_left_out(others, self.file))
        return Table(form_of(said, strangers), pl.Series("row", [1], pl.Int64), tuple(findings))

    def _place(self, sheet: Sheet, answer: Answer) -> str:
        return f"{sheet.shown}, cell {sheet.address(*answer.place)}"

    def _unclear(self, sheet: Sheet, answer: Answer) -> Iterator[Finding]:
        if answer.said is not None:
            message = f"The question could be {' or '.join(answer.paths)}."
            remedy = "Give it the name that it has on the form, or put it below the question that opens it."
            place = f"{self._place(sheet, answer)}, column {answer.paths[0]}"
            yield Finding("unclear-question", self.file, place, message, remedy, index=0, path=answer.paths[0])

    def _unread(self, sheet: Sheet, answer: Answer, unread: Mapping[tuple[int, int], Cell]) -> Iterator[Finding]:
        if (cell := unread.get(answer.place)) is not None:
            yield sheets.unreadable(sheet, cell, answer.paths[0], 0, self.file)

    def _differing(self, path: str, told: Sequence[tuple[Sheet, Answer]]) -> Iterator[Finding]:
        """One finding for each later answer that is not the first."""
        for sheet, answer in told[1:]:
            if _plain(answer) != _plain(told[0][1]):
                message = f"{path} is answered otherwise in {self._place(*told[0])}."
                place = f"{self._place(sheet, answer)}, column {path}"
                remedy = "Keep the answer that is right."
                yield Finding(
                    "answers-differ", self.file, place, message, remedy, index=0, path=path, value=answer.said
                )


def _plain(answer: Answer) -> str:
    return re.sub(r"\.0+$", "", answer.said or "").casefold()
