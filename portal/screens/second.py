"""Between the password and the session: whoever owes a second factor waits, known to this browser alone."""

from __future__ import annotations

import msgspec
from sqlalchemy.orm import Session

from portal.doors.sessions import Proof
from portal.models import User
from portal.web import Visit
from portal.web.cookies import hidden, hide, put_down

PLACE = "/sign-in/second"
COOKIE = "second"
AGE = 10 * 60  # seconds


class Waiting(msgspec.Struct, frozen=True):
    """Who waits, how they came so far, and where they wanted to go. `mark` stands for the password of that moment."""

    user_id: int
    mark: str
    next: str
    how: str
    provider: str | None = None
    sso_sid: str | None = None
    by_mail: bool = False

    @property
    def proof(self) -> Proof:
        """How they will have come in, once the second factor is shown."""
        return Proof(self.how, factor=True, provider=self.provider, sso_sid=self.sso_sid)


def wait(
    visit: Visit, db: Session, user_id: int, proof: Proof, next_: str, *, is_proven_by_mail: bool
) -> None:
    """No session yet: what is known so far stays with this browser, sealed, for some minutes."""
    mark = _mark(visit, db.get_one(User, user_id))
    waiting = Waiting(user_id, mark, next_, proof.how, proof.provider, proof.sso_sid, is_proven_by_mail)
    hide(visit, COOKIE, msgspec.json.encode(waiting).decode(), AGE)


def who_waits(visit: Visit, db: Session) -> tuple[Waiting, User] | None:
    """Whoever waits with this browser; nobody whose password was changed meanwhile, or who was shut out."""
    kept = hidden(visit, COOKIE)
    if kept is None:
        return None
    waiting = msgspec.json.decode(kept, type=Waiting)
    user = db.get(User, waiting.user_id)
    if user is None or user.disabled_at is not None or waiting.mark != _mark(visit, user):
        return None
    return waiting, user


def forget(visit: Visit) -> None:
    put_down(visit, COOKIE)


def _mark(visit: Visit, user: User) -> str:
    return visit.vault.lookup("second", f"{user.public_id}:{user.password_hash}")[:16].hex()
