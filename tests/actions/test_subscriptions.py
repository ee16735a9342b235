"""Time: days start with the first use, moving never changes them, and a new ticket adds its days to the rest."""

from datetime import timedelta

import pytest

from portal.actions import activations, returns, terms
from portal.models import ActivationState, LicenseState, Term
from tests.actions.estate import DEFAULT, Estate, holder, pc, program
from tests.actions.traces import events, everything, hold_counters, last_event, ledger, told

FREE = 'name = "Free"\ntime_zone = "Europe/Berlin"\n'  # nothing is limited


def subscription(estate: Estate, sku: str = "CAD-365", days: int = 365, **more: object):
    return estate.article(sku, FREE, model="subscription", days=days, **more)


def test_a_perpetual_license_has_no_end(estate: Estate) -> None:
    license_ = estate.mint(estate.article(), estate.group()).license
    estate.run_on(license_, pc(1))
    assert (license_.ends_at, license_.starts_on_use_days) == (None, None)


def test_days_start_with_the_first_use(estate: Estate) -> None:
    license_ = estate.mint(subscription(estate), estate.group()).license
    assert (license_.ends_at, license_.starts_on_use_days) == (None, 365)
    later = estate.later(days=90)
    later.run_on(license_, pc(1))
    assert (license_.ends_at, license_.starts_on_use_days) == (later.now + timedelta(days=365), None)


def test_later_uses_change_nothing(estate: Estate) -> None:
    license_ = estate.mint(subscription(estate, quantity=2), estate.group()).license
    estate.run_on(license_, pc(1))
    ends_at, terms_then = license_.ends_at, estate.db.query(Term).count()
    estate.later(days=30).run_on(license_, pc(2))
    assert license_.ends_at == ends_at and estate.db.query(Term).count() == terms_then


def test_returning_and_activating_elsewhere_keeps_the_end(estate: Estate) -> None:
    license_ = estate.mint(subscription(estate), estate.group()).license
    first = estate.run_on(license_, pc(1)).activation
    ends_at = license_.ends_at
    later = estate.later(days=100)
    returns.give_back(later.doing(program(license_)), license_, first)
    assert later.run_on(license_, pc(2)).allowed and license_.ends_at == ends_at


def test_moving_keeps_the_end(estate: Estate) -> None:
    minted = estate.mint(subscription(estate), estate.group())
    old = estate.run_on(minted.license, pc(1)).activation
    ends_at, later = minted.license.ends_at, estate.later(days=100)
    waiting = later.run_on(minted.license, pc(2)).waiting
    doing = later.doing(holder(minted))
    assert activations.reactivate(doing, minted.license, old, waiting, reason="lost").allowed
    assert minted.license.ends_at == ends_at


def test_giving_a_seat_to_a_waiting_pc_starts_the_days_too(estate: Estate) -> None:
    minted = estate.mint(subscription(estate), estate.group())
    own = estate.run_on(minted.license, pc(1)).activation
    ends_at = minted.license.ends_at
    waiting = estate.run_on(minted.license, pc(2)).waiting
    returns.give_back(estate.doing(program(minted.license)), minted.license, own)
    assert activations.give(estate.later(hours=1).doing(holder(minted)), minted.license, waiting).allowed
    assert minted.license.ends_at == ends_at


def test_the_license_says_what_its_terms_say(estate: Estate) -> None:
    license_ = estate.mint(estate.article(), estate.group()).license
    for years in (1, 2):
        begins_at = estate.now + timedelta(days=365 * (years - 1))
        terms.maintenance(estate.db, license_, estate.now, begins_at, begins_at + timedelta(days=365))
    terms.settle(estate.db, license_)
    assert license_.maintenance_until == estate.now + timedelta(days=730)
    assert license_.ends_at is None, "the license goes on after its maintenance"


def test_at_its_end_it_starts_nowhere_and_can_still_be_returned(estate: Estate) -> None:
    license_ = estate.mint(subscription(estate, days=30), estate.group()).license
    own = estate.run_on(license_, pc(1)).activation
    end = estate.later(days=30)
    assert end.run_on(license_, pc(2)).decision.code == "license_expired"
    assert returns.give_back(end.doing(program(license_)), license_, own).allowed
    second_before = estate.mint(subscription(estate, "CAD-30", 30), estate.group("Other")).license
    estate.run_on(second_before, pc(3))
    early = estate.later(days=30, seconds=-1)
    assert early.run_on(second_before, pc(4)).decision.code == "seats_exhausted"


# A new ticket on a PC that runs the same product already.


@pytest.fixture
def two(estate: Estate):
    """A subscription that runs on PC 1 since 265 days, and a new one of 365 days in the same group."""
    group = estate.group()
    old = estate.mint(subscription(estate), group)
    estate.run_on(old.license, pc(1), days=265)
    return old, estate.mint(subscription(estate, "CAD-365-B"), group)


def test_the_days_of_a_new_ticket_are_added_to_the_rest(estate: Estate, two) -> None:
    old, new = two
    outcome = estate.run_on(new.license, pc(1))
    assert outcome.allowed and outcome.decision.as_ == "prolong"
    assert new.license.ends_at == estate.now + timedelta(days=100 + 365)
    assert (old.license.state, old.license.merged_into_id) == (LicenseState.MERGED, new.license.id)
    assert (old.license.used, new.license.used) == (0, 1)
    assert outcome.activation.state == ActivationState.ACTIVE
    assert told(last_event(estate.db)) == ("license.prolonged", "done", None, "program")
    assert [event.license_id for event in events(estate.db) if event.kind == "license.merged"] == [old.license.id]
    assert [entry.operation for entry in ledger(estate.db, new.license)] == ["activate"]
    hold_counters(estate.db)


def test_after_prolonging_the_last_ticket_is_enough_to_move(estate: Estate, two) -> None:
    old, new = two
    activation = estate.run_on(new.license, pc(1)).activation
    ends_at = new.license.ends_at
    assert estate.run_on(old.license, pc(1)).decision.code == "license_merged"
    returns.give_back(estate.doing(program(new.license)), new.license, activation)
    assert estate.later(days=5).run_on(new.license, pc(2)).allowed and new.license.ends_at == ends_at


def test_an_expired_one_is_not_filled_up(estate: Estate, two) -> None:
    old, new = two
    later = estate.later(days=101)
    assert later.run_on(new.license, pc(1)).decision.as_ is None
    assert new.license.ends_at == later.now + timedelta(days=365)
    assert old.license.state != LicenseState.MERGED


def test_on_another_pc_it_is_a_license_of_its_own(estate: Estate, two) -> None:
    old, new = two
    assert estate.run_on(new.license, pc(2)).decision.as_ is None
    assert new.license.ends_at == estate.now + timedelta(days=365) and old.license.used == 1


def test_the_subscription_of_somebody_else_is_not_touched(estate: Estate, two) -> None:
    old, _ = two
    foreign = estate.mint(subscription(estate, "CAD-365-C"), estate.group("Stranger"))
    assert estate.run_on(foreign.license, pc(1)).decision.as_ is None
    assert (old.license.used, old.license.state) == (1, LicenseState.ISSUED)


def test_one_that_also_runs_elsewhere_cannot_be_merged_and_that_leaves_only_the_event(estate: Estate) -> None:
    group = estate.group()
    old = estate.mint(subscription(estate, quantity=2), group)
    for number in (1, 2):
        estate.run_on(old.license, pc(number), days=3)
    new = estate.mint(subscription(estate, "CAD-365-B"), group)
    before = everything(estate.db)
    assert estate.run_on(new.license, pc(1)).decision.code == "same_product_on_device"
    assert everything(estate.db) == before
    assert told(last_event(estate.db)) == ("device.activated", "refused", "same_product_on_device", "program")


def test_a_free_seat_given_where_the_two_cannot_merge_leaves_only_the_event(estate: Estate) -> None:
    group = estate.group()
    new = estate.mint(subscription(estate, "CAD-365-B"), group)
    own = estate.run_on(new.license, pc("own")).activation
    waiting = estate.run_on(new.license, pc(1)).waiting
    returns.give_back(estate.doing(program(new.license)), new.license, own)
    old = estate.mint(subscription(estate, quantity=2), group)
    for number in (1, 2):
        estate.run_on(old.license, pc(number))
    before = everything(estate.db)
    outcome = activations.give(estate.doing(holder(new)), new.license, waiting)
    assert outcome.decision.code == "same_product_on_device"
    assert everything(estate.db) == before
    assert told(last_event(estate.db)) == ("device.activated", "refused", "same_product_on_device", "ticket")


def test_perpetual_licenses_never_merge(estate: Estate) -> None:
    group, article = estate.group(), estate.article(rules=DEFAULT)
    first, second = estate.mint(article, group).license, estate.mint(article, group).license
    assert estate.run_on(first, pc(1)).allowed and estate.run_on(second, pc(1)).allowed
    assert (first.used, second.used) == (1, 1)
