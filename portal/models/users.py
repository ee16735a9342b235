"""People with a sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, String, func, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class User(Base):
    """A person. `email` is kept in lower case; a changed password, role or state ends the person's sessions.

    `brand` is the host of the brand under which the person came in last, "" for the first one: what is mailed to them
    wears it. Whoever gave no address comes in by a `sign_in_name`, kept in lower case too.

    `profile` holds what the vendor asks people for beyond their name, by the names of the fields. Whoever types no keys
    by hand has switched the keyboard shortcuts off.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email is not null or sign_in_name is not null", name="signs_in"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    sign_in_name: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    language: Mapped[str | None] = mapped_column(String(10))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    profile: Mapped[dict[str, Any] | None]
    brand: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    shortcuts_off_at: Mapped[datetime | None]

    @hybrid_property
    def signs_in_as(self) -> str:
        """What the person types at the door, and what tells them from others of the same name."""
        return self.email or self.sign_in_name or ""

    @signs_in_as.inplace.expression
    @classmethod
    def _signs_in_as(cls) -> ColumnElement[str]:
        return func.coalesce(cls.email, cls.sign_in_name)

    @classmethod
    def is_at(cls, typed: object) -> ColumnElement[bool]:
        """The condition that this address, or this sign-in name, is the person's. No name looks like an address."""
        return or_(cls.email == typed, cls.sign_in_name == typed)
