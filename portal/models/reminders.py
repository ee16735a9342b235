"""Reminders: the addresses a group wants reminded before something ends, and what was sent already."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class ReminderAddress(Base):
    """An address that a group's reminders go to, once whoever reads it has confirmed that it should."""

    __tablename__ = "reminder_addresses"
    __table_args__ = (UniqueConstraint("group_id", "email"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # a member who was chosen
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str | None] = mapped_column(String(10))
    lookup: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]


class ReminderSent(Base):
    """That a license's end was announced so many days ahead; a term that moved is announced anew."""

    __tablename__ = "reminders_sent"
    __table_args__ = (UniqueConstraint("license_id", "ends_at", "days"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"))
    ends_at: Mapped[datetime]
    days: Mapped[int]
    sent_at: Mapped[datetime]
