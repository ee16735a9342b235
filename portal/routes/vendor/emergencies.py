"""The vendor's list of emergency licenses."""

from functools import partial

from portal import desk
from portal.reports import emergencies
from portal.reports.filters import page_of
from portal.web import Answer, Visit, endpoint, lists, page
from portal.words.emergencies import because


@endpoint.get("/vendor/emergencies")
def index(visit: Visit) -> Answer:
    """Who took one, for what, and what the rules refused them; what comes again and again stands out."""
    desk.enter(visit.actor)
    search = lists.asked(visit).get("search", "").strip()[:100]
    found = emergencies.found(visit.db, visit.now, search=search, page=page_of(visit.query))
    return page(
        visit, "emergencies/index.html", part="emergencies/_list.html", found=found,
        because=partial(because, visit.lang),
    )  # fmt: skip
