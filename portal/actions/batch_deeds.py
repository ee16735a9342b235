"""What one line of a batch does, and how it is undone: each answers with None, or the code of why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import exists, select

from portal.access import below
from portal.actions import assignments, batch_people, ledger
from portal.actions.batch_lines import Due, handed_on
from portal.actions.doing import Doing
from portal.models import COUNTS, Article, Assignment, Batch, BatchKind, Group, License, Membership, User


@dataclass(frozen=True, slots=True)
class Held:
    """What the lines are about, read once for all of them; the license is locked."""

    batch: Batch
    group: Group
    license: License | None = None
    article: Article | None = None
    # The actor hands on what is kept for a department, and ends nothing but what was handed on.
    is_keeper: bool = False
    ends: frozenset[int] | None = None
    users: dict[int, User] = field(default_factory=dict)
    assignments: dict[int, Assignment] = field(default_factory=dict)


def hold(doing: Doing, batch: Batch, lines: Sequence[Due]) -> Held:
    db, group = doing.db, doing.db.get_one(Group, batch.group_id)
    if batch.license_id is None:
        return Held(batch, group)
    license_ = db.get_one(License, batch.license_id)
    ledger.hold(db, license_.id)
    users = select(User).where(User.id.in_([line.user_id for line in lines if line.user_id is not None]))
    kept = select(Assignment).where(Assignment.id.in_([one.assignment_id for one in lines if one.assignment_id]))
    return Held(
        batch,
        group,
        license_,
        db.get_one(Article, license_.article_id),
        assignments.is_keeper_of(doing, license_),
        handed_on(doing, license_),
        {user.id: user for user in db.execute(users).scalars()},
        {one.id: one for one in db.execute(kept).scalars()},
    )


def do(doing: Doing, held: Held, line: Due) -> str | None:
    if held.license is None:
        return batch_people.add(doing, held.group, held.batch, line)
    if held.batch.kind == BatchKind.ASSIGN:
        return _assign(doing, held, held.license, line)
    return _take_back(doing, held, held.license, line)


def undo(doing: Doing, held: Held, line: Due) -> str | None:
    if held.license is None:
        return batch_people.remove(doing, held.group, held.batch, line)
    if held.batch.kind == BatchKind.ASSIGN:
        return _take_back(doing, held, held.license, line)
    return _assign(doing, held, held.license, line)


def _assign(doing: Doing, held: Held, license_: License, line: Due) -> str | None:
    user = held.users.get(line.user_id or 0)
    if user is None:
        return "person_unknown"
    # Who gets back what was taken gets as much as it was; a table may ask for more seats than one.
    before = held.assignments.get(line.assignment_id or 0)
    seats = before.seats if before is not None else int(line.given.get("seats", 1))
    given = assignments.assign(doing, license_, user, seats=seats, batch_id=held.batch.id, is_keeper=held.is_keeper)
    if given.again and held.batch.kind == BatchKind.ASSIGN:
        return "line_has_seat"
    if not given.allowed or given.assignment is None:
        return given.code
    line.assignment_id = given.assignment.id
    return None


def _take_back(doing: Doing, held: Held, license_: License, line: Due) -> str | None:
    assignment = held.assignments.get(line.assignment_id or 0)
    if assignment is None or assignment.user_id != line.user_id:
        return "line_no_seat"
    if held.ends is not None and assignment.id not in held.ends:
        return "line_no_seat"
    reason = None if _belongs(doing, held, assignment) else "employee_left"
    taken = assignments.take_back(doing, license_, assignment, reason=reason)
    if taken.again and held.batch.kind == BatchKind.TAKE_BACK:
        return "line_no_seat"
    return None if taken.allowed else taken.code


def _belongs(doing: Doing, held: Held, assignment: Assignment) -> bool:
    """Whether the person still belongs there; the rules may make less of it where somebody has left."""
    found = exists().where(
        Membership.user_id == assignment.user_id, Membership.group_id == Group.id, below(held.group.path), COUNTS
    )
    return bool(doing.db.execute(select(found)).scalar())
