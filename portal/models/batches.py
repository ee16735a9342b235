"""Batches: one deed for many people, prepared line by line, done by a job, and undone again if need be."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class BatchKind(StrEnum):
    ASSIGN = "assign"
    TAKE_BACK = "take_back"
    PEOPLE = "people"


class BatchState(StrEnum):
    PREVIEW = "preview"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class BatchMode(StrEnum):
    ALL = "all"
    GOOD = "good"


class LineState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"
    SKIPPED = "skipped"


class Batch(Base):
    """A batch. Its counters are written with the lines they count, so that progress is one row to read."""

    __tablename__ = "batches"
    __table_args__ = (
        CheckConstraint("kind in ('assign', 'take_back', 'people')", name="kind"),
        CheckConstraint(
            "state in ('preview', 'running', 'stopping', 'stopped', 'done', 'undoing', 'undone')", name="state"
        ),
        CheckConstraint("mode in ('all', 'good')", name="mode"),
        CheckConstraint("done >= 0 and failed >= 0 and undone >= 0 and done + failed <= total", name="counted"),
        Index("ix_batches_group_id_created_at", "group_id", "created_at"),
        Index("ix_batches_license_id_state", "license_id", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    license_id: Mapped[int | None] = mapped_column(ForeignKey("licenses.id"))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(10), default="good")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    undone: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class BatchLine(Base):
    """One line: what was typed, what is wrong with it, and what came of it."""

    __tablename__ = "batch_lines"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("state in ('waiting', 'done', 'failed', 'undone', 'skipped')", name="state"),
        Index("ix_batch_lines_batch_id_state", "batch_id", "state", "number"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    number: Mapped[int]
    given: Mapped[dict[str, Any]]
    problem: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
