"""What the portal does by itself: freeing lapsed seats, forgetting what has served its purpose, sealing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.actions.chores import CHORES
from portal.jobs import answers
from portal.models import Activation, ActivationState, Answer, Attempt, Event, License, Operation, Seal
from portal.models import Session as SignIn
from tests.actions.estate import Estate, pc
from tests.actions.traces import hold_counters
from tests.jobs.conftest import Ground

LEASE, GRACE = timedelta(days=30), timedelta(days=14)  # of the default rules


def run(ground: Ground, chore: str) -> None:
    with ground.database.writing() as db:
        CHORES[chore].run(db, ground.clock(), ground.vault, {})


def leased(estate: Estate) -> Activation:
    """A PC that fetched a file now, good for the lease."""
    minted = estate.mint(estate.article(), estate.group())
    activation = estate.run_on(minted.license, pc(1)).activation
    assert activation
    activation.lease_until = estate.now + LEASE
    return activation


def count(ground: Ground, table: type) -> int:
    with ground.database.reading() as db:
        return db.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize("returning", [False, True])
def test_a_seat_is_free_once_lease_and_grace_are_over(ground: Ground, returning: bool) -> None:
    with ground.estate() as estate:
        activation = leased(estate)
        if returning:
            activation.state, activation.return_asked_at = ActivationState.RETURNING, estate.now
        end = activation.lease_until + GRACE
    ground.clock.now = end - timedelta(seconds=1)
    run(ground, "lapse")
    with ground.database.reading() as db:
        assert db.get_one(Activation, activation.id).ended_at is None
    ground.clock.now = end + timedelta(hours=5)
    run(ground, "lapse")
    with ground.database.reading() as db:
        late = db.get_one(Activation, activation.id)
        assert late.state == ActivationState.LAPSED
        assert db.get_one(License, late.license_id).used == 0
        entry = db.execute(select(Operation).order_by(Operation.id.desc()).limit(1)).scalar_one()
        assert (entry.operation, entry.at) == ("lapse", end), "free from the end of the grace, whenever that is noticed"
        event = db.execute(select(Event).order_by(Event.id.desc()).limit(1)).scalar_one()
        assert (event.kind, event.actor_kind) == ("device.lapsed", "portal")
        hold_counters(db)


def test_lapsing_twice_is_once(ground: Ground) -> None:
    with ground.estate() as estate:
        leased(estate)
    ground.clock.advance(days=60)
    run(ground, "lapse")
    before = count(ground, Event), count(ground, Operation)
    run(ground, "lapse")
    assert (count(ground, Event), count(ground, Operation)) == before


def test_a_seat_without_a_lease_never_lapses(ground: Ground) -> None:
    with ground.estate() as estate:
        leased(estate).lease_until = None
    ground.clock.advance(days=9999)
    run(ground, "lapse")
    with ground.database.reading() as db:
        assert db.execute(select(Activation.ended_at)).scalar_one() is None


def test_a_lapsed_seat_is_there_for_the_next_pc(ground: Ground) -> None:
    with ground.estate() as estate:
        license_id = leased(estate).license_id
    ground.clock.advance(days=60)
    run(ground, "lapse")
    with ground.estate() as estate:
        assert estate.run_on(estate.db.get_one(License, license_id), pc(2)).allowed


def test_tidying_forgets_what_has_served_its_purpose(ground: Ground) -> None:
    with ground.estate() as estate:
        eve = estate.user("Eve", estate.group())
        estate.session(eve)
        estate.db.add(Attempt(key=b"k" * 32, at=estate.now))
        answers.keep(estate.db, ground.vault, "license 1", "once", b"d" * 32, estate.now, 201, b"{}")
    tables = (SignIn, Attempt, Answer)
    run(ground, "tidy")
    assert [count(ground, table) for table in tables] == [1, 1, 1]
    ground.clock.advance(hours=3)
    run(ground, "tidy")
    assert [count(ground, table) for table in tables] == [1, 0, 1], "addresses do not outlive their purpose"
    ground.clock.advance(hours=22)
    run(ground, "tidy")
    assert [count(ground, table) for table in tables] == [1, 0, 0]
    ground.clock.advance(days=6)
    run(ground, "tidy")
    assert [count(ground, table) for table in tables] == [0, 0, 0]


def test_kept_answers_are_sealed_in_the_database(ground: Ground) -> None:
    with ground.estate() as estate:
        answers.keep(estate.db, ground.vault, "license 1", "once", b"d" * 32, estate.now, 201, b'{"key":"SECRET"}')
        kept = estate.db.execute(select(Answer)).scalar_one()
        assert b"SECRET" not in kept.body
        assert answers.find(estate.db, ground.vault, "license 1", "once", b"d" * 32) == (201, b'{"key":"SECRET"}')
        assert answers.find(estate.db, ground.vault, "license 2", "once", b"d" * 32) is None
        with pytest.raises(answers.OtherContent):
            answers.find(estate.db, ground.vault, "license 1", "once", b"e" * 32)


def test_sealing_is_a_chore(ground: Ground) -> None:
    with ground.estate() as estate:
        leased(estate)
    ground.clock.advance(minutes=5)
    run(ground, "seal")
    assert count(ground, Seal) == 1
