"""The pool of a group: its seats at a glance, per product and per department."""

from uuid import UUID

from portal.access import GroupPermission, group_for, may_with
from portal.models import GroupKind
from portal.reports import pool
from portal.screens.seat_use import use_of
from portal.web import Answer, Visit, endpoint, page


@endpoint.get("/groups/{group_id:uuid}/pool")
def index(visit: Visit, group_id: UUID) -> Answer:
    """Free, assigned, active and idle seats."""
    group = group_for(visit.db, visit.actor, group_id, GroupPermission.LOOK)
    shelves = pool.shelves(visit.db, group.path, visit.now)
    use, uses, moments = use_of(visit, group.path)
    return page(
        visit, "pool/index.html", use=use, uses=uses, moments=moments, group=group, shelves=shelves,
        total=pool.total(shelves), departments=pool.departments(visit.db, group.path),
        may_change=may_with(visit.db, visit.actor, GroupPermission.MANAGE, group),
        kept=pool.kept_here(visit.db, group.path), has_people=group.kind in (GroupKind.CUSTOMER, GroupKind.DEPARTMENT),
    )  # fmt: skip
