"""What an explanation holds: one child's way from profile to band, fit, reviews and pounds, as data.

Every part is frozen and goes to JSON and back. Money is whole pence in fields that end in `_pence`, decimals are text,
dates are written 2026-04-01; None is unknown, or nothing. Need, wishes and fit stand before pounds.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from banding.engine.reference import Child
    from banding.pack.meaning import Pack

State = Literal["stands", "unknown"]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class PackUsed(Part):
    """The pack, so that the explanation can be traced to its every word."""

    id: str
    version: str
    title: str
    status: str
    fingerprint: str
    in_force: bool
    currency: str
    price_year: str | None


class ProfileUsed(Part):
    """Who rated the child, and when. `days_old` counts to the caseload's date, `valid_days` is how long the pack lets
    a profile like this one count as current; `age` is on the profile's date, `age_on` on the caseload's."""

    rated_by: str | None
    date: dt.date | None
    age: int | None
    age_on: int | None
    days_old: int | None
    valid_days: Decimal | None


class Reason(Part):
    """Why a row was rejected. `about` is the label of the item or domain, "" where `because` says it all."""

    code: str
    column: str
    about: str
    because: str


class Fact(Part):
    """A fact of the vocabulary or the pack; `value` as text, None where unknown."""

    name: str
    describes: str
    value: str | None

    @classmethod
    def of(cls, child: Child, name: str) -> Fact:
        value = child.facts.get(name)
        text = None if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)
        return cls(name=name, describes=child.pack.facts[name].describes or name.replace("_", " "), value=text)


class Item(Part):
    """One item that is asked of this child.

    rating     as given; None where unanswered.
    reads_as   the rating in the direction of the pack: of a reversed item top - rating; where unanswered what it stands
               at.
    meaning    what the rating means, None where the pack does not say or nothing was answered.
    points     item weight x points of the rating.
    counted    whether any rating of it can move the band (the scores, where a pack has no bands).
    """

    id: str
    domain: str
    kind: Literal["need", "strength"]
    label: str
    top: int
    rating: int | None
    reads_as: int
    meaning: str | None
    points: Decimal
    counted: bool


class Domain(Part):
    """One domain and its needs.

    points    of all its items that are asked.
    weighted  weight x the points of the items that the score weighs, held to the cap; None where it weighs none.
    capped    whether the cap took something away.
    missing   what an unanswered item of it stands as: least, zero, prorata or `refuse = n`.
    """

    id: str
    label: str
    weight: Decimal
    cap: Decimal | None
    missing: str
    points: Decimal
    weighted: Decimal | None
    capped: bool
    items: tuple[Item, ...]


class Need(Part):
    """What was rated. `not_asked` names the items that are not asked of this child."""

    domains: tuple[Domain, ...]
    strengths: tuple[Item, ...]
    not_asked: tuple[str, ...]
    completeness: int


class Score(Part):
    """A named score: a number in `value`, a truth in `holds`, money in `value_pence`; all None where unknown.
    `reads_strengths`: this is where strengths count."""

    name: str
    expression: str
    value: Decimal | None = None
    holds: bool | None = None
    value_pence: int | None = None
    reads_strengths: bool


class Rule(Part):
    """A rule that raises the care to a band or holds it there. `holds` is None where it is not known."""

    id: str
    at: Literal["at_least", "at_most"]
    band: int
    when: str
    because: str
    review_in_days: int | None
    holds: bool | None
    set_the_band: bool


class Line(Part):
    """A line of first_that_holds."""

    band: int
    when: str
    holds: bool | None


class Band(Part):
    """The band and how it came about.

    points            the score that the edges stand on; None where lines, not points, give the band.
    from_points       where the base band begins; None for the first. `next_from_points`: where the band above begins.
    above, to_next    points above the one, and short of the other.
    low, high         what the unanswered items could still lead to; `range` says whether these are exact or outer ends.
    one_step_moves    whether any one rating one step different would give another band.
    reads             facts beside the items that the band reads; `allowed`: protected facts it may read, and why.
    """

    band: int
    name: str
    describes: str | None
    base_band: int | None
    base_name: str | None
    points: Decimal | None
    from_points: Decimal | None
    next_from_points: Decimal | None
    above: Decimal | None
    to_next: Decimal | None
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]
    low: int
    high: int
    range: Literal["exact", "outer"]
    one_step_moves: bool
    reads: tuple[Fact, ...]
    allowed: dict[str, str]


class Setting(Part):
    """`meets_from` and `meets_to` are the bands it is meant for, None where open or not assessed by band; `intensity`
    is its place from least to most intensive, None where it is not assessed."""

    id: str
    label: str
    intensity: int | None
    meets_from: int | None
    meets_to: int | None
    legal_note: str | None

    @classmethod
    def of(cls, pack: Pack, name: str | None) -> Setting | None:
        if name is None:
            return None
        found = pack.settings[name]
        ends = [None if end is None else pack.bands[end].number for end in (found.meets_from, found.meets_to)]
        return cls(
            id=name,
            label=found.label,
            intensity=found.intensity,
            meets_from=ends[0],
            meets_to=ends[1],
            legal_note=found.legal_note,
        )


class Wishes(Part):
    """What the child says of the placement, and the setting the social worker preferred."""

    child_view: str | None
    preferred: Setting | None


class Fit(Part):
    """The placement. `location` is by the legal test; `distance_miles` is from home."""

    setting: Setting | None
    fit: str | None
    location: str | None
    distance_miles: Decimal | None


class Hold(Part):
    """What keeps the child off a list of possible moves. `waits_for`: the unknown facts that leave it unknown."""

    id: str
    state: State
    when: str
    because: str
    waits_for: tuple[Fact, ...]


class Review(Part):
    """A question for a person. `tier` is its place in the priority, None for a note; `waits_for` as for a hold."""

    id: str
    kind: str
    tier: int | None
    state: State
    when: str
    because: str
    amount_pence: int | None
    waits_for: tuple[Fact, ...]


class PriceRow(Part):
    """The row of prices.csv. `covers_scope`: its figures cover what the child's cost covers."""

    row: int
    setting: str
    basis: Literal["care", "total"]
    scopes: tuple[str, ...]
    regions: tuple[str, ...]
    ages: tuple[int, int] | None
    source: str | None
    source_text: str | None
    covers_scope: bool


class Cost(Part):
    """Pounds a week.

    basis        care: core care and additional support; total: the whole placement; unknown.
    fit_unknown  why the cost is not compared: no_setting, no_cost, no_price, cannot_choose, other_scope or
                 other_basis.
    price_row    the row behind price_low, price_expected and price_high: this band in the setting the child is in.
    reference    the least intensive setting that meets the band at the child's age; `reference_none` says why there is
                 no single figure for it: no_prices, none_named, side_by_side, no_age or no_price.
    """

    care_cost_pence: int | None
    basis: str
    scope: str | None
    price_low_pence: int | None
    price_expected_pence: int | None
    price_high_pence: int | None
    price_row: PriceRow | None
    fit: str | None
    fit_unknown: str | None
    reference: Setting | None
    reference_expected_pence: int | None
    reference_row: PriceRow | None
    reference_none: str | None


class Override(Part):
    """A band that a person set by hand; the computed one stands beside it."""

    band: int
    reason: str
    reason_text: str
    person: str
    date: dt.date


class Step(Part):
    """One answered item, and the band if its rating alone, as given, were one step lower or higher; None beyond the
    scale, or where the band would not be known."""

    item: str
    rating: int
    if_lower: int | None
    if_higher: int | None


class Authors(Part):
    """What rule authors see and a panel does not.

    steps        every answered item that is asked.
    unanswered   the unanswered items that could move the band or its range.
    """

    steps: tuple[Step, ...]
    unanswered: tuple[str, ...]
    price_variance_pence: int | None
    setting_variance_pence: int | None


class Explanation(Part):
    """One child's result with everything that led to it.

    A rejected row has its reasons and nothing else; `band` is None for a pack that stops at scores.
    """

    child_id: str
    on: dt.date
    status: Literal["scored", "rejected"]
    pack: PackUsed
    reasons: tuple[Reason, ...] = ()
    profile: ProfileUsed | None = None
    need: Need | None = None
    scores: tuple[Score, ...] = ()
    band: Band | None = None
    override: Override | None = None
    wishes: Wishes | None = None
    fit: Fit | None = None
    holds: tuple[Hold, ...] = ()
    reviews: tuple[Review, ...] = ()
    priority: int | None = None
    cost: Cost | None = None
    authors: Authors | None = None

    def for_panel(self) -> Explanation:
        """The same without what would show which rating moves the band, and without differences in pounds."""
        if self.band is None:
            return self.model_copy(update={"authors": None})
        shown = {
            "rules": tuple(rule for rule in self.band.rules if rule.holds),
            "lines": tuple(line for line in self.band.lines if line.holds)[:1],
        }
        return self.model_copy(update={"authors": None, "band": self.band.model_copy(update=shown)})

    def moves(self) -> tuple[Step, ...]:
        """The answered items of which one step would give another band. Raises ValueError without the authors' part."""
        if self.authors is None or self.band is None:
            raise ValueError("only an explanation for authors, of a pack with bands, tells what moves the band")
        return tuple(
            step
            for step in self.authors.steps
            if any(band not in (None, self.band.band) for band in (step.if_lower, step.if_higher))
        )
