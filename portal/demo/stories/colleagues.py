"""Cora's colleagues: seats of their own, one who left with his, one that comes back, requests, an invitation."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import ANONYMOUS
from portal.actions import (
    assignments,
    batch_lines,
    batch_work,
    batches,
    invitations,
    kept_seats,
    leavers,
    memberships,
    reminders,
    requests,
)
from portal.actions.doing import Doing
from portal.actions.ledger import hold
from portal.demo.deeds import OutOfPlot
from portal.demo.desks import ASKED, LATE, desks
from portal.demo.history import Stage, Story
from portal.demo.orders import NUMBERS
from portal.demo.staff import STAFF
from portal.doors import sessions
from portal.models import Activation, Device, License, Product, ReminderAddress, Request
from portal.tables.reading import Line


def seats(on: Stage) -> Story:
    """Whoever sits at a PC of the pool gets its seat as their own, first by hand, then many at once."""
    yield on.day(-57, "09:10")
    for name, names in desks().items():
        give(on, name, names)
    yield on.day(-6, "10:42")
    import_list(on)
    yield on.day(-1, "16:05")
    take_back(on, "Omar Haddad")


def leaver(on: Stage) -> Story:
    """Klaus left, and nobody has taken his seat back."""
    yield on.day(-23, "17:00")
    doing, brandt = on.person("cora"), on.cast.groups["brandt"]
    klaus = on.cast.people["Klaus Eberle"]
    membership = memberships.of(on.db, brandt, klaus)
    if membership is None or leavers.leave(doing, brandt, membership, {}, None).code:
        raise OutOfPlot("Klaus stays")
    for seat in _seats_of(on, "Klaus Eberle"):
        seat.seen_at = on.day(-24, "16:41")
        on.db.get_one(Device, seat.device_id).seen_at = seat.seen_at


def asking(on: Stage) -> Story:
    """What people asked for, and what came of it."""
    yield on.day(-13, "08:20")
    granted = ask(on, ASKED, "CAD-400", "I help out in design until spring.")
    yield on.day(-13, "08:55")
    pool = on.cast.groups["brandt"]
    if code := requests.grant(on.person("cora"), pool, granted):
        raise OutOfPlot(code)
    yield on.day(-9, "11:02")
    declined = ask(on, "Luc Fontaine", "MILL-3", "For the new five-axis machine.")
    yield on.day(-9, "13:40")
    requests.refuse(on.person("cora"), declined, "The machine comes in January. Ask again then, please.")
    yield on.day(-1, "15:12")
    ask(on, "Jonas Bauer", "CAD-400", "")
    yield on.ago(hours=3)
    ask(on, "Ida Brückner", "CAD-400", "From Monday on I draw the fixtures for line 4.")


def inviting(on: Stage) -> Story:
    """Somebody new begins next month, and the purchasing department wants to know what ends."""
    yield on.day(-40, "10:15")
    brandt = on.cast.groups["brandt"]
    reminders.name(on.person("cora"), brandt, "purchasing@brandt-maschinenbau.example", "en")
    yield on.day(-40, "11:30")
    named = select(ReminderAddress).where(ReminderAddress.group_id == brandt.id)
    reminders.confirm(on.doing(ANONYMOUS), on.db.execute(named).scalar_one())
    yield on.day(-2, "14:18")
    invitations.invite(
        on.person("cora"), on.cast.groups["design"], "nora.lindner@brandt-maschinenbau.example", name="Nora Lindner"
    )


def give(on: Stage, name: str, pcs: tuple[str, ...]) -> None:
    """Seats for the PCs that this person works at already."""
    doing, license_ = on.person("cora"), _pool(on)
    given = assignments.assign(doing, license_, on.cast.people[name], seats=len(pcs))
    if given.assignment is None:
        raise OutOfPlot(f"{name}: {given.code}")
    found = on.db.execute(
        select(Activation)
        .join(Device, Device.id == Activation.device_id)
        .where(Activation.license_id == license_.id, Activation.ended_at.is_(None), Device.name.in_(pcs))
    ).scalars().all()  # fmt: skip
    if len(found) != len(pcs):
        raise OutOfPlot(f"{pcs} do not run")
    for activation in found:
        kept_seats.adopt(doing, license_, activation, given.assignment, overage=0)
        given.assignment.seen_at = max(filter(None, (given.assignment.seen_at, activation.seen_at)))


def import_list(on: Stage) -> None:
    """A list from a spreadsheet, with one address in it that nobody has."""
    doing, brandt, license_ = on.person("cora"), on.cast.groups["brandt"], _pool(on)
    emails = {one.name: one.email for one in STAFF}
    typed = [emails[name] for name in LATE]
    typed.insert(11, "h.lindner@brandt-maschinenbau.example")
    lines = [Line(number, {"email": email}) for number, email in enumerate(typed, 2)]
    batch = batches.prepare(
        doing, brandt, "assign", license_, batch_lines.judge(doing, brandt.path, "assign", license_, lines)
    )
    if (code := batches.start(doing, batch, "good", queued=False)) != "ok":
        raise OutOfPlot(code)
    batch_work.work_off(doing, batch)


def take_back(on: Stage, name: str) -> None:
    doing, license_ = on.person("cora"), _pool(on)
    assignment = assignments.live_of(doing, license_, on.cast.people[name])
    if assignment is None or not assignments.take_back(doing, license_, assignment).allowed:
        raise OutOfPlot(f"{name} keeps the seat")


def ask(on: Stage, name: str, sku: str, words: str) -> Request:
    """The colleague asks their department, or for what is in the pool of all."""
    doing = colleague(on, name)
    product = on.db.get_one(Product, on.cast.articles[sku].product_id)
    department = next(one.department for one in STAFF if one.name == name)
    request, code = requests.ask(doing, on.cast.groups[department], product, words)
    if request is None:
        raise OutOfPlot(f"{name} cannot ask: {code}")
    return request


def colleague(on: Stage, name: str) -> Doing:
    """This moment, in the hands of one of them."""
    return on.doing(sessions.person(on.db, on.cast.people[name].id))


def _pool(on: Stage) -> License:
    license_ = on.db.execute(select(License).where(License.order_number == NUMBERS["brandt_pool"])).scalar_one()
    hold(on.db, license_.id)
    return license_


def _seats_of(on: Stage, name: str) -> list[Activation]:
    assignment = assignments.live_of(on.person("cora"), _pool(on), on.cast.people[name])
    return kept_seats.live_on(on.person("cora"), assignment) if assignment else []


STORIES = (seats, leaver, asking, inviting)
