"""What the core language makes of a value: whole numbers at a decimal scale, truths perhaps undecided, quotients."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from banding.pack.cells import EXACT
from banding.pack.core import Node


@dataclass(frozen=True, slots=True)
class Number:
    """node / 10^scale, where `known` is 1. Money is pounds, so pence are scale 2."""

    node: Node
    scale: int
    known: Node


@dataclass(frozen=True, slots=True)
class Truth:
    """surely is 1 where it holds, possibly is 1 where it holds or is unknown."""

    surely: Node
    possibly: Node


Value = Number | Truth


@dataclass(frozen=True, slots=True)
class Ratio:
    """node / (10^scale x divisor), where `known` is 1; the divisor is at least 1."""

    node: Node
    scale: int
    divisor: Node
    known: Node


def scaled(value: Decimal) -> tuple[int, int]:
    """A decimal as (whole number, scale): 1.50 is (15, 1)."""
    scale = max(0, -int(value.normalize(EXACT).as_tuple().exponent))
    return whole(value, scale), scale


def whole(value: Decimal, scale: int) -> int:
    """A decimal x 10^scale, where that is a whole number."""
    return int(value.scaleb(scale, EXACT))
