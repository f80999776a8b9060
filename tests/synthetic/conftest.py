"""What the tests of synthetic caseloads share: the pack, and a caseload with every parameter left as it is."""

from __future__ import annotations

import pytest

import banding
from banding.synthetic import Synthetic
from tests.synthetic.figures import with_truth


@pytest.fixture(scope="session")
def pack() -> banding.Pack:
    return banding.load_pack("england-reference@2026")


@pytest.fixture(scope="session")
def plain(pack: banding.Pack) -> Synthetic:
    return with_truth(pack)
