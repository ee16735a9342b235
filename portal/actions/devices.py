"""Devices: known by their fingerprint within one owner; and the ones that wait for a seat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import bindparam, exists, func, or_, select

from portal import audit
from portal.actions.doing import Doing
from portal.actions.undoing import is_fresh
from portal.audit import Happened
from portal.db import new_id
from portal.models import (
    Activation,
    Assignment,
    Device,
    License,
    LicenseState,
    Loss,
    LossActivation,
    LossKind,
    WaitingDevice,
)
from portal.rows import Ready, put

WAITS = timedelta(hours=24)
MOST_WAITING = 10


@dataclass(frozen=True, slots=True)
class Machine:
    """What a program says about the device it runs on. A lone fingerprint is the component `fingerprint`."""

    fingerprint: str
    components: dict[str, str] = field(default_factory=dict)
    name: str | None = None
    platform: str | None = None
    cores: int | None = None
    public_key: bytes | None = None  # of the key pair that the program made for this activation, if it makes one

    @property
    def parts(self) -> dict[str, str]:
        return self.components or {"fingerprint": self.fingerprint}


_KNOWN = Ready(
    select(Device.id).where(
        Device.group_id == bindparam("group"),
        Device.pool_license_id == bindparam("pool"),
        Device.fingerprint == bindparam("fingerprint"),
    )
)


def meet(doing: Doing, license_: License, machine: Machine) -> Device:
    """The device of this fingerprint, with what its program now says of it."""
    device = known(doing, license_, machine)
    return meet_first(doing, license_, machine) if device is None else meet_again(doing, device, machine)


def known(doing: Doing, license_: License, machine: Machine) -> Device | None:
    """The device of this fingerprint, if the owner of the license has shown it before."""
    where = {"group": license_.group_id, "pool": _pool(license_), "fingerprint": machine.fingerprint}
    found = _KNOWN.scalar(doing.db, **where)
    return None if found is None else doing.db.get_one(Device, found)


_STOLEN = Ready(
    select(Loss.id)
    .join(LossActivation, LossActivation.loss_id == Loss.id)
    .join(Activation, Activation.id == LossActivation.activation_id)
    .where(Activation.device_id == bindparam("device"), Loss.kind == LossKind.STOLEN.value, Loss.undone_at.is_(None))
    .limit(1)
)


def is_stolen(doing: Doing, device: Device) -> bool:
    """Whether its owner reported it stolen, and it did not turn up again."""
    return _STOLEN.scalar(doing.db, device=device.id) is not None


def meet_first(doing: Doing, license_: License, machine: Machine) -> Device:
    return put(
        doing.db,
        Device,
        public_id=new_id(doing.now),
        group_id=license_.group_id,
        pool_license_id=_pool(license_),
        fingerprint=machine.fingerprint,
        components=machine.parts,
        name=machine.name,
        platform=machine.platform,
        cores=machine.cores,
        created_at=doing.now,
        seen_at=doing.now,
    )


def meet_again(doing: Doing, device: Device, machine: Machine) -> Device:
    device.components = machine.parts
    device.name = machine.name or device.name
    device.platform = machine.platform or device.platform
    device.cores = machine.cores or device.cores
    device.seen_at = doing.now
    doing.db.flush()
    return device


def _pool(license_: License) -> int:
    return license_.id if license_.state == LicenseState.ISSUED else 0


def machine_of(device: Device) -> Machine:
    """The device as its program would say it."""
    return Machine(device.fingerprint, dict(device.components), device.name, device.platform, device.cores)


def name_of(doing: Doing, device_id: int) -> str:
    """What people call the device; a nameless one goes by the beginning of its fingerprint."""
    device = doing.db.get_one(Device, device_id)
    return device.called


def wait(
    doing: Doing, license_: License, machine: Machine, through: Assignment | None = None
) -> WaitingDevice | None:
    """Keep a device that found no seat for a day; None, and nothing kept, when too many wait already.

    It waits for a seat of the key it came with: a person's own, or the license's.
    """
    mine = through.id if through else None
    waiting = doing.db.execute(
        select(WaitingDevice)
        .join(Device, Device.id == WaitingDevice.device_id)
        .where(
            WaitingDevice.license_id == license_.id,
            Device.fingerprint == machine.fingerprint,
            WaitingDevice.ended_at.is_(None),
            WaitingDevice.until > doing.now,
        )
    ).scalar()
    if waiting is None and _count_waiting(doing, license_, mine) >= MOST_WAITING:
        return None
    device = meet(doing, license_, machine)
    if waiting is None:
        waiting = WaitingDevice(
            public_id=new_id(doing.now),
            license_id=license_.id,
            device_id=device.id,
            assignment_id=mine,
            asked_at=doing.now,
            until=doing.now + WAITS,
        )
        doing.db.add(waiting)
        audit.record(
            doing.db, doing.now, doing.actor, Happened.DEVICE_WAITING,
            group_id=license_.group_id, license_id=license_.id, assignment_id=mine,
            device=device.name or machine.fingerprint[:12],
        )  # fmt: skip
    waiting.asked_at, waiting.until, waiting.assignment_id = doing.now, doing.now + WAITS, mine
    settle_waiting(doing, license_)
    return waiting


def dismiss(doing: Doing, license_: License, waiting: WaitingDevice) -> bool:
    """ "Not mine": it does not wait any more. False when it had already left."""
    if waiting.ended_at is not None or waiting.until <= doing.now:
        return False
    waiting.ended_at = doing.now
    device = doing.db.get_one(Device, waiting.device_id)
    audit.record(
        doing.db, doing.now, doing.actor, Happened.DEVICE_DISMISSED,
        group_id=license_.group_id, license_id=license_.id, assignment_id=waiting.assignment_id,
        device=device.called,
    )  # fmt: skip
    settle_waiting(doing, license_)
    return True


def restore(doing: Doing, license_: License, waiting: WaitingDevice) -> bool:
    """It was sent away by mistake and waits again, as long as it would have. False when that was too long ago, or when
    it has asked again or run since. The license must be locked.
    """
    doing.db.refresh(waiting, with_for_update=True)
    if not is_fresh(waiting.ended_at, doing.now) or waiting.until <= doing.now:
        return False
    here = (WaitingDevice.license_id == license_.id, WaitingDevice.device_id == waiting.device_id)
    asked_again = exists().where(*here, WaitingDevice.ended_at.is_(None))
    ran = exists().where(
        Activation.license_id == license_.id, Activation.device_id == waiting.device_id,
        Activation.started_at >= waiting.asked_at,
    )  # fmt: skip
    if doing.db.execute(select(or_(asked_again, ran))).scalar_one():
        return False
    if _count_waiting(doing, license_, waiting.assignment_id) >= MOST_WAITING:
        return False
    waiting.ended_at = None
    audit.record(
        doing.db, doing.now, doing.actor, Happened.DEVICE_RESTORED,
        group_id=license_.group_id, license_id=license_.id, assignment_id=waiting.assignment_id,
        device=name_of(doing, waiting.device_id),
    )  # fmt: skip
    settle_waiting(doing, license_)
    return True


def stop_waiting(doing: Doing, license_: License, device: Device) -> None:
    """The device has its seat."""
    if license_.waiting_until is None:
        return  # the license repeats whether any device waits
    for waiting in doing.db.execute(
        select(WaitingDevice).where(
            WaitingDevice.license_id == license_.id,
            WaitingDevice.device_id == device.id,
            WaitingDevice.ended_at.is_(None),
        )
    ).scalars():
        waiting.ended_at = doing.now
    settle_waiting(doing, license_)


def settle_waiting(doing: Doing, license_: License) -> None:
    """Repeat in the license until when a device waits for it, so that lists can sort by it."""
    doing.db.flush()
    license_.waiting_until = doing.db.execute(
        select(func.max(WaitingDevice.until)).where(
            WaitingDevice.license_id == license_.id, WaitingDevice.ended_at.is_(None)
        )
    ).scalar()


def _count_waiting(doing: Doing, license_: License, assignment_id: int | None) -> int:
    return doing.db.execute(
        select(func.count())
        .select_from(WaitingDevice)
        .where(
            WaitingDevice.license_id == license_.id,
            WaitingDevice.assignment_id == assignment_id,
            WaitingDevice.ended_at.is_(None),
            WaitingDevice.until > doing.now,
        )
    ).scalar_one()


def follow(doing: Doing, license_: License) -> None:
    """The license has a new owner: its live and waiting devices become devices of that owner.

    Another license of the old owner may run on the same device, so the device is copied and not moved.
    """
    live = select(Activation).where(Activation.license_id == license_.id, Activation.ended_at.is_(None))
    waiting = select(WaitingDevice).where(WaitingDevice.license_id == license_.id, WaitingDevice.ended_at.is_(None))
    for one in [*doing.db.execute(live).scalars(), *doing.db.execute(waiting).scalars()]:
        if one.device_id is None:
            continue
        old = doing.db.get_one(Device, one.device_id)
        if (old.group_id, old.pool_license_id) == (license_.group_id, _pool(license_)):
            continue
        seen_at, device = old.seen_at, meet(doing, license_, machine_of(old))
        device.seen_at = seen_at
        one.device_id = device.id
        doing.db.flush()
