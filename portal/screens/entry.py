"""Letting a person in: the session, and what the browser keeps of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.actions import sessions as entering
from portal.actions.doing import Moment
from portal.doors import factors, sessions
from portal.doors.companies import check_way_in
from portal.doors.sessions import PASSWORD, Person, Proof
from portal.screens import second
from portal.web import Visit
from portal.web.cookies import give_session, knows, remember


def admit(
    visit: Visit, db: Session, user: Person, email: str, next_: str, *, proof: Proof = PASSWORD,
    is_proven_by_mail: bool = False,
) -> str:  # fmt: skip
    """Let in whoever owes no second factor; whoever does shows it first. Returns where to go on."""
    if factors.owes(db, user.id, proof, visit.settings.second_factor):
        check_way_in(db, user.id, proof.provider)
        second.wait(visit, db, user.id, proof, next_, is_proven_by_mail=is_proven_by_mail)
        return second.PLACE
    let_in(visit, db, user, email, proof=proof, is_proven_by_mail=is_proven_by_mail)
    return next_


def let_in(
    visit: Visit, db: Session, user: Person, email: str, *, proof: Proof = PASSWORD, is_proven_by_mail: bool = False
) -> None:
    """Open a session. Whoever came from the mailbox of the account needs no mail about it."""
    check_way_in(db, user.id, proof.provider)
    doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
    is_new = not (is_proven_by_mail or knows(visit, email))
    token = entering.enter(doing, user, agent=visit.agent, address=visit.address, is_new_browser=is_new, proof=proof)
    give_session(visit, token)
    remember(visit, email)


def proof_of(visit: Visit) -> Proof:
    """How the reader came in: a session that follows on theirs is worth no more and no less."""
    return Proof(visit.actor.how or "password", visit.actor.factor_at is not None, visit.actor.provider)


def raise_up(visit: Visit, db: Session) -> None:
    """Whoever is in has shown a second factor: the session goes on with it, under another token."""
    if visit.actor.session_id is not None:
        give_session(visit, sessions.raise_up(db, visit.actor.session_id, visit.now))
