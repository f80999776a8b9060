"""Lists that people filled in, read back: what is kept, every mistake at once, and agreement by priority."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.errors import CaseloadError
from banding.review.decisions import DECISIONS, agreement, read_decisions
from banding.review.lists import FOR_PEOPLE, LABELS, lists
from banding.review.model import ALL
from banding.review.placing import priority
from banding.review.reviewed import Reviewed
from tests.review.panel import IN_HOME, ON, counts, review_of, said, small_pack, table

DONE = {"reviewer": "A. Person", "decision": "Agreed", "reason": "Seen.", "date": "2026-06-20"}
OPEN = dict.fromkeys(FOR_PEOPLE, "")


@pytest.fixture(scope="module")
def kids(tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    pack = small_pack(tmp_path_factory.mktemp("pack"))
    return review_of(pack, *[{"solo": True}] * 3, *[IN_HOME] * 4, {"core_cost": 700})


def filled(kids: Reviewed, *people: dict[str, Any]) -> pl.DataFrame:
    """Both lists, one below the other, the columns for people filled in from the top; the rest stays open."""
    found = lists(kids)
    whole = pl.concat([found.unmet_need.children.frame, found.moves.children.frame], how="diagonal")
    given = [*people, *[OPEN] * (whole.height - len(people))]
    return whole.with_columns(pl.Series(name, [one[name] for one in given]) for name in FOR_PEOPLE)


def mistakes(kids: Reviewed, frame: pl.DataFrame, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(CaseloadError) as caught:
        read_decisions(frame, kids, **more)
    return [(finding.code, finding.place) for finding in caught.value.findings]


# -- reading ----------------------------------------------------------------------------------------------------------


def test_a_decided_list_comes_back_typed_and_open_rows_are_open(kids: Reviewed) -> None:
    found = read_decisions(filled(kids, DONE, {**DONE, "decision": "not agreed"}), kids)
    assert found.findings == ()
    assert found.frame.height == 8
    assert found.frame.row(0) == ("c00", 1, "agreed", "A. Person", "Seen.", dt.date(2026, 6, 20))
    assert found.frame["decision"].to_list() == ["agreed", "not_agreed", *[None] * 6]


@pytest.mark.parametrize("how", ["labels", "text file", "dates", "upper"])
def test_a_list_may_come_from_a_workbook_or_a_file(kids: Reviewed, tmp_path: Path, how: str) -> None:
    frame = filled(kids, DONE)
    plain = read_decisions(frame, kids).frame
    if how == "labels":
        frame = frame.rename(LABELS)
    elif how == "text file":
        frame.write_csv(tmp_path / "list.csv")
        frame = pl.read_csv(tmp_path / "list.csv", infer_schema=False)
    elif how == "dates":
        frame = frame.with_columns(pl.col("date").str.to_date(strict=False))
    else:
        frame = frame.with_columns(pl.col("priority", "decision").str.to_uppercase())
    found = read_decisions(frame, kids)
    assert found.frame.equals(plain)
    assert found.findings == ()


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_may_be_written_by_its_name_or_its_words(kids: Reviewed, name: str) -> None:
    for text in (name, DECISIONS[name].label, f" {DECISIONS[name].label.lower()} "):
        frame = read_decisions(filled(kids, {**DONE, "decision": text}), kids).frame
        assert frame["decision"][0] == name


def test_every_mistake_is_told_at_once_by_row_and_column(kids: Reviewed) -> None:
    frame = filled(
        kids, {**DONE, "reviewer": " "}, {**DONE, "decision": "perhaps"}, {**DONE, "reason": ""},
        {**DONE, "date": "20 June"}, {**OPEN, "reason": "Somebody began."},
    )  # fmt: skip
    assert mistakes(kids, frame) == [
        ("no-person", "row 1, column reviewer"), ("unknown-decision", "row 2, column decision"),
        ("no-reason", "row 3, column reason"), ("bad-date", "row 4, column date"),
        ("no-person", "row 5, column reviewer"), ("no-decision", "row 5, column decision"),
        ("bad-date", "row 5, column date"),
    ]  # fmt: skip


def test_children_and_priorities_have_to_be_those_of_the_list(kids: Reviewed) -> None:
    frame = filled(kids, DONE).with_columns(
        child_id=pl.Series(["c00", "c00", "", *["c03", "c04", "c05", "c06", "c07"]]),
        priority=pl.Series(["urgent", *[priority(1)] * 7]),
    )
    rows = pl.Series(range(12, 20))
    assert mistakes(kids, frame, file="list.xlsx", rows=rows) == [
        ("duplicate-child-id", "row 12, column child_id"), ("unknown-priority", "row 12, column priority"),
        ("duplicate-child-id", "row 13, column child_id"), ("no-child-id", "row 14, column child_id"),
    ]  # fmt: skip


def test_no_mistake_quotes_a_cell(kids: Reviewed) -> None:
    frame = filled(kids, {"reviewer": "", "decision": "SECRET", "reason": "", "date": "SECRET"})
    with pytest.raises(CaseloadError) as caught:
        read_decisions(frame.with_columns(priority=pl.lit("SECRET")), kids)
    assert "SECRET" not in str(caught.value)


def test_an_unknown_child_is_left_out_with_a_warning_and_an_early_date_is_told(kids: Reviewed) -> None:
    frame = filled(kids, DONE, {**DONE, "date": (ON - dt.timedelta(1)).isoformat()})
    frame = frame.with_columns(child_id=pl.col("child_id").replace("c00", "nobody"), extra=pl.lit("x"))
    found = read_decisions(frame, kids, file="list.csv")
    assert [(one.code, one.file, one.place, one.severity) for one in found.findings] == [
        ("unknown-column", "list.csv", "column extra", "warning"),
        ("date-before-list", "list.csv", "row 2, column date", "warning"),
        ("no-such-child", "list.csv", "row 1, column child_id", "warning"),
    ]
    assert found.frame.height == 7
    assert "nobody" not in found.frame["child_id"]


def test_absent_columns_are_told_all_at_once(kids: Reviewed) -> None:
    assert mistakes(kids, filled(kids, DONE).drop("priority", "reviewer", "date").with_columns(reviwer=pl.lit(""))) == [
        ("column-absent", "column priority"), ("column-absent", "column reviewer"), ("column-absent", "column date"),
    ]  # fmt: skip


# -- agreement --------------------------------------------------------------------------------------------------------


def test_agreement_by_priority(kids: Reviewed) -> None:
    no, more = {**DONE, "decision": "Not agreed"}, {**DONE, "decision": "More information needed"}
    moved, support = {**DONE, "decision": "Move to be planned"}, {**DONE, "decision": "Support to change"}
    found = agreement(read_decisions(filled(kids, DONE, no, more, moved, no, support), kids))
    nobody = (0, 0, 0, None, 0, 0)
    assert counts(found, "agreement") == {
        (priority(1),): (3, 2, 1, 50.0, 1, 0), (priority(2),): nobody, (priority(3),): nobody,
        (priority(4),): (4, 3, 2, 100 * 2 / 3, 0, 1), (priority(5),): nobody, (priority(6),): (1, 0, 0, None, 0, 1),
        (ALL,): (8, 5, 3, 60.0, 1, 2),
    }  # fmt: skip
    first, proof = said(found)
    assert first == (
        "People decided about 5 children and agreed with the question about 3 of them (60%); about 1 they need more "
        "information, and 2 are open."
    )
    assert proof.startswith("Agreement is no proof")
    assert "56%" in proof
    assert "37%" in proof


def test_no_person_child_or_reason_is_in_the_agreement(kids: Reviewed) -> None:
    found = agreement(read_decisions(filled(kids, DONE), kids))
    text = " ".join([*said(found), *(str(cell) for row in table(found, "agreement").frame.rows() for cell in row)])
    assert not [word for word in ("A. Person", "Seen.", "c00") if word in text]


@pytest.mark.parametrize("people", [(), ({**DONE, "decision": "More information needed"},)])
def test_where_nothing_is_decided_it_says_so(kids: Reviewed, people: tuple[dict[str, str], ...]) -> None:
    found = agreement(read_decisions(filled(kids, *people), kids))
    assert found.says == ()
    assert "No question of the lists has been decided" in found.cannot[0]
    assert counts(found, "agreement")[(ALL,)] == (8, 0, 0, None, len(people), 8 - len(people))


def test_the_page_lists_every_decision() -> None:
    text = (Path(__file__).parents[2] / "docs" / "decisions.md").read_text(encoding="utf-8")
    counting = {True: "agreed", False: "not agreed", None: "not decided"}
    for name, one in DECISIONS.items():
        assert f"| `{name}` | {one.label} | {one.means} | {counting[one.agreed]} |" in text
