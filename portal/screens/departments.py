"""The department that a list is narrowed to."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from portal.access import NotFound, below
from portal.models import Group
from portal.web import Visit


def department_asked(visit: Visit, group: Group) -> None:
    """See that the department in the address is one below this group: any other does not exist. Nonsense means all."""
    try:
        asked = UUID(visit.query.get("department", ""))
    except ValueError:
        return
    if visit.db.execute(select(Group.id).where(Group.public_id == asked, below(group.path))).first() is None:
        raise NotFound
