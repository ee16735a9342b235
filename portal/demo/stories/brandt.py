"""Brandt Maschinenbau: a large pool, a small one, and a license of Cora's own that has no move left."""

from __future__ import annotations

from portal.demo.crowd import Crowd, settle_in
from portal.demo.deeds import issue
from portal.demo.history import Stage, Story
from portal.demo.machines import pc

CROWD = Crowd(active=361, returned=46, since=880)


def pool(on: Stage) -> Story:
    """400 seats for whoever works there."""
    yield on.day(-886, "10:00")
    lot = issue(on, "brandt_pool", "CAD-400", "vendor")
    yield on.day(-884, "08:10")
    lot.register("cora", "brandt")
    lot.pool()
    lot.maintain(on.day(-884, "00:00"), on.day(404, "23:59"))
    yield on.day(-58, "06:00")  # before any seat is given to anybody
    settle_in(lot, CROWD)


def mill(on: Stage) -> Story:
    """Bought for one department, and lying in its pool."""
    yield on.day(-505, "09:40")
    lot = issue(on, "brandt_mill", "MILL-3", "toolmaking", quantity=5)
    for number in range(1, 5):
        yield on.day(-505 + number, "07:15")
        lot.activate(pc(f"MILL-0{number}"))
    yield on.day(-1, "06:58")
    lot.check_in()


def exhausted(on: Stage) -> Story:
    """Moved in summer; the PC it went to is gone already, and the next move is far away."""
    yield on.day(-474, "15:00")
    lot = issue(on, "exhausted", "CAD-1", "vendor")
    yield on.day(-470, "09:44")
    lot.register("cora", "brandt")
    yield on.day(-470, "09:52")
    lot.activate(pc("CORA-NB1", "Windows 10"))
    yield on.day(-100, "08:31")
    lot.knock(pc("CORA-NB2"))
    yield on.day(-100, "08:40")
    lot.move("cora", "CORA-NB1")
    yield on.day(-100, "08:41")
    lot.check_in()
    yield on.day(-1, "18:20")
    lot.check_in()
    yield on.ago(minutes=25)
    lot.knock(pc("CORA-NB3"))


STORIES = (pool, mill, exhausted)
