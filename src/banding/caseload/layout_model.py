"""A declared layout as its author wrote it: one TOML file that says how the columns of a CSV, or the dotted paths of a
JSON record, become our own columns. Typed, frozen, unknown keys refused; nothing here reads a caseload.

What is well formed but cannot be meant is found by `layout_mistakes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Annotated, ClassVar, Literal

import polars as pl
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Gives = Literal["text", "number", "truth", "money", "date"]
DateFormat = Literal["yyyy-mm-dd", "dd/mm/yyyy", "dd/mm/yyyy or yyyy-mm-dd"]
CHILD_ID = "child_id"
PROFILE_DATE = "profile_date"
# What a layout may fill beside facts and items: whose row it is, and the days by which files are joined.
BESIDE_FACTS: dict[str, Gives] = {
    CHILD_ID: "text", PROFILE_DATE: "date", "placement_start": "date", "placement_end": "date", "cost_from": "date",
    "cost_to": "date",
}  # fmt: skip
WEEK, YEAR_TO_DATE = "week", "year to date"
TRUTHS = {"true": True, "false": False}


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
LayoutId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
Exact = Annotated[Decimal, BeforeValidator(_decimal)]
ScaleValue = Annotated[bool | int | str, BeforeValidator(_scale_value)]


class _Table(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, populate_by_name=True
    )


class Accrued(_Table):
    """`[layout.accrued]`: the date fields that say over which days the sums of a year to date ran up.

    The year is the one from 1 April in which the last of those days lies. The first day counts, the end day does not.

    first  the placement's start.
    last   its end; blank where it has none.
    until  the day to which the sums run, that day not counted; where it is absent or blank, what a person says of the
           file holds, and where nobody does, `last`, and that is said.
    """

    first: Text
    last: Text
    until: Text


class Heading(_Table):
    """`[layout]`.

    source         where the layout's columns and codes are published, in words.
    identified_by  csv: columns that must all be present for a file to be taken for this layout; json: keys of which a
                   record has at least one.
    currency, cost_period  of every money field; a cost without a stated period is refused. A sum of a year to date is
                   carried as a week's: by the days that it ran over, which `accrued` says, half up to the penny. Then
                   cost_from and cost_to, both included, are the placement's days too.
    instrument     csv: the form that the file holds, by its name in packs' crosswalk.csv. Then each rating field is the
                   item of its own name there, and all of them go into one Struct column named after the instrument.
    top            highest rating of the rating fields; the lowest is 0.
    not_read       csv: columns that are known and never read, above all names.
    """

    id: LayoutId
    title: Text
    format: Literal["json", "csv"]
    source: Text
    identified_by: Annotated[Texts, Field(min_length=1)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    cost_period: Literal["week", "year to date"] | None = None
    accrued: Accrued | None = None
    instrument: Id | None = None
    top: Annotated[int, Field(ge=1, le=100)] | None = None
    not_read: Texts = ()


class HeadingDifference(_Table):
    """`[layout]` of a layout that says only how it differs from a shipped one: what is not given stays as it is there.

    extends  id of that layout.
    without  its columns that this one has not.
    """

    extends: Text
    without: Texts = ()
    id: LayoutId
    title: Text
    source: Text
    identified_by: Annotated[Texts, Field(min_length=1)]
    not_read: Texts = ()


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
    also           csv: other spellings of the column. Case, spaces and punctuation count in none.
    words          csv: where no column is named by a spelling, the one whose title holds all of these words is taken,
                   whatever else it holds. Two such columns, or one for two fields, are refused. A title is a name
                   without what stands in brackets or below its first line.
    may_be_absent  csv: the file may lack the column; any other that is required or carried must be there.
    codes          name of the code list, for type code and codes.
    open           of a code: what may stand there is not all known; what is not listed is unanswered, and a warning.
    separator      csv: stands between the codes of a list.
    scale          our value for each code (or for true and false); `unanswered` lists those that have none.
    leaves_out     csv, of a code: codes whose rows are of no child in care, each with the reason in words; they are
                   counted, said and not read.
    pattern        the whole of a text must match it; `expected` says in words what that is.
    low, high      inclusive limits of an integer or of money, in the layout's currency.
    format         of a date.
    not_applicable a rating may also be N/A: not asked.
    extension_of   the rating that opens this one, by its column: where that is 0 or not asked and this is blank or N/A,
                   it was not asked; where that is 1 or more, blank is unanswered.
    """

    path: Annotated[Text, Field(validation_alias=AliasChoices("path", "column"))]
    type: Literal["text", "code", "codes", "truth", "integer", "money", "date", "rating"]
    also: Texts = ()
    words: Texts = ()
    to: Id | None = None
    required: bool = False
    may_be_absent: bool = False
    object: Text | None = None
    codes: Text | None = None
    open: bool = False
    separator: Text = ";"
    scale: dict[str, ScaleValue] = {}
    unanswered: Texts = ()
    leaves_out: dict[str, Text] = {}
    pattern: Text | None = None
    expected: Text | None = None
    low: Exact | None = None
    high: Exact | None = None
    format: DateFormat | None = None
    not_applicable: bool = False
    extension_of: Text | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.path, *self.also)

    @property
    def gives(self) -> Gives:
        """The type of our column."""
        if self.scale:
            first = next(iter(self.scale.values()))
            return "truth" if isinstance(first, bool) else "number" if isinstance(first, int) else "text"
        named: dict[str, Gives] = {
            "truth": "truth", "integer": "number", "money": "money", "date": "date", "rating": "number",
        }  # fmt: skip
        return named.get(self.type, "text")


class Single(_Table):
    """`[[single]]`: our column takes the name whose field holds `code`, where all are answered and only one does."""

    to: Id
    code: Text
    among: dict[Text, Text]


class Refinement(_Table):
    """`[[refinement]]`: what a code alone does not tell, that of another field does.

    to      our column, which `field` fills where its code has a value.
    field   the code field, where it holds one of `codes`.
    by      the code field that tells then: `scale` has our text for its codes; for any other it stays unknown.
    """

    to: Id
    field: Text
    codes: Annotated[Texts, Field(min_length=1)]
    by: Text
    scale: Annotated[dict[Text, Text], Field(min_length=1)]


class Constant(_Table):
    """`[[constant]]`: what the layout's specification says of every row in which our column `beside` is known."""

    to: Id
    value: Text
    beside: Id


class Sum(_Table):
    """`[[sum]]`: money parts that should add up to a total; where they do not, it is a warning."""

    total: Text
    parts: Annotated[Texts, Field(min_length=1)]


class Difference(_Table):
    """A layout that extends a shipped one. A field takes the place of that one's field of the same name, or is added;
    so does a code list. Of the other tables all are given, or none."""

    heading: Annotated[HeadingDifference, Field(alias="layout")]
    codes: dict[str, dict[Text, Texts]] = {}
    objects: Annotated[tuple[LayoutObject, ...], BeforeValidator(_tuple), Field(alias="object")] = ()
    fields: Annotated[tuple[LayoutField, ...], BeforeValidator(_tuple), Field(alias="field")] = ()
    singles: Annotated[tuple[Single, ...], BeforeValidator(_tuple), Field(alias="single")] = ()
    refinements: Annotated[tuple[Refinement, ...], BeforeValidator(_tuple), Field(alias="refinement")] = ()
    constants: Annotated[tuple[Constant, ...], BeforeValidator(_tuple), Field(alias="constant")] = ()
    sums: Annotated[tuple[Sum, ...], BeforeValidator(_tuple), Field(alias="sum")] = ()


class Layout(_Table):
    """One declared layout. Read it with `banding.caseload.layout.shipped` or `load`."""

    heading: Annotated[Heading, Field(alias="layout")]
    codes: dict[str, dict[Text, Texts]] = {}
    objects: Annotated[tuple[LayoutObject, ...], BeforeValidator(_tuple), Field(alias="object")] = ()
    fields: Annotated[tuple[LayoutField, ...], BeforeValidator(_tuple), Field(alias="field", min_length=1)]
    singles: Annotated[tuple[Single, ...], BeforeValidator(_tuple), Field(alias="single")] = ()
    refinements: Annotated[tuple[Refinement, ...], BeforeValidator(_tuple), Field(alias="refinement")] = ()
    constants: Annotated[tuple[Constant, ...], BeforeValidator(_tuple), Field(alias="constant")] = ()
    sums: Annotated[tuple[Sum, ...], BeforeValidator(_tuple), Field(alias="sum")] = ()

    @property
    def id(self) -> str:
        return self.heading.id

    @property
    def is_json(self) -> bool:
        return self.heading.format == "json"

    @property
    def money(self) -> str:
        """What its sums are of, in words."""
        heading = self.heading
        return f"{heading.currency} " + ("since 1 April" if heading.cost_period == YEAR_TO_DATE else "a week")

    @cached_property
    def spelt(self) -> dict[str, tuple[str, ...]]:
        """csv: for each field's path its spellings, folded."""
        pairs = [(field.path, spelling) for field in self.fields for spelling in field.spellings]
        spelt: dict[str, tuple[str, ...]] = {}
        for (path, _), folded in zip(pairs, folds(spelling for _, spelling in pairs), strict=True):
            spelt[path] = tuple(dict.fromkeys((*spelt.get(path, ()), folded)))
        return spelt

    def is_item(self, field: LayoutField) -> bool:
        """Whether a field is an item of the layout's instrument."""
        return self.heading.instrument is not None and field.type == "rating"

    def carries(self, field: LayoutField) -> bool:
        """Whether what a field holds goes on, under our own name or as the instrument's item."""
        return field.to is not None or self.is_item(field)

    def object_of(self, field: LayoutField) -> str | None:
        """Path of the object a field belongs to; None at the top of a record."""
        return (parent(field.path) or None) if self.is_json else field.object

    @cached_property
    def forms(self) -> dict[str, dict[str, str]]:
        """For each code list, every accepted form, folded, and the code it stands for."""
        lists = [(name, code, forms) for name, codes in self.codes.items() for code, forms in codes.items()]
        spelt = [(name, code, form) for name, code, forms in lists for form in (code, *forms)]
        folded = folds(form for *_, form in spelt)
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


def folds(forms: Iterable[str]) -> list[str]:
    """Each form as it is compared, in order."""
    return pl.select(fold(pl.lit(pl.Series(list(forms), dtype=pl.String)))).to_series().to_list()
