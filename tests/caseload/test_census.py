"""The North West census: headings that explain themselves, and the codes of this year and of those before."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.caseload.test_cost_files import CENSUS, NORTH_WEST, PACK, raw

from banding.caseload import layout
from banding.caseload.layout_names import title_of
from banding.errors import Finding

TABLE = raw(NORTH_WEST)
# Each heading as an export has it: what it is, and then what to write there, in brackets, lines and sentences.
EXPLAINED = {
    "Looked after child?": "Looked after child? Everybody on this social care sheet is, from the start date of care.",
    "Identifier": "Identifier \nThe reference of the child, the same in each quarter",
    "Placing Authority": "Placing Authority\nThe corporate parent, who fills in this return",
    "Age": "Age\nRounded down",
    "How the placement was sourced": "How the placement was sourced\n(Choose from the list)",
    "Provider URN (Ofsted)": "Provider Ofsted (or equivalent) URN",
    "Establishment URN": "Establishment URN \nThe code of the home, not of the provider",
    "Type of Provision (2025)": "Type of provision\n(Choose from the list)",
    "UASC?": "UASC (Unaccompanied Asylum Seeking Child)\n(Choose from the list)",
    "Placement Start Date": "Placement start date (DD/MM/YYYY)\nOf this placement, not of the time in care",
    "Placing at Distance: Reason": "Placing at Distance Reason (Choose from the list)",
    "Total Weekly Cost (£)": (
        "Total weekly cost (the fee)\nThis is the sum of each contribution from social care, education and health."
    ),
    "Contribution from Social Care": "Contribution from Social Care\n(in pounds, of the total weekly cost)",
    "Contribution from Education": "Contribution from Education\n(in pounds, of the total weekly cost)",
    "Contribution from Health": "Contribution from Health\n(in pounds, of the total weekly cost)",
}


def apply(table: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    frame, findings = layout.apply(table, CENSUS, "f.csv")
    return frame, list(findings)


def with_cell(column: str, cell: str | None) -> tuple[dict[str, Any], list[Finding]]:
    """The first row with one other cell."""
    frame, findings = apply(TABLE.head(1).with_columns(pl.lit(cell, pl.String).alias(column)))
    return frame.row(0, named=True), findings


def test_headings_that_explain_themselves_are_read_by_their_titles() -> None:
    explained = TABLE.rename(EXPLAINED)
    assert layout.recognise(explained.columns) is CENSUS
    assert apply(explained)[0].equals(apply(TABLE)[0])
    assert [one.path for one in apply(explained)[1]] == [one.path for one in apply(TABLE)[1]]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("UASC?", "UASC?"), ("Age\nRounded", "Age"), (" Cost (£) a week ", "Cost   a week"), ("(see below)", " "),
        ("Looked after? All are.\nx", "Looked after?"), ("a (b) c (d)\n(e)", "a   c  "),
    ],
)  # fmt: skip
def test_what_a_heading_is_called(name: str, title: str) -> None:
    assert title_of(name).split() == title.split()


def test_a_provider_is_not_its_home() -> None:
    assert apply(TABLE)[0]["provider"].to_list() == ["SC100001", "SC100002", None]
    without = TABLE.drop("Provider URN (Ofsted)")
    assert apply(without)[0]["provider"].to_list() == [None] * 3
    earlier = without.rename({"Establishment URN": "Provider ID"})
    assert apply(earlier)[0]["provider"].to_list() == ["SC200001", None, "SC200003"]


PROVISIONS = {
    "Fostering - Mainstream": "agency_foster", "Fostering - Enhanced": "agency_foster",
    "Fostering - Parent and child": "parent_and_child", "Fostering - Short breaks": "short_break",
    "Residential - Mainstream": "childrens_home", "Residential - With Education": "childrens_home",
    "Residential - Parent and Child": "parent_and_child", "38 week Residential School/College": None,
    "52 week Residential School/College": "residential_school",
    "Residential - 52 week Residential School/College": "residential_school",
    "Supported Accommodation - Category 1": "supported_accommodation",
    "Supported Accommodation - Category 1: Self contained solo accommodation ": "supported_accommodation",
    "Supported Accommodation - Category 2": "supported_accommodation",
    "Supported Accommodation - Category 2: Shared or group living for LAC and care leavers": "supported_accommodation",
    "Supported Accommodation - Category 3": "supported_accommodation",
    "Supported Accommodation - Category 3: Shared or group living not limited to LAC or care leavers":
        "supported_accommodation",
    "Supported Accommodation - Category 4": "supported_lodgings",
    "Supported Accommodation - Category 4: Supported Lodgings": "supported_lodgings", "Secure Welfare": "secure_home",
    "Student accommodation": None, "Unregistered (where it should be registered)": "unregistered",
    "Unregistered": "unregistered", "Youth Offending Institution": "custody", "Remand": "custody", "CQC": None,
    # Of the years before.
    "Fostering - Independent Foster Care (IFA)": "agency_foster", "Fostering - Inter LA": "own_foster",
    "Fostering - Staying Put": None, "IFA - respite": "short_break",
    "Residential - External (Commissioned)": "childrens_home", "Residential - in House": "childrens_home",
    "Residential - Short Breaks": "short_break", "Residential - Residential School": None,
    "Residential - Secure Welfare": "secure_home", "SaILs - Group Living - in house": "supported_accommodation",
    "SaILs - Floating Support Only": None, "Supported Lodgings - Inter LA": "supported_lodgings",
    "Other - Youth Offending Institution": "custody", "Other - CQC": None, "Outreach": None,
}  # fmt: skip


@pytest.mark.parametrize(("said", "setting"), PROVISIONS.items())
def test_each_type_of_provision(said: str, setting: str | None) -> None:
    row, findings = with_cell("Type of Provision (2025)", said)
    assert row["setting"] == setting
    assert setting is None or setting in PACK.settings
    assert findings == []


@pytest.mark.parametrize(
    ("column", "ours", "answers"),
    [
        ("Does this CYP require a solo placement?", "solo", {
            "Yes, and is in a solo placement": True, "Yes, but is not in a solo placement": False,
            "No, but is in a solo placement": True, "No, and is not in a solo placement": False,
            # What a child needs is not how it lives.
            "Yes": None, "No": None, "": None,
        }),
        ("Deprivation of Liberty Safeguards (DoLS) in place?", "deprivation_of_liberty", {
            "DoLS (current)": True, "DoLS (previous)": False, "No": False, "Yes": True, "": None,
        }),
        ("UASC?", "unaccompanied", {"Yes": True, "no": False, "Not yet established": None, "Unknown": None}),
        ("How the placement was sourced", "contract_kind", {
            "NW Contract - Residential FPS or previous": "framework", "NW Contract - SEND FPS": "framework",
            "NW Contract - Supported Accommodation DPS or previous": "framework",
            "Sub Regional Contract - LCR PPA": "other_framework", "Sub Regional Contract - Other": "other_framework",
            "Direct Award / Off Framework": "spot", "Direct Award / Spot Purchase": "spot",
            "Local Contract or Framework": "framework", "Block Contract - Collaborative": "block",
            "GM RCC Flexi Block": "block", "Remand": "remand", "Secure Welfare Hub": "secure_welfare",
        }),
        ("Placing at Distance: Reason", "distance_reason", {
            "CYP/Parental preference": "child_or_parent", "Safeguarding requirement": "safeguarding",
            "Provision within distance exists but is not available": "none_available",
            "Provision within distance does not exist": "none_exists", "Carer moving out of area": "carer_moving",
            "Legal reasons": "legal", "Not applicable": "not_applicable", "N/A": "not_applicable",
            "Placement available locally but provider refused due to matching": "none_available",
            "No placement available locally": None, "Requirement to place quickly": None, "Unknown": None,
        }),
    ],
)  # fmt: skip
def test_each_code_has_its_own_value(column: str, ours: str, answers: dict[str, object]) -> None:
    for answer, expected in answers.items():
        row, findings = with_cell(column, answer)
        assert (row[ours], findings) == (expected, []), answer
    row, (said,) = with_cell(column, "Something of its own")
    assert row[ours] is None
    assert (said.code, said.severity) == ("value-not-allowed", "warning")


@pytest.mark.parametrize(("age", "sound"), [("0", True), ("17", True), ("6.5", True), ("25", True), ("26", False),
                                            ("130", False), ("-1", False), ("six", False), ("", True)])  # fmt: skip
def test_an_age_is_one_of_a_child(age: str, sound: bool) -> None:
    row, findings = with_cell("Age", age)
    assert [(one.code, one.severity) for one in findings] == [] if sound else [("bad-format", "error")]
    assert not {"age", "age_on"} & set(row)


def test_what_the_three_pay_is_the_total() -> None:
    _, (said,) = with_cell("Contribution from Health", "1")
    assert (said.severity, said.path) == ("warning", "Total weekly cost")
    assert said.message == "The parts of Total weekly cost do not add up to it."
    assert with_cell("Contribution from Health", "")[1] == []


def test_a_census_of_earlier_years_has_fewer_columns() -> None:
    later = [
        "How the placement was sourced", "Does this placement cost include additional packages?",
        "Deprivation of Liberty Safeguards (DoLS) in place?", "Does this CYP require a solo placement?",
    ]  # fmt: skip
    earlier = TABLE.drop(later).rename({"Placing at Distance: Reason": "Primary Placing at Distance Reason"})
    assert layout.recognise(earlier.columns) is CENSUS
    frame, findings = apply(earlier)
    assert {one.severity for one in findings} == {"warning"}
    assert frame["distance_reason"].to_list() == ["none_exists", None, "legal"]
