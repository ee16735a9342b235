"""What one person holds in a customer: seats of pools, and whole licenses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from portal.access import below
from portal.models import COUNTS, Article, Assignment, Group, License, LicenseState, Membership, Product


@dataclass(frozen=True, slots=True)
class Held:
    """A seat or a whole license that somebody holds. `id` is the assignment's, or the license's."""

    id: UUID
    license: UUID
    license_row: int
    product: str
    group: str
    is_whole: bool
    is_returning: bool
    seats: int
    used: int
    since: datetime | None


def belongs_beside(db: Session, home: str, path: str, user_id: int) -> bool:
    """Whether the person belongs to the customer at `home` also outside of the subtree at `path`."""
    beside = exists().where(
        Membership.user_id == user_id, COUNTS, Membership.group_id == Group.id, below(home), ~below(path)
    )
    return bool(db.execute(select(beside)).scalar())


def held(db: Session, path: str, user_id: int) -> list[Held]:
    """The seats and licenses of this subtree that are a person's, those that are still being returned last."""
    columns = (License.public_id.label("license"), License.id.label("row"), Product.name, Group.name.label("group"))
    seats = db.execute(
        _of_licenses(
            select(
                *columns, Assignment.public_id, Assignment.seats, Assignment.used, Assignment.made_at,
                Assignment.ended_at,
            ).join(Assignment, Assignment.license_id == License.id)
        )
        .where(
            below(path),
            Assignment.user_id == user_id,
            or_(Assignment.ended_at.is_(None), Assignment.used > 0),
        )
        .order_by(Assignment.ended_at.is_not(None), Product.name, Assignment.id)
    )  # fmt: skip
    found = [
        Held(one.public_id, one.license, one.row, one.name, one.group, False, one.ended_at is not None, one.seats,
             one.used, one.made_at)
        for one in seats
    ]  # fmt: skip
    whole = db.execute(
        _of_licenses(select(*columns, License.quantity, License.used))
        .where(below(path), License.user_id == user_id, *usable())
        .order_by(Product.name, License.id)
    )
    return found + [
        Held(one.license, one.license, one.row, one.name, one.group, True, False, one.quantity, one.used, None)
        for one in whole
    ]  # fmt: skip


def usable() -> tuple[ColumnElement[bool], ...]:
    """Whole licenses that can be somebody's own among colleagues; joined with their groups."""
    return (License.state.in_((LicenseState.ISSUED, LicenseState.REGISTERED)), Group.is_person.is_(False))


def _of_licenses(query: Select[Any]) -> Select[Any]:
    return (
        query.join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .join(Group, Group.id == License.group_id)
    )
