"""The page of one license: its seats and PCs as facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from portal.models import (
    Activation,
    ActivationState,
    Assignment,
    Device,
    License,
    LicenseState,
    User,
    WaitingDevice,
)
from portal.reports import transfers
from portal.reports.filters import pattern_of
from portal.reports.shapes import Seat, State
from portal.reports.states import SEAT_STATES

MOST = 50
Only = Callable[[Any], ColumnElement[bool]]


def everybodys(_: Any) -> ColumnElement[bool]:
    """Whoever sees all seats of a license sees these; who sees a part says which, by the assignment."""
    return true()


def is_over(license_: License, now: datetime) -> bool:
    """Whether the license has ended or was taken away, so that none of its seats can go anywhere else."""
    is_withdrawn = license_.state in (LicenseState.REVOKED, LicenseState.MERGED, LicenseState.RECALLED)
    return is_withdrawn or (license_.ends_at is not None and license_.ends_at <= now)


def seats(
    db: Session, license_: License, now: datetime, *, may_use: bool, only: Only = everybodys, search: str = "",
    first: UUID | None = None,
) -> tuple[tuple[Seat, ...], int]:  # fmt: skip
    """Live seats, waiting devices and what came before, newest first; and how many more there are.

    `search` finds those of PCs and people whose names contain it; `first` is a seat that must be among them.
    """
    mine = and_(Activation.license_id == license_.id, only(Activation.assignment_id))
    if search:
        mine = and_(mine, or_(_is_named(search), Activation.public_id == first))
    rows = db.execute(
        select(Activation, Device, User.name)
        .outerjoin(Device, Device.id == Activation.device_id)
        .outerjoin(Assignment, Assignment.id == Activation.assignment_id)
        .outerjoin(User, User.id == Assignment.user_id)
        .where(mine)
        .order_by(
            case((Activation.public_id == first, 0), else_=1),
            Activation.ended_at.is_not(None),
            Activation.started_at.desc(),
            Activation.id.desc(),
        )
        .limit(MOST)
    ).all()
    total = len(rows)
    if total == MOST:
        counted = select(func.count()).select_from(Activation)
        counted = counted.outerjoin(Device, Device.id == Activation.device_id)
        counted = counted.outerjoin(Assignment, Assignment.id == Activation.assignment_id)
        total = db.execute(counted.outerjoin(User, User.id == Assignment.user_id).where(mine)).scalar_one()
    may_move = may_use and not is_over(license_, now)
    carried = transfers.by_activation(db, [one.id for one, *_ in rows if one.ended_at is None])
    live = [
        _seat(one, device, person, may_use, may_move, carried.get(one.id))
        for one, device, person in rows
        if one.ended_at is None
    ]
    past = [_seat(one, device, person, may_use, may_move) for one, device, person in rows if one.ended_at is not None]
    return (*live, *waiting(db, license_, now, may_use=may_use, only=only), *past), total - len(rows)


def _is_named(search: str) -> ColumnElement[bool]:
    pattern = pattern_of(search)
    return or_(
        func.lower(Device.name).like(pattern, escape="\\"),
        func.lower(Device.fingerprint).like(pattern, escape="\\"),
        func.lower(User.name).like(pattern, escape="\\"),
    )


def waiting(
    db: Session, license_: License, now: datetime, *, may_use: bool, only: Only = everybodys
) -> list[Seat]:
    """The devices that wait for a seat, the latest first."""
    rows = db.execute(
        select(WaitingDevice, Device)
        .join(Device, Device.id == WaitingDevice.device_id)
        .where(WaitingDevice.license_id == license_.id, WaitingDevice.ended_at.is_(None), WaitingDevice.until > now)
        .where(only(WaitingDevice.assignment_id))
        .order_by(WaitingDevice.asked_at.desc(), WaitingDevice.id.desc())
    )
    return [
        Seat(
            id=one.public_id, name=device.called, platform=device.platform, generation=None, state=State.WAITING,
            seen_at=one.asked_at, file_until=None, waits_until=one.until, since=None, until=None, may_dismiss=may_use,
        )
        for one, device in rows
    ]  # fmt: skip


def _seat(
    one: Activation, device: Device | None, person: str | None, may_use: bool, may_move: bool,
    transfer: UUID | None = None,
) -> Seat:  # fmt: skip
    is_live = one.ended_at is None
    is_returning = one.state == ActivationState.RETURNING
    state = State.KEPT if is_live and device is None else SEAT_STATES[ActivationState(one.state)]
    return Seat(
        id=one.public_id,
        name=device.called if device else None,
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
        person=person,
        device=device.public_id if device is not None and is_live else None,
    )
