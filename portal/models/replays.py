"""What if: recorded history decided again by rules that nobody has published yet."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class ReplayState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Replay(Base):
    """One run over the history of the articles of a rule set, or of one of them.

    `digest` tells texts apart, `result` counts by code what would have been decided differently. Whoever works on it
    holds the `claim`; when that runs out, because a process ended, somebody else begins anew.
    """

    __tablename__ = "replays"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'running', 'stopping', 'done', 'stopped', 'failed')", name="state"),
        CheckConstraint("seen >= 0 and differing >= 0 and total >= 0", name="counts"),
        Index("ix_replays_rule_set_id_id", "rule_set_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_sets.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    toml: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(String(10))
    total: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    differing: Mapped[int] = mapped_column(default=0)
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    from_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ReplayFinding(Base):
    """One operation, or one refused attempt, that would have been decided differently; `then_*` is what happened."""

    __tablename__ = "replay_findings"
    __table_args__ = (
        CheckConstraint("(operation_id is null) <> (event_id is null)", name="source"),
        Index("ix_replay_findings_replay_id_id", "replay_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    replay_id: Mapped[int] = mapped_column(ForeignKey("replays.id", ondelete="CASCADE"))
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operations.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    operation: Mapped[str] = mapped_column(String(20))
    then_outcome: Mapped[str] = mapped_column(String(10))
    then_code: Mapped[str] = mapped_column(String(40))
    now_outcome: Mapped[str] = mapped_column(String(10))
    now_code: Mapped[str] = mapped_column(String(40))
    now_rule: Mapped[str | None] = mapped_column(String(200))
    next_allowed_at: Mapped[datetime | None]
