"""Emergency licenses: why each was handed out, and who has been told of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Emergency(Base):
    """An emergency license, `license_id`, stands for another one.

    `operation`, `code` and `rule` say what the rules refused when it was asked for; without an operation they refused
    nothing. `words` are those of who took it. `told_at` is when the vendor read of it, `warned_at` when whoever has
    it was told that it ends.
    """

    __tablename__ = "emergencies"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"), unique=True)
    stands_for_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    operation: Mapped[str | None] = mapped_column(String(20))
    code: Mapped[str | None] = mapped_column(String(60))
    rule: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(500), default="")
    granted_at: Mapped[datetime] = mapped_column(index=True)
    told_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
