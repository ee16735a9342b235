"""Links in mails: written for one person and one purpose, opened once, and dead after a while."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.files.vault import Vault
from portal.models import Link


class Purpose(StrEnum):
    """What a link opens."""

    PASSWORD = "password"  # a new password
    WELCOME = "welcome"  # an account that is still to be made
    NEW_ADDRESS = "new_address"  # that the new address is the person's
    OLD_ADDRESS = "old_address"  # that the owner of the old address agrees
    DEMO = "demo"  # a trial, and an account for it where there is none


LIVES = {
    Purpose.PASSWORD: timedelta(hours=1),
    Purpose.WELCOME: timedelta(hours=24),
    Purpose.NEW_ADDRESS: timedelta(hours=24),
    Purpose.OLD_ADDRESS: timedelta(hours=24),
    Purpose.DEMO: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that still opens something: for whom, and what it carries."""

    id: int
    purpose: Purpose
    user_id: int | None
    facts: dict[str, Any]
    expires_at: datetime


def write(
    db: Session, vault: Vault, now: datetime, purpose: Purpose, *, user_id: int | None = None, **facts: Any
) -> str:
    """Make a link and return its token, which stands nowhere but in the mail."""
    token = secrets.token_urlsafe(32)
    lookup = _lookup(vault, token)
    db.add(
        Link(
            lookup=lookup,
            purpose=purpose.value,
            user_id=user_id,
            cipher=vault.seal("link", msgspec.json.encode(facts), lookup),
            created_at=now,
            expires_at=now + LIVES[purpose],
        )
    )
    return token


def opened(db: Session, vault: Vault, now: datetime, token: str | None, purpose: Purpose) -> Opened | None:
    """What this token opens; None for one that is unknown, used, late, or meant for something else."""
    if not token:
        return None
    link = db.execute(
        select(Link).where(
            Link.lookup == _lookup(vault, token),
            Link.purpose == purpose.value,
            Link.used_at.is_(None),
            Link.expires_at > now,
        )
    ).scalar()
    if link is None:
        return None
    facts = msgspec.json.decode(vault.open("link", link.cipher, link.lookup))
    return Opened(link.id, purpose, link.user_id, facts, link.expires_at)


def use(db: Session, now: datetime, link: Opened) -> bool:
    """Use the link up; False when somebody was quicker. The person's other links of this kind end with it."""
    won = db.execute(update(Link).where(Link.id == link.id, Link.used_at.is_(None)).values(used_at=now)).rowcount
    if won and link.user_id is not None:
        end_all(db, link.user_id, link.purpose)
    return bool(won)


def end_all(db: Session, user_id: int, *purposes: Purpose) -> None:
    """No link of these kinds opens anything for this person any more."""
    db.execute(delete(Link).where(Link.user_id == user_id, Link.purpose.in_(purposes), Link.used_at.is_(None)))


def forget_old(db: Session, now: datetime) -> int:
    """Delete links whose time is over; used ones are counted until then."""
    return db.execute(delete(Link).where(Link.expires_at <= now)).rowcount


def _lookup(vault: Vault, token: str) -> bytes:
    return vault.lookup("link", token)
