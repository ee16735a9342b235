"""Own seats: what readers have of licenses of which they see only a part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.access import Actor, seats_of
from portal.files.vault import Vault
from portal.models import Assignment, AssignmentKind, GroupKind, LicenseKey, Role
from portal.rows import Ready


@dataclass(slots=True)
class OwnSeats:
    """The seats of one license that are the reader's own, or else those kept for departments of theirs."""

    seats: int = 0
    used: int = 0
    seen_at: datetime | None = None
    is_person: bool = False
    is_kept: bool = False
    sealed: tuple[bytes, bytes] | None = None  # the key that was made for them, and what it is bound to

    def key(self, vault: Vault) -> str | None:
        return vault.open("license-key", *self.sealed).decode() if self.sealed else None


_ANY = Ready(
    select(Assignment.id).where(Assignment.user_id == bindparam("user"), Assignment.ended_at.is_(None)).limit(1)
)


def has_any(db: Session, actor: Actor) -> bool:
    """Whether anything of other people's licenses could be theirs: most readers have nothing, and are asked no more."""
    if actor.kind != "user":
        return False
    keeps = any(place.role == Role.ADMIN and place.kind == GroupKind.DEPARTMENT for place in actor.places)
    return keeps or _ANY.first(db, user=actor.user_id) is not None


def own_seats(db: Session, actor: Actor, ids: list[int]) -> dict[int, OwnSeats]:
    """What a person has of these licenses, in one statement for any number of them."""
    if not has_any(db, actor):
        return {}
    rows = db.execute(
        select(
            Assignment.license_id, Assignment.kind, Assignment.seats, Assignment.used, Assignment.seen_at,
            LicenseKey.cipher, LicenseKey.lookup,
        )
        .outerjoin(LicenseKey, LicenseKey.assignment_id == Assignment.id)
        .where(Assignment.license_id.in_(bindparam("ids", expanding=True)), seats_of(actor))
        .order_by(LicenseKey.id),
        {"ids": ids},
    )  # fmt: skip
    found: dict[int, OwnSeats] = {}
    for license_id, kind, seats, used, seen_at, cipher, lookup in rows:
        own = found.setdefault(license_id, OwnSeats())
        if kind == AssignmentKind.PERSON:
            own.is_person, own.seats, own.used, own.seen_at = True, seats, used, seen_at
            own.sealed = (cipher, lookup) if cipher else None
        elif kind == AssignmentKind.DEPARTMENT:
            own.is_kept = True
            if not own.is_person:
                own.seats, own.used = own.seats + seats, own.used + used
    return found
