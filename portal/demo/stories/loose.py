"""Tickets that belong to nobody yet: in a drawer, in a pool, or on a PC that died before anybody registered them."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from datetime import datetime

from portal.demo.deeds import Lot, issue
from portal.demo.history import Stage, Story
from portal.demo.machines import pc


def dead_pc(on: Stage) -> Story:
    """Used for more than a year by somebody who never made an account."""
    lot = yield from _used_on_desk_42(on, "dead_pc", "vendor")
    yield on.day(-2, "18:04")
    lot.check_in()


def dead_pc_waiting(on: Stage) -> Story:
    """The same, and the program is already installed on the new PC."""
    lot = yield from _used_on_desk_42(on, "dead_pc_waiting", "cadhaus")
    yield on.day(-2, "18:04")
    lot.check_in()
    yield on.ago(minutes=6)
    lot.knock(pc("DESK-77"))


def revoked(on: Stage) -> Story:
    """Paid back, recalled, and taken away when the program next asked."""
    yield on.day(-101, "10:10")
    lot = issue(on, "revoked", "CAD-S90", "cadhaus")
    yield on.day(-99, "14:30")
    lot.activate(pc("PC-HALLWAY"))
    yield on.day(-80, "09:00")
    lot.recall()
    yield on.day(-79, "07:58")
    lot.check_in()


def unused(on: Stage) -> Story:
    """Sold, and waiting to be used."""
    yield on.day(-34, "09:20")
    issue(on, "cadhaus_pool", "CAD-1", "cadhaus")
    yield on.day(-33, "09:25")
    issue(on, "reinhardt_pool", "VIEW-3", "reinhardt")
    yield on.day(-9, "14:00")
    issue(on, "boxed", "CAD-1", "vendor")
    yield on.day(-8, "11:45")
    issue(on, "trial", "CAD-DEMO", "vendor")


def imported(on: Stage) -> Story:
    """Brought over from the system before this one; tickets in hand keep the form that they were printed in."""
    yield on.day(-700, "00:30")
    issue(on, "imported", "VIEW-1", "vendor", code=f"TW19-{secrets.randbelow(10**10):010d}")


def _used_on_desk_42(on: Stage, key: str, pool: str) -> Generator[datetime, None, Lot]:
    yield on.day(-430, "12:00")
    lot = issue(on, key, "CAD-1", pool)
    yield on.day(-428, "16:40")
    lot.activate(pc("DESK-42"))
    return lot


STORIES = (dead_pc, dead_pc_waiting, revoked, unused, imported)
