"""The section on need that may not be met: how many children, by priority and by review. No child's row, no pounds."""

from __future__ import annotations

from banding.explanation.words import day
from banding.review.model import ALL, Cell, Column, Section, Sentence, Table, Unit
from banding.review.placing import FIRST, FIRST_TIERS, LISTS, NOT_BANDED, UNKNOWN, of_tiers, placed, priority
from banding.review.reviewed import Reviewed
from banding.review.tallies import CHECK_FIRST, by_priority, children, row_of, tabled, to_be_checked

TITLE = "Where may need not be met?"
LEGAL, NEED, JUDGED = FIRST_TIERS


def unmet_need(reviewed: Reviewed) -> Section:
    """Counts of the children of the first list (`placing`), and of where all children in care stand.

    A child counts once, by priority (the lowest tier of the reviews that stand) and the first review of that tier.
    Rows that are rejected are "Not banded"; children who are not in care are left out.
    """
    if reviewed.coverage.in_care == 0:
        return Section("unmet_need", TITLE, cannot=("The caseload has no children in care.",))
    rows = placed(reviewed)
    everyone = _everyone(reviewed, dict(rows["list"].value_counts().iter_rows()))
    if rows.is_empty():
        cannot = "No child in care could be banded, so no review can stand."
        return Section("unmet_need", TITLE, tables=(everyone,), cannot=(cannot,))
    if not of_tiers(reviewed.pack, FIRST_TIERS):
        cannot = "The pack has no review that asks whether need is met, so nobody stands on this list."
        return Section("unmet_need", TITLE, tables=(everyone,), cannot=(cannot,))
    flags = {
        "check": children("check", "Of whom something is to check", check=CHECK_FIRST),
        "waiting": children("waiting", "Of whom a question of setting, support or fee waits", also="second"),
    }
    title = f"Children for whom law, need or the profile comes first, on {day(reviewed.on)}"
    mine = by_priority(reviewed.pack, rows, FIRST, flags, "unmet_need_reviews", title)
    unknown = to_be_checked(reviewed, rows, FIRST_TIERS, "unmet_need_unknown", "Reviews of law, need and profile")
    return Section("unmet_need", TITLE, _says(everyone, mine), (everyone, mine, unknown))


def _everyone(reviewed: Reviewed, counts: dict[str, int]) -> Table:
    """Where every child in care stands."""
    in_care = reviewed.coverage.in_care
    counts[NOT_BANDED] = in_care - sum(counts.values())
    return tabled(
        "questions",
        f"Where every child in care stands, on {day(reviewed.on)}",
        (Column("list", "Which question comes first", Unit.KEY), children("children", "Children")),
        [*((name, counts.get(name, 0)) for name in LISTS), (ALL, in_care)],
        whole=("list",),
    )


def _says(everyone: Table, mine: Table) -> tuple[Sentence, ...]:
    def standing(name: str) -> Cell:
        return Cell(everyone.id, row_of(everyone, name), "children")

    found = (
        "Of the children in care ({}), need may not be met for {}, a legal check comes first for {}, and for {} the "
        "profile does not yet let anybody judge."
    )
    tiers = [Cell(mine.id, row_of(mine, priority(tier), ALL), "children") for tier in (NEED, LEGAL, JUDGED)]
    return (
        Sentence(found, (standing(ALL), *tiers)),
        Sentence(
            "A question of setting, support or fee waits for {} of them until that is settled.",
            (Cell(mine.id, row_of(mine, ALL, ALL), "waiting"),),
        ),
        Sentence(
            "For {} nothing is known to stand, and what could show otherwise is not recorded; {} could not be banded. "
            "Neither is the same as no question.",
            (standing(UNKNOWN), standing(NOT_BANDED)),
        ),
    )
