"""The people of a customer and their seats of one license, in a constant number of statements for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from portal.access import below
from portal.models import COUNTS, Activation, Assignment, Device, Group, GroupKind, Membership, User
from portal.reports.filters import page_of, pattern_of
from portal.reports.shapes import State

PAGE = 50
MOST = 10_000  # people that one selection may hold
NAMES_SHOWN = 2
SEATS = ("with", "without", "unused", "active", "returning", "left")
ORDERS = ("name", "department", "seat", "-name")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for; anything unknown means all."""

    search: str = ""
    department: str = ""  # its public id
    seat: str = ""
    order: str = "name"
    page: int = 1


@dataclass(slots=True)
class Seated:
    """One person, with the seat that they have or do not have."""

    id: UUID
    name: str
    email: str
    department: str
    state: State | None  # None: no seat
    assignment: UUID | None = None
    since: datetime | None = None  # assigned since then, or asked to return
    left_at: datetime | None = None
    is_suspended: bool = False
    seats: int = 0
    used: int = 0
    pcs: tuple[str, ...] = ()
    more_pcs: int = 0
    seen_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether there is a seat to take back."""
        return self.assignment is not None and self.state is not State.RETURNING


@dataclass(frozen=True, slots=True)
class Seating:
    """One page of people."""

    rows: tuple[Seated, ...]
    total: int
    page: int
    pages: int
    query: dict[str, str]


def wanted(query: dict[str, str]) -> Wanted:
    """Read the filters of an address or form; nonsense is nothing asked for."""
    seat, order, department = query.get("seat", ""), query.get("order", "name"), query.get("department", "")
    return Wanted(
        search=query.get("search", "").strip()[:200],
        department=department if _is_id(department) else "",
        seat=seat if seat in SEATS else "",
        order=order if order in ORDERS else "name",
        page=page_of(query),
    )


def is_understood(query: dict[str, str]) -> bool:
    """Whether a filter says what it says: a list may show all instead, a deed must not be done to everybody."""
    asked = wanted(query)
    return (asked.department, asked.seat) == (query.get("department", ""), query.get("seat", ""))


def seating(
    db: Session, license_id: int, path: str, asked: Wanted, *, size: int | None = PAGE,
    seen: ColumnElement[bool] | None = None,
) -> Seating:  # fmt: skip
    """One page of the people in the subtree of `path`; with `size` None all of them, for the export.

    `seen` are the activations whose PCs the reader sees, where that is not all.
    """
    found = people(license_id, path, asked, seen)
    total = db.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    pages = max(1, -(-total // size)) if size else 1
    page = min(max(asked.page, 1), pages)
    query = found.order_by(*_order(asked.order))
    if size:
        query = query.limit(size).offset((page - 1) * size)
    rows = rows_of(db, db.execute(query).all(), seen)
    return Seating(rows, total, page, pages, _query(asked))


def selected(db: Session, license_id: int, path: str, asked: Wanted, ids: Iterable[UUID] | None) -> list[Any]:
    """Who is meant by a selection, as (user, e-mail, name, live assignment or None): those with these ids, or all that
    the filter finds. Whoever is not among the people of `path` is nobody.
    """
    found = people(license_id, path, asked if ids is None else Wanted())
    if ids is not None:
        found = found.where(User.public_id.in_(list(ids)))
    chosen = found.order_by(*_order("name")).limit(MOST + 1).subquery()
    return list(db.execute(select(chosen.c.user_id, chosen.c.email, chosen.c.name, chosen.c.live_id)))


def people(license_id: int, path: str, asked: Wanted, seen: ColumnElement[bool] | None = None) -> Select[Any]:
    """Who belongs there now, and who has left and still holds a seat, in no order yet."""
    belongs = _belonging(path)
    holds = (
        select(
            Assignment.user_id,
            func.max(case((Assignment.ended_at.is_(None), Assignment.id))).label("live_id"),
            func.max(case((Assignment.ended_at.is_not(None), Assignment.id))).label("ended_id"),
        )
        .where(
            Assignment.license_id == license_id,
            Assignment.user_id.is_not(None),
            or_(Assignment.ended_at.is_(None), Assignment.used > 0),
        )
        .group_by(Assignment.user_id)
        .subquery()
    )
    return (
        select(
            User.id.label("user_id"), User.public_id, User.name, User.signs_in_as.label("email"),
            belongs.c.here, belongs.c.ended_at, belongs.c.suspended_at, belongs.c.department, holds.c.live_id,
            Assignment.id.label("assignment_id"), Assignment.public_id.label("assignment"), Assignment.made_at,
            Assignment.seen_at, Assignment.ended_at.label("returned_at"), Assignment.seats, Assignment.used,
        )
        .join(belongs, belongs.c.user_id == User.id)
        .outerjoin(holds, holds.c.user_id == User.id)
        .outerjoin(Assignment, Assignment.id == func.coalesce(holds.c.live_id, holds.c.ended_id))
        .where(
            or_(belongs.c.here == 1, Assignment.id.is_not(None)),
            *_filters(license_id, path, asked, belongs.c.here, seen),
        )
    )  # fmt: skip


def _belonging(path: str) -> Any:
    """Each person of the subtree once, however many of its groups they are in."""
    department = case((Group.kind == GroupKind.DEPARTMENT, Group.name))
    return (
        select(
            Membership.user_id,
            func.max(case((COUNTS, 1), else_=0)).label("here"),
            func.max(Membership.ended_at).label("ended_at"),
            func.max(Membership.suspended_at).label("suspended_at"),
            func.coalesce(func.min(case((COUNTS, department))), func.min(department), "").label("department"),
        )
        .join(Group, Group.id == Membership.group_id)
        .where(below(path), Membership.accepted_at.is_not(None))
        .group_by(Membership.user_id)
        .subquery("belongs")
    )


def _filters(
    license_id: int, path: str, asked: Wanted, here: Any, seen: ColumnElement[bool] | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.department:
        inner, member = Group.__table__.alias("inner"), Membership.__table__.alias("of")
        its = select(Group.path).where(Group.public_id == UUID(asked.department), below(path)).scalar_subquery()
        found.append(
            exists().where(
                member.c.user_id == User.id,
                member.c.group_id == inner.c.id,
                inner.c.path.startswith(its),
            )
        )
    live = Assignment.ended_at.is_(None)
    match asked.seat:
        case "with":
            found.append(Assignment.id.is_not(None))
        case "without":
            found.append(Assignment.id.is_(None))
        case "unused":
            found.append(and_(live, Assignment.used == 0))
        case "active":
            found.append(and_(live, Assignment.used > 0))
        case "returning":
            found.append(Assignment.ended_at.is_not(None))
        case "left":
            found.append(and_(Assignment.id.is_not(None), here == 0))
    if asked.search:
        pattern = pattern_of(asked.search)
        on_pc = exists().where(
            Activation.license_id == license_id,
            Activation.assignment_id == Assignment.id,
            Activation.ended_at.is_(None),
            Activation.device_id == Device.id,
            func.lower(Device.name).like(pattern, escape="\\"),
            true() if seen is None else seen,
        )
        found.append(
            or_(
                func.lower(User.name).like(pattern, escape="\\"),
                User.signs_in_as.like(pattern, escape="\\"),
                on_pc.correlate(Assignment),
            )
        )
    return found


def _order(name: str) -> list[Any]:
    by_name = [func.lower(User.name), User.id]
    taken = case((Assignment.id.is_(None), 2), (Assignment.used == 0, 1), else_=0)
    return {
        "name": by_name,
        "-name": [func.lower(User.name).desc(), User.id.desc()],
        "department": ["department", *by_name],
        "seat": [taken, *by_name],
    }[name]


_PCS = (
    select(Activation.assignment_id, Activation.seen_at, Activation.return_asked_at, Device.name, Device.fingerprint)
    .join(Device, Device.id == Activation.device_id)
    .where(Activation.assignment_id.in_(bindparam("ids", expanding=True)), Activation.ended_at.is_(None))
    .order_by(Activation.started_at, Activation.id)
)


def rows_of(db: Session, found: Iterable[Any], seen: ColumnElement[bool] | None = None) -> tuple[Seated, ...]:
    """These people with their PCs, which are read at once for all."""
    read = list(found)
    pcs: dict[int, list[Any]] = defaultdict(list)
    for row in db.execute(
        _PCS if seen is None else _PCS.where(seen),
        {"ids": [one.assignment_id for one in read if one.assignment_id is not None]},
    ):
        pcs[row.assignment_id].append(row)
    return tuple(_row(one, pcs.get(one.assignment_id, [])) for one in read)


def _row(one: Any, pcs: list[Any]) -> Seated:
    names = tuple(pc.name or pc.fingerprint[:12] for pc in pcs)
    asked_at = max((pc.return_asked_at for pc in pcs if pc.return_asked_at), default=one.returned_at)
    return Seated(
        id=one.public_id,
        name=one.name,
        email=one.email,
        department=one.department,
        state=_state(one),
        assignment=one.assignment,
        since=asked_at if one.returned_at else one.made_at,
        left_at=None if one.here else one.ended_at or one.suspended_at,
        is_suspended=not one.here and one.ended_at is None,
        seats=one.seats or 0,
        used=one.used or 0,
        pcs=names[:NAMES_SHOWN],
        more_pcs=max(0, len(names) - NAMES_SHOWN),
        seen_at=max((pc.seen_at for pc in pcs if pc.seen_at), default=one.seen_at),
    )


def _state(one: Any) -> State | None:
    """What somebody has to decide comes before what is well."""
    if one.assignment is None:
        return None
    if one.returned_at is not None:
        return State.RETURNING
    if not one.here:
        return State.DECISION
    return State.ACTIVE if one.used else State.WAITING


def _query(asked: Wanted) -> dict[str, str]:
    return {
        "search": asked.search,
        "department": asked.department,
        "seat": asked.seat,
        "order": "" if asked.order == ORDERS[0] else asked.order,
    }


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
