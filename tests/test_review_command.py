"""`banding review` and `score --report`: page and workbook of a scored file, and lists read back once decided."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from banding.caseload.read import read
from banding.report.workbook import write_workbook
from banding.review.reviewed import rescored
from banding.review.summarise import Asked, child_lists, summary_of
from banding.synthetic import ON, synthesise
from tests.ran import Run
from tests.test_sources import PACK

AS_OF = ("--on", ON.isoformat())


@pytest.fixture
def scored(run: Run) -> Run:
    synthesise(300, 6, pack=PACK, on=ON).frame.write_csv("in.csv")
    assert run("score", "in.csv", *AS_OF, "--out", "scored.csv", "--keep").status == 0
    return run


def test_score_writes_page_and_workbook_and_the_manifest_names_them(run: Run) -> None:
    synthesise(300, 6, pack=PACK, on=ON).frame.write_csv("in.csv")
    ran = run("score", "in.csv", *AS_OF, "--out", "out.csv", "--report", "page.html", "--workbook", "book.xlsx")
    assert ran.status == 0
    assert "Wrote page.html" in ran.err
    manifest = json.loads(Path("out.csv.manifest.json").read_text(encoding="utf-8"))
    assert [part["file"] for part in manifest["outputs"]] == ["out.csv", "page.html", "book.xlsx"]
    assert manifest["reports"] == {"national": False, "panel_size": None, "seed": 0, "shareable": True}
    assert "synthetic-0000001" not in Path("page.html").read_text(encoding="utf-8")


def test_review_names_its_files_after_the_scored_one(scored: Run) -> None:
    ran = scored("review", "scored.csv")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.splitlines()[-2:] == ["Wrote scored-review.html", "Wrote scored-review.xlsx"]


def test_the_same_from_score_and_from_review(scored: Run) -> None:
    scored("score", "in.csv", *AS_OF, "--out", "again.csv", "--report", "one.html")
    scored("review", "scored.csv", "--report", "other.html")
    assert Path("one.html").read_bytes() == Path("other.html").read_bytes()


def test_a_decided_workbook_is_read_back_and_agreement_shown(scored: Run) -> None:
    assert scored("review", "scored.csv", "--with-children", "--workbook", "panel.xlsx").status == 0
    _decide()
    ran = scored("review", "scored.csv", "--decided", "panel.xlsx", "--report", "after.html")
    assert ran.status == 0, ran.err
    assert any("agreed" in line.casefold() for line in ran.err.splitlines())
    assert "How far did people agree with the lists?" in Path("after.html").read_text(encoding="utf-8")
    assert "How far did people agree" not in _page(scored)


def _decide() -> None:
    """The workbook with both lists filled in: every child agreed to."""
    found = rescored(read([Path("scored.csv")]).frame, PACK)
    said = {"reviewer": "P", "decision": "Agreed", "reason": "r", "date": "2026-07-02"}
    lists = [
        replace(one, frame=one.frame.with_columns(pl.lit(text).alias(name) for name, text in said.items()))
        if "decision" in one.labels
        else one
        for one in child_lists(found)
    ]
    assert sum("decision" in one.labels and one.frame.height > 5 for one in lists) == 2
    with Path("panel.xlsx").open("wb") as file:
        write_workbook(summary_of(found, Asked(shareable=False)), PACK, file, lists=lists)


def _page(run: Run) -> str:
    run("review", "scored.csv", "--report", "plain.html")
    return Path("plain.html").read_text(encoding="utf-8")


def test_mistakes_in_decisions_are_told_all_at_once(scored: Run) -> None:
    decided = {"child_id": ["synthetic-0000001", "synthetic-0000002"], "priority": ["A legal check", "Nothing"],
               "reviewer": ["P", None], "decision": ["Perhaps", "Agreed"], "reason": ["r", "r"],
               "date": ["2026-07-02", "soon"]}  # fmt: skip
    pl.DataFrame(decided).write_csv("list.csv")
    ran = scored("review", "scored.csv", "--decided", "list.csv")
    assert ran.status == 2
    for words in ("no decision that is counted", "no priority of the lists", "No reviewer is named", "no date"):
        assert words in " ".join(ran.err.split()), words
    assert not Path("scored-review.html").exists()


def test_an_earlier_run_and_a_second_rating_are_shown(scored: Run) -> None:
    earlier = synthesise(300, 6, pack=PACK, on=ON).frame.with_columns(low_mood=pl.lit(3))
    earlier.write_csv("earlier.csv")
    scored("score", "earlier.csv", *AS_OF, "--out", "before.csv", "--keep")
    synthesise(300, 6, pack=PACK, on=ON).frame.select(
        "child_id", "date_of_birth", "profile_date", *PACK.items
    ).write_csv("second.csv")
    ran = scored("review", "scored.csv", "--before", "before.csv", "--second", "second.csv", "--report", "both.html")
    assert ran.status == 0, ran.err
    text = Path("both.html").read_text(encoding="utf-8")
    assert "Without an earlier run no change can be shown." in _page(scored)
    assert "Without an earlier run no change can be shown." not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("in.csv",), "It is no scored caseload"), (("no.csv",), "There is no such file."),
        (("scored.csv", "--pack", "sdq"), "Name the pack it was scored by"),
        (("scored.csv", "--panel-size", "3"), "add --with-children"),
        (("scored.csv", "--national", "--with-children"), "rounded in what is shared"),
        (("scored.csv", "--report", "scored.csv"), "format of output"),
        (("scored.csv", "--report", "none/page.html"), "Its folder does not exist."),
    ],
)  # fmt: skip
def test_what_cannot_be_reviewed_is_told_and_nothing_is_written(
    scored: Run, arguments: tuple[str, ...], said: str
) -> None:
    before = sorted(path.name for path in Path().iterdir())
    ran = scored("review", *arguments)
    assert ran.status == 2
    assert said in " ".join(ran.err.split())
    assert sorted(path.name for path in Path().iterdir()) == before


def test_options_of_reports_without_a_report_are_refused(run: Run) -> None:
    Path("in.csv").write_text("child_id\na\n", encoding="utf-8")
    ran = run("score", "in.csv", "--out", "o.csv", "--with-children")
    assert ran.status == 2
    assert "name one with --report or --workbook" in " ".join(ran.err.split())
