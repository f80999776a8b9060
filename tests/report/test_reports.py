"""From a caseload to its page and workbook: one summary, the same numbers in all three, whatever the caseload lacks."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import fastexcel
import polars as pl
import pytest

import banding
from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.report.files import Reports
from banding.report.page import page_of
from banding.report.workbook import write_workbook
from banding.review.calibrate import calibrate
from banding.review.local_pack import out_of_fold
from banding.review.model import Unit
from banding.review.own_prices import RELATIVE
from banding.review.reviewed import Reviewed, reviewed
from banding.review.summarise import Asked, child_lists, summary_of
from banding.review.summary import Summary
from banding.review.write_local import write_local
from banding.synthetic import ON, synthesise

PACK = load_pack("england-reference@2026")
CHILDREN = synthesise(400, 9, pack=PACK, on=ON).frame


class Tables(HTMLParser):
    """The cells of every table of a page, by its caption."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.caption, self.inside, self.text = "", "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "tr" and self.caption:
            self.found[self.caption].append([])
        if tag in ("caption", "td", "th"):
            self.inside, self.text = tag, ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag != self.inside:
            return
        text = " ".join(self.text.split())
        if tag == "caption":
            self.caption = text
            self.found[text] = []
        elif self.found.get(self.caption):
            self.found[self.caption][-1].append(text)
        self.inside = ""


def review(frame: pl.DataFrame) -> Reviewed:
    return reviewed(score_caseload(frame, PACK, ON), frame, PACK, ON)


def book_of(summary: Summary) -> bytes:
    file = io.BytesIO()
    write_workbook(summary, PACK, file)
    return file.getvalue()


def test_page_workbook_and_summary_hold_the_same_numbers() -> None:
    scored = banding.score(CHILDREN, PACK, on=ON, keep=True)
    summary = banding.summarise(scored, PACK)
    page = Tables()
    page.feed(page_of(summary))
    workbook = fastexcel.read_excel(book_of(summary))
    sheets = [workbook.load_sheet(n, header_row=None, dtypes="string").to_polars() for n in workbook.sheet_names[3:-2]]
    assert len(sheets) == len(summary.tables) > 15
    for table, sheet in zip(summary.tables.values(), sheets, strict=True):
        written = [[table.written(row, column.id) for column in table.columns] for row in range(table.frame.height)]
        captions = [caption for caption in page.found if caption.startswith(table.title)]
        assert any(page.found[caption][-len(written) :] == written for caption in captions), table.id
        cells = sheet.tail(table.frame.height).rows()
        for row, line in enumerate(cells):
            for column, cell in zip(table.columns, line, strict=False):
                value = table.frame[column.id][row]
                if value is None:
                    assert cell == table.written(row, column.id)
                elif column.unit in (Unit.KEY, Unit.TEXT):
                    assert cell == value
                else:
                    exact = float(value) / 100 if column.unit is Unit.PERCENT else float(value)
                    assert float(cell) == pytest.approx(exact)


def test_no_count_of_one_to_five_is_in_what_is_shared() -> None:
    summary = banding.summarise(CHILDREN, PACK, on=ON)
    counts = [
        table.frame[column.id]
        for table in summary.tables.values()
        for column in table.columns
        if column.unit is Unit.CHILDREN
    ]
    assert len(counts) > 30
    assert not pl.concat(counts).is_between(1, 5).any()
    text = page_of(summary)
    assert not any(child in text for child in CHILDREN["child_id"])
    whole = banding.summarise(CHILDREN, PACK, on=ON, shareable=False)
    assert any(
        table.frame[column.id].is_between(1, 5).any()
        for table in whole.tables.values()
        for column in table.columns
        if column.unit is Unit.CHILDREN
    )


SHORT = {
    "one child": CHILDREN.head(1),
    "five": CHILDREN.head(5),
    "nobody": CHILDREN.head(0),
    "one setting": CHILDREN.with_columns(setting=pl.lit("agency_foster")),
    "no setting": CHILDREN.with_columns(setting=pl.lit(None, pl.String)),
    "no costs": CHILDREN.drop("core_cost", "additional_support_cost", "education_cost", "other_cost", "weekly_cost"),
    "no providers": CHILDREN.drop("provider", "household"),
    "profiles alone": CHILDREN.select("child_id", *PACK.items),
    "all rejected": CHILDREN.with_columns(anxiety=pl.lit(9)),
}


@pytest.mark.parametrize("which", SHORT)
def test_a_caseload_that_lacks_something_says_so_and_gives_a_page(which: str) -> None:
    found = review(SHORT[which])
    for shareable in (True, False):
        summary = summary_of(found, Asked(shareable=shareable))
        lists = () if shareable else child_lists(found)
        text = page_of(summary, lists=lists)
        assert not re.search(r">\s*[-£]*(nan|inf|None)%?\s*<", text)
        write_workbook(summary, PACK, io.BytesIO(), lists=lists)
    assert any(section.cannot for section in summary.sections) or which == "one setting"


def test_prices_from_the_caseloads_own_costs_are_said_and_priced_by_others(tmp_path: Path) -> None:
    local = write_local(
        calibrate(review(CHILDREN)), PACK, tmp_path / "own", name="own", version="2026", on=ON, year=None
    )
    own = reviewed(score_caseload(CHILDREN, local, ON), CHILDREN, local, ON)
    assert RELATIVE in summary_of(own).notes
    assert RELATIVE not in summary_of(review(CHILDREN)).notes
    inside = own.compared["price_variance_pence"].abs().mean()
    by_others = out_of_fold(own).compared["price_variance_pence"].abs().mean()
    assert isinstance(inside, float)
    assert isinstance(by_others, float)
    table = summary_of(own, Asked(shareable=False)).tables["expected_and_paid"]
    assert table.frame.row(-1, named=True)["apart"] == pytest.approx(by_others / 100)
    assert by_others > inside


def test_reports_name_what_they_write(tmp_path: Path) -> None:
    reports = Reports(tmp_path / "a.html", tmp_path / "a.xlsx", Asked(shareable=False, panel_size=3))
    writes = reports.writes(review(CHILDREN))
    assert list(writes) == [tmp_path / "a.html", tmp_path / "a.xlsx"]
    file = io.BytesIO()
    writes[tmp_path / "a.html"](file)
    assert CHILDREN["child_id"][0].encode() in file.getvalue()


def test_lists_to_decide_on_stand_before_any_pounds_and_all_children_last() -> None:
    found = review(CHILDREN)
    text = page_of(summary_of(found, Asked(shareable=False)), lists=child_lists(found))
    places = [text.index(f'id="{name}"') for name in (
        "section-unmet_need", "section-moves", "list-unmet_need_list", "list-moves_list", "section-bands",
        "section-drift", "list-all_children",
    )]  # fmt: skip
    assert places == sorted(places)


def test_what_a_caseload_is_too_small_or_too_bare_for_stands_above_all_else() -> None:
    few, bare, whole = (summary_of(review(frame)).notes for frame in (SHORT["five"], SHORT["no costs"], CHILDREN))
    assert any("Fewer than ten children" in note for note in few)
    assert any("no cost of any child" in note for note in bare)
    assert not any("Fewer than ten" in note or "no cost" in note for note in whole)
