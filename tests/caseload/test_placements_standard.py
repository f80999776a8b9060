"""The JSON-LD of the Children's Social Care Placements Standard: what is read, and exactly which errors are found."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from banding.caseload import layout, placements_standard
from banding.caseload.layout_mistakes import mistakes
from banding.caseload.layout_model import Layout
from banding.errors import CaseloadError, Finding

FILES = Path(__file__).parent / "files"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "placements-standard"
STANDARD = layout.shipped()["placements-standard"]

NEEDS_AND_FACTS = {
    "child_id": "WREN-014", "unaccompanied": False, "communication_needs": None, "home_adaptation": 1,
    "deprivation_of_liberty": False, "self_harm": 0, "sexual_exploitation": 1, "criminal_exploitation": 1,
    "drug_and_alcohol_use": 0, "eating_disorder": 0, "going_missing": 1, "harm_to_others": 0,
    "sexual_harm_to_others": 0, "fire_setting": 1, "harm_to_animals": 0, "criminal_exploitation_of_others": 0,
    "setting": "supported_accommodation", "contract_kind": "other_framework", "provider": "SC000111",
    "location_preferred": False, "education_continuous": True, "distance_reason": "child_or_parent", "siblings_here": 2,
    "weekly_cost": Decimal("2310.75"), "core_cost": Decimal("1800.00"), "additional_support_cost": Decimal("400.50"),
    "education_cost": Decimal("100.25"), "other_cost": Decimal("10.00"), "preferred_setting": "foster",
    "cost_scope": "fee",
}  # fmt: skip


def record() -> dict[str, object]:
    return dict(json.loads((FILES / "placement.jsonld").read_text(encoding="utf-8")))


def changed(path: str, *value: object) -> dict[str, object]:
    """The good record with one value put at a dotted path, or taken away where no value is given."""
    changed = copy.deepcopy(record())
    *objects, last = path.split(".")
    holder = changed
    for name in objects:
        inner = holder[name]
        assert isinstance(inner, dict)
        holder = inner
    if value:
        holder[last] = value[0]
    else:
        del holder[last]
    return changed


def read(document: object) -> tuple[pl.DataFrame, list[Finding]]:
    return placements_standard.read(document, STANDARD, "x.jsonld")


def errors(document: object) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in read(document)[1] if one.severity == "error"]


def found_in(file: Path) -> list[tuple[int | None, str, str]]:
    document = placements_standard.parse(file.read_text(encoding="utf-8"), file.name)
    assert placements_standard.is_record(document)
    _, findings = placements_standard.read(document, STANDARD, file.name)
    return [(one.index, one.code, one.path) for one in findings if one.severity == "error"]


@pytest.mark.parametrize("name", ["placement.jsonld", "placements-with-errors.jsonld"])
def test_exactly_the_expected_errors_are_found(name: str) -> None:
    expected = json.loads((FILES / "expected-errors.json").read_text(encoding="utf-8"))[name]
    assert sorted(found_in(FILES / name)) == [tuple(one) for one in expected]


@pytest.mark.parametrize(
    "name", ["invalid-negative-cost.jsonld", "invalid-postcode.jsonld", "valid-placement-full.jsonld"]
)
def test_the_standards_own_examples_give_exactly_its_errors(name: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("the standard's published examples are not beside the repository (../shared)")
    expected = json.loads((SHARED / "expectations.json").read_text(encoding="utf-8")).get(name, [])
    assert sorted(found_in(SHARED / name)) == sorted((0, one["code"], one["jsonPath"]) for one in expected)


def test_a_record_becomes_our_own_columns() -> None:
    frame, findings = read(record())
    assert findings == []
    assert frame.to_dicts() == [NEEDS_AND_FACTS]
    assert frame.schema["self_harm"] == pl.Int64
    assert frame.schema["weekly_cost"] == pl.Decimal(38, 2)
    assert frame.schema["unaccompanied"] == pl.Boolean


RISKS = {
    "riskSelfHarm": "self_harm", "riskSexualExploitation": "sexual_exploitation",
    "riskCriminalExploitation": "criminal_exploitation", "riskDrugAlcohol": "drug_and_alcohol_use",
    "riskEatingDisorder": "eating_disorder", "riskMissing": "going_missing", "riskToOthersPhysical": "harm_to_others",
    "riskToOthersSexual": "sexual_harm_to_others", "riskToOthersFire": "fire_setting",
    "riskToOthersAnimals": "harm_to_animals", "riskToOthersCriminal": "criminal_exploitation_of_others",
}  # fmt: skip


def test_each_risk_fills_its_own_item() -> None:
    records = [
        changed("riskAssessment", {name: "Risk present" if name == risk else "No known risk" for name in RISKS})
        | {"childId": risk}
        for risk in RISKS
    ]
    frame, findings = read(records)
    assert findings == []
    for risk, row in zip(RISKS, frame.to_dicts(), strict=True):
        assert [item for item in RISKS.values() if row[item] == 1] == [RISKS[risk]]
        assert [item for item in RISKS.values() if row[item] == 0] == [i for i in RISKS.values() if i != RISKS[risk]]


@pytest.mark.parametrize(
    ("path", "ours", "values"),
    [
        ("placementAvailability.uascStatus", "unaccompanied", {"Yes": True, "No": False, "Not applicable": None}),
        ("placementRequirements.communicationNeeds", "communication_needs", {"Yes": 1, "No": 0, "Not Specified": None}),
        ("placementRequirements.homeAdaptationRequired", "home_adaptation", {True: 1, False: 0, None: None}),
        ("placementRequirements.deprivationOfLiberty", "deprivation_of_liberty", {True: True, False: False}),
        ("actualPlacement.placementType", "setting", {
            "Foster": "foster", "residential": "residential", "Supported Accommodation": "supported_accommodation",
        }),
        ("actualPlacement.placementSource", "contract_kind", {
            "RCC contract": "framework", "LocalContractOrFramework": "framework", "Block contract": "block",
            "Other regional contract": "other_framework", "Direct award off framework": "spot", "Remand": "remand",
            "Secure Welfare Hub": "secure_welfare",
        }),
        ("actualPlacement.nonPreferredLocationReason", "distance_reason", {
            "CYPParentalPreference": "child_or_parent", "Safeguarding requirement": "safeguarding",
            "Provision within distance exists but is not available": "none_available",
            "ProvisionWithinDistanceNotAvailable": "none_available",
            "Provision within distance does not exist": "none_exists", "Carer moving out of area": "carer_moving",
            "Legal reasons": "legal", "Not applicable": "not_applicable",
        }),
    ],
)  # fmt: skip
def test_each_code_has_its_own_value(path: str, ours: str, values: dict[object, object]) -> None:
    frame, findings = read([changed(path, value) | {"childId": f"C{n}"} for n, value in enumerate(values)])
    assert findings == []
    assert frame[ours].to_list() == list(values.values())


def test_the_older_drafts_names_are_read_alike() -> None:
    older = {
        f"has{key[0].upper()}{key[1:]}" if isinstance(value, dict) else key: value for key, value in record().items()
    }
    assert "hasRiskAssessment" in older
    frame, findings = read(older)
    assert findings == []
    assert frame.to_dicts() == [NEEDS_AND_FACTS]


def test_one_record_a_list_and_a_graph_are_read_alike() -> None:
    other = {"@type": "pl:Organisation", "name": "a node of another kind"}
    typed = record() | {"@type": ["https://example.org/Placement"]}
    for document in (record(), [record()], {"@graph": [other, record()]}, {"@graph": typed}):
        assert placements_standard.is_record(document)
        assert read(document)[0].to_dicts() == [NEEDS_AND_FACTS]


@pytest.mark.parametrize(
    "document",
    [
        None,
        7,
        "Placement",
        [],
        {},
        [[]],
        {"childId": "A", "actualPlacement": {}},
        {"@graph": [{"@type": "ActualPlacement"}]},
    ],
)
def test_other_json_is_not_taken_for_the_standard(document: object) -> None:
    assert not placements_standard.is_record(document)


def test_records_are_counted_in_the_order_of_the_file() -> None:
    frame, findings = read([changed("childId", "B"), changed("childId", 5), "no object", changed("childId", "A")])
    assert frame["child_id"].to_list() == ["B", None, None, "A"]
    assert [(one.index, one.place, one.code, one.path) for one in findings] == [
        (1, "record 2", "wrong-type", "childId"),
        (2, "record 3", "wrong-type", ""),
    ]


def test_an_absent_optional_object_requires_nothing() -> None:
    for document in (changed("actualPlacement"), changed("actualPlacement", None)):
        frame, findings = read(document)
        assert findings == []
        assert frame["weekly_cost"].to_list() == frame["cost_scope"].to_list() == [None]


@pytest.mark.parametrize("name", [part.path for part in STANDARD.objects if part.required])
def test_an_absent_required_object_is_one_finding_at_its_own_path(name: str) -> None:
    assert errors(changed(name)) == errors(changed(name, None)) == [("required-field-missing", name)]
    assert errors(changed(name, [{}])) == errors(changed(name, "x")) == [("wrong-type", name)]


def test_an_object_that_is_there_requires_its_fields() -> None:
    needed = [field.path for field in STANDARD.fields if field.required and field.path.startswith("actualPlacement.")]
    assert len(needed) == 10
    assert errors(changed("actualPlacement", {})) == [("required-field-missing", path) for path in needed]


def test_an_object_inside_an_object_that_is_away_requires_nothing() -> None:
    heading = {"id": "x", "title": "x", "format": "json", "source": "a test", "identified_by": ["a"]}
    objects = [{"path": "a.b", "required": True}, {"path": "a"}]
    fields = [
        {"path": "id", "type": "text", "to": "child_id", "required": True},
        {"path": "a.b.risk", "type": "integer", "to": "risk", "required": True},
    ]
    nested = Layout.model_validate({"layout": heading, "object": objects, "field": fields})
    assert list(mistakes(nested)) == []
    document = [{"id": "1", "a": {"b": {"risk": 2}}}, {"id": "2"}, {"id": "3", "a": {}}, {"id": "4", "a": {"b": {}}}]
    frame, findings = placements_standard.read(document, nested, "x")
    assert frame["risk"].to_list() == [2, None, None, None]
    assert [(one.index, one.path) for one in findings] == [(2, "a.b"), (3, "a.b.risk")]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("childId", 12),
        ("childId", {"@value": "A"}),
        ("placementAvailability.siblingCount", "1"),
        ("placementAvailability.siblingCount", True),
        ("placementAvailability.siblingCount", 1.5),
        ("placementRequirements.homeAdaptationRequired", "true"),
        ("placementRequirements.deprivationOfLiberty", 0),
        ("placementRequirements.pets", ["No", "Yes - can"]),
        ("actualPlacement.totalWeeklyCost", "1800"),
        ("actualPlacement.coreWeeklyCost", False),
        ("actualPlacement.otherWeeklyCost", float("nan")),
        ("actualPlacement.otherWeeklyCost", float("inf")),
        ("actualPlacement.placementLocation", 12),
    ],
)
def test_a_value_of_another_type_is_one_finding(path: str, value: object) -> None:
    assert errors(changed(path, value)) == [("wrong-type", path)]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("placementAvailability.uascStatus", True, "value-not-allowed"),
        ("placementRequirements.specificCommunicationRequirement", ["BSL", 3], "value-not-allowed"),
        ("placementRequirements.additionalSupport", [{"@id": "x"}], "value-not-allowed"),
        ("childId", "", "required-field-missing"),
        ("childId", "\ud800", "bad-format"),
        ("placementRequirements.specificCommunicationRequirement", [], "required-field-missing"),
        ("placementRequirements.specificCommunicationRequirement", ["BSL", ""], "value-not-allowed"),
        ("placementRequirements.specificCommunicationRequirement", ["BSL;ESOL"], "value-not-allowed"),
        ("placementRequirements.specificCommunicationRequirement", ["BSL\x1fESOL"], "bad-format"),
        ("actualPlacement.placementLocation", "LE12 5AB", "bad-format"),
        ("actualPlacement.placementLocation", "LE12\n", "bad-format"),
        ("actualPlacement.placementStartDate", "2026-02-30", "bad-format"),
        ("actualPlacement.totalWeeklyCost", Decimal("99.999"), "out-of-range"),
        ("actualPlacement.totalWeeklyCost", Decimal("100000.01"), "out-of-range"),
        ("actualPlacement.totalWeeklyCost", Decimal("1e999999999999"), "out-of-range"),
        ("actualPlacement.otherWeeklyCost", Decimal("1e-999999999999"), "bad-format"),
        ("actualPlacement.siblingsPlacedTogether", 10**40, "out-of-range"),
    ],
)
def test_a_value_that_cannot_stand_is_one_finding(path: str, value: object, code: str) -> None:
    assert errors(changed(path, value)) == [(code, path)]


def test_a_child_is_the_same_with_spaces_around_the_id() -> None:
    frame, findings = read([record(), changed("childId", " WREN-014 ")])
    assert frame["child_id"].to_list() == ["WREN-014"] * 2
    assert [one.code for one in findings] == ["duplicate-child-id"] * 2


def test_json_ld_takes_a_value_for_a_list_of_one_and_a_list_of_one_for_its_value() -> None:
    assert errors(changed("placementRequirements.specificCommunicationRequirement", "BSL")) == []
    for path, value in (("childId", "A"), ("actualPlacement.coreWeeklyCost", 5), ("placementRequirements.pets", "No")):
        assert read(changed(path, [value]))[0].equals(read(changed(path, value))[0])


@pytest.mark.parametrize("value", ["2.0", "2", "2e0", "20E-1"])
def test_a_whole_number_may_be_written_with_a_point(value: str) -> None:
    text = json.dumps(changed("actualPlacement.siblingsPlacedTogether", 77)).replace("77", value)
    frame, findings = read(placements_standard.parse(text, "x"))
    assert findings == []
    assert frame["siblings_here"].to_list() == [2]


@pytest.mark.parametrize(("written", "pounds"), [("2675.005", "2675.01"), ("2675.00499999999999999", "2675.00")])
def test_costs_are_exact(written: str, pounds: str) -> None:
    """Binary floating point has one value for both, and it is neither of them."""
    text = json.dumps(changed("actualPlacement.coreWeeklyCost", 777)).replace("777", written)
    frame, findings = read(placements_standard.parse(text, "x"))
    assert frame["core_cost"].to_list() == [Decimal(pounds)]
    assert [(one.severity, one.index) for one in findings] == [("warning", None), ("warning", 0)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"childId": NaN}', "NaN"),
        ("[-Infinity]", "Infinity"),
        ('{"childId": "SECRET" "x"}', "line 1"),
        ("", "not JSON"),
        ("[" * 100_000, "nested"),
        ("9" * 5_000, "not JSON"),
    ],
)
def test_text_that_is_not_json_is_refused(text: str, word: str) -> None:
    with pytest.raises(CaseloadError, match=word) as caught:
        placements_standard.parse(text, "x.jsonld")
    assert caught.value.findings[0].file == "x.jsonld"
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('"childId"', '"childId": "OTHER", "childId"', "childId"),
        ('"riskSelfHarm"', '"riskSelfHarm": "Risk present", "riskSelfHarm"', "riskAssessment.riskSelfHarm"),
        ('"riskAssessment"', '"riskAssessment": {}, "riskAssessment"', "riskAssessment"),
        ('"riskAssessment"', '"hasRiskAssessment": {}, "riskAssessment"', "riskAssessment"),
    ],
)
def test_what_is_given_twice_is_never_settled_by_the_last(old: str, new: str, path: str) -> None:
    text = json.dumps(record()).replace(old, new, 1)
    frame, findings = read(placements_standard.parse(text, "x"))
    assert [(one.code, one.path) for one in findings] == [("rule-violation", path)]
    ours = next(field.to for field in STANDARD.fields if field.path.startswith(path) and field.to)
    assert frame[ours].to_list() == [None]


def test_a_repeated_key_that_is_not_read_does_not_matter() -> None:
    text = json.dumps(record()).replace('"@id"', '"note": "A", "note": "B", "@id"', 1)
    assert read(placements_standard.parse(text, "x"))[1] == []


def test_a_repeated_graph_is_said() -> None:
    document = placements_standard.parse('{"@graph": [], "@graph": []}', "x")
    assert [(one.code, one.index, one.place) for one in read(document)[1]] == [("rule-violation", None, "@graph")]


def test_free_text_and_officers_are_never_read() -> None:
    document = [record(), changed("qualityAssurance", ["OFFICER-NAME"]), changed("childId")]
    frame, findings = read(document)
    seen = str(frame.to_dicts()) + "".join(repr(one) + str(one.value) for one in findings)
    assert "OFFICER-NAME" not in seen
    assert "FREE-TEXT" not in seen
    assert len(findings) == 3  # two children of the same id, one without: nothing of the rest


def test_a_message_never_shows_the_value_and_the_finding_holds_it() -> None:
    values = [(field.path, [{"SECRET": 1}] if field.type == "text" else "SECRET") for field in STANDARD.fields]
    documents = [changed(path, value) | ({} if path == "childId" else {"childId": path}) for path, value in values]
    _, findings = read(documents)
    assert [one.path for one in findings] == [path for path, _ in values]
    for one in findings:
        assert "SECRET" not in str(one) + repr(one)
        assert "SECRET" in (one.value or "")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"coreWeeklyCost": Decimal("1799.99")}, ["do not add up"]),
        ({"coreWeeklyCost": None}, []),
        ({"coreWeeklyCost": None, "educationWeeklyCost": 1900.26}, ["known parts"]),
        ({"otherWeeklyCost": -1, "coreWeeklyCost": 5000}, []),
    ],
)
def test_parts_that_do_not_add_up_are_a_warning(parts: dict[str, object], said: list[str]) -> None:
    document = record()
    placement = document["actualPlacement"]
    assert isinstance(placement, dict)
    placement.update(parts)
    warnings = [one for one in read(document)[1] if one.severity == "warning"]
    assert [one.code for one in warnings] == ["rule-violation"] * len(said)
    assert all(words in one.message for one, words in zip(warnings, said, strict=True))
    assert all(one.path == "actualPlacement.totalWeeklyCost" for one in warnings)


@pytest.mark.parametrize(
    ("foster", "residential", "preferred"),
    [
        ("Preferred", "Unsuitable", "foster"),
        ("Unsuitable", "Preferred", "residential"),
        ("Preferred", "Preferred", None),
        ("Unsuitable", "Not specified", None),
    ],
)
def test_one_preferred_setting_or_none(foster: str, residential: str, preferred: str | None) -> None:
    document = record()
    suitability = document["placementRecommendation"]
    assert isinstance(suitability, dict)
    suitability.update(fosterCareSuitability=foster, residentialCareSuitability=residential)
    assert read(document)[0]["preferred_setting"].to_list() == [preferred]
