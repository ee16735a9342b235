"""When time is short: a teacher who was stuck twice, and a PC that was left on a train this morning."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import held_on
from portal.actions import emergencies, losses
from portal.demo.deeds import Lot, OutOfPlot, issue
from portal.demo.history import Stage, Story
from portal.demo.machines import pc
from portal.models import Device, LicenseKey, LossKind, Ticket


def teacher(on: Stage) -> Story:
    """Bought in summer, and its PC is dead: no move yet. The first emergency license is over, the second one runs."""
    yield on.day(-130, "10:20")
    lot = issue(on, "school_cad", "CAD-1", "cadhaus")
    yield on.day(-129, "09:12")
    lot.register("anton", "school")
    yield on.day(-129, "09:20")
    lot.activate(pc("TEACHER-NB"))
    yield on.day(-101, "21:48")
    first = _take(lot, "anton", "The notebook fell, and the exams are on Monday.")
    first.activate(pc("TEACHER-OLD"))
    yield on.day(-79, "03:00")
    first.lapse("TEACHER-OLD")
    yield on.day(-2, "18:02")
    lot.check_in()
    yield on.day(-1, "22:04")
    second = _take(lot, "anton", "It does not start any more. Parents' evening tomorrow at eight.")
    yield on.day(-1, "22:09")
    second.activate(pc("LAB-01"))


def train(on: Stage) -> Story:
    """Two licenses on a notebook that was lost: one moves on, the other is too young to; it can still be undone."""
    yield on.day(-500, "11:00")
    old = issue(on, "office_lost_viewer", "VIEW-3", "reinhardt", quantity=1)
    yield on.day(-499, "08:30")
    old.register("merle", "office")
    yield on.day(-499, "08:36")
    old.activate(pc("FALK-07"))
    yield on.day(-75, "14:00")
    young = issue(on, "office_lost_cad", "CAD-1", "reinhardt")
    yield on.day(-74, "08:15")
    young.register("merle", "office")
    yield on.day(-74, "08:21")
    young.activate(pc("FALK-07"))
    yield on.day(-1, "17:20")
    old.check_in()
    young.check_in()
    yield on.ago(hours=2)
    doing = on.person("merle")
    device = on.db.execute(select(Device).where(Device.fingerprint == pc("FALK-07").fingerprint)).scalar_one()
    if losses.report(doing, device, LossKind.LOST, held_on(on.db, doing.actor, device)).loss is None:
        raise OutOfPlot("nothing is lost")


def _take(lot: Lot, who: str, words: str) -> Lot:
    """Somebody is stuck, and takes an emergency license; the program there presents its own key."""
    granted = emergencies.grant(lot.on.person(who), lot.license, words)
    if granted.license is None:
        raise OutOfPlot(granted.decision.code)
    fed = select(Ticket).join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
    ticket = lot.on.db.execute(fed.where(LicenseKey.license_id == granted.license.id)).scalar_one()
    return Lot(lot.on, ticket, granted.license)


STORIES = (teacher, train)
