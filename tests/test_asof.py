"""A synthetic caseload, taken apart into the files that a council has, put together again as of its date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import banding
from banding.asof import EARLIER, caseload_as_of
from banding.caseload.read import read
from banding.pack.library import load_pack
from banding.synthetic import ON, Synthetic, synthesise

PACK = load_pack("england-reference@2026")
COSTS = ["core_cost", "additional_support_cost", "education_cost", "other_cost", "weekly_cost", "cost_scope"]
PLACEMENT = ["setting", "provider", "provider_kind", "location", "distance_miles", "siblings_here"]


@pytest.fixture(scope="module")
def made() -> Synthetic:
    return synthesise(400, 11, pack=PACK, on=ON)


@pytest.fixture(scope="module")
def files(made: Synthetic, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Profiles of both times, placements with one that has ended before each, costs of both times, and the rest."""
    folder = tmp_path_factory.mktemp("council")
    whole, before = made.frame, made.earlier
    items = ["child_id", "date_of_birth", "profile_date", *PACK.items]
    needs = pl.concat([whole.select(items), before.select(items)]).sample(fraction=1, shuffle=True, seed=1)
    now = whole.select("child_id", *PLACEMENT).with_columns(
        placement_start=pl.lit(ON - dt.timedelta(40)), placement_end=pl.lit(None, pl.Date)
    )
    ended = now.with_columns(
        setting=pl.lit("nhs"),
        placement_start=pl.lit(ON - dt.timedelta(90)),
        placement_end=pl.lit(ON - dt.timedelta(40)),
    )
    of_now = whole.select("child_id", *COSTS, cost_from=pl.lit(ON), cost_to=pl.lit(None, pl.Date))
    money = ["core_cost", "additional_support_cost"]
    of_then = before.select("child_id", *money, cost_from=pl.col("profile_date"), cost_to=pl.col("profile_date"))
    rest = whole.drop([*items[1:], *PLACEMENT, *COSTS, *EARLIER])
    parts = {
        "needs": needs,
        "placements": pl.concat([ended.cast({"setting": pl.String}), now.cast({"setting": pl.String})]),
        "costs": pl.concat([of_then, of_now], how="diagonal_relaxed"),
        "extra": rest,
    }
    paths = {}
    for name, frame in parts.items():
        paths[name] = [folder / f"{name}.csv"]
        frame.write_csv(paths[name][0])
    return paths


def test_what_was_taken_apart_comes_together_again(made: Synthetic, files: dict[str, list[Path]]) -> None:
    found = caseload_as_of(files, PACK, ON, read)
    caseload, accounts = found.caseload, found.accounts
    order = made.frame.select("child_id")
    joined = order.join(caseload.frame, on="child_id", how="left", maintain_order="left")
    for name in ("setting", *EARLIER[:2]):
        assert joined[name].cast(pl.String).to_list() == made.frame[name].cast(pl.String).to_list(), name
    for name in EARLIER[2:]:
        assert joined[name].cast(pl.Decimal(18, 2)).to_list() == made.frame[name].cast(pl.Decimal(18, 2)).to_list()
    scored = banding.score(joined, PACK, on=ON)
    assert scored.equals(banding.score(made.frame, PACK, on=ON))
    counted = {(kind, fate): rows for kind, fate, rows in accounts.iter_rows()}
    assert counted["needs", "used"] == 400
    assert counted["needs", "older than the one used"] == made.earlier.height
    assert counted["placements", "ended before it"] == 400


def test_what_the_files_say_of_an_earlier_profile_stands(
    made: Synthetic, files: dict[str, list[Path]], tmp_path: Path
) -> None:
    child = made.earlier["child_id"][0]
    said = tmp_path / "said.csv"
    pl.DataFrame({"child_id": [child], "earlier_band": [6], "earlier_cost": [""]}).write_csv(said)
    parts = {"needs": files["needs"], "costs": files["costs"], "extra": [said]}
    caseload = caseload_as_of(parts, PACK, ON, read).caseload
    row = caseload.frame.row(by_predicate=pl.col("child_id") == child, named=True)
    truth = made.frame.row(by_predicate=pl.col("child_id") == child, named=True)
    assert row["earlier_band"] == "6"
    assert row["earlier_need_score"] == str(truth["earlier_need_score"])
    assert row["earlier_cost"] == (None if truth["earlier_cost"] is None else f"{truth['earlier_cost']}.00")


def test_on_an_earlier_day_the_earlier_profile_is_the_one(files: dict[str, list[Path]]) -> None:
    on = ON - dt.timedelta(200)
    caseload = caseload_as_of({"needs": files["needs"]}, PACK, on, read).caseload
    assert (caseload.frame["profile_date"].cast(pl.Date) <= on).all()
    assert 0 < caseload.frame.height < 400
