"""One child's sheet as HTML: the words of the text, nothing that loads or runs, hostile text escaped."""

from __future__ import annotations

import re
from html import unescape

import pytest

from banding.explanation.author import author_page
from banding.explanation.child import child_page
from banding.explanation.page import Page
from banding.explanation.panel import panel_page
from banding.report.sheet import ONE_CHILD, sheet_of
from tests.explanation.explained import HOME, SUICIDAL, england

MAKERS = {"panel": panel_page, "author": author_page, "child": child_page}


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("audience", MAKERS)
def test_it_says_what_the_text_says_in_its_order(audience: str) -> None:
    page = MAKERS[audience](england(**SUICIDAL, **HOME))
    html = sheet_of(page)
    body = re.sub(r"<[^>]+>", " ", html.split("<main>")[1])
    said = words(unescape(body))
    at = 0
    for block in page.blocks:
        at = said.index(words(block.text), at)
    assert words(ONE_CHILD) in said
    assert html.count("<ul>") == html.count("</ul>") > 0


def test_nothing_loads_and_nothing_runs() -> None:
    html = sheet_of(panel_page(england(**SUICIDAL)))
    assert "<script" not in html
    assert not re.search(r"(src|href)=", html)
    assert "default-src 'none'" in html


def test_what_a_caseload_holds_is_escaped() -> None:
    page = Page()
    page.title("<b>Child</b>")
    for kind in (page.line, page.head, page.say, page.point, page.note):
        kind('<script>x</script> & "quoted"')
    html = sheet_of(page)
    assert "<script" not in html
    assert "<b>" not in html
    assert html.count("&lt;script&gt;") == 5
