"""Requests: what people ask for, what is said about them, and the answers that are given in advance."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class RequestKind(StrEnum):
    SEAT = "seat"
    DEMO = "demo"
    EMERGENCY = "emergency"
    EXCEPTION = "exception"
    SUPPORT = "support"


class RequestState(StrEnum):
    OPEN = "open"
    ASKED_BACK = "asked_back"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


WAITING = (RequestState.OPEN, RequestState.ASKED_BACK)


class Side(StrEnum):
    """Who says it: the person who asked, the desk that answers, or the desk among itself."""

    PERSON = "person"
    DESK = "desk"
    INTERNAL = "internal"


class Request(Base):
    """Somebody asks for something, with a few words on why.

    A seat is the group's own to give. Everything else is answered at the desk of `desk_group_id`: a demo that the
    vendor approves, an exception to the rules with the `decision` that stood in the way, or help. Whoever came with a
    ticket alone has no user; `contact` is where they want the answer to go, and nobody has confirmed that it is theirs.
    """

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint("kind in ('seat', 'demo', 'emergency', 'exception', 'support')", name="kind"),
        CheckConstraint("state in ('open', 'asked_back', 'granted', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("(state in ('open', 'asked_back')) = (answered_at is null)", name="answered"),
        CheckConstraint("user_id is not null or ticket_id is not null", name="asker"),
        CheckConstraint("(kind = 'seat') = (desk_group_id is null)", name="desk"),
        Index(
            "uq_requests_open",
            "user_id",
            "product_id",
            "group_id",
            unique=True,
            sqlite_where=text("state = 'open' and kind = 'seat'"),
            postgresql_where=text("state = 'open' and kind = 'seat'"),
        ),
        Index(
            "uq_requests_open_demo",
            "user_id",
            "product_id",
            unique=True,
            sqlite_where=text("answered_at is null and kind = 'demo'"),
            postgresql_where=text("answered_at is null and kind = 'demo'"),
        ),
        Index("ix_requests_group_id_state", "group_id", "state", "created_at"),
        Index("ix_requests_user_id_created_at", "user_id", "created_at"),
        Index("ix_requests_desk_group_id_state", "desk_group_id", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(20), default="seat")
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    words: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(String(1000), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))
    desk_group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    license_id: Mapped[int | None] = mapped_column(ForeignKey("licenses.id"), index=True)
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activations.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    days: Mapped[int | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    contact: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str | None] = mapped_column(String(10))
    # What was asked of the rules, their answer, what explains it, and the ledger of that moment.
    decision: Mapped[dict[str, Any] | None]
    rule_code: Mapped[str | None] = mapped_column(String(60))
    about: Mapped[dict[str, Any] | None]  # the page on which a question was asked, and the error that stood there
    rule: Mapped[str | None] = mapped_column(String(200))


class Message(Base):
    """Something said about a request. What the desk says among itself is never shown to who asked.

    `group_id` is the group whose desk says it: what is internal at the vendor's is not for a dealer's eyes.
    """

    __tablename__ = "request_messages"
    __table_args__ = (CheckConstraint("side in ('person', 'desk', 'internal')", name="side"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    side: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(4000))
    at: Mapped[datetime]


class Attachment(Base):
    """A file that came with a message, sealed."""

    __tablename__ = "attachments"
    __table_args__ = (CheckConstraint("size >= 0 and size <= 2097152", name="size"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("request_messages.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    cipher: Mapped[bytes] = mapped_column(LargeBinary)


class CannedWords(Base):
    """An answer that a desk gives often, in one language."""

    __tablename__ = "canned_words"
    __table_args__ = (UniqueConstraint("group_id", "language", "title"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    language: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(100))
    words: Mapped[str] = mapped_column(String(4000))


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
