"""What people show beside a password: codes of an authenticator app, and recovery codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Authenticator(Base):
    """The authenticator app of a person; it counts once a code of it was confirmed.

    `cipher` holds the secret it shares, sealed. `last_step` is the moment of the last code it showed: each is good
    once.
    """

    __tablename__ = "authenticators"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    cipher: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(Id, default=0)


class RecoveryCode(Base):
    """A code that stands in for what a person has lost, once. Only a keyed hash of it is stored."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
