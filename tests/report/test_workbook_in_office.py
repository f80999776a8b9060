"""The workbook opened and written again by LibreOffice: every sheet, figure and drop-down is still there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import fastexcel
import pytest

from banding.report.workbook import write_workbook
from banding.review.summarise import Asked, child_lists, summary_of
from tests.opened import elements
from tests.report.test_reports import CHILDREN, PACK, review

OFFICE = shutil.which("soffice") or shutil.which("libreoffice") or "soffice"


def cell(text: str | None) -> str | None:
    """A cell, a number to 9 digits: the two programs write the last digits of a fraction differently."""
    try:
        return None if text is None else f"{float(text):.9g}"
    except ValueError:
        return text


@pytest.mark.system
def test_libreoffice_reads_the_same_sheets_and_cells(tmp_path: Path) -> None:
    found = review(CHILDREN)
    path, again = tmp_path / "panel.xlsx", tmp_path / "again" / "panel.xlsx"
    with path.open("wb") as file:
        lists = child_lists(found, 20)
        write_workbook(summary_of(found, Asked(shareable=False)), PACK, file, lists=lists)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [OFFICE, home, "--headless", "--convert-to", "xlsx", "--outdir", str(again.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    ours, theirs = fastexcel.read_excel(path), fastexcel.read_excel(again)
    assert theirs.sheet_names == ours.sheet_names
    for name in ours.sheet_names:
        one, other = (book.load_sheet(name, header_row=None, dtypes="string").to_polars() for book in (ours, theirs))
        assert other.shape == one.shape, name
        for before, after in zip(one.rows(), other.rows(), strict=True):
            assert [cell(text) for text in after] == [cell(text) for text in before], name
    valid = [
        one.get("type")
        for number in range(1, len(ours.sheet_names) + 1)
        for one in elements(again, f"xl/worksheets/sheet{number}.xml", "dataValidation")
    ]
    assert valid.count("list") == 2
