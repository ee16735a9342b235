"""The page of one license: its seats and PCs as facts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Activation, ActivationState, Device, License, LicenseState, WaitingDevice
from portal.reports import transfers
from portal.reports.shapes import Seat, State
from portal.reports.states import SEAT_STATES

MOST = 100


def is_over(license_: License, now: datetime) -> bool:
    """Whether the license has ended or was taken away, so that none of its seats can go anywhere else."""
    is_withdrawn = license_.state in (LicenseState.REVOKED, LicenseState.MERGED, LicenseState.RECALLED)
    return is_withdrawn or (license_.ends_at is not None and license_.ends_at <= now)


def seats(db: Session, license_: License, now: datetime, *, may_use: bool) -> tuple[tuple[Seat, ...], int]:
    """Live seats, waiting devices and what came before, newest first; and how many more there are."""
    rows = db.execute(
        select(Activation, Device)
        .outerjoin(Device, Device.id == Activation.device_id)
        .where(Activation.license_id == license_.id)
        .order_by(Activation.ended_at.is_not(None), Activation.started_at.desc(), Activation.id.desc())
        .limit(MOST)
    ).all()
    total = db.execute(
        select(func.count()).select_from(Activation).where(Activation.license_id == license_.id)
    ).scalar_one()
    may_move = may_use and not is_over(license_, now)
    carried = transfers.by_activation(db, [one.id for one, _ in rows if one.ended_at is None])
    live = [_seat(one, device, may_use, may_move, carried.get(one.id)) for one, device in rows if one.ended_at is None]
    past = [_seat(one, device, may_use, may_move) for one, device in rows if one.ended_at is not None]
    return (*live, *waiting(db, license_, now, may_use=may_use), *past), total - len(rows)


def waiting(db: Session, license_: License, now: datetime, *, may_use: bool) -> list[Seat]:
    """The devices that wait for a seat, the latest first."""
    rows = db.execute(
        select(WaitingDevice, Device)
        .join(Device, Device.id == WaitingDevice.device_id)
        .where(WaitingDevice.license_id == license_.id, WaitingDevice.ended_at.is_(None), WaitingDevice.until > now)
        .order_by(WaitingDevice.asked_at.desc(), WaitingDevice.id.desc())
    )
    return [
        Seat(
            id=one.public_id, name=_name(device), platform=device.platform, generation=None, state=State.WAITING,
            seen_at=one.asked_at, file_until=None, waits_until=one.until, since=None, until=None, may_dismiss=may_use,
        )
        for one, device in rows
    ]  # fmt: skip


def _seat(
    one: Activation, device: Device | None, may_use: bool, may_move: bool, transfer: UUID | None = None
) -> Seat:
    is_live = one.ended_at is None
    is_returning = one.state == ActivationState.RETURNING
    state = State.KEPT if is_live and device is None else SEAT_STATES[ActivationState(one.state)]
    return Seat(
        id=one.public_id,
        name=_name(device) if device else None,
        platform=device.platform if device else None,
        generation=one.generation,
        state=state,
        seen_at=one.seen_at,
        file_until=one.lease_until if is_live else None,
        waits_until=None,
        since=one.confirmed_at or one.started_at,
        until=one.ended_at,
        may_return=may_use and is_live and not is_returning,
        may_keep=may_use and is_returning,
        may_move=may_move and is_live and device is not None,
        transfer=transfer if may_use else None,
        may_return_offline=may_use and is_live and not is_returning and one.device_key is not None,
        held_until=one.held_until,
    )


def _name(device: Device) -> str:
    return device.name or device.fingerprint[:12]
