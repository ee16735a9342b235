"""Rows written by the hundred thousand: past the ORM, on the driver that each database has for it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import make_url

Rows = Iterable[Sequence[Any]]
Put = Callable[[str, str, Rows], None]
"""Takes a table, its columns as words in one text, and the rows."""

HASTY = (
    "journal_mode=OFF",
    "synchronous=OFF",
    "foreign_keys=OFF",
    "locking_mode=EXCLUSIVE",
    "temp_store=MEMORY",
    "cache_size=-800000",
)


def write(url: str, rows: Callable[[Put], None]) -> None:
    """Let `rows` put its rows into the migrated, empty database at this address."""
    if make_url(url).get_backend_name() == "sqlite":
        _sqlite(str(make_url(url).database), rows)
    else:
        _postgresql(plain(url), rows)


def plain(url: str) -> str:
    """The address as the bare driver takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _sqlite(path: str, rows: Callable[[Put], None]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in HASTY:
            connection.execute(f"PRAGMA {pragma}")

        def put(table: str, columns: str, found: Rows) -> None:
            names = columns.split()
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
            connection.executemany(statement, (tuple(map(for_sqlite, row)) for row in found))

        connection.execute("BEGIN")
        rows(put)
        connection.execute("COMMIT")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def _postgresql(address: str, rows: Callable[[Put], None]) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("SET session_replication_role = replica")  # the rows fit together; no need to check each

        def put(table: str, columns: str, found: Rows) -> None:
            names = ", ".join(columns.split())
            with connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in found:
                    copy.write_row([Jsonb(value) if isinstance(value, dict | list) else value for value in row])

        rows(put)
        for (table,) in connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'id' AND table_schema = 'public'"
        ).fetchall():
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"
            )
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # what its own housekeeping would have done by the next day


def for_sqlite(value: Any) -> Any:
    """As the portal's column types write it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, UUID):
        return value.hex
    return json.dumps(value) if isinstance(value, dict | list) else value
