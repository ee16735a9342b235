"""A portal that runs on a database of its own, which a test can write into and look into from beside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.db import Database, migrate, open_database
from portal.files import keyring
from portal.files.keyring import Keyring
from tests.actions.estate import Estate
from tests.fixtures.databases import PostgresqlCopies
from tests.fixtures.server import Portal, Serve


@dataclass(frozen=True)
class Running:
    """The portal at `url`, and its database seen from beside."""

    portal: Portal
    database: Database
    keyring: Keyring

    @property
    def url(self) -> str:
        return self.portal.url

    @contextmanager
    def estate(self) -> Iterator[Estate]:
        """Write into the database; what is written is committed at the end of the block."""
        with self.database.writing() as db:
            yield Estate(db, self.keyring.vault, self.portal.clock())

    @contextmanager
    def look(self) -> Iterator[Session]:
        with self.database.reading() as db:
            yield db


@contextmanager
def running_on(kind: str, serve: Serve, copies: PostgresqlCopies | None = None, **environ: str) -> Iterator[Running]:
    """A portal on SQLite, or on PostgreSQL if `copies` are given."""
    if kind == "postgresql":
        assert copies is not None
        with copies.fresh(migrate) as url, _beside(serve(PORTAL_DATABASE=url, **environ)) as running:
            yield running
    else:
        with _beside(serve(**environ)) as running:
            yield running


@contextmanager
def _beside(portal: Portal) -> Iterator[Running]:
    with closing(open_database(portal.settings.database)) as database:
        yield Running(portal, database, keyring.load(portal.settings.keys))
