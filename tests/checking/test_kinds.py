"""The registry of findings is whole: every code that is told is in it, told by someone, and shown by a broken pack."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from banding.pack.kinds import CHECKED, KINDS, PROVED, READ

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "banding"
TESTS = ROOT / "tests"
# Where findings about packs are made; beside the registry itself.
TELLING = [
    *(SOURCE / "pack").glob("*.py"),
    *(SOURCE / "checking").glob("*.py"),
    *(SOURCE / "engine" / name for name in ("plan.py", "ladder.py", "prices.py")),
    SOURCE / "cases.py",
]
# Literals of that form which are no codes of findings about packs; nothing can be told of a solver that is not there.
OTHER = {"utf-8", "utf-8-sig", "solver-missing", "bad-divisor"}


def literals(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_code_that_is_told_is_in_the_registry_and_the_reverse() -> None:
    found = {text for file in TELLING if file.name != "kinds.py" for text in literals(file)}
    shaped = {text for text in found if text.count("-") and text.replace("-", "").isalpha() and text.islower()}
    assert shaped - OTHER <= KINDS.keys()
    assert KINDS.keys() <= found


def test_every_code_is_shown_by_a_broken_pack_or_a_test() -> None:
    """Most by a folder; what git or an editor would mend, and faults of other files, by a test that names the code."""
    folders = [*(TESTS / "pack" / "broken").iterdir(), *(TESTS / "checking" / "broken").iterdir()]
    expected = [tomllib.loads((folder / "expect.toml").read_text("utf-8")) for folder in folders if folder.is_dir()]
    by_folder = {finding["code"] for one in expected for finding in one["finding"]}
    files = [*(TESTS / "pack").glob("*.py"), *(TESTS / "checking").glob("*.py")]
    files += [TESTS / "test_cases.py", TESTS / "engine" / "test_prices.py"]
    by_test = {text for file in files for text in literals(file) if file != Path(__file__)}
    assert KINDS.keys() - by_folder - by_test == set()
    # What check and proofs find is shown by folders, but for what no pack can show.
    elsewhere = {"band-differs", "not-decided", "rule-not-kept", "range-not-exact"}
    assert (CHECKED | PROVED) - by_folder == elsewhere


def test_each_code_is_looked_for_at_one_stage() -> None:
    assert not READ & CHECKED
    assert not (READ | CHECKED) & PROVED
    for kind in KINDS.values():
        assert kind.means.endswith(".")
        assert kind.remedy.endswith((".", "]].")), kind.code
        assert kind.warning or kind.code not in CHECKED | PROVED
