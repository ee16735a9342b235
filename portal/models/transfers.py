"""Transfers: what is carried to and from a PC without a network, and what has come back of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class TransferKind(StrEnum):
    ACTIVATION = "activation"  # a request was answered with a license file, and a receipt comes back
    RETURN = "return"  # a return request was handed out, and a return receipt comes back


class Closed(StrEnum):
    """How a transfer ended."""

    CONFIRMED = "confirmed"  # the device proved that it has the file
    DECLARED = "declared"  # a program without a device key: a person brought its file back
    OVERTAKEN = "overtaken"  # another file of the same activation was confirmed, or another return request made
    RETURNED = "returned"


class Transfer(Base):
    """One exchange. `answer` is the file that was handed out, sealed: the same question gets the very same bytes.

    `seq` and `head` are the state that the device has once it imported the file, or, for a return, the one that it must
    prove to be in. `digest` is that of the request, `receipt_digest` that of what closed it.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("kind in ('activation', 'return')", name="kind"),
        CheckConstraint(
            "closed is null or closed in ('confirmed', 'declared', 'overtaken', 'returned')", name="closed"
        ),
        CheckConstraint("(closed is null) = (closed_at is null)", name="closed_at"),
        CheckConstraint("(kind = 'return') = (nonce is not null)", name="nonce"),
        Index(
            "uq_transfers_open_return",
            "activation_id",
            unique=True,
            sqlite_where=text("kind = 'return' and closed_at is null"),
            postgresql_where=text("kind = 'return' and closed_at is null"),
        ),
        Index("ix_transfers_license_id_closed_at", "license_id", "closed_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"))
    activation_id: Mapped[int] = mapped_column(ForeignKey("activations.id"), index=True)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    request_id: Mapped[UUID | None]
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    seq: Mapped[int]
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    closed: Mapped[str | None] = mapped_column(String(20))
    closed_at: Mapped[datetime | None]
    receipt_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    device_time: Mapped[datetime | None]  # when, by its own clock, the device wrote what closed it
