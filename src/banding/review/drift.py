"""Whether bands keep their meaning: the share of the top band, heaping, who rates, and change since an earlier run."""

from __future__ import annotations

from banding.review.change import change
from banding.review.heaping import heaping
from banding.review.model import Section
from banding.review.part import Part
from banding.review.raters import raters
from banding.review.reviewed import Reviewed
from banding.review.top_band import top_band


def drift(reviewed: Reviewed, before: Reviewed | None = None) -> Section:
    """Do bands keep their meaning?

    Tables `top_band`, `edges`, `raters`, and of an earlier run `runs`, `band_change` and `band_transitions`: see
    `top_band`, `heaping`, `raters` and `change` for what each holds, with formulas and sources. Of the scored children
    in care.

    before  an earlier run of the same pack; None: none is compared.
    """
    earlier = Part(cannot=("Without an earlier run no change can be shown.",))
    parts = (
        top_band(reviewed),
        heaping(reviewed),
        raters(reviewed),
        earlier if before is None else change(reviewed, before),
    )
    return Section(
        "drift",
        "Do bands keep their meaning?",
        tuple(sentence for part in parts for sentence in part.says),
        tuple(table for part in parts for table in part.tables),
        tuple(why for part in parts for why in part.cannot),
    )
