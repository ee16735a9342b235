"""An estate in one transaction, on each database; it is undone afterwards, so that all tests share two databases."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from portal.db import Database, migrate, open_database
from portal.files import keyring
from tests.actions.estate import Estate
from tests.fixtures.clock import Clock


class Undo(Exception):
    """Ends a transaction without a trace."""


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    copies = request.getfixturevalue(f"{request.param}_copies")
    with copies.fresh(migrate) as url, closing(open_database(url)) as database:
        yield database


@pytest.fixture
def estate(shared_database: Database, keys: Path, clock: Clock) -> Iterator[Estate]:
    with suppress(Undo), shared_database.writing() as db:
        yield Estate(db, keyring.load(keys).vault, clock())
        raise Undo
