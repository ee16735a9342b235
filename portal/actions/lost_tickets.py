"""Lost tickets: all tickets of an account are mailed to its address, and nobody else learns whether there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, at_home
from portal.actions import asked
from portal.actions.letters import can_be_written_to, zone_of
from portal.actions.tickets import code_of
from portal.audit import Happened
from portal.brand.stationery import Stationery, plain
from portal.doors import sessions
from portal.files.vault import Vault
from portal.jobs import mail
from portal.models import COUNTS, Article, Group, License, LicenseKey, Mail, Membership, Product, Role, Ticket, User

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


def answer(stationery: Stationery, db: Session, now: datetime, vault: Vault, question: Mapping[str, Any]) -> None:
    """What the worker does with a question."""
    mail_all(stationery, db, now, vault, asked.email_of(vault, KIND, question), question["language"])


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
    reader = sessions.person(db, user.id)  # what lies in a group that they left is not theirs to be sent
    own = (
        select(Group.id)
        .join(Membership, Membership.group_id == Group.id)
        .where(
            Group.is_person,
            Membership.user_id == user.id,
            Membership.role == Role.ADMIN,
            COUNTS,
        )
    )
    rows = db.execute(
        select(Ticket, Product.name)
        .join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
        .join(License, License.id == LicenseKey.license_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .where(
            or_(
                and_(Ticket.user_id == user.id, at_home(reader, Ticket.group_id)),
                and_(Ticket.user_id.is_(None), Ticket.group_id.in_(own)),
            ),
            Ticket.revoked_at.is_(None),
            License.stands_for_id.is_(None),
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
