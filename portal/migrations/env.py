"""How Alembic reaches the database: one address, given by whoever calls."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy import Connection, Engine, create_engine, event, text

from portal import models  # noqa: F401  the tables register themselves
from portal.db import Base, Instant


def plain_types(kind: str, item: Any, autogenerate: Any) -> str | bool:
    """Write our column types as SQLAlchemy's own, so that a migration does not change when ours do."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.JSON):
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def in_one_piece(engine: Engine) -> None:
    """SQLite's driver commits at each change of a table: an interrupted migration would stay half done for good."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=60000")  # another process may be at it

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


url = context.config.attributes["url"]
engine = create_engine(url)
if engine.dialect.name == "sqlite":
    in_one_piece(engine)

with engine.connect() as connection:
    if engine.dialect.name == "postgresql":
        # Several processes may start at once; one migrates and the others wait for it.
        connection.execute(text("SELECT pg_advisory_lock(4711)"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=plain_types,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
