"""What an explanation says of wishes, fit, holds, reviews and pounds, and of a row that is refused."""

from __future__ import annotations

import csv
import warnings
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from banding.engine.score import BandingWarning, score
from banding.errors import CaseloadError, Finding
from banding.explanation.explain import explain, explain_child
from banding.explanation.model import Explanation
from banding.pack.library import shipped_rules
from tests.explanation.explained import (
    ENGLAND,
    HOME,
    ON,
    PROFOUND,
    SUICIDAL,
    UNACCOMPANIED,
    caseload,
    england,
    review,
    told,
    waits_for,
)
from tests.small import pack_in

SECRET = "SECRETNAME"

# -- wishes, fit, holds and reviews -----------------------------------------------------------------------------------


def test_wishes_and_fit() -> None:
    found = england(**SUICIDAL, **HOME, child_view="mixed", location="at_a_distance", distance_miles="31.5")
    assert found.wishes is not None
    assert found.fit is not None
    assert told(found.wishes.child_view, found.wishes.preferred and found.wishes.preferred.id) == (
        "mixed",
        "agency_foster",
    )
    assert found.fit.setting is not None
    assert told(found.fit.setting.id, found.fit.fit) == ("childrens_home", "within")
    assert told(found.fit.setting.meets_from, found.fit.setting.meets_to) == (4, 6)
    assert told(found.fit.location, found.fit.distance_miles) == ("at_a_distance", Decimal("31.5"))


def test_holds_stand_or_are_to_be_checked_first() -> None:
    holds = {hold.id: hold for hold in england(age=15, exam_year=True, care_proceedings=False).holds}
    assert holds["exams"].state == "stands"
    assert "proceedings" not in holds
    assert holds["move_planned"].state == "unknown"
    assert [fact.name for fact in holds["move_planned"].waits_for] == ["planned_move"]


def test_unaccompanied_in_the_first_quarter_raises_no_question_of_fee_or_move() -> None:
    found = england(**HOME | UNACCOMPANIED)
    stands = {one.id for one in found.reviews if one.state == "stands"}
    assert "settling_in" in stands
    assert stands.isdisjoint({"setting_above_need", "cost_above_range", "far_without_reason"})
    later = {one.id for one in england(**HOME | UNACCOMPANIED | {"days_in_care": 92}).reviews if one.state == "stands"}
    assert "settling_in" not in later
    assert {"setting_above_need", "cost_above_range"} <= later


def test_reviews_come_by_tier_with_their_amounts() -> None:
    found = england(**SUICIDAL, **HOME, deprivation_of_liberty=True, liberty_order=False)
    tiers = [one.tier or 7 for one in found.reviews]
    assert tiers == sorted(tiers)
    assert found.priority == 1
    assert found.reviews[0].id == "liberty_without_order"
    fee = review(found, "cost_above_range")
    assert fee is not None
    assert (fee.tier, fee.state, fee.amount_pence, fee.waits_for) == (6, "stands", 40_000, ())
    assert "care_cost > fee_tolerance * price.high" in fee.when


def test_an_unknown_review_names_the_facts_it_waits_for() -> None:
    found = england(**SUICIDAL, **HOME)
    assert waits_for(found, "liberty_without_order") == {"deprivation_of_liberty", "liberty_order"}
    known = england(**SUICIDAL, **HOME, deprivation_of_liberty=True)
    assert waits_for(known, "liberty_without_order") == {"liberty_order"}
    assert review(england(**SUICIDAL, **HOME, deprivation_of_liberty=False), "liberty_without_order") is None


@pytest.mark.parametrize(
    ("given", "waits"),
    [
        ({}, {"core_cost", "additional_support_cost", "weekly_cost", "cost_scope"}),
        ({"cost_scope": "fee", "core_cost": 9000}, {"additional_support_cost", "weekly_cost"}),
        ({"cost_scope": "fee", "weekly_cost": 9000}, {"core_cost", "additional_support_cost"}),
        ({"core_cost": 9000, "additional_support_cost": 0}, {"cost_scope"}),
    ],
)
def test_a_cost_that_cannot_be_compared_names_what_is_missing(given: dict[str, Any], waits: set[str]) -> None:
    assert (
        waits_for(england(**SUICIDAL, setting="childrens_home", unaccompanied=False, **given), "cost_above_range")
        == waits
    )


def test_unknown_facts_are_sought_through_scores_results_and_choices(tmp_path: Any) -> None:
    rules = """
[facts]
early = { type = "truth", about = "history", value = "days_in_care < 92" }
[scores]
total = "sum(d)"
dear = "weekly_cost > £5 or solo"
[bands]
score = "total"
[validity]
days = "if(early, 10, 20)"
[[review]]
id = "by_score"
kind = "note"
when = "dear"
because = "Dear."
[[review]]
id = "by_validity"
kind = "note"
when = "profile_age_days > validity.days"
because = "Old."
[[review]]
id = "by_branch"
kind = "note"
when = "if(age > 3, solo, exam_year)"
because = "Branch."
[[review]]
id = "by_price"
kind = "note"
when = "price.high > £5 or reference.expected > £5"
because = "Price."
"""
    pack = pack_in(
        tmp_path,
        rules,
        domains="id,label,missing\nd,D,least\n",
        items="id,domain,kind,label,top\nfire,d,need,Fire,3\n",
        bands="id,number,name,from_points,reference_settings\nlow,1,Low,0,0..7 home\nhigh,2,High,3,\n",
        settings="id,label,family,intensity\nhome,Home,no,1\n",
        prices="band,setting,age_from,age_to,region,low,expected,high\nlow,home,0,9,london,1,2,3\n",
    )

    def explained(**given: Any) -> Explanation:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BandingWarning)
            return explain(pl.DataFrame({"child_id": ["c"], "fire": [0], **given}), pack, "c", on=ON)

    found = explained(age=[7], setting=["home"], profile_age_days=[15])
    assert waits_for(found, "by_score") == {"weekly_cost", "solo"}
    assert waits_for(found, "by_validity") == {"days_in_care"}
    assert waits_for(found, "by_branch") == {"solo"}
    ageless, older = explained(setting=["home"]), explained(age_on=[8])
    assert waits_for(ageless, "by_price") == {"age_on", "region"}
    assert waits_for(older, "by_price") == {"setting"}
    assert [one.cost and one.cost.reference_none for one in (ageless, older, found)] == [
        "no_age",
        "none_named",
        "no_price",
    ]


# -- pounds -----------------------------------------------------------------------------------------------------------


def test_a_price_names_its_row_and_source() -> None:
    cost = england(**SUICIDAL, **HOME).cost
    assert cost is not None
    assert (cost.care_cost_pence, cost.basis, cost.scope, cost.fit) == (740_000, "care", "fee", "above")
    row, reference = cost.price_row, cost.reference_row
    assert row is not None
    assert reference is not None
    with (shipped_rules() / "england-reference" / "2026" / "prices.csv").open(encoding="utf-8", newline="") as file:
        lines = [[], *csv.reader(file)]
    assert lines[row.row][:2] == ["specialist", "childrens_home"]
    assert lines[reference.row][:2] == ["specialist", "agency_foster"]
    shown = (cost.price_low_pence, cost.price_expected_pence, cost.price_high_pence)
    assert shown == tuple(int(figure) * 100 for figure in lines[row.row][3:6])
    assert cost.reference_expected_pence == int(lines[reference.row][4]) * 100
    assert row.source_text == ENGLAND.document.rules.sources[row.source or ""]
    assert (row.basis, row.scopes, row.covers_scope) == ("care", ("fee", "full_unit_cost"), True)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "no_setting"),
        ({"setting": "childrens_home"}, "no_cost"),
        ({"setting": "nhs", "core_cost": 1, "additional_support_cost": 1}, "no_price"),
        ({**HOME, "cost_scope": "carer_payments"}, "other_scope"),
        ({"setting": "childrens_home", "weekly_cost": 5000, "cost_scope": "fee"}, "other_basis"),
        (HOME, None),
    ],
)
def test_a_cost_that_is_not_compared_says_why(given: dict[str, Any], why: str | None) -> None:
    cost = england(**SUICIDAL, **given).cost
    assert cost is not None
    assert cost.fit_unknown == why
    assert (cost.fit == "unknown") == (why is not None)


def test_an_unlike_scope_never_hides_the_expected_price() -> None:
    cost = england(**SUICIDAL, **HOME | {"cost_scope": "carer_payments"}).cost
    assert cost is not None
    assert cost.price_row is not None
    assert (cost.price_expected_pence, cost.price_row.covers_scope) == (580_000, False)


def test_bands_without_a_single_reference_say_why() -> None:
    high, last = england(**PROFOUND).cost, england(age=15, **dict.fromkeys(list(ENGLAND.items)[:24], 3)).cost
    assert high is not None
    assert last is not None
    assert (high.reference, high.reference_none, last.reference_none) == (None, "side_by_side", "none_named")


# -- refused ----------------------------------------------------------------------------------------------------------


def test_a_rejected_row_has_its_reasons_and_nothing_else() -> None:
    found = england(age=18, low_mood=9, setting="short_break")
    assert found.status == "rejected"
    told = {(one.code, one.column): (one.about, one.because) for one in found.reasons}
    assert set(told) == {("rating-off-scale", "low_mood"), ("refused", "adult"), ("refused", "short_break")}
    assert told["refused", "adult"][1].startswith("At 18 and over")
    assert told["rating-off-scale", "low_mood"][0] == "Low mood"
    empty = {name: value for name, value in found if name not in ("child_id", "on", "status", "pack", "reasons")}
    assert not any(empty.values())


def test_what_the_reader_refused_is_a_reason() -> None:
    read = [
        Finding("bad-row", "in.csv", "row 3", "Its record is torn.", "Mend it.", index=0, path="x", value=SECRET),
        Finding("bad-row", "in.csv", "row 4", "Another row.", index=1),
        Finding("odd", "in.csv", "row 3", "A warning.", severity="warning", index=0),
        Finding("odd", "in.csv", "", "About the file.", severity="note"),
    ]
    found = explain_child(caseload(age=14), ENGLAND, "c", ON, read=read)
    assert [(one.code, one.because) for one in found.explanation.reasons] == [
        ("bad-row", "Its record is torn. Mend it.")
    ]
    assert [finding.message for finding in found.findings[:2]] == ["About the file.", "A warning."]
    assert SECRET not in found.explanation.model_dump_json()


def test_a_child_who_is_absent_or_stands_twice_is_not_explained() -> None:
    frame = pl.concat([caseload(age=4), caseload(age=5), caseload(age=6).with_columns(child_id=pl.lit(SECRET))])
    with pytest.raises(CaseloadError, match="there are 3 rows") as absent:
        explain(frame, ENGLAND, SECRET.lower(), on=ON)
    with pytest.raises(CaseloadError, match="2 rows have this child_id") as twice:
        explain(frame, ENGLAND, "c", on=ON)
    assert [error.value.findings[0].code for error in (absent, twice)] == ["no-such-child", "duplicate-child-id"]
    assert SECRET.lower() not in str(absent.value).lower()
    assert explain(frame, ENGLAND, f" {SECRET} ", on=ON).child_id == SECRET


def test_what_score_refuses_is_refused() -> None:
    for frame in (caseload(age=4).drop("child_id"), caseload(age=4).drop("peers"), caseload(age=4, currency="EUR")):
        with pytest.raises(CaseloadError) as scored:
            score(frame, ENGLAND, on=ON)
        with pytest.raises(CaseloadError) as explained:
            explain(frame, ENGLAND, "c", on=ON)
        assert str(explained.value) == str(scored.value)
