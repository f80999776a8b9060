"""Files as they are handed in: written to a folder, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from banding.caseload.model import Caseload
from banding.caseload.read import read
from banding.errors import CaseloadError, Finding

SECRET = "SECRETNAME"


def file_in(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def notes(caseload: Caseload) -> list[str]:
    return [finding.code for finding in caseload.findings]


def refused(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(CaseloadError) as caught:
        read([path])
    assert SECRET not in str(caught.value) + repr(caught.value.findings)
    return caught.value.findings
