"""What the README and docs say is true: every command and example runs, and the generated tables are current."""

from __future__ import annotations

import datetime as dt
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from banding.caseload.layout_files import shipped
from banding.caseload.layout_show import readable
from banding.caseload.ssda903.files import read_return
from banding.caseload.ssda903.snapshot import snapshot
from banding.pack.calls import FUNCTIONS
from banding.pack.kinds import markdown as findings
from banding.pack.library import listing, load_pack
from banding.pack.model import Row
from banding.pack.read import TABLES
from banding.vocabulary import markdown

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BANDING = str(Path(sys.executable).with_name("banding"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the README's commands name."""
    made = tmp_path_factory.mktemp("readme")
    shutil.copy(ROOT / "tests" / "caseload" / "files" / "synthetic-placements.jsonld", made / "placements.jsonld")
    (made / "children.csv").write_text("child_id,age,monitoring\nA,15,4\nB,7,9\n", encoding="utf-8")
    invented = ROOT / "tests" / "caseload" / "ssda903" / "invented"
    shutil.copytree(invented, made / "ssda903")
    children = snapshot(read_return(invented), dt.date(2024, 3, 31)).frame.select("child_id")
    pack = load_pack("england-reference@2026")
    needs = children.with_columns(profile_date=pl.lit("2024-03-01"), **{item: pl.lit(0) for item in pack.items})
    needs.write_csv(made / "needs.csv")
    costs = children.with_columns(core_cost=pl.lit(600), cost_from=pl.lit("2023-04-01"))
    costs.write_csv(made / "costs.csv")
    subprocess.run([BANDING, "demo", "--children", "200", "--out", "try"], cwd=made, check=True, capture_output=True)
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(command: str, folder: Path) -> None:
    words = shlex.split(command)
    if words[0] == "make":
        shown = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
        assert shown.returncode == 0, shown.stderr
    elif words[0] == "pip":
        assert command == "pip install ."  # test_wheel installs what this builds
    else:
        assert words[0] == "banding"
        ran = subprocess.run([BANDING, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
        expected = 1 if "placements.jsonld" in command else 0  # one of the records is faulty on purpose
        assert ran.returncode == expected, ran.stderr
        for option in ("--out", "--rejects"):
            if option in words:
                assert (folder / words[words.index(option) + 1]).stat().st_size > 0


def test_the_commands_are_there() -> None:
    assert {"make demo", "make test", "pip install .", "banding demo", "banding packs"} <= set(COMMANDS)


@pytest.mark.parametrize("example", blocks("python"))
def test_every_example_runs(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(example, "README", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    said = re.findall(r"# (.+)", example)
    assert printed[0] == said[0]
    assert "long_term_match?;siblings_here?" in printed[1]


def test_every_shipped_pack_is_in_the_table() -> None:
    for entry in listing():
        assert f"`{entry.header.id}@{entry.header.version}`" in README


def test_what_can_be_read_is_current() -> None:
    assert readable(list(shipped().values())).strip() in README


def test_the_facts_are_current() -> None:
    assert (ROOT / "docs" / "facts.md").read_text(encoding="utf-8") == markdown()


def test_the_findings_are_current() -> None:
    assert (ROOT / "docs" / "findings.md").read_text(encoding="utf-8") == findings()


def test_the_pack_language_is_told_whole() -> None:
    told = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
    for function in FUNCTIONS:
        assert f"{function}(" in told or f"`{function}`" in told, function
    for name, kind in TABLES.items():
        assert f"`{name}.csv`" in told
        for column, field in kind.model_fields.items():
            if column not in (*Row.model_fields, "ratings", "lawful"):
                assert re.search(rf"\b{field.alias or column}\b", told), f"{name}.csv {column}"
