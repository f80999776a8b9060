"""A query on a database to a caseload: any ADBC driver, read as an Arrow stream, and nothing is ever written there.

What a driver says of an error is never passed on, since it may hold the password or a cell: it is said in our words.
"""

from __future__ import annotations

import datetime as dt
import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from banding.caseload import arrow_columns, own
from banding.caseload import layout as layouts
from banding.caseload.layout_files import named
from banding.caseload.layout_model import Layout
from banding.caseload.layout_rows import of_children
from banding.caseload.layout_typed import as_text
from banding.caseload.limits import Limits
from banding.caseload.model import IS_ERROR, OF_A_ROW, Caseload, Findings
from banding.caseload.read import NOT_READ
from banding.caseload.tables import Table
from banding.errors import CaseloadError, Finding
from banding.steps import step

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection, Cursor

LAYOUT = "database query"
LIMITS = Limits()
POSTGRESQL, SQLITE = "postgresql", "sqlite"
_DRIVERS = {"postgresql": POSTGRESQL, "postgres": POSTGRESQL, "sqlite": SQLITE}
_SQLITE_FILE = b"SQLite format 3\0"
_DRIVER_NAME = re.compile("[a-z][a-z0-9_]*")
_SCHEME = re.compile("([A-Za-z][A-Za-z0-9.-]*)(?:[+][A-Za-z0-9.+-]*)?:")
# One @ at most, and only behind the user: with a second one nobody can tell where the password ends.
_URI = re.compile(r"(?P<place>[A-Za-z][A-Za-z0-9+.-]*://(?:[^@/?#\s]*@)?[^@?#\s]*)(?:[?#][^@]*)?")


@dataclass(frozen=True, slots=True)
class Database:
    """A database to ask.

    driver  the name of its ADBC driver, such as "postgresql".
    uri     as the driver takes it; it may hold a password, and is never shown.
    shown   the same without user, password and parameters: what errors, rows and manifests say.
    """

    driver: str
    uri: str
    shown: str

    def __repr__(self) -> str:
        return f"Database({self.shown!r})"


def database(uri: str, driver: str | None = None) -> Database:
    """The database that a URI names, not yet opened.

    uri     postgresql://user:password@host:port/database, sqlite:FILE or sqlite:///full/path/of/FILE, or what another
            ADBC driver takes.
    driver  the name of the ADBC driver; None: by the URI's scheme.

    Raises CaseloadError where the URI cannot be used, or the SQLite file is not there.
    """
    uri = uri.strip()
    scheme = _SCHEME.match(uri)
    if driver is None and scheme is None:
        message = "The URI of the database does not start with the kind of database, such as postgresql://."
        raise CaseloadError(Finding("bad-uri", "", "", message, "Write postgresql://user:password@host/database."))
    name = driver if driver is not None else str(scheme and scheme[1]).lower()
    name = _DRIVERS.get(name, name)
    if not _DRIVER_NAME.fullmatch(name):
        message = "The name of a driver is small letters, digits and underscores, such as postgresql."
        raise CaseloadError(Finding("no-such-driver", "", "", message, "Name the driver, not its file."))
    if name == SQLITE:
        return _sqlite(uri)
    if name == POSTGRESQL:  # also of postgres:// and of what other programs write, postgresql+psycopg://
        uri = re.sub("^[A-Za-z0-9.+-]+:", f"{POSTGRESQL}:", uri)
    form = _URI.fullmatch(uri)
    if form is None and name == POSTGRESQL:
        message = "The URI of the database cannot be read: expected postgresql://user:password@host:port/database."
        remedy = (
            "In a user, a password or a parameter write %40 for @, %2F for /, %3F for ?, %23 for # and %20 for space."
        )
        raise CaseloadError(Finding("bad-uri", "", "", message, remedy))
    shown = re.sub("//[^@]*@", "//", form["place"]) if form is not None else f"{name}:"
    return Database(name, uri, shown)


def _sqlite(uri: str) -> Database:
    shown = re.sub("^sqlite:(//(?=/))?", "", uri, flags=re.IGNORECASE).partition("?")[0]
    # A full path on Windows follows a third slash: sqlite:///C:/data/children.db.
    path = Path(re.sub("^/+(?=[A-Za-z]:)", "", shown))
    if not path.is_file():
        remedy = "Write sqlite:NAME for a file of this folder, and sqlite:/// and the full path for any other."
        raise CaseloadError(Finding("file-missing", shown, "", "There is no such file.", remedy))
    try:
        with path.open("rb") as file:
            begins = file.read(len(_SQLITE_FILE))
    except OSError as error:
        raise CaseloadError(Finding("unreadable", shown, "", f"The file cannot be read: {error.strerror}.")) from None
    if begins != _SQLITE_FILE:
        message = "The file is no SQLite database, or it is locked by a password."
        raise CaseloadError(Finding("wrong-ending", shown, "", message, "Name another, or export a CSV from it."))
    # Opened so that SQLite itself refuses to write.
    return Database(SQLITE, f"{path.resolve().as_uri()}?mode=ro", shown)


def read_query(
    uri: str,
    query: str,
    *,
    driver: str | None = None,
    layout: str | None = None,
    limits: Limits = LIMITS,
    accrued_to: dt.date | None = None,
) -> Caseload:
    """Asks a database one question and gives the answer as a caseload of our own columns.

    uri, driver  as `database` takes them.
    query        a single SELECT, or WITH ... SELECT, that names its columns as ours (AS child_id) or as a layout of
                 tables does. Anything that could write is refused before it is sent, and the transaction is read-only
                 where the database has such.
    layout       as for `read`: None: recognised from the columns, and our own where no layout fits.
    limits       more rows or columns than these are refused; reading stops there.
    accrued_to   as for `read`.

    Our own columns hold text, whole numbers, floats, decimals, truths, dates and date-times without a zone; what a
    layout gives is as from its files. Numbers that PostgreSQL holds exactly (numeric) come as text, with every digit.
    UUIDs are text; a time with a zone is London's. Null means not given. In `origins` file is the URI without user,
    password and parameters, and row the row of the result, counted from 1.

    Raises CaseloadError with all findings where the driver is not installed, the database cannot be reached, it refuses
    the query, or the result has no rows, too many, or columns that no caseload holds.
    """
    chosen = named(layout) if layout is not None else None
    asked = database(uri, driver)
    sent = _single_select(query, asked.shown)
    step("Asking the database")
    with _cursor(asked) as cursor:
        from adbc_driver_manager import Error  # noqa: PLC0415

        try:
            cursor.execute(sent)
            stream = cursor.fetch_arrow()
        except Error as error:
            raise CaseloadError(_refused(error, asked.shown, query)) from None
        kinds = arrow_columns.kinds(stream)
        if len(kinds) > limits.columns:
            raise limits.exceeded("columns", f"The query gives {len(kinds):,} columns.", asked.shown, "query")
        if found := arrow_columns.unusable(kinds, asked.shown):
            raise CaseloadError(found)
        try:
            # One more than may be, so that a longer result is noticed without being read.
            raw = pl.scan_arrow_c_stream(stream).head(limits.rows + 1).collect()
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise CaseloadError(_refused(error, asked.shown, query)) from None
    if raw.height > limits.rows:
        raise limits.exceeded("rows", "The query gives more rows than are read.", asked.shown, "query")
    if not raw.height:
        message = "The query gives no row."
        raise CaseloadError(Finding("empty-result", asked.shown, "query", message, "Check its conditions."))
    typed, findings = arrow_columns.in_our_types(raw, kinds, asked.shown)
    rows = pl.Series("row", range(1, raw.height + 1), pl.Int64)
    used = chosen or layouts.recognise(typed.columns)
    left_out = 0
    if used is None:
        frame, told = _own(typed, findings, rows, asked.shown)
    else:
        table, read = _table(typed, findings, rows, used, asked.shown)
        table, left_out = of_children(table, used, asked.shown)
        frame, told, rows = *_laid_out(table, read, used, asked.shown, accrued_to), table.lines
    if refused := told.where(~OF_A_ROW & IS_ERROR):
        raise CaseloadError(refused)
    origins = pl.DataFrame({"file": pl.repeat(asked.shown, frame.height, dtype=pl.String, eager=True), "row": rows})
    return Caseload(frame, told, origins, LAYOUT if used is None else used.id, left_out)


def _own(
    typed: pl.DataFrame, findings: Sequence[Finding], rows: pl.Series, shown: str
) -> tuple[pl.DataFrame, Findings]:
    """Our own columns, without names and free text, and all that was found in them."""
    frame, settled = own.settled(typed.drop(NOT_READ, strict=False), rows, shown)
    told = [Findings.of(findings).where(~pl.col("path").is_in(NOT_READ)), settled]
    if dropped := [name for name in NOT_READ if name in typed.columns]:
        message = "Names and free text are for the child's file: they are not read, and no result holds them."
        place = f"column {' and column '.join(dropped)}"
        told.append(Findings.of([Finding("not-read", shown, place, message, "", "note")]))
    return frame, Findings.of(*told)


def _table(
    typed: pl.DataFrame, findings: Sequence[Finding], rows: pl.Series, layout: Layout, shown: str
) -> tuple[Table, dict[str, str]]:
    """The result as a table of a layout's text, with what was found in the columns that it reads; and which these are,
    by the paths of their fields."""
    if layout.is_json:
        message = f"The layout {layout.id} is of JSON; this is a query."
        raise CaseloadError(Finding("wrong-layout", shown, "", message, "Name another."))
    texts = as_text(typed, layout)
    read = {path: text.name for path, text in texts.items()}
    kept = tuple(finding for finding in findings if finding.path in read.values())
    return Table(typed.with_columns(texts.values()), rows, kept), read


def _laid_out(
    table: Table, read: Mapping[str, str], layout: Layout, shown: str, accrued_to: dt.date | None
) -> tuple[pl.DataFrame, Findings]:
    """The columns of a layout as ours, and all that was found in those that it reads."""
    wrong: dict[str, list[int]] = {}
    for finding in table.findings:
        if finding.index is not None:
            wrong.setdefault(finding.path, []).append(finding.index)
    places = pl.Series(range(table.frame.height), dtype=pl.Int64)
    said = {path: places.is_in(wrong[name]) for path, name in read.items() if name in wrong}
    frame, told = layouts.apply(table.frame, layout, shown, said=said, lines=table.lines, accrued_to=accrued_to)
    return frame, Findings.of(table.findings, told)


# -- the connection ---------------------------------------------------------------------------------------------------


@contextmanager
def _cursor(asked: Database) -> Iterator[Cursor]:
    """A cursor in a transaction that cannot write, or that is never committed where the driver knows no such."""
    with _connection(asked) as connection:
        settings = connection.adbc_connection
        errors = (connection.NotSupportedError, connection.ProgrammingError)
        with suppress(*errors):
            settings.set_options(**{"adbc.connection.readonly": "true"})
        with suppress(*errors):
            settings.set_autocommit(enabled=False)
        with connection.cursor() as cursor:
            if asked.driver == POSTGRESQL:
                try:
                    cursor.execute("SET TRANSACTION READ ONLY")
                except connection.Error as error:
                    raise CaseloadError(_refused(error, asked.shown, "")) from None
            yield cursor


def _connection(asked: Database) -> Connection:
    try:
        import adbc_driver_manager as manager  # noqa: PLC0415
        from adbc_driver_manager import dbapi  # noqa: PLC0415
    except ImportError:
        raise CaseloadError(_not_installed(asked)) from None
    opened: Any = None
    try:
        opened = _opened(asked, manager)
        return dbapi.Connection(opened, manager.AdbcConnection(opened), autocommit=True)
    except manager.Error as error:
        if opened is not None:
            opened.close()
        if error.status_code in (manager.AdbcStatusCode.NOT_FOUND, manager.AdbcStatusCode.INTERNAL) and opened is None:
            raise CaseloadError(_not_installed(asked)) from None
        raise CaseloadError(_unreachable(error, asked)) from None


def _opened(asked: Database, manager: Any) -> Any:
    """The driver that a Python package brings, or one that the driver manager knows by its name."""
    try:
        package = importlib.import_module(f"adbc_driver_{asked.driver}")
    except ImportError:
        return manager.AdbcDatabase(driver=asked.driver, uri=asked.uri)
    return package.connect(asked.uri)


def _not_installed(asked: Database) -> Finding:
    ours = asked.driver in _DRIVERS.values()
    package = "'banding[database]'" if ours else f"'banding[database]' adbc-driver-{asked.driver.replace('_', '-')}"
    message = f"The ADBC driver for {asked.driver} is not installed."
    return Finding("driver-missing", asked.shown, "", message, f"Install it: pip install {package}")


def _unreachable(error: Exception, asked: Database) -> Finding:
    said = str(error).casefold()
    why = next((words for part, words in _NO_CONNECTION.items() if part in said), "")
    remedy = "Check the host, the port, the database, the user and the password in the URI."
    return Finding("no-connection", asked.shown, "", f"Cannot connect to the database{why}.", remedy)


def _refused(error: BaseException, shown: str, query: str) -> Finding:
    """A refusal in our words, with the place in the query where the database tells it."""
    state = str(getattr(error, "sqlstate", None) or "")
    said = str(error)
    words = next((words for start, words in _STATES.items() if state and state.startswith(start)), "")
    words = words or next(
        (words for part, words in _REFUSALS.items() if part in said), "The database refuses the query"
    )
    details = dict(getattr(error, "details", None) or ())
    place = "query"
    if position := details.get(_POSITION):
        # The driver sends the query twice, the second time in brackets after COPY.
        place = _where(query, int(position) - 1 - (len("COPY (") if "begin COPY" in said else 0))
    message = f"{words} (SQLSTATE {state})." if state else f"{words}."
    remedy = "Try it in a program of the database's own, which shows the reason in full."
    return Finding("query-refused", shown, place, message, remedy)


_POSITION = b"PG_DIAG_STATEMENT_POSITION"
_NO_CONNECTION = {
    "authentication failed": ": the user or the password is refused",
    "no password supplied": ": a password is needed",
    "connection refused": ": nothing answers at that host and port",
    "could not translate host name": ": the host is not known",
    "does not exist": ": there is no such database or user",
    "timeout": ": there is no answer in time",
    "timed out": ": there is no answer in time",
}
_STATES = {
    "42601": "The query is not SQL that the database understands",
    "42P01": "The query reads a table that is not there",
    "42703": "The query reads a column that is not there",
    "42883": "The query calls a function, or compares kinds of value, that the database does not know",
    "42501": "The query reads what this user may not read",
    "25006": "The query would write, and it may only read",
    "57014": "The query was stopped, by a time limit or by a person",
    "22": "The query works on a value that does not fit, such as text that is no number or a division by nought",
    "53": "The database is short of memory, space or connections",
    "57": "The database is closing down",
}
_REFUSALS = {
    "syntax error": "The query is not SQL that the database understands",
    "no such table": "The query reads a table that is not there",
    "no such column": "The query reads a column that is not there",
    "readonly database": "The query would write, and it may only read",
    "read-only transaction": "The query would write, and it may only read",
    "read-write mode": "The query would write, and it may only read",
    "ype mismatch": "A column holds several kinds of value; cast it to one in the query",
    "nvalid input syntax": "The query works on a value that does not fit, such as text that is no number",
    "division by zero": "The query divides by nought",
    "statement timeout": "The query was stopped by a time limit",
}


# -- the query --------------------------------------------------------------------------------------------------------


_TOKENS = re.compile(
    r"""
    (?P<skipped>
        \s+ | --[^\n]* | /\*(?!!)(?:(?!/\*|\*/).)*\*/          # comments, but none inside another
        | [eE]'(?:[^'\\]|''|\\.)*' | '(?:[^'\\]|''|\\(?!'))*'  # text; whether \' ends it depends on the server
        | "(?:[^"]|"")*" | `[^`]*`                              # names in quotation marks
        | (?P<mark>\$(?:[^\W\d]\w*)?\$).*?(?P=mark)             # text between dollars
    )
    | (?P<open>/\*|'|"|`) | (?P<end>;) | (?P<word>\w[\w$]*) | .
    """,
    re.VERBOSE | re.DOTALL,
)
_WRITING = ("insert", "update", "delete", "merge", "into")


def _single_select(query: str, shown: str) -> str:
    """The one statement of a query without its semicolon. Raises CaseloadError where it is not one that only reads."""

    def refused(position: int, message: str, remedy: str) -> CaseloadError:
        return CaseloadError(Finding("query-not-sent", shown, _where(query, position), message, remedy))

    first, end = "", len(query)
    for token in _TOKENS.finditer(query):
        at, kind = token.start(), token.lastgroup
        if token["skipped"]:
            continue
        if end < at:
            raise refused(at, "There is a second statement. One SELECT is sent, and nothing else.", "Take it out.")
        if kind == "open":
            message = "What begins here is not closed, or holds another of its kind, or has a backslash before a mark."
            raise refused(at, message, "Close it, or write it more simply.")
        if kind == "end":
            end = at
            continue
        word = token[0].casefold()
        first = first or word
        if first not in ("select", "with"):
            raise refused(at, "Only a query that starts with SELECT or WITH is sent.", "Select the rows to read.")
        if word in _WRITING:
            message = f"The word {word.upper()} writes or locks, and only reading is allowed."
            raise refused(at, message, "Take it out; a column of that name stands in double quotation marks.")
    if not first:
        raise refused(0, "The query is empty.", "Write SELECT, the columns, FROM and a table.")
    # A last line of comment would swallow what a driver puts behind the query.
    return f"{query[:end]}\n"


def _where(query: str, position: int) -> str:
    before = query[:position]
    return f"query line {before.count(chr(10)) + 1}, character {len(before) - before.rfind(chr(10))}"
