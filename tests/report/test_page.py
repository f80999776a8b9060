"""The page as it is written: one file, no script, nothing from elsewhere, every number of the tables."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest

from banding.report.page import page_of, write_page
from banding.review.model import ALL, Column, Section, Sentence, Table, Unit
from banding.review.summary import SHAREABLE, SYMBOLS, WORKING, ChildList
from tests.report import summaries
from tests.report.read_page import Node, read, tables

HOSTILE = "</title><script>alert('\"&')</script>{{ 7 * 7 }} \u202e\x0b" + "very long name " * 40


@pytest.fixture(scope="module")
def text() -> str:
    return page_of(summaries.invented())


@pytest.fixture(scope="module")
def page(text: str) -> Node:
    return read(text)


def test_it_is_one_file_that_asks_for_nothing(page: Node, text: str) -> None:
    assert text.startswith("<!DOCTYPE html>\n")
    assert not page.all("script", "link", "iframe", "object", "embed", "base", "form", "img", "image", "use", "video")
    for node in page.all():
        handlers = [name for name in node.attributes if name.startswith("on") or name in ("src", "srcset", "style")]
        assert not handlers, node.tag
        assert (node.attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import|https?:|javascript:", text)


def test_the_policy_allows_the_one_style_sheet_and_nothing_else(page: Node) -> None:
    (policy,) = [n for n in page.all("meta") if n.attributes.get("http-equiv") == "Content-Security-Policy"]
    allowed = base64.b64encode(hashlib.sha256(page.one("style").text.encode()).digest()).decode()
    parts = ["default-src 'none'", f"style-src 'sha256-{allowed}'", "base-uri 'none'", "form-action 'none'"]
    assert policy.attributes["content"] == "; ".join(parts)
    head = page.one("head").all()
    assert head.index(policy) < head.index(page.one("style"))


def test_the_same_summary_gives_the_same_bytes(text: str) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    write_page(summaries.invented(), first)
    write_page(summaries.invented(), second)
    assert first.getvalue() == second.getvalue() == text.encode()


def test_headings_are_in_order_and_lead_there(page: Node) -> None:
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert page.one("html").attributes["lang"] == "en-GB"
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    wanted = [node.attributes["href"] or "" for node in page.all("a")]
    wanted += [f"#{name}" for node in page.all() for name in (node.attributes.get("aria-labelledby") or "").split()]
    assert {name[1:] for name in wanted} <= set(ids)
    assert page.all("a")[0].attributes["href"] == "#main"
    listed = [node.text for node in page.one("nav").all("a")]
    assert listed == [node.text for node in page.one("main").all("h2")]


def test_sections_say_what_they_find_and_what_cannot_be_shown(page: Node) -> None:
    summary = summaries.invented()
    for section in summary.sections:
        (within,) = [n for n in page.all("section") if n.attributes["aria-labelledby"] == f"section-{section.id}"]
        said = [node.text for node in within.all("p")]
        assert [sentence.filled(summary.tables) for sentence in section.says] == said[: len(section.says)]
        assert set(section.cannot) <= set(said)
    assert "The mean in foster care is £1,234, in homes [z]." in page.one("main").text


def test_every_table_has_the_same_numbers_as_the_summary(page: Node) -> None:
    found = tables(page)
    summary = summaries.invented()
    assert list(found) == [table.title for table in summary.tables.values()]
    assert found["All children"] == [["Children", "In date"], ["1,000", "81%"]]
    for table in summary.tables.values():
        head, *rows = found[table.title]
        assert head == [column.label for column in table.columns]
        written = [[table.written(row, name) for name in table.frame.columns] for row in range(table.frame.height)]
        assert rows == written
    assert found["Care cost by setting"][1:] == [
        ["Agency foster care", "49", "£1,234", "[low]", "0.25 [u]", "Fees"],
        ["Children's home", "19", "[z]", "21%", "0.50", "Total"],
    ]
    assert "Costs are gross." in page.one("main").text


def test_tables_say_what_heads_what_and_can_be_scrolled_by_keyboard(page: Node) -> None:
    for table in page.all("table"):
        assert {cell.attributes["scope"] for cell in table.one("thead").all("th")} == {"col"}
        if table.one("caption").text != "All children":  # which has no key
            assert all(row.all("th", "td")[0].attributes.get("scope") == "row" for row in table.one("tbody").all("tr"))
    regions = [node for node in page.all("div") if node.attributes.get("role") == "region"]
    assert len(regions) == len(page.all("table"))
    for region in regions:
        assert region.attributes["tabindex"] == "0"
        assert region.attributes["aria-labelledby"] == region.one("caption").attributes["id"]


def test_every_chart_has_title_finding_alternative_and_table(page: Node) -> None:
    figures = page.all("figure")
    assert len(figures) == 3
    for figure in figures:
        heading, finding = figure.one("figcaption").all("h3", "p")[:2]
        assert heading.tag == "h3"
        assert finding.attributes["class"] == "finding"
        assert finding.text.endswith(".")
        drawings = figure.all("svg")
        assert drawings
        for drawing in drawings:
            title, about = drawing.children[:2]
            assert isinstance(title, Node)
            assert isinstance(about, Node)
            assert drawing.attributes["role"] == "img"
            assert drawing.attributes["aria-labelledby"] == f"{title.attributes['id']} {about.attributes['id']}"
            assert title.text
            assert about.text.endswith("Every number is in the table.")
        table = (figure.attributes["aria-labelledby"] or "").replace("figure-", "table-")
        assert page.by_id(table).tag == "caption"


def test_long_tables_open_on_demand_and_short_ones_stand_open() -> None:
    rows = [(summaries.FOSTER, f"{number} Band", 30) for number in range(1, 18)]
    for shown, folded in ((16, False), (17, True)):
        section = summaries.one_table(summaries.bands_table(rows[:shown]), "What?")
        assert bool(read(page_of(summaries.summary(section))).all("details")) is folded


def test_totals_are_marked_and_charts_stand_first() -> None:
    bands = summaries.bands_table([(summaries.FOSTER, "1 A", 40), (summaries.FOSTER, ALL, 40), (ALL, ALL, 40)])
    page = read(page_of(summaries.summary(Section("s", "What?", tables=(summaries.money_table(), bands)))))
    assert list(tables(page)) == [bands.title, "Care cost by setting"]
    rows = page.all("table")[0].one("tbody").all("tr")
    assert [row.attributes.get("class") for row in rows] == [None, "total", "total"]


def test_symbols_are_explained_once(page: Node) -> None:
    terms = [node.text for node in page.all("dt")]
    assert terms == [f"[{symbol}]" for symbol in SYMBOLS]
    assert [node.text for node in page.all("dd")] == list(SYMBOLS.values())
    assert len(page.all("dl")) == 1


def test_what_a_caseload_cannot_show_stands_in_place_of_the_chart() -> None:
    why = "No care cost can be compared with a price, so whether need explains cost cannot be shown."
    page = read(page_of(summaries.summary(Section("costs", "Does need explain cost?", cannot=(why,)))))
    assert not page.all("figure")
    assert why in page.one("main").text


def test_an_empty_summary_and_an_empty_table_give_a_page() -> None:
    empty = summaries.one_table(summaries.bands_table([]), "What?")
    page = read(page_of(summaries.summary(empty)))
    assert "The table has no row." in page.one("main").text
    assert not page.all("svg")
    assert read(page_of(summaries.summary())).one("h1").text == "Needs, placements and costs on 30 June 2026"


def test_only_a_working_file_holds_children_and_is_marked_at_both_ends() -> None:
    lists = summaries.child_lists(3)
    text = page_of(replace(summaries.invented(), shareable=False), lists=lists)
    page = read(text)
    assert WORKING in page.one("header").text
    assert WORKING in page.one("footer").text
    assert page.one("head").one("title").text.startswith("Working file, do not share")
    rows = tables(page)[f"{lists[0].title} (children: 3)"]
    assert rows[0] == list(lists[0].labels.values())
    assert rows[1] == [cell or "" for cell in lists[0].frame.row(0)]
    assert "No child is on this list." in page.one("main").text
    assert text.index(lists[0].title) < text.index(lists[1].title)


def test_a_page_that_may_be_shared_holds_no_child(page: Node, text: str) -> None:
    assert "Working file" not in text
    assert SHAREABLE in page.one("footer").text
    with pytest.raises(ValueError, match="holds no children"):
        page_of(summaries.invented(), lists=summaries.child_lists(1))


def test_hostile_text_stays_text() -> None:
    columns = (Column("setting", HOSTILE, Unit.KEY), Column("band", HOSTILE, Unit.KEY), summaries.CHILDREN)
    frame = pl.DataFrame({"setting": [HOSTILE], "band": [HOSTILE], "children": [40]})
    notes = (HOSTILE,)
    section = Section("hostile", HOSTILE, (Sentence("Said."),), (Table("bands", HOSTILE, columns, frame, notes=notes),))
    costs = [(HOSTILE, f"{HOSTILE}{n}", HOSTILE, 40) for n in range(2)]
    more = Section("more", HOSTILE, (), (summaries.costs_table(costs), summaries.groups_table([(HOSTILE, 20, 9.0)])))
    lists = [ChildList("hostile", HOSTILE, (HOSTILE,), {"child_id": HOSTILE}, pl.DataFrame({"child_id": [HOSTILE]}))]
    summary = replace(summaries.summary(section, more), shareable=False, title=HOSTILE, notes=(HOSTILE,))
    text = page_of(summary, lists=lists)
    page = read(text)
    assert not page.all("script")
    assert "<script" not in text
    assert "49 " not in page.one("main").text
    found = tables(page)
    assert found[HOSTILE] == [[HOSTILE, HOSTILE, "Children"], [HOSTILE, HOSTILE, "40"]]
    assert found[f"{HOSTILE} (children: 1)"] == [[HOSTILE], [HOSTILE]]
    assert len(page.all("svg")) == 3


@pytest.mark.parametrize(("children", "most"), [(1_000, 1_000_000), (100_000, 2_000_000)])
def test_a_page_is_small_however_many_children(children: int, most: int) -> None:
    text = page_of(summaries.of_synthetic(children))
    assert len(text.encode()) <= most
    assert len(read(text).all("figure")) == 3


def test_a_working_file_of_a_thousand_children_is_small() -> None:
    summary = replace(summaries.of_synthetic(1_000), shareable=False)
    assert len(page_of(summary, lists=summaries.child_lists(1_000)).encode()) <= 1_000_000
