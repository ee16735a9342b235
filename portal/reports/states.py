"""What state a license and its seats are in, derived from what is recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from portal.models import Activation, ActivationState, Device, LicenseState, WaitingDevice
from portal.reports.among import among
from portal.reports.shapes import State, Way
from portal.rows import Ready

SOON = timedelta(days=30)
FEW = 10  # seats that one looks at one by one


@dataclass(slots=True)
class Held:
    """Who holds the seats of a license now, and who waits for one."""

    names: list[str] = field(default_factory=list)
    states: set[str] = field(default_factory=set)
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
    .where(among(Activation.license_id, "ids"), Activation.ended_at.is_(None))
    .order_by(Activation.started_at, Activation.id)
)  # fmt: skip
_WAITING = (
    select(WaitingDevice.license_id, Device.name, Device.fingerprint)
    .join(Device, Device.id == WaitingDevice.device_id)
    .where(
        among(WaitingDevice.license_id, "ids"),
        WaitingDevice.ended_at.is_(None),
        WaitingDevice.until > bindparam("now"),
    )
    .order_by(WaitingDevice.asked_at, WaitingDevice.id)
)
_READY = {statement: Ready(statement) for statement in (_SEATS, _WAITING)}


def held(
    db: Session, ids: list[int], now: datetime, only: Callable[[Any], ColumnElement[bool]] | None = None
) -> dict[int, Held]:
    """The seats of these licenses: two statements for any number of them. `only` says whose, by their assignment."""
    found: dict[int, Held] = defaultdict(Held)
    for license_id, state, device_id, seen_at, asked_at, name, fingerprint in _read(
        db, _SEATS, only and only(Activation.assignment_id), ids=ids
    ):
        seat = found[license_id]
        seat.states.add(state)
        if device_id is None:
            seat.is_kept = True
        else:
            seat.names.append(name or fingerprint[:12])
        seat.seen_at = _later(seat.seen_at, seen_at)
        seat.asked_at = _later(seat.asked_at, asked_at)
    for license_id, name, fingerprint in _read(
        db, _WAITING, only and only(WaitingDevice.assignment_id), ids=ids, now=now
    ):
        found[license_id].waiting = name or fingerprint[:12]
    return found


def _read(db: Session, wanted: Select[Any], only: ColumnElement[bool] | None, **values: Any) -> Iterable[Any]:
    """All rows by the statement that is ready, or fewer by one that is written for the occasion."""
    if only is None:
        return _READY[wanted].all(db, **values)
    return db.execute(wanted.where(only), values)


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
    if row.stands_for_id is not None:
        return State.EMERGENCY
    # Of many seats there is always one on its way: the word is for those that run.
    if row.quantity <= FEW or ActivationState.ACTIVE not in seats.states:
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
    return Way.ACTIVATE if state is State.READY or not row.used else Way.MANAGE
