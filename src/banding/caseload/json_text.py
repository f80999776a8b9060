"""JSON and JSON lines to one document, once it is sure that they are not deeper or longer than the limits allow."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from banding.caseload import placements_standard
from banding.caseload.limits import Limits
from banding.errors import CaseloadError, Finding

_STRINGS = re.compile(rb'"[^"]*+"?')
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ALL_BUT_SIGNS = bytes(set(range(256)) - set(b'[]{},"'))
_OPENING = b"[{"


def parse(content: bytes, file: str, limits: Limits) -> object:
    """One JSON document of UTF-8. Raises CaseloadError where it is not JSON or goes beyond the limits."""
    _check(content, file, limits)
    return placements_standard.parse(content.decode(), file)


def parse_lines(content: bytes, file: str, limits: Limits) -> list[object]:
    """JSON lines as a list of their documents; blank lines are none. Raises CaseloadError as `parse`."""
    if (lines := content.count(b"\n")) > limits.rows:
        raise limits.exceeded("rows", f"It has {lines:,} lines.", file)
    _check(content, file, limits)
    found: list[object] = []
    wrong: list[Finding] = []
    for number, line in enumerate(io.BytesIO(content), start=1):
        if not line.strip():
            continue
        try:
            found.append(placements_standard.parse(line.decode().rstrip("\n"), file))
        except CaseloadError as error:
            remedy = "Each line is one record; where they go over several lines, give the file the ending .json."
            wrong += [replace(finding, place=f"line {number}", remedy=remedy) for finding in error.findings]
    if wrong:
        raise CaseloadError(wrong)
    return found


def _check(content: bytes, file: str, limits: Limits) -> None:
    if _values(content) <= limits.json_values and _is_shallow(content, limits.json_depth):
        return
    # Brackets and commas of text were counted too: now they are not, which takes longer.
    bare = content.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _ALL_BUT_SIGNS).replace(b'""', b"")
    # What is left in quotation marks holds signs: at most a key and a text for each value.
    if bare.count(b'"') <= 4 * limits.json_values:
        bare = _STRINGS.sub(b"", bare)
        if (values := _values(bare)) <= limits.json_values:
            if _depth(bare, limits.json_depth) > limits.json_depth:
                raise limits.exceeded("json_depth", "It is nested too deeply to be a caseload.", file)
            return
    else:
        values = bare.count(b'"') // 4
    raise limits.exceeded("json_values", f"It holds {values:,} values or more.", file)


def _values(content: bytes) -> int:
    return content.count(b",") + content.count(b"[") + content.count(b"{")


def _is_shallow(content: bytes, most: int) -> bool:
    """Whether the brackets are gone once as many layers as may be are taken off, the innermost first."""
    left = content.translate(None, _ALL_BUT_BRACKETS)
    for _ in range(most):
        if not left:
            return True
        fewer = left.replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(left):
            return False
        left = fewer
    return not left


def _depth(bare: bytes, most: int) -> int:
    """The deepest level, or the first that is too deep."""
    depth = deepest = 0
    for bracket in bare.translate(None, _ALL_BUT_BRACKETS):
        depth += 1 if bracket in _OPENING else -1
        deepest = max(deepest, depth)
        if deepest > most:
            break
    return deepest
