"""Passkeys of people: adding one, naming it, removing it, and coming in with it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal import audit
from portal.access import Actor, NotFound
from portal.actions import factors
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.doors.factors import Roles
from portal.doors.passkeys import MOST, Made, Shown
from portal.models import Passkey, User


def add(doing: Doing, made: Made, name: str) -> tuple[str | None, list[str]]:
    """From now on this passkey opens the account.

    Returns the code of what stands in the way, and the recovery codes that come with a first factor.
    """
    user = factors.own(doing)
    if len(mine(doing)) >= MOST:
        return "too_many_passkeys", []
    try:
        with doing.db.begin_nested():
            doing.db.add(
                Passkey(
                    public_id=new_id(doing.now), user_id=user.id, credential_id=made.credential_id,
                    public_key=made.public_key, sign_count=made.sign_count, transports=made.transports, name=name,
                    is_backed_up=made.is_backed_up, created_at=doing.now,
                )  # fmt: skip
            )
    except IntegrityError:
        return "passkey_is_there", []
    return None, factors.added(doing, user, "passkey_added", name=name)


def rename(doing: Doing, passkey: Passkey, name: str) -> None:
    passkey.name = name
    audit.record(doing.db, doing.now, doing.actor, Happened.FACTOR_RENAMED)


def remove(doing: Doing, passkey: Passkey, roles: Roles) -> str | None:
    """It opens the account no more. Returns the code of what stands in the way."""
    user = factors.own(doing)
    if factors.is_last_of_asked(doing, user, roles):
        return factors.refused(doing, "factor_asked_for")
    name = passkey.name
    doing.db.delete(passkey)
    doing.db.flush()
    factors.removed(doing, user, "passkey_removed", name=name)
    return None


def used(doing: Doing, passkey: Passkey, shown: Shown) -> bool:
    """It was shown. False where its count went back: somebody made a copy of the device, and neither one counts."""
    grows = shown.sign_count > passkey.sign_count or shown.sign_count == passkey.sign_count == 0
    same = (Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
    values = {"sign_count": shown.sign_count, "is_backed_up": shown.is_backed_up, "used_at": doing.now}
    if grows and doing.db.execute(update(Passkey).where(*same).values(values)).rowcount:
        return True
    owner = Actor(kind="user", user_id=passkey.user_id)
    audit.record(
        doing.db, doing.now, owner, Happened.SESSION_REFUSED, refused=True, code="passkey_copied",
        passkey=str(passkey.public_id),
    )  # fmt: skip
    return False


def mine(doing: Doing) -> list[Passkey]:
    """The reader's own passkeys, in the order in which they were added."""
    own = select(Passkey).where(Passkey.user_id == doing.actor.user_id).order_by(Passkey.created_at, Passkey.id)
    return list(doing.db.execute(own).scalars())


def one_of_mine(doing: Doing, passkey_id: UUID) -> Passkey:
    """One of the reader's own; anybody else's does not exist. Raises NotFound."""
    found = next((one for one in mine(doing) if one.public_id == passkey_id), None)
    if found is None:
        raise NotFound
    return found


def of_credential(doing: Doing, credential_id: bytes, handle: bytes | None) -> tuple[Passkey, User] | None:
    """The passkey a device has shown, and its owner, who may be shut out. A device that names its owner is right."""
    row = doing.db.execute(
        select(Passkey, User)
        .join(User, User.id == Passkey.user_id)
        .where(Passkey.credential_id == credential_id, User.disabled_at.is_(None))
    ).first()
    if row is None or (handle is not None and handle != row[1].public_id.bytes):
        return None
    return row[0], row[1]
