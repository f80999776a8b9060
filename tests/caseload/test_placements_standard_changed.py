"""Sound records of the Placements Standard, changed one field at a time and several at once: exactly the errors that
the standard's validator has a code for, at their paths. What each field must hold is written here as the standard has
it, beside the layout and not from it.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from tests.caseload.test_placements_standard import FILES, SHARED, read

RECORDS = {
    path.name: json.loads(path.read_text(encoding="utf-8"))
    for path in (FILES / "placement.jsonld", SHARED / "valid-placement-full.jsonld")
    if path.is_file()
}

SUITABLE = {
    "Preferred": (), "SuitableButNotPreferred": ("Suitable but not preferred",), "Unsuitable": (),
    "NotSpecified": ("Not specified", "not  Specified"),
}  # fmt: skip
RISK = {"RiskPresent": ("Risk Present", "Risk present"), "NoKnownRisk": ("No known risk",)}
# By path: whether it is required, and each code with the forms in which people write it.
CODES: Mapping[str, tuple[bool, Mapping[str, tuple[str, ...]]]] = {
    "placementAvailability.neededBy": (True, {
        "Today": (), "WithinFiveDays": ("< 5 days",), "MoreThanFiveDays": ("> 5 days",),
    }),
    "placementAvailability.uascStatus": (True, {"Yes": (), "No": (), "NotApplicable": ("Not applicable",)}),
    "placementRequirements.communicationNeeds": (True, {"Yes": (), "No": (), "NotSpecified": ("Not specified",)}),
    "placementRequirements.culturalNeeds": (True, {
        "Required": (), "NotRequired": ("Not required",), "NotKnown": ("Not known",), "Other": (),
    }),
    "placementRequirements.livingCompanions": (True, {
        "SoloPlacement": ("Solo placement recommended",), "WithOtherChildren": ("With other children recommended",),
        "OnlyWithOlderChildren": ("Only with other older children", "Only With Other older children"),
        "OnlyWithYoungerChildren": ("Only with other younger children", "Only With Other younger children"),
        "NoPreference": ("No preference",),
    }),
    "placementRequirements.pets": (True, {
        "YesMust": ("Yes - must", "Yes-must"), "YesCan": ("Yes - can", "Yes-can"), "No": (), "NotKnown": ("Not known",),
    }),
    "placementRequirements.needsAssessmentMethod": (True, {
        "BERRI": (), "CANS": (), "OtherFormalisedTool": ("Other formalised tool",),
        "OtherSocialWorkerAssessment": ("Other social worker assessment",),
    }),
    **{f"placementRecommendation.{name}": (True, SUITABLE) for name in (
        "fosterCareSuitability", "residentialCareSuitability", "supportedAccommodationSuitability",
    )},
    **{f"riskAssessment.risk{name}": (True, RISK) for name in (
        "SelfHarm", "SexualExploitation", "CriminalExploitation", "DrugAlcohol", "EatingDisorder", "Missing",
        "ToOthersPhysical", "ToOthersSexual", "ToOthersFire", "ToOthersAnimals", "ToOthersCriminal",
    )},
    "actualPlacement.placementType": (True, {
        "Foster": (), "Residential": (), "SupportedAccommodation": ("Supported Accommodation",),
    }),
    "actualPlacement.placementSource": (True, {
        "RCCContract": ("RCC contract",), "OtherRegionalContract": ("Other regional contract",),
        "DirectAwardOffFramework": ("Direct award off framework",),
        "LocalContractOrFramework": ("Local contract or framework",), "BlockContract": ("Block contract",),
        "Remand": (), "SecureWelfareHub": ("Secure Welfare Hub",),
    }),
    "actualPlacement.nonPreferredLocationReason": (True, {
        "CYPParentalPreference": ("CYP/parental preference",), "SafeguardingRequirement": ("Safeguarding requirement",),
        "ProvisionWithinDistanceNotAvailable": ("Provision within distance exists but is not available",),
        "ProvisionWithinDistanceDoesNotExist": ("Provision within distance does not exist",),
        "CarerMovingOutOfArea": ("Carer moving out of area",), "LegalReasons": ("Legal reasons",),
        "NotApplicable": ("Not applicable",),
    }),
}  # fmt: skip
LISTS: Mapping[str, tuple[bool, Mapping[str, tuple[str, ...]]]] = {
    "placementRequirements.specificCommunicationRequirement": (True, {
        "ESOL": (), "BSL": (), "Makaton": (), "Other": (), "None": (),
    }),
    "placementRequirements.additionalSupport": (False, {
        "AdditionalSupervision": ("Additional supervision",), "TherapeuticSupport": ("Therapeutic support",),
        "WorkerForRespite": ("A worker for respite",), "TaxisToSchool": ("Taxis to school",),
        "NotApplicable": ("Not applicable", "N/A"), "Other": (),
    }),
}  # fmt: skip
TRUTHS = {
    "placementRequirements.homeAdaptationRequired": False, "placementRequirements.deprivationOfLiberty": False,
    "actualPlacement.isLocationPreferred": True, "actualPlacement.isEducationContinuous": True,
}  # fmt: skip
COUNTS = {"placementAvailability.siblingCount": False, "actualPlacement.siblingsPlacedTogether": True}
# Required, the least and the most.
COSTS = {
    "actualPlacement.totalWeeklyCost": (True, 100, 100_000),
    **{f"actualPlacement.{part}WeeklyCost": (False, 0, None) for part in
       ("core", "additionalSupport", "education", "other")},
}  # fmt: skip
TEXTS = {"childId": True, "placementId": False, "actualPlacement.providerURN": True}
LOCATION, START = "actualPlacement.placementLocation", "actualPlacement.placementStartDate"
OBJECTS = {
    "placementAvailability": True, "placementRequirements": True, "placementRecommendation": True,
    "riskAssessment": True, "actualPlacement": False, "qualityAssurance": False,
}  # fmt: skip

REQUIRED = {
    **{path: required for path, (required, _) in (*CODES.items(), *LISTS.items())},
    **TRUTHS, **COUNTS, **{path: required for path, (required, *_) in COSTS.items()}, **TEXTS, LOCATION: True,
    START: True,
}  # fmt: skip
GONE = object()
Values = tuple[Any, ...]
NO_CODES: Values = ("Perhaps", "Yes or no", 1, 0, True, False, 2.5, {"code": "Yes"})
NO_TRUTHS: Values = ("true", "false", "Yes", 1, 0, {}, [True, False])
NO_COUNTS: Values = ("1", "", "two", 1.5, True, {}, [1, 2])
NO_COSTS: Values = ("1800", "£1,800", "", False, {}, [1, 2])
NO_TEXTS: Values = (12, True, {}, ["A", "B"])
NO_OBJECTS: Values = ("x", 1, True, [], [{}, {}])
Change = tuple[str, Any, str | None]
Form = Callable[[Mapping[str, Any]], dict[str, Any]]


def changes() -> Iterator[Change]:
    """Path, the value that is put there (GONE: none), and the code of what is wrong then; None where nothing is."""
    for path, required in REQUIRED.items():
        for nothing in (GONE, None):
            yield path, nothing, "required-field-missing" if required else None
    for path, (_, codes) in CODES.items():
        yield from ((path, wrong, "value-not-allowed") for wrong in NO_CODES)
        yield path, list(codes), "wrong-type"
    for path, (required, codes) in LISTS.items():
        wrong_lists: Values = (["Perhaps"], [*codes, "Perhaps"], [*codes, 1], "Perhaps", 1)
        yield from ((path, wrong, "value-not-allowed") for wrong in wrong_lists)
        yield path, [], "required-field-missing" if required else None
        yield path, [*codes], None
    for path in TRUTHS:
        yield from ((path, wrong, "wrong-type") for wrong in NO_TRUTHS)
        yield from ((path, right, None) for right in (True, False))
    for path in COUNTS:
        yield from ((path, wrong, "wrong-type") for wrong in NO_COUNTS)
        yield from ((path, wrong, "out-of-range") for wrong in (-1, -(10**30)))
        yield from ((path, right, None) for right in (0, 1, 20, 2.0))
    for path, (_, least, most) in COSTS.items():
        yield from ((path, wrong, "wrong-type") for wrong in NO_COSTS)
        yield from ((path, wrong, "out-of-range") for wrong in (least - 0.01, -50, -(10**30)))
        if most is not None:
            yield from ((path, wrong, "out-of-range") for wrong in (most + 0.01, 10**30))
            yield path, most, None
        yield path, least, None
    for path in (*TEXTS, LOCATION, START):
        yield from ((path, wrong, "wrong-type") for wrong in NO_TEXTS)
    for wrong in ("N18 2AB", "n18", "18", "N", "N18X", "ABC1", " N18", "N18\n", "NORTH"):
        yield LOCATION, wrong, "bad-format"
    yield from ((LOCATION, right, None) for right in ("N1", "N18", "SW1A", "LE12", "EC1"))
    for wrong in ("21/03/2024", "2024-3-21", "2024-02-30", "soon", "2024-03-21T00:00:00"):
        yield START, wrong, "bad-format"
    yield START, "2024-02-29", None


def with_changes(record: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """The record with values put at dotted paths, or what is there taken away."""
    changed = copy.deepcopy(dict(record))
    for path, value in made.items():
        *parents, last = path.split(".")
        holder = changed
        for name in parents:
            holder = holder[name]
        if value is GONE:
            holder.pop(last, None)
        else:
            holder[last] = value
    return changed


def as_drafted(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record under the names that an older draft of the standard has."""
    return {f"has{key[0].upper()}{key[1:]}" if key in OBJECTS else key: value for key, value in record.items()}


def found(records: Sequence[Mapping[str, Any]], form: Form) -> list[list[tuple[str, str]]]:
    """Of each record the errors, read all together: each is of another child, unless its change is of that."""
    every = [
        {**record, "childId": f"C{n}"} if record.get("childId") == CHILD else record for n, record in enumerate(records)
    ]
    by_record: list[list[tuple[str, str]]] = [[] for _ in every]
    for one in read([form(record) for record in every])[1]:
        if one.severity == "error":
            by_record[one.index or 0].append((one.code, one.path))
    return by_record


CHILD = "the child of every record"
RECORDS = {name: {**record, "childId": CHILD} for name, record in RECORDS.items()}
ALL = list(changes())
NAMES = pytest.mark.parametrize("name", RECORDS)
FORMS = pytest.mark.parametrize("form", [dict, as_drafted], ids=["", "draft"])


@NAMES
@FORMS
def test_each_change_gives_exactly_its_error(name: str, form: Form) -> None:
    told = found([with_changes(RECORDS[name], {path: value}) for path, value, _ in ALL], form)
    for (path, value, code), errors in zip(ALL, told, strict=True):
        assert errors == ([(code, path)] if code else []), (path, value)


@NAMES
@FORMS
def test_several_changes_give_exactly_their_errors(name: str, form: Form) -> None:
    chance = random.Random(20260701)
    records, expected = [], []
    for _ in range(400):
        made = {change[0]: change for change in chance.sample(ALL, chance.randrange(1, 13))}
        gone = chance.choice([*OBJECTS, "", "", ""])
        record = with_changes(RECORDS[name], {path: value for path, value, _ in made.values()})
        wrong = [(code, path) for path, _, code in made.values() if code and path.partition(".")[0] != gone]
        if gone:
            del record[gone]
            wrong += [("required-field-missing", gone)] if OBJECTS[gone] else []
        records.append(record)
        expected.append(sorted(wrong))
    assert [sorted(errors) for errors in found(records, form)] == expected
    assert max(map(len, expected)) > 8


@NAMES
@FORMS
def test_each_absent_object_is_one_error_where_it_is_required(name: str, form: Form) -> None:
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = []
    for path, required in OBJECTS.items():
        expected = [("required-field-missing", path)] if required else []
        cases += [(with_changes(RECORDS[name], {path: value}), expected) for value in (GONE, None)]
        if path != "qualityAssurance":
            changed = (with_changes(RECORDS[name], {path: value}) for value in NO_OBJECTS)
            cases += [(record, [("wrong-type", path)]) for record in changed]
    assert found([record for record, _ in cases], form) == [errors for _, errors in cases]


@NAMES
@FORMS
def test_every_form_of_a_code_is_read_as_the_code(name: str, form: Form) -> None:
    cases = [
        (path, code, [written] if path in LISTS else written)
        for path, (_, codes) in (*CODES.items(), *LISTS.items())
        for code, forms in codes.items()
        for written in (code, *forms, code.upper(), f" {code} ")
    ]
    records = [
        with_changes(RECORDS[name], {path: value, "childId": f"C{n}"}) for n, (path, _, value) in enumerate(cases)
    ]
    frame, findings = read([form(record) for record in records])
    assert [one for one in findings if one.severity == "error"] == []
    rows: dict[tuple[str, str], set[str]] = {}
    carried = [column for column in frame.columns if column != "child_id"]
    for (path, code, _), row in zip(cases, frame.select(carried).rows(), strict=True):
        rows.setdefault((path, code), set()).add(str(row))
    assert {key for key, seen in rows.items() if len(seen) > 1} == set()
    # What is carried tells a risk from none, and one kind of placement from another.
    for path in ("riskAssessment.riskSelfHarm", "actualPlacement.placementType"):
        assert len(set.union(*(rows[path, code] for code in CODES[path][1]))) == len(CODES[path][1])


def test_the_same_child_in_two_records_is_an_error_of_both() -> None:
    for record in RECORDS.values():
        told = read([record, with_changes(record, {"placementId": "another"})])[1]
        assert [(one.index, one.code, one.path) for one in told if one.severity == "error"] == [
            (0, "duplicate-child-id", "childId"), (1, "duplicate-child-id", "childId"),
        ]  # fmt: skip


def test_nothing_that_another_field_holds_matters() -> None:
    more = {"note": {"a": [1]}, "riskAssessment.riskOther": 5, "actualPlacement.costIncludesAdditionalPackages": "x"}
    for record in RECORDS.values():
        assert found([with_changes(record, more)], dict) == [[]]


def test_every_field_that_the_standard_names_is_checked() -> None:
    assert {path for path, _, code in ALL if code} == set(REQUIRED)
