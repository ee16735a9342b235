"""Groups: a new one in its place in the tree."""

from __future__ import annotations

from portal.actions.doing import Doing
from portal.db import new_id
from portal.models import Group, GroupKind


def found(doing: Doing, above: Group, kind: GroupKind, name: str, *, is_person: bool = False) -> Group:
    """Add a group right below another one."""
    public_id = new_id(doing.now)
    group = Group(
        public_id=public_id,
        parent_id=above.id,
        path=f"/{public_id}/",  # the real one holds the row's own number
        kind=kind,
        name=name,
        is_person=is_person,
        created_at=doing.now,
    )
    doing.db.add(group)
    doing.db.flush()
    group.path = f"{above.path}{group.id}/"
    doing.db.flush()
    return group
