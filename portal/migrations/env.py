"""How Alembic reaches the database: one address, given by whoever calls."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy import create_engine, text

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


url = context.config.attributes["url"]
engine = create_engine(url)

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
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
