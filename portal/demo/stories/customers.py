"""The engineering office, the school and the reseller's own PCs."""

from __future__ import annotations

from portal.demo.deeds import issue
from portal.demo.history import Stage, Story
from portal.demo.machines import pc


def last_seat(on: Stage) -> Story:
    """Three seats, two PCs: plain rules and no end date."""
    yield on.day(-391, "10:30")
    lot = issue(on, "last_seat", "VIEW-3", "reinhardt")
    yield on.day(-390, "08:55")
    lot.register("merle", "office")
    yield on.day(-390, "09:05")
    lot.activate(pc("FALK-01"))
    yield on.day(-388, "09:20")
    lot.activate(pc("FALK-02"))
    yield on.day(-1, "17:12")
    lot.check_in()


def full(on: Stage) -> Story:
    """One seat, in use; the same PC got a new disk and was set up again."""
    yield on.day(-610, "10:00")
    lot = issue(on, "full", "CAD-1", "reinhardt")
    yield on.day(-607, "13:10")
    lot.register("merle", "office")
    yield on.day(-607, "13:15")
    lot.activate(pc("FALK-01"))
    yield on.day(-208, "11:02")
    lot.activate(pc("FALK-01", new=("disk",)))
    yield on.day(-1, "17:12")
    lot.check_in()


def kept(on: Stage) -> Story:
    """The old PC is gone, the new one has not been bought."""
    yield on.day(-572, "09:00")
    lot = issue(on, "kept", "CAD-1", "reinhardt")
    yield on.day(-571, "10:20")
    lot.register("merle", "office")
    yield on.day(-571, "10:30")
    lot.activate(pc("FALK-03", "Windows 10"))
    yield on.day(-12, "12:49")
    lot.check_in()
    yield on.day(-3, "14:26")
    lot.move("merle", "FALK-03", reason="lost")


def recalled(on: Stage) -> Story:
    """Recalled, but the PC has not been switched on since."""
    yield on.day(-60, "11:11")
    lot = issue(on, "recalled", "MILL-S90", "reinhardt")
    yield on.day(-58, "15:05")
    lot.register("merle", "office")
    yield on.day(-58, "15:09")
    lot.activate(pc("FALK-04"))
    yield on.day(-15, "08:30")
    lot.check_in()
    yield on.day(-5, "10:00")
    lot.recall()


def expired(on: Stage) -> Story:
    """A year of CAD for the teacher, not renewed."""
    yield on.day(-400, "10:00")
    lot = issue(on, "expired", "CAD-S365", "cadhaus")
    yield on.day(-396, "12:10")
    lot.register("anton", "school")
    yield on.day(-396, "12:15")
    lot.activate(pc("TEACHER-PC"))
    yield on.day(-32, "08:02")
    lot.check_in()
    yield on.day(-16, "12:30")
    lot.lapse("TEACHER-PC")


def lab(on: Stage) -> Story:
    """All PCs of a classroom."""
    yield on.day(-450, "10:00")
    lot = issue(on, "school_viewer", "VIEW-3", "cadhaus", quantity=30)
    yield on.day(-447, "07:40")
    lot.register("anton", "school")
    lot.share()
    yield on.day(-447, "13:30")
    names = [f"LAB-{number:02d}" for number in range(1, 25)]
    for name in names:
        lot.activate(pc(name))
    yield on.day(-1, "07:50")
    lot.check_in()


def not_for_resale(on: Stage) -> Story:
    """The reseller's own, to show what she sells."""
    yield on.day(-151, "09:00")
    lot = issue(on, "nfr", "CAD-NFR", "cadhaus")
    yield on.day(-150, "09:30")
    lot.register("rhea", "cadhaus")
    yield on.day(-150, "09:34")
    lot.activate(pc("RHEA-NB"))
    yield on.ago(hours=3)
    lot.check_in()


STORIES = (last_seat, full, kept, recalled, expired, lab, not_for_resale)
