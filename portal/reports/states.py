"""What state a license and its seats are in, derived from what is recorded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.models import Activation, ActivationState, Device, LicenseState, WaitingDevice
from portal.reports.shapes import State, Way

SOON = timedelta(days=30)


@dataclass(slots=True)
class Held:
    """Who holds the seats of a license now, and who waits for one."""

    names: tuple[str, ...] = ()
    states: frozenset[str] = frozenset()
    is_kept: bool = False
    waiting: str | None = None
    seen_at: datetime | None = None
    asked_at: datetime | None = None


_SEATS = (
    select(
        Activation.license_id, Activation.state, Activation.device_id, Activation.seen_at, Activation.return_asked_at,
        Device.name, Device.fingerprint,
    )
    .outerjoin(Device, Device.id == Activation.device_id)
    .where(Activation.license_id.in_(bindparam("ids", expanding=True)), Activation.ended_at.is_(None))
    .order_by(Activation.started_at, Activation.id)
)  # fmt: skip
_WAITING = (
    select(WaitingDevice.license_id, Device.name, Device.fingerprint)
    .join(Device, Device.id == WaitingDevice.device_id)
    .where(
        WaitingDevice.license_id.in_(bindparam("ids", expanding=True)),
        WaitingDevice.ended_at.is_(None),
        WaitingDevice.until > bindparam("now"),
    )
    .order_by(WaitingDevice.asked_at, WaitingDevice.id)
)


def held(db: Session, ids: list[int], now: datetime) -> dict[int, Held]:
    """The seats of these licenses: two statements for any number of them."""
    found: dict[int, Held] = defaultdict(Held)
    seats = db.connection().execute(_SEATS, {"ids": ids})
    for license_id, state, device_id, seen_at, asked_at, name, fingerprint in seats:
        seat = found[license_id]
        seat.states = seat.states | {state}
        if device_id is None:
            seat.is_kept = True
        else:
            seat.names += (name or fingerprint[:12],)
        seat.seen_at = _later(seat.seen_at, seen_at)
        seat.asked_at = _later(seat.asked_at, asked_at)
    for license_id, name, fingerprint in db.connection().execute(_WAITING, {"ids": ids, "now": now}):
        found[license_id].waiting = name or fingerprint[:12]
    return found


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None or (other is not None and other > one) else one


def state_of(row: Any, seats: Held, now: datetime) -> State:
    """The one word for a license; what needs somebody comes before what is well."""
    if row.state == LicenseState.MERGED:
        return State.MERGED
    if row.state == LicenseState.REVOKED:
        return State.REVOKED
    if row.state == LicenseState.RECALLED:
        return State.RECALLED
    if row.ends_at and row.ends_at <= now:
        return State.EXPIRED
    if seats.waiting:
        return State.WAITING
    if seats.is_kept:
        return State.KEPT
    if ActivationState.PENDING in seats.states:
        return State.TRANSFER
    if ActivationState.RETURNING in seats.states:
        return State.RETURNING
    if not row.used:
        return State.READY
    return State.ENDS_SOON if row.ends_at and row.ends_at <= now + SOON else State.ACTIVE


SEAT_STATES = {
    ActivationState.PENDING: State.TRANSFER,
    ActivationState.ACTIVE: State.ACTIVE,
    ActivationState.RETURNING: State.RETURNING,
    ActivationState.RETURNED: State.RETURNED,
    ActivationState.REPLACED: State.REPLACED,
    ActivationState.REVOKED: State.REVOKED,
    ActivationState.LAPSED: State.LAPSED,
}


def way_of(row: Any, state: State, may_use: bool) -> Way:
    """The first thing to offer in this state."""
    if state in (State.MERGED, State.REVOKED, State.RECALLED) or not may_use:
        return Way.HISTORY
    if state is State.EXPIRED:
        return Way.BUY
    if state is State.WAITING:
        return Way.MOVE if row.used >= row.quantity + row.overage else Way.GIVE
    if state in (State.KEPT, State.TRANSFER, State.RETURNING):
        return Way.SEE
    return Way.ACTIVATE if state is State.READY else Way.MANAGE
