"""Losses: a PC that is gone, what was replaced because of it, and whether it turned up again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Id


class LossKind(StrEnum):
    LOST = "lost"
    STOLEN = "stolen"
    BROKEN = "broken"


class Loss(Base):
    """Somebody said that a PC is gone. `told_at` is when the vendor read of it, who reads of stolen ones."""

    __tablename__ = "losses"
    __table_args__ = (CheckConstraint("kind in ('lost', 'stolen', 'broken')", name="kind"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(20))
    reported_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class LossActivation(Base):
    """What the rules said for one activation on it, and the seat that took its place if they allowed it; `state` is
    what the activation was until then."""

    __tablename__ = "loss_activations"
    __table_args__ = (UniqueConstraint("loss_id", "activation_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    loss_id: Mapped[int] = mapped_column(ForeignKey("losses.id"))
    activation_id: Mapped[int] = mapped_column(ForeignKey("activations.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(60))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("activations.id"))
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operations.id"))
