"""Making a demo: only where there is one already or nothing at all, in one transaction, and as often as one likes."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import Connection, delete, inspect, text
from sqlalchemy.orm import Session

from portal.brand import load_brand
from portal.brand.stationery import Stationery
from portal.db import Base, Database, migrate, open_database
from portal.demo import marks, people, world
from portal.demo.world import World
from portal.files import keyring
from portal.files.keyring import Keyring, KeysMissing
from portal.files.vault import Unreadable
from portal.settings import Settings, SettingsError

MIGRATIONS = "alembic_version"


class Held(Enum):
    """What a database holds."""

    NOTHING = "nothing"
    DEMO = "a demo"
    OTHER = "something real"


def seed(settings: Settings, now: datetime, *, fresh: bool = False) -> tuple[World, Keyring, bool]:
    """Make the demo world where it is missing, with tables and keys; with `fresh`, make it anew and keep the keys.

    Returns the world as it stands, the keys, and whether it was made now. Raises SettingsError, having changed
    nothing, for a database that holds anything else.
    """
    database = open_database(settings.database)
    try:
        if held(database) is Held.OTHER:
            raise SettingsError(
                "This database holds a real installation, or tables of another program: no demo is made in it. "
                "Name another one in PORTAL_DATABASE, or another folder in PORTAL_DATA."
            )
        stationery = Stationery(load_brand(settings.brand), settings.url, settings.mail_from)
        migrate(settings.database)
        keys = _keys(settings)
        people.hashes()
        with database.writing() as db:
            is_made = _fill(db, keys, now, fresh, stationery)
        with database.reading() as db:
            return world.read(db, keys.vault, now), keys, is_made
    except Unreadable:
        raise SettingsError(
            "The tickets of this demo were sealed with keys that are not in PORTAL_DATA any more. "
            "Restore them, or start over with `portal demo --fresh`."
        ) from None
    finally:
        database.close()


def held(database: Database) -> Held:
    """What is in a database, which may be without our tables or with those of an older version."""
    with database.reader.connect() as connection:
        tables = set(inspect(connection).get_table_names())
    if not tables - {MIGRATIONS}:
        return Held.NOTHING
    if not {"installation", "users", "licenses"} <= tables:
        return Held.OTHER
    with database.reading() as db:
        if marks.is_demo(db):
            return Held.DEMO
        return Held.NOTHING if marks.is_empty(db) else Held.OTHER


def _keys(settings: Settings) -> Keyring:
    try:
        return keyring.load(settings.keys)
    except KeysMissing:
        return keyring.create(settings.keys)


def _fill(db: Session, keys: Keyring, now: datetime, fresh: bool, stationery: Stationery) -> bool:
    if db.bind.dialect.name == "postgresql":
        # Whoever else makes this demo at the same moment waits here, and then finds it made.
        db.execute(text("LOCK TABLE installation IN ACCESS EXCLUSIVE MODE"))
    is_demo = marks.is_demo(db)
    if is_demo and not fresh:
        return False
    if not is_demo and not marks.is_empty(db):
        raise SettingsError("Somebody began to use this database just now: no demo is made in it.")
    _empty(db.connection())
    marks.mark(db)
    world.build(db, keys.vault, now, stationery)
    return True


def _empty(connection: Connection) -> None:
    """Forget all rows, and begin to count from 1 again."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        return
    for table in reversed(Base.metadata.sorted_tables):
        connection.execute(delete(table))
