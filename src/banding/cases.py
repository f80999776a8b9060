"""Worked cases of a pack: rows of cases.csv that say what a child's answers must lead to, run through the engine.

A case is a row: `case` (its name), `from` (a case above that it starts from), `ratings` and `facts` (`self_harm 3,
anxiety ?`: names and values with commas between them, `?` where nothing is known), `because`, and any scored columns by
their names, in pounds where they are money. A blank cell is not checked; `none` must be empty. An item that no case
names is rated 0.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import polars as pl

from banding.engine.results import scored_columns
from banding.engine.score import compiled, score_caseload
from banding.errors import Finding, PackError, did_you_mean
from banding.pack.library import shipped_rules
from banding.pack.meaning import Pack

CASES = "cases.csv"
OWN = ("case", "from", "because", "ratings", "facts")
UNKNOWN, NONE = "?", "none"
REFUSED = "rejected_because"


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case, whole: what it starts from is taken in.

    file      the cases.csv it stands in, as findings name it.
    row       its line in that file, as a spreadsheet shows it.
    ratings   item id to rating as written; None is unanswered. Items left out are rated 0.
    facts     vocabulary name to value as written; facts left out are unknown.
    expected  scored column, in people's names, to the text it must have; `none`: empty.
    """

    name: str
    file: str
    row: int
    because: str
    ratings: Mapping[str, str | None]
    facts: Mapping[str, str | None]
    expected: Mapping[str, str]


def read_cases(pack: Pack, folder: Path) -> tuple[Case, ...]:
    """The cases in a pack's folder, in order; none where it has no cases.csv.

    Raises PackError with all findings where a case names what the pack does not know, or starts from none above it.
    """
    path = folder / CASES
    if not path.is_file():
        return ()
    shown = _shown(path)
    lines: list[list[str]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines.extend(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error):
        message = "From here on this is no CSV in UTF-8."
        remedy = "Save it as CSV UTF-8, and check its quotation marks."
        raise PackError(Finding("bad-case", shown, f"row {len(lines) + 1}", message, remedy)) from None
    return _Reader(pack, shown).cases(lines)


def run_cases(pack: Pack, cases: Sequence[Case]) -> list[Finding]:
    """Scores the cases on the first day of the version; a finding for every result that is not as expected."""
    if not cases:
        return []
    on = pack.header.from_
    scored = score_caseload(caseload_of(pack, cases), pack, on).frame
    found = []
    columns = people_columns(pack)
    for place, case in enumerate(cases):
        rejected = scored["rejected_because"][place]
        missed = []
        for column, expected in case.expected.items():
            value = scored[columns[column]][place]
            text = _text(value, money=columns[column].endswith("_pence"))
            if not _as_expected(expected, text, value):
                because = f": rejected because {rejected}" if rejected and text == NONE else ""
                missed.append((f", column {column}", f"expected {expected}, found {text}{because}."))
        # Of a rejected row everything is empty, so that `none` would hold whatever it was meant to show.
        if (
            rejected
            and not missed
            and case.expected.get(REFUSED, NONE) == NONE
            and case.expected.get("status") != "rejected"
        ):
            missed.append(("", f"rejected because {rejected}, and it does not say that it must be."))
        found += [
            Finding("case-misses", case.file, f"row {case.row}{where}", f"{case.name}: {says}")
            for where, says in missed
        ]
    return found


def people_columns(pack: Pack) -> dict[str, str]:
    """The scored columns by the names people see (`price_low`), each with its name in a frame (`price_low_pence`)."""
    return {name.removesuffix("_pence"): name for name in scored_columns(compiled(pack, pack.header.from_))}


def caseload_of(pack: Pack, cases: Sequence[Case]) -> pl.DataFrame:
    """The cases as a caseload, everything as text: child_id is the name of the case."""
    facts = dict.fromkeys(name for case in cases for name in case.facts)
    columns = {
        "child_id": [case.name for case in cases],
        **{item: [case.ratings.get(item, "0") for case in cases] for item in pack.items},
        **{name: [case.facts.get(name) for case in cases] for name in facts},
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _shown(path: Path) -> str:
    rules = shipped_rules()
    return (Path("rules") / path.relative_to(rules) if path.is_relative_to(rules) else path).as_posix()


def _as_expected(expected: str, text: str, value: object) -> bool:
    """Numbers are compared as exact decimals (960 is 960.00), anything else as text."""
    if expected == text or not isinstance(value, int | Decimal):
        return expected == text
    try:
        return Decimal(expected) == Decimal(text)
    except InvalidOperation:
        return False


def _text(value: object, *, money: bool) -> str:
    if value is None or value == "":
        return NONE
    if money:
        return f"{Decimal(str(value)) / 100:.2f}"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


class _Reader:
    def __init__(self, pack: Pack, shown: str) -> None:
        self.pack, self.shown = pack, shown
        self.findings: list[Finding] = []
        self.found: dict[str, Case] = {}

    def cases(self, lines: Sequence[Sequence[str]]) -> tuple[Case, ...]:
        header = [cell.strip() for cell in lines[0]] if lines else []
        known = [*OWN, *people_columns(self.pack)]
        for name in header:
            if name not in known:
                self._wrong(1, name, f'"{name}" is not a column of cases or of results.', did_you_mean(name, known))
        for name in sorted({name for name in header if name and header.count(name) > 1}):
            self._wrong(1, name, "The column is there twice.", "Keep one.")
        for name in ("case", "ratings"):
            if name not in header:
                self._wrong(1, name, "The column is missing.", "Every case has a name and ratings.")
        for row, cells in enumerate(lines[1:], start=2):
            if len(cells) != len(header):
                self._wrong(row, "", f"The row has {len(cells)} cells, the header {len(header)}.", "Quote commas.")
            elif any(cell.strip() for cell in cells):
                self._case(row, dict(zip(header, (cell.strip() for cell in cells), strict=True)))
        if self.findings:
            raise PackError(self.findings)
        return tuple(self.found.values())

    def _wrong(self, row: int, column: str, message: str, remedy: str = "") -> None:
        place = f"row {row}, column {column}" if column else f"row {row}"
        self.findings.append(Finding("bad-case", self.shown, place, message, remedy))

    def _case(self, row: int, cells: Mapping[str, str]) -> None:
        # A column that is missing is told by the header, and the rest of each row is judged all the same.
        name, start = cells.get("case"), cells.get("from", "")
        if name == "" or name in self.found:
            self._wrong(row, "case", "Every case needs a name of its own.", "Name it after what it shows.")
        base = self.found.get(start)
        if start and base is None and name is not None:
            self._wrong(row, "from", f'No case above is called "{start}".', did_you_mean(start, self.found))
        ratings = self._named(row, "ratings", cells.get("ratings", ""), self.pack.items)
        facts = self._named(row, "facts", cells.get("facts", ""), (*self.pack.facts, "profile_date"))
        expected = {column: text for column, text in cells.items() if column not in OWN and text}
        if name:
            taken = {**(base.ratings if base else {}), **ratings}, {**(base.facts if base else {}), **facts}
            self.found[name] = Case(name, self.shown, row, cells.get("because", ""), *taken, expected)

    def _named(
        self, row: int, column: str, text: str, known: Sequence[str] | Mapping[str, object]
    ) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = part.partition(" ")
            if name not in known:
                self._wrong(row, column, f'"{name}" is not one of the pack.', did_you_mean(name, known))
            elif not value.strip():
                self._wrong(row, column, f"{name} has no value.", f"Write {name} and a value, or {name} ?.")
            elif name in found:
                self._wrong(row, column, f"{name} stands there twice.", "Keep one.")
            else:
                found[name] = None if value.strip() == UNKNOWN else value.strip()
        return found
