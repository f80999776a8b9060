"""The options by which commands name what they read: the same for all of them."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import adbc_driver_sqlite.dbapi
import polars as pl
import pytest

from banding.caseload.ssda903.files import read_return
from banding.caseload.ssda903.snapshot import snapshot
from banding.pack.library import load_pack
from banding.synthetic import synthesise
from tests.opened import PROFILES, table
from tests.ran import Run
from tests.test_sources import INVENTED, profiles_for

PACK = "wac-protective-supervision@2018"
CHILDREN = "child_id,monitoring,age\na,3,5\nb,4,17\nc,1,2\n"
HAND = "child_id,band,person,reason,date\n" + "a,1,P,strengths,2026-03-01\n" * 3
COMMANDS = {
    "score": ("--out", "out.csv"),
    "explain": ("--child", "a"),
    "form": ("--out", "form.xlsx"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_reads_a_caseload_takes_limits(run: Run, command: str) -> None:
    Path("in.csv").write_text(CHILDREN, "utf-8")
    arguments = (command, "in.csv", *COMMANDS[command], "--pack", PACK, "--on", "2026-04-01")
    assert run(*arguments, "--limit", "rows=3").status == 0
    ran = run(*arguments, "--limit", "rows=2")
    assert (ran.status, ran.out) == (2, "")
    assert "The limit is 2. If the file is right, raise it: --limit rows=NUMBER." in ran.err
    assert "Did you mean rows?" in run(*arguments, "--limit", "row=2").err


@pytest.mark.parametrize("command", ["score", "explain"])
def test_limits_hold_for_overrides(run: Run, command: str) -> None:
    Path("in.csv").write_text(CHILDREN.rpartition("c,")[0], "utf-8")
    Path("hand.csv").write_text(HAND, "utf-8")
    arguments = (command, "in.csv", *COMMANDS[command], "--pack", PACK, "--overrides", "hand.csv")
    ran = run(*arguments, "--limit", "rows=2")
    assert ran.status == 2
    assert ran.err.startswith("hand.csv: It has more than 2 rows.")
    assert "It has more than" not in run(*arguments, "--limit", "rows=3").err


REFERENCE = load_pack("england-reference@2026")
ON = dt.date(2024, 3, 31)
AS_OF = ("--on", ON.isoformat(), "--pack", "england-reference@2026")
SOURCES = {
    "files": ("folder/a.csv", "folder/b.csv"),
    "folder": ("folder",),
    "zip": ("both.zip",),
    "joined": ("--needs", "needs.csv", "--placements", str(INVENTED), "--costs", "costs.csv"),
    "joined by": ("--needs", "needs-by.csv", "--costs", "costs-by.csv", "--by", "person"),
    "database": ("--database", "sqlite:cases.db", "--query", "SELECT * FROM profiles"),
}


@pytest.fixture
def sources(run: Run) -> pl.Series:
    """What SOURCES name, in the folder that `run` made; the ids of the children, all of whom are in care on ON."""
    del run
    ids = snapshot(read_return(INVENTED), ON).frame["child_id"]
    profiles_for(ids, Path(), ON)
    pl.read_csv("needs.csv").with_columns(person="child_id").write_csv("needs-by.csv")
    pl.read_csv("costs.csv").with_columns(person="child_id", child_id=pl.lit("?")).write_csv("costs-by.csv")
    made = synthesise(len(ids), 3, pack=REFERENCE, on=ON).frame.with_columns(child_id=ids)
    Path("folder").mkdir()
    made[:2].write_csv("folder/a.csv")
    made[2:].write_csv("folder/b.csv")
    with zipfile.ZipFile("both.zip", "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.write(Path("folder") / name, name)
    with adbc_driver_sqlite.dbapi.connect("cases.db") as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("profiles", pl.read_csv("folder/*.csv").cast(pl.String))
        connection.commit()
    return ids


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_scored_is_explained(run: Run, sources: pl.Series, source: str) -> None:
    read = (*SOURCES[source], *AS_OF)
    scored = run("score", *read, "--out", "out.csv")
    rows = pl.read_csv("out.csv").filter(pl.col("status") == "scored")
    assert rows.height > len(sources) / 2
    assert rows["care_cost"].null_count() < rows.height
    told = [line for line in scored.err.splitlines() if " rows " in line and not line.endswith("rejected.")]
    assert bool(told) == source.startswith("joined")
    for child_id, band, price in rows.select("child_id", "band", "price_expected").head(3).iter_rows():
        ran = run("explain", *read, "--child", child_id, "--format", "json", "--for", "author")
        assert ran.status == 0
        found = json.loads(ran.out)
        assert (found["child_id"], found["band"]["band"]) == (child_id, band)
        assert found["cost"]["price_expected_pence"] == (None if price is None else round(price * 100))
        assert [line for line in ran.err.splitlines() if line in told] == told


@pytest.mark.parametrize("source", SOURCES)
def test_children_of_any_source_stand_in_a_form(run: Run, sources: pl.Series, source: str) -> None:
    ran = run("form", *SOURCES[source], *AS_OF, "--out", "form.xlsx")
    assert ran.status == 0
    assert f"{len(sources)} of them with a child" in ran.err


def test_a_form_lists_the_children_whom_a_return_has_in_care(run: Run) -> None:
    assert run("form", str(INVENTED), *AS_OF, "--out", "form.xlsx").status == 0
    ids = [row[0] for row in table(Path("form.xlsx"), PROFILES)[1:] if row[0] is not None]
    assert ids == snapshot(read_return(INVENTED), ON).frame["child_id"].to_list()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("source", "words"),
    [
        (("in.csv", "--needs", "in.csv"), "Expected one of: files of a caseload, --needs"),
        (("--costs", "in.csv"), "Name them with --needs."), (("--query", "SELECT 1"), "name the database"),
        (("none.csv",), "There is no such file."),
    ],
)  # fmt: skip
def test_what_is_no_source_is_told(run: Run, command: str, source: tuple[str, ...], words: str) -> None:
    Path("in.csv").write_text(CHILDREN, "utf-8")
    ran = run(command, *source, *COMMANDS[command], "--pack", PACK)
    assert (ran.status, ran.out) == (2, "")
    assert words in " ".join(ran.err.split())
    assert [path.name for path in Path().iterdir()] == ["in.csv"]
