"""PCs that were reported stolen, as the vendor reads of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Device, Group, Loss, LossActivation, LossKind


class Stolen(NamedTuple):
    """One report that has not been taken back, and on how many licenses it bears."""

    device: str
    group: str
    at: datetime
    licenses: int


def untold(db: Session, before: datetime) -> list[Stolen]:
    """Those that the vendor has not read of yet, the first first."""
    on_it = select(func.count(LossActivation.id)).where(LossActivation.loss_id == Loss.id).scalar_subquery()
    rows = db.execute(
        select(func.coalesce(Device.name, func.substr(Device.fingerprint, 1, 12)), Group.name, Loss.reported_at, on_it)
        .join(Device, Device.id == Loss.device_id)
        .join(Group, Group.id == Loss.group_id)
        .where(
            Loss.told_at.is_(None), Loss.undone_at.is_(None), Loss.kind == LossKind.STOLEN, Loss.reported_at < before
        )
        .order_by(Loss.id)
    )
    return [Stolen(*row) for row in rows]
