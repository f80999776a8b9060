"""banding check as a user runs it: what it prints, its exit status, and profiles that explain and score can read."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.checking.test_broken import HERE, SOUND
from tests.pack.laid import laid_over
from tests.ran import Run

DAY = ("--on", "2026-06-01")


def broken(name: str, below: Path = SOUND) -> str:
    """The folder of one broken pack."""
    return str(laid_over(HERE / "broken" / name, Path.cwd() / name, below=below))


def test_nothing_found(run: Run) -> None:
    ran = run("check", str(SOUND), *DAY)
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:2] == ["Small (small 2026, illustrative), checked on 2026-06-01.", "Nothing found."]
    assert "  Raising a need never lowers the band: 4 of 4" in lines
    assert "Not decided: use --prove" in lines
    assert "  Some profile reaches the band: everyday, helped, specialist" in lines


def test_something_found(run: Run) -> None:
    ran = run("check", broken("price-falls"), *DAY)
    assert ran.status == 1
    assert "2 findings." in ran.out.splitlines()
    assert ran.out.count("[price-falls]") == 2


def test_a_pack_that_cannot_be_read(run: Run) -> None:
    folder = Path(shutil.copytree(SOUND, "unread"))
    (folder / "domains.csv").write_text("id,label,missing\ndanger,Danger,maybe\n", encoding="utf-8")
    ran = run("check", str(folder), *DAY)
    assert (ran.status, ran.out) == (2, "")
    assert "This is no rule for unanswered items." in ran.err
    assert ran.err.splitlines()[-1] == "Nothing was done."


def test_everything_proved(run: Run) -> None:
    ran = run("check", str(SOUND), *DAY, "--prove")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert "Proved, for all profiles:" in lines
    assert "    helped, as by: Self-harm (self_harm) 3; every other item 0; age 5" in lines
    assert "Not decided" not in ran.out


def test_a_counterexample_is_explained_and_scored_as_it_was_told(run: Run) -> None:
    pack = broken("need-lowers-band")
    ran = run("check", pack, *DAY, "--prove", "--examples", "shown.csv", "--format", "json")
    assert ran.status == 1
    assert ran.err == "Wrote shown.csv\n"
    told = json.loads(ran.out)
    (finding,) = told["findings"]
    assert (finding["code"], finding["severity"]) == ("need-lowers-band", "warning")
    assert "lowers the band from 2 to 1" in finding["message"]
    assert run("score", "shown.csv", "--pack", pack, *DAY, "--out", "scored.csv").status == 1
    scored = pl.read_csv("scored.csv")
    assert scored.filter(status="rejected")["child_id"].to_list() == ["never-holds:refuse:adult"]
    bands = dict(scored.select("child_id", "band").iter_rows())
    assert [bands[f"need-lowers-band:sleep:{number}"] for number in (1, 2)] == [2, 1]
    explained = run("explain", "shown.csv", "--pack", pack, *DAY, "--child", "need-lowers-band:sleep:2")
    assert "Care at band 1, Everyday care" in explained.out


def test_options_that_make_no_sense(run: Run) -> None:
    assert run("check", str(SOUND), "--examples", "shown.csv").status == 2
    ran = run("check", str(SOUND), "--prove", "--examples", "shown.xlsx")
    assert ran.status == 2
    assert ".xlsx" in ran.err
    assert not Path("shown.xlsx").exists()


def test_without_the_solver_it_is_said_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("banding.checking.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "z3", None)
    ran = run("check", str(SOUND), *DAY, "--prove")
    assert ran.status == 2
    assert "Proofs need the solver z3, which is not installed. Install it: pip install 'banding[prove]'." in ran.err
    assert run("check", str(SOUND), *DAY).status == 0
