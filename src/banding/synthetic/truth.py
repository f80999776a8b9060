"""What is true of a synthetic caseload because it was made so: what a statistic about it ought to find again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from math import isfinite

from banding.errors import BandingError, Finding

# The date of a synthetic caseload unless another is named: fixed, so that a seed gives the same bytes on any day.
ON = dt.date(2026, 6, 30)

_RANGES = {
    "need_cost_link": (0, 1),
    "provider_effect": (0, 1),
    "dear_provider": (-2, 2),
    "market": (0.1, 10),
    "cost_noise": (0, 1),
    "rater_noise": (0, 1),
    "missing": (0, 1),
    "sibling_link": (0, 1),
    "need_changed": (0, 1),
}


@dataclass(frozen=True, slots=True)
class Truth:
    """The stated parameters of a synthetic caseload.

    need_cost_link   0 to 1: how far the cost of care follows the true need inside a setting; at 0 not at all.
    provider_effect  standard deviation of a provider's log multiplier on its costs.
    dear_provider    added to the log multiplier of the provider `mix.DEAR_PROVIDER`; ln(1.3) makes it 30% dearer.
    market           multiplier on every cost.
    cost_noise       standard deviation of the log of what is left of a cost.
    rater_noise      share of asked ratings that are one step off the true one: half of them up, half down, and always
                     inwards at an end of the scale.
    missing          share of asked ratings left blank. They come together: of the children a share of 15 x missing has
                     some, and a tenth of these, who left off half-way, have about half of all blanks.
    sibling_link     share of the variance of what lies behind needs that brothers and sisters have in common.
    need_changed     share of the earlier profiles since when the true need has changed, half each way. In the rest the
                     true ratings are what they were, and any difference is noise of the raters.

    Raises BandingError with all findings where a value is outside its range.
    """

    need_cost_link: float = 0.5
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
            low, high = _RANGES[field.name]
            value = getattr(self, field.name)
            if not (isfinite(value) and low <= value <= high):
                message = f"Expected a number from {low} to {high}."
                findings.append(Finding("out-of-range", "", field.name, message, "Choose one inside the range."))
        if findings:
            raise BandingError(findings)
