"""What tests of columns share."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from banding.engine.columns import Prepared, prepare
from banding.engine.score import compiled
from banding.pack.meaning import Pack
from tests.engine.prepared import ON, RULES, TABLES, Given
from tests.small import pack_in


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return pack_in(tmp_path_factory.mktemp("columns"), RULES, **TABLES)


@pytest.fixture
def given(pack: Pack) -> Given:
    """Columns as the kernel takes them: child_id and whole ratings stand where a test gives no others."""

    def prepared(**columns: Any) -> Prepared:
        rows = next((len(column) for column in columns.values()), 1)
        usual = {"child_id": [f"c{n}" for n in range(rows)], "fire": [1] * rows, "food": [1] * rows}
        return prepare(pl.DataFrame({**usual, **columns}), compiled(pack, ON), ON)

    return prepared
