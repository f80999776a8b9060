"""The drawings themselves, by altair and vl-convert: still, narrow enough for a telephone, meaning never by colour.

Sizes and margins are fixed, and words are marks like any other, cut by their letters: the fonts of a machine move
nothing. A category is placed by its number, so that two that are cut to the same words stay two. Panels of one chart
differ in nothing but their numbers: altair, which takes four times as long as the renderer, states the chart once.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import vl_convert

WIDTH = 320
# Their contrast with white is 19, 5.2 and 7 to 1; LINE is for what nobody needs to see.
INK, BLUE, GREY, LINE = "#0b0c0c", "#1d70b8", "#505a5f", "#d3d6d8"
_SIZE = 13
_LETTER = 7.0  # the width to count for a letter: a little over the mean of a sans-serif of that size
_EDGE = 8
_ROW = 22
_LONGEST = 24
_PANEL, _LINES = "panel", "lines"  # the data that differ from panel to panel
Box = tuple[float, float, float, float]  # left, top, right, bottom
_HALO: dict[str, Any] = {"stroke": "#fff", "strokeWidth": 3}  # behind letters that a line may cross


@dataclass(frozen=True, slots=True)
class Circle:
    """Children where two categories meet, each by its place; `symbol` is what stands in place of their number."""

    x: int
    y: int
    children: int
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """The children of a category by its place, and how their number is written."""

    y: int
    children: int
    written: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a funnel: its size, its ratio, and the 95% and 99.8% limits of that at its size."""

    name: str
    size: float
    ratio: float
    low: float
    high: float
    lowest: float
    highest: float

    @property
    def outside(self) -> bool:
        return not self.low <= self.ratio <= self.high


def circles(
    panels: Iterable[Sequence[Circle]], across: Sequence[str], up: Sequence[str], titles: tuple[str, str]
) -> Iterator[str]:
    """SVG for each panel: circles on a grid of categories, the area of each by its children.

    titles  of what is across and of what is up.

    A panel has only the lines between its own lowest and highest, so that what nobody has takes no room.
    """
    columns, lines = [short(name) for name in across], [short(name) for name in up]
    left = max(map(len, lines)) * _LETTER + 2 * _EDGE
    step = (WIDTH - left - _EDGE) / len(columns)
    longest = max(map(len, columns)) * _LETTER
    slanted = longest > step
    below = (longest * 0.71 if slanted else _SIZE) + _EDGE
    places = list(range(len(columns)))
    scale = alt.Scale(domain=[-0.5, len(columns) - 0.5], nice=False, zero=False)
    x = alt.X("x:Q", title=None, scale=scale, axis=_axis(values=[place + 0.5 for place in places], labels=False))
    # The lines of the grid run between categories, none through a letter.
    rows = _axis(bandPosition=0, labels=False)
    y = alt.Y("y:O", title=None, sort="descending", scale=alt.Scale(type="band", padding=0), axis=rows)
    area = alt.Scale(nice=False, range=[0, (min(step, _ROW) - 2) ** 2])
    marks = alt.Chart(alt.NamedData(_PANEL)).encode(x=x, y=y)
    turned: dict[str, Any] = {"align": "right", "angle": 315} if slanted else {}
    under = _words(_data({"x": place, "name": columns[place]} for place in places), **turned)
    layers = [
        marks.mark_circle(color=BLUE, opacity=1).encode(size=alt.Size("children:Q", legend=None, scale=area)),
        _words(marks, fontWeight="bold").encode(text="symbol:N"),
        _words(alt.Chart(alt.NamedData(_LINES)), align="right").encode(x=alt.value(-_EDGE), y=y),
        under.encode(x=x, y=_beneath(_SIZE)),
        *_titles(titles, left, _beneath(below + _SIZE)),
    ]
    spec = _spec(layers, alt.Step(_ROW), left=left, bottom=below + 2 * _SIZE, frame=LINE)
    for panel in panels:
        own = range(min(circle.y for circle in panel), max(circle.y for circle in panel) + 1)
        yield _svg(spec, {_PANEL: map(asdict, panel), _LINES: ({"y": place, "name": lines[place]} for place in own)})


def bars(panels: Iterable[Sequence[Bar]], names: Sequence[str]) -> Iterator[str]:
    """SVG for each panel: under the name of each category a bar, its number written at its end."""
    marks = alt.Chart(alt.NamedData(_PANEL)).encode(y=alt.Y("y:O", title=None, axis=None))
    x = alt.X("children:Q", axis=None, scale=alt.Scale(nice=False))
    above = _words(_data({"y": n, "name": short(name, 40)} for n, name in enumerate(names)), align="left", dy=-8)
    layers = [
        above.encode(x=alt.value(0), y=alt.Y("y:O", axis=None)),
        marks.mark_bar(color=BLUE, height=10, yOffset=7).encode(x=x),
        _words(marks, align="left", dx=5, dy=7, fontWeight="bold").encode(x=x, text="written:N"),
    ]
    spec = _spec(layers, 36 * len(names), top=0, right=60)
    return (_svg(spec, {_PANEL: map(asdict, panel)}) for panel in panels)


def funnel(groups: Sequence[Group], titles: tuple[str, str]) -> str:
    """SVG: groups by size and ratio, lines for the limits; those outside are filled, and named where there is room."""
    left, width, height = 44, WIDTH - 44 - _EDGE, 260
    few, many = min(group.size for group in groups) / 1.3, max(group.size for group in groups) * 1.3
    edges = [edge for group in groups for edge in (1.0, group.ratio, group.lowest, group.highest)]
    margin = (max(edges) - min(edges)) / 12
    low, high = min(edges) - margin, max(edges) + margin
    rounds = [step * 10**power for power in range(8) for step in (1, 2, 5)]
    ticks = [number for number in rounds if few <= number <= many]
    x = alt.X("size:Q", scale=alt.Scale(type="log", domain=[few, many], nice=False), axis=_axis(values=ticks))
    upright = alt.Scale(domain=[low, high], zero=False, nice=False)

    def up(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=None, scale=upright, axis=_axis(tickCount=5))

    def pixels(size: float, ratio: float) -> tuple[float, float]:
        return math.log(size / few) / math.log(many / few) * width, (high - ratio) / (high - low) * height

    ordered = sorted(groups, key=lambda group: group.size)
    limits = _data(map(asdict, ordered))
    inside, outside = ([group for group in ordered if group.outside is beyond] for beyond in (False, True))
    room = Room(width, height, [pixels(group.size, group.ratio) for group in groups])
    named = []
    for limit, side in (("99.8%", "highest"), ("95%", "high")):
        ends = (room.beside(limit, *pixels(group.size, getattr(group, side))) for group in (ordered[0], ordered[-1]))
        named.append(next(filter(None, ends), None))
    # The larger a group, the more its place says: it is named first.
    for group in reversed(outside):
        named.append(room.beside(short(group.name), *pixels(group.size, group.ratio)))
    across = alt.X("x:Q", title=None, axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    down = alt.Y("y:Q", title=None, axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    marks = alt.layer(
        _data([{"one": 1}]).mark_rule(color=INK).encode(y=up("one")),
        *(
            limits.mark_line(color=GREY, strokeDash=dash).encode(x=x, y=up(side))
            for dash, sides in (([4, 3], ("low", "high")), ([1, 3], ("lowest", "highest")))
            for side in sides
        ),
        _data(map(asdict, inside))
        .mark_point(shape="circle", color=BLUE, size=40, opacity=1)
        .encode(x=x, y=up("ratio")),
        _data(map(asdict, outside))
        .mark_point(shape="diamond", color=INK, filled=True, size=80, opacity=1)
        .encode(x=x, y=up("ratio")),
    )
    names = _words(_data(filter(None, named)), align="left", **_HALO).encode(x=across, y=down)
    written = alt.layer(names, *_titles(titles, left, _beneath(3 * _SIZE)))
    spec = _spec([marks, written], height, left=left, bottom=4 * _SIZE, apart=True)
    return _svg(spec, {})


class Room:
    """Where words still fit in a drawing of points, in pixels from its left and top."""

    def __init__(self, width: float, height: float, points: Iterable[tuple[float, float]]) -> None:
        self.width, self.height = width, height
        self.taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]

    def beside(self, name: str, x: float, y: float) -> dict[str, object] | None:
        """Words beside, above or below a point: where they begin, and their middle; None where there is no room."""
        wide = len(name) * _LETTER
        for begins, middle in ((x + 8, y), (x - 8 - wide, y), (x - wide / 2, y - 14), (x - wide / 2, y + 14)):
            box = (begins, middle - 7, begins + wide, middle + 7)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= self.width and box[3] <= self.height
            if inside and not any(_overlap(box, other) for other in self.taken):
                self.taken.append(box)
                return {"name": name, "x": begins, "y": middle}
        return None


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def short(text: str, longest: int = _LONGEST) -> str:
    """A label that fits: cut by its letters; whatever has no form on paper is a space."""
    plain = " ".join("".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in text).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"


def _data(rows: Iterable[Mapping[str, object]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


def _words(chart: alt.Chart, **mark: Any) -> alt.Chart:
    """Words of the column `name` as marks."""
    marks: alt.Chart = chart.mark_text(color=INK, fontSize=_SIZE, baseline="middle", **mark)
    return marks.encode(text="name:N")


def _titles(titles: tuple[str, str], left: float, below: Any) -> list[alt.Chart]:
    """What is across, under the middle; what is up, above the labels, where it can be read without turning."""
    across, up = (_data([{"name": short(title, 44)}]) for title in titles)
    middle = (WIDTH - left - _EDGE) / 2
    return [
        _words(across, fontWeight="bold").encode(x=alt.value(middle), y=below),
        _words(up, fontWeight="bold", align="left").encode(x=alt.value(-left), y=alt.value(-14)),
    ]


def _beneath(pixels: float) -> Any:
    return alt.value(alt.expr(f"height + {pixels}"))


def _axis(**options: Any) -> alt.Axis:
    looks: dict[str, Any] = {"domain": False, "ticks": False, "grid": True, "gridColor": LINE}
    letters: dict[str, Any] = {"labelColor": INK, "labelFontSize": _SIZE, "labelPadding": _EDGE, "labelOverlap": False}
    return alt.Axis(title=None, **looks, **letters, **options)


def _spec(
    layers: Sequence[alt.Chart | alt.LayerChart | alt.FacetChart],
    height: float | alt.Step,
    *,
    left: float = 0,
    top: int = 26,
    right: int = _EDGE,
    bottom: float = 0,
    frame: str = "transparent",
    apart: bool = False,
) -> dict[str, Any]:
    """The chart of some layers; `apart` where each has scales of its own."""
    around = {"left": left, "right": right, "top": top, "bottom": bottom}
    sized = alt.layer(*layers).properties(width=WIDTH - left - right, height=height, padding=around, autosize="none")
    if apart:
        sized = sized.resolve_scale(x="independent", y="independent")
    spec: dict[str, Any] = (
        sized.properties(background="transparent").configure(aria=False).configure_view(stroke=frame).to_dict()
    )
    return spec


def _svg(spec: Mapping[str, Any], rows: Mapping[str, Iterable[Mapping[str, object]]]) -> str:
    datasets = {**spec["datasets"], **{name: list(each) for name, each in rows.items()}}
    return vl_convert.vegalite_to_svg({**spec, "datasets": datasets}, allowed_base_urls=[])
