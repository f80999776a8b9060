"""A query on a real PostgreSQL server, which these tests start: types, refusals, and what stays unsaid."""

from __future__ import annotations

import datetime as dt
import socket
from pathlib import Path

import polars as pl
import pytest
from tests.asked import PASSWORD, refused
from tests.postgres import change, rows_in, uri
from tests.small import pack_in

from banding.caseload import database as databases
from banding.caseload.database import LAYOUT, read_query
from banding.caseload.limits import Limits
from banding.caseload.read import read
from banding.engine.score import score_caseload
from banding.errors import CaseloadError
from banding.findings import refusals
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from banding.synthetic import synthesise

ON = dt.date(2026, 6, 30)
TABLES = """
CREATE TYPE setting AS ENUM ('foster', 'residential');
CREATE TABLE child (
    child_id uuid, fire smallint, food numeric(3,0), paid numeric(12,2), born date, seen timestamptz, kept timestamp,
    setting setting, code char(4), solo boolean, held money, stay interval, marks integer[], rater text
);
INSERT INTO child VALUES
    ('00000000-0000-4000-8000-00000000000a', 1, 2, 1234.50, '2012-02-29', '2026-06-01 00:30+01', '2026-06-01 23:30',
     'foster', 'ab', true, 12.5, '1 day', '{1}', 'Someone'),
    ('00000000-0000-4000-8000-00000000000b', NULL, 0, NULL, 'infinity', '-infinity', NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE closed (child_id text);
CREATE TABLE written (child_id text);
CREATE FUNCTION writes() RETURNS text LANGUAGE sql AS
    $$ INSERT INTO written VALUES ('x') RETURNING child_id $$;
CREATE FUNCTION loud() RETURNS text LANGUAGE plpgsql AS
    $$ BEGIN RAISE WARNING 'SECRET'; RETURN 'x'; END $$;
GRANT SELECT ON child TO secretreader;
GRANT SELECT, INSERT ON written TO secretreader;
"""


@pytest.fixture(scope="module")
def server(postgres: str) -> str:
    """The place of a PostgreSQL server with the tables above."""
    change(postgres, TABLES)
    return postgres


# -- what is read -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("england-reference@2026")


def test_a_query_scores_as_the_same_csv_does(server: str, pack: Pack, tmp_path: Path) -> None:
    made = synthesise(60, 3, pack=pack, on=ON).frame
    change(server, "SELECT 1", made)
    change(server, "GRANT SELECT ON synthetic TO secretreader")
    made.write_csv(tmp_path / "synthetic.csv")
    asked = read_query(uri(server), "SELECT * FROM synthetic ORDER BY child_id")
    by_csv = score_caseload(read([tmp_path / "synthetic.csv"]).frame, pack, ON)
    by_query = score_caseload(asked.frame, pack, ON)
    assert by_query.frame.equals(by_csv.frame)
    assert by_query.frame["status"].to_list().count("scored") == 60
    assert asked.frame.schema["date_of_birth"] == pl.Date


def test_where_a_row_came_from(server: str) -> None:
    asked = read_query(uri(server), "SELECT child_id FROM child ORDER BY fire")
    assert asked.layout == LAYOUT == "database query"
    assert asked.origins.rows() == [(f"postgresql://{server}/postgres", 1), (f"postgresql://{server}/postgres", 2)]
    assert asked.origins.schema == {"file": pl.String, "row": pl.Int64}


def test_types_are_those_of_a_caseload(server: str) -> None:
    query = "SELECT child_id, fire, food, paid, setting::text, code, solo, kept, seen FROM child ORDER BY fire"
    asked = read_query(uri(server), query)
    first, second = asked.frame.rows(named=True)
    assert first == {
        "child_id": "00000000-0000-4000-8000-00000000000a",
        "fire": 1,
        "food": "2",
        "paid": "1234.50",
        "setting": "foster",
        "code": "ab  ",
        "solo": True,
        "kept": dt.datetime(2026, 6, 1, 23, 30),
        "seen": dt.datetime(2026, 6, 1, 0, 30),  # the last of May in UTC, the first of June in London
    }
    assert [asked.frame.schema[name] for name in ("food", "paid", "setting")] == [pl.String] * 3
    assert {name for name, value in second.items() if value is not None} == {"child_id", "food"}


def test_an_enum_is_text(server: str) -> None:
    assert read_query(uri(server), "SELECT setting FROM child ORDER BY fire").frame["setting"].to_list() == [
        "foster",
        None,
    ]


def test_a_time_with_a_zone_is_said(server: str) -> None:
    asked = read_query(uri(server), "SELECT child_id, seen FROM child WHERE fire = 1")
    (note,) = asked.findings
    assert (note.code, note.severity, note.place, note.path) == ("time-with-zone", "note", "column seen", "seen")
    assert "Europe/London" in note.message


def test_a_date_without_end_rejects_its_row_and_no_other(server: str, tmp_path: Path) -> None:
    asked = read_query(uri(server), "SELECT child_id, fire, born, seen::timestamp AS seen FROM child ORDER BY fire")
    assert [(f.code, f.index, f.path, f.place) for f in asked.findings] == [
        ("bad-date", 1, "born", "row 2, column born"),
        ("bad-date", 1, "seen", "row 2, column seen"),
    ]
    assert asked.frame["born"].to_list() == [dt.date(2012, 2, 29), None]
    small = pack_in(
        tmp_path,
        '[scores]\ntotal = "sum(d)"\n[bands]\nscore = "total"\n',
        items="id,domain,kind,label,top\nfire,d,need,Fire,3\n",
        domains="id,label,missing\nd,D,least\n",
        bands="id,number,name,from_points\nlow,1,Low,0\nhigh,2,High,3\n",
    )
    scored = score_caseload(asked.frame, small, ON, refused=refusals(asked.findings))
    assert scored.frame["status"].to_list() == ["scored", "rejected"]


def test_names_and_free_text_are_not_read(server: str) -> None:
    asked = read_query(uri(server), "SELECT child_id, rater FROM child")
    assert asked.frame.columns == ["child_id"]
    assert [(f.code, f.severity, f.place) for f in asked.findings] == [("not-read", "note", "column rater")]


def test_what_a_server_says_on_the_way_is_not_passed_on(server: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert read_query(uri(server), "SELECT loud() AS child_id").frame["child_id"].to_list() == ["x"]
    assert capfd.readouterr() == ("", "")


# -- columns that no caseload holds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "code", "place", "says"),
    [
        ("held", "wrong-type", "column held", "CAST(held AS numeric) AS held"),
        ("stay", "wrong-type", "column stay", "CAST(stay AS text) AS stay"),
        ("marks", "wrong-type", "column marks", "lists or records"),
        ("child AS whole", "wrong-type", "column whole", "lists or records"),
        ("'10:00'::time AS at", "wrong-type", "column at", "times of day (time)"),
        ("'ab'::bytea AS raw", "wrong-type", "column raw", "bytes (bytea)"),
        ("int4range(1, 2) AS span", "wrong-type", "column span", "bytes"),
        ("fire, food AS fire", "duplicate-column", "column fire", "two columns of that name"),
        ("fire + 1", "no-column-name", "column 2", "with AS"),
    ],
)
def test_columns_that_cannot_be(server: str, columns: str, code: str, place: str, says: str) -> None:
    finding = refused(uri(server), f"SELECT child_id, {columns} FROM child")
    assert (finding.code, finding.place) == (code, place)
    assert says in str(finding)


def test_all_such_columns_are_told_at_once(server: str) -> None:
    with pytest.raises(CaseloadError) as caught:
        read_query(uri(server), "SELECT held, stay, 1 FROM child")
    assert [finding.code for finding in caught.value.findings] == ["wrong-type", "wrong-type", "no-column-name"]


def test_a_result_without_columns(server: str) -> None:
    assert refused(uri(server), "SELECT FROM child").code == "no-columns"


# -- how many rows ----------------------------------------------------------------------------------------------------


def test_too_many_rows_are_refused_and_not_read(server: str) -> None:
    query = "SELECT g AS child_id FROM generate_series(1, 20000000) g"
    finding = refused(uri(server), query, limits=Limits(rows=1000))
    assert (finding.code, finding.path) == ("over-limit", "rows")
    assert "1,000" in str(finding)


def test_as_many_rows_as_may_be(server: str) -> None:
    query = "SELECT g AS child_id FROM generate_series(1, 1000) g"
    asked = read_query(uri(server), query, limits=Limits(rows=1000))
    assert asked.frame["child_id"].to_list() == list(range(1, 1001))


def test_too_many_columns(server: str) -> None:
    finding = refused(uri(server), "SELECT 1 AS a, 2 AS b, 3 AS c", limits=Limits(columns=2))
    assert (finding.code, finding.path, finding.message) == ("over-limit", "columns", "The query gives 3 columns.")
    assert read_query(uri(server), "SELECT 1 AS a, 2 AS b", limits=Limits(columns=2)).frame.columns == ["a", "b"]


def test_no_row(server: str) -> None:
    assert refused(uri(server), "SELECT child_id FROM child WHERE false").code == "empty-result"


# -- nothing is written -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("DELETE FROM child", "query line 1, character 1"),
        ("  -- SELECT\n UPDATE child SET fire = 0", "query line 2, character 2"),
        ("(SELECT 1 AS x)", "query line 1, character 1"),
        ("WITH gone AS (DELETE FROM child RETURNING *) SELECT * FROM gone", "query line 1, character 15"),
        ("SELECT child_id INTO other FROM child", "query line 1, character 17"),
        ("SELECT child_id FROM child FOR UPDATE", "query line 1, character 32"),
        ("SELECT 1 AS x; DROP TABLE child", "query line 1, character 16"),
        ("SELECT 1 AS x;;", "query line 1, character 15"),
        ("SELECT 'a;", "query line 1, character 8"),
        ("SELECT '\\'; DELETE FROM child --'", "query line 1, character 8"),
        ("SELECT /* /* */ 1 AS x", "query line 1, character 8"),
        ("SELECT /*! 1 */ 1 AS x", "query line 1, character 8"),
        ('SELECT 1 AS "x', "query line 1, character 13"),
        ("", "query line 1, character 1"),
        ("-- nothing", "query line 1, character 1"),
    ],
)
def test_what_could_write_is_not_sent(query: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_connection", lambda _: pytest.fail("it was sent"))
    finding = refused(uri("127.0.0.1:1"), query)
    assert (finding.code, finding.place) == ("query-not-sent", place)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS x;",
        "SELECT 1 AS x ; -- ; DELETE\n",
        "select 1 as x -- the last line is comment",
        "/* DELETE ' */ SELECT 1 AS x",
        "SELECT 1 AS x WHERE 'DELETE; it''s' <> 'UPDATE'",
        'SELECT 1 AS x FROM (SELECT 2 AS "update") t WHERE "update" = 2',
        "SELECT 1 AS x WHERE E'\\'; DELETE' <> ''",
        "SELECT 1 AS x WHERE $a$ DELETE; ' $$ $a$ <> $$'$$",
        "WITH one AS (SELECT 1 AS x) SELECT x FROM one",
        "SELECT 1 AS x FROM (SELECT 2 AS last_update, 3 AS deleted) t",
    ],
)
def test_what_only_reads_is_sent(server: str, query: str) -> None:
    assert read_query(uri(server), query).frame.to_dict(as_series=False) == {"x": [1]}


def test_a_function_that_writes_is_refused_by_the_server(server: str) -> None:
    finding = refused(uri(server), "SELECT writes() AS child_id")
    assert (finding.code, finding.message) == (
        "query-refused",
        "The query would write, and it may only read.",
    )
    assert rows_in(server, "written") == 0


def test_a_query_cannot_make_its_transaction_writable(server: str) -> None:
    query = "SELECT set_config('transaction_read_only', 'off', false) AS a, writes() AS child_id"
    assert refused(uri(server), query).code == "query-refused"
    assert rows_in(server, "written") == 0


# -- refusals in words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "place", "message"),
    [
        ("SELECT a\nFROM nowhere", "query line 2, character 6", "a table that is not there (SQLSTATE 42P01)."),
        ("SELECT child_id,\n  SECRETCOLUMN FROM child", "query line 2, character 3", "a column that is not there"),
        ("SELECT child_id FROM child WHERE", "query line 1, character 33", "not SQL that the database understands"),
        ("SELECT child_id FROM closed", "query", "what this user may not read (SQLSTATE 42501)."),
        ("SELECT 'SECRET'::int AS x", "query line 1, character 8", "does not fit"),
        ("SELECT $1 AS x", "query line 1, character 8", "The database refuses the query (SQLSTATE 42P02)."),
        ("SELECT 1 / (5 - g) AS x FROM generate_series(1, 9) g", "query", "divides by nought"),
    ],
)
def test_a_refusal_names_its_place_and_no_cell(server: str, query: str, place: str, message: str) -> None:
    finding = refused(uri(server), query)
    assert (finding.code, finding.file, finding.place) == ("query-refused", f"postgresql://{server}/postgres", place)
    assert message in finding.message


@pytest.mark.parametrize(
    ("change", "with_", "says"),
    [
        (PASSWORD, "SECRETWRONG", "the user or the password is refused"),
        (f":{PASSWORD}", "", "a password is needed"),
        ("/postgres", "/none", "there is no such database or user"),
        ("127.0.0.1", "none.invalid", "the host is not known"),
    ],
)
def test_no_connection(server: str, change: str, with_: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)
    finding = refused(uri(server).replace(change, with_), "SELECT child_id FROM child")
    assert (finding.code, finding.message) == ("no-connection", f"Cannot connect to the database: {says}.")


def test_nobody_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        finding = refused(uri(f"127.0.0.1:{taken.getsockname()[1]}"), "SELECT 1 AS x")
    assert finding.message == "Cannot connect to the database: nothing answers at that host and port."
