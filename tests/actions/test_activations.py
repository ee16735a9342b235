"""Taking a seat, handing one to a waiting PC, and moving one from a PC that is gone."""

from datetime import timedelta

import pytest

from portal.actions import activations, returns
from portal.models import ActivationState, Device, LicenseState, WaitingDevice
from tests.actions.estate import DEFAULT, LONG_AGO, Estate, holder, pc, program
from tests.actions.traces import events, everything, hold_counters, last_event, ledger, newest, told

COUNTRIES = """
name = "Germans"
time_zone = "Europe/Berlin"
[[condition]]
operations = ["activate"]
countries = ["DE"]
"""


@pytest.fixture
def one_seat(estate: Estate):
    return estate.mint(estate.article(), estate.group())


def test_activating_takes_a_seat_and_says_so(estate: Estate, one_seat) -> None:
    outcome = estate.run_on(one_seat.license, pc(1))
    activation = outcome.activation
    assert outcome.allowed and activation
    assert (activation.state, activation.generation, activation.seen_at) == ("active", 1, estate.now)
    assert estate.db.get_one(Device, activation.device_id).name == "DESK-1"
    [entry] = ledger(estate.db, one_seat.license)
    assert (entry.operation, entry.line, entry.evidence) == ("activate", activation.line, "online_ack")
    assert entry.components == pc(1).components
    assert told(last_event(estate.db)) == ("device.activated", "done", None, "program")
    assert last_event(estate.db).activation_id == activation.id
    hold_counters(estate.db)


def test_every_decision_names_the_version_that_made_it(estate: Estate) -> None:
    article = estate.article(quantity=2)
    license_ = estate.mint(article, estate.group()).license
    first = estate.version_in_force(article)
    estate.run_on(license_, pc(1))
    estate.rules(DEFAULT + "\n# The same once more, published again.\n")
    second = estate.version_in_force(article)
    estate.run_on(license_, pc(2))
    assert first != second
    assert [entry.rule_version_id for entry in ledger(estate.db, license_)] == [first, second]
    activated = [event for event in events(estate.db) if event.kind == "device.activated"]
    assert [event.rule_version_id for event in activated] == [first, second]


def test_the_same_pc_twice_is_once(estate: Estate, one_seat) -> None:
    first = estate.run_on(one_seat.license, pc(1)).activation
    before, since = everything(estate.db), newest(estate.db)
    again = estate.run_on(one_seat.license, pc(1))
    assert again.allowed and again.again and again.activation is first
    assert everything(estate.db) == before and not events(estate.db, since)


def test_a_pc_without_a_seat_waits_for_a_day(estate: Estate, one_seat) -> None:
    estate.run_on(one_seat.license, pc(1))
    outcome = estate.run_on(one_seat.license, pc(2))
    waiting = outcome.waiting
    assert (outcome.decision.code, outcome.activation) == ("seats_exhausted", None) and waiting
    assert waiting.until == one_seat.license.waiting_until == estate.now + timedelta(hours=24)
    assert told(last_event(estate.db)) == ("device.waiting", "done", None, "program")
    assert [entry.operation for entry in ledger(estate.db, one_seat.license)] == ["activate"]
    hold_counters(estate.db)


def test_asking_again_waits_longer_and_is_one_waiting_pc(estate: Estate, one_seat) -> None:
    estate.run_on(one_seat.license, pc(1))
    first = estate.run_on(one_seat.license, pc(2)).waiting
    since, later = newest(estate.db), estate.later(hours=5)
    again = later.run_on(one_seat.license, pc(2)).waiting
    assert again is first and again.until == later.now + timedelta(hours=24)
    assert not events(estate.db, since)


def test_the_eleventh_stranger_leaves_only_the_event(estate: Estate, one_seat) -> None:
    """Whoever has the key could otherwise fill the table of devices."""
    estate.run_on(one_seat.license, pc("own"))
    for number in range(10):
        assert estate.run_on(one_seat.license, pc(number)).waiting
    before = everything(estate.db)
    outcome = estate.run_on(one_seat.license, pc("eleventh"))
    assert (outcome.waiting, outcome.decision.code) == (None, "seats_exhausted")
    assert everything(estate.db) == before
    assert told(last_event(estate.db)) == ("device.activated", "refused", "seats_exhausted", "program")


def test_another_refusal_leaves_only_the_event(estate: Estate) -> None:
    license_ = estate.mint(estate.article(rules=COUNTRIES), estate.group()).license
    before = everything(estate.db)
    outcome = estate.run_on(license_, pc(1))
    assert (outcome.decision.code, outcome.waiting) == ("condition_country", None)
    assert everything(estate.db) == before
    assert told(last_event(estate.db)) == ("device.activated", "refused", "condition_country", "program")


@pytest.mark.parametrize("state", [LicenseState.RECALLED, LicenseState.REVOKED, LicenseState.MERGED])
def test_a_license_that_was_taken_away_starts_nowhere(estate: Estate, state: LicenseState) -> None:
    license_ = estate.mint(estate.article(quantity=3), estate.group()).license
    estate.run_on(license_, pc(1))
    license_.state = state
    before = everything(estate.db)
    for machine in (pc(2), pc(1, fingerprint="reinstalled")):
        assert estate.run_on(license_, machine).decision.code in ("license_revoked", "license_merged")
    assert everything(estate.db) == before


# Repair: the same PC, reinstalled.


def reinstalled(number: int):
    """Most of its components are as they were."""
    return pc(number, fingerprint="fp-reinstalled", components=pc(number).components | {"disk": "D-new"})


def test_a_reinstalled_pc_keeps_its_seat(estate: Estate, one_seat) -> None:
    first = estate.run_on(one_seat.license, pc(1), days=3).activation
    again = estate.run_on(one_seat.license, reinstalled(1)).activation
    assert (again.line, again.generation, again.state) == (first.line, 2, ActivationState.ACTIVE)
    assert (first.state, first.ended_at) == (ActivationState.REPLACED, estate.now)
    assert [entry.operation for entry in ledger(estate.db, one_seat.license)] == ["activate", "repair"]
    assert told(last_event(estate.db)) == ("device.repaired", "done", None, "program")
    hold_counters(estate.db)


def test_a_fourth_reinstallation_is_refused_and_leaves_only_the_event(estate: Estate, one_seat) -> None:
    estate.run_on(one_seat.license, pc(1), days=9)
    for number in range(3):
        assert estate.run_on(one_seat.license, pc(1, fingerprint=f"fp-{number}-again"), days=8 - number).allowed
    before = everything(estate.db)
    outcome = estate.run_on(one_seat.license, pc(1, fingerprint="fp-fourth"))
    assert (outcome.decision.code, outcome.decision.rule) == ("allowance_exhausted", "reinstallations")
    assert everything(estate.db) == before
    assert told(last_event(estate.db)) == ("device.repaired", "refused", "allowance_exhausted", "program")


# Giving: a free seat for a waiting PC.


@pytest.fixture
def freed(estate: Estate, one_seat) -> tuple:
    """PC 2 waits, and PC 1 has just given its seat back."""
    own = estate.run_on(one_seat.license, pc(1), days=3).activation
    waiting = estate.run_on(one_seat.license, pc(2)).waiting
    assert returns.give_back(estate.doing(program(one_seat.license)), one_seat.license, own).allowed
    return one_seat, waiting


def test_a_waiting_pc_is_given_the_free_seat(estate: Estate, freed) -> None:
    minted, waiting = freed
    outcome = activations.give(estate.doing(holder(minted)), minted.license, waiting)
    assert outcome.allowed and outcome.activation.state == ActivationState.PENDING
    assert (waiting.ended_at, minted.license.waiting_until) == (estate.now, None)
    assert ledger(estate.db, minted.license)[-1].operation == "activate"
    assert told(last_event(estate.db)) == ("device.activated", "done", None, "ticket")
    hold_counters(estate.db)
    started = estate.run_on(minted.license, pc(2))
    assert started.activation is outcome.activation and outcome.activation.state == ActivationState.ACTIVE
    assert told(last_event(estate.db)) == ("device.confirmed", "done", None, "program")


def test_giving_twice_is_once(estate: Estate, freed) -> None:
    minted, waiting = freed
    first = activations.give(estate.doing(holder(minted)), minted.license, waiting).activation
    before, since = everything(estate.db), newest(estate.db)
    again = activations.give(estate.doing(holder(minted)), minted.license, waiting)
    assert again.allowed and again.again and again.activation is first
    assert everything(estate.db) == before and not events(estate.db, since)


def test_no_seat_to_give_leaves_only_the_event(estate: Estate, freed) -> None:
    minted, waiting = freed
    estate.run_on(minted.license, pc(3))
    before = everything(estate.db)
    assert activations.give(estate.doing(holder(minted)), minted.license, waiting).decision.code == "seats_exhausted"
    assert everything(estate.db) == before
    assert told(last_event(estate.db)) == ("device.activated", "refused", "seats_exhausted", "ticket")


def test_a_pc_that_waited_a_day_is_gone(estate: Estate, freed) -> None:
    minted, waiting = freed
    later = estate.later(hours=24)
    before, since = everything(estate.db), newest(estate.db)
    outcome = activations.give(later.doing(holder(minted)), minted.license, waiting)
    assert outcome.decision.code == "waiting_device_gone"
    assert everything(estate.db) == before and not events(estate.db, since)


# Moving: the old PC is gone.


@pytest.fixture
def lost(estate: Estate, one_seat) -> tuple:
    """PC 1 has had the seat for more than a year, PC 2 waits: one move is saved up."""
    own = estate.run_on(one_seat.license, pc(1), days=LONG_AGO.days).activation
    return one_seat, own, estate.run_on(one_seat.license, pc(2)).waiting


def move(estate: Estate, minted, activation, waiting: WaitingDevice | None):
    doing = estate.doing(holder(minted))
    return activations.reactivate(doing, minted.license, activation, waiting, reason="hardware_failure")


def test_the_seat_moves_to_the_waiting_pc(estate: Estate, lost) -> None:
    minted, old, waiting = lost
    outcome = move(estate, minted, old, waiting)
    new = outcome.activation
    assert outcome.allowed
    assert (new.line, new.generation, new.state, new.device_id) == (old.line, 2, "pending", waiting.device_id)
    assert (old.state, old.ended_at) == (ActivationState.REPLACED, estate.now)
    assert (waiting.ended_at, minted.license.waiting_until) == (estate.now, None)
    entry = ledger(estate.db, minted.license)[-1]
    assert (entry.operation, entry.evidence, entry.reason) == ("rehost", "declaration", "hardware_failure")
    event = last_event(estate.db)
    assert told(event) == ("device.moved", "done", None, "ticket")
    assert (event.details["from_device"], event.details["device"]) == ("DESK-1", "DESK-2")
    hold_counters(estate.db)


def test_moving_twice_is_once(estate: Estate, lost) -> None:
    minted, old, waiting = lost
    new = move(estate, minted, old, waiting).activation
    before, since = everything(estate.db), newest(estate.db)
    again = move(estate, minted, old, waiting)
    assert again.allowed and again.again and again.activation is new
    assert everything(estate.db) == before and not events(estate.db, since)


def test_a_second_move_is_refused_and_leaves_only_the_event(estate: Estate, lost) -> None:
    minted, old, waiting = lost
    new = move(estate, minted, old, waiting).activation
    next_one = estate.run_on(minted.license, pc(3)).waiting
    before = everything(estate.db)
    outcome = move(estate, minted, new, next_one)
    assert (outcome.decision.outcome, outcome.decision.code) == ("review", "allowance_exhausted")
    assert everything(estate.db) == before
    event = last_event(estate.db)
    assert told(event) == ("device.moved", "refused", "allowance_exhausted", "ticket")
    assert event.details["next_allowed_at"] == outcome.decision.next_allowed_at.isoformat()


def test_the_old_pc_is_out_and_waits_itself_when_it_asks(estate: Estate, lost) -> None:
    minted, old, waiting = lost
    move(estate, minted, old, waiting)
    assert not returns.check_in(estate.doing(program(minted.license)), minted.license, old)
    asked = estate.run_on(minted.license, pc(1))
    assert (asked.allowed, asked.decision.code) == (False, "seats_exhausted")
    hold_counters(estate.db)


def test_with_nobody_waiting_the_seat_is_kept_for_the_next_pc(estate: Estate, lost) -> None:
    minted, old, _ = lost
    kept = move(estate, minted, old, None).activation
    assert (kept.device_id, kept.state) == (None, ActivationState.PENDING)
    assert ledger(estate.db, minted.license)[-1].components is None
    hold_counters(estate.db)
    taken = estate.run_on(minted.license, pc(7))
    assert taken.allowed and taken.activation is kept and kept.state == ActivationState.ACTIVE
    assert estate.db.get_one(Device, kept.device_id).name == "DESK-7"
    # The ledger learns where the move ended, so that later rules can recognize the PC.
    assert ledger(estate.db, minted.license)[-1].components == pc(7).components
    assert [entry.operation for entry in ledger(estate.db, minted.license)] == ["activate", "rehost"]
    hold_counters(estate.db)


@pytest.mark.parametrize("state", [LicenseState.RECALLED, LicenseState.REVOKED])
def test_a_kept_seat_of_a_license_that_was_taken_away_is_handed_to_nobody(
    estate: Estate, lost, state: LicenseState
) -> None:
    minted, old, _ = lost
    kept = move(estate, minted, old, None).activation
    minted.license.state = state
    before = everything(estate.db)
    assert estate.run_on(minted.license, pc(7)).decision.code == "license_revoked"
    assert everything(estate.db) == before and kept.device_id is None


def test_the_decision_tells_how_many_moves_there_were_before_it(estate: Estate, lost) -> None:
    minted, old, waiting = lost
    assert move(estate, minted, old, waiting).decision.remaining == {"moves": 1}
