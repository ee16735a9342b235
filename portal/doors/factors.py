"""Second factors: what a person has of them, and of whom the operator asks one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session as Db

from portal.access import Actor, Place
from portal.models import Authenticator, Passkey, RecoveryCode
from portal.rows import Ready

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


_OWNER = bindparam("user")
_MEANS = Ready(
    select(
        exists().where(Authenticator.user_id == _OWNER, Authenticator.confirmed_at.is_not(None)),
        select(func.count()).where(Passkey.user_id == _OWNER).scalar_subquery(),
        select(func.count()).where(RecoveryCode.user_id == _OWNER, RecoveryCode.used_at.is_(None)).scalar_subquery(),
    )
)


def means_of(db: Db, user_id: int) -> Means:
    """What this person can show, as of now."""
    ((has_app, many, left),) = _MEANS.all(db, user=user_id)
    return Means(bool(has_app), many, left)


def is_asked_of(places: Iterable[Place], roles: Roles) -> bool:
    """Whether the operator asks a second factor of somebody with these places. One's own private group asks nothing."""
    return any((place.kind, place.role) in roles and not place.is_person for place in places)


def is_due(actor: Actor, roles: Roles) -> bool:
    """Whether this person may do nothing before they have shown a second factor."""
    return bool(roles) and actor.kind == "user" and actor.factor_at is None and is_asked_of(actor.places, roles)
