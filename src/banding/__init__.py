"""banding: an open needs-to-cost banding engine for children's placements.

    >>> import banding
    >>> pack = banding.load_pack("wac-protective-supervision")
    >>> banding.band({"ratings": {"monitoring": 4}, "facts": {"age": 15}}, pack).scores["adjusted"]
    Decimal('1')

Names are imported on first use: `import banding` loads neither numba nor anything else that takes time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from banding.engine.crosswalk import crosswalk as crosswalk
    from banding.engine.score import Banded as Banded
    from banding.engine.score import BandingWarning as BandingWarning
    from banding.engine.score import Profile as Profile
    from banding.engine.score import band as band
    from banding.engine.score import reviews as reviews
    from banding.engine.score import score as score
    from banding.errors import BandingError as BandingError
    from banding.errors import CaseloadError as CaseloadError
    from banding.errors import Finding as Finding
    from banding.errors import OutputError as OutputError
    from banding.errors import PackError as PackError
    from banding.explanation.explain import explain as explain
    from banding.explanation.model import Explanation as Explanation
    from banding.pack.library import load_pack as load_pack
    from banding.pack.meaning import Pack as Pack
    from banding.review.summarise import summarise as summarise
    from banding.review.summary import Summary as Summary

_HOMES = {
    "engine.crosswalk": ("crosswalk",),
    "explanation.explain": ("explain",),
    "explanation.model": ("Explanation",),
    "engine.score": ("Banded", "BandingWarning", "Profile", "band", "reviews", "score"),
    "errors": ("BandingError", "CaseloadError", "Finding", "OutputError", "PackError"),
    "pack.library": ("load_pack",),
    "pack.meaning": ("Pack",),
    "review.summarise": ("summarise",),
    "review.summary": ("Summary",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Banded",
    "BandingError",
    "BandingWarning",
    "CaseloadError",
    "Explanation",
    "Finding",
    "OutputError",
    "Pack",
    "PackError",
    "Profile",
    "Summary",
    "band",
    "crosswalk",
    "explain",
    "load_pack",
    "reviews",
    "score",
    "summarise",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'banding' has no attribute {name!r}")
    return getattr(import_module(f"banding.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
