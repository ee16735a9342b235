"""Giving seats back: asked for in the portal, done by the program, or by nobody because its lease ran out."""

from datetime import timedelta

import pytest

from portal.actions import activations, returns
from portal.models import ActivationState, LicenseState
from tests.actions.estate import LONG_AGO, Estate, Minted, holder, pc, program
from tests.actions.traces import events, everything, hold_counters, last_event, ledger, newest, told

SLOW = """
name = "Slow"
time_zone = "Europe/Berlin"
[[cooldown]]
before = "return"
after = "activate"
period = "P30D"
"""


@pytest.fixture
def running(estate: Estate) -> tuple:
    """A license on one PC, since three days."""
    minted = estate.mint(estate.article(), estate.group())
    return minted, estate.run_on(minted.license, pc(1), days=3).activation


@pytest.fixture
def too_early(estate: Estate) -> tuple:
    """The same, but its rules want thirty days between activation and return."""
    minted = estate.mint(estate.article(rules=SLOW), estate.group())
    return minted, estate.run_on(minted.license, pc(1), days=3).activation


def by_hand(estate: Estate, minted: Minted):
    return estate.doing(holder(minted))


def by_program(estate: Estate, minted: Minted):
    return estate.doing(program(minted.license))


def test_asking_frees_nothing_until_the_program_confirms(estate: Estate, running) -> None:
    minted, activation = running
    outcome = returns.ask_return(by_hand(estate, minted), minted.license, activation)
    assert outcome.allowed and activation.state == ActivationState.RETURNING
    assert (activation.return_asked_at, activation.ended_at) == (estate.now, None)
    assert told(last_event(estate.db)) == ("return.asked", "done", None, "ticket")
    assert [entry.operation for entry in ledger(estate.db, minted.license)] == ["activate"]
    assert minted.license.used == 1
    assert not returns.check_in(by_program(estate, minted), minted.license, activation)
    assert (activation.state, activation.ended_at) == (ActivationState.RETURNED, estate.now)
    assert told(last_event(estate.db)) == ("device.returned", "done", None, "program")
    assert [entry.operation for entry in ledger(estate.db, minted.license)] == ["activate", "return"]
    assert ledger(estate.db, minted.license)[-1].evidence == "online_ack"
    assert minted.license.used == 0
    hold_counters(estate.db)


def test_asking_twice_is_once(estate: Estate, running) -> None:
    minted, activation = running
    returns.ask_return(by_hand(estate, minted), minted.license, activation)
    before, since = everything(estate.db), newest(estate.db)
    again = returns.ask_return(by_hand(estate.later(hours=1), minted), minted.license, activation)
    assert again.allowed and again.again
    assert everything(estate.db) == before and not events(estate.db, since)


def test_a_return_asked_for_too_early_leaves_only_the_event(estate: Estate, too_early) -> None:
    minted, activation = too_early
    before = everything(estate.db)
    outcome = returns.ask_return(by_hand(estate, minted), minted.license, activation)
    assert outcome.decision.code == "cooldown"
    assert outcome.decision.next_allowed_at == estate.now + timedelta(days=27)
    assert everything(estate.db) == before
    assert told(last_event(estate.db)) == ("return.asked", "refused", "cooldown", "ticket")


def test_a_return_by_the_program_too_early_leaves_only_the_event(estate: Estate, too_early) -> None:
    minted, activation = too_early
    before = everything(estate.db)
    assert returns.give_back(by_program(estate, minted), minted.license, activation).decision.code == "cooldown"
    assert everything(estate.db) == before
    assert told(last_event(estate.db)) == ("device.returned", "refused", "cooldown", "program")


def test_a_return_can_be_taken_back_until_the_program_confirms(estate: Estate, running) -> None:
    minted, activation = running
    returns.ask_return(by_hand(estate, minted), minted.license, activation)
    assert returns.cancel_return(by_hand(estate, minted), minted.license, activation).allowed
    assert (activation.state, activation.return_asked_at) == (ActivationState.ACTIVE, None)
    assert told(last_event(estate.db)) == ("return.cancelled", "done", None, "ticket")
    assert returns.check_in(by_program(estate, minted), minted.license, activation)
    before, since = everything(estate.db), newest(estate.db)
    assert returns.cancel_return(by_hand(estate, minted), minted.license, activation).again
    assert everything(estate.db) == before and not events(estate.db, since)


def test_once_the_program_confirmed_nothing_can_be_taken_back(estate: Estate, running) -> None:
    minted, activation = running
    returns.ask_return(by_hand(estate, minted), minted.license, activation)
    returns.check_in(by_program(estate, minted), minted.license, activation)
    before, since = everything(estate.db), newest(estate.db)
    for verb in (returns.cancel_return, returns.ask_return):
        assert not verb(by_hand(estate, minted), minted.license, activation).allowed
    assert not returns.give_back(by_program(estate, minted), minted.license, activation).allowed
    assert everything(estate.db) == before and not events(estate.db, since)


def test_a_seat_kept_for_nobody_yet_is_free_at_once(estate: Estate) -> None:
    """No program could confirm."""
    minted = estate.mint(estate.article(), estate.group())
    old = estate.run_on(minted.license, pc(1), days=LONG_AGO.days).activation
    kept = activations.reactivate(by_hand(estate, minted), minted.license, old, None, reason="lost").activation
    assert returns.ask_return(by_hand(estate, minted), minted.license, kept).allowed
    assert (kept.state, minted.license.used) == (ActivationState.RETURNED, 0)
    assert [entry.operation for entry in ledger(estate.db, minted.license)] == ["activate", "rehost", "return"]
    hold_counters(estate.db)


def test_the_seat_that_was_returned_is_free_for_the_next_pc(estate: Estate, running) -> None:
    minted, activation = running
    returns.give_back(by_program(estate, minted), minted.license, activation)
    assert estate.run_on(minted.license, pc(2)).allowed
    hold_counters(estate.db)


def test_a_program_that_checks_in_is_seen(estate: Estate, running) -> None:
    minted, activation = running
    assert returns.check_in(by_program(estate, minted), minted.license, activation)
    assert activation.seen_at == minted.license.seen_at == estate.now


def test_a_recalled_license_is_taken_away_at_the_next_contact(estate: Estate) -> None:
    minted = estate.mint(estate.article(quantity=2), estate.group())
    seats = [estate.run_on(minted.license, pc(number), days=3).activation for number in (1, 2)]
    minted.license.state = LicenseState.RECALLED
    for activation, state in zip(seats, (LicenseState.RECALLED, LicenseState.REVOKED), strict=True):
        assert not returns.check_in(by_program(estate, minted), minted.license, activation)
        assert (activation.state, minted.license.state) == (ActivationState.REVOKED, state)
        assert told(last_event(estate.db)) == ("device.blocked", "done", None, "program")
        hold_counters(estate.db)
    before, since = everything(estate.db), newest(estate.db)
    assert not returns.check_in(by_program(estate, minted), minted.license, seats[0])
    assert everything(estate.db) == before and not events(estate.db, since)


def test_a_recalled_license_can_be_given_back_even_too_early(estate: Estate, too_early) -> None:
    minted, activation = too_early
    minted.license.state = LicenseState.RECALLED
    returns.give_back(by_program(estate, minted), minted.license, activation)
    assert activation.ended_at == estate.now
    hold_counters(estate.db)


def test_a_lapsed_seat_is_free_from_when_its_lease_ended(estate: Estate, running) -> None:
    minted, activation = running
    ended = estate.now - timedelta(hours=6)
    returns.lapse(estate.doing(), minted.license, activation, ended)
    assert (activation.state, minted.license.used) == (ActivationState.LAPSED, 0)
    entry = ledger(estate.db, minted.license)[-1]
    assert (entry.operation, entry.at, entry.line) == ("lapse", ended, activation.line)
    assert told(last_event(estate.db))[:2] == ("device.lapsed", "done")
    assert estate.run_on(minted.license, pc(2)).allowed
    hold_counters(estate.db)
