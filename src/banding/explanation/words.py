"""The words of an explanation that its pages share: what each code means, and whole sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from banding.engine.cells import CURRENCY_SIGNS
from banding.explanation.model import Band, Cost, Explanation, Fact, Fit, Rule
from banding.explanation.page import Page

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

KINDS = {
    "legal": "Legal check",
    "unmet_need": "Need that may not be met",
    "cannot_judge": "What cannot be judged yet",
    "setting": "Setting above the need",
    "support": "Support to explain",
    "fee": "Fee",
    "note": "Note",
}
TIERS = {
    1: "a legal check",
    2: "need that may not be met",
    3: "what cannot be judged yet",
    4: "a setting well above the need",
    5: "support to explain, or its review overdue",
    6: "a fee to explain, nothing more pressing",
}
STATUSES = {"illustrative": "illustrative, nobody's official scheme", "local": "a local scheme", "agreed": "agreed"}
RATED_BY = {
    "social_worker": "a social worker",
    "carer": "a carer",
    "clinician": "a clinician",
    "reviewing_officer": "a reviewing officer",
    "other": "somebody else",
}
NOT_RATED_BY = "When and by whom the profile was rated is not recorded."
VIEWS = {
    "wants_to_stay": "The child wants to stay.",
    "mixed": "The child's view is mixed.",
    "wants_to_move": "The child wants to move.",
    "not_asked": "The child has not been asked: ask first.",
}
LOCATIONS = {
    "in_area": "in the council's own area",
    "adjoining": "in an adjoining area",
    "at_a_distance": "at a distance by the legal test",
}
BASES = {"care": "core care and additional support", "total": "the total, whatever it covers"}
SCOPES = {"fee": "a provider's fee", "carer_payments": "payments to carers", "full_unit_cost": "full unit cost"}
COST_FITS = {
    "below": "The care cost is below the range for this band in this setting.",
    "within": "The care cost is within the range for this band in this setting.",
    "above": "The care cost is above the range for this band in this setting.",
}
NOT_COMPARED = {
    "no_setting": "The cost is not compared: the setting is not known.",
    "no_cost": "The cost is not compared: it is not known.",
    "no_price": "The cost is not compared: the pack has no price for this band in this setting.",
    "cannot_choose": "The cost is not compared: the pack has several prices here, and what decides between them (age, "
    "region, what the cost covers) is not known or fits none.",
    "other_scope": "The cost is not compared: it is not known to cover what the range covers.",
    "other_basis": "The cost is not compared: the range is for care, and only the total is known, or the reverse.",
}
NO_REFERENCE = {
    "no_prices": "The pack has no prices in force on this date.",
    "none_named": "The pack names no reference setting for this band at this age: the cost is agreed child by child.",
    "side_by_side": "Several reference settings stand side by side for this band, with no single figure.",
    "no_age": "The reference setting goes by age, and the age is not known.",
    "no_price": "The reference setting has no single price here.",
}


def number(value: Decimal) -> str:
    """A decimal without the noughts it does not need."""
    return f"{value.normalize():f}"


def points(value: Decimal) -> str:
    return f"{number(value)} {'point' if value == 1 else 'points'}"


def counted(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def day(date: dt.date) -> str:
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def pounds(pence: int, currency: str) -> str:
    """Money as people say it: £1,150, or £1,150.50 where there are pence; its code before other currencies."""
    sign = CURRENCY_SIGNS.get(currency, f"{currency} ")
    whole, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{sign}{whole:,}" + (f".{rest:02d}" if rest else "")


def spaced(identity: str) -> str:
    return identity.replace("_", " ")


def listed(words: Sequence[str], last: str = "and") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def facts(unknown: Iterable[Fact]) -> str:
    """Facts by what they are, each once."""
    return "; ".join(dict.fromkeys(fact.describes for fact in unknown))


def header(page: Page, found: Explanation) -> None:
    """Which child, which pack, who rated when."""
    pack = found.pack
    page.title(f"Child {found.child_id} on {day(found.on)}")
    page.line(f"{pack.title} {pack.version}: {STATUSES[pack.status]}.")
    if not pack.in_force:
        page.line(f"This version of the pack is NOT in force on {day(found.on)}.")
    if found.profile is None:
        return
    profile = found.profile
    when = f" on {day(profile.date)}" if profile.date is not None else ""
    old = f", {counted(profile.days_old, 'day')} before" if profile.days_old is not None else ""
    rated = f"Rated by {RATED_BY[profile.rated_by]}{when}{old}." if profile.rated_by else NOT_RATED_BY
    if profile.rated_by is None and (when or old):
        rated = f"Rated{when or old.removeprefix(',')}{old if when else ''}; by whom is not recorded."
    current = ""
    if profile.valid_days is not None and profile.days_old is not None:
        days = "1 day" if profile.valid_days == 1 else f"{number(profile.valid_days)} days"
        current = f" A profile like this one counts as current for {days}."
    age = profile.age if profile.age is not None else profile.age_on
    aged = f"Age {age}." if age is not None else "The age is not known."
    page.line(f"{aged} {rated}{current}")


def rejected(page: Page, found: Explanation) -> None:
    """Why a row was rejected."""
    page.head("Not banded")
    for one in found.reasons:
        page.point(f"{one.about}: {one.because}" if one.about else one.because)
    page.note("Nothing is said of this child until that is put right.")


def because(rules: Iterable[Rule]) -> str:
    return "; and by ".join(f'"{spaced(rule.id)}": {rule.because.rstrip(".")}' for rule in rules)


def between(band: Band) -> str:
    """Where the base band begins and ends, in points."""
    low, high = band.from_points, band.next_from_points
    if low is None:
        return "all points there are" if high is None else f"below {number(high)}"
    return f"{number(low)} or more" if high is None else f"from {number(low)} to below {number(high)}"


def care(band: Band) -> str:
    """The one sentence: what care is asked for, and why."""
    start = f"Care at band {band.band}, {band.name}: "
    setting_it = [rule for rule in band.rules if rule.set_the_band]
    raised = band.base_band is None or band.band > band.base_band
    moved = f"{'raised' if raised else 'held down'} by {because(setting_it)}"
    if band.points is None:
        first = f"the first condition of the pack that holds gives band {band.base_band}"
        return start + (moved if band.base_band is None else f"{first}; {moved}" if setting_it else first) + "."
    if setting_it:
        return f"{start}{points(band.points)} is band {band.base_band}; {moved}."
    return f"{start}{points(band.points)} ({between(band)})."


def described(band: Band) -> str:
    """What the pack says of the care at a band, as a sentence; "" where it says nothing."""
    return f"{band.describes.rstrip('.')}." if band.describes else ""


def setting_fit(fit: Fit) -> str:
    """A sentence for each value of setting_fit."""
    setting = fit.setting
    if setting is None:
        return "The setting the child lives in is not known, so whether it fits cannot be told."
    low, high = setting.meets_from, setting.meets_to
    meant = f"care at bands {low} to {high}" if low != high else f"care at band {low}"
    if low is None or high is None:
        meant = f"care at band {low} and above" if low else f"care up to band {high}"
    return {
        "unknown": "Whether the setting fits cannot be told: the age is not known.",
        "legal_check": f"The law comes first: {setting.legal_note}.",
        "not_assessed": "This setting is not assessed by band.",
        "more_intensive": f"The setting is more intensive than the need asks for: it is meant for {meant}.",
        "less_intensive": f"The setting is less intensive than the need asks for: it is meant for {meant}.",
        "within": "The setting is meant for care at this band.",
    }[fit.fit or "unknown"]


def location(fit: Fit) -> str | None:
    """Where the placement is; both tests where both are known."""
    miles = f"{number(fit.distance_miles)} miles from home" if fit.distance_miles is not None else None
    if fit.location is None:
        return None if miles is None else f"It is {miles}; whether at a distance by the legal test is not known."
    if miles is None:
        return f"It is {LOCATIONS[fit.location]}."
    return (
        f"It is {LOCATIONS[fit.location]}, and {miles} (the legal test is the first; 20 miles is a statistical marker)."
    )


def price(cost: Cost, currency: str) -> str | None:
    """What this band is expected to cost in the setting the child is in."""
    low, expected, high = cost.price_low_pence, cost.price_expected_pence, cost.price_high_pence
    if low is None or expected is None or high is None:
        return None
    said = f"{pounds(expected, currency)} expected ({pounds(low, currency)} to {pounds(high, currency)})"
    source = cost.price_row.source_text if cost.price_row is not None else None
    return f"This band in this setting: {said}." + (f" {source.rstrip('.')}." if source else "")
