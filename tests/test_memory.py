"""The memory that a command may hold: what the machine has, the watch, and what a user reads when it is too little."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from banding.caseload.limits import Limits
from banding.cli import main
from banding.memory import held_bytes, machine_bytes, watch

LINUX = sys.platform == "linux"
PACK = "wac-protective-supervision@2018"
COMMAND = [sys.executable, "-W", "error", "-m", "banding"]
# A command that begins to write, and then holds more than it may.
WRITING = """
import time
from pathlib import Path
import typer
from banding.cli.shared import limits_of
from banding.whole import WholeFiles

def begin(context: typer.Context):
    def write(file):
        file.write(b"child_id")
        file.flush()
        print(len(list(Path().glob(".out.csv.*.part"))), flush=True)
        limits_of(["memory_bytes=1000"], context)
        time.sleep(5)
    with WholeFiles() as files:
        files.add(Path("out.csv"), write)

app = typer.Typer()
app.command()(begin)
app([])
"""


def group(root: Path, line: str, **bounds: str) -> Path:
    """A file system that tells of a process in a group, with bounds by the group's folder."""
    (root / "proc" / "self").mkdir(parents=True)
    (root / "proc" / "self" / "cgroup").write_text(f"9:pids:/\n{line}\n", "utf-8")
    for name, bound in bounds.items():
        folder = root / "sys" / "fs" / "cgroup" / name.replace("__", "/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ("memory.limit_in_bytes" if name.startswith("memory") else "memory.max")).write_text(f"{bound}\n")
    return root


def test_the_machine_tells_what_it_has(tmp_path: Path) -> None:
    whole = machine_bytes(tmp_path)
    assert whole > 1 << 28 or not LINUX
    assert machine_bytes() <= whole
    assert Limits().memory_bytes == machine_bytes() * 9 // 10


@pytest.mark.parametrize(
    ("line", "bounds", "bytes_"),
    [
        ("0::/jobs/one", {"jobs": "3000", "jobs__one": "max"}, 3000),
        ("0::/jobs/one", {"jobs": "3000", "jobs__one": "2000", "other": "1000"}, 2000),
        ("3:memory:/one", {"memory": "3000", "memory__one": "9223372036854771712"}, 3000),
        ("3:cpu,memory:/one", {"memory__one": "700"}, 700),
    ],
)
def test_a_container_may_hold_less_than_its_machine(
    line: str, bounds: dict[str, str], bytes_: int, tmp_path: Path
) -> None:
    assert machine_bytes(group(tmp_path, line, **bounds)) == (bytes_ if LINUX else machine_bytes())


def test_a_group_of_something_else_bounds_nothing(tmp_path: Path) -> None:
    root = group(tmp_path, "3:cpu:/one", memory__one="700", one="700")
    assert machine_bytes(root) == machine_bytes(tmp_path / "nothing")


def test_what_is_held_is_told() -> None:
    before = held_bytes()
    assert (before is not None) == LINUX
    # Straight from the system: what Python has freed before would be given out again.
    with mmap.mmap(-1, 64 << 20) as more:
        more.write(b"x" * (64 << 20))
        assert (held_bytes() or 0) - (before or 0) > (len(more) // 2 if LINUX else -1)


def test_the_watch_calls_once_and_ends() -> None:
    called = threading.Event()
    watch(1, called.set)
    assert called.wait(10) == LINUX
    end = watch(1 << 60, called.set)
    watching = [thread for thread in threading.enumerate() if thread.name == "memory"]
    end()
    for thread in watching:
        thread.join(10)
    assert [thread.is_alive() for thread in watching] == [False] * LINUX


def test_a_command_that_needs_more_says_so_and_does_nothing(tmp_path: Path) -> None:
    rows = "".join(f"{row},3,5\n" for row in range(300_000))
    (tmp_path / "big.csv").write_text(f"child_id,monitoring,age\n{rows}", "utf-8")
    arguments = ["score", "big.csv", "--pack", PACK, "--out", "out.csv", "--on", "2026-04-01"]

    def score(limit: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments, "--limit", limit], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    refused = score("memory_bytes=150_000_000")
    assert (refused.returncode, refused.stdout) == (2 if LINUX else 0, "")
    if LINUX:
        assert refused.stderr.splitlines()[-2:] == [
            "This takes more memory than a command may hold. The limit is 150,000,000. If the file is right, raise it: "
            "--limit memory_bytes=NUMBER.",
            "Nothing was done.",
        ]
        assert "Traceback" not in refused.stderr
        assert os.listdir(tmp_path) == ["big.csv"]
    assert score("memory_bytes=20_000_000_000").returncode == 0


def test_what_was_begun_is_cleared_away(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WRITING], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "1\n"
    assert (done.returncode, done.stderr.endswith("Nothing was done.\n")) == ((2, True) if LINUX else (0, False))
    assert os.listdir(tmp_path) == []


def test_a_system_without_more_memory_is_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("banding.pack.library.load_pack", full)
    with pytest.raises(SystemExit) as caught:
        main(["show", PACK])
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("The system gives no more memory. ")
    assert said.endswith("Nothing was done.\n")
