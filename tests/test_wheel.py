"""A built wheel, unpacked into an empty folder, scores with the packs and layouts inside it and writes a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, away from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    shutil.unpack_archive(wheel, folder / "site", "zip")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "src/"))]
    return folder / "site"


def run(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys, banding, banding.cli; home = sys.argv.pop(1); "
        "assert banding.__file__.startswith(home), banding.__file__; banding.cli.main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(site), "NUMBA_DISABLE_JIT": "1"}  # nine rows: no need to compile
    command = [sys.executable, "-c", code, str(site), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_packs_are_inside(installed: Path, tmp_path: Path) -> None:
    listed = run(installed, tmp_path, "packs")
    assert listed.returncode == 0, listed.stderr
    for folder in sorted((ROOT / "rules").glob("*/*")):
        assert f"{folder.parent.name}@{folder.name}" in listed.stdout


def test_it_scores_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "caseload" / "files" / "synthetic-placements.jsonld", tmp_path / "in.jsonld")
    ran = run(installed, tmp_path, "score", "in.jsonld", "--pack", "placements-standard", "--out", "out.csv")
    assert ran.returncode == 1, ran.stderr  # one of the records is faulty on purpose
    assert ran.stderr.splitlines()[-1] == "1 rejected"
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 10


def test_it_writes_a_page_with_the_templates_inside(installed: Path, tmp_path: Path) -> None:
    code = (
        "import datetime as dt; from banding.report import page; from banding.review.summary import Summary; "
        "summary = Summary('Small', 'small', '1', 'local', dt.date(2026, 6, 30), (), True); "
        "page.write_page(summary, open('page.html', 'wb')); print(page.__file__)"
    )
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(str(installed))
    assert "<style>:root" in (tmp_path / "page.html").read_text(encoding="utf-8")
