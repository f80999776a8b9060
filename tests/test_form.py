"""The rating form there and back: what is filled in is read as the same CSV is; its children, its file, its command."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from banding.caseload.read import read
from banding.cli import forms
from banding.errors import CaseloadError, OutputError
from banding.form import Child, children_of, draw, write_form
from banding.pack.meaning import Pack
from banding.run import score_files
from tests.opened import PROFILES, READ_ME, filled, part, table, validations

ON = dt.date(2026, 5, 1)
WHO = ["child_id", "date_of_birth", "profile_date", "rater", "rater_role"]
SECRET = "SECRETNAME"


def csv_of(folder: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> Path:
    path = folder / "profiles.csv"
    cells = [{name: None if row.get(name) is None else str(row[name]) for name in columns} for row in rows]
    pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String)).write_csv(path)
    return path


# -- there and back ---------------------------------------------------------------------------------------------------


def test_what_is_filled_in_is_read_as_the_same_csv_is(blank_form: Path, england: Pack, tmp_path: Path) -> None:
    ratings = {item: place % 4 for place, item in enumerate(england.items)}
    who = {
        "profile_date": dt.date(2026, 4, 20),
        "rater": SECRET,
        "rater_role": "carer",
        "evidence": f"{SECRET} & <more>",
    }
    rows: dict[int, dict[str, object]] = {
        2: {"child_id": "007", "date_of_birth": dt.date(2012, 2, 29), **who, **ratings},
        4: {"child_id": "=1+1", "date_of_birth": "2020-01-31", **dict.fromkeys(england.items, "not_asked")},
        501: {"child_id": 12, "date_of_birth": dt.date(2009, 12, 31), "anxiety": 3, "hope": "2"},
    }  # fmt: skip
    path = filled(blank_form, tmp_path, rows)
    ours = read([path])
    theirs = read([csv_of(tmp_path, [*WHO, *ours.frame.columns[4:], "evidence"], list(rows.values()))])
    assert ours.frame.equals(theirs.frame, null_equal=True)
    assert ours.frame.schema == theirs.frame.schema
    assert ours.origins["row"].to_list() == [2, 4, 501]
    assert [finding.code for finding in ours.findings] == [finding.code for finding in theirs.findings] == ["not-read"]
    out, twin = tmp_path / "ours.parquet", tmp_path / "theirs.parquet"
    kept = [
        score_files([file], england, ON, to, keep=True) for file, to in ((path, out), (tmp_path / "profiles.csv", twin))
    ]
    assert kept[0].counts == {"rows": 3, "scored": 3, "rejected": 0}
    assert pl.read_parquet(out).equals(pl.read_parquet(twin), null_equal=True)
    assert not {"rater", "evidence"} & set(pl.read_parquet(out).columns)
    assert SECRET not in str(pl.read_parquet(out).rows())


def test_what_the_form_lets_through_is_rejected_with_file_row_and_column(
    blank_form: Path, england: Pack, tmp_path: Path
) -> None:
    born = dt.date(2012, 2, 29)
    path = filled(blank_form, tmp_path, {
        2: {"child_id": "good", "date_of_birth": born, "anxiety": 1},
        3: {"child_id": "adult", "date_of_birth": dt.date(2000, 1, 1), "anxiety": 1},
        5: {"date_of_birth": born, "anxiety": 1},
        6: {"child_id": "seven", "date_of_birth": born, "anxiety": 7, "hope": "often"},
        7: {"child_id": "day", "date_of_birth": "29/02/2012"},
        8: {"child_id": "eighteen", "date_of_birth": dt.date(2008, 5, 1), "anxiety": 1},
        9: {"child_id": "formula", "date_of_birth": born, "anxiety": "#REF!", "evidence": "#N/A"},
    })  # fmt: skip
    rejects = tmp_path / "rejects.csv"
    run = score_files([path], england, ON, tmp_path / "out.csv", rejects=rejects)
    assert run.counts == {"rows": 7, "scored": 1, "rejected": 6}
    told = pl.read_csv(rejects, infer_schema=False)
    assert set(told["file"]) == {str(path)}
    found = {(int(row), code, column or "") for row, code, column in told.select("row", "code", "column").iter_rows()}
    assert found >= {
        (5, "no-child-id", "child_id"), (6, "rating-off-scale", "anxiety"), (6, "rating-off-scale", "hope"),
        (7, "bad-date", "date_of_birth"), (9, "cell-error", "anxiety"),
    }  # fmt: skip
    assert {row for row, _, _ in found} == {3, 5, 6, 7, 8, 9}
    assert [code for row, code, _ in found if row == 9] == ["cell-error"]
    assert not told["reason"].is_null().any()


def test_a_form_that_nobody_filled_in_has_no_row(blank_form: Path) -> None:
    with pytest.raises(CaseloadError, match="sheet Profiles: There are names of columns and no row below them"):
        read([blank_form])


def test_the_same_pack_and_children_give_the_same_bytes(blank_form: Path, england: Pack, tmp_path: Path) -> None:
    write_form(tmp_path / "x.xlsx", england)
    assert (tmp_path / "x.xlsx").read_bytes() == blank_form.read_bytes()


def test_a_thousand_children_take_under_three_seconds(england: Pack, tmp_path: Path) -> None:
    children = [Child(f"c{number}", ON - dt.timedelta(number)) for number in range(1000)]
    began = time.perf_counter()
    assert write_form(tmp_path / "x.xlsx", england, children) == 1050
    caseload = read([tmp_path / "x.xlsx"])
    assert time.perf_counter() - began < 3
    assert caseload.frame.height == 1000
    assert validations(tmp_path / "x.xlsx")["anxiety"]["sqref"].endswith("1051")


# -- children ---------------------------------------------------------------------------------------------------------


def test_children_come_in_the_caseloads_order_each_once(tmp_path: Path) -> None:
    path = tmp_path / "caseload.csv"
    path.write_text(
        "child_id,date_of_birth\n b ,2015-01-02\n007,\n,2011-01-01\n007,2012-02-29\nz,30/01/2011\n", "utf-8"
    )
    children, findings = children_of(read([path]))
    assert children == [Child("b", dt.date(2015, 1, 2)), Child("007", dt.date(2012, 2, 29)), Child("z", None)]
    assert [(finding.severity, finding.message) for finding in findings] == [
        ("warning", "Rows without a child_id, left out: 1."),
        ("warning", "Rows of a child that the form has already, left out: 1."),
        ("warning", "Dates of birth that cannot be read, left blank: 1."),
    ]


@pytest.mark.parametrize(
    ("cells", "children"),
    [
        ({"child_id": [7], "date_of_birth": [dt.date(2015, 1, 2)]}, [Child("7", dt.date(2015, 1, 2))]),
        ({"child_id": ["a"], "date_of_birth": [dt.datetime(2015, 1, 2, 9)]}, [Child("a", dt.date(2015, 1, 2))]),
        ({"child_id": ["a"], "date_of_birth": [dt.date(1899, 12, 31)]}, [Child("a", None)]),
        ({"child_id": ["a"], "date_of_birth": [3]}, [Child("a", None)]),
        ({"child_id": ["a"], "date_of_birth": pl.Series([None], dtype=pl.Null)}, [Child("a", None)]),
        ({"child_id": ["a"]}, [Child("a", None)]),
    ],
)
def test_children_of_typed_columns(tmp_path: Path, cells: dict[str, Any], children: list[Child]) -> None:
    pl.DataFrame(cells).write_parquet(tmp_path / "x.parquet")
    assert children_of(read([tmp_path / "x.parquet"]))[0] == children


@pytest.mark.parametrize(("cells", "code"), [({"id": ["a"]}, "column-absent"), ({"child_id": [1.5]}, "wrong-type")])
def test_a_caseload_without_keys_is_refused(tmp_path: Path, cells: dict[str, Any], code: str) -> None:
    pl.DataFrame(cells).write_parquet(tmp_path / "x.parquet")
    with pytest.raises(CaseloadError) as caught:
        children_of(read([tmp_path / "x.parquet"]))
    assert caught.value.findings[0].code == code


def test_children_stand_in_the_form_as_they_are_called(england: Pack, tmp_path: Path) -> None:
    keys = ["007", "=1+1", "http://a.b", "a_x0041_b", "1e5", "é & <b>"]
    write_form(tmp_path / "x.xlsx", england, [Child(key, dt.date(2015, 1, day)) for day, key in enumerate(keys, 1)])
    caseload = read([tmp_path / "x.xlsx"])
    assert caseload.frame["child_id"].to_list() == keys
    assert caseload.frame["date_of_birth"].to_list() == [f"2015-01-{day:02}" for day in range(1, 7)]
    assert caseload.frame.drop("child_id", "date_of_birth").null_count().sum_horizontal().to_list() == [6 * 42]
    assert "<hyperlink" not in part(tmp_path / "x.xlsx", PROFILES)


def test_a_sample_is_the_same_for_any_order_of_rows() -> None:
    children = [Child(f"c{number:03}", None) for number in range(200)]
    drawn = draw(children, 20, 1)
    assert draw(children[::-1], 20, 1) == draw([*children[77:], *children[:77]], 20, 1) == drawn
    assert len({child.child_id for child in drawn}) == 20
    assert drawn == sorted(drawn, key=lambda child: child.child_id)
    assert draw(children, 20, 2) != drawn
    assert draw(children, 200, 1) == children
    # Held, so that a later version draws the children that an earlier one drew.
    assert [child.child_id for child in draw(children, 3, 1)] == ["c013", "c091", "c179"]


def test_no_child_has_a_better_chance_than_another() -> None:
    children = [Child(f"c{number}", None) for number in range(10)]
    times = dict.fromkeys((child.child_id for child in children), 0)
    for seed in range(1000):
        for child in draw(children, 3, seed):
            times[child.child_id] += 1
    assert min(times.values()) > 240
    assert max(times.values()) < 360


def test_a_sample_of_more_than_there_are_is_refused() -> None:
    with pytest.raises(CaseloadError, match=r"sample of 3 is asked for, and there are 2 .* Ask for 2"):
        draw([Child("a", None), Child("b", None)], 3, 1)


# -- the file ---------------------------------------------------------------------------------------------------------


def test_a_form_is_never_written_over_another(blank_form: Path, england: Pack, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(blank_form.read_bytes()[:-1])
    for target, words in (
        (path, "filled in would be lost. Choose another name."), (tmp_path / "x.csv", "End the name in .xlsx."),
        (tmp_path / "no" / "x.xlsx", "Make the folder first."),
        (tmp_path / "no" / "x.xls", "(?s)Did you mean .xlsx.*Make"),
    ):  # fmt: skip
        with pytest.raises(OutputError, match=words):
            write_form(target, england)
    assert path.read_bytes() == blank_form.read_bytes()[:-1]
    assert [file.name for file in tmp_path.iterdir()] == ["x.xlsx"]


def test_more_children_than_a_sheet_has_rows_are_refused(england: Pack, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="1048576 rows are more than a sheet holds"):
        write_form(tmp_path / "x.xlsx", england, [Child("a", None)] * (1_048_576 - 50))


def test_nothing_is_left_of_a_form_that_fails(england: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("banding.whole.os.fsync", full)
    with pytest.raises(OutputError, match="It cannot be written: No space left on device"):
        write_form(tmp_path / "x.xlsx", england)
    assert not list(tmp_path.iterdir())


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(forms.form)
    return lambda *arguments: CliRunner().invoke(app, [*arguments, "--on", "2026-05-01"])


def test_the_command_writes_a_form_without_children(command: Any) -> None:
    ran = command("--out", "x.xlsx")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr.splitlines() == [
        "A form for England reference banding (england-reference 2026, illustrative): 40 items, 500 rows.",
        "Wrote x.xlsx",
    ]


def test_the_command_draws_a_sample_and_says_of_how_many(command: Any) -> None:
    text = "child_id,date_of_birth\n" + "".join(f"c{number},2015-01-02\n" for number in range(1200))
    Path("all.csv").write_text(text, encoding="utf-8")
    Path("turned.csv").write_text("\n".join([*text.split("\n")[:1], *text.split("\n")[:0:-1]]), encoding="utf-8")
    for file, out in (("all.csv", "x.xlsx"), ("turned.csv", "y.xlsx")):
        ran = command(file, "--out", out, "--sample", "50", "--seed", "7")
        assert ran.stderr.splitlines()[0] == "50 of 1,200 children were drawn with seed 7, for a second rater."
        assert "100 rows, 50 of them with a child" in ran.stderr
    assert Path("x.xlsx").read_bytes() == Path("y.xlsx").read_bytes()
    assert ["50 of 1,200 children were drawn with seed 7, for a second rater."] in table(Path("x.xlsx"), READ_ME)
    assert read(["x.xlsx"]).frame.height == 50
    assert "c1" not in command("all.csv", "--out", "z.xlsx").stderr


def test_the_command_says_what_a_caseload_lacks(command: Any) -> None:
    Path("in.csv").write_text(f"child_id,date_of_birth,rater\na,{SECRET},{SECRET}\n", encoding="utf-8")
    ran = command("in.csv", "--out", "x.xlsx")
    assert "Dates of birth that cannot be read, left blank: 1." in ran.stderr
    assert "Note: in.csv column rater" in ran.stderr
    assert SECRET not in ran.stderr
    assert read(["x.xlsx"]).frame["child_id"].to_list() == ["a"]


def test_a_sample_without_a_caseload_is_refused(command: Any) -> None:
    ran = command("--out", "x.xlsx", "--sample", "5")
    assert ran.exit_code == 2
    assert "name the caseload to draw from" in ran.stderr
    assert not Path("x.xlsx").exists()
