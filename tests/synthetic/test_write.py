"""The files of a synthetic caseload, and the command that writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import banding
from banding.cli import making
from banding.run import score_files
from banding.synthetic import ON, Synthetic, synthesise, write_synthetic
from banding.synthetic.write import targets
from tests.synthetic.figures import CHILDREN, files

# -- what is said -----------------------------------------------------------------------------------------------------


def test_every_file_says_that_it_is_synthetic(plain: Synthetic, tmp_path: Path) -> None:
    assert plain.frame["child_id"].str.contains(r"^synthetic-\d{7}$").all()
    assert plain.earlier["child_id"].str.starts_with("synthetic-").all()
    told = json.loads(files(tmp_path / "files", ".csv", plain)["made-truth.json"])
    assert "invented" in told["SYNTHETIC"]
    assert told["seed"] == 1
    assert told["children"] == CHILDREN
    assert told["on"] == "2026-06-30"
    assert told["pack"]["fingerprint"] == plain.pack.fingerprint
    assert [*told["files"]] == ["made.csv", "made-earlier.csv", "made-hidden.csv"]


def test_the_frame_holds_nothing_hidden(plain: Synthetic) -> None:
    assert not ({*plain.hidden.columns} - {"child_id"}) & {*plain.frame.columns}


@pytest.mark.parametrize(("ending", "read"), [(".csv", pl.read_csv), (".parquet", pl.read_parquet)])
def test_what_is_hidden_has_a_file_of_its_own(
    plain: Synthetic, tmp_path: Path, ending: str, read: Callable[[Path], pl.DataFrame]
) -> None:
    _, _, path, truth = write_synthetic(plain, tmp_path / f"made{ending}")
    assert path.name == f"made-hidden{ending}"
    columns = ["child_id", "true_band", "true_need_score", "provider_multiplier", "full_care_cost"]
    found = read(path)
    assert found.columns == columns
    assert found.cast(plain.hidden.schema).equals(plain.hidden)
    assert found["child_id"].equals(plain.frame["child_id"])
    said = json.loads(truth.read_text(encoding="utf-8"))["files"][path.name]
    assert all(words in said for words in ("band and need score", "multiplier", "full cost of care", "blank"))


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_files_score_as_the_frame_does(pack: banding.Pack, tmp_path: Path, ending: str) -> None:
    made = synthesise(1_000, 4, pack=pack, on=ON)
    out, *_ = write_synthetic(made, tmp_path / f"made{ending}")
    run = score_files([out], pack, ON, tmp_path / "scored.parquet")
    assert run.counts["rejected"] == 0
    assert run.frame.equals(banding.score(made.frame, pack, on=ON))


@pytest.mark.parametrize(
    ("name", "word"), [("made.xlsx", "End the name in"), ("made.cvs", "Did you mean .csv"), ("no/made.csv", "folder")]
)
def test_a_place_that_cannot_be_written_is_refused(plain: Synthetic, tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(banding.OutputError, match=word):
        write_synthetic(plain, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["made.csv", "made-earlier.csv", "made-hidden.csv", "made-truth.json"])
def test_each_of_the_four_targets_is_checked(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(banding.OutputError, match="is a folder"):
        targets(tmp_path / "made.csv")


def test_a_failure_half_way_leaves_the_old_files(
    plain: Synthetic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "made.csv"
    out.write_text("old", encoding="utf-8")
    flushed = []

    def fsync(file: int) -> None:
        flushed.append(file)
        if len(flushed) == 4:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("banding.whole.os.fsync", fsync)
    with pytest.raises(banding.OutputError, match="cannot be written"):
        write_synthetic(plain, out)
    assert out.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [out]


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None)
    app.command("synthetic")(making.synthetic)
    return app


def test_the_command_writes_four_files_and_says_what_they_are(command: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "made.csv"
    ran = CliRunner().invoke(
        command,
        ["--children", "50", "--seed", "3", "--out", str(out), "--market", "1.2", "--pack", "england-reference"],
    )
    assert ran.exit_code == 0, ran.output
    assert not ran.stdout
    assert "SYNTHETIC: 50 invented children" in ran.stderr
    assert ran.stderr.count("Wrote ") == 4
    assert json.loads((tmp_path / "made-truth.json").read_text(encoding="utf-8"))["truth"]["market"] == 1.2
    assert pl.read_csv(out).height == 50


def test_the_command_names_its_fixed_date(command: typer.Typer) -> None:
    assert f"default {ON}" in " ".join(CliRunner().invoke(command, ["--help"]).output.split())


def test_the_command_tells_a_wrong_name_before_the_work(
    command: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("banding.synthetic.make._Maker.made", lambda _: pytest.fail("the work was done"))
    ran = CliRunner().invoke(command, ["--children", "50", "--seed", "3", "--out", str(tmp_path / "made.doc")])
    assert isinstance(ran.exception, banding.OutputError)
    assert ".csv, .parquet" in str(ran.exception)
