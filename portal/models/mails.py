"""The outbox: mails that wait for the mail server, and those that it has taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Mail(Base):
    """One mail to one person. `facts` are what it will speak of, as they were at the deed; whoever sends it first
    writes it, and from then on it stays as it was written.

    `body` holds text and HTML; both it and the facts are sealed, and where they are `is_secret` gone once the mail is
    sent or given up. Whoever sends it holds it with a `claim` until `claimed_until`; after that another worker may take
    it, and it leaves under the same `message_id` again.
    """

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint("state in ('ready', 'sent', 'failed')", name="state"),
        Index("ix_mails_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(String(320), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(10))
    facts: Mapped[bytes | None] = mapped_column(LargeBinary)
    subject: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_secret: Mapped[bool] = mapped_column(default=False)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(10), default="ready")
    created_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    claim: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(500))
    sent_at: Mapped[datetime | None]
