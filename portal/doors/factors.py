"""Second factors: what a person has of them, of whom the operator asks one, and who owes one at the door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session as Db

from portal.access import Actor, Place
from portal.doors.sessions import Proof
from portal.models import Authenticator, Passkey, RecoveryCode

Roles = frozenset[tuple[str, str]]  # (kind of group, role)


@dataclass(frozen=True, slots=True)
class Means:
    """What a person can show beside a password."""

    has_app: bool
    passkeys: int
    codes: int

    @property
    def factors(self) -> int:
        """Codes stand in for something that was lost; by themselves they are no factor."""
        return self.passkeys + self.has_app


def means_of(db: Db, user_id: int) -> Means:
    """What this person can show, as of now."""
    app = exists().where(Authenticator.user_id == user_id, Authenticator.confirmed_at.is_not(None))
    passkeys = select(func.count()).where(Passkey.user_id == user_id).scalar_subquery()
    codes = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    has_app, many, left = db.execute(select(app, passkeys, codes.scalar_subquery())).one()
    return Means(bool(has_app), many, left)


def is_asked_of(places: Iterable[Place], roles: Roles) -> bool:
    """Whether the operator asks a second factor of somebody with these places. One's own private group asks nothing."""
    return any((place.kind, place.role) in roles and not place.is_person for place in places)


def is_due(actor: Actor, roles: Roles) -> bool:
    """Whether this person may do nothing before they have shown a second factor."""
    return bool(roles) and actor.kind == "user" and actor.factor_at is None and is_asked_of(actor.places, roles)


def owes(means: Means, proof: Proof, places: Iterable[Place], roles: Roles) -> bool:
    """Whether a second factor is shown before the door opens.

    A company's sign-in asks for whatever the company wants; only where the operator insists, it is asked for here, too.
    """
    if proof.factor or not means.factors:
        return False
    return (means.has_app and proof.how != "company") or is_asked_of(places, roles)
