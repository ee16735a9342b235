"""Work for later, and the saved answers of calls that must not act twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Job(Base):
    """One piece of work. A job with a `name` exists at most once and repeats itself; others are done once."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state in ('ready', 'done', 'failed')", name="state"),
        Index("ix_jobs_state_run_at", "state", "run_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    name: Mapped[str | None] = mapped_column(String(100), unique=True)
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="ready")
    run_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(500))


class Answer(Base):
    """The saved answer of a creating call, under its Idempotency-Key and the caller it belongs to."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)
