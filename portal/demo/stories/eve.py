"""Eve's nine licenses, with one PC after the other."""

from __future__ import annotations

from portal.actions import lost_tickets
from portal.demo.deeds import issue
from portal.demo.history import Stage, Story
from portal.demo.machines import pc

LAPTOP = pc("LAPTOP-EVE")
STUDIO = pc("STUDIO-1")


def cad(on: Stage) -> Story:
    """Bought long ago; on its second PC, which is dead, while the third one waits."""
    yield on.day(-938, "11:20")
    lot = issue(on, "eve_cad", "CAD-1", "vendor")
    yield on.day(-933, "13:58")
    lot.register("eve")
    yield on.day(-933, "14:02")
    lot.activate(pc("DESK-19", "Windows 10"))
    yield on.day(-284, "16:20")
    lot.check_in()
    yield on.day(-283, "09:11")
    lot.knock(pc("DESK-42"))
    yield on.day(-283, "09:15")
    lot.move("eve", "DESK-19")
    yield on.day(-283, "09:16")
    lot.check_in()
    yield on.day(-205, "10:00")
    lot.maintain(on.day(-203, "00:00"), on.day(161, "23:59"))
    yield on.day(-2, "18:04")
    lot.check_in()
    yield on.ago(minutes=11)
    lot.knock(pc("DESK-77"))


def mill(on: Stage) -> Story:
    """The PC at the machine has no network: its file went there on a stick."""
    yield on.day(-705, "09:30")
    lot = issue(on, "eve_mill", "MILL-1", "vendor")
    yield on.day(-704, "15:12")
    lot.register("eve")
    yield on.day(-704, "15:20")
    lot.activate(pc("SHOP-01", "Windows 10"))
    yield on.day(-6, "07:45")
    lot.check_in()
    yield on.day(-4, "10:02")
    lot.move("eve", "SHOP-01")
    yield on.day(-4, "10:10")
    lot.carry("eve", pc("SHOP-03"))


def subscription(on: Stage) -> Story:
    """90 days to begin with, and then a year on top of what was left of them."""
    yield on.day(-346, "12:00")
    short = issue(on, "eve_merged", "CAD-S90", "cadhaus")
    yield on.day(-343, "08:20")
    short.register("eve")
    yield on.day(-343, "08:31")
    short.activate(LAPTOP)
    yield on.day(-262, "10:45")
    long = issue(on, "eve_subscription", "CAD-S365", "cadhaus")
    yield on.day(-260, "19:03")
    long.register("eve")
    yield on.day(-260, "19:07")
    long.activate(LAPTOP)
    yield on.ago(hours=2)
    long.check_in()


def viewer(on: Stage) -> Story:
    """Three seats, two of them in use; a laptop that was sold had given its seat back."""
    yield on.day(-805, "09:00")
    lot = issue(on, "eve_viewer", "VIEW-3", "vendor")
    yield on.day(-801, "17:31")
    lot.register("eve")
    yield on.day(-801, "17:40")
    lot.activate(pc("LAPTOP-OLD", "Windows 10"))
    yield on.day(-640, "11:15")
    lot.activate(STUDIO)
    yield on.day(-352, "20:10")
    lot.give_back("LAPTOP-OLD")
    yield on.day(-352, "20:41")
    lot.activate(LAPTOP)
    yield on.day(-3, "16:52")
    lot.check_in("STUDIO-1")
    yield on.ago(hours=2)
    lot.check_in("LAPTOP-EVE")


def mill_for_90_days(on: Stage) -> Story:
    """A subscription near its end."""
    yield on.day(-80, "13:13")
    lot = issue(on, "eve_mill_90", "MILL-S90", "reinhardt")
    yield on.day(-79, "18:22")
    lot.register("eve")
    yield on.ago(days=78, minutes=40)
    lot.activate(LAPTOP)
    yield on.day(-1, "17:40")
    lot.check_in()


def mill_for_a_year(on: Stage) -> Story:
    """Asked back in the portal; the program there has not answered yet."""
    yield on.day(-148, "10:00")
    lot = issue(on, "eve_mill_365", "MILL-S365", "vendor")
    yield on.day(-147, "09:40")
    lot.register("eve")
    yield on.day(-145, "09:55")
    lot.activate(STUDIO)
    yield on.day(-3, "16:50")
    lot.check_in()
    yield on.day(-1, "15:36")
    lot.ask_return("eve", "STUDIO-1")


def ready(on: Stage) -> Story:
    """Bought and registered, not used yet."""
    yield on.day(-20, "08:15")
    lot = issue(on, "eve_ready", "VIEW-S365", "vendor", quantity=2)
    yield on.day(-19, "21:04")
    lot.register("eve")


def demo(on: Stage) -> Story:
    """Tried for 30 days; its program never fetched a file, so its seat was never freed."""
    yield on.day(-176, "12:30")
    lot = issue(on, "eve_demo", "VIEW-DEMO", "vendor")
    yield on.day(-175, "09:02")
    lot.register("eve")
    yield on.day(-175, "09:12")
    lot.activate(LAPTOP, fetches_file=False)


def tickets(on: Stage) -> Story:
    """She could not find her tickets, and had them mailed."""
    yield on.day(-8, "19:21")
    if on.stationery is not None:
        lost_tickets.mail_all(on.stationery, on.db, on.time, on.vault, on.cast.people["eve"].email)


STORIES = (cad, mill, subscription, viewer, mill_for_90_days, mill_for_a_year, ready, demo, tickets)
