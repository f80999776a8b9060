"""What names a database: URIs, of which no password is ever shown, drivers, and files of SQLite."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.asked import refused

from banding.caseload import database as databases
from banding.caseload.database import database, read_query

# -- URIs and drivers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "driver", "name", "shown"),
    [
        ("postgresql://u:SECRET@h:5432/d?password=SECRET", None, "postgresql", "postgresql://h:5432/d"),
        (" postgres://h/d\n", None, "postgresql", "postgresql://h/d"),
        ("PostgreSQL+psycopg://u:SECRET@h/d", None, "postgresql", "postgresql://h/d"),
        ("postgresql://u:SECRET@h/d#SECRET", None, "postgresql", "postgresql://h/d"),
        ("postgresql://u:SECRET%40%2F@%2Frun,h:1/d", None, "postgresql", "postgresql://%2Frun,h:1/d"),
        ("grpc+tls://u:SECRET@h:1", "flightsql", "flightsql", "grpc+tls://h:1"),
        ("u:SECRET@account/d?x=SECRET", "snowflake", "snowflake", "snowflake:"),
        ("mysql://u:SECRET@SECRET@h/d", None, "mysql", "mysql:"),
    ],
)
def test_what_is_shown_of_a_uri(uri: str, driver: str | None, name: str, shown: str) -> None:
    found = database(uri, driver)
    assert (found.driver, found.shown) == (name, shown)
    assert found.uri.partition(":")[2] == uri.strip().partition(":")[2]
    assert "SECRET" not in repr(found)


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql://u:SECRET@SECRET@h/d",
        "postgresql://u:SECRET/SECRET@h/d",
        "postgresql://u:SECRET?SECRET@h/d",
        "postgresql://u:SECRET#SECRET@h/d",
        "postgresql://u:SECRET@h/d?application_name=a@b",
        "postgresql://u:SEC RET@h/d",
        "postgresql:SECRET",
        "SECRET",
        "",
    ],
)
def test_a_uri_that_hides_its_password_badly_is_refused_unsaid(uri: str) -> None:
    assert refused(uri, "SELECT 1 AS x").code == "bad-uri"


def test_a_driver_that_is_not_installed() -> None:
    finding = refused("snowflake://u:SECRET@h/d", "SELECT 1 AS x")
    assert (finding.code, finding.file) == ("driver-missing", "snowflake://h/d")
    assert finding.remedy == "Install it: pip install 'banding[database]' adbc-driver-snowflake"


def test_no_driver_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_manager", None)
    finding = refused("postgresql://u:SECRET@h/d", "SELECT 1 AS x")
    assert (finding.code, finding.remedy) == ("driver-missing", "Install it: pip install 'banding[database]'")


@pytest.mark.parametrize("driver", ["../lib", "Post", "a.b", ""])
def test_a_driver_is_a_name_and_no_path(driver: str) -> None:
    assert refused("postgresql://u:SECRET@h/d", "SELECT 1 AS x", driver=driver).code == "no-such-driver"


# -- SQLite -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "case load.db"
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE child (child_id TEXT, fire INTEGER, paid REAL, born TEXT)")
    made.execute("INSERT INTO child VALUES ('a', 1, 1234.5, '2012-02-29'), ('b', NULL, NULL, NULL)")
    made.commit()
    made.close()
    return path


def test_sqlite(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    for uri, shown in ((f"sqlite://{file.as_posix()}", file.as_posix()), ("sqlite:case load.db", "case load.db")):
        asked = read_query(uri, "SELECT * FROM child ORDER BY child_id")
        assert asked.frame.rows() == [("a", 1, 1234.5, "2012-02-29"), ("b", None, None, None)]
        assert asked.origins.rows() == [(shown, 1), (shown, 2)]


def test_text_is_settled_as_that_of_a_file_is(file: Path) -> None:
    uri = f"sqlite://{file.as_posix()}"
    query = "SELECT child_id, '29/02/2012' AS date_of_birth, '£900 pw' AS weekly_cost FROM child"
    asked = read_query(uri, query)
    assert asked.frame["date_of_birth"].to_list() == ["2012-02-29"] * 2
    assert asked.frame["weekly_cost"].to_list() == ["£900"] * 2
    assert [(f.code, f.file) for f in asked.findings] == [
        ("day-first", file.as_posix()),
        ("says-weekly", file.as_posix()),
    ]
    assert refused(uri, query.replace("29", "03")).code == "date-order"


def test_a_column_without_any_value_has_no_type(file: Path) -> None:
    asked = read_query(f"sqlite:{file}", "SELECT child_id, NULL AS distance_reason FROM child")
    assert asked.frame.schema["distance_reason"] == pl.Null  # its driver says whole numbers


def test_sqlite_is_never_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()
    monkeypatch.setattr(databases, "_single_select", lambda query, _: query)
    finding = refused(f"sqlite://{file.as_posix()}", "DELETE FROM child")
    assert finding.message == "The query would write, and it may only read."
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT SECRET FROM child", "a column that is not there"),
        ("SELECT child_id FROM SECRET", "a table that is not there"),
        ("SELECT child_id FROM child WHERE", "The database refuses the query"),
        ("SELECT SELECT", "not SQL that the database understands"),
    ],
)
def test_what_sqlite_refuses(file: Path, query: str, says: str) -> None:
    finding = refused(f"sqlite://{file.as_posix()}", query)
    assert finding.code == "query-refused"
    assert says in finding.message


def test_a_column_that_changes_its_kind_further_down(file: Path) -> None:
    made = sqlite3.connect(file)
    made.executemany("INSERT INTO child (child_id, fire) VALUES (?, ?)", [(str(n), 1) for n in range(5000)])
    made.execute("INSERT INTO child (child_id, fire) VALUES ('z', 'SECRET')")
    made.commit()
    made.close()
    finding = refused(f"sqlite://{file.as_posix()}", "SELECT child_id, fire FROM child")
    assert finding.code == "query-refused"
    assert "cast it to one in the query" in finding.message


def test_no_such_file_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    assert refused(f"sqlite://{path.as_posix()}", "SELECT 1 AS x").code == "file-missing"
    assert not path.exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("child_id\n", encoding="utf-8")
    assert refused(f"sqlite://{(tmp_path / 'a.db').as_posix()}", "SELECT 1 AS x").code == "wrong-ending"
