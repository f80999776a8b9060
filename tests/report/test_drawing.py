"""The drawings: within their frame, and labels that stay apart and printable."""

from __future__ import annotations

import re

import pytest

from banding.report import drawing
from banding.report.drawing import Bar, Circle, Group, Room


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Foster care", "Foster care"),
        ("a\x0bb\u202ec\nd", "a b c d"),
        ("x" * 25, "x" * 23 + "…"),
        ("x" * 24, "x" * 24),
        ("word " * 9, "word word word word wor…"),
        ("", ""),
    ],
)
def test_a_label_is_short_and_printable(text: str, label: str) -> None:
    assert drawing.short(text) == label


def test_categories_that_are_cut_to_the_same_words_stay_apart() -> None:
    names = [f"{'a long name ' * 4}{number}" for number in range(2)]
    (svg,) = drawing.circles([[Circle(0, 0, 5), Circle(1, 1, 5)]], names, names, ("Need", "Cost"))
    places = re.findall(r'<path transform="translate\(([\d.]+),([\d.]+)\)" d="M[1-9]', svg)
    assert len(set(places)) == 2


def test_a_panel_is_as_tall_as_its_lines_and_as_wide_as_a_telephone() -> None:
    up = [str(number) for number in range(9)]
    drawn = drawing.circles([[Circle(0, 2, 5)], [Circle(0, 2, 5), Circle(0, 4, 5)]], ["0"], up, ("Need", "Cost"))
    sizes = [[float(size) for size in re.findall(r'(?:width|height)="([\d.]+)"', svg[:200])] for svg in drawn]
    assert [width for width, _ in sizes] == [320, 320]
    assert sizes[1][1] - sizes[0][1] == 2 * 22
    (bars,) = drawing.bars([[Bar(0, 3, "3")]], ["a", "b"])
    assert 'width="320" height="72"' in bars


def test_limits_are_lines_through_the_sizes_in_order() -> None:
    groups = [
        Group(f"g{size}", size, 1, 1 - 1 / size, 1 + 1 / size, 1 - 2 / size, 1 + 2 / size) for size in (40, 10, 20)
    ]
    svg = drawing.funnel(groups, ("Size", "Ratio"))
    # What the lines are stands at the smallest group, where they lie furthest apart.
    for name in ("95%", "99.8%"):
        (across,) = re.findall(rf'translate\(([\d.]+),[\d.]+\)"[^>]*>{name}<', svg)
        assert float(across) < 60
    lines = re.findall(r'd="M([^"]+)" stroke="#505a5f"', svg)
    assert len(lines) == 4
    for line in lines:
        across = [float(point.split(",")[0]) for point in line.split("L")]
        assert across == sorted(across)
        assert len(across) == 3


def test_names_lie_on_no_point_and_on_no_other_name() -> None:
    room = Room(100, 50, [(20, 25), (32, 25)])
    # To the right is a point and to the left the edge; above there is room, then below, then nowhere.
    assert room.beside("abc", 20, 25) == {"name": "abc", "x": 9.5, "y": 11}
    assert room.beside("abd", 20, 25) == {"name": "abd", "x": 9.5, "y": 39}
    assert room.beside("abe", 20, 25) is None
    assert room.beside("a", 32, 25) == {"name": "a", "x": 40, "y": 25}
    assert Room(100, 50, []).beside("abc", 90, 25) == {"name": "abc", "x": 61, "y": 25}


def test_names_that_would_collide_are_left_to_the_table() -> None:
    groups = [Group(f"crowded-{number}", 20, 2 + number / 1000, 0.8, 1.2, 0.7, 1.3) for number in range(9)]
    svg = drawing.funnel([*groups, Group("alone", 90, 0.4, 0.9, 1.1, 0.8, 1.2)], ("Size", "Ratio"))
    assert ">alone<" in svg
    assert 1 <= svg.count(">crowded-") <= 4
