"""What jobs need: a migrated database with an estate in it, and the site of a portal on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.app import build_site
from portal.db import Database
from portal.files import keyring
from portal.files.vault import Vault
from portal.settings import from_environment
from portal.site import Site
from tests.actions.estate import Estate
from tests.fixtures.clock import Clock


@dataclass(frozen=True)
class Ground:
    """A database, its vault and its clock."""

    database: Database
    vault: Vault
    clock: Clock

    @contextmanager
    def estate(self) -> Iterator[Estate]:
        with self.database.writing() as db:
            yield Estate(db, self.vault, self.clock())


@pytest.fixture
def ground(database: Database, keys: Path, clock: Clock) -> Ground:
    return Ground(database, keyring.load(keys).vault, clock)


@pytest.fixture
def site(ground: Ground, keys: Path, tmp_path: Path) -> Iterator[Site]:
    """A portal on that database, whose worker a test steps by hand."""
    shutil.copytree(keys, tmp_path / "keys")
    url = ground.database.writer.url.render_as_string(hide_password=False)
    site = build_site(from_environment({"PORTAL_DATA": str(tmp_path), "PORTAL_DATABASE": url}), ground.clock)
    yield site
    site.database.close()
