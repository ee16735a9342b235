"""The sealed audit trail: whoever changes, takes away or slips in an event is found out."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.audit import BATCH, SETTLED, Happened
from portal.db import Database
from portal.files import keyring
from portal.models import Event, Seal
from tests.actions.estate import VENDOR
from tests.fixtures.clock import Clock
from tests.jobs.conftest import Ground


def record(ground: Ground, many: int) -> None:
    with ground.database.writing() as db:
        for number in range(many):
            audit.record(db, ground.clock(), VENDOR, Happened.DEVICE_ACTIVATED, device=f"DESK-{number}")


def seal(ground: Ground) -> int:
    """As the chore does it, once all requests of now have ended for certain."""
    with ground.database.writing() as db:
        return audit.seal(db, ground.clock() + SETTLED, ground.vault.lookup)


def broken(ground: Ground) -> int | None:
    with ground.database.reading() as db:
        return audit.first_broken(db, ground.vault.lookup)


@pytest.fixture
def sealed(ground: Ground) -> Ground:
    """Nine events under three seals."""
    for _ in range(3):
        record(ground, 3)
        assert seal(ground) == 3
    assert broken(ground) is None
    return ground


def test_a_whole_trail_is_whole(sealed: Ground) -> None:
    with sealed.database.reading() as db:
        seals = db.execute(select(Seal).order_by(Seal.id)).scalars().all()
        assert [(one.first_id, one.last_id, one.count) for one in seals] == [(1, 3, 3), (4, 6, 3), (7, 9, 3)]
        assert audit.unsealed(db) == 0


def test_nothing_new_makes_no_seal(sealed: Ground) -> None:
    assert seal(sealed) == 0
    with sealed.database.reading() as db:
        assert db.execute(select(func.count()).select_from(Seal)).scalar_one() == 3


def test_many_events_are_sealed_in_batches(ground: Ground) -> None:
    record(ground, BATCH + 1)
    with ground.database.reading() as db:
        assert audit.unsealed(db) == BATCH + 1
    assert [seal(ground), seal(ground), seal(ground)] == [BATCH, 1, 0]
    assert broken(ground) is None


def test_an_event_that_is_committed_late_is_no_forgery(
    postgresql_database: Database, keys: Path, clock: Clock
) -> None:
    """Its number was given before that of an event which was committed first."""
    ground = Ground(postgresql_database, keyring.load(keys).vault, clock)
    with ground.database.writing() as slow:
        audit.record(slow, clock(), VENDOR, Happened.DEVICE_ACTIVATED)
        slow.flush()
        record(ground, 1)
        with ground.database.writing() as db:
            assert audit.seal(db, clock.advance(seconds=60), ground.vault.lookup) == 0
    assert seal(ground) == 2 and broken(ground) is None


def change(**values: object) -> Callable[[Session], object]:
    return lambda db: db.execute(update(Event).where(Event.id == 5).values(**values))


def slip_in(db: Session) -> None:
    """In the place of one that was taken away before, so that the numbers look right."""
    event = db.get_one(Event, 5)
    columns = {column.name: getattr(event, column.name) for column in Event.__table__.columns}
    db.delete(event)
    db.flush()
    db.add(Event(**columns | {"details": {"device": "DESK-FORGED"}}))


FORGERIES: dict[str, Callable[[Session], object]] = {
    "another outcome": change(outcome="refused"),
    "another kind": change(kind="device.returned"),
    "another person": change(actor_kind="user"),
    "another code": change(code="ok"),
    "another moment": change(at=datetime(2026, 11, 20, 8, 13, tzinfo=UTC)),
    "other details": change(details={"device": "DESK-FORGED"}),
    "taken away": lambda db: db.execute(delete(Event).where(Event.id == 5)),
    "the last of a seal taken away": lambda db: db.execute(delete(Event).where(Event.id == 6)),
    "slipped in for another": slip_in,
    "a seal taken away": lambda db: db.execute(delete(Seal).where(Seal.id == 2)),
    "another digest": lambda db: db.execute(update(Seal).where(Seal.id == 2).values(digest=b"\x00" * 32)),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forgery_is_found(sealed: Ground, what: str) -> None:
    with sealed.database.writing() as db:
        FORGERIES[what](db)
    assert broken(sealed) == (3 if what == "a seal taken away" else 2)


def test_an_event_inserted_between_sealed_ones_is_found(ground: Ground) -> None:
    """Numbers may have gaps, as when a request was undone: one slipped in there counts too much."""
    record(ground, 4)
    with ground.database.writing() as db:
        hidden = {column.name: getattr(db.get_one(Event, 2), column.name) for column in Event.__table__.columns}
        db.execute(delete(Event).where(Event.id == 2))
    assert seal(ground) == 3 and broken(ground) is None
    with ground.database.writing() as db:
        db.add(Event(**hidden))
    assert broken(ground) == 1


def test_the_seal_cannot_be_made_without_the_secret(sealed: Ground) -> None:
    with sealed.database.reading() as db:
        assert audit.first_broken(db, lambda _purpose, text: text.encode()[:32]) == 1


def test_whose_seat_an_event_was_about_is_sealed_too(ground: Ground) -> None:
    def digest(assignment_id: int | None) -> bytes:
        event = Event(id=1, at=ground.clock(), kind="seat.assigned", details={}, assignment_id=assignment_id)
        return audit._chained(b"", [event], ground.vault.lookup)

    assert len({digest(None), digest(1), digest(2)}) == 3
