"""Reservations: seats of a license that are kept for a department, or blocked so that nobody gets them."""

from __future__ import annotations

from sqlalchemy import select, update

from portal.actions import kept_seats, ledger, tickets
from portal.actions.assignments import Given
from portal.actions.doing import Doing
from portal.actions.kept_seats import free_to_assign
from portal.actions.ledger import Question
from portal.audit import Happened
from portal.db import new_id
from portal.models import Assignment, AssignmentKind, Group, License
from portal.rules import Decision


def keep(doing: Doing, license_: License, group: Group | None, seats: int, *, note: str | None = None) -> Given:
    """Keep so many seats for a department, or for nobody; 0 frees them. The license must be locked.

    What the department has handed on already stays with the people; fewer than that it cannot keep.
    """
    question, current = Question(doing, license_, None), kept_for(doing, license_, group)
    name = group.name if group is not None else None
    before = current.seats if current is not None else 0
    if seats == before and (current is None or note == current.note):
        return Given(ledger.nothing_to_decide(), current, again=True)
    code = None
    if current is not None and seats < current.used:
        code = "seats_handed_on"
    elif seats > before and not kept_seats.set_aside(doing, license_, seats - before):
        code = "no_seat_to_assign"
    if code is not None:
        used = current.used if current is not None else 0
        params = {"used": used, "remaining": free_to_assign(license_)}
        decision = Decision(outcome="deny", code=code, params=params)
        question.refused(Happened.SEATS_KEPT, decision, group=name, count=seats)
        return Given(decision, current)
    tickets.claim(doing, license_)
    assignment = _changed(doing, license_, group, current, seats)
    if assignment is not None:
        assignment.note = note
        question.event(Happened.SEATS_KEPT, assignment_id=assignment.id, group=name, count=seats)
    return Given(ledger.nothing_to_decide(), assignment)


def kept_for(doing: Doing, license_: License, group: Group | None) -> Assignment | None:
    """What is kept now for this department, or blocked."""
    kind = AssignmentKind.BLOCKED if group is None else AssignmentKind.DEPARTMENT
    return doing.db.execute(
        select(Assignment).where(
            Assignment.license_id == license_.id,
            Assignment.kind == kind,
            Assignment.group_id == (group.id if group is not None else None),
            Assignment.ended_at.is_(None),
        )
    ).scalar()


def _changed(
    doing: Doing, license_: License, group: Group | None, current: Assignment | None, seats: int
) -> Assignment | None:
    if current is None:
        made = Assignment(
            public_id=new_id(doing.now), license_id=license_.id, seats=seats, made_at=doing.now,
            kind=AssignmentKind.BLOCKED if group is None else AssignmentKind.DEPARTMENT,
            group_id=group.id if group is not None else None, made_by_id=doing.actor.user_id,
        )  # fmt: skip
        doing.db.add(made)
        doing.db.flush()
        return made
    fewer = current.seats - seats
    if seats == 0:
        current.ended_at = doing.now
    else:
        doing.db.execute(
            update(Assignment)
            .where(Assignment.id == current.id, Assignment.used <= seats)
            .values(seats=seats)
            .execution_options(synchronize_session=False)
        )
    doing.db.flush()
    kept_seats.let_go(doing, license_, current, fewer)
    doing.db.refresh(current)
    return current
