"""The pages of whoever asks: support, and one question with what was said about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from portal.access import NotFound, Permission, license_for
from portal.models import License, Request
from portal.reports import threads
from portal.screens import uploads
from portal.web import Answer, Visit, page
from portal.web.about import About
from portal.words import desk as words


def license_asked_about(visit: Visit, said: str, told: About) -> License | None:
    """The license that an address or a form names, if the reader sees one of this id; else that of the page they come
    from, which may well be a page that they do not see.
    """
    wanted = said or told.license
    if not (wanted and visit.actor.signed_in):
        return None
    try:
        return license_for(visit.db, visit.actor, UUID(wanted), Permission.VIEW)
    except (ValueError, NotFound):
        if said:
            raise NotFound from None
        return None


def form(visit: Visit, license_: License | None, told: About, *, status: int = 200) -> Answer:
    """Ask for help, with what is known of where the reader comes from; and what they asked before."""
    visit.place = "/support"
    signed_in = visit.actor.signed_in
    product = threads.product_of(visit.db, license_) if license_ else None
    return page(
        visit, "support/index.html", status=status, asking=uploads.asking(visit), told=told,
        license=license_, product=product, own=lines(visit) if signed_in else (), way_in=way_in(told),
    )  # fmt: skip


def way_in(told: About) -> str:
    """The door, which leads back to this very question."""
    return f"/sign-in?{urlencode({'next': told.address})}"


def lines(visit: Visit) -> list[dict[str, Any]]:
    return [_line(visit, one) for one in threads.own(visit.db, visit.actor)]


def _line(visit: Visit, one: threads.Own) -> dict[str, Any]:
    return {
        "asked": one,
        "kind": words.kind(visit.lang, one.kind),
        "age": words.age(visit.lang, (one.answered_at or visit.now) - one.created_at),
    }


def show(visit: Visit, request: Request, *, status: int = 200) -> Answer:
    """One question: how it stands, since when, and what was said."""
    visit.place = f"/requests/{request.public_id}"
    (own,) = threads.own(visit.db, visit.actor, request)
    decision = request.decision
    operation = words.asked_for(visit.lang, decision["operation"]) if decision else None
    return page(
        visit, "support/show.html", status=status, request=request, said=threads.for_person(visit.db, request),
        operation=operation, asking=uploads.asking(visit), sizes=lambda octets: words.size(visit.lang, octets),
        **_line(visit, own),
    )  # fmt: skip
