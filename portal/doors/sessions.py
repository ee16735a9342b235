"""Sessions: a new 256-bit token at each sign-in, of which only the hash is stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session as Db

from portal.access import ANONYMOUS, Actor, Place
from portal.db import new_id
from portal.models import COUNTS, Group, Membership, Session, Ticket, User, session_tickets
from portal.rows import Ready, write

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
TICKET = timedelta(minutes=30)
# Last use is written at most this often, so that reading a page writes nothing.
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Proof:
    """How somebody showed who they are: by which door, with more than a password or not, and what a company said."""

    how: str
    factor: bool = False
    provider: str | None = None
    sso_sid: str | None = None
    id_token: bytes | None = None


PASSWORD = Proof("password")


class Person(Protocol):
    """Somebody with an account: the row of the table, or what was read of it."""

    @property
    def id(self) -> int: ...


def open_for_user(
    db: Db, user: Person, now: datetime, *, agent: str, address: str, proof: Proof = PASSWORD
) -> str:
    """A session for a person who proved who they are; returns the token for the cookie."""
    shown = {
        "how": proof.how, "proved_at": now, "factor_at": now if proof.factor else None, "provider": proof.provider,
        "sso_sid": proof.sso_sid, "id_token": proof.id_token,
    }  # fmt: skip
    return _open(db, now, "user", now + ABSOLUTE, agent, address, user_id=user.id, **shown)[0]


def open_for_tickets(db: Db, ticket_ids: list[int], now: datetime, *, agent: str, address: str) -> str:
    """A short session that sees these tickets' licenses and nothing else."""
    token, session_id = _open(db, now, "ticket", now + TICKET, agent, address)
    db.execute(insert(session_tickets), [{"session_id": session_id, "ticket_id": ticket} for ticket in ticket_ids])
    return token


def _open(
    db: Db, now: datetime, kind: str, expires_at: datetime, agent: str, address: str, **whose: Any
) -> tuple[str, int]:
    token = secrets.token_urlsafe(32)
    session_id = write(
        db,
        Session,
        public_id=new_id(now),
        token_hash=_hash(token),
        kind=kind,
        created_at=now,
        seen_at=now,
        expires_at=expires_at,
        agent=agent[:300],
        address=address[:64],
        **whose,
    )
    return token, session_id


# Read at every page, so it is written once and reads columns: a row for each place of the person, at least one.
_HOLDER = Ready(
    select(
        Group.id, Group.public_id, Group.name, Group.kind, Group.path, Membership.role, Group.is_person,
        Session.how, Session.proved_at, Session.factor_at, Session.provider,
        Session.id, Session.kind, Session.created_at, Session.seen_at, Session.expires_at, Session.group_id,
        User.id, User.public_id, User.name, func.coalesce(User.email, ""), User.language, User.time_zone,
        User.disabled_at, User.shortcuts_off_at, Session.lists,
    )
    .select_from(Session)
    .outerjoin(User, User.id == Session.user_id)
    .outerjoin(Membership, and_(Membership.user_id == User.id, COUNTS))
    .outerjoin(Group, Group.id == Membership.group_id)
    .where(Session.token_hash == bindparam("token"), Session.expires_at > bindparam("now"))
    .order_by(Group.path)
)  # fmt: skip
_PLACE, _PROOF = 7, 4  # columns


def actor_of(db: Db, token: str, now: datetime) -> Actor:
    """Whoever this token belongs to; a token that is unknown, ended, idle or late belongs to nobody."""
    rows = _HOLDER.all(db, token=_hash(token), now=now)
    if not rows:
        return ANONYMOUS
    how, proved_at, factor_at, provider = rows[0][_PLACE : _PLACE + _PROOF]
    id_, kind, created_at, seen_at, expires_at, acting_id, user_id, public_id, *told, disabled_at, off_at, lists = (
        rows[0][_PLACE + _PROOF :]
    )
    if kind == "ticket":
        return replace(_ticket_actor(db, id_, created_at, expires_at), lists=lists)
    if user_id is None or disabled_at is not None or seen_at + IDLE <= now:
        return ANONYMOUS
    return Actor(
        "user",
        user_id,
        public_id,
        *told,
        places=tuple(Place(*row[:_PLACE]) for row in rows if row[0] is not None),
        session_id=id_,
        expires_at=expires_at,
        seen_at=seen_at,
        acting_id=acting_id,
        how=how,
        proved_at=proved_at,
        factor_at=factor_at,
        provider=provider,
        has_shortcuts=off_at is None,
        lists=lists,
    )


_PLACES = Ready(
    select(Group.id, Group.public_id, Group.name, Group.kind, Group.path, Membership.role, Group.is_person)
    .join(Membership, Membership.group_id == Group.id)
    .where(Membership.user_id == bindparam("user"), COUNTS)
    .order_by(Group.path)
)


def places_of(db: Db, user_id: int) -> tuple[Place, ...]:
    """Where a person belongs, as of this moment."""
    return tuple(Place(*row) for row in _PLACES.all(db, user=user_id))


def person(db: Db, user_id: int) -> Actor:
    """A person as whoever asks, for work that is done for them later; who was shut out meanwhile may do nothing."""
    user = db.get_one(User, user_id)
    if user.disabled_at is not None:
        return ANONYMOUS
    return Actor(
        "user", user.id, user.public_id, user.name, user.email or "", user.language, user.time_zone,
        places_of(db, user_id),
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


def lives(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a person's session still opens something."""
    return Session.expires_at > now, Session.seen_at > now - IDLE


def is_stale(actor: Actor, now: datetime) -> bool:
    """Whether the last use of the actor's session is due to be written."""
    return actor.seen_at is not None and actor.seen_at + SEEN_EVERY <= now


def touch(db: Db, session_id: int, now: datetime) -> None:
    db.execute(update(Session).where(Session.id == session_id).values(seen_at=now))


def prove(db: Db, session_id: int, now: datetime) -> None:
    """The person of this session has shown anew who they are."""
    db.execute(update(Session).where(Session.id == session_id).values(proved_at=now))


def raise_up(db: Db, session_id: int, now: datetime) -> str:
    """The session goes on with a second factor, under another token: the one from before is dead."""
    token = secrets.token_urlsafe(32)
    raised = {"token_hash": _hash(token), "factor_at": now, "proved_at": now}
    db.execute(update(Session).where(Session.id == session_id).values(**raised))
    return token


def close(db: Db, session_id: int) -> None:
    """Sign out: the token is dead at once, wherever a copy of it is."""
    db.execute(delete(Session).where(Session.id == session_id))


def close_all(db: Db, user_id: int, *, but: int | None = None) -> int:
    """End every session of a person, or every other one; returns how many."""
    wanted = delete(Session).where(Session.user_id == user_id)
    return db.execute(wanted if but is None else wanted.where(Session.id != but)).rowcount


def act_for(db: Db, session_id: int, group_id: int | None) -> None:
    """Remember the group that the person of this session looks at alone; None for all of theirs."""
    db.execute(update(Session).where(Session.id == session_id).values(group_id=group_id))


def remember_lists(db: Db, session_id: int, lists: bytes | None) -> None:
    """What the reader asked of each list last, sealed; it goes with the session."""
    db.execute(update(Session).where(Session.id == session_id).values(lists=lists))


def forget_old(db: Db, now: datetime) -> int:
    return db.execute(delete(Session).where(Session.expires_at <= now)).rowcount


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
