"""CANS forms as workbooks, one a child: a sheet of questions and answers, or a header sheet, domains and modules."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from tests.caseload.test_cans import FILES, FORMS, ON, PACK, SECRET, YOUNGER, apply, table

from banding.caseload import forms, layout
from banding.caseload.read import read
from banding.caseload.sheets import Cell, Merged, Sheet
from banding.caseload.tables import Table
from banding.errors import CaseloadError, Finding
from banding.run import score_files

Line = tuple[str | None, str | None, str | None]
DOMAINS = {
    "Assessor Name": "Header", "Family Strengths": "Strengths", "Family Functioning": "Life", "Psychosis": "Feelings",
    "Impulsivity/Hyperactivity (3yrs+)": "Challenges", "Suicide Risk": "Risk", "Language": "Culture",
    "Sexual Abuse*": "Adverse", "Supervision (Caregiver needs)": "Caregiver", "Interpersonal Problems": "Transition",
}  # fmt: skip


@dataclass
class Written:
    """A sheet that holds what it shows."""

    name: str
    shown: str
    unread: Sequence[Cell] = ()
    merged: Sequence[Merged] = ()

    def first_column(self, _: pl.DataFrame) -> int:
        return 0


def frame(lines: Sequence[Line]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=dict.fromkeys("abc", pl.String), orient="row")


def form(*raws: pl.DataFrame) -> Table | None:
    return forms.read([Sheet(raw, Written("", f"sheet {n}")) for n, raw in enumerate(raws, 1)], "x.xlsx")


def row_of(*raws: pl.DataFrame) -> Table:
    found = form(*raws)
    assert found is not None
    assert found.frame.height == 1
    return found


def questions(row: int, *, short: bool = True, name: str = "cans-6-21.csv") -> dict[str, tuple[str, str | None]]:
    """By its label in the table, each question of a child's form as it stands there, and the answer."""
    cut = r" \((Caregiver needs|[^()]*\*)\)$"
    answers = table(name).row(row, named=True)
    return {label: (re.sub(cut, "", label) if short else label, answer) for label, answer in answers.items()}


def sheet(row: int = 1, *, short: bool = True, name: str = "cans-6-21.csv") -> pl.DataFrame:
    """A child's form as one sheet: sections in the first column, questions in the second, answers in the third."""
    lines: list[Line] = [("THE FORM", None, None), (None, None, None)]
    for label, (question, answer) in questions(row, short=short, name=name).items():
        if label in ("Family Strengths", "Supervision (Caregiver needs)"):
            lines.append((None, "About this section", None))
        lines.append((None, f" {question} ", answer))
    return frame(lines)


def book_of(row: int = 1, *, name: str = "cans-6-21.csv") -> dict[str, list[Line]]:
    """The same as a sheet for the header, one a domain, and one a module, questions by their short names."""
    found: dict[str, list[Line]] = {}
    domain = ""
    for label, (question, answer) in questions(row, name=name).items():
        domain = next((sheet for start, sheet in DOMAINS.items() if label.startswith(start)), domain)
        module = re.search(r"\(([^()]*)\*\)$", label)
        found.setdefault(module[1] if module else domain, [("", "Title", None)]).append((None, question, answer))
    return found


GUIDANCE: list[Line] = [
    (None, "How to fill in the form", None),
    *((None, name, "Rate from 0, no evidence, to 3, immediate action.") for name in ("Anxiety", "Depression", "Sleep")),
    (None, "Assessment Date", "The day on which the child was seen"), (None, "DOB", "Day, month and year"),
]  # fmt: skip
PROSE: list[Line] = [
    (None, "Language", None), (None, "Ask in the language that the child speaks at home.", None),
    (None, "Sleep", None), (None, "Nights in the last month.", None), (None, "Write it down.", None),
]  # fmt: skip
CODES: list[Line] = [("Code", "0", "No evidence"), ("Code", "1", "Watch"), ("Type", "Initial", None)]


# -- one sheet --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize(("name", "made"), FORMS)
def test_a_form_of_pairs_is_the_row_of_the_table(name: str, made: layout.Layout, short: bool) -> None:
    for row in range(table(name).height):
        found = row_of(sheet(row, short=short, name=name)).frame
        assert layout.recognise(found.columns) is made
        assert SECRET not in str(found.to_dicts())
        expected, _ = apply(table(name)[row], made)
        assert apply(found, made)[0].equals(expected)


def test_a_short_name_means_the_item_below_its_opener() -> None:
    raw = sheet()
    at = {label.strip(): n for n, label in enumerate(raw["b"]) if label}
    answers = raw["c"].to_list()
    answers[at["Running Away*"] + 8] = "3"
    # A row that somebody deleted shifts nothing.
    gone = [label == " Planning " for label in raw["b"]].index(True)
    raw = raw.with_columns(pl.Series("c", answers)).with_row_index().filter(pl.col("index") != gone).drop("index")
    found = row_of(raw).frame.row(0, named=True)
    assert found["Planning (Running Away)"] == "3"
    assert "Planning (Sexual Aggression)" not in found
    assert found["Planning (Fire Setting)"] is None


def test_any_two_columns_and_a_heading_that_is_called_like_an_item() -> None:
    raw = sheet().select(x=pl.lit(None, pl.String), y="b", z="c", more=pl.lit("1"))
    at = [(label or "").strip() for label in raw["y"]].index("Family Strengths")
    headed = pl.concat([raw[:at], raw[at : at + 1].with_columns(y=pl.lit("Sleep"), z=pl.lit("  ")), raw[at:]])
    assert apply(row_of(headed).frame)[0].equals(apply(table()[1])[0])


def test_a_misspelt_question_is_refused_with_the_nearest() -> None:
    misspelt = sheet().with_columns(pl.col("b").str.replace("Running Away", "Runing Away", literal=True))
    found = [one for one in apply(row_of(misspelt).frame)[1] if one.index is None]
    assert [one.severity for one in found] == ["error"]
    assert "Did you mean Runing Away*?" in str(found[0])


def test_other_sheets_are_no_forms() -> None:
    assert form(table()) is None
    assert form(pl.DataFrame()) is None
    assert form(pl.DataFrame({"a": ["Anxiety", "Sleep"], "b": ["1", "2"]})) is None
    assert form(pl.concat([sheet()] * 10)) is None
    assert form(frame(GUIDANCE), frame(CODES)) is None


# -- several sheets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "made"), FORMS)
def test_a_header_sheet_domains_and_modules_are_one_form(name: str, made: layout.Layout) -> None:
    for row in range(table(name).height):
        sheets = [frame(lines) for lines in book_of(row, name=name).values()]
        assert len(sheets) > 5
        expected, _ = apply(table(name)[row], made)
        for seed in range(5):
            found = row_of(*sheets)
            assert apply(found.frame, made)[0].equals(expected)
            assert found.findings == ()
            random.Random(seed).shuffle(sheets)


def test_a_module_on_a_sheet_of_its_own_is_known_by_what_stands_together() -> None:
    """History, Seriousness and Planning are asked of offending and of fire setting."""
    book = book_of()
    for sheet, count in (("Offending/Criminal Behaviour", 8), ("Fire Setting", 9)):
        book[sheet] = [book[sheet][0], *((a, question, "2") for a, question, _ in book[sheet][1:])]
        assert len(book[sheet]) == count + 1
    found = row_of(*map(frame, book.values())).frame.row(0, named=True)
    for opener in ("Offending/Criminal Behaviour", "Fire Setting"):
        assert {found[f"{name} ({opener})"] for name in ("History", "Seriousness", "Planning")} == {"2"}
    assert found["Planning (Running Away)"] is None


def test_rows_of_a_module_in_another_order_stay_in_it() -> None:
    book = book_of()
    for name, lines in book.items():
        head, *others = [(a, question, "1") if name == "Fire Setting" else (a, question, b) for a, question, b in lines]
        book[name] = [head, *reversed(others)]
    # The caregiver's, of which only the sheet tells, though the child's has the same name.
    at = [question for _, question, _ in book["Caregiver"]].index("Medical/Physical")
    book["Caregiver"].insert(1, (None, book["Caregiver"].pop(at)[1], "3"))
    found, expected = row_of(*map(frame, book.values())).frame, table()[1]
    for label in expected.columns:
        if label.endswith("(Fire Setting*)"):
            assert found[label.replace("*)", ")")].to_list() == ["1"]
    assert found["Medical/Physical (Caregiver needs)"].to_list() == ["3"]
    rest = {name: found[name].to_list() for name in found.columns if not re.search(r"Fire Setting\)|l \(Care", name)}
    told = row_of(*map(frame, book_of().values())).frame
    assert rest == {name: told[name].to_list() for name in rest}


def test_where_nothing_says_which_question_is_meant_the_form_is_rejected() -> None:
    book = {name: lines for name, lines in book_of().items() if name not in ("Fire Setting", "Sexual Aggression")}
    lines: list[Line] = [(None, "Planning", None), (None, "History", "2"), (None, "Seriousness", "1")]
    found = row_of(*map(frame, {**book, "Offending/Criminal Behaviour": lines}.values()))
    at = list(book).index("Offending/Criminal Behaviour") + 1
    assert [(one.code, one.place, one.index) for one in found.findings] == [
        ("unclear-question", f"sheet {at}, cell C2, column History (Offending/Criminal Behaviour)", 0),
        ("unclear-question", f"sheet {at}, cell C3, column Seriousness (Offending/Criminal Behaviour)", 0),
    ]
    assert "History (Offending/Criminal Behaviour) or History (Fire Setting)" in found.findings[0].message
    # Below the question that opens them there is no doubt.
    headed = row_of(
        *map(frame, {**book, "Offending/Criminal Behaviour": [(None, "Fire Setting*", "2"), *lines]}.values())
    )
    assert headed.frame["History (Fire Setting)"].to_list() == ["2"]


def test_guidance_and_lists_of_codes_are_said_and_left_out() -> None:
    sheets = [frame(GUIDANCE), frame(PROSE), *(frame(lines) for lines in book_of().values()), frame(CODES)]
    found = row_of(*sheets)
    assert apply(found.frame)[0].equals(apply(table()[1])[0])
    assert [(one.code, one.message, one.severity) for one in found.findings] == [
        ("sheets-left-out", f"Other sheets are left out: sheet 1, sheet 2, sheet {len(sheets)}.", "note")
    ]
    # And beside a form on one sheet.
    (said,) = row_of(frame(GUIDANCE), sheet()).findings
    assert said.message == "Other sheets are left out: sheet 1."


def test_two_answers_that_differ_reject_the_form_and_name_both_cells() -> None:
    book = book_of()
    row = [question for _, question, _ in book["Feelings"]].index("Anxiety")
    again = {**book, "Transition": [*book["Transition"], (None, "Anxiety", "2")]}
    found = row_of(*map(frame, again.values()))
    last, place = list(again).index("Transition") + 1, len(again["Transition"])
    first = f"sheet {list(again).index('Feelings') + 1}, cell C{row + 1}"
    assert [(one.code, one.place, one.path, one.index, one.severity) for one in found.findings] == [
        ("answers-differ", f"sheet {last}, cell C{place}, column Anxiety", "Anxiety", 0, "error")
    ]
    assert found.findings[0].message == f"Anxiety is answered otherwise in {first}."
    assert found.frame["Anxiety"].to_list() == [None]
    assert found.findings[0].value == "2"
    assert " 2" not in str(found.findings[0])


def test_the_same_answer_twice_and_a_blank_beside_it_are_one() -> None:
    raw, book = sheet(), book_of()
    answer = book["Feelings"][[question for _, question, _ in book["Feelings"]].index("Anxiety")][2]
    for said in (answer, f"{answer}.0", None, " "):
        found = row_of(*map(frame, {**book, "Transition": [*book["Transition"], (None, "Anxiety", said)]}.values()))
        assert found.findings == ()
        assert apply(found.frame)[0].equals(apply(table()[1])[0])
    twice = row_of(pl.concat([raw, frame([(None, "Anxiety", "1")])]))
    assert [one.code for one in twice.findings] == ["answers-differ"]


def test_a_workbook_holds_one_form() -> None:
    with pytest.raises(CaseloadError, match=r"sheet 1, sheet 3\. Give each form a workbook") as refused:
        form(sheet(0), frame(CODES), sheet(1))
    assert refused.value.findings[0].code == "several-forms"


# -- files ------------------------------------------------------------------------------------------------------------


def write(file: Path, sheets: Mapping[str, Sequence[Line]], *, formula: str = "") -> None:
    """Sheets from cell B3, as people keep them: dates are dates and ratings numbers; one answer may be an error."""
    with xlsxwriter.Workbook(file) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, lines in enumerate(sheets.values()):
            # Sheets may have any name; only the place in the workbook is ever said.
            page = book.add_worksheet(f"{SECRET} {number}")
            for line, (section, question, answer) in enumerate(lines, start=2):
                page.write(line, 1, section)
                page.write(line, 2, question)
                if formula and question is not None and question.strip() == formula:
                    page.write_formula(line, 3, "=1/0", value="#DIV/0!")
                elif answer is not None and re.fullmatch("[0-9]+/[0-9]+/[0-9]+", answer):
                    page.write_datetime(line, 3, dt.datetime.strptime(answer, "%d/%m/%Y"), day)
                elif answer is not None:
                    page.write(line, 3, int(answer) if answer.isdecimal() else answer)


def one_sheet(row: int, name: str = "cans-6-21.csv") -> dict[str, list[Line]]:
    return {"Form": sheet(row, name=name).rows()}


def errors(found: Sequence[Finding]) -> list[Finding]:
    return [one for one in found if one.severity == "error"]


def test_a_folder_of_forms_gives_a_row_a_child(tmp_path: Path) -> None:
    write(tmp_path / "0.xlsx", one_sheet(0))
    write(tmp_path / "1.xlsx", {"Guidance": GUIDANCE, **book_of(1)})
    write(tmp_path / "2.xlsx", {**book_of(2), "Codes": CODES})
    write(tmp_path / "9.xlsx", one_sheet(1, "cans-0-5.csv"))
    found = read([tmp_path])
    assert found.layout == "cans-england-6-21, cans-england-0-5"
    assert errors(found.findings) == []
    assert [Path(one.file).name for one in found.findings if one.code == "sheets-left-out"] == ["1.xlsx", "2.xlsx"]
    assert SECRET not in "".join(map(str, found.findings))
    assert found.origins["row"].to_list() == [1] * 4
    both = [read([FILES / name]).frame for name, _ in FORMS]
    expected = pl.concat([both[0].head(3), both[1].tail(1)], how="diagonal_relaxed")
    assert found.frame.equals(expected)
    run = score_files([tmp_path], PACK, ON, tmp_path / "scored.parquet")
    assert run.frame["band"].to_list() == [1, 4, 3, 1]


def test_an_answer_that_cannot_be_read_rejects_the_form(tmp_path: Path) -> None:
    for sheets, place in ((one_sheet(0), "sheet 1, cell D50"), (book_of(0), "sheet 5, cell D8")):
        write(tmp_path / "x.xlsx", sheets, formula="Anxiety")
        (found,) = errors(read([tmp_path / "x.xlsx"]).findings)
        assert (found.code, found.path, found.index) == ("cell-error", "Anxiety", 0)
        assert found.place.startswith(place)
    # Nobody reads this one, so that nothing is lost with it.
    write(tmp_path / "y.xlsx", one_sheet(0), formula="Age at Time of Assessment")
    assert errors(read([tmp_path / "y.xlsx"]).findings) == []


def test_answers_that_differ_reject_one_child_of_a_folder(tmp_path: Path) -> None:
    book = book_of(1)
    write(tmp_path / "1.xlsx", {**book, "Culture": [*book["Culture"], (None, "Anxiety", "2")]})
    write(tmp_path / "2.xlsx", book_of(2))
    run = score_files([tmp_path], PACK, ON, tmp_path / "s.csv", rejects=tmp_path / "r.csv")
    assert run.frame["status"].to_list() == ["rejected", "scored"]
    rejects = pl.read_csv(tmp_path / "r.csv")
    assert rejects.select("code", "column").rows() == [("answers-differ", "Anxiety")]
    assert "answered otherwise in sheet 5, cell D8." in rejects["reason"][0]


def test_a_table_of_assessments_beside_a_list_of_its_items_is_still_a_table(tmp_path: Path) -> None:
    raw = table()
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        items, rows = book.add_worksheet("Items"), book.add_worksheet("Data")
        for at, label in enumerate(raw.columns):
            items.write_row(at, 0, [label, "a rating from 0 to 3"])
        rows.write_row(0, 0, raw.columns)
        for at, row in enumerate(raw.rows(), start=1):
            rows.write_row(at, 0, [cell or "" for cell in row])
    found = read([tmp_path / "x.xlsx"])
    assert found.layout == "cans-england-6-21"
    assert found.frame.equals(read([FILES / "cans-6-21.csv"]).frame)
    assert [one.message for one in found.findings if one.code == "sheets-left-out"] == [
        "Other sheets are left out: sheet 1."
    ]
    assert YOUNGER.id not in found.layout
