"""The section on possible moves and what is to be explained: counts by priority, review, hold and the child's view."""

from __future__ import annotations

import polars as pl

from banding.explanation.words import day, high_from
from banding.pack.meaning import Pack
from banding.review.model import ALL, Cell, Column, Section, Sentence, Table, Unit
from banding.review.placing import FIRST, MOVE, SECOND, SECOND_TIERS, of_tiers, placed, priority
from banding.review.reviewed import Reviewed
from banding.review.tallies import (
    CHECK_FIRST,
    OVERLAPPING,
    by_hold,
    by_priority,
    children,
    row_of,
    tabled,
    to_be_checked,
    told_apart,
)

TITLE = "Where could a family home be right, with what support, and what is to be explained?"
_, SUPPORT, FEE = SECOND_TIERS
# Why a child whose setting is in question is not on the list.
KEPT_OFF = "Something holds"
BEFORE = "Another question comes first"
VIEWS = {
    "wants_to_stay": "Wants to stay",
    "mixed": "Mixed",
    "wants_to_move": "Wants to move",
    "not_asked": "Not asked",
    None: "Not recorded",
}
ON_THE_LIST = {"list": SECOND, "priority": priority(MOVE)}


def moves(reviewed: Reviewed) -> Section:
    """Counts of the children of the second list (`placing`), and of what keeps a child off it.

    A child counts once, by priority (the lowest tier of the reviews that stand) and the first review of that tier. A
    hold that stands keeps a child off the list of possible moves; one that is unknown means "check first". What a
    family home would need: needs, and strengths to build on, in the upper third of their scale.
    """
    rows = placed(reviewed)
    if rows.is_empty():
        return Section("moves", TITLE, cannot=("No child in care could be banded, so no review can stand.",))
    if not of_tiers(reviewed.pack, SECOND_TIERS):
        cannot = "The pack has no review of setting, support or fee, so nobody stands on this list."
        return Section("moves", TITLE, cannot=(cannot,))
    title = f"Children with a possible move, or support or a fee to explain, on {day(reviewed.on)}"
    flags = {"check": children("check", "Of whom something is to check first", check=CHECK_FIRST)}
    mine = by_priority(reviewed.pack, rows, SECOND, flags, "moves_reviews", title)
    on_list = rows.filter(list=SECOND, tier=MOVE)
    off, views = off_list(reviewed, rows, "moves_off"), _views(reviewed, on_list)
    title = f"What holds, of children whose setting is in question, on {day(reviewed.on)}"
    holds = by_hold(reviewed, rows.filter("moving"), "moves_holds", title, {"setting_in_question": "yes"})
    unknown = to_be_checked(reviewed, rows, SECOND_TIERS, "moves_unknown", "Reviews of setting, support and fee")
    tables = (mine, off, views, _family_home(reviewed, on_list), holds, unknown)
    return Section("moves", TITLE, _says(mine, off, views), tables, _cannot(reviewed.pack))


def off_list(reviewed: Reviewed, rows: pl.DataFrame, name: str) -> Table:
    """Why children whose setting is in question are on no list of possible moves, each once; `rows` as of `placed`."""
    moving, first = rows.filter("moving"), pl.col("list") == FIRST
    kept_off, before = moving.filter(~first & pl.col("held")).height, moving.filter(first).height
    return tabled(
        name,
        f"Children whose setting is in question and who are on no list of possible moves, on {day(reviewed.on)}",
        (Column("off", "Why not", Unit.KEY), children("children", "Children")),
        [(KEPT_OFF, kept_off), (BEFORE, before)],
        about={"setting_in_question": "yes"},
    )


def off_cells(off: Table) -> tuple[Cell, Cell]:
    """How many something holds, and for how many another question comes first."""
    return Cell(off.id, row_of(off, KEPT_OFF), "children"), Cell(off.id, row_of(off, BEFORE), "children")


def _views(reviewed: Reviewed, on_list: pl.DataFrame) -> Table:
    counts = dict(reviewed.frame["child_view"][on_list["index"]].value_counts().iter_rows())
    return tabled(
        "moves_views",
        f"What children with a possible move say of their placement, on {day(reviewed.on)}",
        (Column("child_view", "The child", Unit.KEY), children("children", "Children")),
        [*((said, counts.get(view, 0)) for view, said in VIEWS.items()), (ALL, on_list.height)],
        whole=("child_view",),
        about=ON_THE_LIST,
    )


def _family_home(reviewed: Reviewed, on_list: pl.DataFrame) -> Table:
    """How often each need and strength is high among children who live in no family."""
    away = on_list.filter("homeward")["index"]
    pack = reviewed.pack
    ratings = reviewed.ratings[away]
    labels = told_apart({name: item.label for name, item in pack.items.items()})
    lines = []
    for name, item in pack.items.items():
        reads = item.top - ratings[name] if item.reversed else ratings[name]
        lines.append((labels[name], item.kind.capitalize(), int((reads >= high_from(item.top)).sum())))
    return tabled(
        "moves_family_home",
        f"What family homes would need for these children, and could build on, on {day(reviewed.on)}",
        (
            Column("item", "Need or strength", Unit.KEY),
            Column("kind", "Kind", Unit.TEXT),
            children("children", "Children for whom it is rated high"),
        ),
        lines,
        about={**ON_THE_LIST, "family": "no"},
        notes=(OVERLAPPING, "High: in the upper third of its scale, 2 or 3 of 3. What is not rated does not count."),
    )


def _says(mine: Table, off: Table, views: Table) -> tuple[Sentence, ...]:
    def on_list(tier: int, column: str = "children") -> Cell:
        return Cell(mine.id, row_of(mine, priority(tier), ALL), column)

    view = {name: Cell(views.id, row_of(views, said), "children") for name, said in VIEWS.items()}
    return (
        Sentence(
            "The setting may be above the need, and nothing is known to hold, for {}: could another home be "
            "right, with what support? Of them {} have something to check first. For {} more something holds, and for "
            "{} another question comes first.",
            (on_list(MOVE), on_list(MOVE, "check"), *off_cells(off)),
        ),
        Sentence(
            "What the child says comes before any plan: of those on the list {} want to stay, {} want to move, {} were "
            "not asked, and of {} it is not recorded.",
            tuple(view[name] for name in ("wants_to_stay", "wants_to_move", "not_asked", None)),
        ),
        Sentence(
            "Support is to be explained for {}, and a fee, with nothing more pressing, for {}.",
            (on_list(SUPPORT), on_list(FEE)),
        ),
    )


def _cannot(pack: Pack) -> tuple[str, ...]:
    if not of_tiers(pack, (MOVE,)):
        return ("The pack has no review of settings above the need, so it shows no possible moves.",)
    if not pack.holds:
        return ("The pack has no holds: nothing here keeps a child off the list of possible moves.",)
    return ()
