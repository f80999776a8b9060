"""What tests of commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from banding.cli import main
from tests.ran import Ran, Run


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
