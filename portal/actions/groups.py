"""Groups: a new one in its place in the tree, and what one is called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import below
from portal.actions import memberships
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.db import new_id
from portal.models import Group, GroupKind


def found(
    db: Session, now: datetime, above: Group | None, kind: GroupKind, name: str, *, is_person: bool = False,
    external_id: str | None = None,
) -> Group:  # fmt: skip
    """Add a group right below another one; the vendor's has none above."""
    public_id = new_id(now)
    group = Group(
        public_id=public_id,
        parent_id=above.id if above else None,
        path=f"/{public_id}/",  # the real one holds the row's own number
        kind=kind,
        name=name,
        is_person=is_person,
        external_id=external_id,
        created_at=now,
    )
    db.add(group)
    db.flush()
    group.path = f"{above.path if above else '/'}{group.id}/"
    db.flush()
    return group


def rename(doing: Doing, group: Group, name: str) -> str | None:
    """From now on it is called so; returns the code of what stands in the way. What happened before keeps its words."""
    home = memberships.hold(doing.db, group)
    doing.db.refresh(group)
    if group.name == name:
        return None
    if group.kind == GroupKind.DEPARTMENT and is_department(doing.db, home, name, but=group):
        return "department_exists"
    before, group.name = group.name, name
    audit.record(
        doing.db, doing.now, doing.actor, Happened.GROUP_RENAMED, group_id=group.id, group=name, before=before
    )
    return None


def is_department(db: Session, home: Group, name: str, *, but: Group | None = None) -> bool:
    """Whether a department of this customer is called so, maybe in other letters: a table names them by it."""
    same = select(Group.id).where(
        below(home.path), Group.kind == GroupKind.DEPARTMENT, func.lower(Group.name) == name.lower(),
        Group.id != (but.id if but else 0),
    )  # fmt: skip
    return db.execute(same.limit(1)).scalar() is not None
