"""Customers and dealers: a new one right below the vendor or a dealer, and the invitation of its first admin."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from portal import audit
from portal.actions import groups, invitations
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.models import Group, GroupKind, Role


def add(doing: Doing, above: Group, kind: GroupKind, name: str, email: str) -> Group | None:
    """The new group, whose first admin is invited by mail; None where one of that name hangs there already."""
    same = exists().where(
        Group.parent_id == above.id, Group.is_person.is_(False), func.lower(Group.name) == name.lower()
    )
    if doing.db.execute(select(same)).scalar():
        return None
    group = groups.found(doing.db, doing.now, above, kind, name)
    audit.record(doing.db, doing.now, doing.actor, Happened.GROUP_ADDED, group_id=group.id, group=name)
    invitations.invite(doing, group, email, role=Role.ADMIN)
    return group
