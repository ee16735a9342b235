"""Assignments: the seats of a license that are kept for a person, for a department, or for nobody."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class AssignmentKind(StrEnum):
    PERSON = "person"
    DEPARTMENT = "department"
    BLOCKED = "blocked"


class Assignment(Base):
    """Seats of a license that are kept. `used` counts those that run on devices, or, for a department, were handed on.

    A person's seats are taken from the department's when `from_id` says so, else from the license. Once it has ended,
    only the seats that still run count, until the last of them is free.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint("kind in ('person', 'department', 'blocked')", name="kind"),
        CheckConstraint("(kind = 'person') = (user_id is not null)", name="person"),
        CheckConstraint("(kind = 'department') = (group_id is not null)", name="department"),
        CheckConstraint("from_id is null or kind = 'person'", name="handed_on"),
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("used >= 0 and used <= seats", name="used"),
        Index(
            "uq_assignments_live_person",
            "license_id",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at is null and user_id is not null"),
            postgresql_where=text("ended_at is null and user_id is not null"),
        ),
        Index(
            "uq_assignments_live_department",
            "license_id",
            "group_id",
            unique=True,
            sqlite_where=text("ended_at is null and group_id is not null"),
            postgresql_where=text("ended_at is null and group_id is not null"),
        ),
        Index(
            "uq_assignments_live_blocked",
            "license_id",
            unique=True,
            sqlite_where=text("ended_at is null and kind = 'blocked'"),
            postgresql_where=text("ended_at is null and kind = 'blocked'"),
        ),
        Index("ix_assignments_license_id_ended_at", "license_id", "ended_at"),
        Index("ix_assignments_user_id_ended_at", "user_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"))
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), index=True)
    seats: Mapped[int] = mapped_column(default=1)
    used: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None] = mapped_column(String(200))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    seen_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(40))
