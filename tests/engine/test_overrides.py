"""Bands set by hand: kept beside the computed band, never without a reason, every mistake told at once."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import banding
from banding.engine.overrides import REASONS, SCHEMA
from banding.errors import CaseloadError
from banding.pack.meaning import Pack
from banding.run import score_files
from tests.small import pack_in

ON = dt.date(2026, 6, 1)
RULES = '[scores]\ntotal = "sum(d)"\n[bands]\nscore = "total"\n'
TABLES = {
    "items": "id,domain,kind,label,top\nneed,d,need,Need,9\n",
    "domains": "id,label,missing\nd,D,refuse = 0\n",
    "bands": "id,number,name,from_points\nlow,1,Low care,0\nhigh,2,High care,5\n",
}
ONE = {"child_id": "b", "band": "2", "person": "P. Chair", "reason": "strengths", "date": "2026-05-31"}


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return pack_in(tmp_path / "pack", RULES, **TABLES)


@pytest.fixture
def children() -> pl.DataFrame:
    return pl.DataFrame({"child_id": ["a", "b", "c"], "need": [9, 1, None]})


def given(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{**ONE, "note": None, **row} for row in rows], schema_overrides={"note": pl.String})


def told(children: pl.DataFrame, pack: Pack, overrides: pl.DataFrame) -> list[tuple[str, str]]:
    with pytest.raises(CaseloadError) as caught:
        banding.score(children, pack, on=ON, overrides=overrides)
    return [(finding.code, finding.place) for finding in caught.value.findings]


def test_the_computed_band_stays_beside_the_one_set_by_hand(children: pl.DataFrame, pack: Pack) -> None:
    plain = banding.score(children, pack, on=ON)
    found = banding.score(children, pack, on=ON, overrides=given({}))
    assert found.drop(list(SCHEMA)).equals(plain)
    assert found.columns[-4:] == list(SCHEMA)
    assert found.select(SCHEMA.keys()).row(1) == (2, "strengths", "P. Chair", dt.date(2026, 5, 31))
    assert found.select(SCHEMA.keys()).row(0) == found.select(SCHEMA.keys()).row(2) == (None,) * 4
    assert dict(found.select(SCHEMA.keys()).schema) == SCHEMA


@pytest.mark.parametrize("band", ["2", 2, 2.0, "high", "High", "High care", " 2 "])
def test_a_band_is_its_number_id_or_name(children: pl.DataFrame, pack: Pack, band: object) -> None:
    assert banding.score(children, pack, on=ON, overrides=given({"band": band}))["override_band"][1] == 2


@pytest.mark.parametrize(
    ("wrong", "code", "column"),
    [
        ({"reason": None}, "no-reason", "reason"), ({"reason": "  "}, "no-reason", "reason"),
        ({"reason": "cheaper"}, "unknown-reason", "reason"), ({"reason": "other"}, "no-note", "note"),
        ({"person": ""}, "no-person", "person"), ({"band": "3"}, "unknown-band", "band"),
        ({"band": None}, "unknown-band", "band"), ({"band": 1.5}, "unknown-band", "band"),
        ({"date": "31/05/2026"}, "bad-date", "date"), ({"date": ""}, "bad-date", "date"),
        ({"date": "2026-06-02"}, "future-date", "date"), ({"child_id": " "}, "no-child-id", "child_id"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_row_and_column(
    children: pl.DataFrame, pack: Pack, wrong: dict[str, Any], code: str, column: str
) -> None:
    assert told(children, pack, given(wrong)) == [(code, f"row 1, column {column}")]


def test_all_mistakes_are_told_at_once(children: pl.DataFrame, pack: Pack) -> None:
    rows = given({"reason": ""}, {"child_id": "a", "person": " ", "band": "9"}, {"child_id": "a"})
    assert told(children, pack, rows) == [
        ("no-reason", "row 1, column reason"), ("duplicate-child-id", "row 2, column child_id"),
        ("unknown-band", "row 2, column band"), ("no-person", "row 2, column person"),
        ("duplicate-child-id", "row 3, column child_id"),
    ]  # fmt: skip


def test_absent_columns_and_a_pack_without_bands_are_refused(
    children: pl.DataFrame, pack: Pack, tmp_path: Path
) -> None:
    assert told(children, pack, given({}).drop("reason", "person")) == [
        ("column-absent", "column person"), ("column-absent", "column reason"),
    ]  # fmt: skip
    scores = pack_in(
        tmp_path / "scores", '[scores]\ntotal = "sum(d)"\n', items=TABLES["items"], domains=TABLES["domains"]
    )
    assert told(children, scores, given({}))[0][0] == "no-bands"


def test_other_with_a_note_stands_and_the_note_goes_no_further(children: pl.DataFrame, pack: Pack) -> None:
    found = banding.score(children, pack, on=ON, overrides=given({"reason": "other", "note": "SECRET"}))
    assert found["override_reason"][1] == "other"
    assert "SECRET" not in found.write_csv()


def test_an_override_of_nobody_is_left_out_with_a_warning(children: pl.DataFrame, pack: Pack) -> None:
    with pytest.warns(banding.BandingWarning, match=r"row 2, column child_id: The caseload has no child"):
        found = banding.score(children, pack, on=ON, overrides=given({}, {"child_id": "zz"}))
    assert found["override_band"].to_list() == [None, 2, None]


def test_a_kept_column_of_the_same_name_is_renamed(children: pl.DataFrame, pack: Pack) -> None:
    kept = children.with_columns(override_band=pl.lit(7))
    with pytest.warns(banding.BandingWarning, match="override_band"):
        found = banding.score(kept, pack, on=ON, keep=True, overrides=given({}))
    assert found["override_band"].to_list() == [None, 2, None]
    assert found["override_band_given"].to_list() == [7, 7, 7]


def test_a_file_of_overrides_is_an_input_counted_by_reason(children: pl.DataFrame, pack: Pack, tmp_path: Path) -> None:
    children.write_csv(tmp_path / "in.csv")
    given({"reason": "Court or panel"}, {"child_id": "a", "reason": "strengths"}).write_csv(tmp_path / "set.csv")
    out = tmp_path / "out.csv"
    run = score_files([tmp_path / "in.csv"], pack, ON, out, overrides=tmp_path / "set.csv")
    assert dict(run.overridden) == {"strengths": 1, "court_or_panel": 1}
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["overridden"] == {"court_or_panel": 1, "strengths": 1}
    assert [Path(entry["file"]).name for entry in manifest["inputs"]] == ["in.csv", "set.csv"]
    assert "Chair" not in json.dumps(manifest)
    assert pl.read_csv(out)["override_reason"].to_list() == ["strengths", "court_or_panel", None]


def test_a_faulty_file_is_refused_whole_and_named(children: pl.DataFrame, pack: Pack, tmp_path: Path) -> None:
    children.write_csv(tmp_path / "in.csv")
    given({}, {"child_id": "a", "reason": ""}).write_csv(tmp_path / "set.csv")
    with pytest.raises(CaseloadError, match=r"set\.csv row 3, column reason: No reason is given"):
        score_files([tmp_path / "in.csv"], pack, ON, tmp_path / "out.csv", overrides=tmp_path / "set.csv")
    assert not (tmp_path / "out.csv").exists()


def test_an_override_lands_on_the_child_of_that_very_id(pack: Pack) -> None:
    children = pl.DataFrame({"child_id": ["12.0", "12", "7"], "need": [1, 1, 1]})
    found = banding.score(children, pack, on=ON, overrides=given({"child_id": "12.0"}))
    assert found["override_band"].to_list() == [2, None, None]
    whole = pl.DataFrame({"child_id": [12, 7], "need": [1, 1]})
    found = banding.score(whole, pack, on=ON, overrides=given({"child_id": "7"}).cast({"child_id": pl.Int64}))
    assert found["override_band"].to_list() == [None, 2]


def test_a_band_is_meant_by_its_number_before_its_id_and_name(tmp_path: Path, children: pl.DataFrame) -> None:
    bands = "id,number,name,from_points\nhigh,1,2,0\nlow,2,high,5\n"
    odd = pack_in(tmp_path / "odd", RULES, **{**TABLES, "bands": bands})
    for word, number in (("2", 2), ("high", 1), ("low", 2)):
        assert banding.score(children, odd, on=ON, overrides=given({"band": word}))["override_band"][1] == number


@pytest.mark.parametrize(
    ("name", "value"),
    [("reason", ["strengths"]), ("person", b"x"), ("child_id", 1.5), ("date", 20260531), ("note", ["x"])],
)
def test_a_column_of_another_type_is_told(children: pl.DataFrame, pack: Pack, name: str, value: object) -> None:
    wrong = pl.DataFrame({name: [value]})
    assert told(children, pack, given({}).drop(name).hstack(wrong)) == [("wrong-type", f"column {name}")]


def test_a_date_may_come_as_any_kind_of_date(children: pl.DataFrame, pack: Pack) -> None:
    day = dt.date(2026, 5, 31)
    for kind in (pl.Date(), pl.Datetime(), pl.Categorical()):
        date = pl.Series("date", [str(day)]).cast(kind) if kind == pl.Categorical() else pl.Series("date", [day], kind)
        found = banding.score(children, pack, on=ON, overrides=given({}).with_columns(date))
        assert found["override_date"][1] == day


def test_an_override_of_a_child_that_is_there_twice_is_one(pack: Pack, tmp_path: Path) -> None:
    pl.DataFrame({"child_id": ["b", "b"], "need": [1, 1]}).write_csv(tmp_path / "in.csv")
    given({}).write_csv(tmp_path / "set.csv")
    run = score_files([tmp_path / "in.csv"], pack, ON, tmp_path / "out.csv", overrides=tmp_path / "set.csv")
    assert dict(run.overridden) == {"strengths": 1}


def test_overrides_stand_in_one_file(children: pl.DataFrame, pack: Pack, tmp_path: Path) -> None:
    children.write_csv(tmp_path / "in.csv")
    (tmp_path / "folder").mkdir()
    given({}).write_csv(tmp_path / "folder" / "set.csv")
    with pytest.raises(CaseloadError, match="one file"):
        score_files([tmp_path / "in.csv"], pack, ON, tmp_path / "out.csv", overrides=tmp_path / "folder")


def test_the_reasons_are_told() -> None:
    text = (Path(__file__).parents[2] / "docs" / "overrides.md").read_text(encoding="utf-8")
    for reason, when in REASONS.items():
        assert f"| `{reason}` | {when} |" in text
