"""Files out: their forms, the manifest that names them, and that a run which fails leaves the old ones."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding import run as runs
from banding.engine.score import score_caseload
from banding.errors import OutputError
from banding.pack.meaning import Pack
from banding.run import MANIFEST, Run, score_files
from tests.small import pack_in

ON = dt.date(2026, 6, 1)
SECRET = "SECRETNAME"
RULES = """
[scores]
total = "sum(d)"
half = "0.5 * fire"
cost = "weekly_cost"
solo_fire = "solo and fire > 0"
[bands]
score = "total"
[[review]]
id = "far"
kind = "note"
when = "location == at_a_distance"
because = "Far."
[[refuse]]
id = "too_many"
when = "siblings_here > 3"
because = "More than four children cannot be one profile."
"""
TABLES = {
    "items": "id,domain,kind,label,top\nfire,d,need,Fire,3\nfood,d,need,Food,3\n",
    "domains": "id,label,missing\nd,D,refuse = 0\n",
    "bands": "id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,3\n",
    "settings": "id,label,family,intensity\nown,Own,yes,1\n",
    "prices": "band,setting,low,expected,high\nlow|high,own,100,1234.5,2000\n",
}
CASELOAD = (
    "child_id,fire,food,weekly_cost,setting,location,solo\n"
    "a,1,2,1000.00,own,in area,yes\n"
    f"b,7,2,{SECRET},own,{SECRET},no\n"
    ",1,1,5,own,,\n"
    "c,1,,0.05,,,no\n"
    "d,0,0,,own,,\n"
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return pack_in(tmp_path_factory.mktemp("outputs"), RULES, **TABLES)


@pytest.fixture
def caseload(tmp_path: Path) -> Path:
    path = tmp_path / "caseload.csv"
    path.write_text(CASELOAD, encoding="utf-8")
    return path


def json_of(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def left(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


# -- forms ------------------------------------------------------------------------------------------------------------

HEADER = (
    "child_id,status,rejected_because,band,band_name,band_low,band_high,band_range,completeness,need_score,base_band,"
    "raised_by,setting,setting_fit,care_cost,cost_basis,price_low,price_expected,price_high,cost_fit,price_variance,"
    "reference_setting,reference_expected,setting_variance,reviews,reviews_unknown,holds,priority,pack,pack_version,"
    "pack_fingerprint,pack_in_force,on,cost,half,solo_fire,total"
)
MONEY = {
    "care_cost", "price_low", "price_expected", "price_high", "price_variance", "reference_expected",
    "setting_variance", "cost",
}  # fmt: skip


def test_the_scored_columns_stand_in_their_order_then_each_score_by_name(
    caseload: Path, pack: Pack, tmp_path: Path
) -> None:
    for ending in ("csv", "parquet"):
        score_files([caseload], pack, ON, tmp_path / f"out.{ending}")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[0] == HEADER
    pence = [f"{name}_pence" if name in MONEY else name for name in HEADER.split(",")]
    assert pl.read_parquet(tmp_path / "out.parquet").columns == pence


def test_csv_holds_pounds_with_two_decimals(caseload: Path, pack: Pack, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    score_files([caseload], pack, ON, out)
    table = pl.read_csv(out, infer_schema=False)
    row = table.row(0, named=True)
    assert (row["care_cost"], row["price_low"], row["price_expected"]) == ("1000.00", "100.00", "1234.50")
    assert (row["cost_basis"], row["cost_fit"], row["price_variance"]) == ("total", "unknown", None)
    assert (row["total"], row["half"], row["cost"], row["solo_fire"]) == ("3", "0.5", "1000.00", "true")
    assert (row["pack_in_force"], row["on"]) == ("true", "2026-06-01")
    assert not [name for name in table.columns if name.endswith("_pence")]
    assert table["status"].to_list() == ["scored", "rejected", "rejected", "rejected", "scored"]
    assert table["cost"].to_list() == ["1000.00", None, None, None, None]


def test_json_holds_pounds_as_text_so_that_no_digit_is_lost(caseload: Path, pack: Pack, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    score_files([caseload], pack, ON, out)
    rows = json_of(out)
    first, last = rows[0], rows[-1]
    assert (first["care_cost"], first["cost"], first["half"], first["total"]) == ("1000.00", "1000.00", "0.5", 3)
    assert (first["band"], first["solo_fire"], first["on"], first["status"]) == (2, True, "2026-06-01", "scored")
    assert (last["cost"], last["solo_fire"], last["setting"]) == (None, False, "own")
    assert [row["child_id"] for row in rows] == ["a", "b", None, "c", "d"]


def test_parquet_holds_whole_pence_exact_scores_and_choices(caseload: Path, pack: Pack, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    run = score_files([caseload], pack, ON, out)
    table = pl.read_parquet(out)
    assert table.equals(run.frame)
    assert table.schema["care_cost_pence"] == table.schema["cost_pence"] == pl.Int64
    assert table.schema["half"] == pl.Decimal(38, 1)
    assert table.schema["setting"] == pl.Enum(["own"])
    assert table["care_cost_pence"].to_list() == [100000, None, None, None, None]
    assert table["half"].to_list()[0] == Decimal("0.5")


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_kept_columns_stay_beside_the_scored_ones(pack: Pack, tmp_path: Path, ending: str) -> None:
    path = tmp_path / "in.parquet"
    row = {"child_id": "a", "fire": 1, "food": 1, "weekly_cost_pence": 500, "band": "x", "care_cost": 7, "note": "n"}
    pl.DataFrame([row]).write_parquet(path)
    out = tmp_path / f"out.{ending}"
    score_files([path], pack, ON, out, keep=True)
    reads: dict[str, Callable[[Path], dict[str, Any]]] = {
        "csv": lambda path: pl.read_csv(path).row(0, named=True),
        "json": lambda path: dict(json_of(path)[0]),
        "parquet": lambda path: pl.read_parquet(path).row(0, named=True),
    }
    kept = list(reads[ending](out).items())[-6:]
    assert kept == [
        ("fire", 1), ("food", 1), ("weekly_cost_pence", 500), ("band_given", "x"), ("care_cost_given", 7),
        ("note", "n"),
    ]  # fmt: skip


def test_a_scored_file_can_be_scored_again_with_all_its_columns(caseload: Path, pack: Pack, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.parquet" for n in range(3)]
    score_files([caseload], pack, ON, paths[0], keep=True)
    for before, after in pairwise(paths):
        score_files([before], pack, ON, after, keep=True)
    assert pl.read_parquet(paths[2])["band"].equals(pl.read_parquet(paths[0])["band"])


def test_a_column_that_a_format_cannot_hold(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pl.DataFrame({"child_id": ["a"], "fire": [1], "food": [1], "notes": [[SECRET]]}).write_parquet(path)
    with pytest.raises(OutputError, match="cannot hold") as caught:
        score_files([path], pack, ON, tmp_path / "out.csv", keep=True)
    assert SECRET not in str(caught.value)
    assert left(tmp_path) == ["in.parquet"]


# -- the manifest -----------------------------------------------------------------------------------------------------


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_manifest_names_everything_and_quotes_no_cell(caseload: Path, pack: Pack, tmp_path: Path) -> None:
    out, rejects = tmp_path / "out.csv", tmp_path / "rejects.json"
    run = score_files([caseload], pack, ON, out, rejects=rejects, keep=True)
    path = tmp_path / f"out.csv{MANIFEST}"
    assert run.written == (out, rejects, path)
    manifest = json_of(path)
    assert [(file["file"], file["sha256"], file["bytes"]) for file in manifest["outputs"]] == [
        (file.name, digest(file), file.stat().st_size) for file in (out, rejects)
    ]
    assert manifest["inputs"] == [{"file": str(caseload), "sha256": digest(caseload), "bytes": caseload.stat().st_size}]
    assert manifest["counts"] == {"rows": 5, "scored": 2, "rejected": 3}
    assert manifest["reasons"] == run.reasons == {
        "bad-money": 1, "no-child-id": 1, "rating-off-scale": 1, "too-many-unanswered": 1, "unknown-code": 1,
    }  # fmt: skip
    assert manifest["pack"]["fingerprint"] == pack.fingerprint
    assert (manifest["on"], manifest["pack"]["in_force"]) == ("2026-06-01", True)
    assert manifest["options"] == {"keep": True, "layout": None}
    assert SECRET not in path.read_text(encoding="utf-8")


def test_a_file_without_rows_is_named_too(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    pl.DataFrame(schema={"child_id": pl.String, "fire": pl.Int8, "food": pl.Int8}).write_parquet(path)
    run = score_files([path], pack, ON, tmp_path / "out.csv")
    assert run.counts == {"rows": 0, "scored": 0, "rejected": 0}
    assert [file["file"] for file in json_of(run.written[-1])["inputs"]] == [str(path)]


# -- rejects ----------------------------------------------------------------------------------------------------------


def test_rejects_have_a_row_for_every_reason(caseload: Path, pack: Pack, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    run = score_files([caseload], pack, ON, tmp_path / "out.csv", rejects=rejects)
    table = pl.read_csv(rejects, infer_schema=False)
    assert table.columns == ["file", "row", "child_id", "code", "column", "reason", "value"]
    assert table.drop("reason").rows() == [
        (str(caseload), "3", "b", "bad-money", "weekly_cost", SECRET),
        (str(caseload), "3", "b", "unknown-code", "location", SECRET),
        (str(caseload), "3", "b", "rating-off-scale", "fire", "7"),
        (str(caseload), "4", None, "no-child-id", "child_id", None),
        (str(caseload), "5", "c", "too-many-unanswered", "d", None),
    ]
    assert SECRET not in " ".join(table["reason"])
    for words in ("£1,234.50", "in_area", "0 to 3", "child_id", "More than 0 items"):
        assert any(words in reason for reason in table["reason"]), words
    assert run.frame["rejected_because"][1] == "bad-money:weekly_cost;unknown-code:location;rating-off-scale:fire"


@pytest.mark.parametrize(
    ("name", "cell", "words"),
    [
        ("weekly_cost", "x", "pounds a week from 0 to 10,000,000. Write 1234.50 or £1,234.50"),
        ("weekly_cost_pence", "1.5", "whole pence a week from 0 to 1,000,000,000."),
        ("location", "x", "one of in_area, adjoining, at_a_distance."), ("setting", "x", "one of own."),
        ("solo", "x", "Write yes or no"), ("age_on", "99", "a whole number from 0 to 25 (whole years)"),
        ("date_of_birth", "2026-13-01", "a date written as 2026-04-01"),
        ("date_of_birth", "1980-04-01", "worked out from date_of_birth"), ("fire", "4", "a whole number from 0 to 3"),
        ("siblings_here", "4", "More than four children cannot be one profile."),
    ],
)  # fmt: skip
def test_a_reason_says_what_was_expected(pack: Pack, tmp_path: Path, name: str, cell: str, words: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(
        f"child_id,food,{'' if name == 'fire' else 'fire,'}{name}\na,1,{'' if name == 'fire' else '1,'}{cell}\n"
    )
    score_files([path], pack, ON, tmp_path / "out.csv", rejects=tmp_path / "rejects.json")
    (reason,) = (row["reason"] for row in json_of(tmp_path / "rejects.json"))
    assert words in reason


def test_no_rejects_is_a_file_with_its_header(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("child_id,fire,food\na,1,1\n", encoding="utf-8")
    score_files([path], pack, ON, tmp_path / "out.csv", rejects=tmp_path / "rejects.csv")
    assert (tmp_path / "rejects.csv").read_text() == "file,row,child_id,code,column,reason,value\n"


def test_what_the_reader_says_of_a_record_is_a_reason_too(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text('[{"child_id":"a","fire":1,"food":1,"fire":2}]', encoding="utf-8")
    run = score_files([path], pack, ON, tmp_path / "out.csv", rejects=tmp_path / "rejects.csv")
    assert run.frame["rejected_because"].to_list() == ["rule-violation:fire"]
    row = pl.read_csv(tmp_path / "rejects.csv", infer_schema=False).row(0, named=True)
    assert (row["row"], row["reason"]) == ("1", "fire is given more than once. Keep the one that is right.")


# -- whole or not at all ----------------------------------------------------------------------------------------------


@pytest.fixture
def before(caseload: Path, pack: Pack, tmp_path: Path) -> dict[str, bytes]:
    """The files of an earlier run, which a later one replaces or leaves as they are."""
    again(caseload, pack, tmp_path)
    caseload.write_text("child_id,fire,food\nz,3,3\n", encoding="utf-8")
    return contents(tmp_path)


def again(caseload: Path, pack: Pack, folder: Path) -> Run:
    return score_files([caseload], pack, ON, folder / "out.csv", rejects=folder / "rejects.parquet")


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in left(folder)}


def test_a_later_run_replaces_the_files(caseload: Path, pack: Pack, tmp_path: Path, before: dict[str, bytes]) -> None:
    again(caseload, pack, tmp_path)
    after = contents(tmp_path)
    assert after.keys() == before.keys()
    assert all(after[name] != before[name] for name in after.keys() - {"caseload.csv"})


@pytest.mark.parametrize("fails", ["out.csv", "rejects.parquet", "manifest"])
@pytest.mark.parametrize("error", [OSError(28, "No space left"), RuntimeError(SECRET), KeyboardInterrupt()])
def test_a_file_that_cannot_be_written_leaves_the_old_ones(
    caseload: Path, pack: Pack, tmp_path: Path, before: dict[str, bytes], monkeypatch: pytest.MonkeyPatch,
    fails: str, error: BaseException,
) -> None:  # fmt: skip
    synced = iter(("out.csv", "rejects.parquet", "manifest"))

    def fsync(_: int) -> None:
        if next(synced) == fails:
            raise error

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutputError if isinstance(error, OSError) else type(error)) as caught:
        again(caseload, pack, tmp_path)
    if isinstance(error, OSError):
        assert "No space left" in str(caught.value)
        assert "Nothing was changed" in str(caught.value)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("fails", [0, 1, 2])
def test_a_file_that_is_held_open_elsewhere_leaves_no_part_behind(
    caseload: Path, pack: Pack, tmp_path: Path, before: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    """As on Windows, where a file that is open in Excel cannot be replaced. The manifest stays as it was, so that a
    mixed set is noticed."""
    replaced: list[Path] = []
    replace = Path.replace

    def refuses(part: Path, target: Path) -> Path:
        if len(replaced) == fails:
            raise PermissionError(13, "Permission denied")
        replaced.append(target)
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", refuses)
    with pytest.raises(OutputError, match=r"Permission denied.*Close it where it is open"):
        again(caseload, pack, tmp_path)
    after = contents(tmp_path)
    assert after.keys() == before.keys()
    assert [path.name for path in replaced] == ["out.csv", "rejects.parquet"][:fails]
    assert {name for name in after if after[name] != before[name]} == {path.name for path in replaced}


def test_a_row_that_is_lost_is_a_crash(
    caseload: Path, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loses(frame: pl.DataFrame, *arguments: Any, **options: Any) -> Any:
        return usual(frame.head(2), *arguments, **options)

    usual = score_caseload
    monkeypatch.setattr(runs, "score_caseload", loses)
    with pytest.raises(AssertionError, match="a row was lost"):
        score_files([caseload], pack, ON, tmp_path / "out.csv")
    assert left(tmp_path) == ["caseload.csv"]


# -- where it may not be written --------------------------------------------------------------------------------------


OVER = "would-overwrite"


@pytest.mark.parametrize(
    ("inputs", "out", "rejects", "codes"),
    [
        (".", "out.xls", None, "unknown-format"), (".", "out", None, "unknown-format"),
        (".", "none/out.csv", "none/r.csv", "no-such-folder no-such-folder"), (".", "folder.csv", None, "is-a-folder"),
        ("caseload.csv", "caseload.csv", None, OVER), (".", "caseload.csv", None, OVER),
        (".", "linked.csv", None, OVER), (".", "./folder.csv/../caseload.csv", None, OVER),
        ("caseload.csv", "out.csv", "caseload.csv", OVER), (".", "out.csv", "out.csv", OVER),
        (".", "out.csv", f"out.csv{MANIFEST}", OVER),
        (f"old.csv{MANIFEST}", "old.csv", None, OVER), (".", "out.xls", "caseload.csv", f"unknown-format {OVER}"),
    ],
)  # fmt: skip
def test_a_target_that_will_not_do_is_refused_before_anything_is_read(
    caseload: Path, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    inputs: str, out: str, rejects: str | None, codes: str,
) -> None:  # fmt: skip
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "linked.csv").symlink_to(caseload)
    (tmp_path / f"old.csv{MANIFEST}").write_text("[{}]", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "read", None)
    with pytest.raises(OutputError) as caught:
        score_files([inputs], pack, ON, Path(out), rejects=None if rejects is None else Path(rejects))
    assert [finding.code for finding in caught.value.findings] == codes.split()
    assert caseload.read_text(encoding="utf-8") == CASELOAD


def test_what_a_pack_refuses_is_counted_by_its_reason(pack: Pack, tmp_path: Path) -> None:
    given = tmp_path / "in.csv"
    given.write_text("child_id,fire,food,siblings_here\na,0,0,4\nb,9,0,5\nc,0,0,3\n", encoding="utf-8")
    run = score_files([given], pack, ON, tmp_path / "out.csv")
    assert dict(run.reasons) == {"rating-off-scale": 1, "refused:too_many": 2}
