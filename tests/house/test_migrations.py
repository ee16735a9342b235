"""What holds for the tables: the migrations make exactly what the models say, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import portal.models  # noqa: F401  the tables register themselves
from portal.db import Base, Database, is_current, migrate


def test_migrations_make_what_the_models_say(database: Database) -> None:
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert is_current(database)
    migrate(database.url)
    assert is_current(database)
