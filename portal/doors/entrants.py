"""Whoever has shown at a door who they are: what more they owe, and whether it is their door, in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, select
from sqlalchemy.orm import Session as Db
from sqlalchemy.orm import aliased

from portal.doors.companies import CompanyOnly
from portal.doors.factors import Roles, is_asked_of
from portal.doors.sessions import Proof, places_of
from portal.models import COUNTS, Authenticator, Group, Membership, Passkey, Provider, User
from portal.rows import Ready


class Entrant(NamedTuple):
    """A person at a door. `is_kept_out` is whom a company lets in through its own sign-in alone."""

    id: int
    name: str
    email: str | None
    language: str | None
    time_zone: str | None
    brand: str | None
    verified_at: datetime | None
    disabled_at: datetime | None
    has_app: bool
    has_passkey: bool
    is_kept_out: bool


_WHO = bindparam("user")
_HOME = aliased(Group)
_ELSEWHERE = (
    exists()
    .where(
        Provider.only,
        Provider.is_on,
        Provider.public_id.is_distinct_from(bindparam("provider", type_=Uuid())),
        _HOME.id == Provider.group_id,
        exists().where(
            Membership.user_id == _WHO, COUNTS, Group.id == Membership.group_id, Group.path.startswith(_HOME.path)
        ),
    )
)
# Asked at every sign-in, so it is built once.
_ENTRANT = Ready(
    select(
        User.id, User.name, User.email, User.language, User.time_zone, User.brand, User.verified_at, User.disabled_at,
        exists().where(Authenticator.user_id == _WHO, Authenticator.confirmed_at.is_not(None)),
        exists().where(Passkey.user_id == _WHO),
        _ELSEWHERE,
    ).where(User.id == _WHO)
)  # fmt: skip


def entrant(db: Db, user_id: int, proof: Proof) -> Entrant:
    """The person as of now, who came by this door."""
    (row,) = _ENTRANT.all(db, user=user_id, provider=_of_customer(proof.provider))
    return Entrant(*row)


def check_way_in(who: Entrant) -> None:
    """Raise CompanyOnly where a company of the person wants them to come in through its provider, and they did not."""
    if who.is_kept_out:
        raise CompanyOnly


def owes(db: Db, who: Entrant, proof: Proof, roles: Roles) -> bool:
    """Whether this person shows a second factor before the door opens.

    A company's sign-in asks for whatever the company wants; only where the operator insists, it is asked for here, too.
    """
    if proof.factor or not (who.has_app or who.has_passkey):
        return False
    return (who.has_app and proof.how != "company") or is_asked_of(places_of(db, who.id), roles)


def _of_customer(provider: str | None) -> UUID | None:
    """The provider's id, if it is one of a customer: the vendor's have names."""
    try:
        return UUID(provider) if provider else None
    except ValueError:
        return None
