"""Second factors of people: the authenticator app, recovery codes, and what happens to everything when one changes."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.actions import factor_letters, links, recovery_codes
from portal.actions.doing import Doing
from portal.actions.links import Purpose
from portal.audit import Happened
from portal.doors import factors, sessions, totp
from portal.doors.factors import Roles
from portal.models import Authenticator, Identity, Passkey, User

SECRET = "authenticator"


def own(doing: Doing) -> User:
    """The account of whoever asks, held until the end of the deed: factors come and go one at a time."""
    mine = select(User).where(User.id == doing.actor.user_id).with_for_update()
    return doing.db.execute(mine).scalar_one()


def begin_app(doing: Doing) -> str | None:
    """A new secret for an app, which counts once a code of it was typed. Returns the code of what stands in the way."""
    user = own(doing)
    app = _app(doing.db, user.id)
    if app is not None and app.confirmed_at is not None:
        return "app_is_there"
    if app is None:
        app = Authenticator(user_id=user.id, created_at=doing.now, last_step=0)
        doing.db.add(app)
    app.cipher = doing.vault.seal(SECRET, totp.new_secret().encode(), user.public_id.bytes)
    doing.db.flush()
    return None


def waiting_secret(doing: Doing, user: User) -> str | None:
    """The secret of an app that was not confirmed yet."""
    app = _app(doing.db, user.id)
    return None if app is None or app.confirmed_at is not None else _secret(doing, user, app)


def confirm_app(doing: Doing, typed: str) -> tuple[str | None, list[str]]:
    """The app shows a right code: from now on it is asked for at the door.

    Returns the code of what stands in the way, and the recovery codes that come with a first factor.
    """
    user = own(doing)
    app = _app(doing.db, user.id)
    if app is None or app.confirmed_at is not None:
        return "app_not_begun", []
    step = totp.step_of(_secret(doing, user, app), typed, doing.now)
    if step is None:
        return "code_wrong", []
    app.confirmed_at, app.last_step = doing.now, step
    return None, added(doing, user, "app_added")


def remove_app(doing: Doing, roles: Roles) -> str | None:
    """No code is asked for any more. Returns the code of what stands in the way."""
    user = own(doing)
    app = _app(doing.db, user.id)
    if app is None or app.confirmed_at is None:
        return None
    if is_last_of_asked(doing, user, roles):
        return refused(doing, "factor_asked_for")
    doing.db.delete(app)
    doing.db.flush()
    removed(doing, user, "app_removed")
    return None


def make_codes(doing: Doing) -> list[str]:
    """Ten new recovery codes; those from before are worth nothing."""
    user = own(doing)
    codes = recovery_codes.make(doing, user.id)
    sessions.close_all(doing.db, user.id, but=doing.actor.session_id)
    audit.record(doing.db, doing.now, doing.actor, Happened.CODES_MADE)
    factor_letters.changed(doing, user, "codes_made")
    return codes


def show(doing: Doing, user: User, typed: str) -> str | None:
    """A code of the app, or a recovery code, is used up; each is good once. Returns the code of what is wrong."""
    app = _app(doing.db, user.id)
    if app is not None and app.confirmed_at is not None:
        step = totp.step_of(_secret(doing, user, app), typed, doing.now) or 0
        later = update(Authenticator).where(Authenticator.id == app.id, Authenticator.last_step < step)
        if doing.db.execute(later.values(last_step=step)).rowcount:
            return None
    if not recovery_codes.use(doing.db, doing.vault, doing.now, user.id, typed):
        return "code_wrong"
    audit.record(doing.db, doing.now, Actor(kind="user", user_id=user.id), Happened.CODE_USED)
    factor_letters.changed(doing, user, "code_used")
    return None


def has_any(db: Session, user_id: int) -> bool:
    """Whether the person has a passkey or an authenticator app."""
    return factors.means_of(db, user_id).factors > 0


def forget_all(doing: Doing, user: User) -> None:
    """An account whose address nobody had confirmed is its owner's now: whatever opened it before opens it no more."""
    user.password_hash = None
    if has_any(doing.db, user.id):
        audit.record(doing.db, doing.now, Actor(kind="user", user_id=user.id), Happened.FACTORS_CLEARED)
    for table in (Passkey, Authenticator, Identity):
        doing.db.execute(delete(table).where(table.user_id == user.id))
    recovery_codes.forget(doing.db, user.id)
    links.end_all(doing.db, user.id, *Purpose)
    sessions.close_all(doing.db, user.id)


def clear(doing: Doing, user: User) -> int:
    """Somebody who lost everything proved to the vendor who they are: only the password counts, until they add anew.

    Returns how many factors there were.
    """
    count = factors.means_of(doing.db, user.id).factors
    for table in (Passkey, Authenticator):
        doing.db.execute(delete(table).where(table.user_id == user.id))
    recovery_codes.forget(doing.db, user.id)
    sessions.close_all(doing.db, user.id)
    audit.record(doing.db, doing.now, doing.actor, Happened.FACTORS_CLEARED, user=str(user.public_id), count=count)
    factor_letters.changed(doing, user, "cleared")
    return count


def added(doing: Doing, user: User, change: str, *, name: str = "") -> list[str]:
    """What comes with a new factor: other sign-ins end, the owner is told, and who has no recovery codes gets some."""
    doing.db.flush()
    sessions.close_all(doing.db, user.id, but=doing.actor.session_id)
    audit.record(doing.db, doing.now, doing.actor, Happened.FACTOR_ADDED, factor=change)
    factor_letters.changed(doing, user, change, name=name)
    return [] if recovery_codes.left(doing.db, user.id) else recovery_codes.make(doing, user.id)


def removed(doing: Doing, user: User, change: str, *, name: str = "") -> None:
    """What comes with a factor that went: other sign-ins end, the owner is told, codes that stand in for nothing go."""
    if user.email is not None and not factors.means_of(doing.db, user.id).factors:
        recovery_codes.forget(doing.db, user.id)
    sessions.close_all(doing.db, user.id, but=doing.actor.session_id)
    audit.record(doing.db, doing.now, doing.actor, Happened.FACTOR_REMOVED, factor=change)
    factor_letters.changed(doing, user, change, name=name)


def is_last_of_asked(doing: Doing, user: User, roles: Roles) -> bool:
    """Whether this is the only factor of somebody of whom the operator asks one."""
    return factors.is_asked_of(doing.actor.places, roles) and factors.means_of(doing.db, user.id).factors == 1


def refused(doing: Doing, code: str) -> str:
    """Record that something stays because of this code."""
    audit.record(doing.db, doing.now, doing.actor, Happened.FACTOR_REMOVED, refused=True, code=code)
    return code


def _app(db: Session, user_id: int) -> Authenticator | None:
    return db.execute(select(Authenticator).where(Authenticator.user_id == user_id)).scalar()


def _secret(doing: Doing, user: User, app: Authenticator) -> str:
    return doing.vault.open(SECRET, app.cipher, user.public_id.bytes).decode()
