"""How the seats of one license are handed out: to whom as a whole, and how many to people, departments and nobody."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.access import below
from portal.models import Assignment, AssignmentKind, Group, GroupKind, License, LicenseKey, User
from portal.reports.shapes import Pool

MOST = 200


def pool(db: Session, license_: License) -> Pool:
    """What an admin of the owner sees of it: a constant number of statements, whatever the number of people."""
    path = db.execute(select(Group.path).where(Group.id == license_.group_id)).scalar_one()
    departments = db.execute(
        select(Group.public_id, Group.name)
        .where(below(path), Group.id != license_.group_id, Group.kind == GroupKind.DEPARTMENT)
        .order_by(Group.name)
        .limit(MOST)
    )
    kept = db.execute(
        select(Group.public_id, Group.name, Assignment.seats, Assignment.used)
        .select_from(Assignment)
        .outerjoin(Group, Group.id == Assignment.group_id)
        .where(
            Assignment.license_id == license_.id,
            Assignment.ended_at.is_(None),
            Assignment.kind != AssignmentKind.PERSON,
        )
        .order_by(Group.name)
    )
    other = aliased(LicenseKey)
    together = db.execute(
        select(func.count(func.distinct(other.license_id)))
        .join(LicenseKey, LicenseKey.ticket_id == other.ticket_id)
        .where(LicenseKey.license_id == license_.id)
    ).scalar_one()
    whose = select(User.signs_in_as).where(User.id == license_.user_id)
    holder = db.execute(whose).scalar() if license_.user_id else None
    return Pool(
        assigned=license_.assigned,
        free=max(0, license_.quantity - license_.used + license_.used_assigned - license_.assigned),
        holder=holder,
        is_shared=license_.visible_to_group,
        ticket_licenses=together,
        kept=tuple((id_, name, seats, used) for id_, name, seats, used in kept),
        departments=tuple((str(id_), name) for id_, name in departments),
    )
