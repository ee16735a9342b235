"""Cases: what a device says and what the portal knows do not fit together, so that somebody has to look at it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Conflict(Base):
    """A case. It takes nothing away and gives nothing; the same again only counts up `times`."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("times >= 1", name="times"),
        Index("ix_cases_license_id_opened_at", "license_id", "opened_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"))
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activations.id"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # of the document that came last
    times: Mapped[int]
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    words: Mapped[str | None] = mapped_column(String(1000))  # what whoever closed it found
