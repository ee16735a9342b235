"""Sessions, the tickets a ticket session holds, and the attempts that limits count."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Session(Base):
    """A signed-in person or a ticket session. Only the hash of its token is stored.

    `group_id` is the group that the person acts for; without one they act for all of theirs. `how` is the door they
    came in by, `proved_at` when they last showed who they are, `factor_at` when with more than a password. Who came in
    by a company sign-in has the key of its `provider`, the session's id there in `sso_sid`, and in `id_token` what it
    was opened with, sealed. `lists` has the last question to each list by its address, sealed.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("kind in ('user', 'ticket')", name="kind"),
        CheckConstraint("how in ('password', 'passkey', 'company', 'mail')", name="how"),
        Index("ix_sessions_provider_sso_sid", "provider", "sso_sid"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    agent: Mapped[str | None] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(String(64))
    how: Mapped[str | None] = mapped_column(String(10))
    proved_at: Mapped[datetime | None]
    factor_at: Mapped[datetime | None]
    provider: Mapped[str | None] = mapped_column(String(64))
    sso_sid: Mapped[str | None] = mapped_column(String(255))
    id_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    lists: Mapped[bytes | None] = mapped_column(LargeBinary)


session_tickets = Table(
    "session_tickets",
    Base.metadata,
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("ticket_id", Id, ForeignKey("tickets.id"), primary_key=True),
)


class Attempt(Base):
    """A failed attempt at a door. `key` is a keyed hash of the account, address or network it counts against."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(index=True)
