"""Checks that read the code: what may know what, and what may stand nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "banding"
FILES = sorted(SOURCE.rglob("*.py"))
MOST_LINES = 400

# A room and the rooms, or packages, that it may not know: arrows point one way.
ABOVE = ("banding.run", "banding.cli", "banding.demo")
BESIDE = ("banding.caseload", "banding.explanation", "banding.synthetic", "banding.form", "banding.checking")
MAY_NOT_KNOW = {
    "pack": ("polars", "numpy", "numba", "z3", "banding.engine", *BESIDE, *ABOVE),
    "engine": (*BESIDE, *ABOVE),
    "checking": ("polars", "numpy", "numba", "banding.caseload", "banding.explanation", "banding.synthetic", *ABOVE),
    "explanation": ("banding.caseload", "banding.synthetic", "banding.form", *ABOVE),
    "review": ("banding.caseload", "banding.report", "banding.synthetic", "banding.form", *ABOVE),
    "synthetic": ("banding.caseload", "banding.explanation", "banding.form", *ABOVE),
    "report": ("banding.engine", "banding.caseload", "banding.synthetic", "banding.form", *ABOVE),
    "caseload": ("banding.engine", "banding.pack", "numba", "numpy", *ABOVE),
}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", MAY_NOT_KNOW)
def test_arrows_point_one_way(room: str) -> None:
    for file in sorted((SOURCE / room).rglob("*.py")):
        for name in imported(file):
            for other in MAY_NOT_KNOW[room]:
                assert not f"{name}.".startswith(f"{other}."), f"{file.name} knows {name}"


def test_numba_is_known_in_one_file() -> None:
    knowing = [file.name for file in FILES if any(name.partition(".")[0] == "numba" for name in imported(file))]
    assert knowing == ["kernel.py"]


def test_the_solver_is_known_in_three_files_that_only_proofs_import() -> None:
    """Everything but --prove works without it."""
    knowing = {file.name for file in FILES if any(name.partition(".")[0] == "z3" for name in imported(file))}
    assert knowing == {"variables.py", "formulas.py", "solver.py"}
    checked = "import banding.checking.check, banding.checking.telling, sys; sys.exit('z3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", checked], check=False).returncode == 0


def test_every_kernel_caches_and_none_uses_fastmath() -> None:
    text = (SOURCE / "engine" / "kernel.py").read_text(encoding="utf-8")
    compiling = re.findall(r"nb\.njit\([^)]*\)", text)
    assert compiling
    assert all("cache=True" in call and "nogil=True" in call for call in compiling)
    assert not re.search(r"fastmath\s*=\s*True|parallel\s*=\s*True", text)


@pytest.mark.parametrize("word", ["fastmath=True", "float(", "eval(", "iter_rows(named=True)"])
def test_no_such_word_in_the_scoring_path(word: str) -> None:
    for room in ("pack", "engine", "checking"):
        for file in sorted((SOURCE / room).rglob("*.py")):
            assert not re.search(rf"(?<![\w.]){re.escape(word)}", file.read_text(encoding="utf-8")), file


def test_no_path_of_one_machine() -> None:
    here = Path(__file__)
    texts = [*FILES, *here.parent.rglob("*.py"), *ROOT.glob("*.md"), *ROOT.glob("docs/*"), *ROOT.glob("rules/*/*/*")]
    for file in {*texts} - {here}:
        found = re.search(r"/(?:work|home|root|Users|tmp|var)/|\b[A-Z]:\\\\?\w", file.read_text(encoding="utf-8"))
        assert not found, f"{file.relative_to(ROOT)}: {found}"


def test_files_hold_one_idea() -> None:
    long = {
        file.name: count for file in FILES if (count := len(file.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert set(long) <= {"kernel.py"}
