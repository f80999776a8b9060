"""A page of an explanation: headings, paragraphs and points, written once and shown as text or in HTML."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Literal

WIDTH = 80
Kind = Literal["title", "line", "head", "say", "point", "note"]


@dataclass(frozen=True, slots=True)
class Block:
    """
    kind   title and line stand at the top, head above what follows it, note at the end.
    depth  0, or how many points a point or paragraph is inside of.
    """

    kind: Kind
    text: str
    depth: int = 0


class Page:
    """Blocks, written one after another."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def title(self, text: str) -> None:
        self.blocks.append(Block("title", text))

    def line(self, text: str) -> None:
        self.blocks.append(Block("line", text))

    def head(self, text: str) -> None:
        self.blocks.append(Block("head", text))

    def say(self, text: str, *, depth: int = 0) -> None:
        self.blocks.append(Block("say", text, depth))

    def point(self, text: str, *, depth: int = 0) -> None:
        self.blocks.append(Block("point", text, depth))

    def note(self, text: str) -> None:
        self.blocks.append(Block("note", text))

    def text(self) -> str:
        """Lines of at most 80 columns."""
        lines: list[str] = []
        for block in self.blocks:
            if block.kind in ("head", "note"):
                lines.append("")
            if block.kind == "head":
                lines.append(block.text)
                continue
            indent = " " * (2 + 2 * block.depth if block.kind in ("say", "point") else 0)
            mark, hang = ("- ", "  ") if block.kind == "point" else ("", "")
            lines += textwrap.wrap(
                mark + block.text, WIDTH, initial_indent=indent, subsequent_indent=indent + hang, break_on_hyphens=False
            )
        return "\n".join(lines).lstrip("\n")
