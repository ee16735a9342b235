"""Connections to the bare drivers, set up as the portal sets up its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import make_url

from benchmarks.bulk import for_sqlite, plain
from portal.db import POSTGRES_OPTIONS, SQLITE_PRAGMAS


class Raw:
    """One connection; statements are written with "?" and run as the driver likes them."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._connection: Any
        if self.is_sqlite:
            path = str(make_url(url).database)
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in SQLITE_PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
        else:
            self._connection = psycopg.connect(plain(url), options=POSTGRES_OPTIONS)

    def begin(self, *, writes: bool) -> None:
        if self.is_sqlite:
            self._connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    def commit(self) -> None:
        self._connection.commit()

    def replay(self, statement: str, values: Any) -> None:
        """Run a statement as SQLAlchemy had written it for this driver, and fetch what it finds."""
        cursor = self._connection.execute(statement, values)
        if self.is_sqlite or cursor.rownumber is not None:
            cursor.fetchall()

    def run(self, statement: str, *values: Any) -> Sequence[Any]:
        """Run a statement written with "?" and return its rows."""
        if self.is_sqlite:
            return self._connection.execute(statement, [for_sqlite(value) for value in values]).fetchall()
        values_ = [Jsonb(value) if isinstance(value, dict) else value for value in values]
        cursor = self._connection.execute(statement.replace("?", "%s"), values_)
        # Whoever asks this driver whether there are rows by their description has every column described.
        return cursor.fetchall() if "SELECT" in statement or "RETURNING" in statement else []
