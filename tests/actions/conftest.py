"""An estate in one transaction, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.db import Database
from portal.files import keyring
from tests.actions.estate import Estate
from tests.fixtures.clock import Clock


@pytest.fixture
def estate(database: Database, keys: Path, clock: Clock) -> Iterator[Estate]:
    with database.writing() as db:
        yield Estate(db, keyring.load(keys).vault, clock())
