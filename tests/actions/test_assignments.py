"""Seats given to people and taken back: who can have one, what their key opens, and what the counters say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access import NotFound, Permission, activation_for, is_narrow, license_for, listed, visible
from portal.actions import activations, kept_seats, returns, tickets, transfers
from portal.files import papers
from portal.models import Activation, ActivationState, Assignment, License, Membership
from portal.rules.presets import preset_text
from tests.actions.estate import Estate, pc
from tests.actions.pool import Pool, pool_of
from tests.actions.traces import events, last_event, newest, told
from tests.fixtures.device import Sneakers

NINETY = preset_text("ninety_days_between_reassignments")


@pytest.fixture
def pool(estate: Estate) -> Pool:
    return pool_of(estate)


def seen(pool: Pool, user) -> set[int]:  # type: ignore[no-untyped-def]
    actor = pool.estate.actor(user)
    return set(pool.estate.db.execute(select(License.id).where(visible(actor))).scalars())


def test_a_seat_comes_with_a_key_of_its_own(pool: Pool) -> None:
    ada = pool.person("Ada", pool.design)
    given = pool.assign(ada, note="CNC 4")
    assert given.allowed and given.assignment is not None
    assert (given.assignment.seats, given.assignment.used, given.assignment.note) == (1, 0, "CNC 4")
    assert pool.counters() == (0, 1, 0)
    key = pool.key(given.assignment)
    assert key and key != pool.minted.code
    event = last_event(pool.estate.db)
    assert told(event) == ("seat.assigned", "done", None, "user")
    assert (event.assignment_id, event.details["person"]) == (given.assignment.id, "Ada")
    pool.hold()


def test_assigning_twice_is_once(pool: Pool) -> None:
    ada = pool.person("Ada")
    first, count = pool.seat(ada), newest(pool.estate.db)
    again = pool.assign(ada)
    assert again.again and again.assignment is first
    assert (pool.counters(), pool.personal_keys(), newest(pool.estate.db)) == ((0, 1, 0), 1, count)


def test_the_ticket_registers_nothing_once_its_seats_are_handed_out(pool: Pool) -> None:
    pool.seat(pool.person("Ada"))
    eve = pool.estate.user("Eve", pool.estate.group("Eve"))
    verdict = tickets.judge(pool.by(eve), tickets.codes.find(pool.minted.code)[0])
    assert verdict.code == "ticket_registered"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("a stranger", "person_unknown"),
        ("suspended", "person_suspended"),
        ("left", "person_unknown"),
        ("expired", "license_expired"),
        ("revoked", "license_revoked"),
        ("held", "license_has_holder"),
        ("full", "no_seat_to_assign"),
        ("too many", "no_seat_to_assign"),
    ],
)
def test_a_refusal_leaves_only_the_event(pool: Pool, what: str, code: str) -> None:
    ada = pool.estate.user("Eve", pool.estate.group("Eve")) if what == "a stranger" else pool.person("Ada")
    membership = pool.estate.db.execute(select(Membership).where(Membership.user_id == ada.id)).scalar_one()
    if what == "suspended":
        membership.suspended_at = pool.estate.now
    elif what == "left":
        membership.ended_at = pool.estate.now
    elif what == "expired":
        pool.license.ends_at = pool.estate.now - timedelta(seconds=1)
    elif what == "revoked":
        pool.license.state = "revoked"
    elif what == "held":
        pool.license.user_id = pool.cora.id
    elif what == "full":
        for number in range(3):
            pool.start(pc(number))
    before, since = pool.counters(), newest(pool.estate.db)
    given = pool.assign(ada, seats=4 if what == "too many" else 1)
    assert (given.allowed, given.code) == (False, code)
    assert [told(event) for event in events(pool.estate.db, since)] == [("seat.assigned", "refused", code, "user")]
    assert (pool.counters(), pool.personal_keys()) == (before, 0)


def test_the_personal_key_runs_its_seats_and_no_more(pool: Pool) -> None:
    ada = pool.seat(pool.person("Ada"))
    assert pool.start(pc(1), ada).allowed
    assert pool.counters() == (1, 1, 1)
    second = pool.start(pc(2), ada)
    assert (second.allowed, second.decision.code) == (False, "seats_exhausted")
    assert second.waiting is not None and second.waiting.assignment_id == ada.id
    pool.hold()


def test_the_license_s_own_key_finds_only_seats_that_are_kept_for_nobody(pool: Pool) -> None:
    ada = pool.seat(pool.person("Ada"))
    pool.seat(pool.person("Ben"))
    assert pool.start(pc(1)).allowed
    assert not pool.start(pc(2)).allowed
    assert pool.start(pc(3), ada).allowed
    assert pool.counters() == (2, 2, 1)
    assert kept_seats.free_to_assign(pool.license) == 0 and not kept_seats.is_open(pool.license)
    pool.hold()


def test_a_pc_of_the_pool_becomes_the_person_s_with_their_key(pool: Pool) -> None:
    pool.start(pc(1))
    ada = pool.seat(pool.person("Ada"))
    again = pool.start(pc(1), ada)
    assert again.allowed and again.again and again.activation.assignment_id == ada.id
    assert pool.counters() == (1, 1, 1)
    pool.hold()


def test_two_people_may_swap_their_pcs(pool: Pool) -> None:
    ada, ben = pool.seat(pool.person("Ada")), pool.seat(pool.person("Ben"))
    pool.start(pc(1), ada)
    assert pool.start(pc(1), ben).activation.assignment_id == ben.id
    assert (ada.used, ben.used) == (0, 1)
    assert pool.start(pc(2), ada).allowed
    full = pool.start(pc(2), ben)
    assert (full.allowed, full.decision.code) == (False, "seats_exhausted")
    pool.hold()


def test_a_seat_that_never_ran_is_taken_back_at_once(pool: Pool) -> None:
    ada = pool.seat(pool.person("Ada"))
    assert pool.take_back(ada, reason="employee_left").allowed
    assert (pool.counters(), ada.ended_at is not None, ada.end_reason) == ((0, 0, 0), True, "employee_left")
    assert told(last_event(pool.estate.db)) == ("seat.taken_back", "done", None, "user")
    refused = pool.start(pc(1), ada)
    assert (refused.allowed, refused.decision.code) == (False, "seat_taken_back")
    assert pool.take_back(ada).again
    pool.hold()


def test_a_running_seat_is_asked_back_and_free_when_the_program_confirms(pool: Pool) -> None:
    ada = pool.seat(pool.person("Ada"))
    activation = pool.start(pc(1), ada).activation
    pool.later(days=1)
    assert pool.take_back(ada).allowed
    assert (activation.state, pool.counters()) == (ActivationState.RETURNING, (1, 1, 1))
    assert not returns.cancel_return(pool.by(), pool.license, activation).allowed
    pool.hold()
    pool.later(hours=1)
    assert not returns.check_in(pool.by(), pool.license, activation)
    assert (activation.state, ada.used, pool.counters()) == (ActivationState.RETURNED, 0, (0, 0, 0))
    pool.hold()


def test_a_taken_back_seat_is_free_when_its_lease_ends(pool: Pool) -> None:
    ada = pool.seat(pool.person("Ada"))
    activation = pool.start(pc(1), ada).activation
    pool.take_back(ada)
    returns.lapse(pool.by(), pool.license, activation, pool.estate.now)
    assert pool.counters() == (0, 0, 0)
    pool.hold()


def test_a_taken_back_seat_confirms_even_where_returns_are_used_up(estate: Estate) -> None:
    none = 'name = "x"\ntime_zone = "UTC"\n[[allowance]]\noperations = ["return"]\nlimit = 0\n'
    pool = pool_of(estate, rules=none)
    ada = pool.seat(pool.person("Ada"))
    activation = pool.start(pc(1), ada).activation
    pool.later(days=1)
    assert pool.take_back(ada).allowed
    assert not returns.check_in(pool.by(), pool.license, activation)
    pool.hold()


def test_ninety_days_lie_between_two_changes_of_the_user(estate: Estate) -> None:
    pool = pool_of(estate, quantity=1, rules=NINETY)
    ada, ben = pool.seat(pool.person("Ada")), pool.person("Ben")
    first = pool.start(pc(1), ada).activation
    pool.later(days=5)
    assert pool.take_back(ada).allowed, "the first change is free"
    returns.check_in(pool.by(), pool.license, first)
    ben = pool.seat(ben)
    pool.later(days=1)
    second = pool.start(pc(2), ben).activation
    pool.later(days=80)
    before, since = pool.counters(), newest(estate.db)
    late = pool.take_back(ben)
    assert (late.allowed, late.code) == (False, "cooldown") and late.decision.next_allowed_at is not None
    assert [told(one)[:3] for one in events(estate.db, since)] == [("seat.taken_back", "refused", "cooldown")]
    assert (pool.counters(), ben.ended_at, second.state) == (before, None, ActivationState.ACTIVE)
    assert pool.take_back(ben, reason="employee_left").allowed
    pool.hold()


def test_the_ninety_days_hold_though_the_pc_was_returned_first(estate: Estate) -> None:
    pool = pool_of(estate, quantity=1, rules=NINETY)
    for number, name in enumerate(("Ada", "Ben")):
        seat = pool.seat(pool.person(name))
        running = pool.start(pc(number), seat).activation
        pool.later(days=1)
        assert returns.give_back(pool.by(), pool.license, running).allowed
        given = pool.take_back(seat)
        assert given.allowed == (number == 0), "who gives the PC back first does not get round the rule"


def test_a_change_of_mind_gives_the_same_seat_and_key_back(pool: Pool) -> None:
    user = pool.person("Ada")
    ada = pool.seat(user)
    key, activation = pool.key(ada), pool.start(pc(1), ada).activation
    pool.take_back(ada)
    again = pool.assign(user)
    assert again.allowed and again.assignment is ada and pool.key(ada) == key
    assert (activation.state, pool.counters()) == (ActivationState.ACTIVE, (1, 1, 1))
    pool.hold()


def test_a_successor_takes_over_the_pc_of_somebody_who_left(pool: Pool) -> None:
    ada = pool.seat(pool.person("Ada"))
    activation = pool.start(pc(1), ada).activation
    pool.take_back(ada, reason="employee_left")
    ben = pool.seat(pool.person("Ben"))
    assert pool.start(pc(1), ben).allowed
    assert (activation.state, activation.assignment_id) == (ActivationState.ACTIVE, ben.id)
    assert (ada.used, pool.counters()) == (0, (1, 1, 1))
    pool.hold()


def test_who_has_a_seat_sees_the_license_and_nothing_of_others(pool: Pool) -> None:
    ada, ben = pool.person("Ada", pool.design), pool.person("Ben")
    assert seen(pool, ada) == set()
    one, two = pool.seat(ada), pool.seat(ben)
    own, other = pool.start(pc(1), one).activation, pool.start(pc(2), two).activation
    actor, db = pool.estate.actor(ada), pool.estate.db
    assert seen(pool, ada) == {pool.license.id} and is_narrow(db, actor, pool.license)
    assert license_for(db, actor, pool.license.public_id, Permission.USE) is pool.license
    assert activation_for(db, actor, own.public_id, Permission.USE)[1] is own
    with pytest.raises(NotFound):
        activation_for(db, actor, other.public_id, Permission.VIEW)
    pool.take_back(one)
    assert seen(pool, ada) == set()


def test_a_suspended_person_sees_nothing_of_what_they_hold(pool: Pool) -> None:
    ada = pool.person("Ada")
    pool.seat(ada)
    whole = pool.estate.own(pool.estate.article(sku="WHOLE"), ada, pool.brandt)
    assert seen(pool, ada) == {pool.license.id, whole.license.id}
    membership = pool.estate.db.execute(select(Membership).where(Membership.user_id == ada.id)).scalar_one()
    membership.suspended_at = pool.estate.now
    pool.estate.db.flush()
    assert seen(pool, ada) == set()


def test_looking_at_one_group_alone_narrows_lists_and_takes_no_right_away(pool: Pool) -> None:
    ada = pool.person("Ada")
    pool.seat(ada)
    elsewhere = pool.estate.group("Kern")
    pool.estate.db.add(
        Membership(
            public_id=elsewhere.public_id, user_id=ada.id, group_id=elsewhere.id, role="admin",
            created_at=pool.estate.now, accepted_at=pool.estate.now,
        )
    )  # fmt: skip
    other = pool.estate.mint(pool.estate.article(sku="KERN"), elsewhere)
    actor, db = pool.estate.actor(ada), pool.estate.db
    here = replace(actor, acting_id=pool.brandt.id)
    assert set(db.execute(select(License.id).where(listed(actor))).scalars()) == {pool.license.id, other.license.id}
    assert set(db.execute(select(License.id).where(listed(here))).scalars()) == {pool.license.id}
    assert license_for(db, here, other.license.public_id, Permission.USE).id == other.license.id


def test_the_check_constraints_hold_what_the_code_promises(pool: Pool) -> None:
    ada = pool.seat(pool.person("Ada"))
    for change in (
        lambda: setattr(ada, "used", 2),
        lambda: setattr(pool.license, "assigned", 4),
        lambda: setattr(pool.license, "used_assigned", 1),
    ):
        with pytest.raises(IntegrityError), pool.estate.db.begin_nested():
            change()
            pool.estate.db.flush()
        pool.estate.db.expire_all()
    assert pool.estate.db.execute(select(Assignment.used)).scalar_one() == 0
    assert not pool.estate.db.execute(select(Activation.id)).first()


def carried(pool: Pool, user, device: Sneakers):  # type: ignore[no-untyped-def]
    doing = pool.by(user)
    taken = transfers.take_request(doing, pool.license, papers.read(device.request()))
    if taken.is_new and taken.transfer:
        transfers.keep(doing, taken.transfer, "file")
    return taken


def test_a_carried_request_belongs_to_the_person_whose_key_it_names(pool: Pool) -> None:
    ada, ben = pool.person("Ada"), pool.person("Ben")
    one, two = pool.seat(ada), pool.seat(ben)
    device = Sneakers(pc(1), pool.key(one), pool.estate.now)
    taken = carried(pool, ada, device)
    assert taken.outcome.allowed and taken.outcome.activation.assignment_id == one.id
    assert pool.counters() == (1, 2, 1)
    foreign = carried(pool, ada, Sneakers(pc(2), pool.key(two), pool.estate.now))
    assert foreign.outcome.decision.code == "document_other_license", "nobody brings a request for somebody else's seat"
    of_pool = carried(pool, ada, Sneakers(pc(3), pool.minted.code, pool.estate.now))
    assert of_pool.outcome.decision.code == "document_other_license"
    by_admin = carried(pool, pool.cora, Sneakers(pc(4), pool.key(two), pool.estate.now))
    assert by_admin.outcome.allowed and by_admin.outcome.activation.assignment_id == two.id
    pool.hold()


def test_a_carried_pc_of_the_pool_becomes_the_person_s(pool: Pool) -> None:
    pool.start(pc(1))
    ada = pool.person("Ada")
    seat = pool.seat(ada)
    taken = carried(pool, ada, Sneakers(pc(1), pool.key(seat), pool.estate.now))
    assert taken.outcome.allowed and taken.outcome.activation.assignment_id == seat.id
    assert pool.counters() == (1, 1, 1)
    pool.hold()


def test_the_person_moves_their_own_seat_to_their_own_waiting_pc(pool: Pool) -> None:
    user = pool.person("Ada")
    ada = pool.seat(user)
    old = pool.start(pc(1), ada).activation
    pool.later(days=400)
    waiting = pool.start(pc(2), ada).waiting
    moved = activations.reactivate(pool.by(user), pool.license, old, waiting, reason="lost")
    assert moved.allowed and moved.activation.assignment_id == ada.id
    assert (ada.used, pool.counters()) == (1, (1, 1, 1))
    pool.hold()


def test_a_seat_that_was_kept_for_the_next_pc_of_a_person_is_for_no_other(pool: Pool) -> None:
    user = pool.person("Ada")
    ada, ben = pool.seat(user), pool.seat(pool.person("Ben"))
    old = pool.start(pc(1), ada).activation
    pool.later(days=400)
    kept = activations.reactivate(pool.by(user), pool.license, old, None, reason="lost").activation
    assert kept.device_id is None and kept.assignment_id == ada.id
    assert pool.start(pc(8), ben).activation is not kept
    assert pool.start(pc(9)).activation is not kept
    assert pool.start(pc(2), ada).activation is kept
    pool.hold()


def test_nobody_sets_somebody_else_s_pc_up_again_with_their_own_key(pool: Pool) -> None:
    ada, ben = pool.seat(pool.person("Ada")), pool.seat(pool.person("Ben"))
    hers = pool.start(pc(1), ada).activation
    pool.later(days=1)
    again = pool.start(replace(pc(1), fingerprint="fp-again"), ada).activation
    assert again.line == hers.line and again.assignment_id == ada.id, "their own they do"
    his = pool.start(replace(pc(1), fingerprint="fp-twin"), ben)
    assert his.allowed and his.activation is not again and his.activation.assignment_id == ben.id
    assert (again.state, again.ended_at) == (ActivationState.ACTIVE, None)
    pool.hold()


def test_a_waiting_pc_gets_nothing_beyond_the_seats_of_its_person(pool: Pool) -> None:
    ada, ben = pool.seat(pool.person("Ada")), pool.seat(pool.person("Ben"))
    hers = pool.start(pc(1), ada).activation
    pool.start(pc(2), ben)
    pool.later(days=400)
    waiting = pool.start(pc(3), ben).waiting
    moved = activations.reactivate(pool.by(), pool.license, hers, waiting, reason="lost")
    assert (moved.allowed, moved.decision.code, hers.state) == (False, "seats_exhausted", ActivationState.ACTIVE)
    given = activations.give(pool.by(), pool.license, waiting)
    assert (given.allowed, given.decision.code) == (False, "seats_exhausted")
    pool.hold()


def test_an_admin_moves_a_seat_to_a_colleague_s_waiting_pc_if_they_have_one_left(pool: Pool) -> None:
    ada, ben = pool.seat(pool.person("Ada")), pool.seat(pool.person("Ben"), seats=2)
    hers = pool.start(pc(1), ada).activation
    for number in (2, 3):
        pool.start(pc(number), ben)
    pool.later(days=400)
    waiting = pool.start(pc(4), ben).waiting
    returns.give_back(pool.by(), pool.license, pool.start(pc(2), ben).activation)
    moved = activations.reactivate(pool.by(), pool.license, hers, waiting, reason="lost")
    assert moved.allowed and moved.activation.assignment_id == ben.id and ada.used == 0
    pool.hold()
