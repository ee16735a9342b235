"""What the rules did not allow: a year of small refusals, which the vendor looks at before the rules are changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.actions import activations
from portal.demo.deeds import Lot, OutOfPlot
from portal.demo.history import Stage, Story
from portal.demo.machines import pc
from portal.demo.orders import NUMBERS
from portal.models import License, LicenseKey, Ticket


def show_room(on: Stage) -> Story:
    """Rhea's PC at the fairs is another one each time; a license in its first year does not move that often."""
    yield from _moves_in_vain(on, "rhea", "nfr", "RHEA-NB", (-118, -96, -89, -61, -34, -33, -12))


def class_room(on: Stage) -> Story:
    """Anton tries the license of his dead notebook before he takes an emergency license, and after it."""
    yield from _moves_in_vain(on, "anton", "school_cad", "TEACHER-NB", (-102, -101, -64, -63))


def lapsed(on: Stage) -> Story:
    """The program of a year that was not renewed asks again, on the first days of school."""
    for day in (-15, -9, -8):
        yield on.day(day, "07:58")
        lot = _lot(on, "expired")
        if activations.activate(on.doing(lot.program), lot.license, pc("TEACHER-PC")).allowed:
            raise OutOfPlot("an expired license runs")


def _moves_in_vain(on: Stage, who: str, key: str, name: str, days: Sequence[int]) -> Story:
    for day in days:
        yield on.day(day, "10:17")
        lot = _lot(on, key)
        if activations.reactivate(on.person(who), lot.license, lot.seat(name), None, reason="hardware_failure").allowed:
            raise OutOfPlot(f"{name} could be left")


def _lot(on: Stage, key: str) -> Lot:
    bought = select(License).where(License.order_number == NUMBERS[key]).order_by(License.id).limit(1)
    license_ = on.db.execute(bought).scalar_one()
    fed = select(Ticket).join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
    return Lot(on, on.db.execute(fed.where(LicenseKey.license_id == license_.id)).scalar_one(), license_)


STORIES = (show_room, class_room, lapsed)
