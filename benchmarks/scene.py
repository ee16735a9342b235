"""A filled database with its keys and a signed-in reader, made for one run and gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from benchmarks import filling, postgres, stock
from benchmarks.plan import World
from portal.db import open_database
from portal.doors import sessions
from portal.files import keyring
from portal.models import License, User
from portal.site import system_clock


@dataclass(frozen=True, slots=True)
class Scene:
    """A world to measure in. `keys` hands out the keys of free seats, each once."""

    data: Path
    database: str
    cookie: str
    license_path: str
    email: str
    password_hash: str
    keys: Iterator[str]
    postmaster: int | None

    def seats(self, number: int) -> list[str]:
        found = list(islice(self.keys, number))
        assert len(found) == number, "the world has too few free seats"
        return found


@contextmanager
def scene(kind: str, world: World, say: Callable[[str], None]) -> Iterator[Scene]:
    """A world of this size on `kind`, sqlite or postgresql."""
    data = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    try:
        if kind == "sqlite":
            yield _filled(data, f"sqlite:///{data / 'portal.db'}", world, say, None)
            return
        with postgres.server() as address, postgres.database(address) as url:
            yield _filled(data, url, world, say, postgres.postmaster(address))
    finally:
        shutil.rmtree(data)


def _filled(data: Path, url: str, world: World, say: Callable[[str], None], postmaster: int | None) -> Scene:
    keys, now = keyring.create(data / "keys"), system_clock()
    filled = filling.fill(url, keys.vault, world, now, say)
    with closing(open_database(url)) as database, database.writing() as db:
        reader = db.get_one(User, stock.READER)
        token = sessions.open_for_user(db, reader, now, agent="bench", address="127.0.0.1")
        shown = db.execute(select(License.public_id).where(License.user_id == reader.id).limit(1)).scalar_one()
        stored = reader.password_hash or ""
    cookie, path = f"session={token}", f"/licenses/{shown}"
    return Scene(data, url, cookie, path, filled.email, stored, iter(filled.keys), postmaster)
