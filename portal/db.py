"""The databases: engines, the unit of work, locks, column types, and the base of all tables."""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only for INTEGER
Json = JSON().with_variant(JSONB, "postgresql")
# Subtrees are found by ranges of paths, so PostgreSQL has to sort them byte by byte, as SQLite does.
Path_ = String(500).with_variant(String(500, collation="C"), "postgresql")

SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000", "cache_size=-16000")
RESTED = 1.0
"""After so many seconds without use, a connection to PostgreSQL may have ended without our knowing."""
MIGRATIONS = Path(__file__).parent / "migrations"
POSTGRES_OPTIONS = (
    "-c timezone=UTC -c lock_timeout=10000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; SQLite alone would give it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    # Lists read hundreds of instants: between text and moment is one step, where the layers above would take three.
    def bind_processor(self, dialect: Any) -> Any:
        return _written_out if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        return _instant if dialect.name == "sqlite" else None  # PostgreSQL's sessions speak UTC


def _written_out(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class Base(DeclarativeBase):
    """The base of all tables; names of constraints are fixed so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, dict[str, Any]: Json, list[str]: Json}


def new_id(now: datetime) -> UUID:
    """A UUIDv7 (RFC 9562): the id that people see, sortable by when it was made."""
    value = int(now.timestamp() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)


class Queue:
    """A fair lock: writers of one process are served in the order they came, none starves."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._guard:
            mine = threading.Event()
            if self._held:
                self._waiting.append(mine)
            else:
                self._held = True
                mine.set()
        mine.wait()
        try:
            yield
        finally:
            with self._guard:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._held = False


class Database:
    """Both databases behind one face: `reading()` and `writing()` are the only ways to a session."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        self._queue = Queue()
        if self.sqlite:
            self.writer = _sqlite_engine(url, "BEGIN IMMEDIATE", read_only=False)
            self.reader = _sqlite_engine(url, "BEGIN", read_only=True)
        else:
            self.writer = create_engine(
                url,
                hide_parameters=True,
                pool_size=16,
                max_overflow=8,
                pool_use_lifo=True,
                connect_args={"options": POSTGRES_OPTIONS},
            )
            _ask_after_rest(self.writer)
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state and cannot write."""
        with Session(self.reader, expire_on_commit=False, autoflush=False) as session:
            yield session
            # Nothing to undo; and after a rollback the driver would forget the statements that it has prepared.
            session.commit()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """The same without a unit of work, for a look with statements that are built once: that takes half the time."""
        with self.reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed at the end of the block, or undone by an exception."""
        if not self.sqlite:
            with Session(self.writer, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._queue.turn(), Session(self.writer, expire_on_commit=False) as session, session.begin():
            session.connection()  # take the write lock now: a later upgrade of a read lock could only fail
            yield session

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def _sqlite_engine(url: str, begin: str, *, read_only: bool) -> Engine:
    # Last in, first out: as long as one connection writes, what it has read of the file stays right.
    engine = create_engine(
        url, hide_parameters=True, connect_args={"check_same_thread": False}, pool_size=16, max_overflow=48,
        pool_use_lifo=True,
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        # SQLite's own lower() knows A to Z only, and searches would miss BÜRO-PC.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # Each request begins once or twice, so the driver is asked directly, which takes a fifth of the time.
        try:
            connection.connection.driver_connection.execute(begin)  # type: ignore[union-attr]
        except engine.dialect.loaded_dbapi.Error as problem:
            raise translated(problem, begin, engine.dialect) from problem

    return engine


def _ask_after_rest(engine: Engine) -> None:
    """Ask connections that rested whether they still stand; of one that was used a moment ago it is known."""

    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def asked(connection: Any, record: Any, _fairy: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or monotonic() - since < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as lost:
            raise InvalidatePoolError from lost  # the pool takes a new one


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def translated(problem: Exception, statement: str, dialect: Dialect) -> BaseException:
    """The error of a driver that was asked directly, as everybody else gets it from SQLAlchemy."""
    lost = dialect.is_disconnect(problem, None, None)
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        statement, None, problem, base, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )


def is_worth_retrying(error: Exception) -> bool:
    """Whether PostgreSQL gave up a transaction only because of another one that ran at the same moment.

    Beside serialization failures and deadlocks that is a row which the other one was first to write: run again, the
    work finds it there.
    """
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in {"40001", "40P01", "23505"}


def open_database(url: str) -> Database:
    """The database at this address; for SQLite folder and file are made if missing, readable by their owner alone."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite" and place.database:
        Path(place.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(place.database).touch(mode=0o600)
    return Database(url)


def migrate(url: str) -> None:
    """Bring the tables to what this version needs; doing it twice changes nothing."""
    with closing(open_database(url)) as database:
        if is_current(database):
            return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether all migrations have run. Alembic is not asked: once loaded it would stay, in every server."""
    with database.reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return set(connection.scalars(text("SELECT version_num FROM alembic_version"))) == _newest()


@cache
def _newest() -> set[str]:
    """The migrations that no other one follows."""
    files = "".join(file.read_text(encoding="utf-8") for file in MIGRATIONS.glob("versions/*.py"))
    made, followed = (set(re.findall(rf'^{name} = "(.+)"$', files, re.M)) for name in ("revision", "down_revision"))
    return made - followed
