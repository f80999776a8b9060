"""How many children are at the top band, and whether that is more than the pack holds for plausible."""

from __future__ import annotations

import polars as pl
from scipy.special import bdtrc

from banding.explanation.words import day
from banding.pack.meaning import Pack
from banding.review import categories
from banding.review.children import scored_in_care
from banding.review.figures import frame_of, known_providers, support_of
from banding.review.model import Cell, Column, Sentence, Table, Unit
from banding.review.part import Part
from banding.review.reviewed import Reviewed

# Per cent of all children in care above which bands are drifting, by pack: rules/england-reference/2026/README.md,
# Score and bands.
ALARMS = {"england-reference": 4}
# A share that chance alone would make as often as this is no sign of drift.
_BY_CHANCE = 0.05


def top_band(reviewed: Reviewed) -> Part:
    """The share of the scored children in care at the top band, beside the share at which the pack sees drift.

    Table `top_band`, one row. `chance` is the exact probability of as many or more, P(X >= top), X binomial with n
    children and the alarm's share: the children are taken for independent. A pack that extends one with an alarm has
    that alarm; for others the share alone is shown.
    """
    pack = reviewed.pack
    if not pack.banded:
        return Part(cannot=("This pack gives no band, so no share of the top band can be shown.",))
    frame = scored_in_care(reviewed, "band", "provider")
    children = frame.height
    if not children:
        return Part(cannot=("No child in care could be scored, so no share of the top band can be shown.",))
    number, label = list(categories.band_names(pack).items())[-1]
    top = int((frame["band"] == int(number)).sum())
    alarm = _alarm(pack)
    columns = [
        Column("children", "Children", Unit.CHILDREN),
        Column("top", f"At {label}", Unit.CHILDREN, {"band": label}),
        Column("share", "Share", Unit.PERCENT, of=("top", "children")),
    ]
    row: dict[str, object] = {"children": children, "top": top, "share": 100 * top / children}
    support = pl.DataFrame()
    ends = "."
    cells = ["top", "children", "share"]
    cannot: tuple[str, ...] = ()
    if alarm is None:
        cannot = ("This pack does not say at which share of the top band its bands are drifting.",)
    else:
        chance = float(bdtrc(top - 1, children, alarm / 100)) if top else 1.0
        columns += [
            Column("finding", f"Against {alarm}%", Unit.TEXT),
            Column("chance", f"Chance of so many at {alarm}%", Unit.NUMBER),
        ]
        row |= {"finding": _finding(100 * top > alarm * children, chance, alarm), "chance": chance}
        support = support_of({"chance": [(children, known_providers(frame["provider"]), None)]})
        ends = ": {}."
        cells.append("finding")
    shown = Table(
        "top_band",
        f"Children at the top band, {day(reviewed.on)}",
        tuple(columns),
        frame_of(columns, [row]),
        support,
        about={"status": "scored"},
    )
    says = Sentence(
        f"Care at the top band is what the profiles of {{}} of {{}} children ask for, {{}}{ends}",
        tuple(Cell("top_band", 0, column) for column in cells),
    )
    return Part((says,), (shown,), cannot)


def _alarm(pack: Pack) -> int | None:
    document = pack.document
    while document.rules.pack.id not in ALARMS and document.base is not None:
        document = document.base
    return ALARMS.get(document.rules.pack.id)


def _finding(above: bool, chance: float, alarm: int) -> str:
    if not above:
        return f"not above {alarm}%, from which the pack holds bands to be drifting"
    if chance > _BY_CHANCE:
        return f"above {alarm}%, from which the pack holds bands to be drifting, but chance could bring as many about"
    return f"above {alarm}%, from which the pack holds bands to be drifting: look at how the highest ratings came about"
