"""Letting a person in: the session, and what the browser keeps of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.actions import sessions as entering
from portal.actions.doing import Moment
from portal.doors.sessions import Person
from portal.web import Visit
from portal.web.cookies import give_session, knows, remember


def let_in(visit: Visit, db: Session, user: Person, email: str, *, is_proven_by_mail: bool = False) -> None:
    """Open a session. Whoever came from the mailbox of the account needs no mail about it."""
    doing = Moment(db, visit.actor, visit.now, visit.vault, visit.stationery)
    is_new = not (is_proven_by_mail or knows(visit, email))
    token = entering.enter(doing, user, agent=visit.agent, address=visit.address, is_new_browser=is_new)
    give_session(visit, token)
    remember(visit, email)
