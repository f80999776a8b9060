"""What tests of commands and of the rating form share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from banding.cli import main
from banding.form import write_form
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from tests.ran import Ran, Run

# How long an example takes is the machine's affair: timings belong in benchmarks.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        said = capsys.readouterr()
        return Ran(caught.value.code, said.out, said.err)

    return command


@pytest.fixture(scope="session")
def england() -> Pack:
    return load_pack("england-reference@2026")


@pytest.fixture(scope="session")
def blank_form(england: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A form of the England reference pack without children."""
    path = tmp_path_factory.mktemp("form") / "profiles.xlsx"
    write_form(path, england)
    return path
