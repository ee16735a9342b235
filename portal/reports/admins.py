"""Who looks after a group: its admins who can be written to, or else the closest ones above in the same customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import ids_of
from portal.models import COUNTS, Group, GroupKind, Membership, Role, User


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom to write to: a person with an account, or an address that was confirmed."""

    email: str | None
    name: str
    language: str | None
    time_zone: str | None
    user_id: int | None
    address: UUID | None = None  # where somebody named them; None for the admins, who are told if nobody was named


def admins(db: Session, groups: Iterable[int]) -> dict[int, tuple[Reader, ...]]:
    """The admins of these groups, each group by itself."""
    rows = db.execute(
        select(Membership.group_id, User.email, User.name, User.language, User.time_zone, User.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.group_id.in_(set(groups)),
            Membership.role == Role.ADMIN,
            COUNTS,
            User.verified_at.is_not(None),
            User.disabled_at.is_(None),
        )
        .order_by(Membership.id)
    )
    found: dict[int, tuple[Reader, ...]] = {}
    for group, email, name, language, zone, user_id in rows:
        found[group] = (*found.get(group, ()), Reader(email, name, language, zone, user_id))
    return found


def closest_admins(db: Session, path: str) -> tuple[Reader, ...]:
    """The admins of this group, or of the closest one above in the same customer that has any."""
    steps = ladder(path, kinds(db, ids_of(path)))
    found = admins(db, steps)
    return next((found[group] for group in steps if group in found), ())


def kinds(db: Session, groups: Iterable[int]) -> dict[int, str]:
    rows = db.execute(select(Group.id, Group.kind).where(Group.id.in_(set(groups))))
    return {number: kind for number, kind in rows}


def ladder(path: str, kinds: dict[int, str]) -> list[int]:
    """The group itself, and of those above it the departments and the customer they belong to."""
    steps = []
    for number in reversed(ids_of(path)):
        steps.append(number)
        if kinds[number] != GroupKind.DEPARTMENT:
            break
    return steps
