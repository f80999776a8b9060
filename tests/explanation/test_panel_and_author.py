"""How an explanation reads: for a panel, whose page never shows which rating moves the band, and for authors."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest

from banding.engine.plan import COST_BASES, TIERS
from banding.explanation import words
from banding.explanation.author import author_page
from banding.explanation.explain import explain
from banding.explanation.model import Explanation, Fit
from banding.explanation.panel import panel_page
from banding.pack.library import load_pack
from banding.pack.model import Kind, Status
from banding.pack.resolve import COST_FITS, SETTING_FITS
from banding.vocabulary import FACTS
from tests.explanation.explained import ENGLAND, HOME, ON, PROFOUND, SUICIDAL, UNACCOMPANIED, england
from tests.small import pack_in

# A child of whom everything is recorded that the England pack asks for.
RECORDED: dict[str, Any] = {
    **SUICIDAL, **HOME, "peers": None, "anxiety": 2, "going_missing": 1, "trusted_adult": 2, "family": 3, "solo": False,
    "child_view": "wants_to_stay", "rater_role": "social_worker", "profile_date": "2026-05-01", "location": "in_area",
    "distance_miles": 4, "exam_year": True, "deprivation_of_liberty": False, "extra_staffing": False,
    "moves_12_months": 0, "missing_12_months": 0, "permanence_match": False, "siblings_here": 0,
    "care_proceedings": False, "planned_move": False, "weeks_in_placement": 60, "days_in_care": 700,
    "support_review_due": "2026-09-01", "earlier_need_score": 17, "earlier_support_cost": 400,
}  # fmt: skip
CASES: dict[str, dict[str, Any]] = {
    "recorded": RECORDED, "profound": {**PROFOUND, **HOME}, "unaccompanied": {**HOME, **UNACCOMPANIED},
    "bare": {}, "blank": dict.fromkeys(ENGLAND.items), "adult": {"age": 18}, "severe": dict.fromkeys(ENGLAND.items, 3),
}  # fmt: skip


def flat(text: str) -> str:
    """Text without its line ends, so that a sentence can be looked for."""
    return " ".join(text.split())


def panel(**given: Any) -> str:
    return flat(panel_page(england(**given)).text())


@pytest.mark.parametrize("case", CASES)
def test_a_panels_page_keeps_to_its_words(case: str) -> None:
    found = england(**CASES[case])
    text = panel_page(found).text()
    assert max(map(len, text.splitlines())) <= 80
    assert not [name for name in ENGLAND.items if "_" in name and name in re.findall(r"\w+", text)]
    assert not re.search(r"band \d+ child|misplaced|saving|variance|None|\bTrue\b|\bFalse\b", text)
    assert "supports a decision and never takes one" in flat(text) or found.status == "rejected"
    assert text == panel_page(found.for_panel()).text()


@pytest.mark.parametrize("case", ["recorded", "profound", "unaccompanied"])
def test_need_wishes_and_fit_come_before_pounds(case: str) -> None:
    text = panel_page(england(**CASES[case])).text()
    places = [text.index(head) for head in ("The care that", "Highest needs", "Wishes", "Questions", "GBP a week")]
    assert places == sorted(places)
    assert text.index("£") > places[-1]


def test_a_recorded_child_fits_on_a_page() -> None:
    assert 40 <= len(panel_page(england(**RECORDED)).text().splitlines()) <= 60


def test_differences_in_pounds_are_for_authors_alone() -> None:
    found = england(**RECORDED)
    assert found.authors is not None
    assert (found.authors.price_variance_pence, found.authors.setting_variance_pence) == (160_000, 440_000)
    for figure in ("£1,600", "£4,400"):
        assert figure in author_page(found).text()
        assert figure not in panel_page(found).text()


def test_only_authors_read_which_rating_moves_the_band() -> None:
    found = england(**RECORDED)
    assert "suicide_risk 3: one lower gives band 2" in author_page(found).text()
    text = panel_page(found).text()
    assert "- One rating one step different would move the band." in text
    assert "one lower" not in text
    assert "- No single rating one step different would move the band." in panel_page(england()).text()


def test_authors_read_everything() -> None:
    text = flat(author_page(england(**RECORDED)).text())
    for part in (
        ENGLAND.fingerprint,
        "risk_to_life (at_least 4), holds, sets the band: suicide_risk >= 3",
        "body_care (at_least 4), does not hold",
        "17 points (from 12 to below 24): 5 above, 7 short",
        "need = 17: max(0, weighted(scored) - credit)",
        "credit = 0 (here strengths count)",
        "safety, Safety: weight 2, cap 30, unanswered: least = 5 points, weighted 10",
        "peers unanswered, reads as 0, 0 points",
        "identity_culture_language 0 of 3, 0 points, for matching, not counted",
        "cost_above_range [fee] stands, £400",
        "exams [hold] stands: exam_year",
        "prices.csv row 24; basis care, scope fee, scope full_unit_cost). fitted_homes: Own proposal;",
        "reference agency_foster: £1,400 (prices.csv row 10",
        "reads age: 14 (age on the profile's date)",
    ):
        assert part in text, part


# -- sentences --------------------------------------------------------------------------------------------------------


def test_one_sentence_says_what_care_and_why() -> None:
    assert (
        'Care at band 4, Specialist care: 15 points is band 3; raised by "risk to life": A risk to life, to other '
        "children or to the home itself. A specialist foster scheme, or a small staff team in a home. To be looked at "
        "again within 42 days." in panel(**SUICIDAL)
    )
    assert "Care at band 1, Everyday care: 0 points (below 4)." in panel(age=10)
    assert "Care at band 2, Everyday care with help: 4 points (from 4 to below 12)." in panel(age=9, aggression=2)
    assert "Care at band 6, Individually designed care: 134 points (62 or more)." in panel(
        age=15, **{name: 3 for name, one in ENGLAND.items.items() if one.kind == "need"}
    )


def small(tmp_path: Path, rules: str, **given: Any) -> Explanation:
    pack = pack_in(
        tmp_path,
        f"[scores]\ntotal = 'sum(d)'\n{rules}",
        domains="id,label,missing\nd,D,least\nz,Z,zero\n",
        items="id,domain,kind,label,top\nfire,d,need,Fire,3\nfriend,z,strength,Friend,3\nkin,d,strength,Kin,3\n",
        bands="id,number,name,from_points\nlow,1,Low,0\nmid,2,Mid,2\nhigh,3,High,4\n"
        if "score" in rules
        else "id,number,name\nlow,1,Low\nmid,2,Mid\nhigh,3,High\n",
    )
    row = {"child_id": "c", "fire": 1, "friend": 0, "kin": 0, **given}
    kinds = dict.fromkeys(pack.items, pl.Int64)
    return explain(pl.DataFrame([row], schema_overrides=kinds), pack, "c", on=ON)


RULE = '[[bands.{at}]]\nid = "{id}"\nband = "{band}"\nwhen = "{when}"\nbecause = "{because}"\n'


def test_several_rules_and_rules_that_hold_down_are_named(tmp_path: Path) -> None:
    score = '[bands]\nscore = "total"\n'
    raised = score + "".join(
        RULE.format(at="at_least", id=f"r_{name}", band="mid", when="fire >= 1", because=f"Of {name}.")
        for name in ("one", "two")
    )
    text = flat(panel_page(small(tmp_path, raised)).text())
    assert 'Mid: 1 point is band 1; raised by "r one": Of one; and by "r two": Of two.' in text
    held = score + RULE.format(at="at_most", id="h", band="low", when="fire >= 3", because="No more.")
    text = flat(panel_page(small(tmp_path, held, fire=3)).text())
    assert 'Care at band 1, Low: 3 points is band 2; held down by "h": No more.' in text


def test_lines_that_give_a_band_are_told(tmp_path: Path) -> None:
    lines = '[bands]\nfirst_that_holds = [{band = "mid", when = "fire >= 1"}, {band = "low", when = "true"}]\n'
    found = small(tmp_path, lines)
    assert "Care at band 2, Mid: the first condition of the pack that holds gives band 2." in flat(
        panel_page(found).text()
    )
    assert "- band 2, holds: fire >= 1\n  - band 1, holds: true" in author_page(found).text()
    raised = lines + RULE.format(at="at_least", id="r", band="high", when="fire >= 1", because="More.")
    assert 'gives band 2; raised by "r": More.' in flat(panel_page(small(tmp_path, raised)).text())


def test_what_is_unanswered_says_how_it_stands(tmp_path: Path) -> None:
    score = '[bands]\nscore = "total"\n'
    text = flat(panel_page(small(tmp_path, score, fire=None, kin=None)).text())
    assert (
        "33% of the items asked are answered. Unanswered, taken as no need until known: Fire. Unanswered, taken as "
        "there in full until known: Kin." in text
    )
    assert "What is not known could still lead to care at bands 1 to 3." in text
    text = flat(panel_page(small(tmp_path, score, friend=None)).text())
    assert "Unanswered, taken as no strength until known: Friend." in text
    sdq = load_pack("sdq", on=ON)
    found = explain(pl.DataFrame({"child_id": ["c"], **dict.fromkeys(sdq.items, 0), "q02": None}), sdq, "c", on=ON)
    assert "Unanswered, left out while the answered ones are scaled up: Question 2." in flat(panel_page(found).text())
    whole = flat(panel_page(small(tmp_path, score)).text())
    assert "Every item asked is answered." in whole
    assert "could" not in whole.partition("How sure")[2].partition("Wishes")[0].replace("Nothing", "")


def test_what_a_band_reads_beside_items_and_age_is_shown(tmp_path: Path) -> None:
    rules = '[bands]\nscore = "total + if(ehcp, 1, 0) + if(sdq_total > 20, 2, 0)"\n[allow]\nehcp = "A court says so."\n'
    text = flat(panel_page(small(tmp_path, rules, ehcp="yes", sdq_total=25)).text())
    assert "The band also reads Strengths and Difficulties Questionnaire, total difficulties: 25." in text
    assert "The pack lets the band read ehcp: A court says so." in text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "The setting the child lives in is not known, so whether it fits cannot be told."),
        ({"setting": "childrens_home"}, "Children's home, 3 places or more. The setting is meant for care at this"),
        ({"setting": "small_home"}, "more intensive than the need asks for: it is meant for care at bands 5 to 6."),
        ({"setting": "supported_lodgings", "age": 16}, "less intensive than the need asks for: it is meant"),
        ({"setting": "supported_lodgings"}, "The law comes first: Support, not care: not lawful under 16"),
        ({"setting": "nhs"}, "NHS or other health setting. This setting is not assessed by band."),
        ({"setting": "nhs", "age_on": None}, "Whether the setting fits cannot be told: the age is not known."),
    ],
)  # fmt: skip
def test_each_fit_has_its_sentence(given: dict[str, Any], sentence: str) -> None:
    assert sentence in panel(**SUICIDAL | given)


@pytest.mark.parametrize(
    ("given", "sentences"),
    [
        (HOME, ("Care cost: £7,400 (core care and additional support; a provider's fee).",
                "This band in this setting: £5,800 expected (£4,700 to £7,000). Own proposal; fitted to",
                "The care cost is above the range", 'The question "cost above range" is about £400 a week.',
                "for this band, family first: Foster care through an agency, £1,400 expected.")),
        ({**HOME, "core_cost": "4300.50"}, ("Care cost: £4,700.50 (", "The care cost is within the range")),
        ({**HOME, "core_cost": 1}, ("The care cost is below the range",)),
        ({"setting": "childrens_home", "weekly_cost": 5},
         ("£5 (the total, whatever it covers; what it covers is not recorded",
          "The cost is not compared: it is not known to cover what the range covers.")),
        ({"setting": "childrens_home"}, ("The cost is not compared: it is not known.",)),
        ({"setting": "nhs", "weekly_cost": 5}, ("The cost is not compared: the pack has no price for this band",)),
        ({"weekly_cost": 5}, ("The cost is not compared: the setting is not known.",)),
    ],
)  # fmt: skip
def test_pounds_are_put_in_words(given: dict[str, Any], sentences: tuple[str, ...]) -> None:
    text = panel(**SUICIDAL | given)
    assert "GBP a week (illustrative, price year 2024-25)" in text
    for sentence in sentences:
        assert sentence in text


def test_bands_without_one_reference_setting_say_so() -> None:
    home = {"setting": "small_home"}
    assert "Several reference settings stand side by side for this band" in panel(**PROFOUND, **home)
    assert "names no reference setting for this band at this age" in panel(**CASES["severe"] | {"age": 15} | home)


@pytest.mark.parametrize(
    ("setting", "more", "shown"),
    [
        ("childrens_home", {}, True), ("kinship", {}, False), ("with_parents", {}, False), ("adoption", {}, False),
        ("agency_foster", {}, False), ("own_foster", {}, False), (None, {}, False),
        ("childrens_home", {"unaccompanied": "yes", "days_in_care": 30}, False),
        ("childrens_home", {"profile_age_days": 400}, False),
    ],
)  # fmt: skip
def test_the_reference_setting_is_told_only_where_it_is_less_intensive_and_a_question(
    setting: str | None, more: dict[str, Any], shown: bool
) -> None:
    known = {"days_in_care": 900, "unaccompanied": "no", "weeks_in_placement": 50, "profile_age_days": 9}
    text = panel(**SUICIDAL, **known | {"setting": setting} | more)
    assert ("The reference setting for this band" in text) is shown


def test_holds_and_what_to_check_first() -> None:
    text = panel(**SUICIDAL, **HOME, exam_year=True)
    assert "To keep in mind: Public examinations this school year." in text
    assert "Check first: not recorded, which is not the same as no" in text
    assert (
        "- Legal check: the care deprives the child of liberty; a court order for a deprivation of liberty is in "
        "force." in text
    )
    assert "Check first" not in panel(**RECORDED)
    above = {"age": 10, "setting": "small_home", "exam_year": True, "unaccompanied": False}
    moving = panel(**above)
    assert "What speaks against a move for now: Public examinations this school year." in moving
    assert "While it does, a setting above the need gives no priority." in moving
    assert "Priority 4 of 6: a setting well above the need." in panel(**above | {"exam_year": False})


def test_both_distances_are_shown_where_both_are_known() -> None:
    def said(location: str | None, miles: str | None) -> str | None:
        distance = None if miles is None else Decimal(miles)
        return words.location(Fit(setting=None, fit=None, location=location, distance_miles=distance))

    both = said("at_a_distance", "31.50")
    assert both is not None
    assert both.startswith(
        "It is at a distance by the legal test, and 31.5 miles from home (the legal test is the first;"
    )
    assert "20 miles is a statistical marker" in both
    assert said("adjoining", None) == "It is in an adjoining area."
    assert said(None, "3") == "It is 3 miles from home; whether at a distance by the legal test is not known."
    assert said(None, None) is None


def test_who_rated_and_when() -> None:
    rated = panel(**RECORDED)
    assert "Child c on 1 June 2026 England reference banding 2026: illustrative, nobody's official scheme." in rated
    assert "Age 14. Rated by a social worker on 1 May 2026, 31 days before." in rated
    assert "A profile like this one counts as current for 42 days." in rated
    assert "Age 10. When and by whom the profile was rated is not recorded." in panel(age=10)
    assert "Rated 1 day before; by whom is not recorded." in panel(age=10, profile_age_days=1)
    assert "The age is not known." in panel()
    early = explain(
        pl.DataFrame({"child_id": ["c"], **dict.fromkeys(ENGLAND.items, 0)}), ENGLAND, "c", on=dt.date(2026, 3, 1)
    )
    assert "This version of the pack is NOT in force on 1 March 2026." in flat(panel_page(early).text())


def test_high_needs_come_first_and_a_long_list_stays_short() -> None:
    text = panel(age=15, low_mood=3, suicide_risk=3, attachment=2, identity_culture_language=3)
    places = [text.index(label) for label in ("Risk of suicide: ", "Low mood: ", "Trust and closeness with adults: ")]
    assert places == sorted(places)
    assert "For matching, not counted: Identity, culture, faith and language, 3 of 3." in text
    assert "Rated lower: 27 needs at 0." in text
    many = panel(age=15, **dict.fromkeys(list(ENGLAND.items)[:12], 2), suicide_risk=3)
    assert "2 of 3: Physical health and medical care; Washing, dressing and using the toilet;" in many
    assert "3 of 3, Risk of suicide: The child means to die" in many


def test_an_override_stands_in_words_beside_the_band() -> None:
    by_hand = pl.DataFrame([{"child_id": "c", "band": 5, "person": "A. Panel", "reason": "strengths", "date": ON}])
    frame = pl.DataFrame([{"child_id": "c", **dict.fromkeys(ENGLAND.items, 0)}])
    found = explain(frame, ENGLAND, "c", on=ON, overrides=by_hand)
    sentence = "A. Panel set care at band 5 instead on 1 June 2026: Strengths carry more than the rules see."
    assert sentence in flat(panel_page(found).text())
    assert "set by hand to 5 by A. Panel on 2026-06-01: strengths" in flat(author_page(found).text())


def test_a_rejected_row_says_why_and_no_more() -> None:
    text = panel(age=18, low_mood=9)
    assert "Not banded - Low mood: The rating is not a whole number from 0 to 3." in text
    assert "At 18 and over a person is not looked after." in text
    assert text.endswith("Nothing is said of this child until that is put right.")
    assert "Care at band" not in text


def test_packs_that_stop_at_scores_and_packs_without_prices() -> None:
    sdq = load_pack("sdq", on=ON)
    found = explain(pl.DataFrame({"child_id": ["c"], **dict.fromkeys(sdq.items, 1)}), sdq, "c", on=ON)
    text = flat(panel_page(found).text())
    assert "This pack stops at scores: it gives no band." in text
    assert "- total difficulties: 20" in text
    assert "a week" not in text
    standard = load_pack("placements-standard", on=ON)
    row = {"child_id": ["c"], **{name: [1] for name in standard.items}, "weekly_cost": [4000]}
    text = flat(panel_page(explain(pl.DataFrame(row), standard, "c", on=ON)).text())
    assert "Care cost: £4,000 (the total, whatever it covers;" in text
    assert "The pack has no prices to compare it with." in text
    assert "1 of 1, Self-harm: Risk present" in text


# -- small words ------------------------------------------------------------------------------------------------------


def test_every_code_has_words() -> None:
    assert set(words.KINDS) == set(get_args(Kind))
    assert set(words.STATUSES) == set(get_args(Status))
    assert set(words.TIERS) == set(TIERS.values())
    assert set(words.COST_FITS) == set(COST_FITS) - {"unknown"}
    assert set(words.BASES) == set(COST_BASES) - {"unknown"}
    for table, fact in (
        (words.RATED_BY, "rater_role"), (words.VIEWS, "child_view"), (words.LOCATIONS, "location"),
        (words.SCOPES, "cost_scope"),
    ):  # fmt: skip
        assert set(table) == set(FACTS[fact].choices)
    setting = england(setting="childrens_home").fit
    assert setting is not None
    said = {words.setting_fit(setting.model_copy(update={"fit": fit})) for fit in SETTING_FITS}
    assert len(said) == len(SETTING_FITS)


def test_figures_read_as_people_write_them() -> None:
    assert [words.pounds(pence, "GBP") for pence in (0, 5, 115_000, -123_456_789)] == [
        "£0", "£0.05", "£1,150", "-£1,234,567.89"
    ]  # fmt: skip
    assert (words.pounds(100, "USD"), words.pounds(100, "SEK")) == ("$1", "SEK 1")
    assert [words.number(Decimal(text)) for text in ("10", "10.50", "0.00", "-3")] == ["10", "10.5", "0", "-3"]
    assert (words.points(Decimal("1.0")), words.points(Decimal(0))) == ("1 point", "0 points")
    assert words.day(dt.date(2026, 12, 3)) == "3 December 2026"
    assert [words.listed(list(part)) for part in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
