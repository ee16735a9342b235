"""Fifty programs ask for the last seat at the same moment: one gets it, and without the guards more would."""

import threading
from collections import Counter
from contextlib import nullcontext, suppress

import pytest
from sqlalchemy import func, select, text

import portal.db
from portal.actions import ledger, seats
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.db import Queue
from portal.models import Activation, Event, License, WaitingDevice
from tests.actions.estate import Minted, pc
from tests.api.calling import Program, Reply, at_once
from tests.api.running import Running, running_on
from tests.fixtures.databases import PostgresqlCopies
from tests.fixtures.server import Serve

ASKING = 50
TAKEN = 2


def with_one_seat_left(running: Running) -> Minted:
    """A license of three seats; two of them are taken."""
    with running.estate() as estate:
        minted = estate.mint(estate.article(quantity=TAKEN + 1), estate.group())
        for number in range(TAKEN):
            assert estate.run_on(minted.license, pc(f"old-{number}"), days=3).allowed
    return minted


def asked_at_once(running: Running, minted: Minted) -> list[Reply]:
    program = Program(running.url, minted.code)
    return at_once([lambda number=number: program.activate(pc(number)) for number in range(ASKING)])


def hold_one_winner(running: Running, minted: Minted, replies: list[Reply]) -> None:
    """What must be so after the race, whatever the database."""
    statuses = Counter(reply.status for reply in replies)
    assert statuses == {201: 1, 422: ASKING - 1}, f"not one winner: {statuses}"
    for reply in replies:
        if reply.status == 422:
            assert reply.error["code"] == "MACHINE_LIMIT_EXCEEDED"
            assert reply.error["meta"]["code"] == "seats_exhausted"
    with running.look() as db:
        live = select(func.count()).where(Activation.license_id == minted.license.id, Activation.ended_at.is_(None))
        assert db.get_one(License, minted.license.id).used == TAKEN + 1
        assert db.execute(live).scalar_one() == TAKEN + 1


def test_exactly_one_wins(running: Running) -> None:
    minted = with_one_seat_left(running)
    hold_one_winner(running, minted, asked_at_once(running, minted))


def test_the_others_are_recorded_and_ten_of_them_wait(running: Running) -> None:
    minted = with_one_seat_left(running)
    asked_at_once(running, minted)
    with running.look() as db:
        kinds = Counter(
            f"{kind} {outcome}"
            for kind, outcome in db.execute(
                select(Event.kind, Event.outcome).where(Event.license_id == minted.license.id)
            )
        )
        waiting = db.execute(select(func.count()).select_from(WaitingDevice)).scalar_one()
    assert waiting == kinds["device.waiting done"] == 10
    assert kinds["device.activated refused"] == ASKING - 1 - 10
    assert kinds["device.activated done"] == TAKEN + 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_without_the_guards_the_same_check_fails(
    kind: str, serve: Serve, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lock, guarded update and constraint taken away: the test above must be able to notice."""
    copies: PostgresqlCopies | None = request.getfixturevalue("postgresql_copies") if kind == "postgresql" else None
    take_away_the_guards(monkeypatch)
    with running_on(kind, serve, copies) as running:
        if kind == "postgresql":
            with running.database.writing() as db:
                db.execute(text("ALTER TABLE licenses DROP CONSTRAINT ck_licenses_seats"))
        minted = with_one_seat_left(running)
        monkeypatch.setattr(seats, "take", Naive(meeting=2))
        replies = asked_at_once(running, minted)
        with pytest.raises(AssertionError, match="not one winner"):
            hold_one_winner(running, minted, replies)
        assert sum(reply.status == 201 for reply in replies) > 1


@pytest.mark.parametrize("gone", ["the lock", "the guarded update"])
def test_each_guard_alone_holds(running: Running, gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if gone == "the lock":
        take_away_the_lock(monkeypatch)
    else:
        monkeypatch.setattr(seats, "take", Naive())
    minted = with_one_seat_left(running)
    hold_one_winner(running, minted, asked_at_once(running, minted))


def take_away_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "lock_license", lambda db, license_id, **_: db.get_one(License, license_id))


def take_away_the_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody writes who has not thought of two at once, with the defaults of SQLite's driver."""
    sqlite_engine = portal.db._sqlite_engine
    take_away_the_lock(monkeypatch)
    monkeypatch.setattr(Queue, "turn", lambda _: nullcontext())
    monkeypatch.setattr(portal.db, "SQLITE_PRAGMAS", (*portal.db.SQLITE_PRAGMAS, "ignore_check_constraints=ON"))
    monkeypatch.setattr(
        portal.db, "_sqlite_engine", lambda url, _begin, read_only: sqlite_engine(url, "SELECT 1", read_only=read_only)
    )


class Naive:
    """Reads the counter, then writes it. With `meeting` that many read before the first of them writes."""

    def __init__(self, meeting: int = 1) -> None:
        self.gate = threading.Barrier(meeting)

    def __call__(self, doing: Doing, license_: License, _: Question, *__: object, **___: object) -> bool:
        doing.db.refresh(license_)
        if license_.used >= license_.quantity:
            return False
        with suppress(threading.BrokenBarrierError):
            self.gate.wait(5)
        license_.used += 1
        doing.db.flush()
        return True
