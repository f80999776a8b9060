"""How one value is written in a pack: numbers, dates, yes and no, names and lists of them, in TOML and in CSV cells.

Every form is strict: a slip read as something else could move a band. `1,5` is no number, `20260401` no date.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Context, Decimal, Inexact
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from banding.vocabulary import FACTS

MOST_DIGITS = 12
# Decimals are multiplied and added here: the usual context would round silently at 28 digits.
EXACT = Context(prec=100_000, traps=[Inexact])
_NUMBER = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?", re.ASCII)
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,12}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def fault(code: str, says: str, remedy: str = "") -> PydanticCustomError:
    """What a validator raises where the kind of mistake has a code or a remedy of its own."""
    # The two are handed over apart: pydantic would read braces in them as a template.
    return PydanticCustomError(code, "{says}", {"says": says, "remedy": remedy})


def wrong(expected: str, remedy: str = "") -> PydanticCustomError:
    """A value that has not the form expected at its place."""
    return fault("wrong-value", expected, remedy)


def too_long(value: Decimal) -> bool:
    """True for a number with more digits on one side of the point than any pack needs."""
    return -int(value.as_tuple().exponent) > MOST_DIGITS or value.adjusted() >= MOST_DIGITS


def _decimal(value: object) -> Decimal:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = Decimal(value.replace(",", ""))
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise wrong("Expected a number, such as 12 or 1.5.")
    if not value.is_finite() or too_long(value):
        raise wrong(f"Expected a number of at most {MOST_DIGITS} digits on either side of the point.")
    return value


def _whole(value: object) -> int:
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong("Expected a whole number, such as 3.")
    return value


def _yes_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return value == "yes"
    raise wrong("Expected yes or no.")


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise wrong("There is no such day.", "Correct the date.") from None
    raise wrong("Expected a date written as 2026-04-01.")


def _several(value: object) -> object:
    return tuple(part.strip() for part in value.split("|")) if isinstance(value, str) else value


def _ratings(value: object) -> object:
    """Ratings of a source item: 0|1."""
    parts = _several(value)
    if not isinstance(parts, tuple) or not all(
        isinstance(part, str) and re.fullmatch("[0-9]{1,3}", part) for part in parts
    ):
        raise wrong("Expected ratings with | between them, such as 0|1.")
    return tuple(int(part) for part in parts)


def _ages(value: object) -> object:
    """Years of age, both ends included: 0..17, or 7."""
    match = re.fullmatch(r"([0-9]{1,2})(?:\.\.([0-9]{1,2}))?", value) if isinstance(value, str) else None
    ends = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    oldest = FACTS["age"].high
    if not ends[0] <= ends[1] <= oldest:
        raise wrong(f"Expected ages from 0 to {oldest}, such as 0..17 or 7.", "Write the youngest .. the oldest.")
    return ends


def _array(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


_REFERENCE = re.compile(r"(?:(?P<low>[0-9]{1,2})\.\.(?P<high>[0-9]{1,2}):? +)?(?P<setting>[a-z][a-z0-9_]*)", re.ASCII)


def _references(value: object) -> object:
    """`own_foster`, or `0..15 own_foster | 16..17 supported_lodgings`; two for one age stand side by side."""
    if not isinstance(value, str):
        return value
    found = []
    for part in value.split("|"):
        match = _REFERENCE.fullmatch(part.strip())
        ends = [int(end) for end in (match["low"], match["high"]) if end] if match else []
        if match is None or ends != sorted(ends):
            raise wrong(
                "Expected settings, each with its ages where it does not serve all.",
                "Write own_foster, or 0..15 own_foster | 16..17 supported_lodgings.",
            )
        low, high = ends or (None, None)
        found.append({"setting": match["setting"], "age_from": low, "age_to": high})
    return tuple(found)


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise wrong("Expected at least one.", "Name what it is about.")
    return value


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((part for place, part in enumerate(value) if part in value[:place]), None)
    if twice is not None:
        raise wrong(f'"{twice}" stands there twice.', "Keep one.")
    return value


NAME = r"^[a-z][a-z0-9_]*$"
PACK_ID = r"^[a-z0-9][a-z0-9-]*$"
VERSION = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
EXTENDS = r"^[a-z0-9][a-z0-9-]*@[A-Za-z0-9][A-Za-z0-9._-]*$"
CURRENCY = r"^[A-Z]{3}$"
NOT_BLANK = r"\S"
FORMS = {
    NOT_BLANK: "Expected some text.",
    NAME: "Expected a name of small letters, digits and underscores that begins with a letter, such as self_harm.",
    PACK_ID: "Expected small letters, digits and hyphens, such as england-reference.",
    VERSION: "Expected a version of letters, digits, points and hyphens, such as 2026 or 2026.1.",
    EXTENDS: "Expected an id and a version with @ between them, such as england-reference@2026.",
    CURRENCY: "Expected three capital letters, such as GBP.",
}


def _declared_set(value: object) -> str | tuple[str, ...]:
    members = value if isinstance(value, list | tuple) else ()
    if members and all(isinstance(name, str) and re.fullmatch(NAME, name) for name in members):
        return tuple(members)
    if isinstance(value, str) and value.strip():
        return value
    raise wrong("Expected items, or a set without some.", 'Write ["item", "item"] or "needs - [item]".')


MISSING_RULES = "Write least, zero, prorata, or refuse = and a number."


def _missing_rule(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"least|zero|prorata|refuse *= *[0-9]{1,3}", value):
        return value
    raise fault("missing-rule", "This is no rule for unanswered items.", MISSING_RULES)


Id = Annotated[str, StringConstraints(pattern=NAME, max_length=80)]
PackId = Annotated[str, StringConstraints(pattern=PACK_ID, max_length=80)]
Version = Annotated[str, StringConstraints(pattern=VERSION, max_length=40)]
Extends = Annotated[str, StringConstraints(pattern=EXTENDS)]
Currency = Annotated[str, StringConstraints(pattern=CURRENCY)]
Text = Annotated[str, StringConstraints(pattern=NOT_BLANK)]
Exact = Annotated[Decimal, BeforeValidator(_decimal)]
Whole = Annotated[int, BeforeValidator(_whole)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Day = Annotated[dt.date, BeforeValidator(_date)]
Array = BeforeValidator(_array)
Ids = Annotated[tuple[Id, ...], BeforeValidator(_several), AfterValidator(_each_once)]
SomeIds = Annotated[tuple[Id, ...], AfterValidator(_some), AfterValidator(_each_once)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_several), AfterValidator(_each_once)]
Ages = Annotated[tuple[int, int], BeforeValidator(_ages)]
Numbers = Annotated[tuple[Exact, ...], BeforeValidator(_several)]
Ratings = Annotated[tuple[int, ...], BeforeValidator(_ratings)]
References = BeforeValidator(_references)
SetText = Annotated[str | tuple[str, ...], PlainValidator(_declared_set)]
MissingRule = Annotated[str, BeforeValidator(_missing_rule)]
