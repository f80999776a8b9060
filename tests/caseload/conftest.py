"""What tests of reading share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.postgres import served


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The place of a PostgreSQL server, as host:port: one for all tests, each of which has tables of its own."""
    with served() as place:
        yield place
