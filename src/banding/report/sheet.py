"""One child's sheet as an HTML page: what the text says, no network, no script, nothing beside it."""

from __future__ import annotations

from dataclasses import dataclass

from banding.explanation.page import Block, Page
from banding.report.house import written

ONE_CHILD = "One child's record: keep it in the child's file. Do not share it."


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading; `heading` is None above the first."""

    heading: str | None
    blocks: tuple[Block, ...]


def sheet_of(page: Page) -> str:
    """The page of an explanation as HTML in British English; blocks in their order."""
    title = next(block.text for block in page.blocks if block.kind == "title")
    lines = [block.text for block in page.blocks if block.kind == "line"]
    notes = [block.text for block in page.blocks if block.kind == "note"]
    return written("sheet.html.j2", title=title, lines=lines, parts=_parts(page), notes=notes, warning=ONE_CHILD)


def _parts(page: Page) -> list[Part]:
    found: list[tuple[str | None, list[Block]]] = [(None, [])]
    for block in page.blocks:
        if block.kind == "head":
            found.append((block.text, []))
        elif block.kind in ("say", "point"):
            found[-1][1].append(block)
    return [Part(heading, tuple(blocks)) for heading, blocks in found if heading is not None or blocks]
