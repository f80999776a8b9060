"""Whether a pack's prices were drawn from the costs of a caseload: then they agree with it by design."""

from __future__ import annotations

import re

from banding.pack.meaning import Pack
from banding.review.cells import placed_in_cells, price_cells, print_of
from banding.review.reviewed import Reviewed

SOURCE = "own_costs"
RELATIVE = "Relative to yourselves: prices drawn from your own costs cannot show that the whole market is dear."
_DRAWN = re.compile(r"\bfingerprint ([0-9a-f]{16})\b")


def drawn_from(pack: Pack) -> str | None:
    """The fingerprint of the costs from which a local pack's prices were drawn; None of any other pack."""
    match = _DRAWN.search(pack.document.rules.sources.get(SOURCE, ""))
    return match[1] if match and pack.document.base is not None else None


def is_own(found: Reviewed) -> bool:
    """Whether a caseload is the one from which its pack's prices were drawn."""
    own = drawn_from(found.pack)
    return own is not None and own == print_of(placed_in_cells(found, price_cells(found)))
