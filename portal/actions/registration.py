"""Making an account: an address is asked, and whoever opens the link in its mailbox becomes a person with a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Place
from portal.actions import asked, claims, groups, links
from portal.actions.doing import Doing, Moment
from portal.actions.letters import zone_of
from portal.actions.links import Opened, Purpose
from portal.audit import Happened
from portal.brand.stationery import Letter, Stationery, plain
from portal.db import new_id
from portal.files.vault import Vault
from portal.jobs import mail
from portal.models import Group, GroupKind, Membership, Role, Ticket, User

KIND = "registration"
KNOWN = "registration_known"


def answer(stationery: Stationery, db: Session, now: datetime, vault: Vault, question: Mapping[str, Any]) -> None:
    """What the worker does with a question: a new address gets a link, a known one is reminded of its account."""
    email = asked.email_of(vault, KIND, question)
    if not mail.is_address(email) or asked.too_often(db, email, now, KIND, KNOWN):
        return
    user = db.execute(select(User).where(User.email == email)).scalar()
    if user is not None and user.disabled_at is not None:
        return
    language = stationery.language(user.language if user else None, question["language"])
    if user is not None:
        zone = zone_of(stationery, user)
        mail.post(db, vault, now, user, stationery.write(KNOWN, language, zone, now, person=plain(user.name)))
    else:
        mail.post(db, vault, now, email, _welcome(stationery, db, vault, now, email, language), is_secret=True)


def _welcome(
    stationery: Stationery, db: Session, vault: Vault, now: datetime, email: str, language: str
) -> Letter:
    token = links.write(db, vault, now, Purpose.WELCOME, email=email, language=language)
    until = now + links.LIVES[Purpose.WELCOME]
    zone = stationery.brand.zone
    return stationery.write(KIND, language, zone, now, path=f"/register/{token}", until=until, email=email)


def open_account(doing: Doing, link: Opened, *, name: str, secret: str, profile: Mapping[str, str]) -> User | None:
    """The account of whoever opened the link, with a group of their own; None when somebody was quicker.

    `secret` is the hash of the password. The tickets of a ticket session come along and are registered.
    """
    if not links.use(doing.db, doing.now, link):
        return None
    user = User(
        public_id=new_id(doing.now),
        email=str(link.facts["email"]),
        name=name,
        password_hash=secret,
        language=str(link.facts["language"]),
        profile=dict(profile) or None,
        created_at=doing.now,
        verified_at=doing.now,
    )
    try:
        with doing.db.begin_nested():
            doing.db.add(user)
            doing.db.flush()
    except IntegrityError:
        return None
    settle(doing, user)
    return user


def settle(doing: Doing, user: User) -> None:
    """A group of their own for somebody new, into which the tickets of a ticket session come along."""
    group = own_group(doing, user)
    place = Place(group.id, group.public_id, group.name, group.kind, group.path, Role.ADMIN, True)
    person = Actor(kind="user", user_id=user.id, name=user.name, email=user.email or "", places=(place,))
    audit.record(doing.db, doing.now, person, Happened.ACCOUNT_OPENED, group_id=group.id)
    bring_along(Moment(doing.db, person, doing.now, doing.vault, doing.stationery), group, doing.actor.ticket_ids)


def own_group(doing: Doing, user: User) -> Group:
    """The group of one private person, right below the vendor."""
    vendor = doing.db.execute(select(Group).where(Group.kind == GroupKind.VENDOR)).scalar_one()
    group = groups.found(doing.db, doing.now, vendor, GroupKind.CUSTOMER, user.name, is_person=True)
    doing.db.add(
        Membership(
            public_id=new_id(doing.now), user_id=user.id, group_id=group.id, role=Role.ADMIN, created_at=doing.now,
            accepted_at=doing.now,
        )
    )
    doing.db.flush()
    return group


def bring_along(doing: Doing, group: Group, ticket_ids: tuple[int, ...]) -> int:
    """Register the tickets that the person held while the account was made; returns how many."""
    wanted = select(Ticket).where(
        Ticket.id.in_(ticket_ids), Ticket.registered_at.is_(None), Ticket.revoked_at.is_(None)
    )
    held = doing.db.execute(wanted.order_by(Ticket.id).with_for_update()).scalars().all() if ticket_ids else ()
    claims.claim_all(doing, held, group)
    return len(held)
