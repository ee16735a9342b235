"""Tickets: the redeemable keys, stored so that a stolen database does not give them away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Ticket(Base):
    """A ticket. `lookup` finds it by its code, `cipher` shows the code to those entitled; `group_id` is its pool."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    order_number: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
