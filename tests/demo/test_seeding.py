"""Making a demo: twice changes nothing, --fresh starts over, and nothing real is ever touched."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text

from portal.actions import seats
from portal.actions.doing import Moment
from portal.db import Base, migrate, new_id, open_database
from portal.demo import marks, seeding
from portal.demo.history import VENDOR
from portal.files import keyring
from portal.models import Activation, ActivationState, Fact, License, User
from portal.settings import Settings, SettingsError
from tests.demo.conftest import NOW


def content(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with closing(open_database(settings.database)) as database, database.reading() as db:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted((tuple(row) for row in db.execute(select(table))), key=repr) for table in tables}


def write(settings: Settings, do: Callable[[Connection], object]) -> None:
    with closing(open_database(settings.database)) as database, database.writer.begin() as connection:
        do(connection)


def test_twice_changes_nothing(settings: Settings) -> None:
    first, keys, is_made = seeding.seed(settings, NOW)
    before = content(settings)
    assert is_made and before["users"] and before[Fact.__tablename__] == [(marks.KIND, marks.DEMO)]
    again, same_keys, is_made = seeding.seed(settings, NOW + timedelta(hours=3))
    assert not is_made and again == first and content(settings) == before
    assert same_keys.public_hex == keys.public_hex


def test_fresh_starts_over_and_keeps_the_keys(settings: Settings) -> None:
    first, keys, _ = seeding.seed(settings, NOW)
    write(settings, lambda db: db.execute(text("UPDATE users SET name = 'Somebody else'")))
    second, same_keys, is_made = seeding.seed(settings, NOW + timedelta(days=40), fresh=True)
    assert is_made and same_keys.public_hex == keys.public_hex
    assert second.people["eve"].name == "Eve Lindqvist"
    assert {one.code for one in second.tickets.values()}.isdisjoint(one.code for one in first.tickets.values())
    assert second.people["vera"].id == 1, "it counts from 1 again"


def test_fresh_makes_a_demo_where_there_was_nothing(settings: Settings) -> None:
    assert seeding.seed(settings, NOW, fresh=True)[2]


@pytest.mark.parametrize("fresh", [False, True])
def test_a_real_installation_is_refused_and_left_alone(settings: Settings, fresh: bool) -> None:
    migrate(settings.database)
    with closing(open_database(settings.database)) as database, database.writing() as db:
        db.add(User(public_id=new_id(NOW), email="real@person.example", name="A real person", created_at=NOW))
    before = content(settings)
    with pytest.raises(SettingsError, match="real installation"):
        seeding.seed(settings, NOW, fresh=fresh)
    assert content(settings) == before
    assert not settings.data.exists(), "not even keys were made"


@pytest.mark.parametrize("fresh", [False, True])
def test_tables_of_another_program_are_left_alone(settings: Settings, fresh: bool) -> None:
    write(settings, lambda db: db.execute(text("CREATE TABLE invoices (number INTEGER)")))
    with pytest.raises(SettingsError, match="another program"):
        seeding.seed(settings, NOW, fresh=fresh)
    with closing(open_database(settings.database)) as database:
        assert inspect(database.reader).get_table_names() == ["invoices"]


def test_rules_or_products_of_somebody_make_it_real(settings: Settings) -> None:
    migrate(settings.database)
    row = "INSERT INTO rule_sets (id, public_id, name) VALUES (1, '0190a0a0a0a07000800000000000000a', 'Ours')"
    write(settings, lambda db: db.execute(text(row)))
    with pytest.raises(SettingsError, match="real installation"):
        seeding.seed(settings, NOW)


def test_lost_keys_are_said_plainly_and_fresh_mends_it(settings: Settings) -> None:
    seeding.seed(settings, NOW)
    (settings.keys / keyring.FILE_NAME).unlink()
    with pytest.raises(SettingsError, match="--fresh"):
        seeding.seed(settings, NOW)
    assert not (settings.keys / keyring.FILE_NAME).exists(), "there is room for the copy"
    keyring.create(settings.keys)
    with pytest.raises(SettingsError, match="--fresh"):
        seeding.seed(settings, NOW)
    assert seeding.seed(settings, NOW, fresh=True)[2]


def test_fresh_mends_tables_of_another_make(settings: Settings) -> None:
    seeding.seed(settings, NOW)
    write(settings, lambda db: db.execute(text("ALTER TABLE tickets DROP COLUMN registered_at")))
    write(settings, lambda db: db.execute(text("CREATE TABLE once_useful (number INTEGER)")))
    assert seeding.seed(settings, NOW, fresh=True)[2]
    with closing(open_database(settings.database)) as database:
        assert "once_useful" not in inspect(database.reader).get_table_names()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_failure_leaves_nothing_half_made(settings: Settings, monkeypatch: pytest.MonkeyPatch, fresh: bool) -> None:
    if fresh:
        seeding.seed(settings, NOW)
    with monkeypatch.context() as broken, pytest.raises(ValueError):
        broken.setattr("portal.demo.world.STORIES", ())  # people move in, and then there is nothing to play
        seeding.seed(settings, NOW, fresh=fresh)
    assert not any(content(settings).values())
    assert seeding.seed(settings, NOW)[2], "the next try makes it"


def test_the_card_follows_what_has_moved_on(settings: Settings) -> None:
    first, keys, _ = seeding.seed(settings, NOW)
    with closing(open_database(settings.database)) as database, database.writing() as db:
        license_ = db.get_one(License, first.licenses["last_seat"].id)
        seat = db.scalars(select(Activation).where(Activation.license_id == license_.id)).first()
        assert seat is not None
        seats.end(Moment(db, VENDOR, NOW, keys.vault), license_, seat, ActivationState.RETURNED)
    again, _, is_made = seeding.seed(settings, NOW)
    assert not is_made and again.tickets["last_seat"].free_seats == 2
    assert again.tickets["last_seat"].code == first.tickets["last_seat"].code
