"""Coming in and going out: a new session for whoever proved something, and the record of it."""

from __future__ import annotations

from sqlalchemy import update

from portal import audit
from portal.access import Actor
from portal.actions import emergencies, letters
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.doors import limits, sessions
from portal.doors.entrants import Entrant
from portal.doors.sessions import PASSWORD, Proof
from portal.models import User


def enter(
    doing: Doing, user: Entrant, *, agent: str, address: str, is_new_browser: bool = False, proof: Proof = PASSWORD
) -> str:
    """A person came in; a session that the browser had before ends. Returns the token for the cookie.

    Somebody who came in with a browser that is new to the account might not be its owner: the owner is told.
    """
    _leave_old(doing)
    if doing.stationery is not None and doing.stationery.is_one_of_several:
        brand = doing.stationery.host
        doing.db.execute(
            update(User).where(User.id == user.id, User.brand.is_distinct_from(brand)).values(brand=brand)
        )
    if is_new_browser:
        letters.new_sign_in(doing, user, agent=agent, network=limits.network(address))
    token = sessions.open_for_user(doing.db, user, doing.now, agent=agent, address=address, proof=proof)
    _record(doing, Actor(kind="user", user_id=user.id), address)
    return token


def enter_with_tickets(doing: Doing, ticket_ids: list[int], *, agent: str, address: str) -> str:
    """The holder of tickets came in, with the emergency licenses of theirs. Returns the token for the cookie."""
    _leave_old(doing)
    held = [*ticket_ids, *emergencies.beside(doing.db, ticket_ids, doing.now)]
    token = sessions.open_for_tickets(doing.db, held, doing.now, agent=agent, address=address)
    _record(doing, Actor(kind="ticket"), address)
    return token


def leave(doing: Doing) -> None:
    """The session is dead, wherever a copy of its cookie is."""
    if doing.actor.session_id is not None:
        sessions.close(doing.db, doing.actor.session_id)
        audit.record(doing.db, doing.now, doing.actor, Happened.SESSION_CLOSED)


def refuse(doing: Doing, kind: Happened, code: str, *, address: str) -> None:
    """Record a refusal at a door; of the address only the network is kept."""
    audit.record(doing.db, doing.now, doing.actor, kind, refused=True, code=code, address=limits.network(address))


def _leave_old(doing: Doing) -> None:
    if doing.actor.session_id is not None:
        sessions.close(doing.db, doing.actor.session_id)


def _record(doing: Doing, actor: Actor, address: str) -> None:
    audit.record(doing.db, doing.now, actor, Happened.SESSION_OPENED, address=limits.network(address))
