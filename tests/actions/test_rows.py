"""Rows past the unit of work are the same rows: what is written, what is read, and what goes wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import bindparam, event, func, make_url, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from portal import db as db_module
from portal.db import Base, Database, is_worth_retrying, new_id
from portal.models import Device, Group, License, Mail, Operation, User
from portal.rows import Ready, as_read, put, write
from portal.web.errors import is_outage
from tests.actions.estate import Estate
from tests.fixtures.village import NOW


def stored(db: Session, row: Base) -> dict[str, object]:
    """What the row looks like in the database, apart from what is different in each row."""
    table = type(row).__table__
    columns = [column for column in table.columns if column.name not in ("id", "public_id", "message_id")]
    # As text, so that the null of JSON and that of SQL are told apart.
    values = db.execute(select(*columns, *(column.is_(None) for column in columns)).where(table.c.id == row.id)).one()
    names = [column.name for column in columns]
    return dict(zip([*names, *(f"{name} null" for name in names)], values, strict=True))


def test_a_row_is_written_as_the_unit_of_work_writes_it(estate: Estate) -> None:
    db, now, group = estate.db, estate.now, estate.group()
    told = {"group_id": group.id, "fingerprint": "fp-1", "components": {"a": "ü"}, "created_at": now, "seen_at": now}
    by_session = Device(public_id=new_id(now), **told)
    db.add(by_session)
    db.flush()
    at_once = put(db, Device, public_id=new_id(now), **(told | {"pool_license_id": 1}))
    assert stored(db, at_once) == stored(db, by_session) | {"pool_license_id": 1}


def test_what_is_none_and_what_is_not_given_are_stored_alike(estate: Estate) -> None:
    db, now = estate.db, estate.now
    article = estate.article()
    license_ = estate.mint(article, estate.group()).license
    told = {
        "license_id": license_.id, "group_id": license_.group_id, "product_id": article.product_id,
        "article_id": article.id, "at": now, "operation": "activate",
    }  # fmt: skip
    for more in ({}, {"components": None, "line": None}, {"components": {}, "line": new_id(now)}):
        by_session = Operation(**told, **more)
        db.add(by_session)
        db.flush()
        at_once = db.get_one(Operation, write(db, Operation, **told, **more))
        assert stored(db, at_once) == stored(db, by_session)


def test_columns_with_defaults_have_them_and_none_shares_them(estate: Estate) -> None:
    db, now = estate.db, estate.now
    mails = [
        put(
            db, Mail, public_id=new_id(now), message_id=f"<{number}@x.example>", kind="moved", language="en",
            recipient="eve@people.example", created_at=now, due_at=now,
        )
        for number in range(2)
    ]  # fmt: skip
    assert [(mail.subject, mail.headers, mail.is_secret, mail.state, mail.tries) for mail in mails] == [
        ("", {}, False, "ready", 0)
    ] * 2
    assert mails[0].headers is not mails[1].headers


def test_a_row_that_was_put_is_as_if_it_had_been_read(estate: Estate) -> None:
    db, now, group = estate.db, estate.now, estate.group()
    device = put(
        db, Device, public_id=new_id(now), group_id=group.id, fingerprint="fp-1", components={}, created_at=now,
        seen_at=now,
    )  # fmt: skip
    said: list[str] = []
    event.listen(db.get_bind(), "before_cursor_execute", lambda *told: said.append(told[2]))
    assert (device.kind, device.pool_license_id, device.name, device.seen_at) == ("computer", 0, None, now)
    assert db.get_one(Device, device.id) is device and device not in db.dirty and not said
    device.name = "DESK-1"
    db.flush()
    assert len(said) == 1 and db.execute(select(Device.name)).scalar_one() == "DESK-1"


def test_a_row_that_is_known_is_brought_up_to_date(estate: Estate) -> None:
    license_ = estate.mint(estate.article(), estate.group()).license
    values = {column.name: getattr(license_, column.name) for column in License.__table__.columns}
    assert as_read(estate.db, License, values | {"used": 1}) is license_
    assert license_.used == 1 and license_ not in estate.db.dirty


def test_a_ready_statement_sees_what_the_session_changed_before(estate: Estate) -> None:
    counting = Ready(select(func.count()).select_from(Group).where(Group.name == bindparam("name"), Group.id > 0))
    assert counting.scalar(estate.db, name="Werk Süd") == 0
    estate.group("Other").name = "Werk Süd"
    assert counting.scalar(estate.db, name="Werk Süd") == 1
    assert Ready(select(Group.id).where(Group.id == bindparam("id"))).first(estate.db, id=0) is None


def test_moments_and_ids_come_back_as_they_went_in(estate: Estate) -> None:
    user = estate.user("Eve", estate.group())
    found = Ready(
        select(User.id, User.public_id, User.created_at, User.disabled_at).where(
            User.public_id == bindparam("id"), User.created_at <= bindparam("now")
        )
    )
    assert found.all(estate.db, id=user.public_id, now=estate.now) == [(user.id, user.public_id, estate.now, None)]


def test_what_goes_wrong_is_said_as_everywhere(database: Database) -> None:
    """A race that another one won is run again, so its error has to be known for what it is."""
    with pytest.raises(IntegrityError) as caught, database.writing() as db:
        for _ in range(2):
            write(db, User, public_id=new_id(NOW), email="eve@people.example", name="Eve", created_at=NOW)
    assert is_worth_retrying(caught.value) is not database.sqlite
    assert "eve@people.example" not in str(caught.value).partition("DETAIL")[0]
    with database.reading() as db:
        assert db.execute(select(func.count()).select_from(User)).scalar_one() == 0


def test_a_lost_connection_is_an_outage_and_the_next_unit_has_another(postgresql_database: Database) -> None:
    counting = Ready(select(func.count()).select_from(User))
    with pytest.raises(OperationalError) as caught, postgresql_database.writing() as db:
        lost = db.execute(select(func.pg_backend_pid())).scalar_one()
        with postgresql_database.writing() as other:
            other.execute(select(func.pg_terminate_backend(lost)))
        counting.all(db)
    assert is_outage(caught.value) and caught.value.connection_invalidated
    with postgresql_database.reading() as db:
        assert counting.scalar(db) == 0


def test_a_connection_that_ended_while_it_rested_is_replaced(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_module, "RESTED", 0.0)
    own = select(func.pg_backend_pid())
    with postgresql_database.reading() as first, postgresql_database.reading() as second:
        first.execute(own)
        lost = second.execute(own).scalar_one()
    with postgresql_database.writing() as db:
        assert db.execute(select(func.pg_terminate_backend(lost))).scalar_one()
        assert db.execute(own).scalar_one() != lost
        with postgresql_database.reading() as other:
            assert other.execute(own).scalar_one() != lost


def test_a_database_that_others_write_to_is_an_outage(sqlite_database: Database) -> None:
    with sqlite_database.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    with closing(sqlite3.connect(str(make_url(sqlite_database.url).database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as caught, sqlite_database.writing():
            pass
    assert is_outage(caught.value)
