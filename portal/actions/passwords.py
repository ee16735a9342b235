"""Passwords of people: asking for a new one by mail, setting it, changing it; whoever was signed in is signed out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.actions import asked, factors, links
from portal.actions.doing import Doing
from portal.actions.letters import zone_of
from portal.actions.links import Opened, Purpose
from portal.audit import Happened
from portal.brand.stationery import Stationery, plain
from portal.doors import sessions
from portal.files.vault import Vault
from portal.jobs import mail
from portal.models import Product, User

KIND = "password_reset"
PORTAL = Actor(kind="portal")


def answer(stationery: Stationery, db: Session, now: datetime, vault: Vault, question: Mapping[str, Any]) -> None:
    """What the worker does with a question: a link goes to the address on file, to no other, a few times an hour."""
    email = asked.email_of(vault, KIND, question)
    user = db.execute(select(User).where(User.email == email, User.disabled_at.is_(None)).with_for_update()).scalar()
    if user is None or not mail.is_address(user.email) or asked.too_often(db, user.email, now, KIND):
        return
    token = links.write(db, vault, now, Purpose.PASSWORD, user_id=user.id)
    letter = stationery.write(
        KIND, stationery.language(user.language, question["language"]), zone_of(stationery, user), now,
        person=plain(user.name), path=f"/password/reset/{token}", until=now + links.LIVES[Purpose.PASSWORD],
    )  # fmt: skip
    mail.post(db, vault, now, user, letter, is_secret=True)
    audit.record(db, now, PORTAL, Happened.PASSWORD_ASKED, user=str(user.public_id))


def forbidden_names(db: Session, user: User | None, *more: str) -> tuple[str, ...]:
    """What nobody's password may be: the person's own names, the vendor's, and those of its products."""
    own = (user.signs_in_as, user.signs_in_as.partition("@")[0], user.name) if user else ()
    return (*own, *more, *db.execute(select(Product.name).distinct()).scalars())


def set_anew(doing: Doing, link: Opened, secret: str) -> User | None:
    """The password that the owner of the address chose, as its hash; None when the link was used meanwhile.

    Whoever came in before is out: an account that somebody else had opened under this address is its owner's now.
    """
    user = doing.db.execute(select(User).where(User.id == link.user_id).with_for_update()).scalar()
    if user is None or user.disabled_at is not None or not links.use(doing.db, doing.now, link):
        return None
    if user.verified_at is None:
        factors.forget_all(doing, user)
        user.verified_at = doing.now
    _replace(doing, user, secret)
    audit.record(doing.db, doing.now, Actor(kind="user", user_id=user.id), Happened.PASSWORD_RESET)
    return user


def recover(doing: Doing, user: User, secret: str) -> None:
    """The password that the owner of an account without an address chose, as its hash. The row must be locked."""
    _replace(doing, user, secret)
    links.end_all(doing.db, user.id, Purpose.PASSWORD)
    audit.record(doing.db, doing.now, Actor(kind="user", user_id=user.id), Happened.PASSWORD_RESET)


def change(doing: Doing, user_id: int, secret: str) -> User:
    """Another password for the person who asks; the new one is handed in as its hash."""
    user = doing.db.execute(select(User).where(User.id == user_id).with_for_update()).scalar_one()
    _replace(doing, user, secret)
    links.end_all(doing.db, user.id, Purpose.PASSWORD)
    audit.record(doing.db, doing.now, doing.actor, Happened.PASSWORD_CHANGED)
    return user


def _replace(doing: Doing, user: User, secret: str) -> None:
    user.password_hash = secret
    sessions.close_all(doing.db, user.id)
    stationery = doing.stationery
    if stationery is not None and mail.is_address(user.email):
        zone = zone_of(stationery, user)
        letter = stationery.write(
            "password_changed", stationery.language(user.language), zone, doing.now, person=plain(user.name)
        )
        mail.post(doing.db, doing.vault, doing.now, user, letter)
