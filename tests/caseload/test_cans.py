"""CANS forms, as a table and as a workbook a child: the instrument's own items, and the pack's items from them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from banding.caseload import layout
from banding.caseload.layout_cells import NOT_ASKED
from banding.caseload.read import read
from banding.engine.crosswalk import in_pack_items
from banding.errors import CaseloadError, Finding
from banding.form import children_of
from banding.pack import lower
from banding.pack.library import load_pack
from banding.run import score_files

FILES = Path(__file__).parent / "files"
ON = dt.date(2026, 5, 1)
PACK = load_pack("england-reference@2026")
OLDER, YOUNGER = layout.shipped()["cans-england-6-21"], layout.shipped()["cans-england-0-5"]
FORMS = [("cans-6-21.csv", OLDER), ("cans-0-5.csv", YOUNGER)]
SECRET = "SECRETNAME"


def table(name: str = "cans-6-21.csv") -> pl.DataFrame:
    return pl.read_csv(FILES / name, infer_schema=False)


def apply(raw: pl.DataFrame, made: layout.Layout = OLDER) -> tuple[pl.DataFrame, Sequence[Finding]]:
    return layout.apply(raw, made, "cans.csv")


def with_cells(**cells: str | None) -> tuple[dict[str, int | None], Sequence[Finding]]:
    """The ratings of the first child with those cells, whose columns are given by their letters and digits."""
    raw = table().head(1)
    named = {re.sub("[^a-z0-9]+", "_", name.casefold()).strip("_"): name for name in raw.columns}
    raw = raw.with_columns(pl.lit(cell, pl.String).alias(named[name]) for name, cell in cells.items())
    frame, findings = apply(raw)
    return frame["cans_6_21"].struct.unnest().row(0, named=True), findings


# -- one table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "made"), FORMS)
def test_a_form_is_known_by_its_columns_and_gives_its_own_items(name: str, made: layout.Layout) -> None:
    raw = table(name)
    assert layout.recognise(raw.columns) is made
    frame, findings = apply(raw, made)
    assert {one.index for one in findings} <= {3}
    assert frame.columns == ["child_id", "profile_date", "date_of_birth", made.heading.instrument]
    assert frame["profile_date"][0] == dt.date(2026, 3, 2)
    assert frame["date_of_birth"].dt.month()[0] == 5
    mapped = {row.source_item for row in PACK.document.crosswalk if row.instrument == made.heading.instrument}
    assert mapped <= {field.name for field in frame.schema[made.heading.instrument or ""].fields}  # type: ignore[attr-defined]


def test_no_name_and_nothing_that_happened_to_a_child_is_read() -> None:
    for name, made in FORMS:
        raw = table(name).with_columns(pl.lit(SECRET).alias("Neglect"))
        frame, findings = apply(raw, made)
        assert SECRET not in str(frame.to_dicts()) + "".join(f"{one!r}{one.value}" for one in findings)


def test_not_asked_is_the_number_that_the_engine_takes_for_it() -> None:
    assert NOT_ASKED == lower.NOT_ASKED


@pytest.mark.parametrize(
    ("opener", "cell", "expected"),
    [
        ("0", None, NOT_ASKED), ("0", "N/A", NOT_ASKED), ("0", "2", 2), ("N/A", None, NOT_ASKED),
        ("1", None, None), ("1", "0", 0), ("3", "2", 2), ("2", "n/a", NOT_ASKED), (None, None, None), ("7", None, None),
    ],
)  # fmt: skip
def test_what_opens_an_extension(opener: str | None, cell: str | None, expected: int | None) -> None:
    ratings, _ = with_cells(substance_use=opener, severity_of_use_substance_use=cell)
    assert ratings["Severity of Use (Substance Use)"] == expected


@pytest.mark.parametrize(
    ("item", "cell", "value", "code"),
    [
        ("anxiety", "3", 3, None), ("anxiety", " 2.0 ", 2, None), ("anxiety", "", None, None),
        ("anxiety", "4", None, "out-of-range"), ("anxiety", "-1", None, "out-of-range"),
        ("anxiety", "9" * 30, None, "out-of-range"), ("anxiety", "1.5", None, "value-not-allowed"),
        ("anxiety", "N/A", None, "value-not-allowed"), ("anxiety", "high", None, "value-not-allowed"),
        ("vocational", "N/A", NOT_ASKED, None), ("vocational", "Not applicable", NOT_ASKED, None),
        ("vocational", "Not known", None, "value-not-allowed"),
    ],
)  # fmt: skip
def test_how_a_rating_is_read(item: str, cell: str, value: int | None, code: str | None) -> None:
    ratings, findings = with_cells(**{item: cell})
    assert ratings[item.capitalize()] == value
    assert [one.code for one in findings] == ([code] if code else [])
    assert "Not known" not in "".join(map(str, findings))


def test_the_spellings_that_are_listed_and_no_other() -> None:
    told = {
        "Sexual Aggression*": "Sexual Agression",
        "CH Frustration Management (Need) (Danger to Others*)": "ch fustration management - need (Danger to Others)",
        "Victimisation/Exploitation*": "VICTIMIZATION / EXPLOITATION",
        "Youth Unique ID": "Child unique-ID",
    }
    assert apply(table().rename(told))[0].equals(apply(table())[0])
    for right, wrong in {"Running Away*": "Runing Away", "Planning (Fire Setting*)": "Planing (Fire Setting*)"}.items():
        found = [one for one in apply(table().rename({right: wrong}))[1] if one.index is None]
        assert [one.severity for one in found] == ["error"]
        assert f"Did you mean {wrong}?" in str(found[0])


def test_a_module_that_nobody_opened_may_be_absent_and_an_item_of_the_form_not() -> None:
    raw = table().drop(pl.selectors.contains("(Fire Setting*)"), "Sleep")
    frame, findings = apply(raw)
    severities = {one.path: one.severity for one in findings if one.index is None}
    assert severities.pop("Sleep") == "error"
    assert set(severities.values()) == {"warning"}
    assert len(severities) == 9
    assert frame["cans_6_21"].struct.field("Planning (Fire Setting)")[0] == NOT_ASKED


def test_a_column_that_is_never_read_is_not_taken_for_a_misspelt_one() -> None:
    never = {"Knowledge of Needs (Young Carer/Parenting Roles*)": "Knowledge of Need (Young Carer/Parenting Roles*)"}
    raw = table().drop(never)
    assert [one.severity for one in apply(raw)[1] if one.index is None] == ["warning"]
    told = OLDER.heading.model_copy(update={"not_read": (*OLDER.heading.not_read, *never.values())})
    raw = raw.with_columns(pl.lit("0").alias(*never.values()))
    for heading, severity in ((OLDER.heading, "error"), (told, "warning")):
        made = OLDER.model_copy(update={"heading": heading})
        assert [one.severity for one in apply(raw, made)[1] if one.index is None] == [severity]


def test_a_child_may_have_assessments_of_two_dates_and_not_two_of_one() -> None:
    raw = table().head(1)
    other = raw.with_columns(pl.lit("03/03/2026").alias("Assessment Date"))
    assert apply(pl.concat([raw, other]))[1] == []
    assert [one.code for one in apply(pl.concat([raw, raw]))[1]] == ["duplicate-child-id"] * 2


# -- to the pack's items ----------------------------------------------------------------------------------------------


def test_from_file_to_scored_row(tmp_path: Path) -> None:
    run = score_files([FILES / "cans-6-21.csv"], PACK, ON, tmp_path / "s.csv", rejects=tmp_path / "r.csv", keep=True)
    assert run.layout == "cans-england-6-21"
    assert dict(run.counts) == {"rows": 5, "scored": 3, "rejected": 2}
    assert run.frame["band"].to_list() == [1, 4, 3, None, None]
    assert run.frame["suicide_risk"].to_list()[:3] == [0, 3, 0]
    assert run.frame["going_missing"].to_list()[:3] == [0, 2, 0]
    assert run.frame["communication"].to_list()[:3] == [0, NOT_ASKED, 1]
    # On the form 1 is a good strength and 3 is none.
    assert run.frame["hope"].to_list()[:3] == [2, 0, 2]
    assert run.frame["form"].to_list()[:3] == ["cans_6_21"] * 3
    rejects = pl.read_csv(tmp_path / "r.csv")
    assert rejects.select("row", "child_id", "code", "column").rows() == [
        (5, "OWL-4", "out-of-range", "Anxiety"), (6, "OWL-5", "refused", "form_for_older"),
    ]  # fmt: skip
    assert "Expected a rating from 0 to 3" in rejects["reason"][0]
    assert "under 6" in rejects["reason"][1]
    # An item that the pack does not map is no unknown column.
    assert not [one for one in run.findings if one.code == "unknown-column"]


def test_the_form_for_the_young_to_scored_row(tmp_path: Path) -> None:
    run = score_files([FILES / "cans-0-5.csv"], PACK, ON, tmp_path / "s.csv", keep=True)
    assert run.frame["status"].to_list() == ["scored"] * 2
    assert run.frame["eating_and_growth"].to_list() == [0, 2]


def test_a_pack_without_that_crosswalk_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CaseloadError) as caught:
        score_files([FILES / "cans-6-21.csv"], load_pack("sdq@1997"), ON, tmp_path / "s.csv")
    (found,) = caught.value.findings
    assert "sdq has no crosswalk from cans_6_21. It has none at all. Name another pack" in str(found)
    assert not list(tmp_path.iterdir())


def test_children_of_two_forms_and_of_none_stay_in_their_places() -> None:
    older, younger = (apply(table(name), made)[0] for name, made in FORMS)
    own = pl.DataFrame({"child_id": ["own"], "anxiety": [2]})
    frame = pl.concat([younger.head(1), own, older.head(1), younger.tail(1)], how="diagonal_relaxed")
    found = in_pack_items(frame, PACK)
    assert found["child_id"].to_list() == ["WREN-1", "own", "OWL-1", "WREN-2"]
    assert found["form"].to_list() == ["cans_0_5", None, "cans_6_21", "cans_0_5"]
    assert found["anxiety"].to_list() == [0, 2, 0, 0]
    assert set(PACK.items) < set(found.columns)
    assert not {"Anxiety", "Vocational", "cans_6_21", "cans_0_5"} & set(found.columns)


def test_a_frame_of_the_packs_own_items_and_one_without_rows() -> None:
    own = pl.DataFrame({"child_id": ["own"], "anxiety": [2]})
    assert in_pack_items(own, PACK) is own
    assert in_pack_items(apply(table().clear())[0], PACK).shape == (0, len(PACK.items) + 4)


def test_a_rating_form_may_be_made_for_the_children_of_a_cans_file() -> None:
    children, findings = children_of(read([FILES / "cans-6-21.csv"]))
    assert [child.child_id for child in children] == [f"OWL-{n}" for n in range(1, 6)]
    assert children[0].date_of_birth == dt.date(2012, 5, 14)
    assert findings == []
