"""The pack as its author wrote it: pack.toml and the CSV tables, typed, frozen, unknown keys refused.

Nothing here knows what an expression means; `resolve` does. Every CSV row carries `row`, its line in the file as a
spreadsheet shows it (the header is row 1), so that a finding can name it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from banding.pack.cells import (
    Ages,
    Array,
    Currency,
    Day,
    Exact,
    Extends,
    Id,
    Ids,
    MissingRule,
    Numbers,
    PackId,
    Ratings,
    References,
    SetText,
    SomeIds,
    Text,
    Texts,
    Version,
    Whole,
    YesNo,
    fault,
    wrong,
)

# The widest rating scale: ratings travel as int8, which also holds the marks for unanswered and not asked.
WIDEST_SCALE = 120

Unit = Literal["day", "week", "four_weeks", "month", "year"]
Status = Literal["illustrative", "local", "agreed"]
Basis = Literal["care", "total"]
Kind = Literal["legal", "unmet_need", "cannot_judge", "setting", "support", "fee", "note"]


class Strict(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Header(Strict):
    """`[pack]`. `to` and `from` are inclusive; without `to` the version stays in force."""

    id: PackId
    version: Version
    title: Text
    status: Status
    from_: Day = Field(alias="from")
    to: Day | None = None
    currency: Currency = "GBP"
    price_unit: Unit = "week"
    weeks_in_year: Exact = Decimal("52.18")
    price_year: Text | None = None
    extends: Extends | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to is not None and self.to < self.from_:
            raise wrong("to is before from.", "Give the last day on which the version is in force as to.")
        if self.weeks_in_year <= 0:
            raise wrong("weeks_in_year is not above 0.", "Give the weeks of a year, such as 52.18.")
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
            raise wrong("Expected a number, or a sum of money.", "Write name = 3, or name = { money = 50 }.")
        if self.money is not None and self.money != round(self.money, 2):
            raise wrong("Money has at most two decimals.", "Round it to the penny.")
        return self


class OwnFact(Strict):
    """A fact that this pack adds: read from the caseload's column of that name, or worked out by `value`."""

    type: Literal["number", "money", "truth", "choice"]
    about: Literal["need", "person", "placement", "cost", "history", "protected"]
    low: Exact | None = None
    high: Exact | None = None
    choices: Annotated[tuple[Id, ...], Array] = ()
    unit: Text | None = None
    describes: Text | None = None
    value: Text | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        limits = [bound for bound in (self.low, self.high) if bound is not None]
        if self.value is not None and self.type == "choice":
            raise wrong("A choice cannot be worked out.", "Leave value out, or make it a number, money or a truth.")
        if self.value is not None and (limits or self.choices):
            raise wrong("A fact that is worked out has no low, high or choices.", "Delete them, or delete value.")
        if self.value is None and any(
            (bound is not None) != (self.type == "number") for bound in (self.low, self.high)
        ):
            raise wrong("A number, and nothing else, has low and high.", "Give the least and the most it can be.")
        if limits and (limits != sorted(limits) or any(bound != int(bound) for bound in limits)):
            raise wrong("Expected whole numbers, low not above high.", "Give the least and the most it can be.")
        if self.value is None and (self.type == "choice") != bool(self.choices):
            raise wrong("A choice, and nothing else, has choices.", 'List them: choices = ["none", "some"].')
        return self


class AtLeast(Strict):
    """`[[bands.at_least]]` or `[[bands.at_most]]`."""

    id: Id
    band: Id
    when: Text
    because: Text
    review_in_days: Annotated[Whole, Field(ge=1)] | None = None


class FirstThatHolds(Strict):
    band: Id
    when: Text


class Condition(Strict):
    """`[[hold]]`, `[[refuse]]` or `[[bands.changed]]`. `label` is what people read for the id; without one the id, with
    spaces."""

    id: Id
    label: Text | None = None
    when: Text
    because: Text


class Reach(Strict):
    """`[[bands.reach]]`: bands that some profile must reach, at each of some ages, by needs of a set alone."""

    id: Id
    bands: Annotated[SomeIds, Array]
    ages: Ages | None = None
    only: SetText | None = None
    because: Text


class BandRules(Strict):
    score: Text | None = None
    first_that_holds: Annotated[tuple[FirstThatHolds, ...], Array] = ()
    at_least: Annotated[tuple[AtLeast, ...], Array] = ()
    at_most: Annotated[tuple[AtLeast, ...], Array] = ()
    reach: Annotated[tuple[Reach, ...], Array] = ()
    changed: Annotated[tuple[Condition, ...], Array] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.score is None) == (not self.first_that_holds):
            raise wrong("Expected one way to a band: either score or first_that_holds.", "Write one of the two.")
        return self


class Validity(Strict):
    days: Text


class Review(Condition):
    kind: Kind
    amount: Text | None = None


class Silence(Strict):
    code: Text
    where: Text
    because: Text


class Tunable(Strict):
    """What a pack that extends this one may change, and nothing else."""

    parameters: Annotated[tuple[Id, ...], Array] = ()
    prices: bool = False
    settings: bool = False


class Rules(Strict):
    """pack.toml."""

    pack: Header
    sources: dict[Id, Text] = {}
    parameters: dict[Id, Parameter] = {}
    sets: dict[Id, SetText] = {}
    facts: dict[Id, OwnFact] = {}
    scores: dict[Id, Text] = {}
    bands: BandRules | None = None
    validity: Validity | None = None
    review: Annotated[tuple[Review, ...], Array] = ()
    hold: Annotated[tuple[Condition, ...], Array] = ()
    refuse: Annotated[tuple[Condition, ...], Array] = ()
    allow: dict[Id, Text] = {}
    silence: Annotated[tuple[Silence, ...], Array] = ()
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
            raise fault(
                "values-do-not-fit",
                f"points has {len(self.points)} values, expected {self.top + 1}: one for each rating 0 to {self.top}.",
                "Give each rating its points, as in 0|0|2|5.",
            )
        if len(self.ratings) > self.top + 1:
            raise fault(
                "values-do-not-fit", f"It describes ratings above {self.top}, the item's top.", "Clear those cells."
            )
        ratings = {str(rating) for rating in range(self.top + 1)}
        if ratings & set(self.missing_codes):
            raise wrong(f"A missing code is also a rating from 0 to {self.top}.", "Leave out codes that are ratings.")
        return self


class Domain(Row):
    """`missing`: least, zero, prorata, or `refuse = n` (more than n unanswered refuse the row)."""

    id: Id
    label: Text
    weight: Exact = Decimal(1)
    cap: Exact | None = None
    missing: MissingRule

    @property
    def refuse_above(self) -> int | None:
        """The most unanswered items that still stand, or None where any number does."""
        return int(self.missing.split("=")[1]) if "=" in self.missing else None


class Reference(Strict):
    """A reference setting for the ages it serves, both ends included; no ends, all ages."""

    setting: Id
    age_from: int | None = None
    age_to: int | None = None


class Band(Row):
    id: Id
    number: Whole = Field(ge=1, le=100)
    name: Text
    from_points: Exact | None = None
    describes: Text | None = None
    reference_settings: Annotated[tuple[Reference, ...], References] = ()


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
            raise wrong("The setting is lawful at no age and has no legal_note.", "Say why in legal_note.")
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
            raise wrong(
                "Expected low, expected and high, or base or per_point without them.",
                "Fill them in; delete a row that has no price.",
            )
        if figures != sorted(figures):
            raise wrong("Expected low, expected and high to rise.", "Put the three figures in order.")
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            raise wrong("floor is above cap.", "Swap them.")
        return self


class Mapping(Row):
    """One line of crosswalk.csv: an item of an instrument that gives an item of this pack.

    covered_when  where the source item, broader than this one, has one of these ratings, the item is rated 0; the line
                  says nothing else. Empty: the rating itself is taken over.
    """

    instrument: Text
    source_item: Text
    item: Id
    source_top: Whole = Field(ge=1, le=WIDEST_SCALE)
    reversed: YesNo = False
    covered_when: Ratings = ()


class Document(Strict):
    """A whole pack folder as written, with the file each part came from; what it extends, `base`, is mixed in."""

    rules: Rules
    items: tuple[Item, ...]
    domains: tuple[Domain, ...]
    bands: tuple[Band, ...] = ()
    settings: tuple[Setting, ...] = ()
    prices: tuple[Price, ...] = ()
    crosswalk: tuple[Mapping, ...] = ()
    files: dict[str, str]
    base: Document | None = None
