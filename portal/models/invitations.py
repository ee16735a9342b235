"""Invitations into a group, by mail or by a link that several people may use, and who used them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Invitation(Base):
    """An invitation. One without an `email` is a link; `domains` are those whose addresses it admits, empty for any.

    The token is found by its keyed hash and sealed in `cipher`, so that an admin can copy the link again. What a link
    sends to the address that somebody typed is an invitation of its own, with the link's as `link_id`.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role in ('admin', 'member')", name="role"),
        CheckConstraint("most >= 1", name="most"),
        CheckConstraint("used >= 0 and used <= most", name="used"),
        Index("ix_invitations_group_id_created_at", "group_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    name: Mapped[str | None] = mapped_column(String(200))
    domains: Mapped[list[str]]
    role: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str | None] = mapped_column(String(100))
    language: Mapped[str | None] = mapped_column(String(10))
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    most: Mapped[int] = mapped_column(default=1)
    used: Mapped[int] = mapped_column(default=0)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"), index=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class InvitationUse(Base):
    """One person who accepted an invitation; the same person uses it up only once."""

    __tablename__ = "invitation_uses"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    at: Mapped[datetime]
