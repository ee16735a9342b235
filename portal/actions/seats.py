"""Seats: what is recorded when one is taken, handed on, confirmed or freed. The verbs that decide call these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal.actions import kept_seats
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.rule_sets import InForce
from portal.audit import Happened
from portal.db import new_id
from portal.models import Activation, ActivationState, Assignment, Device, License, WaitingDevice
from portal.rows import Ready, put
from portal.rules import Decision

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # stored for what never comes; every time zone can show it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb came to: the decision, and the activation it made or touched. A refusal is a value."""

    decision: Decision
    activation: Activation | None = None
    waiting: WaitingDevice | None = None
    again: bool = False  # it had been done before; nothing happened now
    device: Device | None = None  # the one that the activation is on, where it is at hand
    confirmed: bool = False  # what was pending is in force now

    @property
    def allowed(self) -> bool:
        return self.decision.allowed


_LIVE = (
    select(Activation)
    .where(Activation.license_id == bindparam("license"), Activation.ended_at.is_(None))
    .order_by(Activation.started_at, Activation.id)
)
_ON_DEVICE = (
    select(Activation, Device)
    .join(Device, Device.id == Activation.device_id)
    .where(
        Activation.license_id == bindparam("license"),
        Activation.ended_at.is_(None),
        Device.fingerprint == bindparam("fingerprint"),
    )
    .order_by(Activation.started_at, Activation.id)
)
_ABOVE = bindparam("above", type_=Integer)
_SEEN_AT = func.coalesce(bindparam("heard_at", type_=License.seen_at.type), License.seen_at)
_TAKE = Ready(
    update(License)
    .where(
        License.id == bindparam("license"),
        License.used < License.quantity + _ABOVE,
        License.used - License.used_assigned + License.assigned < License.quantity + _ABOVE,
    )
    .values(used=License.used + 1, overage=_ABOVE, seen_at=_SEEN_AT)
    .returning(License.used, License.overage, License.seen_at)
)


def live(doing: Doing, license_: License) -> list[Activation]:
    """The seats that are taken, oldest first."""
    return list(doing.db.execute(_LIVE, {"license": license_.id}).scalars())


def on_device(doing: Doing, license_: License, fingerprint: str) -> tuple[Activation, Device] | None:
    """The seat that runs on the device with this very fingerprint, and the device."""
    if not license_.used:
        return None
    row = doing.db.execute(_ON_DEVICE, {"license": license_.id, "fingerprint": fingerprint}).first()
    return None if row is None else (row[0], row[1])


def kept_for_next(doing: Doing, license_: License, through: Assignment | None) -> Activation | None:
    """The seat that was kept for the next device that asks with this key, the oldest first."""
    if not license_.used:
        return None
    mine = through.id if through else None
    wanted = _LIVE.where(Activation.device_id.is_(None), Activation.assignment_id == mine)
    return doing.db.execute(wanted.limit(1), {"license": license_.id}).scalar()


def confirm(
    doing: Doing, license_: License, activation: Activation, told: Happened = Happened.DEVICE_CONFIRMED
) -> bool:
    """The program on the device speaks: what was pending is in force, and it was seen now. Says whether it was."""
    was_pending = activation.state == ActivationState.PENDING
    if was_pending:
        activation.state = ActivationState.ACTIVE
        activation.confirmed_at = doing.now
        Question(doing, license_, None, activation=activation).event(
            told, activation, device=name(doing, activation)
        )
    activation.seen_at = doing.now
    license_.seen_at = doing.now
    if activation.assignment_id is not None:
        doing.db.get_one(Assignment, activation.assignment_id).seen_at = doing.now
    return was_pending


def extend_lease(activation: Activation, until: datetime | None) -> None:
    """A file is good until then; a shorter one never shortens what an earlier one promised."""
    if until is None or (activation.lease_until is not None and activation.lease_until >= until):
        return
    activation.lease_until = until


def lease_end(in_force: InForce, now: datetime, ends_at: datetime | None) -> datetime | None:
    """Until when a file handed out now is good: the lease, but never beyond the license's own end; None is forever."""
    ttl = in_force.rules.lease.ttl
    until = ttl.after(now, in_force.rules.zone) if ttl else None
    return min((moment for moment in (until, ends_at) if moment), default=None)


def take(
    doing: Doing, license_: License, question: Question, through: Assignment | None = None, *, how: str | None = None
) -> bool:
    """The guarded counter: beside the lock and the constraint, the last word on the last seat.

    Who comes with the license's own key finds only seats that are kept for nobody; a person finds their own. Where
    the program itself speaks, `how` being online, the license was heard of now.
    """
    if through is not None:
        taken = kept_seats.begin_use(doing, license_, through, overage=question.overage())
        if taken and how == "online":
            license_.seen_at = doing.now
        return taken
    heard_at = doing.now if how == "online" else None
    row = _TAKE.first(doing.db, license=license_.id, above=question.overage(), heard_at=heard_at)
    if row is None:
        doing.db.refresh(license_)
        return False
    for name, value in zip(("used", "overage", "seen_at"), row, strict=True):
        set_committed_value(license_, name, value)
    return True


def begin(
    doing: Doing, license_: License, line: UUID, generation: int, device: Device | None, state: str,
    how: str = "online", *, assignment_id: int | None = None,
) -> Activation:  # fmt: skip
    speaks = state == ActivationState.ACTIVE
    if speaks and assignment_id is not None:
        doing.db.get_one(Assignment, assignment_id).seen_at = doing.now
    return put(
        doing.db,
        Activation,
        public_id=new_id(doing.now),
        license_id=license_.id,
        device_id=device.id if device else None,
        assignment_id=assignment_id,
        line=line,
        generation=generation,
        state=state,
        how=how,
        started_at=doing.now,
        confirmed_at=doing.now if speaks else None,
        seen_at=doing.now if speaks else None,
    )


def first_state(how: str) -> ActivationState:
    """A program that asks by itself runs at once; a file that is carried has to arrive first."""
    return ActivationState.ACTIVE if how == "online" else ActivationState.PENDING


def next_generation(
    doing: Doing, license_: License, old: Activation, device: Device | None,
    state: ActivationState = ActivationState.PENDING, how: str = "online",
) -> Activation:  # fmt: skip
    old.state = ActivationState.REPLACED
    old.ended_at = doing.now
    if state == ActivationState.ACTIVE:
        license_.seen_at = doing.now
    return begin(
        doing, license_, old.line, old.generation + 1, device, state, how, assignment_id=old.assignment_id
    )


def end(
    doing: Doing, license_: License, activation: Activation, state: ActivationState, free_from: datetime | None = None
) -> None:
    """The activation is over, and its seat is free; or only from a later moment on, if the rules credit it later."""
    activation.state = state
    activation.ended_at = doing.now
    if free_from is not None and free_from > doing.now:
        activation.held_until = min(free_from, NEVER)
        doing.db.flush()
    else:
        free(doing, license_, activation)


def free_from(question: Question, activation: Activation) -> datetime | None:
    """When the seat of a returned activation is free by the rules of today; never before its last file has run out,
    where they say that the lease has to end first."""
    freed = question.freed_at(activation)
    rules = question.in_force.rules
    if freed is not None and rules.proof_for("return", question.evidence or "none").credit == "lease_end":
        until, grace = activation.lease_until, rules.lease.grace
        if until is not None:
            freed = max(freed, grace.after(until, rules.zone) if grace else until)
    return freed


def credit(doing: Doing, license_: License, activation: Activation) -> None:
    """The seat of a returned activation is free now."""
    activation.held_until = None
    free(doing, license_, activation)
    Question(doing, license_, None, activation=activation).event(
        Happened.SEAT_CREDITED, activation, device=name(doing, activation)
    )


def free(doing: Doing, license_: License, activation: Activation) -> None:
    """The seat that this activation took counts no more."""
    if activation.assignment_id is not None:
        kept_seats.end_use(doing, license_, activation.assignment_id)
        return
    doing.db.execute(
        update(License)
        .where(License.id == license_.id, License.used > 0)
        .values(used=License.used - 1)
        .execution_options(synchronize_session=False)
    )
    doing.db.flush()
    doing.db.refresh(license_)


def name(doing: Doing, activation: Activation) -> str | None:
    return doing.db.get_one(Device, activation.device_id).name if activation.device_id else None
