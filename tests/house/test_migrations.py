"""What holds for the tables: the migrations make exactly what the models say, on both databases."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

import portal.models  # noqa: F401  the tables register themselves
from portal.db import Base, Database, is_current, migrate, open_database
from tests.house.tree import ROOT


def test_migrations_make_what_the_models_say(database: Database) -> None:
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    assert is_current(database)
    migrate(database.url)
    assert is_current(database)


def test_an_interrupted_migration_can_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, made = f"sqlite:///{tmp_path / 'portal.db'}", Operations.create_table
    left = iter(range(20))

    def interrupted(*given: Any, **named: Any) -> Any:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return made(*given, **named)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Operations, "create_table", interrupted)
        migrate(url)
    with closing(open_database(url)) as database:
        assert inspect(database.reader).get_table_names() == []
        migrate(url)
        assert is_current(database)


def test_up_to_date_tables_are_found_without_alembic(database: Database) -> None:
    """It weighs as much as a tenth of a server, which would carry it to its end."""
    program = "import sys; from portal.db import migrate; migrate(sys.argv[1]); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program, database.url], cwd=ROOT, timeout=60).returncode == 0
