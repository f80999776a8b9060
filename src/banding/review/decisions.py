"""What people decided on the two lists: read back, every mistake told at once, and set beside what the lists asked.

Agreement is counted, never taken as proof: people saw the list before they decided.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from banding.engine.filled import Filled
from banding.errors import CaseloadError, Finding
from banding.review.lists import FOR_PEOPLE, LABELS
from banding.review.model import ALL, Cell, Column, Section, Sentence, Unit
from banding.review.placing import FIRST_TIERS, SECOND_TIERS, priority
from banding.review.reviewed import Reviewed
from banding.review.tallies import children, row_of, tabled

TITLE = "How far did people agree with the lists?"
NEEDED = ("child_id", "priority", *FOR_PEOPLE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """agreed: whether the question was right; None where nothing is decided yet."""

    label: str
    means: str
    agreed: bool | None


# The closed list, also of the workbook's drop-down; docs/decisions.md says the same.
DECISIONS = {
    "agreed": Meaning("Agreed", "The question was right; what follows from it stands in the reason.", True),
    "move_to_be_planned": Meaning(
        "Move to be planned", "The question was right, and a move is to be planned with the child.", True
    ),
    "support_to_change": Meaning(
        "Support to change", "The question was right, and support is to begin, change or end.", True
    ),
    "not_agreed": Meaning("Not agreed", "The question was not right for this child; the reason says why.", False),
    "more_information": Meaning(
        "More information needed", "Nothing is decided before something is found out; the reason says what.", None
    ),
}
TIERS = (*FIRST_TIERS, *SECOND_TIERS)


@dataclass(frozen=True, slots=True)
class Decisions:
    """
    frame     a row a row of the list: child_id (String), tier (Int8), decision (Enum; null where nobody has decided
              yet), reviewer, reason (String) and date (Date). It names people and holds free text: not to be shared.
    findings  warnings: children who are not in the caseload, columns that are not read, decisions before the list.
    """

    frame: pl.DataFrame
    findings: tuple[Finding, ...]


def read_decisions(
    frame: pl.DataFrame, reviewed: Reviewed, *, file: str = "", rows: pl.Series | None = None
) -> Decisions:
    """Reads a list back, or both of them one below the other, with the columns for people filled in.

    frame  child_id, priority, reviewer, decision (a key or label of DECISIONS), reason and date, under the ids or the
           labels of the list; its other columns are not read. A row with none of the last four is not decided yet.
    file   as the user named it; `rows` the row of each line in it, None: counted from 1.

    Raises CaseloadError with all findings where a column is absent, a child stands in two rows, a priority or decision
    is none of those there are, or a decided row lacks its reviewer, reason or date.
    """
    given = Filled(_named(frame), file, rows, "decisions")
    given.columns(NEEDED)
    if given.errors:
        raise CaseloadError(given.errors)
    found = _read(given, reviewed)
    if given.errors:
        raise CaseloadError(given.by_row())
    kept = found.filter(~given.strangers(found["child_id"], reviewed.frame["child_id"]))
    return Decisions(kept, tuple(given.warnings))


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame by the ids of its columns, without those of the list that are not read."""
    ids = {label.casefold(): name for name, label in LABELS.items()}
    new: dict[str, str] = {}
    for name in frame.columns:
        found = ids.get(name.strip().casefold(), name)
        if found not in (*frame.columns, *new.values()):
            new[name] = found
    named = frame.rename(new)
    return named.select(name for name in named.columns if name in NEEDED or name not in LABELS)


def _read(given: Filled, reviewed: Reviewed) -> pl.DataFrame:
    child = given.children()
    tiers = {priority(tier).casefold(): tier for tier in TIERS}
    tier = given.text("priority").str.to_lowercase().replace_strict(tiers, default=None, return_dtype=pl.Int8)
    listed = f"Write it as the list had it: {'; '.join(map(priority, TIERS))}."
    given.bad("unknown-priority", "priority", tier.is_null(), "This is no priority of the lists.", listed)
    reviewer, said, reason, date = (given.text(name) for name in FOR_PEOPLE)
    begun = reviewer.is_not_null() | said.is_not_null() | reason.is_not_null() | date.is_not_null()
    written = said.str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    names = {meaning.label.lower().replace(" ", "_"): name for name, meaning in DECISIONS.items()}
    names |= {name: name for name in DECISIONS}
    decision = written.replace_strict(names, default=None, return_dtype=pl.Enum(list(DECISIONS)))
    listed = f"Write one of {'; '.join(meaning.label for meaning in DECISIONS.values())}."
    given.bad("no-person", "reviewer", begun & reviewer.is_null(), "No reviewer is named.", "Say who decided.")
    given.bad("no-decision", "decision", begun & said.is_null(), "There is no decision.", listed)
    strange = said.is_not_null() & decision.is_null()
    given.bad("unknown-decision", "decision", strange, "This is no decision that is counted.", listed)
    given.bad("no-reason", "reason", begun & reason.is_null(), "No reason is given.", "Say why, in a few words.")
    day = given.dates("date")
    message, remedy = "There is no date, or not one written as 2026-04-01.", "Give the day of the decision."
    given.bad("bad-date", "date", begun & day.is_null(), message, remedy)
    for row in given.rows.filter((day < reviewed.on).fill_null(value=False)):
        message = f"The date is before {reviewed.on}, the list's."
        given.warn("date-before-list", f"row {row}, column date", message, "Check it.")
    found = {"child_id": child, "tier": tier, "decision": decision, "reviewer": reviewer, "reason": reason, "date": day}
    return pl.DataFrame(found)


# -- agreement --------------------------------------------------------------------------------------------------------


def agreement(decisions: Decisions) -> Section:
    """How many questions people decided and agreed with, by priority; no person, child or reason is in it.

    The share is agreed / decided; "more information needed" and blank rows are not decided.
    """
    agreed = {name: meaning.agreed for name, meaning in DECISIONS.items()}
    frame = decisions.frame.with_columns(
        agreed=pl.col("decision").cast(pl.String).replace_strict(agreed, default=None, return_dtype=pl.Boolean)
    )
    lines = [_counted(priority(tier), frame.filter(tier=tier)) for tier in TIERS]
    found = tabled(
        "agreement",
        "Questions of the two lists and what people decided",
        (
            Column("priority", "What was most pressing", Unit.KEY),
            children("children", "Children"),
            children("decided", "Decided", decided="yes"),
            children("agreed", "Agreed", decided="yes", agreed="yes"),
            Column("share", "Agreed, of those decided", Unit.PERCENT, of=("agreed", "decided")),
            children("more", "More information needed", decided="more information"),
            children("open", "Not decided yet", decided="no"),
        ),
        [*lines, _counted(ALL, frame)],
        whole=("priority",),
        about={"decisions": "read"},
    )
    total = row_of(found, ALL)
    if not frame["agreed"].count():
        return Section("agreement", TITLE, tables=(found,), cannot=("No question of the lists has been decided yet.",))
    said = (
        "People decided about {} children and agreed with the question about {} of them ({}); about {} they need more "
        "information, and {} are open."
    )
    names = ("decided", "agreed", "share", "more", "open")
    says = (Sentence(said, tuple(Cell(found.id, total, name) for name in names)), Sentence(NO_PROOF))
    return Section("agreement", TITLE, says, (found,))


# Chor, McClelland, Weiner, Jordan and Lyons: Child Abuse and Neglect 37 (2013), 871-882; and, on 3,911 placements,
# Administration and Policy in Mental Health 42 (2015), 70-86.
NO_PROOF = (
    "Agreement is no proof that a question was right: people saw the list before they decided. Over 7,816 placement "
    "decisions in Illinois a team and an algorithm agreed for 56% of children under 16 and for 37% of older ones; in a "
    "later study children placed below what the algorithm suggested improved less. The two kinds of mistake do not "
    "weigh the same."
)


def _counted(name: str, rows: pl.DataFrame) -> tuple[str, int, int, int, float | None, int, int]:
    decided, agreed = rows["agreed"].count(), int(rows["agreed"].sum())
    more = rows.filter(pl.col("decision").is_not_null() & pl.col("agreed").is_null()).height
    share = 100 * agreed / decided if decided else None
    return name, rows.height, decided, agreed, share, more, rows["decision"].null_count()
