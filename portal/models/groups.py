"""The tree of groups: vendor, resellers, customers, departments; who is a member; and what a member was granted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id, Path_


class GroupKind(StrEnum):
    VENDOR = "vendor"
    RESELLER = "reseller"
    CUSTOMER = "customer"
    DEPARTMENT = "department"


class Role(StrEnum):
    ADMIN = "admin"
    MEMBER = "member"


class Right(StrEnum):
    CREATE = "create"
    MODIFY = "modify"
    REVOKE = "revoke"


class Group(Base):
    """A node of the tree. `path` lists the ids from the root, `/1/4/9/`, so that a subtree is a range of paths."""

    __tablename__ = "groups"
    __table_args__ = (CheckConstraint("kind in ('vendor', 'reseller', 'customer', 'department')", name="kind"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"), index=True)
    path: Mapped[str] = mapped_column(Path_, unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    is_person: Mapped[bool] = mapped_column(default=False)
    external_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime]


class Membership(Base):
    """A person in a group. Until it is accepted, while it is suspended, and once it has ended, it gives nothing.

    The row of a person who left stays; who joins again gets it back. `external_id` is a personnel number.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("user_id", "group_id"),
        CheckConstraint("role in ('admin', 'member')", name="role"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(index=True, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime]
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    accepted_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


# A membership that gives something; every question about who belongs where asks with it.
COUNTS = and_(Membership.accepted_at.is_not(None), Membership.suspended_at.is_(None), Membership.ended_at.is_(None))


class Grant(Base):
    """What a member of a reseller or of the vendor may do with a category's articles, possibly capped."""

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("membership_id", "right", "category_id"),
        CheckConstraint("\"right\" in ('create', 'modify', 'revoke')", name="right"),
        CheckConstraint("quantity is null or quantity >= 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    right: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[int | None]
    until: Mapped[datetime | None]
    options: Mapped[dict[str, Any] | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
