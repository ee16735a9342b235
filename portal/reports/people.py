"""The people of a group and all below it: each once, with role, department and what they hold; searched, filtered and
paged in a constant number of statements.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.access import below
from portal.models import COUNTS, Assignment, Group, GroupKind, License, Membership, Role, User
from portal.reports.filters import page_of, pattern_of
from portal.reports.possessions import usable

PAGE = 50
STATES = ("here", "admins", "new", "suspended", "left")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for; anything unknown means everybody who has not left."""

    search: str = ""
    department: str = ""  # its public id
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Belonging:
    """One membership of a person."""

    id: UUID
    group: UUID
    group_name: str
    group_kind: str
    path: str
    role: str
    state: str  # "here" | "new" (never signed in) | "invited" | "suspended" | "left"
    since: datetime
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the list. `name` is empty for somebody who was invited and has not said yes."""

    user_id: int
    name: str
    email: str
    belongs: tuple[Belonging, ...]  # the one highest up first
    seats: int  # how many seats and whole licenses they hold

    @property
    def first(self) -> Belonging:
        return self.belongs[0]

    @property
    def departments(self) -> tuple[str, ...]:
        return tuple(one.group_name for one in self.belongs if one.group_kind == GroupKind.DEPARTMENT)

    @property
    def looks_after(self) -> tuple[str, ...]:
        """The groups that they are an admin of."""
        return tuple(one.group_name for one in self.belongs if one.role == Role.ADMIN)

    @property
    def state(self) -> str:
        """The state of the closest tie: a person who left one department and works in another is here."""
        states = [one.state for one in self.belongs]
        return next((state for state in ("here", "new", "invited", "suspended") if state in states), "left")


@dataclass(frozen=True, slots=True)
class People:
    """One page of them."""

    rows: tuple[Person, ...]
    total: int
    page: int
    pages: int
    query: dict[str, str]


_COLUMNS = (User.id, User.name, User.signs_in_as.label("email"), User.verified_at)


def wanted(query: dict[str, str]) -> Wanted:
    """Read the filters of an address; nonsense is nothing asked for."""
    state, department = query.get("state", ""), query.get("department", "")
    try:
        UUID(department)
    except ValueError:
        department = ""
    return Wanted(
        search=query.get("search", "").strip()[:200],
        department=department,
        state=state if state in STATES else "",
        page=page_of(query),
    )


def people(db: Session, path: str, asked: Wanted) -> People:
    """One page of the people of this subtree, by name."""
    found = _found(path, asked)
    total = db.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(asked.page, 1), pages)
    rows = db.execute(
        found.order_by(func.lower(User.name), User.id).limit(PAGE).offset((page - 1) * PAGE)
    ).all()  # fmt: skip
    query = {"search": asked.search, "department": asked.department, "state": asked.state}
    return People(_persons(db, path, rows), total, page, pages, query)


def person(db: Session, path: str, user_id: int) -> Person:
    """One person as this subtree knows them."""
    row = db.execute(select(*_COLUMNS).where(User.id == user_id)).one()
    return _persons(db, path, [row])[0]


def counts(db: Session, path: str) -> tuple[int, int]:
    """How many people belong to this subtree, and how many of them look after a part of it."""
    row = db.execute(
        select(
            func.count(func.distinct(Membership.user_id)),
            func.count(func.distinct(case((Membership.role == Role.ADMIN, Membership.user_id)))),
        )
        .join(Group, Group.id == Membership.group_id)
        .where(_here(path), COUNTS)
    ).one()
    return row[0], row[1]


def _here(path: str) -> ColumnElement[bool]:
    """The groups of the subtree that have people: a private person's group is nothing but theirs."""
    return and_(below(path), Group.is_person.is_(False))


def _found(path: str, asked: Wanted) -> Select[Any]:
    belongs = (
        select(
            Membership.user_id,
            func.max(case((COUNTS, 1), else_=0)).label("here"),
            func.min(case((Membership.ended_at.is_(None), 0), else_=1)).label("has_left"),
            func.max(case((and_(COUNTS, Membership.role == Role.ADMIN), 1), else_=0)).label("is_admin"),
            func.max(
                case((and_(Membership.suspended_at.is_not(None), Membership.ended_at.is_(None)), 1), else_=0)
            ).label("is_out"),
            func.max(case((Membership.accepted_at.is_not(None), 1), else_=0)).label("is_known"),
            func.max(Membership.external_id).label("number"),
        )
        .join(Group, Group.id == Membership.group_id)
        .where(_here(path))
        .group_by(Membership.user_id)
        .subquery("belongs")
    )
    found = select(*_COLUMNS).join(belongs, belongs.c.user_id == User.id)
    return found.where(*_filters(path, asked, belongs.c))


def _filters(path: str, asked: Wanted, belongs: Any) -> list[ColumnElement[bool]]:
    here, has_left = belongs.here == 1, belongs.has_left == 1
    found: list[ColumnElement[bool]] = [
        {
            "here": here,
            "admins": belongs.is_admin == 1,
            "new": and_(~has_left, or_(belongs.is_known == 0, User.verified_at.is_(None))),
            "suspended": and_(belongs.is_out == 1, ~here),
            "left": has_left,
        }.get(asked.state, ~has_left)
    ]
    if asked.department:
        inner, member = Group.__table__.alias("inner"), Membership.__table__.alias("member")
        its = select(Group.path).where(Group.public_id == UUID(asked.department), below(path)).scalar_subquery()
        in_it = [member.c.user_id == User.id, member.c.group_id == inner.c.id, inner.c.path.startswith(its)]
        if asked.state != "left":
            in_it.append(member.c.ended_at.is_(None))
        found.append(exists().where(*in_it))
    if asked.search:
        pattern = pattern_of(asked.search)
        # What an account is called is not to be guessed at before its owner said yes.
        by_name = and_(belongs.is_known == 1, func.lower(User.name).like(pattern, escape="\\"))
        by_number = func.lower(belongs.number) == asked.search.lower()
        found.append(or_(by_name, User.signs_in_as.like(pattern, escape="\\"), by_number))
    return found


def _persons(db: Session, path: str, rows: Any) -> tuple[Person, ...]:
    """These people with their memberships and what they hold, read at once for all."""
    ids = [row.id for row in rows]
    new = {row.id for row in rows if row.verified_at is None}
    belongs: dict[int, list[Belonging]] = defaultdict(list)
    known: set[int] = set()
    for one, group in db.execute(
        select(Membership, Group)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.user_id.in_(ids), _here(path))
        .order_by(Membership.ended_at.is_not(None), Group.path)
    ):
        belongs[one.user_id].append(_belonging(one, group, is_new=one.user_id in new))
        if one.accepted_at is not None:
            known.add(one.user_id)
    seats = _seats(db, path, ids)
    return tuple(
        Person(row.id, row.name if row.id in known else "", row.email, tuple(belongs[row.id]), seats.get(row.id, 0))
        for row in rows
    )


def _belonging(one: Membership, group: Group, *, is_new: bool) -> Belonging:
    if one.ended_at is not None:
        state, since = "left", one.ended_at
    elif one.suspended_at is not None:
        state, since = "suspended", one.suspended_at
    elif one.accepted_at is None:
        state, since = "invited", one.created_at
    else:
        state, since = "new" if is_new else "here", one.accepted_at
    return Belonging(
        one.public_id, group.public_id, group.name, group.kind, group.path, one.role, state, since, one.external_id
    )


def _seats(db: Session, path: str, ids: list[int]) -> dict[int, int]:
    """How many seats and whole licenses of the subtree these people hold."""
    seats: dict[int, int] = defaultdict(int)
    for statement in (
        select(Assignment.user_id, func.sum(Assignment.seats))
        .join(License, License.id == Assignment.license_id)
        .where(Assignment.user_id.in_(bindparam("ids", expanding=True)), Assignment.ended_at.is_(None))
        .group_by(Assignment.user_id),
        select(License.user_id, func.count())
        .where(License.user_id.in_(bindparam("ids", expanding=True)), *usable())
        .group_by(License.user_id),
    ):
        here = statement.join(Group, Group.id == License.group_id).where(below(path))
        for user_id, count in db.execute(here, {"ids": ids}):
            seats[user_id] += count
    return seats
