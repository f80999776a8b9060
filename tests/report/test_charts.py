"""Charts: what is drawn of a table, what is said of it, and what is not drawn."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import polars as pl
import pytest

from banding.report.charts import Chart, chart_of, ordered
from banding.review.model import ALL, Table
from tests.report import summaries
from tests.report.summaries import FOSTER, HOME


def chart(table: Table) -> Chart:
    found = chart_of(table)
    assert found is not None
    return found


def written(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter("text")]


def about(svg: str) -> str:
    return ElementTree.fromstring(svg).findtext("desc") or ""


def test_a_table_that_says_it_itself_has_no_chart() -> None:
    assert chart_of(summaries.money_table()) is None


def test_bands_have_a_panel_a_setting_with_every_number() -> None:
    rows = [
        (FOSTER, "1 Everyday care", 40),
        (FOSTER, "2 Everyday care with help", None),
        (HOME, "1 Everyday care", 0),
        (HOME, "2 Everyday care with help", 12),
        (HOME, ALL, 12),
        (ALL, "1 Everyday care", 43),
        (ALL, ALL, 55),
    ]
    found = chart(summaries.bands_table(rows, [None, "c", None, None, None, None, None]))
    assert found.finding == f"The largest group: 40 children in {FOSTER}, band 1 Everyday care."
    assert [panel.heading for panel in found.panels] == [FOSTER, HOME]
    assert [word for word in written(found.panels[0].svg) if not word[0].isdigit()] == ["[c]"]
    assert {"40", "1 Everyday care", "2 Everyday care with help"} < set(written(found.panels[0].svg))
    assert {"0", "12"} < set(written(found.panels[1].svg))
    said = "Children by band: 1 Everyday care: 40; 2 Everyday care with help: [c]. Every number is in the table."
    assert about(found.panels[0].svg) == said


def test_bars_are_as_long_as_children_are_many() -> None:
    found = chart(summaries.bands_table([(FOSTER, "1 A", 10), (FOSTER, "2 B", 40)]))
    lengths = [float(length) for length in re.findall(r'd="M0,\d+h([\d.]+)v10', found.panels[0].svg)]
    assert lengths == pytest.approx([65, 260])
    assert found.finding == f"The largest group: 40 children in {FOSTER}, band 2 B."


def test_need_and_cost_meet_in_circles_by_setting() -> None:
    rows = [
        (FOSTER, "Under 4 points", "£0 to under £500", 36),
        (FOSTER, "4 to under 12 points", "£0 to under £500", 9),
        (FOSTER, "4 to under 12 points", "£1,000 to under £1,500", 16),
        (FOSTER, "4 to under 12 points", "£500 to under £1,000", 2),
        (HOME, "4 to under 12 points", "£500 to under £1,000", 7),
    ]
    found = chart(summaries.costs_table(rows))
    assert found.finding == (
        f"At one need costs lie furthest apart in {FOSTER}: Need score 4 to under 12 points, from £0 to under £500 "
        "(9 children) to £1,000 to under £1,500 (16 children)."
    )
    foster, home = found.panels
    # Radii go by the root of the children, and what is suppressed shows its symbol.
    radii = [float(radius) for radius in re.findall(r'd="M([\d.]+),0A', foster.svg)]
    assert sorted(radii) == pytest.approx([10, 10 * 4 / 6, 10 * 3 / 6][::-1], abs=0.01)
    assert "c" in written(foster.svg)
    assert about(foster.svg).startswith("Most children: Need score Under 4 points, Care cost, pounds a week £0 to ")
    # A panel has the lines of its own costs alone.
    assert [word for word in written(foster.svg) if word[0] == "£"] == [
        "£0 to under £500",
        "£500 to under £1,000",
        "£1,000 to under £1,500",
    ]
    assert [word for word in written(home.svg) if word[0] == "£"] == ["£500 to under £1,000"]


def test_circles_stand_where_need_and_cost_meet() -> None:
    needs, costs = ("Under 4", "4 to 11"), ("£0 to £499", "£500 to £999")
    rows = [(FOSTER, need, cost, 20) for need in needs for cost in costs if (need, cost) != (needs[0], costs[1])]
    (panel,) = chart(summaries.costs_table(rows)).panels
    places = re.findall(r'<path transform="translate\(([\d.]+),([\d.]+)\)" d="M', panel.svg)
    across, up = ([float(place[axis]) for place in places] for axis in (0, 1))
    assert across[0] < across[1] == across[2]
    assert up[0] == up[1] > up[2]


def test_one_cost_at_every_need_is_said_so() -> None:
    rows = [(FOSTER, "0 to 3", "£0 to £499", 9), (HOME, "0 to 3", "£500 and over", 9)]
    assert chart(summaries.costs_table(rows)).finding == "In no setting is one need shown at more than one cost."


def test_one_child_is_a_child() -> None:
    assert chart(summaries.bands_table([(FOSTER, "1 A", 1)])).finding.startswith("The largest group: 1 child in")


def test_a_funnel_names_whoever_is_outside_and_ranks_nobody() -> None:
    # The first is between the 95% and the 99.8% limits.
    rows = [("a-01", 40, 1.25), ("a-02", 10, 0.9), ("a-03", 100, 0.8), ("a-04", 12, None)]
    found = chart(summaries.groups_table(rows))
    assert found.finding == "Outside the 95% limits: a-01 and a-03."
    assert found.missing == "Not drawn, since they have no number to draw: a-04."
    (panel,) = found.panels
    names = [word for word in written(panel.svg) if word.startswith("a-")]
    assert sorted(names) == ["a-01", "a-03"]
    assert {"95%", "99.8%"} < set(written(panel.svg))
    assert about(panel.svg).startswith("Actual over expected outside the 95% limits: a-01 1.25; a-03 0.80.")


def test_a_funnel_says_where_nobody_or_many_are_outside() -> None:
    inside = chart(summaries.groups_table([("a-01", 40, 1.0), (ALL, 40, 1.0)]))
    assert inside.finding == "No group lies outside the 95% limits."
    assert about(inside.panels[0].svg).startswith(inside.finding)
    many = chart(summaries.groups_table([(f"a-{number}", 40, 2.0) for number in range(7)]))
    assert many.finding == "Several groups lie outside the 95% limits; the table names them."


@pytest.mark.parametrize(
    "table",
    [
        summaries.bands_table([]),
        summaries.bands_table([(FOSTER, "1 A", None)], ["c"]),
        summaries.costs_table([]),
        summaries.costs_table([(FOSTER, "0", "0", 3)]),
        summaries.groups_table([]),
        summaries.groups_table([("a-01", 4, None)]),
    ],
)
def test_nothing_to_show_is_no_crash_and_no_silence(table: Table) -> None:
    found = chart(table)
    assert found.panels == ()
    assert found.finding.endswith(".")
    assert ("Not drawn" in found.missing) is bool(table.frame.height)


def test_many_that_are_not_drawn_are_counted() -> None:
    rows = [(f"Setting {number}", "1 A", None if number else 40) for number in range(8)]
    found = chart(summaries.bands_table(rows, [None, *["c"] * 7]))
    assert found.missing == "Not drawn, since they have no number to draw: 7 of 8."


def test_categories_are_in_the_order_of_their_numbers_or_of_their_enum() -> None:
    names = ["£1,000 and over", "£500 to under £1,000", "Under £500", "Not known", ALL]
    assert ordered(pl.Series(names)) == ["Under £500", "£500 to under £1,000", "£1,000 and over", "Not known"]
    levels = pl.Enum(["below", "within", "above", ALL])
    assert ordered(pl.Series(["above", ALL, "below"], dtype=levels)) == ["below", "above"]
