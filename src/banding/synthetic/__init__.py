"""Synthetic caseloads: invented children whose needs, placements and costs come near what is published of England.

    >>> import datetime as dt
    >>> import banding
    >>> from banding.synthetic import Truth, synthesise
    >>> pack = banding.load_pack("england-reference@2026")
    >>> made = synthesise(1000, 1, pack=pack, on=dt.date(2026, 6, 30), truth=Truth(need_cost_link=0.2))
    >>> made.frame["child_id"][0]
    'synthetic-0000001'

The way of a child through the rooms: `people` (age, household, council), `needs` (what lies behind the true ratings,
and what a rater makes of them), the true band by the pack, `placement` (setting, provider, distance), `facts` (law,
plans, safety), `cost` (the stated law of costs). `mix` holds every share with its source, `truth` what a caller may
state, `market` the providers, `draws` the random streams, `make` the order of work, `write` the files.

What is invented stays recognisable: every child_id begins with `synthetic-`. The same seed, children, date, pack and
truth give the same bytes, whatever the number of threads (with the same releases of numpy and polars).

Names are imported on first use: `import banding.synthetic` loads neither numpy nor polars.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from banding.synthetic.make import Synthetic as Synthetic
    from banding.synthetic.make import synthesise as synthesise
    from banding.synthetic.mix import DEAR_PROVIDER as DEAR_PROVIDER
    from banding.synthetic.truth import ON as ON
    from banding.synthetic.truth import Truth as Truth
    from banding.synthetic.write import write_synthetic as write_synthetic

_HOME = {
    "DEAR_PROVIDER": "mix",
    "ON": "truth",
    "Synthetic": "make",
    "Truth": "truth",
    "synthesise": "make",
    "write_synthetic": "write",
}

__all__ = ["DEAR_PROVIDER", "ON", "Synthetic", "Truth", "synthesise", "write_synthetic"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'banding.synthetic' has no attribute {name!r}")
    return getattr(import_module(f"banding.synthetic.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
