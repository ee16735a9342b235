"""The pages of whoever asks: support, and one question with what was said about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from portal.access import NotFound, Permission, license_for
from portal.models import License, Request
from portal.reports import threads
from portal.screens import uploads
from portal.web import Answer, Visit, page
from portal.words import desk as words

MOST_CODE = 100


def asked_about(visit: Visit, said: str) -> License | None:
    """The license that an address or a form names, if the reader sees one of this id."""
    if not said:
        return None
    try:
        return license_for(visit.db, visit.actor, UUID(said), Permission.VIEW)
    except ValueError:
        raise NotFound from None


def form(visit: Visit, license_: License | None, code: str, *, status: int = 200) -> Answer:
    """Ask for help, with what is known of where the reader comes from; and what they asked before."""
    visit.place = "/support"
    signed_in = visit.actor.signed_in
    product = threads.product_of(visit.db, license_) if license_ else None
    return page(
        visit, "support/index.html", status=status, asking=uploads.asking(visit), code=code[:MOST_CODE],
        license=license_, product=product, own=lines(visit) if signed_in else (),
    )  # fmt: skip


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
