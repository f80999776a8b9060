"""A declared layout as its author wrote it: one TOML file that says how the columns of a CSV, or the dotted paths of a
JSON record, become our own columns. Typed, frozen, unknown keys refused; nothing here reads a caseload.

`mistakes` finds what is well formed but cannot be meant: a code list that is not there, a scale with a hole in it, a
column that the vocabulary does not know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, ClassVar, Literal

import polars as pl
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from banding.errors import did_you_mean
from banding.vocabulary import FACTS, Type

Gives = Literal["text", "number", "truth", "money", "date"]
DateFormat = Literal["yyyy-mm-dd", "dd/mm/yyyy"]
Mistake = tuple[str, str, str]  # place, message, remedy

CHILD_ID = "child_id"
PROFILE_DATE = "profile_date"
TRUTHS = {"true": True, "false": False}
_OURS: dict[Type, Gives] = {
    Type.NUMBER: "number", Type.MONEY: "money", Type.TRUTH: "truth", Type.CHOICE: "text", Type.DATE: "date",
}  # fmt: skip


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _decimal(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    raise ValueError("expected a number, such as 100 or 0.5")


def _scale_value(value: object) -> object:
    if isinstance(value, bool | int | str) and value != "":
        return value
    raise ValueError("expected a whole number, true, false or text")


Text = Annotated[str, StringConstraints(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_tuple)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
Exact = Annotated[Decimal, BeforeValidator(_decimal)]
ScaleValue = Annotated[bool | int | str, BeforeValidator(_scale_value)]


class _Table(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, populate_by_name=True
    )


class Heading(_Table):
    """`[layout]`.

    source         where the layout's columns and codes are published, in words.
    identified_by  csv: columns that must all be present for a file to be taken for this layout; json: keys of which a
                   record has at least one.
    currency, cost_period  of every money field; a cost without a stated period is refused.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
    title: Text
    format: Literal["json", "csv"]
    source: Text
    identified_by: Annotated[Texts, Field(min_length=1)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    cost_period: Literal["week"] | None = None


class LayoutObject(_Table):
    """`[[object]]`: fields that come or stay away together.

    path  json: dotted path of the object, all but the outermost part of which is declared too. csv: a name, which
          fields give under `object`; the object is absent from a row where all of their cells are blank.
    also  json: other names of the same object.
    required  json only: an absent object is one finding, at its own path. Where an object is absent, its fields are
              not required.
    """

    path: Text
    also: Texts = ()
    required: bool = False


class LayoutField(_Table):
    """`[[field]]`: one column or dotted path.

    to             our column; without it the field is checked and not carried.
    required       a blank cell is a finding.
    may_be_absent  csv: the file may lack the column; any other that is required or carried must be there.
    codes          name of the code list, for type code and codes.
    separator      csv: stands between the codes of a list.
    scale          our value for each code (or for true and false); `unanswered` lists those that have none.
    pattern        the whole of a text must match it; `expected` says in words what that is.
    low, high      inclusive limits of an integer or of money, in the layout's currency.
    format         of a date.
    """

    path: Annotated[Text, Field(validation_alias=AliasChoices("path", "column"))]
    type: Literal["text", "code", "codes", "truth", "integer", "money", "date"]
    to: Id | None = None
    required: bool = False
    may_be_absent: bool = False
    object: Text | None = None
    codes: Text | None = None
    separator: Text = ";"
    scale: dict[str, ScaleValue] = {}
    unanswered: Texts = ()
    pattern: Text | None = None
    expected: Text | None = None
    low: Exact | None = None
    high: Exact | None = None
    format: DateFormat | None = None

    @property
    def gives(self) -> Gives:
        """The type of our column."""
        if self.scale:
            first = next(iter(self.scale.values()))
            return "truth" if isinstance(first, bool) else "number" if isinstance(first, int) else "text"
        named: dict[str, Gives] = {"truth": "truth", "integer": "number", "money": "money", "date": "date"}
        return named.get(self.type, "text")


class Single(_Table):
    """`[[single]]`: our column takes the name whose field holds `code`, where all are answered and only one does."""

    to: Id
    code: Text
    among: dict[Text, Text]


class Constant(_Table):
    """`[[constant]]`: what the layout's specification says of every row in which our column `beside` is known."""

    to: Id
    value: Text
    beside: Id


class Sum(_Table):
    """`[[sum]]`: money parts that should add up to a total; where they do not, it is a warning."""

    total: Text
    parts: Annotated[Texts, Field(min_length=1)]


class Layout(_Table):
    """One declared layout. Read it with `banding.caseload.layout.shipped` or `load`."""

    heading: Annotated[Heading, Field(alias="layout")]
    codes: dict[str, dict[Text, Texts]] = {}
    objects: Annotated[tuple[LayoutObject, ...], BeforeValidator(_tuple), Field(alias="object")] = ()
    fields: Annotated[tuple[LayoutField, ...], BeforeValidator(_tuple), Field(alias="field", min_length=1)]
    singles: Annotated[tuple[Single, ...], BeforeValidator(_tuple), Field(alias="single")] = ()
    constants: Annotated[tuple[Constant, ...], BeforeValidator(_tuple), Field(alias="constant")] = ()
    sums: Annotated[tuple[Sum, ...], BeforeValidator(_tuple), Field(alias="sum")] = ()

    @property
    def id(self) -> str:
        return self.heading.id

    @property
    def is_json(self) -> bool:
        return self.heading.format == "json"

    def object_of(self, field: LayoutField) -> str | None:
        """Path of the object a field belongs to; None at the top of a record."""
        return (parent(field.path) or None) if self.is_json else field.object

    @cached_property
    def forms(self) -> dict[str, dict[str, str]]:
        """For each code list, every accepted form, folded, and the code it stands for."""
        lists = [(name, code, forms) for name, codes in self.codes.items() for code, forms in codes.items()]
        spelt = [(name, code, form) for name, code, forms in lists for form in (code, *forms)]
        folded = pl.select(fold(pl.lit(pl.Series([form for *_, form in spelt], dtype=pl.String)))).to_series()
        forms: dict[str, dict[str, str]] = {name: {} for name in self.codes}
        for (name, code, _), form in zip(spelt, folded, strict=True):
            forms[name].setdefault(form, code)
        return forms


def parent(path: str) -> str:
    """The dotted path one step up; "" at the top."""
    return path.rpartition(".")[0]


def fold(forms: pl.Expr) -> pl.Expr:
    """Forms as they are compared: case, spaces and punctuation do not count; `<` and `>`, which are symbols, do."""
    return forms.str.to_lowercase().str.replace_all(r"[\p{P}\p{Z}\p{C}\s]", "")


def mistakes(layout: Layout) -> Iterator[Mistake]:
    """What the layout says that cannot be meant; nothing where it is sound."""
    yield from _names(layout)
    for name, codes in layout.codes.items():
        yield from _code_list(name, codes)
    for number, field in enumerate(layout.fields, 1):
        place = f"[[field]] {number} ({field.path})"
        for check in (_allowed, _codes, _scale, _limits, _belongs):
            yield from ((f"{place}, {key}", message, remedy) for key, message, remedy in check(layout, field))
        if field.to:
            yield from ((f"{place}, to", message, remedy) for message, remedy in _fits(field.to, field.gives))
    yield from _together(layout)


def _names(layout: Layout) -> Iterator[Mistake]:
    paths = Counter(field.path if layout.is_json else field.path.strip().casefold() for field in layout.fields)
    for path in (path for path, times in paths.items() if times > 1):
        yield "[[field]]", f"{path} is declared more than once.", "Keep one."
    ours = [field.to for field in layout.fields if field.to]
    ours += [*(single.to for single in layout.singles), *(constant.to for constant in layout.constants)]
    for name in (name for name, times in Counter(ours).items() if times > 1):
        yield "to", f"{name} is filled more than once.", "Leave it in one place."
    if not any(f.to == CHILD_ID and f.type == "text" and f.required for f in layout.fields):
        yield "[[field]]", f"No required text field goes to {CHILD_ID}; every layout needs one.", "Declare it."
    known = {field.path for field in layout.fields if parent(field.path) == "" or not layout.is_json}
    known |= {name for part in layout.objects if layout.is_json for name in (part.path, *part.also)}
    for name in layout.heading.identified_by:
        if name not in known:
            yield "[layout] identified_by", f"{name} is not declared below.", did_you_mean(name, known) or "Declare it."


def _code_list(name: str, codes: dict[Text, Texts]) -> Iterator[Mistake]:
    meant: dict[str, str] = {}
    for code, forms in codes.items():
        for form in (code, *forms):
            folded = str(pl.select(fold(pl.lit(form))).item())
            if not folded:
                yield f"[codes.{name}] {code}", "A form has neither letter nor digit.", "Give it one, or delete it."
            elif meant.setdefault(folded, code) != code:
                yield f"[codes.{name}] {code}", f"{form} also stands for {meant[folded]}.", "Leave it with one of them."


def _allowed(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    homes = {
        "codes": ("code", "codes"), "scale": ("code", "truth"), "unanswered": ("code", "truth"), "pattern": ("text",),
        "low": ("integer", "money"), "high": ("integer", "money"), "format": ("date",),
    }  # fmt: skip
    for key, types in homes.items():
        if key in field.model_fields_set and field.type not in types:
            yield key, f"It has no meaning for type {field.type}; it is for {' and '.join(types)}.", "Delete it."
    if field.type == "date" and field.format is None:
        yield "format", "A date needs its format: yyyy-mm-dd or dd/mm/yyyy.", "Add it."
    if field.type == "codes" and field.to:
        yield "to", "A list of codes is checked, not carried.", "Delete it."
    if field.type == "money" and None in (layout.heading.currency, layout.heading.cost_period):
        yield "type", "Money needs currency and cost_period under [layout].", 'Add them, such as "GBP" and "week".'


def _codes(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    if field.type in ("code", "codes") and field.codes is None:
        yield "codes", f"Type {field.type} needs the name of a code list.", "Add it."
    elif field.codes is not None and not layout.codes.get(field.codes):
        yield "codes", f"There is no [codes.{field.codes}] with codes in it.", did_you_mean(field.codes, layout.codes)


def _scale(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    codes = set(TRUTHS) if field.type == "truth" else set(layout.codes.get(field.codes or "", ()))
    given = [*field.scale, *field.unanswered]
    if not given or not codes:
        return
    for code in sorted(set(given) - codes):
        yield "scale", f"{code} is not one of the codes.", did_you_mean(code, codes)
    for code in sorted(codes - set(given)):
        yield "scale", f"{code} has no value.", "Give it one, or list it under unanswered."
    if len(given) != len(set(given)):
        yield "unanswered", "A code has a value and is unanswered too.", "Choose one."
    if len({type(value) for value in field.scale.values()}) != 1:
        yield "scale", "Its values are not all of one kind: whole numbers, true and false, or text.", "Use one kind."


def _limits(_: Layout, field: LayoutField) -> Iterator[Mistake]:
    if field.low is not None and field.high is not None and field.low > field.high:
        yield "low", "low is above high.", "Exchange them."
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
            pl.Series([""]).str.contains(field.pattern)
        except (re.error, pl.exceptions.ComputeError):
            yield "pattern", "It is not a pattern that can be matched (no look-around, no back-references).", "Mend it."


def _belongs(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    for key in ("object", "separator", "may_be_absent"):
        if layout.is_json and key in field.model_fields_set:
            yield key, "It is for csv.", "Delete it."
    name, known = layout.object_of(field), [part.path for part in layout.objects]
    if name is not None and name not in known:
        yield "object", f"There is no [[object]] {name}.", did_you_mean(name, known) or "Declare it."


def _fits(name: str, gives: Gives) -> Iterator[tuple[str, str]]:
    expected = _OURS[FACTS[name].type] if name in FACTS else {CHILD_ID: "text", PROFILE_DATE: "date"}.get(name)
    if expected is not None and expected != gives:
        yield f"{name} holds {expected}, the field gives {gives}.", "Change the type or the scale."
    elif expected is None and gives != "number":
        yield f"{name} is not a fact, and an item holds whole numbers, not {gives}.", did_you_mean(name, FACTS)


def _choices(name: str, values: set[str]) -> Iterator[str]:
    if name in FACTS and FACTS[name].choices:
        yield from sorted(values - set(FACTS[name].choices))


def _together(layout: Layout) -> Iterator[Mistake]:
    fields = {field.path: field for field in layout.fields}
    for field in layout.fields:
        for value in _choices(field.to or "", {v for v in field.scale.values() if isinstance(v, str)}):
            yield f"[[field]] ({field.path}), scale", f"{value} is not a choice of {field.to}.", "Use one that is."
    for part in layout.objects:
        if not layout.is_json and (part.required or part.also):
            yield f"[[object]] ({part.path})", "required and also are for json.", "Delete them."
        if layout.is_json and (up := parent(part.path)) and up not in [other.path for other in layout.objects]:
            yield f"[[object]] ({part.path})", f"There is no [[object]] {up}.", "Declare it."
    for single in layout.singles:
        place = f"[[single]] ({single.to})"
        for path in single.among.values():
            source = fields.get(path)
            if source is None or source.type != "code" or source.to:
                yield place, f"{path} is not a code field without `to`.", _unless_known(path, fields)
            elif single.code not in layout.codes.get(source.codes or "", ()):
                yield place, f"{single.code} is not a code of {path}.", ""
        yield from ((place, *mistake) for mistake in _fits(single.to, "text"))
        yield from ((place, f"{value} is not a choice.", "") for value in _choices(single.to, set(single.among)))
    for constant in layout.constants:
        place = f"[[constant]] ({constant.to})"
        if constant.beside not in {field.to for field in layout.fields}:
            yield place, f"No field goes to {constant.beside}.", ""
        yield from ((place, *mistake) for mistake in _fits(constant.to, "text"))
        yield from ((place, f"{value} is not a choice.", "") for value in _choices(constant.to, {constant.value}))
    for total in layout.sums:
        for path in (total.total, *total.parts):
            if path not in fields or fields[path].type != "money":
                yield f"[[sum]] ({total.total})", f"{path} is not a money field.", _unless_known(path, fields)


def _unless_known(path: str, fields: Mapping[str, LayoutField]) -> str:
    return "" if path in fields else did_you_mean(path, fields)
