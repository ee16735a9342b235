"""Making a demo: only where there is one already or nothing at all, whole or not at all, as often as one likes."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import MetaData, inspect, text
from sqlalchemy.orm import Session

from portal.brand import load_brand
from portal.brand.stationery import Stationery
from portal.db import Database, migrate, open_database
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
        holds = held(database)
        if holds is Held.OTHER:
            raise SettingsError(
                "This database holds a real installation, or tables of another program: no demo is made in it. "
                "Name another one in PORTAL_DATABASE, or another folder in PORTAL_DATA."
            )
        stationery = Stationery(load_brand(settings.brand), settings.url, settings.mail_from)
        # A demo that stays is of no use with new keys: then it is better to miss the old ones.
        stays = holds is Held.DEMO and not fresh
        keys = keyring.load(settings.keys) if stays else _keys(settings)
        if holds is Held.DEMO and not stays:
            _drop(database)
        migrate(settings.database)
        people.hashes()
        with database.writing() as db:
            is_made = _fill(db, keys, now, stationery, settings.url)
        with database.reading() as db:
            return world.read(db, keys.vault, now), keys, is_made
    except (KeysMissing, Unreadable):
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


def _drop(database: Database) -> None:
    """Leave no table: the next ones are made by the migrations of today, whatever made these."""
    found = MetaData()
    with database.writer.begin() as connection:
        found.reflect(connection)
        found.drop_all(connection)


def _fill(db: Session, keys: Keyring, now: datetime, stationery: Stationery, url: str) -> bool:
    if db.get_bind().dialect.name == "postgresql":
        # Whoever else makes this demo at the same moment waits here, and then finds it made.
        db.execute(text("LOCK TABLE installation IN ACCESS EXCLUSIVE MODE"))
    if marks.is_demo(db):
        return False
    if not marks.is_empty(db):
        raise SettingsError("Somebody began to use this database just now: no demo is made in it.")
    marks.mark(db)
    world.build(db, keys, now, stationery, url)
    return True
