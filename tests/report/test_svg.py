"""A drawing in a page: one image with its words, and nothing that the policy refuses."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from banding.report.svg import inline

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="marks" width="9" height="9" viewBox="0 0 9 9">'
    '<g fill="none" stroke-miterlimit="10" transform="translate(0,0)"><g role="graphics-object">{}</g></g>'
    "</svg>"
)


def drawn(within: str) -> ElementTree.Element:
    return ElementTree.fromstring(inline(DRAWING.format(within), "name", 'A "title" <b>', "About it & more"))


def test_it_is_one_image_with_a_title_and_a_description() -> None:
    image = drawn('<path d="M0,0h1" fill="#000"/>')
    assert image.attrib == {"viewBox": "0 0 9 9", "role": "img", "aria-labelledby": "name-title name-about"}
    title, about = image[:2]
    assert (title.tag, title.attrib, title.text) == ("title", {"id": "name-title"}, 'A "title" <b>')
    assert (about.tag, about.attrib, about.text) == ("desc", {"id": "name-about"}, "About it & more")


def test_what_paints_stays_and_what_the_renderer_says_goes() -> None:
    within = (
        '<path class="background" d="M0,0h9"/><path d="M0.123456,-0.001h-1.5" stroke="#111" pointer-events="none" '
        'opacity="1" aria-hidden="true"/><g transform="translate(33.33333333,0)"><text fill="#000" font-family="Lato" '
        'font-size="13px">a &lt; b</text></g><path d="M0" fill="#000" display="none"/><g class="empty"></g>'
        '<text fill="#000"></text>'
    )
    _, _, group = drawn(within)
    assert group.attrib == {"fill": "none"}
    line, moved = group
    assert line.attrib == {"d": "M0.12,0h-1.5", "stroke": "#111"}
    assert moved.attrib == {"transform": "translate(33.33,0)"}
    assert [(moved[0].attrib, moved[0].text)] == [({"fill": "#000", "font-size": "13px"}, "a < b")]


@pytest.mark.parametrize(
    "within",
    [
        '<path d="M0" style="fill: red"/>',
        '<path d="M0" fill="url(#gradient)"/>',
        '<image href="data:,"/>',
        "<style>text { fill: red }</style>",
        "<script>alert(1)</script>",
    ],
)
def test_what_would_be_lost_or_refused_fails(within: str) -> None:
    with pytest.raises(AssertionError, match="cannot stand in a page"):
        drawn(within)
