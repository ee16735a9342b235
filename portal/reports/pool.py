"""The pool of a customer: its seats per product and per department, counted in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import below
from portal.models import (
    COUNTS,
    Activation,
    Article,
    Assignment,
    AssignmentKind,
    Group,
    GroupKind,
    License,
    LicenseState,
    Membership,
    Product,
)
from portal.reports.tally import IDLE_AFTER

MOST_DEPARTMENTS = 200
# A license that was given to somebody as a whole has no seats to hand out; all of it counts as assigned.
_is_pool = License.user_id.is_(None)
Kept = aliased(Group)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The seats of one product, over all its licenses that are in force."""

    code: str
    product: str
    licenses: int
    license: UUID | None  # the one whose seats can be handed out, where there is only one
    seats: int
    active: int
    idle: int  # of these not heard of for a while
    unused: int  # assigned to people, not yet activated
    kept: int  # for departments, not yet handed on
    blocked: int
    free: int
    ends_at: datetime | None  # the first that ends


@dataclass(frozen=True, slots=True)
class Department:
    """What the people of one department have, and what is still kept for them."""

    id: UUID
    name: str
    people: int
    assigned: int
    active: int
    kept: int
    own: int  # seats of licenses that lie in the department itself


def shelves(db: Session, path: str, now: datetime) -> tuple[Shelf, ...]:
    """Per product what there is: three statements for any number of licenses."""
    in_force = _in_force(path, now)
    rows = db.execute(
        _joined(
            select(
                Product.code, Product.name, func.count().label("licenses"), 
                func.min(case((_is_pool, License.id))).label("one"), func.count(case((_is_pool, 1))).label("pools"),
                func.sum(case((_is_pool, 0), else_=License.quantity - License.used)).label("held"),
                func.sum(License.quantity).label("seats"), func.sum(License.used).label("active"),
                func.sum(_free()).label("free"), func.min(License.ends_at).label("ends_at"),
            )
        )
        .where(*in_force)
        .group_by(Product.code, Product.name)
        .order_by(Product.name)
    ).all()  # fmt: skip
    kept = _kept(db, in_force)
    idle = _idle(db, in_force, now)
    only = [row.one for row in rows if row.pools == 1]
    ids = {id_: public for id_, public in db.execute(select(License.id, License.public_id).where(License.id.in_(only)))}
    return tuple(
        Shelf(
            code=row.code, product=row.name, licenses=row.licenses, license=ids.get(row.one), seats=row.seats,
            active=row.active, idle=idle.get(row.code, 0), unused=kept[row.code, AssignmentKind.PERSON] + row.held,
            kept=kept[row.code, AssignmentKind.DEPARTMENT], blocked=kept[row.code, AssignmentKind.BLOCKED],
            free=row.free, ends_at=row.ends_at,
        )
        for row in rows
    )  # fmt: skip


def total(shelves: tuple[Shelf, ...]) -> Shelf | None:
    """All products together; None where there is nothing to add up."""
    if len(shelves) < 2:
        return None
    sums = {
        name: sum(getattr(shelf, name) for shelf in shelves)
        for name in ("licenses", "seats", "active", "idle", "unused", "kept", "blocked", "free")
    }
    return replace(shelves[0], code="", product="", license=None, ends_at=None, **sums)


def departments(db: Session, path: str) -> tuple[Department, ...]:
    """Per department whom it has and what they hold: four statements for any number of people."""
    groups = db.execute(
        select(Group.id, Group.public_id, Group.name)
        .where(below(path), Group.kind == GroupKind.DEPARTMENT)
        .order_by(Group.name, Group.id)
        .limit(MOST_DEPARTMENTS)
    ).all()
    ids = [group.id for group in groups]
    people = _by_group(
        db, select(Membership.group_id, func.count()).where(Membership.group_id.in_(ids), COUNTS), Membership.group_id
    )
    held = {
        row[0]: row
        for row in db.execute(
            select(Membership.group_id, func.sum(Assignment.seats), func.sum(Assignment.used))
            .join(Assignment, Assignment.user_id == Membership.user_id)
            .join(License, License.id == Assignment.license_id)
            .join(Group, Group.id == License.group_id)
            .where(Membership.group_id.in_(ids), COUNTS, Assignment.ended_at.is_(None), below(path))
            .group_by(Membership.group_id)
        )
    }
    kept = _by_group(
        db,
        select(Assignment.group_id, func.sum(Assignment.seats - Assignment.used)).where(
            Assignment.group_id.in_(ids), Assignment.ended_at.is_(None)
        ),
        Assignment.group_id,
    )
    own = _by_group(
        db, select(License.group_id, func.sum(License.quantity)).where(*_bought(ids)), License.group_id
    )
    return tuple(
        Department(
            id=group.public_id, name=group.name, people=people.get(group.id, 0),
            assigned=held[group.id][1] if group.id in held else 0, active=held[group.id][2] if group.id in held else 0,
            kept=kept.get(group.id, 0), own=own.get(group.id, 0),
        )
        for group in groups
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptSeats:
    """Seats of a license of the customer that are kept for a department."""

    license: UUID
    product: str
    department: str
    seats: int
    handed_on: int


def kept_here(db: Session, path: str) -> tuple[KeptSeats, ...]:
    """What is kept for departments of this subtree out of licenses that lie above it."""
    rows = db.execute(
        _joined(select(License.public_id, Product.name, Kept.name, Assignment.seats, Assignment.used))
        .join(Assignment, Assignment.license_id == License.id)
        .join(Kept, Kept.id == Assignment.group_id)
        .where(Assignment.ended_at.is_(None), Kept.path >= path, Kept.path < path[:-1] + "0", not_(below(path)))
        .order_by(Product.name, Kept.name, Assignment.id)
        .limit(MOST_DEPARTMENTS)
    )
    return tuple(KeptSeats(*row) for row in rows)


def licenses(db: Session, path: str, now: datetime, *, most: int = 100) -> list[tuple[UUID, str, str]]:
    """The licenses whose seats can be handed out there, as (public id, product, group): the largest first.

    For a department these are its own and those of which seats are kept for it.
    """
    kept = (
        select(Assignment.license_id)
        .join(Kept, Kept.id == Assignment.group_id)
        .where(Assignment.ended_at.is_(None), Kept.path >= path, Kept.path < path[:-1] + "0")
    )
    rows = db.execute(
        _joined(select(License.public_id, Product.name, Group.name.label("owner")))
        .where(or_(below(path), License.id.in_(kept)), _is_pool, *_is_in_force(now))
        .order_by(License.quantity.desc(), Product.name, License.id)
        .limit(most)
    )
    return [(row.public_id, row.name, row.owner) for row in rows]


def _bought(groups: list[int]) -> tuple[ColumnElement[bool], ...]:
    return License.group_id.in_(groups), License.stands_for_id.is_(None)


def _in_force(path: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return below(path), *_is_in_force(now)


def _is_in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        License.stands_for_id.is_(None),
        License.state.in_((LicenseState.ISSUED, LicenseState.REGISTERED)),
        or_(License.ends_at.is_(None), License.ends_at > now),
    )


def _joined(query: Any) -> Any:
    return (
        query.select_from(License)
        .join(Group, Group.id == License.group_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
    )


def _free() -> ColumnElement[int]:
    left = License.quantity - License.used - License.assigned + License.used_assigned
    return case((and_(_is_pool, left > 0), left), else_=0)


def _kept(db: Session, in_force: tuple[ColumnElement[bool], ...]) -> defaultdict[tuple[str, str], int]:
    """Seats that were assigned and do not run, by product and kind."""
    rows = db.execute(
        _joined(select(Product.code, Assignment.kind, func.sum(Assignment.seats - Assignment.used)))
        .join(Assignment, Assignment.license_id == License.id)
        .where(*in_force, Assignment.ended_at.is_(None))
        .group_by(Product.code, Assignment.kind)
    )
    return defaultdict(int, {(code, kind): seats for code, kind, seats in rows})


def _idle(db: Session, in_force: tuple[ColumnElement[bool], ...], now: datetime) -> dict[str, int]:
    rows = db.execute(
        _joined(select(Product.code, func.count()))
        .join(Activation, Activation.license_id == License.id)
        .where(*in_force, Activation.ended_at.is_(None), Activation.seen_at < now - IDLE_AFTER)
        .group_by(Product.code)
    )
    return {code: seats for code, seats in rows}


def _by_group(db: Session, query: Any, group: Any) -> dict[int, int]:
    return {group_id: count for group_id, count in db.execute(query.group_by(group))}
