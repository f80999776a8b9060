"""The commands as a user runs them: what they print where, with which exit status, and what they never print."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from banding.cli.shared import MOST_SHOWN, tell
from banding.errors import Finding
from banding.pack.library import listing, shipped_rules
from tests.ran import Ran, Run

BANDING = [str(Path(sys.executable).with_name("banding"))]
MODULE = [sys.executable, "-W", "error", "-m", "banding"]
COMMANDS = (
    "demo", "score", "explain", "review", "calibrate", "form", "synthetic", "packs", "show", "check", "test", "warm",
    "layouts",
)  # fmt: skip
PACKS = [f"{entry.header.id}@{entry.header.version}" for entry in listing()]
SECRET = "SECRETNAME"
PACK = "wac-protective-supervision@2018"
GOOD = "child_id,monitoring,age\na,3,5\nb,4,17\n"
BAD = f"child_id,monitoring,age\na,3,5\n{SECRET},99,5\nb,,{SECRET}\n"


def written(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def score(run: Run, caseload: str, *more: str, pack: str = PACK) -> Ran:
    return run("score", caseload, "--pack", pack, "--out", "out.csv", "--on", "2026-04-01", *more)


# -- score ------------------------------------------------------------------------------------------------------------


def test_all_rows_scored(run: Run) -> None:
    ran = score(run, written("in.csv", GOOD))
    assert (ran.status, ran.out) == (0, "")
    lines = ran.err.splitlines()
    assert lines[0] == (
        "Read as own columns; scored by Washington adjusted protective supervision score "
        "(wac-protective-supervision 2018, illustrative), on 2026-04-01."
    )
    assert "Wrote out.csv" in lines
    assert lines[-1] == "2 rows: 2 scored, 0 rejected."
    assert pl.read_csv("out.csv")["adjusted"].to_list() == [0, 2]


def test_some_rows_rejected(run: Run) -> None:
    ran = score(run, written("in.csv", BAD), "--rejects", "rejects.csv")
    assert (ran.status, ran.out) == (1, "")
    lines = ran.err.splitlines()
    assert lines[-1] == "2 rejected"
    assert "3 rows: 1 scored, 2 rejected." in lines
    assert {"  out-of-range: 1", "  rating-off-scale: 1", "  too-many-unanswered: 1"} <= set(lines)
    assert pl.read_csv("rejects.csv").height == 3


def test_no_word_of_a_cell_is_printed_or_kept_in_the_manifest(run: Run) -> None:
    assert SECRET not in score(run, written("in.csv", BAD), "--keep").err
    assert SECRET not in Path("out.csv.manifest.json").read_text(encoding="utf-8")
    assert SECRET in Path("out.csv").read_text(encoding="utf-8")
    for broken in (f"child_id,monitoring\n{SECRET}\n", f"child_id,monitoring\n{SECRET},1\n{SECRET}\0,1\n"):
        ran = score(run, written("in.csv", broken))
        assert ran.status == 2
        assert SECRET not in ran.out + ran.err


def test_nothing_done_is_said_last_and_nothing_is_written(run: Run) -> None:
    for text in ("", "child_id\na\n", "child_id,monitoring\na,1,2\n"):
        ran = score(run, written("in.csv", text))
        assert (ran.status, ran.out, ran.err.splitlines()[-1]) == (2, "", "Nothing was done.")
        assert sorted(os.listdir()) == ["in.csv"]


def test_findings_are_told_once_each_and_not_by_the_thousand(run: Run) -> None:
    ran = score(run, written("in.csv", "child_id,monitoring\n" + "a\n" * 500))
    lines = ran.err.splitlines()
    assert len(lines) == MOST_SHOWN + 2
    assert lines[0].startswith("in.csv row 2: ")
    assert lines[-2:] == [f"... and {500 - MOST_SHOWN} more of the kind ragged-row.", "Nothing was done."]


def test_warnings_are_said_and_the_rows_scored(run: Run) -> None:
    ran = score(run, written("in.csv", GOOD.replace("age", "agee")))
    assert ran.status == 0
    assert (
        'Warning: column agee: "agee" is not a column this pack reads; it is left as it is. Did you mean age?'
        in ran.err
    )


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_the_ending_decides_the_format(run: Run, ending: str) -> None:
    ran = run("score", written("in.csv", GOOD), "--pack", PACK, "--out", f"out.{ending}", "--rejects", f"no.{ending}")
    assert ran.status == 0
    head = {"csv": b"child", "json": b'[{"ch', "parquet": b"PAR1"}[ending]
    assert Path(f"out.{ending}").read_bytes().startswith(head)
    assert Path(f"no.{ending}").stat().st_size


def test_several_files_and_a_folder(run: Run) -> None:
    Path("cases").mkdir()
    written("cases/one.csv", GOOD)
    written("cases/two.csv", GOOD.replace("\na", "\nc").replace("\nb", "\nd"))
    for caseload in (["cases"], ["cases/one.csv", "cases/two.csv"]):
        ran = run("score", *caseload, "--pack", PACK, "--out", "out.csv")
        assert ran.status == 0
        assert pl.read_csv("out.csv")["child_id"].to_list() == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("score",), "CASELOAD"), (("score", "in.csv"), "--out"), (("score", "in.csv", "--pack", PACK), "--out"),
        (("score", "in.csv", "--pack", PACK, "--out", "out.csv", "--on", "1/4/2026"), "2026-04-01"),
        (("score", "in.csv", "--pack", PACK, "--out", "out.csv", "--on", "2026-02-30"), "2026-04-01"),
        (("score", "in.csv", "--pack", PACK, "--out", "out.xls"), ".csv, .parquet, .json"),
        (("score", "in.csv", "--pack", PACK, "--out", "in.csv"), "input"),
        (("score", "in.csv", "--pack", PACK, "--out", "none/out.csv"), "folder"),
        (("score", "inn.csv", "--pack", PACK, "--out", "out.csv"), "Did you mean in.csv?"),
        (("score", "in.csv", "--pack", PACK, "--out", "out.csv", "--layout", "nothing"), "layout"),
        (("score", "in.csv", "--pack", "wac-protective-supervison", "--out", "out.csv"), "wac-protective-supervision?"),
        (("show", "washington-wize"), "washington-wise?"), (("show", "zzz"), "Shipped: "),
        (("show", "sdq@1998"), "1997"), (("show", "sdq", "--on", "1990-01-01"), "in force"), (("show",), "PACK"),
        (("show", "."), "pack.toml"), (("scores",), "scores"), (("packs", "--loud"), "--loud"), ((), "Usage"),
    ],
)  # fmt: skip
def test_a_wrong_word_does_nothing_and_says_what_was_expected(run: Run, arguments: tuple[str, ...], words: str) -> None:
    written("in.csv", GOOD)
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert os.listdir() == ["in.csv"]


def test_a_pack_out_of_force_is_used_where_it_is_named(run: Run) -> None:
    ran = run("score", written("in.csv", GOOD), "--pack", PACK, "--out", "out.parquet", "--on", "2017-12-31")
    assert ran.status == 0
    assert "Warning: wac-protective-supervision 2018 is not in force on 2017-12-31" in ran.err
    assert pl.read_parquet("out.parquet")["pack_in_force"].to_list() == [False, False]
    assert json.loads(Path("out.parquet.manifest.json").read_text(encoding="utf-8"))["pack"]["in_force"] is False
    assert "not in force" not in run("score", "in.csv", "--pack", PACK, "--out", "out.csv", "--on", "2018-01-01").err


# -- the other commands -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [None, *COMMANDS])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_fits_eighty_columns(run: Run, monkeypatch: pytest.MonkeyPatch, command: str | None, option: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = run(*([command] if command else []), option)
    assert (ran.status, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert all(name in ran.out for name in ([] if command else COMMANDS))


def test_packs_are_listed_on_stdout(run: Run) -> None:
    ran = run("packs")
    assert (ran.status, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines() if not line.startswith(" ")] == PACKS


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_shown_in_eighty_columns(run: Run, pack: str) -> None:
    ran = run("show", pack)
    assert ran.status == 0
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "illustrative" in ran.out
    assert "Fingerprint" in ran.out


def test_the_kernel_is_warmed(run: Run) -> None:
    ran = run("warm")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("The kernel is ready (")


def test_the_demo_tells_a_lay_reader_what_came_of_it(run: Run) -> None:
    written_files = [
        "panel.html", "panel.xlsx", "rejects.csv", "scored.csv", "scored.csv.manifest.json", "synthetic-earlier.csv",
        "synthetic-hidden.csv", "synthetic-truth.json", "synthetic.csv",
    ]  # fmt: skip
    for _ in range(2):
        ran = run("demo", "--children", "300", "--out", "new/folder")
        assert ran.status == 0
        assert sorted(os.listdir("new/folder")) == written_files
    lines = ran.out.splitlines()
    assert lines[0].startswith("SYNTHETIC")
    assert max(map(len, lines)) <= 80
    listed = re.findall(r"^    (synthetic-\d+): care at band", ran.out, re.MULTILINE)
    assert len(listed) == len(set(listed)) == 10
    scored = pl.read_csv("new/folder/scored.csv")
    for row in scored.group_by("band", "band_name").len().iter_rows():
        assert re.search(rf"^  {row[0]} {row[1]} +{row[2]} ", ran.out, re.MULTILINE)
    for name, words in (
        ("unsettled_in_need", "High need, with moves or missing episodes"),
        ("settling_in", "Came alone, in care for under a quarter"),
    ):
        children = sum(name in (text or "").split(";") for text in scored["reviews"])
        assert re.search(rf"^    {words} +{children} ", ran.out, re.MULTILINE)
    assert all(name in ran.out for name in written_files)
    assert "illustrative" in ran.out
    assert not re.search(r"band \d child|misplaced|saving", ran.out)


def test_the_demo_says_where_it_cannot_write(run: Run) -> None:
    written("taken", "")
    ran = run("demo", "--out", "taken")
    assert (ran.status, ran.out) == (2, "")
    assert "cannot be made" in ran.err


def test_a_packs_cases_are_run(run: Run) -> None:
    ran = run("test", "england-reference@2026")
    assert ran.status == 0
    assert re.fullmatch(r"england-reference@2026: (\d+) cases, \1 as expected, 0 not\.\n", ran.out)
    assert "nothing was run" in run("test", "sdq@1997").out
    shutil.copytree(shipped_rules() / "england-reference" / "2026", "local")
    table = Path("local/bands.csv")
    table.write_text(table.read_text(encoding="utf-8").replace(",62,", ",63,"), encoding="utf-8")
    ran = run("test", "local")
    assert ran.status == 1
    assert "edge_62: expected 6, found 5." in ran.out


def test_a_crash_names_its_place_and_no_cell(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (ValueError(SECRET), pl.exceptions.PanicException(SECRET)):

        def crashes(*_: object, error: BaseException = error, **__: object) -> None:
            raise error

        monkeypatch.setattr("banding.run.score_caseload", crashes)
        ran = score(run, written("in.csv", GOOD))
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith(f"banding failed: {type(error).__name__} at test_commands.py:")
        assert SECRET not in ran.err
        assert os.listdir() == ["in.csv"]


# -- as processes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [BANDING, MODULE])
def test_the_command_is_installed(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD, encoding="utf-8")
    arguments = ["score", "in.csv", "--pack", PACK, "--out", "out.csv"]
    ran = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr.endswith("2 rows: 2 scored, 0 rejected.\n")


def piped(command: str) -> tuple[str, str, str]:
    """What the shell's last command printed, what came on stderr, and the first command's status."""
    line = f"set -o pipefail; {BANDING[0]} {command}; echo status ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    out, _, status = ran.stdout.rpartition("status ")
    return out, ran.stderr, status.strip()


def test_a_reader_that_stops_early_is_no_failure() -> None:
    assert piped("packs | head -n 1") == ("england-reference@2026  (illustrative, from 2026-04-01)\n", "", "0")
    assert piped("packs | true") == ("", "", "0")
    assert piped("nothing 2>&1 | true") == ("", "", "2")


def test_a_full_disk_is_not_called_a_fault_of_ours() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    assert piped("packs >/dev/full") == ("", "banding failed: No space left on device.\n", "2")


LOADED = "import sys, banding{more}; print([m for m in ('numba', 'polars', 'numpy', 'pydantic') if m in sys.modules])"


@pytest.mark.parametrize(
    ("more", "loaded"),
    [
        ("", "[]"),
        (", banding.cli", "[]"),
        ("; banding.load_pack('sdq')", "['pydantic']"),
        ("; banding.CaseloadError", "[]"),
    ],
)
def test_what_an_import_loads(more: str, loaded: str) -> None:
    ran = subprocess.run([sys.executable, "-c", LOADED.format(more=more)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == loaded


def test_an_import_and_help_take_no_time() -> None:
    """The best of a few, against Python alone: a busy machine must not decide."""

    def best(*command: str) -> float:
        took = []
        for _ in range(3):
            began = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            took.append(time.perf_counter() - began)
        return min(took)

    alone = best(sys.executable, "-c", "pass")
    assert best(sys.executable, "-c", "import banding") < alone + 0.1
    assert best(*BANDING, "--help") < alone + 0.5


def test_of_many_findings_about_rows_all_are_counted_by_rule(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        Finding(f"rule-{n % 2}", "in.csv", f"row {n}", "Odd.", "", "warning", n, "x") for n in range(MOST_SHOWN + 5)
    ]
    tell(rows)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == MOST_SHOWN + 3
    assert lines[MOST_SHOWN:] == [
        f"... and 5 more about single rows. All {len(rows)} by rule:",
        "  warning, rule-0: 13",
        "  warning, rule-1: 12",
    ]
