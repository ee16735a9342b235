"""Groups as pages show them: those right below one, and the invitations into one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from portal.access import below
from portal.models import COUNTS, Group, Invitation, Membership, Role, User
from portal.reports.filters import pattern_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class Branch:
    """A group below another one."""

    id: UUID
    name: str
    kind: str
    people: int
    has_admin: bool


@dataclass(frozen=True, slots=True)
class Branches:
    """One page of them."""

    rows: tuple[Branch, ...]
    total: int
    page: int
    pages: int
    query: dict[str, str]


@dataclass(frozen=True, slots=True)
class Open:
    """An invitation that was made and is not used up or withdrawn."""

    id: UUID
    email: str | None
    name: str
    role: str
    domains: tuple[str, ...]
    used: int
    most: int
    is_over: bool
    expires_at: datetime
    created_at: datetime
    made_by: str
    cipher: bytes
    lookup: bytes


@dataclass(frozen=True, slots=True)
class Invitations:
    """One page of them, the newest first, and the links."""

    rows: tuple[Open, ...]
    links: tuple[Open, ...]
    total: int
    page: int
    pages: int


def branches(db: Session, group: Group, search: str, page: int) -> Branches:
    """The groups right below this one, with how many people each has itself."""
    where = [Group.parent_id == group.id, Group.is_person.is_(False)]
    if search:
        where.append(func.lower(Group.name).like(pattern_of(search), escape="\\"))
    total = db.execute(select(func.count()).select_from(Group).where(*where)).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    count = select(func.count()).where(Membership.group_id == Group.id, COUNTS).correlate(Group).scalar_subquery()
    admin = exists().where(Membership.group_id == Group.id, Membership.role == Role.ADMIN, COUNTS).correlate(Group)
    rows = db.execute(
        select(Group.public_id, Group.name, Group.kind, count.label("people"), admin.label("has_admin"))
        .where(*where)
        .order_by(func.lower(Group.name), Group.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    found = tuple(Branch(row.public_id, row.name, row.kind, row.people, bool(row.has_admin)) for row in rows)
    return Branches(found, total, page, pages, {"search": search})


def above(db: Session, group: Group) -> Group | None:
    """The group right above."""
    return db.get(Group, group.parent_id) if group.parent_id is not None else None


def welcome_of(db: Session, path: str, email: str) -> tuple[UUID, UUID] | None:
    """The invitation with which somebody who was entered can come in, as (group, invitation), if it was not used."""
    row = db.execute(
        select(Group.public_id, Invitation.public_id)
        .join(Group, Group.id == Invitation.group_id)
        .where(
            below(path), Invitation.email == email, Invitation.used < Invitation.most,
            Invitation.withdrawn_at.is_(None), Invitation.link_id.is_(None),
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    return (row[0], row[1]) if row else None


def invitations(db: Session, group: Group, now: datetime, page: int) -> Invitations:
    """What invites into this very group; what a link has sent to people counts on the link."""
    open_ = (
        Invitation.group_id == group.id, Invitation.withdrawn_at.is_(None), Invitation.used < Invitation.most,
        Invitation.link_id.is_(None),
    )  # fmt: skip
    by_mail = (*open_, Invitation.email.is_not(None))
    total = db.execute(select(func.count()).select_from(Invitation).where(*by_mail)).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    query = select(Invitation, User.name.label("by")).outerjoin(User, User.id == Invitation.created_by_id)
    newest = query.order_by(Invitation.created_at.desc(), Invitation.id.desc())
    mails = db.execute(newest.where(*by_mail).limit(PAGE).offset((page - 1) * PAGE)).all()
    links = db.execute(newest.where(*open_, Invitation.email.is_(None)).limit(PAGE)).all()
    return Invitations(
        tuple(_open(one, by, now) for one, by in mails),
        tuple(_open(one, by, now) for one, by in links),
        total, page, pages,
    )  # fmt: skip


def _open(one: Invitation, by: str | None, now: datetime) -> Open:
    return Open(
        one.public_id, one.email, one.name or "", one.role, tuple(one.domains), one.used, one.most,
        one.expires_at <= now, one.expires_at, one.created_at, by or "", one.cipher, one.lookup,
    )  # fmt: skip
