"""A drawing as vl-convert gives it, made fit to stand in a page among others.

It stays inline, where print, zoom and the reader's own colours reach its text and lines; a data: image would be out of
their reach, and would need `img-src data:`. The strict policy refuses style attributes, so none is left, nor any class,
role or label of the renderer's: the drawing is one image with one title and one description, in the page's typeface.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from markupsafe import Markup

_KEPT = {"d", "fill", "font-size", "font-weight", "opacity", "stroke", "stroke-dasharray", "stroke-width"}
_KEPT |= {"text-anchor", "transform", "x", "x1", "x2", "y", "y1", "y2"}
_FRACTION = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_PAINTED = {"path", "line", "rect", "text"}


def inline(drawing: str, name: str, title: str, description: str) -> Markup:
    """The drawing as one image with a title and a description.

    drawing  SVG as vl-convert writes it.
    name     unique in the page: the ids within begin with it.

    Raises AssertionError where the drawing needs what would be lost: a style, a reference by id, an embedded image.
    """
    root = ElementTree.fromstring(drawing)
    attributes = {"viewBox": root.get("viewBox", ""), "role": "img", "aria-labelledby": f"{name}-title {name}-about"}
    image = ElementTree.Element("svg", attributes)
    ElementTree.SubElement(image, "title", {"id": f"{name}-title"}).text = title
    ElementTree.SubElement(image, "desc", {"id": f"{name}-about"}).text = description
    image.extend(list(_visible(root)))
    return Markup(ElementTree.tostring(image, encoding="unicode"))


def _visible(parent: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The children that paint something, stripped; a group that says nothing gives its own children."""
    for child in parent:
        tag = child.tag.rpartition("}")[2]
        if "style" in child.attrib or tag not in {"g", *_PAINTED} or "url(" in "".join(child.attrib.values()):
            raise AssertionError(f"a drawing holds what cannot stand in a page: {tag}")
        kept = {
            key: _FRACTION.sub(_rounded, value)
            for key, value in child.attrib.items()
            if key in _KEPT and (key, value) not in {("opacity", "1"), ("transform", "translate(0,0)")}
        }
        if tag == "g":
            within = list(_visible(child))
            if within and kept:
                group = ElementTree.Element("g", kept)
                group.extend(within)
                yield group
            else:
                yield from within
        elif {"fill", "stroke"} & kept.keys() and child.get("display") != "none" and (tag != "text" or child.text):
            painted = ElementTree.Element(tag, kept)
            painted.text = child.text
            yield painted


def _rounded(number: re.Match[str]) -> str:
    """Two decimals: a hundredth of a pixel is not seen, and the last digits could differ between machines."""
    short = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short
