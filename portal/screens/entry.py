"""Letting a person in: the session, and what the browser keeps of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.actions import sessions as entering
from portal.actions.doing import Moment
from portal.doors import sessions
from portal.doors.entrants import Entrant, check_way_in, entrant, owes
from portal.doors.sessions import PASSWORD, Person, Proof
from portal.screens import second
from portal.web import Visit
from portal.web.cookies import give_session, knows, remember
from portal.web.paths import arrived


def admit(
    visit: Visit, db: Session, user: Person, email: str, next_: str, *, proof: Proof = PASSWORD,
    is_proven_by_mail: bool = False,
) -> str:  # fmt: skip
    """Let in whoever owes no second factor; whoever does shows it first. Returns where to go on."""
    who = entrant(db, user.id, proof)
    check_way_in(who)
    if owes(db, who, proof, visit.settings.second_factor):
        second.wait(visit, db, who.id, proof, next_, is_proven_by_mail=is_proven_by_mail)
        return second.PLACE
    _open(visit, db, who, email, proof, is_proven_by_mail)
    return next_


def let_in(
    visit: Visit, db: Session, user: Person, email: str, *, proof: Proof = PASSWORD, is_proven_by_mail: bool = False
) -> None:
    """Open a session. Whoever came from the mailbox of the account needs no mail about it."""
    who = entrant(db, user.id, proof)
    check_way_in(who)
    _open(visit, db, who, email, proof, is_proven_by_mail)


def _open(visit: Visit, db: Session, who: Entrant, email: str, proof: Proof, is_proven_by_mail: bool) -> None:
    doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
    is_new = not (is_proven_by_mail or knows(visit, email))
    token = entering.enter(doing, who, agent=visit.agent, address=visit.address, is_new_browser=is_new, proof=proof)
    give_session(visit, token)
    remember(visit, email)
    arrived(visit)


def proof_of(visit: Visit) -> Proof:
    """How the reader came in: a session that follows on theirs is worth no more and no less."""
    return Proof(visit.actor.how or "password", visit.actor.factor_at is not None, visit.actor.provider)


def raise_up(visit: Visit, db: Session) -> None:
    """Whoever is in has shown a second factor: the session goes on with it, under another token."""
    if visit.actor.session_id is not None:
        give_session(visit, sessions.raise_up(db, visit.actor.session_id, visit.now))
