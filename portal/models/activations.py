"""Activations: a license on a device, generation by generation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class ActivationState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    RETURNING = "returning"
    RETURNED = "returned"
    REPLACED = "replaced"
    REVOKED = "revoked"
    LAPSED = "lapsed"


LIVE = (ActivationState.PENDING, ActivationState.ACTIVE, ActivationState.RETURNING)


class Activation(Base):
    """One generation of a seat. `line` is the seat's own id: a repair or a move keeps it and adds a generation.

    A pending activation without a device is a seat kept for the next device that asks. `device_key` is the public key
    that the program made for it, if it makes one; `seq` and `head` say which license file it was handed last. An ended
    activation whose seat is credited later keeps it until `held_until`.
    """

    __tablename__ = "activations"
    __table_args__ = (
        UniqueConstraint("license_id", "line", "generation"),
        CheckConstraint(
            "state in ('pending', 'active', 'returning', 'returned', 'replaced', 'revoked', 'lapsed')", name="state"
        ),
        CheckConstraint("(ended_at is null) = (state in ('pending', 'active', 'returning'))", name="ended"),
        Index(
            "uq_activations_live_device",
            "license_id",
            "device_id",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
        Index(
            "uq_activations_live_line",
            "license_id",
            "line",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), index=True)
    line: Mapped[UUID]
    generation: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    how: Mapped[str] = mapped_column(String(20), default="online")
    started_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    return_asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    device_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    held_until: Mapped[datetime | None] = mapped_column(index=True)
