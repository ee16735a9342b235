"""The page on which the seats of a license are given to people and taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from portal.access import (
    Forbidden,
    GroupPermission,
    Permission,
    Relation,
    below,
    ids_of,
    is_narrow,
    license_for,
    may,
    may_with,
    owned,
    relation_to,
    within,
)
from portal.actions import batch_lines
from portal.language import Language
from portal.models import Activation, Assignment, Group, GroupKind, License, Role
from portal.reports import batches, departments, overview, seating
from portal.reports.seating import Wanted
from portal.reports.shapes import State
from portal.reports.tally import tally
from portal.web import Visit
from portal.web.pages import problem

LOOKERS = (Relation.ADMIN, Relation.KEEPER, Relation.ABOVE)


def license_to_look_at(visit: Visit, license_id: UUID) -> tuple[License, Group]:
    """The license, and the group whose people may get its seats, for whoever looks after them."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.VIEW)
    known = owned(visit.db, license_, visit.actor)
    if relation_to(visit.actor, known) not in LOOKERS or known.is_person:
        raise Forbidden
    return license_, _people_of(visit, license_)


def license_to_assign(visit: Visit, license_id: UUID) -> tuple[License, Group]:
    """The same for whoever may hand its seats out."""
    license_ = license_for(visit.db, visit.actor, license_id, Permission.ASSIGN)
    return license_, _people_of(visit, license_)


def _people_of(visit: Visit, license_: License) -> Group:
    """The group whose people may get its seats: the customer, or as much of it as the reader looks after."""
    inside = [place for place in visit.actor.places if place.role == Role.ADMIN and place.is_inside_customer]
    owner = visit.db.get_one(Group, license_.group_id)
    above = visit.db.execute(
        select(Group)
        .where(Group.id.in_(ids_of(owner.path)), Group.kind.in_((GroupKind.CUSTOMER, GroupKind.DEPARTMENT)))
        .order_by(Group.path)
    ).scalars()
    candidates = [group for group in above if not inside or any(place.rules_over(group.path) for place in inside)]
    if candidates:
        return candidates[0]
    if not inside:
        raise Forbidden  # it lies with a dealer or the vendor, who have no people to give seats to
    kept = visit.db.execute(
        select(Group)
        .join(Assignment, Assignment.group_id == Group.id)
        .where(
            Assignment.license_id == license_.id,
            Assignment.ended_at.is_(None),
            or_(*(below(place.path) for place in inside)),
        )
        .order_by(Group.path)
        .limit(1)
    ).scalar()
    if kept is None:
        raise Forbidden
    return kept


def shown(visit: Visit, license_: License, group: Group, asked: Wanted) -> dict[str, Any]:
    """All that the page prints."""
    visit.place = f"/licenses/{license_.public_id}/seats"
    columns = visit.db.execute(overview.columns_of(license_.id)).all()
    row = overview.rows(visit.db, visit.vault, visit.actor, columns, visit.now)[0]
    reader = visit.actor.user_id
    return {
        "row": row,
        "license_id": license_.public_id,
        "owner": visit.db.get_one(Group, license_.group_id).name,
        "group": group,
        "tally": tally(visit.db, license_, visit.now),
        "free": batch_lines.left_for(visit, license_).total,
        "seating": seated(visit, license_, group, asked),
        "departments": departments.departments(visit.db, group.path),
        "batch": batches.latest(visit.db, license_.id, group.path, reader, visit.now),
        # A license that is somebody's as a whole has no seats to hand out.
        "may_assign": license_.user_id is None
        and may(visit.actor, Permission.ASSIGN, owned(visit.db, license_, visit.actor)),
        "may_keep": not is_narrow(visit.db, visit.actor, license_),
        "may_change": may_with(visit.db, visit.actor, GroupPermission.MANAGE, group),
        "plurals": plurals(visit.lang),
        "problem_sentence": "",
        "chosen": frozenset(),
    }


def seated(
    visit: Visit, license_: License, group: Group, asked: Wanted, *, size: int | None = seating.PAGE
) -> seating.Seating:
    """The people of the group; of seats that did not come from their own an admin of a department sees no PC."""
    seen = within(visit.actor, Activation.assignment_id) if is_narrow(visit.db, visit.actor, license_) else None
    return seating.seating(visit.db, license_.id, group.path, asked, size=size, seen=seen)


def refused(visit: Visit, context: dict[str, Any], code: str, **facts: object) -> dict[str, Any]:
    """The page again, with the reason beside the button, and with what was ticked still ticked."""
    said = {**facts, "product": context["row"].product}
    ticked = frozenset(name.removeprefix("person-") for name in visit.form.values if name.startswith("person-"))
    return context | {"problem_sentence": problem(visit, code, said)[1], "chosen": ticked, "status": 422}


def plurals(lang: Language) -> dict[str, int]:
    """A number for each way in which the language counts, so that a script can count in the reader's words."""
    found: dict[str, int] = {}
    for number in range(200):
        found.setdefault(lang.locale.plural_form(number), number)
    return found


def seat_word(lang: Language, one: seating.Seated) -> str:
    """The word for what somebody has, as the table for spreadsheets says it."""
    if one.state is None:
        return lang.gettext("No seat")
    return {
        State.ACTIVE: lang.gettext("Active"),
        State.WAITING: lang.gettext("Assigned, not yet activated"),
        State.RETURNING: lang.gettext("Returning"),
        State.DECISION: lang.gettext("Has left, seat still taken"),
    }[one.state]
