"""A database asked in vain: the one finding, once the whole error has been searched for what must stay unsaid."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from banding.caseload.database import read_query
from banding.errors import CaseloadError, Finding

PASSWORD = "SECRETPASSWORD"


def refused(uri: str, query: str, **options: Any) -> Finding:
    """The one finding of a refusal, once nothing in the whole error held what must stay unsaid."""
    with pytest.raises(CaseloadError) as caught:
        read_query(uri, query, **options)
    told = "".join(traceback.format_exception(caught.value))
    assert "secret" not in told.casefold()
    assert "secret" not in repr(caught.value.findings).casefold()
    (finding,) = caught.value.findings
    return finding
