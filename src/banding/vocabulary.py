"""The facts a caseload may hold: one fixed list, each with its type, its unit, its range and what it is about.

`about` decides what a band may read: need and age alone (the pack reader refuses everything else in a band). Ranges are
wide limits of the possible, not of the likely: a value outside is rejected as a slip, and the engine's bounds rest on
them. Kept outside `pack` and `caseload` because both speak it and neither owns it.

Sources: looked-after children's return (SSDA903) code lists and the Children's Social Care Placements Standard for the
choices; Children Act 1989 s22C for the reasons a placement is preferred. Money is gross, GBP a week, whole pence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """The types of the pack language."""

    NUMBER = "number"
    MONEY = "money"
    TRUTH = "truth"
    CHOICE = "choice"
    DATE = "date"
    SET = "set"


class About(StrEnum):
    """What a fact is about. A band reads NEED and AGE; PROTECTED facts only where a pack's [allow] names them."""

    NEED = "need"
    AGE = "age"
    PERSON = "person"
    PLACEMENT = "placement"
    COST = "cost"
    HISTORY = "history"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the vocabulary.

    low, high  inclusive limits: whole numbers for NUMBER, pence for MONEY, days since 1970-01-01 for DATE.
    decimals   decimals kept of a NUMBER; finer ones are rounded half up with a warning, and refused where it is 0.
    choices    the accepted ids of a CHOICE; empty where the pack supplies them (settings) or where any text may stand.
    unknown    a NUMBER that files write where it is not known.
    """

    name: str
    type: Type
    about: About
    describes: str
    unit: str = ""
    low: int = 0
    high: int = 1
    choices: tuple[str, ...] = ()
    from_settings: bool = False
    decimals: int = 0
    unknown: str = ""


# A weekly cost above ten million pounds is a slip in any currency; the bound keeps every sum of costs far inside 2^62.
MOST_MONEY = 1_000_000_000
FIRST_DAY, LAST_DAY = -36_525, 73_050  # 1870-01-01 to 2170-01-01

REGIONS = (
    "north_east", "north_west", "yorkshire_and_the_humber", "east_midlands", "west_midlands", "east_of_england",
    "london", "south_east", "south_west",
)  # fmt: skip


def _number(name: str, about: About, low: int, high: int, unit: str, describes: str) -> Fact:
    return Fact(name, Type.NUMBER, about, describes, unit, low, high)


def _money(name: str, about: About, describes: str) -> Fact:
    return Fact(name, Type.MONEY, about, describes, "GBP a week", 0, MOST_MONEY)


def _truth(name: str, about: About, describes: str) -> Fact:
    return Fact(name, Type.TRUTH, about, describes)


def _choice(name: str, about: About, describes: str, *choices: str) -> Fact:
    return Fact(name, Type.CHOICE, about, describes, choices=choices)


def _date(name: str, about: About, describes: str) -> Fact:
    return Fact(name, Type.DATE, about, describes, "date", FIRST_DAY, LAST_DAY)


_A = About
_FACTS = (
    _number("age", _A.AGE, 0, 25, "whole years", "age on the profile's date"),
    _number("age_months", _A.AGE, 0, 311, "whole months", "age on the profile's date"),
    _number("age_on", _A.PERSON, 0, 25, "whole years", "age on the date the caseload is scored for"),
    _date("date_of_birth", _A.PERSON, "gives age, age_months and age_on where they are absent"),
    _number("profile_age_days", _A.HISTORY, 0, 36_525, "days", "from the profile's date to the scoring date"),
    Fact("setting", Type.CHOICE, _A.PLACEMENT, "the setting the child lives in", from_settings=True),
    Fact("preferred_setting", Type.CHOICE, _A.PLACEMENT, "the setting the social worker preferred", from_settings=True),
    _choice("provider_kind", _A.PLACEMENT, "who provides the placement", "own_council", "other_council",
            "other_public", "private", "voluntary", "parents"),
    _choice("provider", _A.PLACEMENT, "the provider, by the caseload's own codes"),
    _choice("contract_kind", _A.PLACEMENT, "how the placement was bought", "framework", "other_framework", "spot",
            "block", "remand", "secure_welfare"),
    _choice("region", _A.PLACEMENT, "English region of the placement", *REGIONS),
    _choice("location", _A.PLACEMENT, "where the placement is, by the legal test", "in_area", "adjoining",
            "at_a_distance"),
    Fact("distance_miles", Type.NUMBER, _A.PLACEMENT, "from home to the placement", "miles", 0, 700, decimals=1,
         unknown="999.9"),
    _choice("distance_reason", _A.PLACEMENT, "why the placement is away from the preferred area", "child_or_parent",
            "safeguarding", "none_available", "none_exists", "carer_moving", "legal", "not_applicable"),
    _truth("location_preferred", _A.PLACEMENT, "the placement is in the location that was preferred"),
    _truth("education_continuous", _A.PLACEMENT, "education went on undisturbed"),
    _truth("solo", _A.PLACEMENT, "the child is placed alone"),
    _truth("deprivation_of_liberty", _A.PLACEMENT, "the care deprives the child of liberty"),
    _truth("liberty_order", _A.PLACEMENT, "a court order for a deprivation of liberty is in force"),
    _truth("permanence_match", _A.PLACEMENT, "long-term matched, or placed to stay"),
    _truth("planned_move", _A.PLACEMENT, "a move is already planned"),
    _truth("emergency_start", _A.PLACEMENT, "the placement began in an emergency"),
    _number("siblings_here", _A.PLACEMENT, 0, 20, "children", "siblings who live in the same placement"),
    _number("weeks_in_placement", _A.PLACEMENT, 0, 1_400, "whole weeks", "in the present placement"),
    _money("weekly_cost", _A.COST, "total cost of the placement"),
    _money("core_cost", _A.COST, "the provider's price for care"),
    _money("additional_support_cost", _A.COST, "support bought for this child"),
    _money("education_cost", _A.COST, "education bought with the placement"),
    _money("other_cost", _A.COST, "anything else in the total"),
    _money("earlier_cost", _A.COST, "care cost at an earlier profile"),
    _money("earlier_support_cost", _A.COST, "additional support cost at an earlier profile"),
    _money("health_contribution", _A.COST, "what health pays of the total"),
    _money("education_contribution", _A.COST, "what education pays of the total"),
    _choice("cost_scope", _A.COST, "what the cost covers", "fee", "carer_payments", "full_unit_cost"),
    _date("support_review_due", _A.HISTORY, "when the additional support is to be reviewed"),
    _number("moves_12_months", _A.HISTORY, 0, 100, "moves", "changes of carer in the last twelve months"),
    _number("missing_12_months", _A.HISTORY, 0, 400, "episodes", "times missing in the last twelve months"),
    _number("days_in_care", _A.HISTORY, 0, 9_500, "days", "since this period of care began"),
    _number("earlier_band", _A.HISTORY, 1, 100, "band number", "band at an earlier profile"),
    _number("earlier_need_score", _A.HISTORY, -100_000, 100_000, "points", "need score at an earlier profile"),
    _choice("council", _A.PERSON, "the council that looks after the child, by the caseload's own codes"),
    _choice("household", _A.PERSON, "the same for brothers and sisters, by the caseload's own codes"),
    _choice("legal_status", _A.PERSON, "why the child is looked after", "interim_care_order", "full_care_order",
            "placement_order", "section_20", "short_breaks", "protection", "youth_justice", "other"),
    _truth("care_proceedings", _A.PERSON, "care proceedings are under way"),
    _truth("exam_year", _A.PERSON, "the child sits public examinations this school year"),
    _choice("child_view", _A.PERSON, "what the child says of the placement", "wants_to_stay", "mixed",
            "wants_to_move", "not_asked"),
    _choice("form", _A.HISTORY, "the form the ratings were made on, by the name of its instrument"),
    _choice("rater_role", _A.PERSON, "who rated the profile", "social_worker", "carer", "clinician",
            "reviewing_officer", "other"),
    _number("sdq_total", _A.NEED, 0, 40, "points", "Strengths and Difficulties Questionnaire, total difficulties"),
    _choice("sex", _A.PROTECTED, "sex", "female", "male"),
    _choice("ethnicity", _A.PROTECTED, "ethnicity, in the caseload's own codes"),
    _choice("nationality", _A.PROTECTED, "nationality, in the caseload's own codes"),
    _choice("language", _A.PROTECTED, "first language, in the caseload's own codes"),
    _choice("religion", _A.PROTECTED, "religion, in the caseload's own codes"),
    _choice("immigration_status", _A.PROTECTED, "immigration status, in the caseload's own codes"),
    _truth("unaccompanied", _A.PROTECTED, "an unaccompanied asylum-seeking child"),
    _truth("disability", _A.PROTECTED, "recorded as disabled"),
    _choice("diagnosis", _A.PROTECTED, "a diagnosis, in the caseload's own codes"),
    _truth("ehcp", _A.PROTECTED, "has an education, health and care plan"),
    _truth("pregnant_or_parent", _A.PROTECTED, "is pregnant or a parent"),
)  # fmt: skip

FACTS: dict[str, Fact] = {fact.name: fact for fact in _FACTS}


def markdown() -> str:
    """The vocabulary as docs/facts.md has it; a test keeps the two alike."""
    lines = [
        "# The facts of a caseload",
        "",
        "One fixed vocabulary for every pack. A band may read those about need and age; the rest serves reviews, "
        "holds,",
        "settings and prices. A value outside its range rejects the row. Money is pounds a week, gross, or whole pence",
        "under `<name>_pence`. Blank is unknown, never zero or no.",
        "",
        "| name | type | about | unit and range, or choices | what it is |",
        "|---|---|---|---|---|",
    ]
    for fact in _FACTS:
        if fact.type is Type.CHOICE:
            values = "the pack's settings" if fact.from_settings else ", ".join(fact.choices) or "any code"
        elif fact.type is Type.NUMBER:
            values = f"{fact.unit}, {fact.low} to {fact.high}" + (" (one decimal)" if fact.decimals else "")
            values += f"; {fact.unknown} is unknown" if fact.unknown else ""
        else:
            values = {Type.MONEY: "GBP a week", Type.TRUTH: "yes, no", Type.DATE: "2026-04-01"}[fact.type]
        lines.append(f"| `{fact.name}` | {fact.type} | {fact.about} | {values} | {fact.describes} |")
    return "\n".join(lines) + "\n"
