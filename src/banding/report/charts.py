"""Charts of a summary's tables: which tables have one, what it shows, and how it reads to somebody who cannot see it.

A chart of many settings is a panel for each, so that a wide page has two beside each other and a narrow one stacks
them. What a chart shows stands in the table that it is made of; a cell under disclosure control shows its symbol.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from banding.explanation.words import listed
from banding.report import drawing
from banding.report.svg import inline
from banding.review.model import ALL, Table

NOT_KNOWN = "Not known"
_MOST = 3
_NAMED = 6
_IN_TABLE = "Every number is in the table."

Rows = Sequence[int]
# Of the rows of each panel: its drawings, in order.
Draw = Callable[[Sequence[Rows]], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing: its heading in the page, and its SVG, which has a title and a description of its own."""

    heading: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Chart:
    """
    title    what it shows.
    finding  what it shows most of all, from its own cells, a whole sentence.
    reads    how to read it, whole sentences.
    panels   empty where nothing can be drawn.
    missing  what could not be drawn and why, a whole sentence; empty where all could.
    """

    title: str
    finding: str
    reads: str
    panels: tuple[Panel, ...]
    missing: str = ""


def chart_of(table: Table) -> Chart | None:
    """The chart that is made of a table, told by its id; None where the table alone says it.

    need_against_cost  three keys: setting, need and cost in bins; children.
    bands              setting, band; children.
    funnel             a key, size, ratio and the limits at that size: low_95, high_95, low_998, high_998.
    """
    draw = _CHARTS.get(table.id)
    return None if draw is None else draw(table)


# -- a panel for every setting ----------------------------------------------------------------------------------------


def _need_against_cost(table: Table) -> Chart:
    _, need, cost = table.keys
    needs, costs = ordered(table.frame[need]), ordered(table.frame[cost])
    across, up = table.column(need).label, table.column(cost).label

    def circle(row: int) -> drawing.Circle:
        place = needs.index(table.frame[need][row]), costs.index(table.frame[cost][row])
        return drawing.Circle(*place, _children(table, row), _in_place(table, row))

    def draw(panels: Sequence[Rows]) -> Iterator[str]:
        marks = [[circle(row) for row in rows if _children(table, row) or _in_place(table, row)] for rows in panels]
        return drawing.circles(marks, needs, costs, (across, up))

    def words(rows: Rows) -> str:
        most = sorted(rows, key=lambda row: -_children(table, row))[:_MOST]
        said = (
            f"{across} {_cell(table, row, need)}, {up} {_cell(table, row, cost)}: {_cell(table, row)}"
            for row in most
            if _children(table, row)
        )
        return f"Most children: {'; '.join(said)}."

    reads = (
        f"Across: {across}, least on the left. Up: {up}, most at the top. The larger a circle, the more children; "
        "sizes compare within one setting. A letter in place of a circle is the symbol in the table. "
        "Costs above and below all of a setting's are left out."
    )
    return _panels(table, "Need and cost, setting by setting", _spread(table, costs), reads, draw, words)


def _spread(table: Table, costs: Sequence[str]) -> str:
    """Where costs lie furthest apart at one need in one setting, as far as numbers are shown."""
    setting, need, cost = table.keys
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in parts(table):
        where, needed, paid = (table.frame[key][row] for key in table.keys)
        if NOT_KNOWN not in (needed, paid) and _children(table, row):
            places.setdefault((where, needed), []).append((costs.index(paid), row))
    ends = [(min(found), max(found)) for found in places.values()]
    if not any(low[0] < high[0] for low, high in ends):
        return "In no setting is one need shown at more than one cost."
    (_, low), (_, high) = max(ends, key=lambda one: one[1][0] - one[0][0])
    return (
        f"At one need costs lie furthest apart in {_cell(table, low, setting)}: {table.column(need).label} "
        f"{_cell(table, low, need)}, from {_cell(table, low, cost)} ({_counted(table, low)}) to "
        f"{_cell(table, high, cost)} ({_counted(table, high)})."
    )


def _bands(table: Table) -> Chart:
    bands = ordered(table.frame["band"])

    def bar(row: int) -> drawing.Bar:
        return drawing.Bar(bands.index(table.frame["band"][row]), _children(table, row), _cell(table, row))

    def draw(panels: Sequence[Rows]) -> Iterator[str]:
        return drawing.bars([[bar(row) for row in rows] for rows in panels], bands)

    def words(rows: Rows) -> str:
        said = (f"{_cell(table, row, 'band')}: {_cell(table, row)}" for row in rows)
        return f"Children by band: {'; '.join(said)}."

    most = max(parts(table), key=lambda row: _children(table, row), default=None)
    finding = "No number of it is shown."
    if most is not None and _children(table, most):
        finding = (
            f"The largest group: {_counted(table, most)} in {_cell(table, most, 'setting')}, "
            f"band {_cell(table, most, 'band')}."
        )
    reads = "The longer a bar, the more children; lengths compare within one setting. A band without a number has none."
    return _panels(table, "Bands of care, setting by setting", finding, reads, draw, words)


def _panels(table: Table, title: str, finding: str, reads: str, draw: Draw, words: Callable[[Rows], str]) -> Chart:
    rows: dict[str, list[int]] = {}
    for row in parts(table):
        rows.setdefault(table.frame["setting"][row], []).append(row)
    shown = {setting: mine for setting, mine in rows.items() if any(_children(table, row) for row in mine)}
    drawings = draw(list(shown.values())) if shown else ()
    panels = []
    for number, ((setting, mine), svg) in enumerate(zip(shown.items(), drawings, strict=True)):
        about = f"{words(mine)} {_IN_TABLE}"
        panels.append(Panel(setting, inline(svg, f"chart-{table.id}-{number}", f"{title}: {setting}", about)))
    hidden = [setting for setting in rows if setting not in shown]
    return Chart(title, finding, reads, tuple(panels), _not_drawn(hidden, len(rows)))


# -- groups at equal need ---------------------------------------------------------------------------------------------


def _funnel(table: Table) -> Chart:
    (key,) = table.keys
    groups, hidden = [], []
    for row in parts(table):
        name, *figures = (table.frame[column][row] for column in (key, *_FUNNEL))
        if None in figures:
            hidden.append(name)
        else:
            groups.append((row, drawing.Group(name, *figures)))
    title = "Cost at equal need"
    across, up = table.column("size").label, table.column("ratio").label
    reads = (
        f"Across: {across}. Up: {up}; at 1 a group costs what its children's needs lead one to expect. By chance alone "
        "19 in 20 lie between the inner lines and 499 in 500 between the outer ones (open circles); one beyond the "
        "inner lines is a filled diamond, named where there is room. It shows where to ask, and ranks nobody."
    )
    missing = _not_drawn(hidden, len(hidden) + len(groups))
    if not groups:
        return Chart(title, "No group can be compared.", reads, (), missing)
    outside = [(row, group.name) for row, group in groups if group.outside]
    finding = "No group lies outside the 95% limits."
    if outside:
        names = listed([name for _, name in outside])
        finding = f"Outside the 95% limits: {names}."
        if len(outside) > _NAMED:
            finding = "Several groups lie outside the 95% limits; the table names them."
    said = "; ".join(f"{name} {_cell(table, row, 'ratio')}" for row, name in outside)
    about = f"{up} outside the 95% limits: {said}. {_IN_TABLE}" if said else f"{finding} {_IN_TABLE}"
    svg = drawing.funnel([group for _, group in groups], (across, up))
    return Chart(title, finding, reads, (Panel("", inline(svg, f"chart-{table.id}-0", title, about)),), missing)


_FUNNEL = ("size", "ratio", "low_95", "high_95", "low_998", "high_998")
_CHARTS = {"need_against_cost": _need_against_cost, "bands": _bands, "funnel": _funnel}


# -- cells ------------------------------------------------------------------------------------------------------------


def ordered(keys: pl.Series) -> list[str]:
    """The categories of a column without ALL: in the order of an Enum, else by the first number in each."""
    found = keys.unique(maintain_order=True).drop_nulls()
    if isinstance(keys.dtype, pl.Enum):
        return [name for name in keys.dtype.categories if name in set(found) and name != ALL]
    return sorted((name for name in found if name != ALL), key=_by_number)


def _by_number(text: str) -> tuple[float, bool]:
    """The first number of a text, where there is one, and "under £500" before "£500 to £999"."""
    number = re.search(r"\d[\d,]*", text)
    return (float("inf") if number is None else float(number[0].replace(",", "")), not text[:1].isalpha())


def _children(table: Table, row: int) -> int:
    """The children of a row, 0 where their number is not shown."""
    return int(table.frame["children"][row] or 0)


def _in_place(table: Table, row: int) -> str:
    """What stands in place of a row's children; empty where their number is shown."""
    return "" if table.frame["children"][row] is not None else _cell(table, row).strip("[]")


def _cell(table: Table, row: int, column: str = "children") -> str:
    return table.written(row, column)


def _counted(table: Table, row: int) -> str:
    return f"{_cell(table, row)} {'child' if table.frame['children'][row] == 1 else 'children'}"


def parts(table: Table) -> list[int]:
    """The rows that are no total."""
    keys = [table.frame[key] for key in table.keys]
    return [row for row in range(table.frame.height) if all(key[row] != ALL for key in keys)]


def _not_drawn(names: Sequence[str], of: int) -> str:
    if not names:
        return ""
    which = listed(names) if len(names) <= _NAMED else f"{len(names)} of {of}"
    return f"Not drawn, since they have no number to draw: {which}."
