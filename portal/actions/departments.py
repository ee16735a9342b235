"""Departments: parts of a customer with people, admins and seats of their own."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from portal import audit
from portal.actions import groups, memberships
from portal.actions.doing import Doing
from portal.audit import Happened
from portal.models import Group, GroupKind

DEEPEST = 5  # departments within departments


def add(doing: Doing, above: Group, name: str) -> tuple[Group | None, str | None]:
    """A new department below this group; returns it, or the code of what stands in the way."""
    if above.kind not in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT):
        return None, "department_misplaced"
    home = memberships.hold(doing.db, above)
    if above.path.count("/") - home.path.count("/") >= DEEPEST:
        return None, "department_too_deep"
    # One name, one department: a table names them by it.
    same = exists().where(
        Group.path >= home.path, Group.path < home.path[:-1] + "0", Group.kind == GroupKind.DEPARTMENT,
        func.lower(Group.name) == name.lower(),
    )  # fmt: skip
    if doing.db.execute(select(same)).scalar():
        return None, "department_exists"
    department = groups.found(doing, above, GroupKind.DEPARTMENT, name)
    audit.record(
        doing.db, doing.now, doing.actor, Happened.DEPARTMENT_ADDED, group_id=department.id, department=name
    )
    return department, None
