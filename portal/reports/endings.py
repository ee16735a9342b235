"""What ends soon: licenses and their maintenance, and whom a group wants reminded of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, select
from sqlalchemy.orm import Session, aliased

from portal.access import below, ids_of
from portal.models import (
    COUNTS,
    Article,
    Group,
    License,
    LicenseState,
    Membership,
    Model,
    Product,
    ReminderAddress,
    ReminderSent,
    User,
)
from portal.reports.admins import Reader, admins, kinds, ladder

AHEAD = (30, 7, 1)  # days before something ends
AHEAD_SHOWN = timedelta(days=90)
MOST = 500


@dataclass(frozen=True, slots=True)
class Ending:
    """A license that ends, or its maintenance; `days` is the announcement whose turn it is."""

    license_id: int
    id: UUID
    product: str
    quantity: int
    group: str
    path: str
    ends_at: datetime
    is_maintenance: bool
    days: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """An address as the page of a group's reminders lists it."""

    id: UUID
    email: str
    name: str | None
    language: str | None
    confirmed_at: datetime | None
    created_at: datetime
    counts: bool  # False: a colleague who left or was suspended since


def to_announce(db: Session, now: datetime) -> list[Ending]:
    """The ends whose turn it is and that nobody was told of yet; those of one group stand together."""
    found: list[Ending] = []
    for ends, is_maintenance in ((License.ends_at, False), (License.maintenance_until, True)):
        days: ColumnElement[int] = case(
            *((ends <= now + timedelta(days=ahead), ahead) for ahead in sorted(AHEAD)), else_=0
        )
        told = exists().where(
            ReminderSent.license_id == License.id, ReminderSent.ends_at == ends, ReminderSent.days == days
        )
        wanted = _endings(ends, is_maintenance, days, now, now + timedelta(days=AHEAD[0])).where(~told)
        rows = db.execute(wanted.order_by(License.group_id, ends, License.id).limit(MOST))
        found += [Ending(*row) for row in rows]
    return found


def upcoming(db: Session, path: str, now: datetime) -> list[Ending]:
    """What ends in the next months below this group, the first end first."""
    found: list[Ending] = []
    for ends, is_maintenance in ((License.ends_at, False), (License.maintenance_until, True)):
        wanted = _endings(ends, is_maintenance, literal(0), now, now + AHEAD_SHOWN).where(below(path))
        found += [Ending(*row) for row in db.execute(wanted.order_by(ends, License.id).limit(MOST))]
    return sorted(found, key=lambda one: (one.ends_at, one.license_id))


def _endings(
    ends: Any, is_maintenance: bool, days: ColumnElement[int], after: datetime, until: datetime
) -> Select[Any]:
    still_runs = License.state.in_((LicenseState.ISSUED, LicenseState.REGISTERED))
    wanted = (
        select(
            License.id, License.public_id, Product.name, License.quantity, Group.name, Group.path, ends,
            literal(is_maintenance), days,
        )
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .join(Group, Group.id == License.group_id)
        .where(ends > after, ends <= until, still_runs, Article.model != Model.DEMO, License.stands_for_id.is_(None))
    )  # fmt: skip
    if is_maintenance:
        # Of a license that ends with its maintenance, or before, its end says it all.
        return wanted.where((License.ends_at.is_(None)) | (License.ends_at > License.maintenance_until))
    return wanted


def readers(db: Session, paths: Iterable[str]) -> dict[str, tuple[Reader, ...]]:
    """Per path whom to write to: whoever was named there or at the closest group above, else the closest admins.

    One looks up no further than the customer: what hangs above it is told nothing, and tells nothing.
    """
    numbers = {number for path in paths for number in ids_of(path)}
    known, named, looking_after = kinds(db, numbers), _named(db, numbers), admins(db, numbers)
    found = {}
    for path in set(paths):
        steps = ladder(path, known)
        found[path] = next((who[group] for who in (named, looking_after) for group in steps if who.get(group)), ())
    return found


def _named(db: Session, groups: set[int]) -> dict[int, tuple[Reader, ...]]:
    rows = db.execute(
        select(
            ReminderAddress.group_id, ReminderAddress.email, User.name, User.language, ReminderAddress.language,
            User.time_zone, ReminderAddress.user_id, ReminderAddress.public_id, _counts(),
        )
        .join(Group, Group.id == ReminderAddress.group_id)
        .outerjoin(User, User.id == ReminderAddress.user_id)
        .where(ReminderAddress.group_id.in_(groups), ReminderAddress.confirmed_at.is_not(None))
        .order_by(ReminderAddress.id)
    )  # fmt: skip
    found: dict[int, tuple[Reader, ...]] = {}
    for group, email, name, own, language, zone, user_id, address, counts in rows:
        if counts:
            reader = Reader(email, name or "", own or language, zone, user_id, address)
            found[group] = (*found.get(group, ()), reader)
    return found


def named(db: Session, group_id: int) -> tuple[Named, ...]:
    """The addresses of a group, in the order they were named."""
    rows = db.execute(
        select(
            ReminderAddress.public_id, ReminderAddress.email, User.name, ReminderAddress.language,
            ReminderAddress.confirmed_at, ReminderAddress.created_at, _counts(),
        )
        .join(Group, Group.id == ReminderAddress.group_id)
        .outerjoin(User, User.id == ReminderAddress.user_id)
        .where(ReminderAddress.group_id == group_id)
        .order_by(ReminderAddress.id)
    )  # fmt: skip
    return tuple(Named(*row) for row in rows)


def _counts() -> ColumnElement[bool]:
    """Whether an address is still to be written to: a colleague must still be one, anybody else has confirmed."""
    home = aliased(Group)
    theirs = (
        select(Membership.id)
        .join(home, home.id == Membership.group_id)
        .where(Membership.user_id == User.id, home.path.startswith(Group.path), COUNTS)
        .correlate(User, Group)
        .exists()
    )
    return ReminderAddress.user_id.is_(None) | and_(User.disabled_at.is_(None), theirs)
