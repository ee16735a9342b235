"""Seats are given to people while others take them: the last one goes to one, whoever asks and however many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from portal.access import Actor
from portal.actions import assignments, kept_seats, ledger, personal_keys
from portal.actions.doing import Moment
from portal.db import is_worth_retrying
from portal.models import Assignment, License, LicenseKey, User
from tests.actions.estate import Minted, pc
from tests.actions.pool import hold_kept_counters, pool_of
from tests.api.calling import Program, Reply, at_once
from tests.api.running import Running, running_on
from tests.concurrency.test_last_seat import take_away_the_lock
from tests.fixtures.databases import PostgresqlCopies
from tests.fixtures.server import Serve

ASKING = 50
ADMIN = Actor(kind="portal")


def a_pool(running: Running, quantity: int, people: int) -> tuple[Minted, list[int]]:
    with running.estate() as estate:
        pool = pool_of(estate, quantity=quantity)
        return pool.minted, [pool.person(f"Person{number}").id for number in range(people)]


def assign(running: Running, license_id: int, user_id: int) -> str:
    """What a request does: its own transaction, tried again where another one was in the way."""
    for _ in range(10):
        try:
            with running.database.writing() as db:
                license_ = db.get_one(License, license_id)
                ledger.hold(db, license_.id)
                doing = Moment(db, ADMIN, datetime.now(UTC), running.keyring.vault)
                return assignments.assign(doing, license_, db.get_one(User, user_id)).code
        except DBAPIError as error:
            if not is_worth_retrying(error):
                raise
    raise AssertionError("never got through")


def hold_counters(running: Running, minted: Minted) -> None:
    with running.look() as db:
        hold_kept_counters(db, minted.license.id)


@pytest.mark.parametrize("gone", ["nothing", "the lock", "the guarded update"])
def test_fifty_people_and_one_free_seat(running: Running, gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    minted, people = a_pool(running, 2, ASKING + 1)
    assert assign(running, minted.license.id, people.pop()) == "ok"
    if gone == "the lock":
        monkeypatch.setattr(ledger, "hold", lambda *_: None)
    elif gone == "the guarded update":
        monkeypatch.setattr(kept_seats, "set_aside", unguarded)
    codes = at_once([lambda user=user: assign(running, minted.license.id, user) for user in people])
    assert Counter(codes) == {"ok": 1, "no_seat_to_assign": ASKING - 1}
    with running.look() as db:
        assert len(db.execute(select(Assignment.id)).all()) == len(db.execute(keys()).all()) == 2
        assert db.get_one(License, minted.license.id).assigned == 2
    hold_counters(running, minted)


def test_without_lock_and_guard_more_than_one_would_win(
    serve: Serve, postgresql_copies: PostgresqlCopies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race above notices when nothing holds, on the database that lets many in at once."""
    monkeypatch.setattr(ledger, "hold", lambda *_: None)
    monkeypatch.setattr(kept_seats, "set_aside", unguarded)
    with running_on("postgresql", serve, postgresql_copies) as running:
        minted, people = a_pool(running, 1, ASKING)
        with running.database.writing() as db:
            for name in ("assigned", "used_assigned"):
                db.execute(text(f"ALTER TABLE licenses DROP CONSTRAINT ck_licenses_{name}"))
        codes = at_once([lambda user=user: assign(running, minted.license.id, user) for user in people])
    assert Counter(codes)["ok"] > 1


def unguarded(doing: Moment, license_: License, seats: int, source: object = None) -> bool:
    """Reads, then writes."""
    doing.db.refresh(license_)
    if kept_seats.free_to_assign(license_) < seats:
        return False
    doing.db.execute(update(License).where(License.id == license_.id).values(assigned=license_.assigned + seats))
    doing.db.refresh(license_)
    return True


def test_fifty_programs_with_one_personal_key_of_one_seat(running: Running) -> None:
    minted, people = a_pool(running, ASKING, 1)
    assert assign(running, minted.license.id, people[0]) == "ok"
    program = Program(running.url, key_of(running))
    replies = at_once([lambda number=number: program.activate(pc(number)) for number in range(ASKING)])
    assert Counter(reply.status for reply in replies) == {201: 1, 422: ASKING - 1}
    assert {reply.error["code"] for reply in replies if reply.status == 422} == {"MACHINE_LIMIT_EXCEEDED"}
    with running.look() as db:
        license_ = db.get_one(License, minted.license.id)
        assert (license_.used, license_.assigned, license_.used_assigned) == (1, 1, 1)
    hold_counters(running, minted)


def test_a_person_and_the_pool_race_for_the_last_seat(running: Running) -> None:
    minted, people = a_pool(running, 1, 25)
    program = Program(running.url, minted.code)
    wanted: list[Callable[[], object]] = []
    for number, user in enumerate(people):
        wanted.append(lambda user=user: assign(running, minted.license.id, user) == "ok")
        wanted.append(lambda number=number: program.activate(pc(number)).status == 201)
    won = at_once(wanted)
    assert Counter(won) == {True: 1, False: 49}
    with running.look() as db:
        license_ = db.get_one(License, minted.license.id)
        assert license_.used + license_.assigned == 1 and license_.used_assigned == 0
    hold_counters(running, minted)


@pytest.mark.parametrize("gone", ["nothing", "the lock"])
def test_everybody_s_own_seat_is_there_while_the_pool_is_stormed(
    running: Running, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    minted, people = a_pool(running, 10, 5)
    for user in people:
        assert assign(running, minted.license.id, user) == "ok"
    if gone == "the lock":
        take_away_the_lock(monkeypatch)
    with running.look() as db:
        codes = [personal_keys.written(running.keyring.vault, *row) for row in db.execute(keys())]
    pool = Program(running.url, minted.code)
    wanted: list[Callable[[], Reply]] = [lambda number=number: pool.activate(pc(number)) for number in range(40)]
    own = [Program(running.url, code) for code in codes]
    wanted += [lambda at=at: own[at].activate(pc(f"own-{at}")) for at in range(len(own))]
    replies = at_once(wanted)
    assert [reply.status for reply in replies[40:]] == [201] * 5
    assert Counter(reply.status for reply in replies[:40]) == {201: 5, 422: 35}
    with running.look() as db:
        license_ = db.get_one(License, minted.license.id)
        assert (license_.used, license_.assigned, license_.used_assigned) == (10, 5, 5)


def keys():  # type: ignore[no-untyped-def]
    return select(LicenseKey.cipher, LicenseKey.lookup).where(LicenseKey.assignment_id.is_not(None))


def key_of(running: Running) -> str:
    with running.look() as db:
        return personal_keys.written(running.keyring.vault, *db.execute(keys()).one())
