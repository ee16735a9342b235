"""Devices: where licenses run, and the ones that wait for a seat."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class Device(Base):
    """A PC, dongle or cloud instance of one owner. Its components are names and opaque values.

    Licenses that nobody registered yet lie in one pool and belong to strangers: there the devices of each license
    are its own, told apart by `pool_license_id`, which is 0 everywhere else.
    """

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("group_id", "pool_license_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    pool_license_id: Mapped[int] = mapped_column(Id, default=0)
    kind: Mapped[str] = mapped_column(String(20), default="computer")
    fingerprint: Mapped[str] = mapped_column(String(300))
    components: Mapped[dict[str, Any]]
    name: Mapped[str | None] = mapped_column(String(200))
    platform: Mapped[str | None] = mapped_column(String(200))
    cores: Mapped[int | None]
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    @property
    def called(self) -> str:
        """The name it goes by, or the beginning of what tells it apart from others."""
        return self.name or self.fingerprint[:12]


class WaitingDevice(Base):
    """A device that was refused for lack of a seat and is shown for a day to whoever may hand it one.

    One that came with a person's own key waits for a seat of that assignment.
    """

    __tablename__ = "waiting_devices"
    __table_args__ = (Index("ix_waiting_devices_license_id_until", "license_id", "until"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    license_id: Mapped[int] = mapped_column(ForeignKey("licenses.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))
    asked_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # got a seat, or was dismissed
