"""The seats of one license at a glance: how many run, are kept, are blocked and are free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Activation, Assignment, AssignmentKind, License

# Whoever was not heard of for so long may not need the seat any more.
IDLE_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tally:
    """The seats of a license at a glance. `free` may be handed out; the rest adds up to the quantity."""

    quantity: int
    active: int  # run on a PC
    by_name: int  # of these with a seat of somebody's own
    idle: int  # of these not heard of for a while
    unused: int  # assigned to people, not yet activated
    kept: int  # for departments, not yet handed on
    blocked: int
    free: int


def tally(db: Session, license_: License, now: datetime) -> Tally:
    """Two statements, whatever the number of seats."""
    rows = db.execute(
        select(Assignment.kind, func.sum(Assignment.seats), func.sum(Assignment.used))
        .where(Assignment.license_id == license_.id, Assignment.ended_at.is_(None))
        .group_by(Assignment.kind)
    )
    seats = {kind: (total, used) for kind, total, used in rows}
    idle = db.execute(
        select(func.count())
        .select_from(Activation)
        .where(
            Activation.license_id == license_.id, Activation.ended_at.is_(None), Activation.seen_at < now - IDLE_AFTER
        )
    ).scalar_one()
    return Tally(
        quantity=license_.quantity,
        active=license_.used,
        by_name=license_.used_assigned,
        idle=idle,
        unused=_rest(seats.get(AssignmentKind.PERSON)),
        kept=_rest(seats.get(AssignmentKind.DEPARTMENT)),
        blocked=_rest(seats.get(AssignmentKind.BLOCKED)),
        free=max(0, license_.quantity - license_.used - (license_.assigned - license_.used_assigned)),
    )


def _rest(counted: tuple[int, int] | None) -> int:
    return counted[0] - counted[1] if counted else 0
