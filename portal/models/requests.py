"""Requests: what people ask for, and the standing rules that answer at once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class RequestKind(StrEnum):
    SEAT = "seat"


class RequestState(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Request(Base):
    """Somebody asks their group for something: a seat of a product, with a few words on why."""

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint("kind in ('seat')", name="kind"),
        CheckConstraint("state in ('open', 'granted', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'open') = (answered_at is null)", name="answered"),
        Index(
            "uq_requests_open",
            "user_id",
            "product_id",
            "group_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_requests_group_id_state", "group_id", "state", "created_at"),
        Index("ix_requests_user_id_created_at", "user_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(20), default="seat")
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    words: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(String(1000), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))


class StandingRule(Base):
    """A group's answer in advance: who asks for this product gets a seat while more than `keep_free` are free."""

    __tablename__ = "standing_rules"
    __table_args__ = (
        UniqueConstraint("group_id", "product_id"),
        CheckConstraint("keep_free >= 0", name="keep_free"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    keep_free: Mapped[int] = mapped_column(default=0)
    is_on: Mapped[bool] = mapped_column(default=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
