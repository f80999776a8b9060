"""Raw text through a declared layout: our own columns, and the findings beside them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.caseload import layout
from banding.errors import Finding
from banding.vocabulary import FACTS

FILES = Path(__file__).parent / "files"
NATIONAL = layout.shipped()["placements-standard-national"]


def national() -> pl.DataFrame:
    return pl.read_csv(FILES / "national.csv", infer_schema=False)


def apply(raw: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[Finding]]:
    return layout.apply(raw, NATIONAL, "national.csv")


def with_cells(*cells: tuple[str, str | None]) -> tuple[pl.DataFrame, Sequence[Finding]]:
    """For each column and cell a row: the first good one of the national file, with another child id and that cell."""
    rows = [
        national().row(0, named=True) | {"child_ID": f"C{n}", column: cell} for n, (column, cell) in enumerate(cells)
    ]
    return apply(pl.DataFrame(rows, schema=dict.fromkeys(national().columns, pl.String)))


def test_the_shipped_layouts_are_sound_and_fill_the_same_columns() -> None:
    ours = {}
    for name, made in layout.shipped().items():
        assert made.id == name
        if not name.startswith("placements-standard"):
            continue
        frame, findings = layout.apply(
            pl.DataFrame({f.path: pl.Series([], dtype=pl.String) for f in made.fields}), made, ""
        )
        assert findings == []
        ours[name] = frame.schema
    assert set(ours["placements-standard"].items()) > set(ours["placements-standard-national"].items())
    only = set(ours["placements-standard"]) - set(ours["placements-standard-national"])
    assert only == {"unaccompanied", "contract_kind", "distance_reason", "education_continuous"}
    for name, schema in ours.items():
        items = {column for column, dtype in schema.items() if column not in FACTS and dtype == pl.Int64}
        assert len(items) == 13, name
    south_east = set(ours["placements-standard-south-east"]) - set(ours["placements-standard-national"])
    assert south_east == {"unaccompanied", "contract_kind", "distance_reason"}
    lost = set(ours["placements-standard-national"]) - set(ours["placements-standard-greater-manchester"])
    assert lost == {"setting", "provider", "core_cost", "additional_support_cost", "education_cost", "other_cost"}


def test_the_national_csv_becomes_our_own_columns() -> None:
    frame, findings = apply(national())
    assert findings == []
    assert frame["child_id"].to_list() == ["OWL-1", "OWL-2", "OWL-3"]
    assert frame["setting"].to_list() == ["foster", "residential", None]
    assert frame["preferred_setting"].to_list() == ["foster", None, "supported_accommodation"]
    assert frame["communication_needs"].to_list() == [1, 0, None]
    assert frame["home_adaptation"].to_list() == [0, 1, 0]
    assert frame["self_harm"].to_list() == [0, 1, 0]
    assert frame["sexual_exploitation"].to_list() == [0, 1, 0]
    assert frame["criminal_exploitation_of_others"].to_list() == [0, 0, 1]
    assert frame["deprivation_of_liberty"].to_list() == [False, True, False]
    assert frame["location_preferred"].to_list() == [True, False, None]
    assert frame["siblings_here"].to_list() == [0, 1, None]
    assert frame["weekly_cost"].to_list() == [Decimal("1700.50"), Decimal("6200.00"), None]
    assert frame["core_cost"].to_list() == [Decimal("1450.00"), None, None]
    assert frame["cost_scope"].to_list() == ["fee", "fee", None]


RISKS = {
    "risk_to_child_self_harm": "self_harm", "risk_to_child_sexual_exploitation": "sexual_exploitation",
    "risk_to_child_criminal_exploitation": "criminal_exploitation",
    "risk_to_child_drug_and_alcohol_use": "drug_and_alcohol_use", "risk_to_child_eating_disorder": "eating_disorder",
    "risk_to_child_going_missing": "going_missing", "risk_to_others_physical_harm": "harm_to_others",
    "risk_to_others_sexual_harm": "sexual_harm_to_others", "risk_to_others_fire_setting": "fire_setting",
    "risk_to_others_harm_to_animals": "harm_to_animals",
    "risk_to_others_criminal_exploitation": "criminal_exploitation_of_others",
}  # fmt: skip


def test_each_risk_and_each_cost_fills_its_own_column() -> None:
    quiet = national().with_columns(pl.lit("No known risk").alias(name) for name in RISKS)
    rows = [quiet.head(1).with_columns(pl.lit("Risk present").alias(name), child_ID=pl.lit(name)) for name in RISKS]
    frame, findings = apply(pl.concat(rows))
    assert findings == []
    for ours, row in zip(RISKS.values(), frame.to_dicts(), strict=True):
        assert [item for item in RISKS.values() if row[item] == 1] == [ours]
    costs = {"core": 1, "additional_support": 2, "education": 3, "other": 4}
    frame, _ = apply(
        national().with_columns(pl.lit(str(cost)).alias(f"cost_{name}_weekly") for name, cost in costs.items())
    )
    assert [frame[f"{name}_cost"][0] for name in costs] == [1, 2, 3, 4]


def test_a_column_without_a_cell_and_a_file_without_a_row() -> None:
    raw = national().tail(1).with_columns(pl.lit(None).alias("placement_type"))
    assert apply(raw)[0].equals(apply(national())[0].tail(1))
    assert apply(national().clear())[0].schema == apply(national())[0].schema


def test_officers_are_never_read() -> None:
    frame, findings = apply(pl.concat([national(), national()]))
    assert "OFFICER" not in str(frame.to_dicts()) + "".join(f"{one!r}{one.value}" for one in findings)


def test_case_spaces_and_punctuation_of_column_names_do_not_count() -> None:
    shouted = national().rename(lambda name: f" {name.upper().replace('_', ' ')}? ")
    assert layout.recognise(shouted.columns) is NATIONAL
    assert apply(shouted)[0].equals(apply(national())[0])


@pytest.mark.parametrize(
    "columns",
    [
        [],
        ["child_id", "profile_date", "self_harm"],
        ["child_ID", "risk_to_child_self_harm", "risk_to_others_physical_harm", "core_cost", "total_weekly_cost"],
        ["CHILD", "DECOM", "PLACE"],
    ],
)
def test_other_headers_are_not_taken_for_the_national_file(columns: list[str]) -> None:
    assert layout.recognise(columns) is None


def test_absent_columns_are_named_all_at_once_with_the_nearest() -> None:
    raw = national().rename({"total_weekly_cost": "total_weekly_costs"}).drop("dol", "cost_core_weekly", "provider_URN")
    frame, findings = apply(raw)
    assert [(one.code, one.path, one.index, one.severity) for one in findings] == [
        *(("required-field-missing", path, None, "error") for path in ("dol", "cost_core_weekly", "total_weekly_cost")),
        ("required-field-missing", "provider_URN", None, "warning"),
    ]
    assert "Did you mean total_weekly_costs?" in str(findings[2])
    # cost_education_weekly is much like cost_core_weekly, but it is a column of its own.
    assert "Did you mean" not in str(findings[0]) + str(findings[1])
    assert frame["weekly_cost"].to_list() == [None] * 3


def test_a_risk_whose_column_came_later_is_unanswered_and_said_once() -> None:
    frame, findings = apply(national().drop("risk_to_child_sexual_exploitation"))
    assert [(one.code, one.severity, one.index, one.path) for one in findings] == [
        ("required-field-missing", "warning", None, "risk_to_child_sexual_exploitation")
    ]
    assert frame["sexual_exploitation"].to_list() == [None] * 3
    assert with_cells(("risk_to_child_sexual_exploitation", ""))[1][0].severity == "error"


def test_a_misspelt_column_that_may_be_absent_is_refused_with_the_nearest() -> None:
    raw = national().rename({"risk_to_child_sexual_exploitation": "risk_to_child_sexual_exploittion"})
    (found,) = apply(raw)[1]
    assert (found.code, found.severity, found.index) == ("required-field-missing", "error", None)
    assert "Did you mean risk_to_child_sexual_exploittion? Then rename it" in str(found)


def test_a_column_given_twice_is_not_chosen_between() -> None:
    frame, findings = apply(national().with_columns(pl.lit("Yes").alias("DOL")))
    assert [(one.code, one.path, one.index) for one in findings] == [("rule-violation", "dol", None)]
    assert frame["deprivation_of_liberty"].to_list() == [None] * 3


@pytest.mark.parametrize("cell", [None, " \u00a0"])
def test_every_blank_required_cell_is_a_finding(cell: str | None) -> None:
    _, findings = with_cells(*((field.path, cell) for field in NATIONAL.fields))
    assert [(one.code, one.path, one.place) for one in findings] == [
        ("required-field-missing", field.path, f"row {row}")
        for row, field in enumerate(NATIONAL.fields, 2)
        if field.required
    ]


def test_one_placement_cell_calls_for_the_others() -> None:
    raw = national().tail(1).with_columns(pl.lit("NG5").alias("placement_location"))
    needed = [f.path for f in NATIONAL.fields if f.object and f.required and f.path != "placement_location"]
    assert [one.path for one in apply(raw)[1]] == needed


def test_no_message_shows_a_cell() -> None:
    checked = [field.path for field in NATIONAL.fields if field.type != "text" or field.pattern]
    _, findings = with_cells(*((path, "secret") for path in checked))
    assert [(one.path, one.value) for one in findings] == [(path, "secret") for path in checked]
    assert all("secret" not in str(one) + repr(one) and "Expected" in one.message for one in findings)


def test_forms_are_listed_and_nothing_is_guessed() -> None:
    good = ["< 5 DAYS", ">5days", "within_five-days", " today "]
    bad = ["5 days", "<= 5 days", "<> 5 days", "Toady", "?", "-"]
    _, findings = with_cells(*(("when_placement_is_needed_by", cell) for cell in (*good, *bad)))
    assert [(one.code, one.value) for one in findings] == [("value-not-allowed", cell) for cell in bad]


GAPS = st.sampled_from(["", " ", "-", "_", " – ", "\t", "/", "\u00a0"])


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_case_spaces_and_punctuation_do_not_count(data: st.DataObject) -> None:
    fields = [field for field in NATIONAL.fields if field.type == "code"]
    codes: list[str] = []
    cells: list[tuple[str, str]] = []
    for field in fields:
        forms = NATIONAL.codes[field.codes or ""]
        code = data.draw(st.sampled_from(list(forms)))
        form = data.draw(st.sampled_from([code, *forms[code]]))
        first, second, third = data.draw(GAPS), data.draw(GAPS), data.draw(GAPS)
        spelt = f"{first}{form[:3]}{second}{form[3:]}{third}"
        codes.append(code)
        cells.append((field.path, spelt.upper() if data.draw(st.booleans()) else spelt))
    frame, findings = with_cells(*cells)
    assert findings == []
    for row, (field, code) in enumerate(zip(fields, codes, strict=True)):
        if field.to:
            assert frame[field.to][row] == field.scale.get(code)


@pytest.mark.parametrize(("cell", "allowed"), [("99.99", False), ("99.999999", False), ("100", True),
    ("100000.00", True), ("100,000.01", False), ("100000.00000000000001", False)])  # fmt: skip
def test_the_standards_range_of_a_total(cell: str, allowed: bool) -> None:
    raw = national().tail(2).head(1).with_columns(pl.lit(cell).alias("total_weekly_cost"))
    assert [one.code for one in apply(raw)[1] if one.index == 0] == ([] if allowed else ["out-of-range"])


def test_rounding_is_said_once_a_column() -> None:
    raw = national().with_columns(pl.lit("1450.005").alias("cost_core_weekly")).head(1)
    _, findings = apply(pl.concat([raw, raw.with_columns(pl.lit("OWL-9").alias("child_ID"))]))
    rounded = [one for one in findings if one.index is None]
    assert [(one.severity, one.path) for one in rounded] == [("warning", "cost_core_weekly")]
    assert "in 2 rows" in rounded[0].message


def test_lists_of_codes() -> None:
    good, bad = ["ESOL; b s l;", "None", ";"], ["ESOL;Semaphore", "ESOL;-"]
    _, findings = with_cells(*(("specific_communication_and_language_requirements", cell) for cell in (*good, *bad)))
    assert [(one.code, one.value) for one in findings] == [("value-not-allowed", cell) for cell in bad]


def test_every_row_of_a_child_that_stands_twice_is_an_error() -> None:
    raw = pl.concat([national(), national().head(1)]).with_columns(
        pl.Series("child_ID", ["A", None, " A ", "a"], dtype=pl.String)
    )
    frame, findings = apply(raw)
    assert frame["child_id"].to_list() == ["A", None, "A", "a"]
    assert [(one.index, one.place, one.code) for one in findings] == [
        (0, "row 2", "duplicate-child-id"),
        (1, "row 3", "required-field-missing"),
        (2, "row 4", "duplicate-child-id"),
    ]
    assert "row 4" in findings[0].message


def test_rows_are_called_by_the_line_a_person_sees() -> None:
    """A reader that skips blank lines knows better than the row's number in the frame."""
    raw = pl.concat([national(), national().head(1)]).with_columns(pl.lit("?").alias("cultural_needs"))
    _, findings = layout.apply(raw, NATIONAL, "x.csv", lines=pl.Series([2, 3, 9, 12]))
    assert [one.place for one in findings] == ["row 2", "row 2", "row 3", "row 9", "row 12", "row 12"]
    assert "row 12" in findings[1].message


def test_blank_child_ids_are_not_duplicates() -> None:
    raw = national().with_columns(pl.lit("").alias("child_ID"))
    assert {one.code for one in apply(raw)[1]} == {"required-field-missing"}


def test_a_setting_is_not_called_preferred_while_another_is_unknown() -> None:
    raw = national().head(1).with_columns(pl.lit("?").alias("residential_care_suitability"))
    assert apply(raw)[0]["preferred_setting"].to_list() == [None]


def test_parts_are_compared_exactly() -> None:
    raw = national().head(1).with_columns(pl.lit("1450.001").alias("cost_core_weekly"))
    assert ("rule-violation", "warning", 0) in [(one.code, one.severity, one.index) for one in apply(raw)[1]]


CELLS = st.sampled_from(
    [None, "", "Yes", "No", "Risk present", "NO KNOWN RISK", "Preferred", "1", "-3", "150.505", "x"]
)


@settings(deadline=None, max_examples=12)
@given(st.data(), st.integers(0, 3))
def test_a_row_is_read_alike_alone_and_among_others(data: st.DataObject, rows: int) -> None:
    cells = {f.path: data.draw(st.lists(CELLS, min_size=rows, max_size=rows)) for f in NATIONAL.fields}
    raw = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    raw = raw.with_columns(child_ID=pl.Series([f"C{n}" for n in range(rows)], dtype=pl.String))
    whole, findings = apply(raw)
    assert whole.height == rows
    for index in range(rows):
        alone, found = apply(raw.slice(index, 1))
        assert alone.equals(whole.slice(index, 1))
        assert [(one.code, one.path, one.value) for one in found if one.index == 0] == [
            (one.code, one.path, one.value) for one in findings if one.index == index
        ]


def test_findings_of_the_file_come_first_and_then_by_row() -> None:
    raw = national().drop("dol").head(2)
    raw = raw.with_columns(pl.lit("?").alias("placement_type"), pl.lit("").alias("cultural_needs"))
    assert [one.index for one in apply(raw)[1]] == [None, 0, 0, 1, 1]
