"""Lost tickets: asking for a mail with all of them, with one answer for everybody."""

from portal.actions import lost_tickets
from portal.screens.asking import Asking
from portal.web import Answer, Area, Visit, endpoint

LOST = Asking("/tickets/lost", "tickets/lost.html", "tickets/asked.html", "lost", lost_tickets.KIND)


@endpoint.get(LOST.place, area=Area.PUBLIC)
def new(visit: Visit) -> Answer:
    """The form; once it was sent, what to do now."""
    return LOST.show(visit, visit.actor.email)


@endpoint.post(LOST.place, area=Area.PUBLIC, own_units=True)
def ask(visit: Visit) -> Answer:
    """Ask for the tickets of an address."""
    return LOST.take(visit)
