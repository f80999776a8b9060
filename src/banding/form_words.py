"""What a rating form says: its columns with what may stand in them, the meaning of each rating, and its sheet Read me.

Excel shows at most 32 characters of a title and 255 of a message beside a cell; the note of a header and the sheet
Ratings hold all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from banding.engine.cells import NOT_ASKED_TEXT
from banding.pack.meaning import Pack
from banding.pack.model import Item
from banding.vocabulary import FACTS

LONGEST_TITLE, LONGEST_MESSAGE, LONGEST_LIST = 32, 255, 255
# Less than this of each rating says nothing.
LEAST_SAID = 24
_STATUS = {
    "illustrative": "a proposal to try out; no council or other body has agreed it",
    "local": "of one council or region",
    "agreed": "agreed between those who use it",
}


@dataclass(frozen=True, slots=True)
class Column:
    """
    name   as `banding score` reads it.
    note   in full what belongs here: the note of the header. Its first line is a title.
    valid  xlsxwriter's data validation of the cells, with the message beside them.
    kind   the format of the cells: text (wrapped), key (text that stays as typed), date or rating.
    """

    name: str
    width: float
    kind: str
    note: str
    valid: dict[str, Any]


def columns(pack: Pack) -> list[Column]:
    """The columns of the form in their order: who and when, needs by domain, strengths, evidence."""
    return [*_who_and_when(), *(_rating(pack, item) for item in in_order(pack)), _evidence()]


def in_order(pack: Pack) -> list[Item]:
    """Needs by domain, then strengths."""
    return [
        item
        for kind in ("need", "strength")
        for domain in pack.domains
        for item in pack.items.values()
        if item.kind == kind and item.domain == domain
    ]


def meaning(item: Item, rating: int) -> str:
    """What a rating of an item means, in full."""
    if rating > item.top:
        return "no such rating"
    return (item.ratings[rating] if rating < len(item.ratings) else None) or "not described"


def asked(item: Item) -> str:
    """The ages at which an item is asked, in words; the pack's own condition where it is about more than one bound."""
    if item.asked is None:
        return "at every age"
    if bound := re.fullmatch(r"age (>=|>|<=|<) ([0-9]+)", item.asked.strip()):
        age = int(bound[2]) + {">": 1, "<": -1}.get(bound[1], 0)
        return f"from {age}" if bound[1].startswith(">") else f"up to {age}"
    return f"where {item.asked}"


def read_me(pack: Pack, remark: str) -> list[str]:
    """The lines of the sheet Read me: the title, then paragraphs; a heading begins with "# "."""
    header = pack.header
    until = f" to {header.to}" if header.to else ""
    return [
        f"Rating form: {header.title}",
        "On this form, people who know a child say how much help the child needs, item by item, and what the child can "
        "build on. banding reads the form and says which band of care each profile asks for, and why. It supports a "
        "decision and never takes one.",
        *([remark] if remark else []),
        "# What is in this workbook",
        "Read me: this sheet.",
        "Profiles: the form itself, a row a child.",
        "Ratings: every item in full, with the ages at which it is asked and what each rating means.",
        "# How to fill in the sheet Profiles",
        "Give each child one row. Write the child's key from your own system, never a name.",
        "Choose each rating from the list in its cell, or type it. A short message beside the cell and a note at the "
        "top of the column say what each rating means; the sheet Ratings has it in full.",
        "Leave a cell blank where nobody knows or nobody has looked. A blank is unanswered and never counts as 0. A 0 "
        "says that somebody has looked.",
        f"Write {NOT_ASKED_TEXT} where an item is left out on purpose. An item that is not asked at the child's age "
        "may stay blank: its answer would not count.",
        "Rate the child as the child is now, by what is seen and known. The placement, its cost and what is on offer "
        "have no part in it.",
        "Keep the names in the first row as they are, and put nothing above them. Further facts, such as setting or "
        "weekly_cost, may stand in columns of their own at the right end.",
        "# Who rates",
        "Somebody who knows the child well, such as the social worker together with the carer, after asking the child. "
        "A second rater rates alone, without the first rater's answers.",
        f"Write the rater's role as one of {', '.join(FACTS['rater_role'].choices)}.",
        "The rater and the evidence are for the child's file. When the form is read they are dropped: no result holds "
        "them.",
        "# The rules it belongs to",
        f"Pack: {header.id}",
        f"Version: {header.version}, in force from {header.from_}{until}",
        f"Status: {header.status}, {_STATUS[header.status]}",
        f"Fingerprint: {pack.fingerprint}",
    ]


# -- columns ----------------------------------------------------------------------------------------------------------


def _who_and_when() -> list[Column]:
    roles = FACTS["rater_role"].choices
    key = "The child's key in your own system, never a name."
    born = "Year-month-day, such as 2015-03-31. The age says which items are asked."
    day = "The day on which the ratings were made. Year-month-day, such as 2026-05-01."
    rater = "Who rated. This is for the child's file and is not read."
    role = f"One of {', '.join(roles)}."
    # TODAY() is the day on which the cell is filled in, so that a form does not go out of date.
    return [
        _column("child_id", 18, "key", "Child's key", key, {"validate": "any"}),
        _column("date_of_birth", 18, "date", "Date of birth", born, _between("=TODAY()-27*366", "=TODAY()")),
        _column("profile_date", 18, "date", "Date of the profile", day, _between(dt.date(2000, 1, 1), "=TODAY()+31")),
        _column("rater", 22, "text", "Rater", rater, {"validate": "any"}),
        _column("rater_role", 22, "text", "Role of the rater", role, _one_of(roles, role)),
    ]


def _evidence() -> Column:
    says = "What the ratings rest on. This is for the child's file and is not read."
    return _column("evidence", 60, "text", "Evidence", says, {"validate": "any"})


def _column(name: str, width: float, kind: str, title: str, says: str, valid: dict[str, Any]) -> Column:
    return Column(name, width, kind, f"{title}\n{says}", {**valid, "input_title": title, "input_message": says})


def _between(first: dt.date | str, last: str) -> dict[str, Any]:
    says = "Give a date as year-month-day, such as 2026-05-01, that is neither far in the past nor in the future."
    return {
        "validate": "date", "criteria": "between", "minimum": first, "maximum": last, "error_title": "Not such a date",
        "error_message": says,
    }  # fmt: skip


def _one_of(choices: Sequence[str], says: str) -> dict[str, Any]:
    return {"validate": "list", "source": list(choices), "error_title": "Not on the list", "error_message": says}


def _rating(pack: Pack, item: Item) -> Column:
    choices = [*map(str, range(item.top + 1)), NOT_ASKED_TEXT]
    says = f"Give a whole number from 0 to {item.top}, or {NOT_ASKED_TEXT}. Leave the cell blank where nobody knows."
    if len(",".join(choices)) <= LONGEST_LIST:
        valid = _one_of(choices, says)
    else:
        # The list would be longer than Excel takes: a warning, because the words of the scale are right as well.
        valid = {
            "validate": "whole", "criteria": "between", "minimum": 0, "maximum": item.top, "error_type": "warning",
            "error_title": "Not a number of the scale", "error_message": says,
        }  # fmt: skip
    meanings = [(rating, text) for rating, text in enumerate(item.ratings) if text]
    told = _shortened([f"{rating} {text}" for rating, text in meanings]) or says
    note = [
        item.label,
        f"{item.kind.capitalize()}, {pack.domains[item.domain].label}; asked {asked(item)}",
        *(f"{rating}: {text}" for rating, text in meanings),
        says,
    ]
    return Column(
        item.id,
        # Header cells are bold, which takes more room than the digit that widths count in.
        max(14, round(1.3 * len(item.id)) + 2),
        "rating",
        "\n".join(note),
        {**valid, "input_title": _cut(item.label, LONGEST_TITLE), "input_message": told},
    )


# -- within Excel's bounds --------------------------------------------------------------------------------------------


def _shortened(lines: Sequence[str]) -> str:
    """The lines as one message that Excel shows, long ones cut alike; "" where too little of each would be left."""
    for most in range(LONGEST_MESSAGE, LEAST_SAID, -1):
        message = "\n".join(_cut(line, most) for line in lines)
        if _length(message) <= LONGEST_MESSAGE:
            return message
    return ""


def _cut(text: str, most: int) -> str:
    """The text, or as many of its whole words as there is room for, and an ellipsis; a very long word is cut."""
    if _length(text) <= most:
        return text
    kept = text
    while _length(kept) > most - 1:
        kept = kept[:-1]
    words = kept if text[len(kept)].isspace() else kept.rpartition(" ")[0]
    return f"{(words if 2 * len(words) > len(kept) else kept).rstrip(' ,;:')}…"


def _length(text: str) -> int:
    """Characters as Excel counts them."""
    return len(text.encode("utf-16-le")) // 2
