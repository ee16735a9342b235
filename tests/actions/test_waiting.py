"""Waiting PCs: sent away by their owner, or moved along when the license gets another owner."""

from datetime import timedelta

from portal.actions import devices, tickets
from portal.models import Activation, Device
from tests.actions.estate import Estate, holder, pc
from tests.actions.traces import events, everything, hold_counters, last_event, newest, told


def full(estate: Estate):
    """A license whose one seat is taken, and a PC that waits for it."""
    minted = estate.mint(estate.article(), estate.group("Pool"))
    activation = estate.run_on(minted.license, pc(1), days=3).activation
    return minted, activation, estate.run_on(minted.license, pc(2)).waiting


def test_a_pc_that_is_sent_away_waits_no_more(estate: Estate) -> None:
    minted, _, waiting = full(estate)
    assert devices.dismiss(estate.doing(holder(minted)), minted.license, waiting)
    assert (waiting.ended_at, minted.license.waiting_until) == (estate.now, None)
    event = last_event(estate.db)
    assert told(event) == ("device.dismissed", "done", None, "ticket") and event.details["device"] == "DESK-2"


def test_sending_away_twice_is_once(estate: Estate) -> None:
    minted, _, waiting = full(estate)
    devices.dismiss(estate.doing(holder(minted)), minted.license, waiting)
    before, since = everything(estate.db), newest(estate.db)
    assert not devices.dismiss(estate.later(hours=1).doing(holder(minted)), minted.license, waiting)
    assert everything(estate.db) == before and not events(estate.db, since)


def test_one_that_still_waits_keeps_the_license_waiting(estate: Estate) -> None:
    minted, _, waiting = full(estate)
    later = estate.later(hours=2)
    second = later.run_on(minted.license, pc(3)).waiting
    devices.dismiss(later.doing(holder(minted)), minted.license, second)
    assert minted.license.waiting_until == waiting.until == estate.now + timedelta(hours=24)


def test_strangers_in_one_pool_share_no_device(estate: Estate) -> None:
    """Nobody registered these tickets yet, so the two may belong to people who never heard of each other."""
    article, pool = estate.article(quantity=2), estate.group("Pool")
    first, second = (estate.run_on(estate.mint(article, pool).license, pc(1, name=name)) for name in ("A", "B"))
    assert first.activation.device_id != second.activation.device_id
    assert estate.db.get_one(Device, first.activation.device_id).name == "A"


def test_the_licenses_of_one_owner_meet_on_one_device(estate: Estate) -> None:
    article, home = estate.article(), estate.group("Eve")
    eve = estate.user("Eve", home)
    first, second = (estate.run_on(estate.own(article, eve, home).license, pc(1)) for _ in range(2))
    assert first.activation.device_id == second.activation.device_id


def test_a_registered_license_brings_its_devices_to_the_new_owner(estate: Estate) -> None:
    minted, activation, waiting = full(estate)
    home = estate.group("Eve")
    eve = estate.user("Eve", home, role="admin")
    tickets.register(estate.doing(estate.actor(eve)), minted.ticket, home)
    for one in (activation, waiting):
        device = estate.db.get_one(Device, one.device_id)
        assert device.group_id == home.id
    assert estate.db.get_one(Device, activation.device_id).components == pc(1).components
    # The programs on these PCs notice nothing: they are found under the new owner.
    assert estate.run_on(minted.license, pc(1)).activation is activation
    assert estate.run_on(minted.license, pc(2)).waiting is waiting
    assert estate.db.query(Activation).count() == 1
    hold_counters(estate.db)
