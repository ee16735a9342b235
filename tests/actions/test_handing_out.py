"""Seats kept for departments or for nobody, and whole licenses that change hands."""

from __future__ import annotations

import pytest

from portal.access import Forbidden, NotFound, Permission, Relation, assignment_for, own_assignment, owned, relation_to
from portal.actions import handovers, reservations, returns
from portal.models import ActivationState, Assignment, Group, LicenseKey, User
from portal.rules.presets import preset_text
from tests.actions.estate import Estate, pc
from tests.actions.pool import Pool, pool_of
from tests.actions.traces import events, last_event, newest, told

NINETY = preset_text("ninety_days_between_reassignments")


@pytest.fixture
def pool(estate: Estate) -> Pool:
    return pool_of(estate, quantity=4)


def keep(pool: Pool, group: Group | None, seats: int, **more: object) -> reservations.Given:
    return reservations.keep(pool.by(), pool.license, group, seats, **more)


def give(pool: Pool, user: User | None, **more: object):  # type: ignore[no-untyped-def]
    return handovers.hand_over(pool.by(), [pool.license], user, **more)


def test_kept_seats_are_nobody_else_s(pool: Pool) -> None:
    assert keep(pool, pool.design, 2, note="for the fair").allowed and keep(pool, None, 1).allowed
    assert pool.counters() == (0, 3, 0)
    assert told(last_event(pool.estate.db)) == ("seats.kept", "done", None, "user")
    assert pool.start(pc(1)).allowed and not pool.start(pc(2)).allowed
    assert pool.assign(pool.person("Ada")).code == "no_seat_to_assign"
    pool.hold()


def test_keeping_as_many_again_changes_nothing(pool: Pool) -> None:
    keep(pool, pool.design, 2)
    since = newest(pool.estate.db)
    assert keep(pool, pool.design, 2).again and newest(pool.estate.db) == since
    assert keep(pool, pool.design, 3).allowed and pool.counters() == (0, 3, 0)
    assert keep(pool, pool.design, 1).allowed and pool.counters() == (0, 1, 0)
    assert keep(pool, pool.design, 0).allowed and pool.counters() == (0, 0, 0)
    assert keep(pool, pool.design, 0).again
    pool.hold()


def test_no_more_can_be_kept_than_is_free(pool: Pool) -> None:
    pool.start(pc(1))
    since = newest(pool.estate.db)
    assert keep(pool, pool.design, 4).code == "no_seat_to_assign"
    assert [told(one)[:3] for one in events(pool.estate.db, since)] == [("seats.kept", "refused", "no_seat_to_assign")]
    pool.hold()


def test_an_admin_of_a_department_hands_its_seats_on_to_its_people_only(pool: Pool) -> None:
    keep(pool, pool.design, 1)
    dora = pool.person("Dora", pool.design, "admin")
    ada, ben, chris = pool.person("Ada", pool.design), pool.person("Ben", pool.tools), pool.person("Chris", pool.design)
    actor, db = pool.estate.actor(dora), pool.estate.db
    assert relation_to(actor, owned(db, pool.license, actor)) is Relation.KEEPER
    with pytest.raises(Forbidden):
        own_assignment(db, actor, pool.license)
    given = pool.assign(ada, by=dora)
    assert given.allowed and given.assignment.from_id is not None
    assert pool.assign(ben, by=dora).code == "no_seat_to_assign"
    assert pool.assign(chris, by=dora).code == "no_seat_to_assign", "the department's seats are all handed on"
    assert pool.counters() == (0, 1, 0)
    assert pool.start(pc(1), given.assignment).allowed and pool.counters() == (1, 1, 1)
    assert keep(pool, pool.design, 0).code == "seats_handed_on"
    pool.hold()


def test_an_admin_of_a_department_finds_its_own_seats_only(pool: Pool) -> None:
    keep(pool, pool.design, 1)
    dora, ada, ben = (
        pool.person("Dora", pool.design, "admin"), pool.person("Ada", pool.design), pool.person("Ben", pool.tools),
    )  # fmt: skip
    theirs, other = pool.assign(ada, by=dora).assignment, pool.seat(ben)
    actor, db = pool.estate.actor(dora), pool.estate.db
    assert assignment_for(db, actor, theirs.public_id, Permission.ASSIGN)[1] is theirs
    with pytest.raises(NotFound):
        assignment_for(db, actor, other.public_id, Permission.VIEW)
    own = pool.estate.actor(ada)
    assert assignment_for(db, own, theirs.public_id, Permission.VIEW)[1] is theirs
    with pytest.raises(Forbidden):
        assignment_for(db, own, theirs.public_id, Permission.ASSIGN)


def test_a_handed_on_seat_comes_back_to_the_department(pool: Pool) -> None:
    keep(pool, pool.design, 1)
    dora, ada = pool.person("Dora", pool.design, "admin"), pool.person("Ada", pool.design)
    seat = pool.assign(ada, by=dora).assignment
    activation = pool.start(pc(1), seat).activation
    assert pool.take_back(seat, by=dora).allowed
    assert pool.assign(pool.person("Chris", pool.design), by=dora).code == "no_seat_to_assign", "it still runs"
    returns.check_in(pool.by(), pool.license, activation)
    assert pool.counters() == (0, 1, 0)
    pool.hold()
    assert pool.assign(pool.people["Chris"], by=dora).allowed
    pool.hold()


def test_where_nothing_is_free_the_person_s_department_serves(pool: Pool) -> None:
    keep(pool, pool.design, 1)
    keep(pool, None, 3)
    assert pool.assign(pool.person("Ben", pool.tools)).code == "no_seat_to_assign"
    given = pool.assign(pool.person("Ada", pool.design))
    assert given.allowed and given.assignment.from_id is not None
    pool.hold()


def test_a_whole_license_is_given_and_taken_back(pool: Pool) -> None:
    ada = pool.person("Ada")
    assert give(pool, ada).allowed
    assert (pool.license.user_id, pool.minted.ticket.user_id) == (ada.id, ada.id)
    assert pool.minted.ticket.registered_at is not None
    assert told(last_event(pool.estate.db)) == ("license.assigned", "done", None, "user")
    since = newest(pool.estate.db)
    assert give(pool, ada).allowed and newest(pool.estate.db) == since, "twice is once"
    assert give(pool, None).allowed and pool.license.user_id is None


def test_a_running_license_leaves_its_pcs_when_it_changes_hands(pool: Pool) -> None:
    ada, ben = pool.person("Ada"), pool.person("Ben")
    give(pool, ada)
    activation = pool.start(pc(1)).activation
    assert give(pool, ben).allowed
    assert (activation.state, pool.license.user_id) == (ActivationState.RETURNING, ben.id)
    assert pool.counters() == (1, 0, 0)


def test_the_pcs_may_go_along(pool: Pool) -> None:
    give(pool, pool.person("Ada"))
    activation = pool.start(pc(1)).activation
    assert give(pool, pool.person("Ben"), pcs_stay=True).allowed
    assert activation.state == ActivationState.ACTIVE


def test_ninety_days_lie_between_two_holders(estate: Estate) -> None:
    pool = pool_of(estate, quantity=1, rules=NINETY)
    ada, ben, chris = (pool.person(name) for name in ("Ada", "Ben", "Chris"))
    give(pool, ada)
    pool.start(pc(1))
    pool.later(days=1)
    assert give(pool, ben, pcs_stay=True).allowed
    pool.later(days=30)
    late = give(pool, chris)
    assert (late.allowed, late.code, pool.license.user_id) == (False, "cooldown", ben.id)
    assert told(last_event(estate.db))[:3] == ("license.assigned", "refused", "cooldown")
    assert give(pool, chris, reason="hardware_failure").allowed


@pytest.mark.parametrize(("what", "code"), [("a stranger", "person_unknown"), ("assigned", "license_is_assigned")])
def test_a_whole_license_goes_only_where_it_can(pool: Pool, what: str, code: str) -> None:
    if what == "assigned":
        pool.seat(pool.person("Ben"))
        whom = pool.person("Ada")
    else:
        whom = pool.estate.user("Eve", pool.estate.group("Eve"))
    assert give(pool, whom).code == code
    assert pool.license.user_id is None


def test_all_licenses_of_a_ticket_change_hands_or_none(pool: Pool, estate: Estate) -> None:
    second = estate.mint(estate.article(sku="SECOND", rules=NINETY), pool.brandt)
    key = estate.db.query(LicenseKey).filter_by(license_id=second.license.id).one()
    key.ticket_id = pool.minted.ticket.id
    estate.db.flush()
    both = handovers.of_ticket(pool.by(), pool.license)
    assert {one.id for one in both} == {pool.license.id, second.license.id}
    ada, ben = pool.person("Ada"), pool.person("Ben")
    assert handovers.hand_over(pool.by(), both, ada).allowed
    assert {one.user_id for one in both} == {ada.id}
    second.license.state = "revoked"
    assert handovers.hand_over(pool.by(), both, ben).code == "license_revoked"
    assert {one.user_id for one in both} == {ada.id}


def test_sharing_shows_a_license_to_the_group_and_no_longer(pool: Pool) -> None:
    ben = pool.person("Ben")
    for is_visible in (True, True, False):
        handovers.share(pool.by(), pool.license, is_visible=is_visible)
        actor = pool.estate.actor(ben)
        relation = relation_to(actor, owned(pool.estate.db, pool.license, actor))
        assert relation == (Relation.MEMBER if is_visible else None)
    assert len([one for one in events(pool.estate.db) if one.kind == "license.shared"]) == 2


def test_kept_seats_have_no_key(pool: Pool) -> None:
    kept = keep(pool, pool.design, 2).assignment
    assert isinstance(kept, Assignment) and pool.key(kept) == "" and pool.personal_keys() == 0
