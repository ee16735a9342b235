"""Kept seats: the counters of an assignment and of its license, moved together and each guarded by its own condition.

The license must be locked. What an assignment keeps counts in `License.assigned`, or, where it was handed on from a
department's seats, in the `used` of the department's assignment.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from portal.actions.doing import Doing
from portal.models import Activation, Assignment, License

_UNSEEN = {"synchronize_session": False}


def is_open(license_: License) -> bool:
    """Whether the license's own key still finds a seat that was bought and is kept for nobody."""
    return license_.used - license_.used_assigned + license_.assigned < license_.quantity


def free_to_assign(license_: License) -> int:
    """How many seats nobody uses and nobody is assigned."""
    return max(0, license_.quantity - license_.used + license_.used_assigned - license_.assigned)


def set_aside(doing: Doing, license_: License, seats: int, source: Assignment | None = None) -> bool:
    """Keep so many free seats, of a department's if `source` says so; False, and nothing changed, if there are not."""
    if seats <= 0:
        return True
    if source is None:
        taken = _changed(
            doing,
            update(License)
            .where(
                License.id == license_.id,
                License.assigned + seats <= License.quantity,
                License.used - License.used_assigned + License.assigned + seats <= License.quantity,
            )
            .values(assigned=License.assigned + seats),
        )
        doing.db.refresh(license_)
        return taken
    taken = _changed(
        doing,
        update(Assignment)
        .where(
            Assignment.id == source.id, Assignment.ended_at.is_(None), Assignment.used + seats <= Assignment.seats
        )
        .values(used=Assignment.used + seats),
    )
    doing.db.refresh(source)
    return taken


def let_go(doing: Doing, license_: License, assignment: Assignment, seats: int) -> None:
    """So many of the seats it kept are free again, for the license or for the department they came from."""
    if seats <= 0:
        return
    if assignment.from_id is None:
        _changed(
            doing,
            update(License)
            .where(License.id == license_.id, License.assigned >= seats)
            .values(assigned=License.assigned - seats),
        )
        doing.db.refresh(license_)
        return
    source = doing.db.get_one(Assignment, assignment.from_id)
    _changed(
        doing,
        update(Assignment)
        .where(Assignment.id == source.id, Assignment.used >= seats)
        .values(used=Assignment.used - seats),
    )
    doing.db.refresh(source)
    if source.ended_at is not None:
        let_go(doing, license_, source, seats)


def begin_use(doing: Doing, license_: License, assignment: Assignment, *, overage: int, runs: bool = False) -> bool:
    """One of its seats runs on a device; False, and nothing changed, where none is left.

    `runs`: the device holds a seat of the license already, which becomes one of these.
    """
    doing.db.flush()
    taken = _changed(
        doing,
        update(Assignment)
        .where(
            Assignment.id == assignment.id, Assignment.ended_at.is_(None), Assignment.used < Assignment.seats
        )
        .values(used=Assignment.used + 1),
    )
    if taken:
        more = 0 if runs else 1
        taken = _changed(
            doing,
            update(License)
            .where(
                License.id == license_.id,
                License.used + more <= License.quantity + overage,
                License.used_assigned < License.assigned,
            )
            .values(used=License.used + more, used_assigned=License.used_assigned + 1, overage=overage),
        )
        if not taken:
            _changed(
                doing, update(Assignment).where(Assignment.id == assignment.id).values(used=Assignment.used - 1)
            )
    doing.db.refresh(assignment)
    doing.db.refresh(license_)
    return taken


def end_use(doing: Doing, license_: License, assignment_id: int, *, runs: bool = False) -> None:
    """One of its seats runs no more; `runs`: the device keeps a seat of the license, but not one of these."""
    doing.db.flush()
    assignment = doing.db.get_one(Assignment, assignment_id)
    less = 0 if runs else 1
    _changed(
        doing,
        update(License)
        .where(License.id == license_.id, License.used_assigned > 0, License.used >= less)
        .values(used=License.used - less, used_assigned=License.used_assigned - 1),
    )
    _changed(
        doing,
        update(Assignment)
        .where(Assignment.id == assignment_id, Assignment.used > 0)
        .values(used=Assignment.used - 1),
    )
    doing.db.refresh(license_)
    doing.db.refresh(assignment)
    if assignment.ended_at is not None:
        let_go(doing, license_, assignment, 1)


def adopt(doing: Doing, license_: License, activation: Activation, through: Assignment, *, overage: int) -> bool:
    """A device that runs already comes with a person's own key: its seat becomes one of that person's, if one is left.

    Two people may have swapped their PCs, or a successor sits at the PC of somebody who left.
    """
    if activation.assignment_id == through.id:
        return True
    doing.db.refresh(through, with_for_update=True)
    if through.ended_at is not None or through.used >= through.seats:
        return False
    if activation.assignment_id is not None:
        end_use(doing, license_, activation.assignment_id, runs=True)
    begun = begin_use(doing, license_, through, overage=overage, runs=True)
    activation.assignment_id = through.id if begun else None
    doing.db.flush()
    return begun


def live_on(doing: Doing, assignment: Assignment) -> list[Activation]:
    """The seats of it that run, oldest first."""
    return list(
        doing.db.execute(
            select(Activation)
            .where(Activation.assignment_id == assignment.id, Activation.ended_at.is_(None))
            .order_by(Activation.started_at, Activation.id)
        ).scalars()
    )


def _changed(doing: Doing, statement: Any) -> bool:
    return doing.db.execute(statement.execution_options(**_UNSEEN)).rowcount == 1
