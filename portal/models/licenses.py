"""Licenses, the keys that programs present for them, and the terms their end dates derive from."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class LicenseState(StrEnum):
    ISSUED = "issued"
    REGISTERED = "registered"
    RECALLED = "recalled"
    REVOKED = "revoked"
    MERGED = "merged"


class License(Base):
    """The right to use an article with a number of seats.

    `used` is the guarded counter of taken seats: the constraint is the last line of defense against two winners.
    `assigned` of the seats are kept for people, departments or nobody, and `used_assigned` of the taken ones are among
    them; whoever comes with the license's own key takes from what is left.
    An emergency license stands for another one, `stands_for_id`.
    `ends_at` and `starts_on_use_days` repeat what the terms say, so that 5,000 rows can be sorted; only
    `actions.terms.settle` writes them, and `waiting_until` likewise repeats the waiting devices.
    """

    __tablename__ = "licenses"
    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("used >= 0 and used <= quantity + overage", name="seats"),
        CheckConstraint("assigned >= 0 and assigned <= quantity", name="assigned"),
        CheckConstraint(
            "used_assigned >= 0 and used_assigned <= assigned and used_assigned <= used", name="used_assigned"
        ),
        CheckConstraint("state in ('issued', 'registered', 'recalled', 'revoked', 'merged')", name="state"),
        # Counts and sorts what a group owns without a look at the licenses themselves.
        Index(
            "ix_licenses_shelf",
            "group_id", "article_id", "created_at", "id", "used", "state", "ends_at", "waiting_until",
        ),
        Index("ix_licenses_user_id_group_id", "user_id", "group_id"),
        Index(
            "ix_licenses_waiting",
            "group_id",
            "waiting_until",
            sqlite_where=text("waiting_until is not null"),
            postgresql_where=text("waiting_until is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    visible_to_group: Mapped[bool] = mapped_column(default=False)
    quantity: Mapped[int]
    overage: Mapped[int] = mapped_column(default=0)
    used: Mapped[int] = mapped_column(default=0)
    assigned: Mapped[int] = mapped_column(default=0)
    used_assigned: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("licenses.id"))
    stands_for_id: Mapped[int | None] = mapped_column(ForeignKey("licenses.id"), index=True)
    order_number: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    starts_on_use_days: Mapped[int | None]
    maintenance_until: Mapped[datetime | None]
    waiting_until: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]


class LicenseKey(Base):
    """What programs present, in ticket format: one for each ticket that fed the license, and one for each assignment of
    seats to a person.

    `head` and `tail` are keyed hashes of its first and last group, which lists show and people search for. `hint` finds
    it by the hash that a request from a PC without a network carries in its place.
    """

    __tablename__ = "license_keys"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), index=True)
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    hint: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True, unique=True)
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
    tail: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]


class TermKind(StrEnum):
    PERPETUAL = "perpetual"
    USE = "use"
    MAINTENANCE = "maintenance"


class Term(Base):
    """One append-only entry of time: days bought with a ticket, begun at first use, or a fixed end, or maintenance."""

    __tablename__ = "terms"
    __table_args__ = (
        CheckConstraint("kind in ('perpetual', 'use', 'maintenance')", name="kind"),
        CheckConstraint("days is null or days >= 1", name="days"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    kind: Mapped[str] = mapped_column(String(20))
    days: Mapped[int | None]
    begins_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
