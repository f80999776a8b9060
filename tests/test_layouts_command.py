"""The commands about layouts, as a user runs them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from banding.caseload.layout_files import shipped
from banding.cli.layouts import app
from banding.errors import CaseloadError

FILES = Path(__file__).parent / "caseload" / "files"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def test_the_list_names_every_layout() -> None:
    ran = run()
    assert ran.exit_code == 0
    assert re.findall(r"^(\S+)  \(", ran.stdout, re.MULTILINE) == list(shipped())
    assert "layouts draft FILE" in ran.stderr
    assert "layouts draft FILE" not in ran.stdout


def test_one_layout_is_shown_by_its_id_or_its_file(tmp_path: Path) -> None:
    ran = run("show", "cans-england-0-5")
    assert ran.exit_code == 0
    assert "Failure to Thrive" in ran.stdout
    made = tmp_path / "mine.toml"
    made.write_text(
        '[layout]\nextends = "placements-standard-national"\nid = "mine"\ntitle = "Mine"\nsource = "me"\n'
        'identified_by = ["child_ID"]\n',
        encoding="utf-8",
    )
    assert run("show", str(made)).stdout.startswith("mine: Mine\n")
    with pytest.raises(CaseloadError, match="Did you mean cans-england-6-21"):
        run("show", "cans-england-6-2")


def test_a_draft_is_toml_on_stdout_and_what_is_to_be_done_on_stderr() -> None:
    ran = run("draft", str(FILES / "own-export.csv"))
    assert ran.exit_code == 0
    assert tomllib.loads(ran.stdout)["layout"]["id"] == "own-export"
    assert "save it as .toml" in ran.stderr
