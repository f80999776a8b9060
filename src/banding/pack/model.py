"""The pack as its author wrote it: pack.toml and the CSV tables, typed, frozen, unknown keys refused.

Nothing here knows what an expression means; `resolve` does. Every CSV row carries `row`, its line in the file as a
spreadsheet shows it (the header is row 1), so that a finding can name it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

NAME = r"^[a-z][a-z0-9_]*$"
Id = Annotated[str, StringConstraints(pattern=NAME, max_length=80)]
PackId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1)]

# The widest rating scale: ratings travel as int8, which also holds the marks for unanswered and not asked.
WIDEST_SCALE = 120
MOST_DIGITS = 12


def _decimal(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("expected a number, such as 12 or 1.5")
    if isinstance(value, int):
        value = Decimal(value)
    elif isinstance(value, str):
        try:
            value = Decimal(value.replace(",", ""))
        except InvalidOperation:
            raise ValueError("expected a number, such as 12 or 1.5") from None
    if not isinstance(value, Decimal):
        raise ValueError("expected a number, such as 12 or 1.5")
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > MOST_DIGITS or value.adjusted() >= MOST_DIGITS:
        raise ValueError(f"expected a number of at most {MOST_DIGITS} digits on either side of the point")
    return value


def _whole(value: object) -> object:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise ValueError("expected a whole number") from None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("expected a whole number")
    return value


def _yes_no(value: object) -> object:
    if isinstance(value, bool):
        return value
    if value in ("yes", "no"):
        return value == "yes"
    raise ValueError("expected yes or no")


def _date(value: object) -> object:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("expected a date written as 2026-04-01") from None


def _several(value: object) -> object:
    return tuple(part.strip() for part in value.split("|")) if isinstance(value, str) else value


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Exact = Annotated[Decimal, BeforeValidator(_decimal)]
Whole = Annotated[int, BeforeValidator(_whole)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Day = Annotated[dt.date, BeforeValidator(_date)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_several)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_several)]
Numbers = Annotated[tuple[Exact, ...], BeforeValidator(_several)]

Unit = Literal["day", "week", "four_weeks", "month", "year"]
Status = Literal["illustrative", "local", "agreed"]
Basis = Literal["care", "total"]
Kind = Literal["legal", "unmet_need", "cannot_judge", "setting", "support", "fee", "note"]


class Strict(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, populate_by_name=True
    )


class Header(Strict):
    """`[pack]`. `to` and `from` are inclusive; without `to` the version stays in force."""

    id: PackId
    version: Version
    title: Text
    status: Status
    from_: Day = Field(alias="from")
    to: Day | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "GBP"
    price_unit: Unit = "week"
    weeks_in_year: Exact = Decimal("52.18")
    price_year: Text | None = None
    extends: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*@[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to is not None and self.to < self.from_:
            raise ValueError("'to' is before 'from'; expected the last day in force, inclusive")
        if self.weeks_in_year <= 0:
            raise ValueError("weeks_in_year must be above 0")
        return self


class Parameter(Strict):
    """A number or a sum of money with a name. In pack.toml `name = 3` is short for `name = { number = 3 }`."""

    number: Exact | None = None
    money: Exact | None = None
    because: Text | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if (self.number is None) == (self.money is None):
            raise ValueError("expected either number or money")
        if self.money is not None and self.money != round(self.money, 2):
            raise ValueError("money has at most two decimals")
        return self


class OwnFact(Strict):
    """A fact that this pack adds: read from the caseload's column of that name, or worked out by `value`."""

    type: Literal["number", "money", "truth", "choice"]
    about: Literal["need", "person", "placement", "cost", "history", "protected"]
    low: Exact | None = None
    high: Exact | None = None
    choices: Annotated[tuple[Id, ...], BeforeValidator(_tuple)] = ()
    unit: Text | None = None
    describes: Text | None = None
    value: Text | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if self.value is None and self.type == "number" and (self.low is None or self.high is None):
            raise ValueError("a number needs low and high, the least and the most it can be")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        if any(bound is not None and bound != int(bound) for bound in (self.low, self.high)):
            raise ValueError("low and high are whole numbers")
        if self.value is None and self.type == "choice" and not self.choices:
            raise ValueError("a choice needs choices, the ids it may take")
        if self.value is not None and self.type == "choice":
            raise ValueError("a choice cannot be worked out; expected type number, money or truth")
        return self


class AtLeast(Strict):
    """`[[bands.at_least]]` or `[[bands.at_most]]`."""

    id: Id
    band: Id
    when: Text
    because: Text
    review_in_days: Whole | None = None


class FirstThatHolds(Strict):
    band: Id
    when: Text


class BandRules(Strict):
    score: Text | None = None
    first_that_holds: Annotated[tuple[FirstThatHolds, ...], BeforeValidator(_tuple)] = ()
    at_least: Annotated[tuple[AtLeast, ...], BeforeValidator(_tuple)] = ()
    at_most: Annotated[tuple[AtLeast, ...], BeforeValidator(_tuple)] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.score is None) == (not self.first_that_holds):
            raise ValueError("expected either score or first_that_holds: the one way to a band")
        return self


class Validity(Strict):
    days: Text


class Review(Strict):
    id: Id
    kind: Kind
    when: Text
    because: Text
    amount: Text | None = None


class Condition(Strict):
    """`[[hold]]` or `[[refuse]]`."""

    id: Id
    when: Text
    because: Text


class Silence(Strict):
    code: Text
    where: Text
    because: Text


class Tunable(Strict):
    """What a pack that extends this one may change, and nothing else."""

    parameters: Annotated[tuple[Id, ...], BeforeValidator(_tuple)] = ()
    prices: bool = False
    settings: bool = False


class Rules(Strict):
    """pack.toml."""

    pack: Header
    sources: dict[Id, Text] = {}
    parameters: dict[Id, Parameter] = {}
    sets: dict[Id, Text | Annotated[tuple[Id, ...], BeforeValidator(_tuple)]] = {}
    facts: dict[Id, OwnFact] = {}
    scores: dict[Id, Text] = {}
    bands: BandRules | None = None
    validity: Validity | None = None
    review: Annotated[tuple[Review, ...], BeforeValidator(_tuple)] = ()
    hold: Annotated[tuple[Condition, ...], BeforeValidator(_tuple)] = ()
    refuse: Annotated[tuple[Condition, ...], BeforeValidator(_tuple)] = ()
    allow: dict[Id, Text] = {}
    silence: Annotated[tuple[Silence, ...], BeforeValidator(_tuple)] = ()
    tunable: Tunable = Tunable()

    @model_validator(mode="before")
    @classmethod
    def _short_parameters(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("parameters"), dict):
            long = {
                key: value if isinstance(value, dict) else {"number": value}
                for key, value in data["parameters"].items()
            }
            return {**data, "parameters": long}
        return data


class Row(Strict):
    row: int


class Item(Row):
    """One need or strength, rated 0 to `top`. Without `points` the points are the rating itself."""

    id: Id
    domain: Id
    kind: Literal["need", "strength"]
    label: Text
    top: Whole = Field(ge=1, le=WIDEST_SCALE)
    reversed: YesNo = False
    asked: Text | None = None
    points: Numbers = ()
    weight: Exact = Decimal(1)
    missing_codes: Texts = ()
    ratings: tuple[Text | None, ...] = ()
    source: Text | None = None

    @model_validator(mode="after")
    def _fits_its_top(self) -> Self:
        if self.points and len(self.points) != self.top + 1:
            raise ValueError(
                f"points has {len(self.points)} values, expected {self.top + 1}: one for each rating 0 to {self.top}"
            )
        if len(self.ratings) > self.top + 1:
            raise ValueError(f"describes ratings above the item's top, {self.top}")
        return self


class Domain(Row):
    """`missing`: least, zero, prorata, or `refuse = n` (more than n unanswered refuse the row)."""

    id: Id
    label: Text
    weight: Exact = Decimal(1)
    cap: Exact | None = None
    missing: Annotated[str, StringConstraints(pattern=r"^(least|zero|prorata|refuse\s*=\s*[0-9]{1,3})$")]

    @property
    def refuse_above(self) -> int | None:
        """The most unanswered items that still stand, or None where any number does."""
        return int(self.missing.split("=")[1]) if "=" in self.missing else None


class Reference(Strict):
    """A reference setting for the ages it serves, both ends included; no ends, all ages."""

    setting: Id
    age_from: int | None = None
    age_to: int | None = None


def _references(value: object) -> object:
    """`own_foster`, or `0..15 own_foster | 16..17 supported_lodgings`; two for one age stand side by side."""
    if not isinstance(value, str):
        return value
    found = []
    for part in value.split("|"):
        ages, _, setting = part.strip().rpartition(" ")
        low, dots, high = ages.strip().rstrip(":").partition("..")
        if ages and (not dots or not low.isdigit() or not high.isdigit()):
            raise ValueError("expected settings such as own_foster, or 0..15 own_foster | 16..17 supported_lodgings")
        found.append(
            Reference(setting=setting, age_from=int(low) if ages else None, age_to=int(high) if ages else None)
        )
    return tuple(found)


class Band(Row):
    id: Id
    number: Whole = Field(ge=1, le=100)
    name: Text
    from_points: Exact | None = None
    describes: Text | None = None
    reference_settings: Annotated[tuple[Reference, ...], BeforeValidator(_references)] = ()


class Setting(Row):
    """A kind of placement. `intensity` none: not assessed by band. `age_from` none: lawful at no age."""

    id: Id
    label: Text
    family: YesNo
    age_from: Whole | None = None
    age_to: Whole | None = None
    lawful: bool = True
    meets_from: Id | None = None
    meets_to: Id | None = None
    intensity: Whole | None = None
    codes: Texts = ()
    legal_note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _words(cls, data: dict[str, Any]) -> dict[str, Any]:
        data = {key: value for key, value in data.items() if not (key == "intensity" and value == "none")}
        if data.get("age_from") == "none":
            data = {key: value for key, value in data.items() if key != "age_from"} | {"lawful": False}
        return data

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if not self.lawful and self.legal_note is None:
            raise ValueError("a setting that is lawful at no age needs a legal_note that says why")
        return self


class Price(Row):
    """A weekly price, or what makes one: (base + add_on + figure) x multiplier, then per_point, floor and cap."""

    band: Ids
    setting: Ids
    age_from: Whole | None = None
    age_to: Whole | None = None
    region: Ids = ()
    scope: Ids = ()
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    low: Exact | None = None
    expected: Exact | None = None
    high: Exact | None = None
    basis: Basis = "care"
    unit: Unit | None = None
    source: Text | None = None
    base: Exact = Decimal(0)
    add_on: Exact = Decimal(0)
    per_point: Exact = Decimal(0)
    multiplier: Exact = Decimal(1)
    cap: Exact | None = None
    floor: Exact | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        figures = [figure for figure in (self.low, self.expected, self.high) if figure is not None]
        if len(figures) in (1, 2) or (not figures and not self.base and not self.per_point):
            raise ValueError(
                "expected low, expected and high (or base or per_point alone); delete a row without a price"
            )
        if figures != sorted(figures):
            raise ValueError("expected low <= expected <= high")
        return self


class Mapping(Row):
    """One line of crosswalk.csv: an item of an instrument that gives an item of this pack."""

    instrument: Text
    source_item: Text
    item: Id
    source_top: Whole = Field(ge=1, le=WIDEST_SCALE)
    reversed: YesNo = False
    covered_when: Text | None = None


class Document(Strict):
    """A whole pack folder as written, with the file each part came from (`extends` mixes two folders)."""

    rules: Rules
    items: tuple[Item, ...]
    domains: tuple[Domain, ...]
    bands: tuple[Band, ...] = ()
    settings: tuple[Setting, ...] = ()
    prices: tuple[Price, ...] = ()
    crosswalk: tuple[Mapping, ...] = ()
    files: dict[str, str]
