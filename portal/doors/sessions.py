"""Sessions: a new 256-bit token at each sign-in, of which only the hash is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session as Db

from portal.access import ANONYMOUS, Actor, Place
from portal.db import new_id
from portal.models import Group, Membership, Session, Ticket, User, session_tickets

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
TICKET = timedelta(minutes=30)
# Last use is written at most this often, so that reading a page writes nothing.
SEEN_EVERY = timedelta(minutes=5)


def open_for_user(db: Db, user: User, now: datetime, *, agent: str, address: str) -> str:
    """A session for a person who proved who they are; returns the token for the cookie."""
    return _open(db, now, "user", now + ABSOLUTE, agent, address, user_id=user.id)[0]


def open_for_tickets(db: Db, ticket_ids: list[int], now: datetime, *, agent: str, address: str) -> str:
    """A short session that sees these tickets' licenses and nothing else."""
    token, session = _open(db, now, "ticket", now + TICKET, agent, address)
    db.flush()
    db.execute(insert(session_tickets), [{"session_id": session.id, "ticket_id": ticket} for ticket in ticket_ids])
    return token


def _open(
    db: Db, now: datetime, kind: str, expires_at: datetime, agent: str, address: str, user_id: int | None = None
) -> tuple[str, Session]:
    token = secrets.token_urlsafe(32)
    session = Session(
        public_id=new_id(now),
        token_hash=_hash(token),
        kind=kind,
        user_id=user_id,
        created_at=now,
        seen_at=now,
        expires_at=expires_at,
        agent=agent[:300],
        address=address[:64],
    )
    db.add(session)
    return token, session


# Read at every page, so they are written once and read columns.
_HOLDER = (
    select(
        Session.id, Session.kind, Session.created_at, Session.seen_at, Session.expires_at, User.id, User.public_id,
        User.name, User.email, User.language, User.time_zone, User.disabled_at,
    )
    .outerjoin(User, User.id == Session.user_id)
    .where(Session.token_hash == bindparam("token"), Session.expires_at > bindparam("now"))
)  # fmt: skip
_PLACES = (
    select(Group.id, Group.public_id, Group.name, Group.kind, Group.path, Membership.role, Group.is_person)
    .join(Membership, Membership.group_id == Group.id)
    .where(
        Membership.user_id == bindparam("user"),
        Membership.accepted_at.is_not(None),
        Membership.suspended_at.is_(None),
    )
    .order_by(Group.path)
)


def actor_of(db: Db, token: str, now: datetime) -> Actor:
    """Whoever this token belongs to; a token that is unknown, ended, idle or late belongs to nobody."""
    found = db.connection().execute(_HOLDER, {"token": _hash(token), "now": now}).first()
    if found is None:
        return ANONYMOUS
    id_, kind, created_at, seen_at, expires_at, user_id, public_id, name, email, language, zone, disabled_at = found
    if kind == "ticket":
        return _ticket_actor(db, id_, created_at, expires_at)
    if user_id is None or disabled_at is not None or seen_at + IDLE <= now:
        return ANONYMOUS
    return Actor(
        kind="user",
        user_id=user_id,
        public_id=public_id,
        name=name,
        email=email,
        language=language,
        time_zone=zone,
        places=tuple(Place(*row) for row in db.connection().execute(_PLACES, {"user": user_id})),
        session_id=id_,
        expires_at=expires_at,
        seen_at=seen_at,
    )


def _ticket_actor(db: Db, session_id: int, created_at: datetime, expires_at: datetime) -> Actor:
    # A ticket that was taken away or registered since it opened this session opens nothing any more.
    ticket_ids = db.execute(
        select(Ticket.id)
        .join(session_tickets, session_tickets.c.ticket_id == Ticket.id)
        .where(
            session_tickets.c.session_id == session_id,
            Ticket.revoked_at.is_(None),
            or_(Ticket.registered_at.is_(None), Ticket.registered_at < created_at),
        )
    ).scalars()
    tickets = tuple(ticket_ids)
    if not tickets:
        return ANONYMOUS
    return Actor(kind="ticket", ticket_ids=tickets, session_id=session_id, expires_at=expires_at)


def is_stale(actor: Actor, now: datetime) -> bool:
    """Whether the last use of the actor's session is due to be written."""
    return actor.seen_at is not None and actor.seen_at + SEEN_EVERY <= now


def touch(db: Db, session_id: int, now: datetime) -> None:
    db.execute(update(Session).where(Session.id == session_id).values(seen_at=now))


def close(db: Db, session_id: int) -> None:
    """Sign out: the token is dead at once, wherever a copy of it is."""
    db.execute(delete(Session).where(Session.id == session_id))


def forget_old(db: Db, now: datetime) -> int:
    return db.execute(delete(Session).where(Session.expires_at <= now)).rowcount


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
