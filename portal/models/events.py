"""The audit trail: insert-only events, and the seals that chain them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Event(Base):
    """Who did what to which thing, with which outcome; a refusal is an event too."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("outcome in ('done', 'refused')", name="outcome"),
        Index("ix_events_license_id_id", "license_id", "id"),
        Index("ix_events_group_id_at", "group_id", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(40))
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    license_id: Mapped[int | None] = mapped_column(ForeignKey("licenses.id"))
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activations.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), index=True)
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    details: Mapped[dict[str, Any]]


class Seal(Base):
    """A link of the chain over committed events: `digest` covers the previous digest and the events up to `last_id`."""

    __tablename__ = "seals"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    first_id: Mapped[int] = mapped_column(Id, unique=True)
    last_id: Mapped[int] = mapped_column(Id, unique=True)
    count: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime]
