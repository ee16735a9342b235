"""The pages on which people try products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.actions import demo_links, demo_offers, demos
from portal.actions.demo_offers import Counted, Offer
from portal.models import DemoClaim, Group, License, Request, User
from portal.web import Answer, Visit, page
from portal.web.pages import problem

OWN = "/requests/demo"


@dataclass(frozen=True, slots=True)
class Standing:
    """A demo as one person sees it: still to be had, waiting for the vendor, running, or had."""

    offer: Offer
    request: Request | None = None
    license: License | None = None
    had: DemoClaim | None = None


def choice(visit: Visit, db: Session) -> tuple[Offer | None, int]:
    """What was chosen of the list, as "id.days". An error stands beside the list."""
    text, _, days = visit.form.values.get("demo", "").partition(".")
    try:
        offer = demo_offers.offer(db, UUID(text))
    except ValueError:
        offer = None
    if offer is None or days not in map(str, offer.days):
        visit.form.errors["demo"] = "choice_missing"
        return None, 0
    return offer, int(days)


def public(visit: Visit, db: Session, *, status: int = 200, params: dict[str, Any] | None = None) -> Answer:
    """What can be tried, and the address that the link is to go to."""
    visit.place = "/demo"
    offers = demo_offers.offers(db)
    return page(
        visit, "demos/new.html", status=status, offers=offers, chosen=_chosen(visit, offers),
        email=visit.form.values.get("email", "")[:254], errors=_errors(visit, params or {}),
    )  # fmt: skip


def own(visit: Visit, *, status: int = 200, wrong: Offer | None = None, code: str = "") -> Answer:
    """What the reader can try, and what becomes of what they asked for."""
    visit.place = OWN
    user = visit.db.get_one(User, visit.actor.user_id)
    had = demos.claims_of(visit.db, visit.vault, user.email, user.id)
    waiting = demos.waiting_of(visit.db, user.id)
    standings = [_standing(visit, one, had, waiting) for one in demo_offers.offers(visit.db)]
    left = tuple(one.offer for one in standings if one.had is None and one.request is None)
    told = {name: sentence for name, sentence in _errors(visit, {}).items() if name == "demo"}
    if wrong is not None:
        told["demo"] = refusal(visit, code, wrong)
    return page(
        visit, "demos/own.html", status=status, offers=left, chosen=_chosen(visit, left), errors=told,
        begun=[one for one in standings if one.offer not in left],
    )  # fmt: skip


def group_of(visit: Visit, user: User) -> Group:
    """Whose the trial will be: the group that one looks at, or one's own."""
    acting = visit.actor.acting
    return visit.db.get_one(Group, acting.group_id) if acting else demo_links.home_of(visit, user)


def refusal(visit: Visit, code: str, offer: Offer) -> str:
    """Why there is no trial, beside the place where it was asked for."""
    heading, sentence = problem(visit, code, {"product": offer.product, "operation": "demo"})
    return f"{visit.lang.sentence(heading)}{visit.lang.gap}{sentence}"


def _standing(
    visit: Visit, offer: Offer, claims: Mapping[Counted, DemoClaim], waiting: Mapping[int, Request]
) -> Standing:
    had = claims.get(offer.counted)
    if had is None:
        return Standing(offer, request=waiting.get(offer.product_id))
    is_own = had.user_id == visit.actor.user_id
    return Standing(offer, license=visit.db.get_one(License, had.license_id) if is_own else None, had=had)


def _chosen(visit: Visit, offers: tuple[Offer, ...]) -> str:
    """What stands selected: what was sent, else the usual length of the product in the address, or of the first."""
    sent, wanted = visit.form.values.get("demo"), visit.query.get("product")
    if sent:
        return sent[:60]
    first = next((one for one in offers if one.code == wanted), offers[0] if offers else None)
    return f"{first.public_id}.{first.usual}" if first else ""


def _errors(visit: Visit, params: dict[str, Any]) -> dict[str, str]:
    return {name: problem(visit, code, params)[1] for name, code in visit.form.errors.items()}
