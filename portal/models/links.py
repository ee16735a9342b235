"""Links in mails: what each opens, and until when; of its token only a keyed hash is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Link(Base):
    """A link that one person was mailed. It opens its thing once; `cipher` holds the facts it carries, sealed."""

    __tablename__ = "links"
    __table_args__ = (
        CheckConstraint("purpose in ('password', 'welcome', 'new_address', 'old_address', 'demo')", name="purpose"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
