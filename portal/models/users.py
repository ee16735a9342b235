"""People with a sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class User(Base):
    """A person. `email` is kept in lower case; a changed password, role or state ends the person's sessions.

    `profile` holds what the vendor asks people for beyond their name, by the names of the fields.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    language: Mapped[str | None] = mapped_column(String(10))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    profile: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
