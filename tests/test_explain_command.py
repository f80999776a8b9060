"""`banding explain` as a user runs it: the page on stdout, all else on stderr, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from banding.explanation.model import Explanation
from banding.pack.library import load_pack
from tests.explanation.explained import HOME, SUICIDAL, caseload
from tests.ran import Ran, Run

PACK = load_pack("england-reference@2026")
SECRET = "SECRETNAME"


@pytest.fixture
def run(run: Run) -> Run:
    """Runs `explain` in a folder with a caseload of three children, one of them an adult."""
    children = [caseload(**SUICIDAL, **HOME), caseload(age=18, low_mood=9), caseload(age=9)]
    frame = pl.concat(children, how="diagonal").with_columns(child_id=pl.Series(["A1", SECRET, "B2"]))
    frame.write_csv("in.csv")
    return lambda *arguments, caseload="in.csv": run("explain", caseload, "--on", "2026-06-01", *arguments)


def test_a_panels_page_is_the_default(run: Run) -> None:
    ran = run("--child", "A1")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == "Child A1 on 1 June 2026"
    assert max(map(len, lines)) <= 80
    assert "Care at band 4, Specialist care: 15 points is band 3" in ran.out
    assert ran.out == run("--child", "A1", "--for", "panel", "--format", "text", "--pack", "england-reference@2026").out
    assert ran.err.splitlines()[0] == (
        "Read as own columns; explained by England reference banding (england-reference 2026, illustrative), "
        "on 2026-06-01."
    )


def test_authors_read_more(run: Run) -> None:
    ran = run("--child", "A1", "--for", "author")
    assert ran.status == 0
    assert PACK.fingerprint in ran.out
    assert "suicide_risk 3: one lower gives band 2" in ran.out


def test_json_holds_no_more_than_the_page_for_the_same_reader(run: Run) -> None:
    panel, author = (
        run("--child", "A1", "--format", "json"),
        run("--child", "A1", "--for", "author", "--format", "json"),
    )
    assert (panel.status, author.status) == (0, 0)
    whole = Explanation.model_validate_json(author.out)
    assert whole.authors is not None
    assert Explanation.model_validate_json(panel.out) == whole.for_panel()
    for word in ("setting_variance", "price_variance", "if_lower", "if_higher"):
        assert word in author.out
        assert word not in panel.out
    assert json.loads(panel.out)["cost"]["care_cost_pence"] == 740_000
    assert list(json.loads(panel.out)).index("need") < list(json.loads(panel.out)).index("cost")


def test_a_rejected_child_is_told_with_its_reasons(run: Run) -> None:
    ran = run("--child", SECRET)
    assert ran.status == 1
    assert "At 18 and over a person is not looked after." in ran.out
    assert "The rating is not a whole number" in ran.out
    assert SECRET not in ran.err


def test_what_the_reader_finds_in_the_childs_record_is_a_reason_or_is_said(run: Run) -> None:
    records = str(Path(__file__).parent / "caseload" / "files" / "synthetic-placements.jsonld")

    def explained(child: str) -> Ran:
        return run("--child", child, "--pack", "placements-standard", caseload=records)

    torn, warned, sound = explained("SYNTHETIC-09"), explained("SYNTHETIC-04"), explained("SYNTHETIC-01")
    assert [ran.status for ran in (torn, warned, sound)] == [1, 0, 0]
    assert "riskAssessment.riskSelfHarm is required and is not given." in torn.out
    assert "Expected the first half of a postcode" in " ".join(torn.out.split())
    assert "record 4: The parts of actualPlacement.totalWeeklyCost do not add up" in warned.err
    assert "record 4" not in sound.err
    assert sound.err.startswith("Read as placements-standard; explained by Placements Standard risk profile")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--child", "nobody"), "in.csv column child_id: No row has this child_id; there are 3 rows."),
        ((), "--child"), (("--child", "A1", "--for", "child"), "panel"), (("--child", "A1", "--format", "xml"), "json"),
        (("--child", "A1", "--on", "soon"), "2026-04-01"), (("--child", "A1", "--pack", "sdq"), "q01"),
        (("--child", "A1", "--layout", "nothing"), "layout"), (("--child", "A1", "--overrides", "no.csv"), "no.csv"),
    ],
)  # fmt: skip
def test_what_cannot_be_explained_does_nothing(run: Run, arguments: tuple[str, ...], words: str) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
    assert SECRET not in ran.err
    assert "nobody" not in ran.err
    assert "Traceback" not in ran.err


def test_a_child_who_stands_twice_is_not_explained(run: Run) -> None:
    frame = pl.read_csv("in.csv", infer_schema=False)
    pl.concat([frame, frame]).write_csv("twice.csv")
    ran = run("--child", SECRET, caseload="twice.csv")
    assert (ran.status, ran.out) == (2, "")
    assert "twice.csv column child_id: 2 rows have this child_id." in ran.err
    assert SECRET not in ran.err


def test_an_override_is_shown_and_those_of_other_children_are_not(run: Run) -> None:
    Path("hand.csv").write_text(
        f"child_id,band,person,reason,date\nA1,high,A. Panel,strengths,2026-05-02\n{SECRET},1,B,strengths,2026-05-02\n",
        encoding="utf-8",
    )
    ran = run("--child", "A1", "--overrides", "hand.csv")
    assert ran.status == 0
    assert "A. Panel set care at band 5 instead on " in ran.out
    assert SECRET not in ran.out + ran.err
    assert "no-such-child" not in ran.err
    assert "hand.csv" not in ran.err


def test_only_the_childs_own_row_is_warned_of(run: Run) -> None:
    frame = pl.read_csv("in.csv", infer_schema=False).with_columns(weekly_cost=pl.Series(["", "", "1.234"]))
    frame.write_csv("rounded.csv")
    assert "rounded half up" in run("--child", "B2", caseload="rounded.csv").err
    assert "rounded half up" not in run("--child", "A1", caseload="rounded.csv").err
