"""The demo world in a running portal, on either database, and the people who visit it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.db import open_database
from portal.demo import world
from portal.files import keyring
from portal.settings import SHIPPED_BRAND
from tests.browser.demo import Demo, DemoFill
from tests.fixtures.clock import Clock
from tests.fixtures.databases import PostgresqlCopies
from tests.fixtures.server import Serve

Dressed = Callable[..., Demo]


@pytest.fixture
def clock() -> Clock:
    """The real time, because the program compares it with its own; it stands still all the same."""
    return Clock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(scope="session")
def demo_fill(keys: Path) -> DemoFill:
    return DemoFill(keys, datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def demo(demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """The demo world on SQLite."""
    yield from running(serve, tmp_path, demo_fill)


@pytest.fixture(params=["sqlite", "postgresql"])
def demo_on_both(request: pytest.FixtureRequest, demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """The demo world; the test runs once on each kind of database."""
    if request.param == "sqlite":
        yield from running(serve, tmp_path, demo_fill)
        return
    copies: PostgresqlCopies = request.getfixturevalue("postgresql_copies")
    with copies.fresh(demo_fill) as url:
        yield from running(serve, tmp_path, demo_fill, PORTAL_DATABASE=url)


def running(serve: Serve, homes: Path, fill: DemoFill, **environ: str) -> Iterator[Demo]:
    portal = serve(fill, PORTAL_DEMO="yes", **environ)
    keys = keyring.load(portal.settings.keys)
    with closing(open_database(portal.settings.database)) as database:
        with database.reading() as db:
            found = world.read(db, keys.vault, portal.clock())
        yield Demo(portal, found, database, keys.public_hex, homes)


@pytest.fixture
def dressed(demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Dressed]:
    """The demo world in a brand: `dressed(folder)`, and more settings by name."""
    with ExitStack() as stack:

        def dress(brand: Path = SHIPPED_BRAND, **environ: str) -> Demo:
            shown = contextmanager(running)(serve, tmp_path, demo_fill, PORTAL_BRAND=str(brand), **environ)
            return stack.enter_context(shown)

        yield dress
