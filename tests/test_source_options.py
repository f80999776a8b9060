"""The options by which commands name what they read: the same for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ran import Run

PACK = "wac-protective-supervision@2018"
CHILDREN = "child_id,monitoring,age\na,3,5\nb,4,17\nc,1,2\n"
HAND = "child_id,band,person,reason,date\n" + "a,1,P,strengths,2026-03-01\n" * 3
COMMANDS = {
    "score": ("--out", "out.csv"),
    "explain": ("--child", "a"),
    "form": ("--out", "form.xlsx"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_reads_a_caseload_takes_limits(run: Run, command: str) -> None:
    Path("in.csv").write_text(CHILDREN, "utf-8")
    arguments = (command, "in.csv", *COMMANDS[command], "--pack", PACK, "--on", "2026-04-01")
    assert run(*arguments, "--limit", "rows=3").status == 0
    ran = run(*arguments, "--limit", "rows=2")
    assert (ran.status, ran.out) == (2, "")
    assert "The limit is 2. If the file is right, raise it: --limit rows=NUMBER." in ran.err
    assert "Did you mean rows?" in run(*arguments, "--limit", "row=2").err


@pytest.mark.parametrize("command", ["score", "explain"])
def test_limits_hold_for_overrides(run: Run, command: str) -> None:
    Path("in.csv").write_text(CHILDREN.rpartition("c,")[0], "utf-8")
    Path("hand.csv").write_text(HAND, "utf-8")
    arguments = (command, "in.csv", *COMMANDS[command], "--pack", PACK, "--overrides", "hand.csv")
    ran = run(*arguments, "--limit", "rows=2")
    assert ran.status == 2
    assert ran.err.startswith("hand.csv: It has more than 2 rows.")
    assert "It has more than" not in run(*arguments, "--limit", "rows=3").err
