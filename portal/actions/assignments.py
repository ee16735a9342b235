"""Assignments: giving a seat of a license to a person, and taking it back as the rules say."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, exists, func, or_, select

from portal.access import Relation, below, ids_of, owned, relation_to
from portal.actions import assignment_letters, devices, kept_seats, ledger, personal_keys, returns, seats, tickets
from portal.actions.doing import Doing
from portal.actions.kept_seats import free_to_assign
from portal.actions.ledger import Question
from portal.audit import Happened
from portal.db import new_id
from portal.models import (
    Activation,
    ActivationState,
    Assignment,
    AssignmentKind,
    Group,
    GroupKind,
    License,
    LicenseState,
    Membership,
    User,
    WaitingDevice,
)
from portal.rules import Decision

__all__ = ["Given", "assign", "free_to_assign", "obstacle", "take_back"]

# Why somebody's seat is taken back, as the rules may exempt it.
REASONS = ("employee_left", "hardware_failure")
INSIDE = (GroupKind.CUSTOMER, GroupKind.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class Given:
    """What came of it: the decision, and the assignment that was made or ended. A refusal is a value."""

    decision: Decision
    assignment: Assignment | None = None
    again: bool = False  # it had been done before; nothing happened now

    @property
    def allowed(self) -> bool:
        return self.decision.allowed

    @property
    def code(self) -> str:
        return self.decision.code


def assign(
    doing: Doing, license_: License, user: User, *, seats: int = 1, note: str | None = None,
    source: Assignment | None = None, batch_id: int | None = None, tell: bool = True, is_keeper: bool | None = None,
) -> Given:  # fmt: skip
    """Give a person seats of this license, with a key of their own. The license must be locked; twice is once.

    They come from `source`, a department's seats, or from what is free. An admin of a department gives only what is
    kept for it, and where nothing is free any more, what is kept for the person's own department serves. Whether the
    actor is one (`is_keeper`) is found out here, unless whoever asks for many people knows.
    """
    held = held_by(doing, license_, user)
    current = next((one for one in held if one.ended_at is None), None)
    if current is not None:
        return Given(ledger.nothing_to_decide(), current, again=True)
    question = Question(doing, license_, None)
    name = user.name or user.signs_in_as
    code = obstacle(doing, license_, user)
    if code is None:
        keeper = is_keeper_of(doing, license_) if is_keeper is None else is_keeper
        if source is None and (keeper or free_to_assign(license_) < seats):
            source = _departments_seats(doing, license_, user, seats)
        if keeper and source is None:
            code = "no_seat_to_assign"
    # What was taken back from this very person and still runs becomes theirs again, with the same key.
    came_from = source.id if source is not None else None
    before = next((one for one in held if one.from_id == came_from), None)
    if code is None and not kept_seats.set_aside(doing, license_, seats - (before.used if before else 0), source):
        code = "no_seat_to_assign"
    if code is not None:
        decision = Decision(outcome="deny", code=code, params={"remaining": free_to_assign(license_)})
        question.refused(Happened.SEAT_ASSIGNED, decision, person=name)
        return Given(decision)
    assignment = _begun(doing, license_, user, seats, source, before, note, batch_id)
    tickets.claim(doing, license_)
    doing.db.flush()
    question.event(Happened.SEAT_ASSIGNED, assignment_id=assignment.id, person=name)
    if tell:
        assignment_letters.assigned(doing, license_, user)
    return Given(ledger.nothing_to_decide(), assignment)


def take_back(
    doing: Doing, license_: License, assignment: Assignment, *, reason: str | None = None, tell: bool = True
) -> Given:
    """Take a person's seats back. The license must be locked; twice is once.

    Seats that never ran are free at once. Of the others the rules are asked whether they may go to somebody else, and
    each is free when its program confirms, or when its license file has run out.
    """
    doing.db.refresh(assignment, with_for_update=True)
    if assignment.ended_at is not None or assignment.user_id is None:
        return Given(ledger.nothing_to_decide(), assignment, again=True)
    user = doing.db.get_one(User, assignment.user_id)
    name = user.name or user.signs_in_as
    running = kept_seats.live_on(doing, assignment)
    newest = running[-1] if running else None
    question = Question(doing, license_, None, activation=newest, reason=reason)
    decision = ledger.nothing_to_decide()
    if _ever_ran(doing, assignment):
        decision = question.decide("reassign")
        if not decision.allowed:
            question.refused(Happened.SEAT_TAKEN_BACK, decision, newest, person=name)
            return Given(decision, assignment)
        question.done("reassign", newest)
    assignment.ended_at, assignment.end_reason = doing.now, reason
    kept_seats.let_go(doing, license_, assignment, assignment.seats - assignment.used)
    for activation in running:
        ask_back(doing, license_, activation)
    _wait_no_more(doing, license_, assignment)
    question.event(
        Happened.SEAT_TAKEN_BACK, assignment_id=assignment.id, person=name, reason=reason, left=assignment.used or None
    )
    if tell:
        assignment_letters.taken_back(doing, license_, user, is_running=bool(assignment.used))
    return Given(decision, assignment)


def ask_back(doing: Doing, license_: License, activation: Activation) -> None:
    """Whether it may be taken away is decided: its program gives the seat back at its next check."""
    question = Question(doing, license_, None, activation=activation)
    device = seats.name(doing, activation)
    if activation.device_id is None:  # a seat kept for nobody yet has no program that could confirm
        question.done("return", activation)
        seats.end(doing, license_, activation, ActivationState.RETURNED)
        question.event(Happened.DEVICE_RETURNED, activation, device=device)
        return
    if activation.state == ActivationState.RETURNING:
        return
    activation.state, activation.return_asked_at = ActivationState.RETURNING, doing.now
    question.event(Happened.RETURN_ASKED, activation, device=device)


def obstacle(doing: Doing, license_: License, user: User) -> str | None:
    """The code of why this person cannot get anything of this license now; None if they can."""
    if license_.state in (LicenseState.RECALLED, LicenseState.REVOKED):
        return "license_revoked"
    if license_.state == LicenseState.MERGED:
        return "license_merged"
    if license_.ends_at is not None and license_.ends_at <= doing.now:
        return "license_expired"
    if license_.user_id is not None:
        return "license_has_holder"
    return membership_obstacle(doing, license_, user)


def membership_obstacle(doing: Doing, license_: License, user: User) -> str | None:
    """Only who belongs to the group that owns the license, or below or above it in the same customer, can hold it."""
    path = doing.db.get_one(Group, license_.group_id).path
    suspended = doing.db.execute(
        select(Membership.suspended_at)
        .join(Group, Group.id == Membership.group_id)
        .where(
            Membership.user_id == user.id,
            Membership.ended_at.is_(None),
            or_(below(path), and_(Group.id.in_(ids_of(path)), Group.kind.in_(INSIDE))),
        )
    ).scalars().all()  # fmt: skip
    if not suspended or user.disabled_at is not None:
        return "person_unknown"
    return "person_suspended" if None not in suspended else None


_HELD = (
    select(Assignment)
    .where(
        Assignment.license_id == bindparam("license"),
        Assignment.user_id == bindparam("user"),
        or_(Assignment.ended_at.is_(None), Assignment.used > 0),
    )
    .order_by(Assignment.id.desc())
)


def held_by(doing: Doing, license_: License, user: User) -> list[Assignment]:
    """What a person has of this license, and what was taken back from them and still runs, the latest first."""
    return list(doing.db.execute(_HELD, {"license": license_.id, "user": user.id}).scalars())


def live_of(doing: Doing, license_: License, user: User) -> Assignment | None:
    return next((one for one in held_by(doing, license_, user) if one.ended_at is None), None)


def is_keeper_of(doing: Doing, license_: License) -> bool:
    """Whether the actor looks after nothing of it but what is kept for a department of theirs."""
    if doing.actor.kind != "user":
        return False
    return relation_to(doing.actor, owned(doing.db, license_, doing.actor)) is Relation.KEEPER


def _departments_seats(doing: Doing, license_: License, user: User, wanted: int) -> Assignment | None:
    """The seats kept for a department that the person belongs to and the actor looks after, the closest first."""
    theirs = (
        select(Group.path)
        .join(Membership, Membership.group_id == Group.id)
        .where(Membership.user_id == user.id, Membership.ended_at.is_(None), Membership.suspended_at.is_(None))
    )
    paths = doing.db.execute(theirs).scalars().all()
    kept = doing.db.execute(
        select(Assignment, Group.path)
        .join(Group, Group.id == Assignment.group_id)
        .where(
            Assignment.license_id == license_.id,
            Assignment.kind == AssignmentKind.DEPARTMENT,
            Assignment.ended_at.is_(None),
            Assignment.used + wanted <= Assignment.seats,
        )
        .order_by(func.length(Group.path).desc())
    )
    for assignment, path in kept:
        is_theirs = doing.actor.kind != "user" or any(place.rules_over(path) for place in doing.actor.places)
        if is_theirs and any(one.startswith(path) for one in paths):
            return assignment
    return None


def _begun(
    doing: Doing, license_: License, user: User, wanted: int, source: Assignment | None, before: Assignment | None,
    note: str | None, batch_id: int | None,
) -> Assignment:  # fmt: skip
    if before is None:
        assignment = Assignment(
            public_id=new_id(doing.now), license_id=license_.id, kind=AssignmentKind.PERSON, user_id=user.id,
            from_id=source.id if source else None, seats=wanted, made_at=doing.now, made_by_id=doing.actor.user_id,
            note=note, batch_id=batch_id,
        )  # fmt: skip
        doing.db.add(assignment)
        doing.db.flush()
        personal_keys.mint(doing, assignment)
        return assignment
    before.seats = max(wanted, before.used)
    before.ended_at = before.end_reason = None
    before.made_at, before.made_by_id = doing.now, doing.actor.user_id
    before.note, before.batch_id = note, batch_id
    doing.db.flush()
    for activation in kept_seats.live_on(doing, before):
        if activation.state == ActivationState.RETURNING:
            returns.cancel_return(doing, license_, activation)
    return before


def _ever_ran(doing: Doing, assignment: Assignment) -> bool:
    return bool(doing.db.execute(select(exists().where(Activation.assignment_id == assignment.id))).scalar())


def _wait_no_more(doing: Doing, license_: License, assignment: Assignment) -> None:
    waiting = select(WaitingDevice).where(
        WaitingDevice.assignment_id == assignment.id, WaitingDevice.ended_at.is_(None)
    )
    found = doing.db.execute(waiting).scalars().all()
    for one in found:
        one.ended_at = doing.now
    if found:
        devices.settle_waiting(doing, license_)
