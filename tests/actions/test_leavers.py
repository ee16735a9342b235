"""Leavers: a person goes, and each thing they held goes where it was said, as far as the rules let it."""

from __future__ import annotations

import pytest

from portal.actions import handovers, leavers, memberships
from portal.models import ActivationState, Assignment, License
from portal.rules.presets import preset_text
from tests.actions.estate import Estate, Minted, pc
from tests.actions.firm import Firm
from tests.actions.pool import Pool, pool_of

NINETY = preset_text("ninety_days_between_reassignments")


@pytest.fixture
def pool(estate: Estate) -> Pool:
    return pool_of(estate)


def firm_of(pool: Pool) -> Firm:
    return Firm(pool.estate, pool.brandt, pool.brandt, pool.design, pool.tools, {**pool.people, "cora": pool.cora})


def leave(pool: Pool, name: str, choice: str, successor: str | None = None) -> leavers.Left:
    firm = firm_of(pool)
    doing, membership = pool.by(), firm.of(pool.people[name])
    held = leavers.holdings(doing, pool.brandt, membership)
    after = pool.people[successor] if successor else None
    return leavers.leave(doing, pool.brandt, membership, {one.id: choice for one in held}, after)


def whole(pool: Pool, name: str) -> Minted:
    """A license that is this person's own."""
    minted = pool.estate.mint(pool.estate.article("CADPRO-OWN"), pool.brandt)
    assert handovers.hand_over(pool.by(), [minted.license], pool.people[name]).allowed
    return minted


def test_a_seat_that_never_ran_is_free_at_once(pool: Pool) -> None:
    seat = pool.seat(pool.person("jonas"))
    assert leave(pool, "jonas", "back") == leavers.Left()
    assert seat.ended_at is not None and seat.end_reason == "employee_left"
    assert pool.license.assigned == 0
    assert firm_of(pool).of(pool.people["jonas"]).ended_at is not None


def test_a_seat_that_runs_is_asked_back_and_stays_taken_until_the_program_confirms(pool: Pool) -> None:
    seat = pool.seat(pool.person("jonas"))
    outcome = pool.start(pc(1), seat)
    assert leave(pool, "jonas", "back").stays == ()
    assert outcome.activation is not None and outcome.activation.state == ActivationState.RETURNING
    assert (seat.used, pool.license.used) == (1, 1)


def test_what_is_left_for_now_stays_taken_and_is_out_of_their_reach(pool: Pool) -> None:
    seat = pool.seat(pool.person("jonas"))
    assert leave(pool, "jonas", "keep") == leavers.Left()
    assert seat.ended_at is None
    (held,) = leavers.holdings(pool.by(), pool.brandt, firm_of(pool).of(pool.people["jonas"]))
    assert held.id == seat.public_id
    assert pool.estate.actor(pool.people["jonas"]).places == ()


def test_a_successor_gets_the_seat_with_a_key_of_their_own(pool: Pool) -> None:
    pool.seat(pool.person("jonas"), seats=2)
    pool.person("ida")
    assert leave(pool, "jonas", "give", "ida") == leavers.Left()
    assert pool.estate.db.query(Assignment).filter_by(user_id=pool.people["ida"].id, seats=2).one().ended_at is None


def test_a_whole_license_goes_to_the_successor_or_back_to_the_pool(pool: Pool) -> None:
    pool.person("jonas")
    pool.person("ida")
    minted = whole(pool, "jonas")
    assert leave(pool, "jonas", "give", "ida") == leavers.Left()
    assert pool.estate.db.get_one(License, minted.license.id).user_id == pool.people["ida"].id
    assert leave(pool, "ida", "back") == leavers.Left()
    assert pool.estate.db.get_one(License, minted.license.id).user_id is None


def test_what_the_rules_do_not_let_go_now_stays_with_the_reason(estate: Estate) -> None:
    strict = NINETY.replace('exempt_reasons = ["employee_left", "hardware_failure"]', "")
    pool = pool_of(estate, rules=strict)
    for name in ("jonas", "ida"):
        pool.start(pc(name), pool.seat(pool.person(name)))
    assert leave(pool, "jonas", "back").stays == ()
    ((held, code),) = leave(pool, "ida", "back").stays
    assert (held.used, code) == (1, "cooldown")
    seat = pool.estate.db.query(Assignment).filter_by(user_id=pool.people["ida"].id).one()
    assert seat.ended_at is None and firm_of(pool).of(pool.people["ida"]).ended_at is not None


def test_the_rules_may_let_a_leavers_seat_go_earlier(estate: Estate) -> None:
    pool = pool_of(estate, rules=NINETY)
    for name in ("jonas", "ida"):
        pool.start(pc(name), pool.seat(pool.person(name)))
    assert leave(pool, "jonas", "back").stays == ()
    assert leave(pool, "ida", "back").stays == ()


def test_the_last_admin_stays_and_so_does_what_they_hold(pool: Pool) -> None:
    seat = pool.seat(pool.cora)
    pool.people["cora"] = pool.cora
    assert leave(pool, "cora", "back").code == "last_admin"
    assert seat.ended_at is None


def test_who_leaves_a_department_and_stays_in_the_firm_keeps_what_is_the_firms(pool: Pool) -> None:
    jonas, firm = pool.person("jonas"), firm_of(pool)
    in_design = firm.also(jonas, pool.design)
    pool.seat(jonas)
    assert leavers.holdings(pool.by(), pool.design, in_design) == []
    memberships.end(pool.by(), pool.brandt, firm.of(jonas))
    assert len(leavers.holdings(pool.by(), pool.design, in_design)) == 1


def test_an_admin_of_a_department_leaves_alone_what_is_not_his_to_take_back(pool: Pool) -> None:
    dora = pool.person("dora", pool.design, "admin")
    seat = pool.seat(pool.person("jonas", pool.design))
    membership = firm_of(pool).of(pool.people["jonas"], pool.design)
    left = leavers.leave(pool.by(dora), pool.design, membership, {seat.public_id: "back"}, None)
    assert left == leavers.Left() and seat.ended_at is None and membership.ended_at is not None
