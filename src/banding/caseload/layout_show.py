"""Layouts for people: the list of them, one as a table of 80 columns, and what can be read as a table in Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from banding.caseload.layout_model import BESIDE_FACTS, Layout, LayoutField
from banding.vocabulary import FACTS

WIDTH = 80
_WIDTHS, _GAP = (34, 22, 20), "  "
_FORMATS = {"json": "JSON", "csv": "a table"}


def listing(layouts: Sequence[Layout]) -> str:
    """Each layout's id, what it is of, its title and where it is published."""
    lines: list[str] = []
    for layout in layouts:
        lines.append(f"{layout.id}  ({_kind(layout)})")
        lines += _indented(layout.heading.title)
        lines += _indented(f"Source: {layout.heading.source}.")
    return "\n".join(lines)


def describe(layout: Layout) -> str:
    """One layout: what it is known by, its columns with what they hold and become, and its codes."""
    heading = layout.heading
    said = [f"{layout.id}: {heading.title}", f"Read from {_kind(layout)}. Source: {heading.source}."]
    said.append(f"Known by: {', '.join(heading.identified_by)}.")
    if heading.currency and heading.cost_period:
        said.append(f"Money is {layout.money}.")
    if heading.accrued is not None:
        which = f"from {heading.accrued.first} to {heading.accrued.last} or {heading.accrued.until}"
        said.append(f"A week's cost is made of it by the days {which}, without the last; cost_from and cost_to too.")
        said.append(f"Where the file does not say {heading.accrued.until}, --accrued-to does.")
    if heading.instrument:
        said.append(f"Its ratings are the items of {heading.instrument}; a pack's crosswalk makes the pack's of them.")
    if heading.not_read:
        said.append(f"Never read: {', '.join(heading.not_read)}.")
    lines = [line for part in said for line in textwrap.wrap(part, WIDTH)]
    lines += ["", *_row("Column" if not layout.is_json else "Path", "Holds", "Becomes"), "-" * WIDTH]
    for field in layout.fields:
        lines += _row(field.path, _holds(field, layout), _becomes(field, layout))
        for spelling in field.also:
            lines += _row(f"or {spelling}", "", "")
        if field.words:
            lines += _row(f"or with the words {', '.join(field.words)}", "", "")
    for name, codes in layout.codes.items():
        forms = [code + (f" ({', '.join(others)})" if others else "") for code, others in codes.items()]
        lines += ["", *textwrap.wrap(f"{name}: {'; '.join(forms)}", WIDTH, subsequent_indent="  ")]
    lines += _beside(layout)
    return "\n".join(lines)


def readable(layouts: Sequence[Layout]) -> str:
    """What can be read, as a table in Markdown: a row a layout."""
    lines = ["| Layout | What it is | Read from | What it gives |", "|---|---|---|---|"]
    for layout in layouts:
        lines.append(f"| `{layout.id}` | {layout.heading.title} | {_kind(layout)} | {_gives(layout)} |")
    return "\n".join(lines) + "\n"


def _kind(layout: Layout) -> str:
    form = _FORMATS[layout.heading.format]
    return form if layout.heading.instrument is None else f"{form}, or one workbook a child"


def _gives(layout: Layout) -> str:
    ours = [field.to for field in layout.fields if field.to] + [single.to for single in layout.singles]
    ours += [constant.to for constant in layout.constants]
    items = sum(layout.is_item(field) for field in layout.fields)
    ours += ["cost_from", "cost_to"] if layout.heading.accrued is not None else []
    facts = [name for name in ours if name in FACTS or name in BESIDE_FACTS]
    items += len(ours) - len(facts)
    of = f" of {layout.heading.instrument}" if layout.heading.instrument else ""
    said = [f"{items} items{of}"] if items else []
    return "; ".join([*said, ", ".join(f"`{name}`" for name in facts)])


def _holds(field: LayoutField, layout: Layout) -> str:
    kind = {
        "code": f"one of {field.codes}",
        "codes": f"list of {field.codes}",
        "truth": "true or false",
        "integer": "whole number",
        "date": field.format or "",
        "rating": f"0 to {layout.heading.top}" + (", N/A" if field.not_applicable else ""),
    }.get(field.type, field.type)
    if field.extension_of is not None:
        kind += f", opened by {field.extension_of}"
    if field.open:
        kind += ", or another"
    return kind + (", required" if field.required else "")


def _becomes(field: LayoutField, layout: Layout) -> str:
    if layout.is_item(field):
        return "item"
    if field.leaves_out:
        return f"leaves out rows of {', '.join(field.leaves_out)}"
    return field.to or "checked only"


def _beside(layout: Layout) -> Iterator[str]:
    for single in layout.singles:
        names = ", ".join(f"{path} ({name})" for name, path in single.among.items())
        yield from _paragraph(f"{single.to}: the only one that holds {single.code} among {names}.")
    for one in layout.refinements:
        told = ", ".join(f"{value} where it is {code}" for code, value in one.scale.items())
        yield from _paragraph(f"{one.to}, where {one.field} is one of {', '.join(one.codes)}: by {one.by}, {told}.")
    for constant in layout.constants:
        yield from _paragraph(f"{constant.to}: {constant.value}, wherever {constant.beside} is known.")
    for total in layout.sums:
        yield from _paragraph(f"{total.total} should be the sum of {', '.join(total.parts)}.")


def _paragraph(text: str) -> Iterator[str]:
    yield ""
    yield from textwrap.wrap(text, WIDTH, subsequent_indent="  ")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")


def _row(*cells: str) -> list[str]:
    """A row of the table, its cells wrapped to the widths of their columns."""
    wrapped = [_wrapped(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)]
    height = max(map(len, wrapped))
    filled = [cell + [""] * (height - len(cell)) for cell in wrapped]
    return [
        _GAP.join(part.ljust(width) for part, width in zip(parts, _WIDTHS, strict=True)).rstrip()
        for parts in zip(*filled, strict=True)
    ]


def _wrapped(cell: str, width: int) -> list[str]:
    """Lines of at most the width, broken after spaces and underscores, and inside a word only where it must be."""
    lines = [""]
    for piece in re.findall(r"[^\s_]*[\s_]?", cell):
        if len((lines[-1] + piece).rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece
    return [part for line in lines for part in textwrap.wrap(line, width)] or [""]
