"""Lost tickets: all tickets of an account are mailed to its address, and nobody else learns whether there is one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.actions.doing import Doing
from portal.actions.letters import can_be_written_to, zone_of
from portal.actions.tickets import code_of
from portal.audit import Happened
from portal.brand.stationery import Stationery, plain
from portal.files.vault import Vault
from portal.jobs import mail, queue
from portal.models import Article, Group, License, LicenseKey, Mail, Membership, Product, Role, Ticket, User

KIND = "lost_tickets"
NOT_AGAIN_WITHIN = timedelta(hours=1)
MOST = 200
PORTAL = Actor(kind="portal")


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket as its owner reads it."""

    code: str
    product: str
    order_number: str | None


def ask(doing: Doing, email: str, language: str) -> None:
    """Somebody asks for the tickets of this address.

    Whether it is known is looked up later, by the worker: until then a known address and an unknown one are written
    down alike, at the same cost.
    """
    sealed = base64.b64encode(doing.vault.seal(KIND, email.lower().encode())).decode()
    queue.later(doing.db, KIND, doing.now, email=sealed, language=language)


def answer(stationery: Stationery, db: Session, now: datetime, vault: Vault, asked: Mapping[str, Any]) -> None:
    """What the worker does with a question."""
    email = vault.open(KIND, base64.b64decode(asked["email"])).decode()
    mail_all(stationery, db, now, vault, email, asked["language"])


def mail_all(
    stationery: Stationery, db: Session, now: datetime, vault: Vault, email: str, language: str | None = None
) -> None:
    """Mail the tickets of this account to the address on file, at most once an hour, and only if it was verified.

    `language` is what the page was read in, for an account that names none.
    """
    user = db.execute(select(User).where(User.email == email).with_for_update()).scalar()
    if user is None or not can_be_written_to(user) or _was_told(db, user, now):
        return
    found = tickets_of(db, vault, user)
    letter = stationery.write(
        KIND,
        stationery.language(user.language, language),
        zone_of(stationery, user),
        now,
        person=plain(user.name),
        tickets=found[:MOST],
        more=max(0, len(found) - MOST),
    )
    mail.post(db, vault, now, user, letter, is_secret=True)
    audit.record(db, now, PORTAL, Happened.TICKETS_MAILED, user=str(user.public_id), count=len(found))


def tickets_of(db: Session, vault: Vault, user: User) -> list[Found]:
    """The tickets that a person registered, and those in the pool of their own private group, oldest first."""
    own = (
        select(Group.id)
        .join(Membership, Membership.group_id == Group.id)
        .where(
            Group.is_person,
            Membership.user_id == user.id,
            Membership.role == Role.ADMIN,
            Membership.accepted_at.is_not(None),
            Membership.suspended_at.is_(None),
        )
    )
    rows = db.execute(
        select(Ticket, Product.name)
        .join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
        .join(License, License.id == LicenseKey.license_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .where(
            or_(Ticket.user_id == user.id, Ticket.user_id.is_(None) & Ticket.group_id.in_(own)),
            Ticket.revoked_at.is_(None),
        )
        .order_by(Ticket.id)
    )
    found: dict[int, Found] = {}
    for ticket, product in rows:
        found.setdefault(ticket.id, Found(plain(code_of(vault, ticket)), plain(product), ticket.order_number))
    return list(found.values())


def _was_told(db: Session, user: User, now: datetime) -> bool:
    recent = exists().where(Mail.user_id == user.id, Mail.kind == KIND, Mail.created_at > now - NOT_AGAIN_WITHIN)
    return bool(db.execute(select(recent)).scalar())
