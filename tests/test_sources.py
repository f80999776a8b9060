"""From what a council has to scored rows: a return with profiles and costs, CANS forms, a zip, parts, a query."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from banding.caseload.ssda903.files import read_return
from banding.caseload.ssda903.snapshot import snapshot
from banding.cli import main
from banding.engine.unlikely import PARTS
from banding.errors import CaseloadError, OutputError
from banding.pack.library import load_pack
from banding.run import Run, score_files
from banding.sources import Query, Sources
from banding.synthetic import ON, synthesise, write_synthetic

PACK = load_pack("england-reference@2026")
HERE = Path(__file__).parent
INVENTED = HERE / "caseload" / "ssda903" / "invented"
REAL_FORMAT = HERE.parents[1] / "shared" / "data" / "ssda903"


def profiles_for(children: pl.Series, folder: Path, on: dt.date) -> tuple[Path, Path]:
    """Generated profiles and costs of some children, dated on a day."""
    drawn = synthesise(len(children), 3, pack=PACK, on=on).frame.with_columns(child_id=children)
    needs, costs = folder / "needs.csv", folder / "costs.csv"
    drawn.select("child_id", *PACK.items).with_columns(profile_date=pl.lit(on)).write_csv(needs)
    drawn.select("child_id", "core_cost", "additional_support_cost", "cost_scope", cost_from=pl.lit(on)).write_csv(
        costs
    )
    return needs, costs


def scored(returned: Path, on: dt.date, folder: Path) -> tuple[pl.DataFrame, Run]:
    looked_after = snapshot(read_return(returned), on).frame["child_id"]
    needs, costs = profiles_for(looked_after, folder, on)
    parts = {"needs": (needs,), "placements": (returned,), "costs": (costs,)}
    run = score_files(Sources(parts=parts), PACK, on, folder / "out.parquet")
    return pl.read_parquet(folder / "out.parquet"), run


def test_a_return_with_profiles_and_costs_becomes_a_scored_caseload(tmp_path: Path) -> None:
    on = dt.date(2024, 3, 31)
    looked_after = snapshot(read_return(INVENTED), on).frame
    found, run = scored(INVENTED, on, tmp_path)
    assert found["child_id"].sort().to_list() == looked_after["child_id"].sort().to_list()
    by_child = dict(zip(looked_after["child_id"], looked_after["setting"], strict=True))
    kept = found.filter(pl.col("status") == "scored")
    assert kept.height
    assert [by_child[child] for child in kept["child_id"]] == kept["setting"].to_list()
    assert Counter(kind for kind, _, _ in run.accounts)["placements"] == 1
    manifest = json.loads((tmp_path / "out.parquet.manifest.json").read_text(encoding="utf-8"))
    assert {entry["kind"] for entry in manifest["accounts"]} == {"needs", "placements", "costs"}
    assert any(entry["file"].endswith(".csv") and "invented" in entry["file"] for entry in manifest["inputs"])


# Counted from the files by hand and by a plain-Python twin: tests/caseload/ssda903.
LOOKED_AFTER = {2018: 367, 2019: 195, 2020: 135, 2021: 89, 2022: 55}


@pytest.mark.parametrize(("year", "children"), LOOKED_AFTER.items())
def test_the_five_year_return_gives_a_caseload_for_each_31_march(year: int, children: int, tmp_path: Path) -> None:
    if not REAL_FORMAT.is_dir():
        pytest.skip("the five-year synthetic return is not here")
    found, run = scored(REAL_FORMAT, dt.date(year, 3, 31), tmp_path)
    assert found.height == children
    assert run.counts["scored"] + run.counts["rejected"] == children
    assert run.counts["scored"] > children / 2
    assert found["setting"].drop_nulls().n_unique() > 3


def test_a_folder_zip_and_files_give_the_same(tmp_path: Path) -> None:
    made = synthesise(30, 5, pack=PACK, on=ON).frame
    (tmp_path / "folder").mkdir()
    made[:10].write_csv(tmp_path / "folder" / "a.csv")
    made[10:].write_csv(tmp_path / "folder" / "b.csv")
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.write(tmp_path / "folder" / name, name)
    found = []
    for caseload in (["folder"], ["folder/a.csv", "folder/b.csv"], ["both.zip"]):
        sources = Sources(caseload=[tmp_path / name for name in caseload])
        found.append(score_files(sources, PACK, ON, tmp_path / "out.csv").frame)
    assert found[0].equals(found[1])
    assert found[0].equals(found[2])
    assert found[0].height == 30


def test_findings_go_into_a_workbook_as_text(tmp_path: Path) -> None:
    made = synthesise(5, 5, pack=PACK, on=ON).frame
    bad = made.cast({"anxiety": pl.String}).with_columns(anxiety=pl.lit("=1+1"))
    bad.write_csv(tmp_path / "in.csv")
    for ending in ("xlsx", "csv", "json", "parquet"):
        target = tmp_path / f"found.{ending}"
        run = score_files([tmp_path / "in.csv"], PACK, ON, tmp_path / "out.csv", findings=target)
        assert run.counts["rejected"] == 5
    sheet = zipfile.ZipFile(tmp_path / "found.xlsx").read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    table = pl.read_csv(tmp_path / "found.csv")
    assert table.filter(pl.col("rule") == "rating-off-scale")["value"].to_list() == ["=1+1"] * 5
    assert pl.read_parquet(tmp_path / "found.parquet").height == table.height


def test_a_target_that_another_option_writes_is_refused(tmp_path: Path) -> None:
    write_synthetic(synthesise(5, 5, pack=PACK, on=ON), tmp_path / "in.csv")
    same = tmp_path / "one.csv"
    with pytest.raises(OutputError, match="another option"):
        score_files([tmp_path / "in.csv"], PACK, ON, tmp_path / "out.csv", rejects=same, findings=same)


def test_one_source_is_named_and_only_one(tmp_path: Path) -> None:
    nothing, both = Sources(), Sources(caseload=[tmp_path], query=Query("sqlite:x", "SELECT 1"))
    for sources in (nothing, both, Sources(parts={"costs": [tmp_path / "c.csv"]})):
        with pytest.raises(CaseloadError) as caught:
            sources.read(PACK, ON)
        assert [finding.code for finding in caught.value.findings] == ["which-source"]


def test_a_query_is_named_in_the_manifest_without_its_words(tmp_path: Path) -> None:
    import adbc_driver_sqlite.dbapi  # noqa: PLC0415

    made = synthesise(8, 5, pack=PACK, on=ON).frame.select("child_id", *PACK.items)
    path = tmp_path / "cases.db"
    with adbc_driver_sqlite.dbapi.connect(str(path)) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("profiles", made)
        connection.commit()
    sources = Sources(query=Query(f"sqlite:{path}", "SELECT * FROM profiles WHERE child_id <> 'SECRET'"))
    run = score_files(sources, PACK, ON, tmp_path / "out.csv")
    assert run.counts["scored"] == 8
    text = (tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8")
    assert "SECRET" not in text
    assert json.loads(text)["asked"]["rows"] == 8
    assert "SECRET" not in repr(sources)


def test_cans_forms_go_from_file_to_scored_row(tmp_path: Path) -> None:
    forms = HERE / "caseload" / "files"
    for name in ("cans-6-21.csv", "cans-0-5.csv"):
        run = score_files([forms / name], PACK, dt.date(2026, 6, 30), tmp_path / "out.csv")
        assert run.layout.startswith("cans-england")
        assert run.counts["scored"] > 0


def test_coverage_comes_first_and_counts_children_in_care(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = synthesise(20, 5, pack=PACK, on=ON).frame.with_columns(
        rater_role=pl.Series(["carer"] * 5 + ["social_worker"] * 15),
        profile_date=pl.Series([ON - dt.timedelta(900)] * 2 + [ON] * 18),
    )
    made[:12].select("child_id", "profile_date", "rater_role", *PACK.items).write_csv(tmp_path / "needs.csv")
    # Ten of them have a placement, and four others who have no profile; two have left.
    placements = made[2:16].select(
        "child_id", "setting", placement_start=pl.lit(ON), placement_end=pl.lit(None, pl.Date)
    )
    placements.write_csv(tmp_path / "placements.csv")
    files = ("--needs", str(tmp_path / "needs.csv"), "--placements", str(tmp_path / "placements.csv"))
    with pytest.raises(SystemExit):
        main(["score", *files, "--on", str(ON), "--out", str(tmp_path / "out.csv")])
    said = capsys.readouterr().err.splitlines()
    assert said[1:5] == [
        "Children in care: 14", "  with a profile: 10 (71%)", "  in date: 10 (71%)",
        "  rated by someone not paid by the placement: 7 (50%)",
    ]  # fmt: skip
    manifest = json.loads((tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["coverage"] == {
        "in_care": 14, "with_profile": 10, "in_date": 10, "date_unknown": 0, "independent": 7, "rater_unknown": 0,
    }  # fmt: skip


def test_doubts_about_rows_are_told_once_a_kind_and_stand_in_the_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = synthesise(6, 5, pack=PACK, on=ON).frame.drop(PARTS)
    made = made.with_columns(
        setting=pl.lit("agency_foster"), profile_date=pl.lit(ON), weekly_cost=pl.Series([5, 6, 7, 8, 900, None])
    )
    made.write_csv(tmp_path / "in.csv")
    with pytest.raises(SystemExit):
        main(["score", str(tmp_path / "in.csv"), "--on", str(ON), "--out", str(tmp_path / "out.csv"),
              "--findings", str(tmp_path / "found.csv")])  # fmt: skip
    said = [line for line in capsys.readouterr().err.splitlines() if "weekly" in line]
    assert [line.split("weekly")[0] for line in said] == [
        f"Warning: {tmp_path}/in.csv rows 2, 3, 4 and 1 more: ", f"Warning: {tmp_path}/in.csv row 7: No ",
    ]  # fmt: skip
    table = pl.read_csv(tmp_path / "found.csv").filter(pl.col("rule").str.starts_with("cost-"))
    assert table.select("severity", "row", "column", "value", "rule").rows() == [
        *(("warning", row, "weekly_cost", row + 3, "cost-low") for row in (2, 3, 4, 5)),
        ("warning", 7, "weekly_cost", None, "cost-missing"),
    ]


def test_a_return_alone_holds_no_needs_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CaseloadError, match="--needs") as caught:
        score_files([INVENTED], PACK, dt.date(2024, 3, 31), tmp_path / "out.csv")
    assert [finding.code for finding in caught.value.findings] == ["no-needs"]
