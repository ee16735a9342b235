"""Departments: parts of a customer with people, admins and seats of their own."""

from __future__ import annotations

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
    if groups.is_department(doing.db, home, name):
        return None, "department_exists"
    department = groups.found(doing.db, doing.now, above, GroupKind.DEPARTMENT, name)
    audit.record(
        doing.db, doing.now, doing.actor, Happened.DEPARTMENT_ADDED, group_id=department.id, department=name
    )
    return department, None
