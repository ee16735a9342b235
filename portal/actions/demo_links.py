"""Demos from the public page: an address is asked, and whoever opens the link in its mailbox can start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.actions import asked, demo_offers, demos, links, registration
from portal.actions.demo_offers import Offer
from portal.actions.demos import Started
from portal.actions.doing import Doing, Moment
from portal.actions.letters import zone_of
from portal.actions.links import Opened, Purpose
from portal.brand.stationery import Stationery, plain
from portal.files.vault import Vault
from portal.jobs import mail
from portal.models import COUNTS, Group, Membership, User

KIND = "demo"


def ask(doing: Doing, email: str, language: str, offer: Offer, days: int) -> None:
    """Somebody wants to try a product; the worker writes to the address, whoever it belongs to."""
    asked.ask(doing, KIND, email, language, article=str(offer.public_id), days=days)


def answer(stationery: Stationery, db: Session, now: datetime, vault: Vault, question: Mapping[str, Any]) -> None:
    """What the worker does with a question: the link goes to the address that was typed, a few times an hour."""
    email = asked.email_of(vault, KIND, question)
    offer = demo_offers.offer(db, UUID(question["article"]))
    user = known(db, email)
    if offer is None or not mail.is_address(email) or asked.too_often(db, email, now, KIND):
        return
    if user is not None and user.disabled_at is not None:
        return
    language = stationery.language(user.language if user else None, question["language"])
    token = links.write(
        db, vault, now, Purpose.DEMO, email=email, language=language, article=question["article"],
        days=question["days"],
    )  # fmt: skip
    letter = stationery.write(
        KIND, language, zone_of(stationery, user) if user else stationery.brand.zone, now,
        path=f"/demo/{token}", until=now + links.LIVES[Purpose.DEMO], product=plain(offer.product),
        days=question["days"],
    )  # fmt: skip
    mail.post(db, vault, now, user or email, letter, is_secret=True)


def known(db: Session, email: str) -> User | None:
    return db.execute(select(User).where(User.email == email)).scalar()


def start(doing: Doing, link: Opened, user: User, offer: Offer) -> Started | None:
    """The person whose mailbox the link came to starts the trial; None when the link was used meanwhile.

    Their word from the mailbox is enough to have it, not to sign in.
    """
    if not links.use(doing.db, doing.now, link):
        return None
    return begin(doing, user, offer, int(link.facts["days"]))


def begin(doing: Doing, user: User, offer: Offer, days: int) -> Started:
    """A trial for the person with this account."""
    person = Actor(kind="user", user_id=user.id, name=user.name, email=user.email)
    doing = Moment(doing.db, person, doing.now, doing.vault, doing.stationery)
    return demos.start(doing, user, home_of(doing, user), offer, days)


def home_of(doing: Doing, user: User) -> Group:
    """The group that is theirs alone, or else the first they belong to; who has none gets one."""
    own = select(Group).join(Membership, Membership.group_id == Group.id).where(Membership.user_id == user.id, COUNTS)
    group = doing.db.execute(own.order_by(Group.is_person.desc(), Membership.id).limit(1)).scalar()
    return group or registration.own_group(doing, user)
