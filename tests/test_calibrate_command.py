"""`banding calibrate`: from a caseload's own costs to a local pack that scores, and what it says on the way."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import polars as pl
import pytest

from banding.review.own_prices import RELATIVE
from banding.synthetic import ON, synthesise
from tests.ran import Ran, Run
from tests.test_sources import PACK

AS_OF = ("--on", ON.isoformat())


@pytest.fixture
def calibrate(run: Run) -> Run:
    synthesise(250, 4, pack=PACK, on=ON).frame.write_csv("in.csv")

    def command(*arguments: str) -> Ran:
        return run("calibrate", "in.csv", *AS_OF, "--out", "local", *arguments)

    return command


def test_a_local_pack_is_made_and_scores(calibrate: Run, run: Run) -> None:
    ran = calibrate()
    assert (ran.status, ran.out) == (0, "")
    lines = ran.err.splitlines()
    assert RELATIVE in lines
    assert lines[-1].startswith("Wrote local: ")
    assert sum("GBP a week" in line for line in lines) >= 3
    assert any(line.startswith("prices come to ") for line in lines)
    assert sorted(os.listdir("local")) == ["README.md", "pack.toml", "prices.csv"]
    for pack, out in (("local", "own.csv"), ("england-reference", "england.csv")):
        assert run("score", "in.csv", *AS_OF, "--pack", pack, "--out", out).status == 0
    own, england = pl.read_csv("own.csv"), pl.read_csv("england.csv")
    assert own["band"].equals(england["band"])
    assert not own["price_expected"].equals(england["price_expected"])


def test_a_second_time_nothing_is_written_over(calibrate: Run) -> None:
    calibrate()
    ran = calibrate()
    assert ran.status == 2
    assert "There is something there already." in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--uprate", "1.03"), "give both"), (("--index", "CPIH"), "give both"),
        (("--uprate", "x", "--index", "CPIH"), "such as 1.034"),
        (("--uprate", "103", "--index", "CPIH"), "such as 1.034"),
        (("--id", "My Pack"), "small letters"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(calibrate: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = calibrate(*arguments)
    assert ran.status == 2
    assert said in " ".join(ran.err.split())
    assert not os.path.exists("local")


def test_uprating_and_the_price_year_go_into_the_pack(calibrate: Run, run: Run) -> None:
    assert calibrate("--uprate", "1.034", "--index", "CPIH 2025-26", "--price-year", "2026-27").status == 0
    shown = run("show", "local").out
    assert "2026-27" in shown
    assert "CPIH 2025-26" in shown


def test_a_pack_without_prices_is_refused_before_anything_is_read(run: Run) -> None:
    ran = run("calibrate", "nothing.csv", "--pack", "wac-protective-supervision@2018", "--out", "local", *AS_OF)
    assert ran.status == 2
    assert "The pack has no prices." in ran.err


def test_what_is_not_installed_is_named_with_how_to_install_it(calibrate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found: Any = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "scipy" else found(name, *more)
    )
    ran = calibrate()
    assert ran.status == 2
    assert "pip install 'banding[report]'" in ran.err
