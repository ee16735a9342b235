"""What belongs to a license: its activations, transfers, waiting devices and assignments, each found as the actor may.

Whoever has to do with a license only narrowly finds what belongs to their own seats; other people's do not exist.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.access.actors import Actor, Forbidden, NotFound
from portal.access.licenses import (
    NARROW,
    Permission,
    Relation,
    license_for,
    may,
    owned,
    relation_to,
    visible,
    visible_in_part,
    visible_whole,
    within,
)
from portal.models import Activation, Assignment, Device, License, Loss, LossActivation, Transfer, WaitingDevice
from portal.rules import Binding, match

MOST_ON_DEVICE = 50
_MOST = Binding(match="most")


def is_narrow(db: Session, actor: Actor, license_: License) -> bool:
    """Whether the actor sees only some seats of this license; `within` says which."""
    if actor.kind == "program":
        return actor.assignment_id is not None
    return relation_to(actor, owned(db, license_, actor)) in NARROW


def own_assignment(db: Session, actor: Actor, license_: License) -> Assignment | None:
    """The live assignment through which the actor uses this license, if that is how."""
    if actor.kind == "program":
        return db.get(Assignment, actor.assignment_id) if actor.assignment_id else None
    if actor.kind != "user" or relation_to(actor, owned(db, license_, actor)) not in NARROW:
        return None
    own = db.execute(
        select(Assignment).where(
            Assignment.license_id == license_.id, Assignment.user_id == actor.user_id, Assignment.ended_at.is_(None)
        )
    ).scalar()
    if own is None:
        raise Forbidden  # an admin of a department hands its seats on; to use one they need their own
    return own


def activation_for(
    db: Session, actor: Actor, activation_id: UUID, permission: Permission
) -> tuple[License, Activation]:
    """The activation and its license, under the same rule as `license_for`; nothing is locked yet."""
    row = db.execute(
        select(License.public_id, Activation)
        .join(Activation, Activation.license_id == License.id)
        .where(Activation.public_id == activation_id, visible(actor))
    ).first()
    if row is None:
        raise NotFound
    return _found(db, actor, row[0], permission, Activation.id == row[1].id), row[1]


def device_for(db: Session, actor: Actor, device_id: UUID) -> Device:
    """A PC that runs something which the actor sees, or ran it."""
    seen = select(Activation.device_id).join(License, License.id == Activation.license_id).where(_seen(actor))
    device = db.execute(select(Device).where(Device.public_id == device_id, Device.id.in_(seen))).scalar()
    if device is None:
        raise NotFound
    return device


def held_on(db: Session, actor: Actor, device: Device) -> list[tuple[License, Activation]]:
    """What runs on this PC, whoever owns it, and is the actor's to move; in the order in which it is locked.

    A PC that was reinstalled, or got another disk, is known by its name and by most of its components.
    """
    its_name = and_(Device.group_id == device.group_id, Device.name.is_not(None), Device.name == device.name)
    rows = db.execute(
        select(License, Activation, Device)
        .join(Activation, Activation.license_id == License.id)
        .join(Device, Device.id == Activation.device_id)
        .where(
            or_(Device.fingerprint == device.fingerprint, its_name), Activation.ended_at.is_(None), _seen(actor)
        )
        .order_by(License.group_id, License.id)
        .limit(MOST_ON_DEVICE)
    )
    found = [(row[0], row[1]) for row in rows if _is_same(row[2], device)]
    mine = [pair for pair in found if may(actor, Permission.USE, owned(db, pair[0], actor))]
    if found and not mine:
        raise Forbidden
    return mine


def _is_same(one: Device, other: Device) -> bool:
    return one.fingerprint == other.fingerprint or match(_MOST, one.components, other.components) is not None


def loss_for(
    db: Session, actor: Actor, loss_id: UUID, *, permission: Permission = Permission.VIEW
) -> tuple[Loss, list[tuple[License, LossActivation]]]:
    """A report of a PC that is gone, and what of it the actor sees; with USE, what is theirs to change."""
    rows = db.execute(
        select(Loss, License, LossActivation)
        .join(LossActivation, LossActivation.loss_id == Loss.id)
        .join(Activation, Activation.id == LossActivation.activation_id)
        .join(License, License.id == Activation.license_id)
        .where(Loss.public_id == loss_id, _seen(actor))
        .order_by(License.group_id, License.id)
    ).all()
    if not rows:
        raise NotFound
    found = [(row[1], row[2]) for row in rows if may(actor, permission, owned(db, row[1], actor))]
    if not found:
        raise Forbidden
    return rows[0][0], found


def _seen(actor: Actor) -> ColumnElement[bool]:
    """The activations that an actor sees, joined with their licenses."""
    if actor.kind != "user" or not actor.places:
        return visible(actor)
    return or_(visible_whole(actor), and_(visible_in_part(actor), within(actor, Activation.assignment_id)))


def transfer_for(db: Session, actor: Actor, transfer_id: UUID, permission: Permission) -> tuple[License, Transfer]:
    """The transfer and its license, under the same rule as `license_for`; nothing is locked yet."""
    row = db.execute(
        select(License.public_id, Transfer)
        .join(Transfer, Transfer.license_id == License.id)
        .where(Transfer.public_id == transfer_id, visible(actor))
    ).first()
    if row is None:
        raise NotFound
    return _found(db, actor, row[0], permission, Activation.id == row[1].activation_id), row[1]


def _found(db: Session, actor: Actor, license_id: UUID, permission: Permission, which: ColumnElement[bool]) -> License:
    license_ = license_for(db, actor, license_id, Permission.VIEW)
    if is_narrow(db, actor, license_):
        theirs = select(Activation.id).where(which, within(actor, Activation.assignment_id))
        if db.execute(theirs).first() is None:
            raise NotFound
    return license_for(db, actor, license_id, permission)


def waiting_for(db: Session, actor: Actor, license_: License, waiting_id: UUID) -> WaitingDevice:
    """A device that waits for a seat of this license."""
    wanted = select(WaitingDevice).where(WaitingDevice.public_id == waiting_id, WaitingDevice.license_id == license_.id)
    if is_narrow(db, actor, license_):
        wanted = wanted.where(within(actor, WaitingDevice.assignment_id))
    waiting = db.execute(wanted).scalar()
    if waiting is None:
        raise NotFound
    return waiting


def assignment_for(
    db: Session, actor: Actor, assignment_id: UUID, permission: Permission
) -> tuple[License, Assignment]:
    """The assignment and its license: one's own can be seen, but only an admin gives seats and takes them back; an
    admin of a department those that were handed on from it."""
    row = db.execute(
        select(License.public_id, Assignment)
        .join(Assignment, Assignment.license_id == License.id)
        .where(Assignment.public_id == assignment_id, visible(actor))
    ).first()
    if row is None:
        raise NotFound
    license_, assignment = license_for(db, actor, row[0], Permission.VIEW), row[1]
    if actor.kind != "user" or relation_to(actor, owned(db, license_, actor)) is Relation.MEMBER:
        raise NotFound
    if is_narrow(db, actor, license_):
        theirs = select(Assignment.id).where(Assignment.id == assignment.id, within(actor, Assignment.id))
        if db.execute(theirs).first() is None:
            raise NotFound
        if permission is Permission.ASSIGN and assignment.from_id is None:
            raise Forbidden
    return license_for(db, actor, row[0], permission), assignment
