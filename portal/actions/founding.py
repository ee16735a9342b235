"""Founding: the vendor's group and its administrators, before there is anybody who could sign in and make them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.actions import groups
from portal.audit import Happened
from portal.db import new_id
from portal.models import Group, GroupKind, Membership, Role, User


def vendor(db: Session, now: datetime, name: str) -> Group:
    """The root of the tree, made if it is missing."""
    there = db.execute(select(Group).where(Group.kind == GroupKind.VENDOR)).scalar()
    return there or groups.found(db, now, None, GroupKind.VENDOR, name)


def has_admin(db: Session) -> bool:
    """Whether somebody may administer the installation already."""
    admins = select(Membership.id).join(Group, Group.id == Membership.group_id).where(
        Group.kind == GroupKind.VENDOR, Membership.role == Role.ADMIN, Membership.ended_at.is_(None)
    )  # fmt: skip
    return db.execute(admins.limit(1)).scalar() is not None


def add_admin(db: Session, now: datetime, root: Group, *, email: str, name: str, password_hash: str) -> User | None:
    """An administrator of the vendor who may sign in at once; None where the address has a sign-in already."""
    if db.execute(select(User.id).where(User.email == email)).scalar() is not None:
        return None
    user = User(
        public_id=new_id(now), email=email, name=name, password_hash=password_hash, created_at=now, verified_at=now
    )
    db.add(user)
    db.flush()
    db.add(
        Membership(
            public_id=new_id(now), user_id=user.id, group_id=root.id, role=Role.ADMIN, created_at=now, accepted_at=now
        )
    )
    audit.record(
        db, now, Actor(kind="vendor"), Happened.MEMBERSHIP_ENTERED,
        group_id=root.id, person=name, user=str(user.public_id), role=Role.ADMIN.value,
    )  # fmt: skip
    return user
