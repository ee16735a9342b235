"""Who has what: the seats and licenses that people of a customer hold, with how much of them runs and roughly since
when; not which PC it is, nor what anybody does there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from portal.access import below
from portal.models import (
    COUNTS,
    Article,
    Assignment,
    Group,
    GroupKind,
    License,
    LicenseState,
    Membership,
    Product,
    User,
)
from portal.reports.filters import page_of, pattern_of
from portal.reports.shapes import State
from portal.reports.tally import IDLE_AFTER

PAGE = 50
Kept = aliased(Assignment)
STATES = ("active", "unused", "idle", "left")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for; anything unknown means all."""

    search: str = ""
    product: str = ""
    department: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Holding:
    """What one person holds of one license."""

    person: str
    email: str
    department: str
    license: UUID
    product: str
    is_whole: bool  # the license itself, not seats of a pool
    seats: int
    used: int
    state: State
    since: datetime | None
    last_use: str  # "week" | "month" | "quarter" | "earlier" | "never"
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """One page of them."""

    rows: tuple[Holding, ...]
    total: int
    page: int
    pages: int
    products: tuple[tuple[str, str], ...]
    query: dict[str, str]


def wanted(query: dict[str, str]) -> Wanted:
    """Read the filters of an address; nonsense is nothing asked for."""
    state, department = query.get("state", ""), query.get("department", "")
    try:
        UUID(department)
    except ValueError:
        department = ""
    return Wanted(
        search=query.get("search", "").strip()[:200],
        product=query.get("product", "")[:100],
        department=department,
        state=state if state in STATES else "",
        page=page_of(query),
    )


def holdings(db: Session, path: str, asked: Wanted, now: datetime, *, size: int | None = PAGE) -> Holdings:
    """One page of what the people of the subtree hold there; with `size` None all of it, for the export."""
    found = _held(path)
    where = _filters(path, asked, found.c, now)
    total = db.execute(select(func.count()).select_from(found).where(*where)).scalar_one()
    pages = max(1, -(-total // size)) if size else 1
    page = min(max(asked.page, 1), pages)
    query = select(found).where(*where).order_by(func.lower(found.c.name), found.c.user_id, found.c.product)
    query = query.order_by(found.c.license_id)
    if size:
        query = query.limit(size).offset((page - 1) * size)
    products = db.execute(
        select(Product.code, Product.name)
        .join(Article, Article.product_id == Product.id)
        .join(License, License.article_id == Article.id)
        .join(Group, Group.id == License.group_id)
        .where(or_(below(path), License.id.in_(_kept_for(path, Kept.license_id))))
        .distinct()
        .order_by(Product.name)
    )
    return Holdings(
        rows=tuple(_holding(row, now) for row in db.execute(query)),
        total=total,
        page=page,
        pages=pages,
        products=tuple((code, name) for code, name in products),
        query={
            "search": asked.search, "product": asked.product, "department": asked.department, "state": asked.state,
        },
    )  # fmt: skip


def _held(path: str) -> Any:
    """Seats that are somebody's, and whole licenses that are, as one table."""
    department = case((Group.kind == GroupKind.DEPARTMENT, Group.name))
    belongs = (
        select(
            Membership.user_id,
            func.max(case((COUNTS, 1), else_=0)).label("here"),
            func.coalesce(func.min(case((COUNTS, department))), func.min(department), "").label("department"),
        )
        .join(Group, Group.id == Membership.group_id)
        .where(below(path))
        .group_by(Membership.user_id)
        .subquery("belongs")
    )
    columns = (
        User.id.label("user_id"), User.name, User.signs_in_as.label("email"), belongs.c.department,
        func.coalesce(belongs.c.here, 0).label("here"), License.id.label("license_id"),
        License.public_id.label("license"), License.ends_at, Product.code,
        Product.name.label("product"),
    )  # fmt: skip

    def joined(query: Any, user: Any, there: ColumnElement[bool]) -> Any:
        return (
            query.join(Group, Group.id == License.group_id)
            .join(Article, Article.id == License.article_id)
            .join(Product, Product.id == Article.product_id)
            .join(User, User.id == user)
            .outerjoin(belongs, belongs.c.user_id == User.id)
            .where(there)
        )

    seats = joined(
        select(
            *columns, literal(0).label("whole"), Assignment.seats, Assignment.used, Assignment.made_at.label("since"),
            Assignment.seen_at, Assignment.ended_at.label("returned_at"),
        )
        .select_from(Assignment)
        .join(License, License.id == Assignment.license_id),
        Assignment.user_id,
        # A department's people hold what was handed on from seats kept for it, of licenses that lie above.
        or_(below(path), Assignment.from_id.in_(_kept_for(path, Kept.id))),
    ).where(or_(Assignment.ended_at.is_(None), Assignment.used > 0))  # fmt: skip
    whole = joined(
        select(
            *columns,
            literal(1).label("whole"),
            License.quantity.label("seats"),
            License.used,
            License.created_at.label("since"),
            License.seen_at,
            null().label("returned_at"),
        ).select_from(License),
        License.user_id,
        below(path),
    ).where(
        License.state.in_((LicenseState.ISSUED, LicenseState.REGISTERED)),
        Group.is_person.is_(False),
        License.visible_to_group.is_(False),  # what the whole group uses is nobody's own
    )
    return union_all(seats, whole).subquery("held")


def _kept_for(path: str, column: Any) -> Any:
    """Of the seats that are kept for departments of this subtree."""
    inner = Group.__table__.alias("kept_group")
    return (
        select(column)
        .join(inner, inner.c.id == Kept.group_id)
        .where(inner.c.path >= path, inner.c.path < path[:-1] + "0")
    )


def _filters(path: str, asked: Wanted, held: Any, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.search:
        pattern = pattern_of(asked.search)
        found.append(or_(func.lower(held.name).like(pattern, escape="\\"), held.email.like(pattern, escape="\\")))
    if asked.product:
        found.append(held.code == asked.product)
    if asked.department:
        its = select(Group.path).where(Group.public_id == UUID(asked.department), below(path)).scalar_subquery()
        inner = Group.__table__.alias("inner")
        found.append(
            held.user_id.in_(
                select(Membership.user_id)
                .join(inner, inner.c.id == Membership.group_id)
                .where(inner.c.path.startswith(its))
            )
        )
    match asked.state:
        case "active":
            found.append(held.used > 0)
        case "unused":
            found.append(held.used == 0)
        case "idle":
            found += [held.used > 0, held.seen_at < now - IDLE_AFTER]
        case "left":
            found.append(held.here == 0)
    return found


def _holding(row: Any, now: datetime) -> Holding:
    return Holding(
        person=row.name,
        email=row.email,
        department=row.department or "",
        license=row.license,
        product=row.product,
        is_whole=bool(row.whole),
        seats=row.seats,
        used=row.used,
        state=_state(row),
        since=row.since,
        last_use=_roughly(row.seen_at, now),
        ends_at=row.ends_at,
    )


def _state(row: Any) -> State:
    if row.returned_at is not None:
        return State.RETURNING
    if not row.here:
        return State.DECISION
    return State.ACTIVE if row.used else State.WAITING


def _roughly(seen_at: datetime | None, now: datetime) -> str:
    """Enough to know whether a seat is needed, too little to know when somebody works."""
    if seen_at is None:
        return "never"
    for name, span in (("week", timedelta(days=7)), ("month", IDLE_AFTER), ("quarter", timedelta(days=91))):
        if seen_at > now - span:
            return name
    return "earlier"
