"""Why a row was rejected, in words for the person who supplied it. Codes are stable; sentences name no cell's
content."""

from __future__ import annotations

from banding.pack.meaning import Pack
from banding.vocabulary import Fact, Type


def reason(code: str, column: str, pack: Pack) -> str:
    """A sentence for one reason: what is wrong, what was expected, what to do."""
    if code == "rating-off-scale":
        top = pack.items[column].top
        return (
            f"The rating is not a whole number from 0 to {top}. Correct it; leave the cell blank where nobody knows, "
            "and write not_asked where it was not to be asked."
        )
    if code == "too-many-unanswered":
        most = pack.domains[column].refuse_above
        return f"More than {most} items of {pack.domains[column].label} are unanswered. Complete the profile."
    if code == "refused":
        return next(refusal.because for refusal in pack.refusals if refusal.id == column)
    fact = pack.facts.get(column.removesuffix("_pence")) or pack.facts.get(column)
    if code == "bad-money" and column.endswith("_pence") and fact is not None:
        return f"{column} is not whole pence a week from 0 to {fact.high:,}. Leave the cell blank if unknown."
    said = _SENTENCES.get(code, "The row cannot be used.").format(column=column, expected=_expected(fact, pack))
    return f"{said} {_FROM_DATES}" if column in _WORKED_OUT else said


def _expected(fact: Fact | None, pack: Pack) -> str:
    if fact is None:
        return "a value this column can hold"
    if fact.type is Type.CHOICE:
        return f"one of {', '.join(pack.settings if fact.from_settings else fact.choices)}"
    if fact.type is Type.MONEY:
        return f"pounds a week from 0 to {fact.high // 100:,}"
    whole = "" if fact.decimals else "whole "
    return f"a {whole}number from {fact.low} to {fact.high}" + (f" ({fact.unit})" if fact.unit else "")


_WORKED_OUT = ("age", "age_months", "age_on", "profile_age_days")
_FROM_DATES = "Where it is not given, it is worked out from date_of_birth and profile_date."


_SENTENCES = {
    "no-child-id": "The row has no child_id. Give every child one.",
    "duplicate-child-id": "The child_id stands in more than one row. Keep the one that is right.",
    "out-of-range": "{column} is not {expected}. Correct it, or leave the cell blank if unknown.",
    "bad-money": "{column} is not {expected}. Write 1234.50 or £1,234.50, or leave the cell blank if unknown.",
    "bad-truth": "{column} is not yes or no. Write yes or no, or leave the cell blank if unknown.",
    "unknown-code": "{column} is not {expected}. Correct it, or leave the cell blank if unknown.",
    "bad-date": "{column} is not a date written as 2026-04-01. Write it so (in a spreadsheet, format the cells as "
    "yyyy-mm-dd), or leave the cell blank if unknown.",
    "future-date": "{column} is after the caseload's date. Correct it, or score for a later date.",
    "nothing-rated": "No item is rated. Rate the child, or delete the row if it is none (a total, say).",
    "profile-out-of-date": "The profile is older than the pack lets it be. Rate the child anew.",
    "cost-missing": "No weekly cost is given of the child, though it is of others. Give it where it is known.",
    "cost-zero": "{column} is zero. Leave the cell blank if the cost is unknown.",
    "cost-low": "{column} is below 100 pounds a week: a cost a day, perhaps, or one payer's share. Check it.",
    "cost-high": "{column} is above 100,000 pounds a week: a cost a month or a year, perhaps. Check it.",
    "parts-differ": "The parts of {column} do not add up to it. Check core_cost, additional_support_cost, "
    "education_cost and other_cost against it.",
    "band_unknown": "The band depends on an unknown fact or on a set with nothing answered. Complete the profile.",
}
