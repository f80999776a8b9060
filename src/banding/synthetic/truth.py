"""What is true of a synthetic caseload because it was made so: what a statistic about it ought to find again."""

from __future__ import annotations

import datetime as dt
import textwrap
from dataclasses import dataclass, fields
from math import isfinite
from typing import NamedTuple

from banding.errors import BandingError, Finding

# The date of a synthetic caseload unless another is named: fixed, so that a seed gives the same bytes on any day.
ON = dt.date(2026, 6, 30)


class Parameter(NamedTuple):
    """The least and the most a parameter of `Truth` may be, and what it means in a sentence."""

    low: float
    high: float
    means: str


PARAMETERS = {
    "need_cost_link": Parameter(
        0, 1,
        "Slope of the log cost of care on the log expected price of the true band, among the children of one setting: "
        "0 not at all, 1 in full.",
    ),
    "placement_link": Parameter(
        0, 1,
        "Share of children whose setting follows the true band; the setting of the others follows age and being "
        "unaccompanied alone, with the same mix of settings.",
    ),
    "provider_effect": Parameter(0, 1, "Standard deviation of the log multipliers that providers have on their costs."),
    "dear_provider": Parameter(
        -2, 2,
        "Log multiplier of homes-01, the largest provider of homes, in place of the one drawn for it: ln(1.3), "
        "about 0.262, makes it 30% dearer than the middle of the market, and 0 leaves the one drawn.",
    ),
    "market": Parameter(0.1, 10, "Multiplier on every cost of care."),
    "cost_noise": Parameter(0, 1, "Standard deviation of the log cost of care that nothing else explains."),
    "rater_noise": Parameter(
        0, 1,
        "Share of asked ratings that are one step off the true one, half of them up, half down, and always inwards at "
        "an end of the scale.",
    ),
    "missing": Parameter(
        0, 1,
        "Share of asked ratings left blank, which come together: a share of 15 x missing of the children has some, and "
        "a tenth of these, who left off half-way, have about half of all blanks.",
    ),
    "sibling_link": Parameter(
        0, 1, "Share of the variance of what lies behind needs that brothers and sisters have in common."
    ),
    "need_changed": Parameter(
        0, 1,
        "Share of the earlier profiles since when the true need has changed, half each way; in the rest the true "
        "ratings are what they were, and any difference is noise of the raters.",
    ),
}  # fmt: skip

COST_AND_NEED = (
    "need_cost_link speaks of one setting at a time. The setting itself follows need by fixed tables as far as "
    "placement_link says, so over all children cost follows need even where need_cost_link is 0; a caseload without "
    "any link has both at 0. Measured on 100,000 children, seeds 1 to 5, all else as by default: the true band, as "
    "six groups, explains 0.40, 0.53 and 0.64 of the variance of the log full cost of care (R2; free care left out) "
    "at a need_cost_link of 0, 0.5 and 1; with placement_link 0 it explains 0.01 at 0 and 0.21 at 1. With both at 0 "
    "the rank correlation of cost and true need is within 0.01 of none at ages 10 to 15, and 0.05 over all ages, "
    "since both rise with age. Rater noise weakens what can be found: on rated bands the slope inside settings is "
    "0.44 at a need_cost_link of 0.5 and 0.89 at 1. Whatever the links, additional support and contributions by "
    "health, as parts of a cost, are likelier at a higher band."
)


def _described() -> str:
    told = (
        textwrap.fill(f"{name:<16} {parameter.means}", 116, initial_indent=" " * 4, subsequent_indent=" " * 21)
        for name, parameter in PARAMETERS.items()
    )
    return "\n".join(
        (
            "The stated parameters of a synthetic caseload.",
            "",
            *told,
            "",
            textwrap.fill(COST_AND_NEED, 116, initial_indent=" " * 4, subsequent_indent=" " * 4),
            "",
            "    Raises BandingError with all findings where a value is outside its range.",
        )
    )


@dataclass(frozen=True, slots=True)
class Truth:
    # Composed, because every truth.json says the same of the same parameters.
    __doc__ = _described()

    need_cost_link: float = 0.5
    placement_link: float = 1.0
    provider_effect: float = 0.10
    dear_provider: float = 0.0
    market: float = 1.0
    cost_noise: float = 0.12
    rater_noise: float = 0.12
    missing: float = 0.01
    sibling_link: float = 0.4
    need_changed: float = 0.25

    def __post_init__(self) -> None:
        findings = []
        for field in fields(self):
            low, high, _ = PARAMETERS[field.name]
            value = getattr(self, field.name)
            if not (isfinite(value) and low <= value <= high):
                message = f"Expected a number from {low} to {high}."
                findings.append(Finding("out-of-range", "", field.name, message, "Choose one inside the range."))
        if findings:
            raise BandingError(findings)
