"""The departments that a list of people can be narrowed to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import below
from portal.models import Group, GroupKind


def departments(db: Session, path: str) -> list[tuple[str, str]]:
    """The departments of the subtree, as (public id, name)."""
    rows = db.execute(
        select(Group.public_id, Group.name)
        .where(below(path), Group.kind == GroupKind.DEPARTMENT)
        .order_by(Group.name, Group.id)
    )
    return [(str(row.public_id), row.name) for row in rows]
