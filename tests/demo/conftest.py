"""The demo world on both databases, built once for each, and copied for every test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.db import Database, migrate, open_database
from portal.demo import marks, world
from portal.demo.world import World
from portal.files import keyring
from portal.files.keyring import Keyring
from portal.settings import Settings, from_environment

NOW = datetime(2026, 11, 20, 8, 12, tzinfo=UTC)  # where the clock of the tests stands


class DemoFill:
    """Writes the demo into an empty database, and keeps what was written."""

    def __init__(self, keys: Keyring) -> None:
        self.keys = keys
        self.world: World | None = None

    def __call__(self, url: str) -> None:
        migrate(url)
        with closing(open_database(url)) as database, database.writing() as db:
            marks.mark(db)
            self.world = world.build(db, self.keys, NOW)


@dataclass(frozen=True)
class Demo:
    """A copy of the demo's database, with the keys that open it."""

    database: Database
    world: World
    keys: Keyring


@pytest.fixture(scope="session")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return keyring.create(tmp_path_factory.mktemp("demo-keys") / "keys")


@pytest.fixture(scope="session")
def demo_fills(demo_keys: Keyring) -> dict[str, DemoFill]:
    return {kind: DemoFill(demo_keys) for kind in ("sqlite", "postgresql")}


@pytest.fixture(params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest, demo_fills: dict[str, DemoFill]) -> Iterator[Demo]:
    """The demo world as it is on the day of the tests; the test runs once on each kind of database."""
    fill = demo_fills[request.param]
    with request.getfixturevalue(f"{request.param}_copies").fresh(fill) as url, closing(open_database(url)) as database:
        assert fill.world is not None
        yield Demo(database, fill.world, fill.keys)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The settings of an installation that has nothing yet: no tables, no keys, no folder."""
    with request.getfixturevalue(f"{request.param}_copies").fresh(untouched) as url:
        yield from_environment({"PORTAL_DATA": str(tmp_path / "data"), "PORTAL_DATABASE": url, "PORTAL_DEMO": "yes"})


def untouched(_: str) -> None:
    """A database that nobody has written to."""
