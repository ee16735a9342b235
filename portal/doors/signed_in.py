"""Where a person is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from portal.access import Actor
from portal.doors.limits import network
from portal.doors.sessions import lives
from portal.models import Session


@dataclass(frozen=True, slots=True)
class SignIn:
    """One session: the browser as it names itself, the network it comes from, and when it was used."""

    id: UUID
    agent: str | None
    network: str
    begun_at: datetime
    seen_at: datetime
    is_this: bool


def sign_ins(db: Db, actor: Actor, now: datetime) -> list[SignIn]:
    """The person's sessions that still live, this one first, then by last use."""
    rows = db.execute(
        select(Session.id, Session.public_id, Session.agent, Session.address, Session.created_at, Session.seen_at)
        .where(Session.user_id == actor.user_id, *lives(now))
        .order_by(Session.seen_at.desc(), Session.id.desc())
    )
    found = [
        SignIn(public_id, agent, network(address or ""), begun_at, seen_at, id_ == actor.session_id)
        for id_, public_id, agent, address, begun_at, seen_at in rows
    ]
    return sorted(found, key=lambda one: not one.is_this)
