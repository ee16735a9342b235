"""What belongs to a license: its activations, transfers, waiting devices and assignments, each found as the actor may.

Whoever has to do with a license only narrowly finds what belongs to their own seats; other people's do not exist.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.access.actors import Actor, Forbidden, NotFound
from portal.access.licenses import NARROW, Permission, Relation, license_for, owned, relation_to, visible, within
from portal.models import Activation, Assignment, License, Transfer, WaitingDevice


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
