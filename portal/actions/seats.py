"""Seats: what is recorded when one is taken, handed on, confirmed or freed. The verbs that decide call these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update

from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.rule_sets import InForce
from portal.audit import Happened
from portal.db import new_id
from portal.models import Activation, ActivationState, Device, License, WaitingDevice
from portal.rules import Decision

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # stored for what never comes; every time zone can show it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb came to: the decision, and the activation it made or touched. A refusal is a value."""

    decision: Decision
    activation: Activation | None = None
    waiting: WaitingDevice | None = None
    again: bool = False  # it had been done before; nothing happened now

    @property
    def allowed(self) -> bool:
        return self.decision.allowed


_LIVE = (
    select(Activation)
    .where(Activation.license_id == bindparam("license"), Activation.ended_at.is_(None))
    .order_by(Activation.started_at, Activation.id)
)


def live(doing: Doing, license_: License) -> list[Activation]:
    """The seats that are taken, oldest first."""
    return list(doing.db.execute(_LIVE, {"license": license_.id}).scalars())


def confirm(
    doing: Doing, license_: License, activation: Activation, told: Happened = Happened.DEVICE_CONFIRMED
) -> None:
    """The program on the device speaks: what was pending is in force, and it was seen now."""
    if activation.state == ActivationState.PENDING:
        activation.state = ActivationState.ACTIVE
        activation.confirmed_at = doing.now
        Question(doing, license_, None, activation=activation).event(
            told, activation, device=name(doing, activation)
        )
    activation.seen_at = doing.now
    license_.seen_at = doing.now


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


def take(doing: Doing, license_: License, question: Question) -> bool:
    """The guarded counter: beside the lock and the constraint, the last word on the last seat."""
    overage = question.overage()
    taken = doing.db.execute(
        update(License)
        .where(License.id == license_.id, License.used < License.quantity + overage)
        .values(used=License.used + 1, overage=overage)
        .execution_options(synchronize_session=False)
    )
    doing.db.refresh(license_)
    return taken.rowcount == 1


def begin(
    doing: Doing, license_: License, line: UUID, generation: int, device: Device | None, state: str, how: str = "online"
) -> Activation:
    speaks = state == ActivationState.ACTIVE
    activation = Activation(
        public_id=new_id(doing.now),
        license_id=license_.id,
        device_id=device.id if device else None,
        line=line,
        generation=generation,
        state=state,
        how=how,
        started_at=doing.now,
        confirmed_at=doing.now if speaks else None,
        seen_at=doing.now if speaks else None,
    )
    doing.db.add(activation)
    doing.db.flush()
    if speaks:
        license_.seen_at = doing.now
    return activation


def first_state(how: str) -> ActivationState:
    """A program that asks by itself runs at once; a file that is carried has to arrive first."""
    return ActivationState.ACTIVE if how == "online" else ActivationState.PENDING


def next_generation(
    doing: Doing, license_: License, old: Activation, device: Device | None,
    state: ActivationState = ActivationState.PENDING, how: str = "online",
) -> Activation:  # fmt: skip
    old.state = ActivationState.REPLACED
    old.ended_at = doing.now
    doing.db.flush()
    return begin(doing, license_, old.line, old.generation + 1, device, state, how)


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
        _free(doing, license_)


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
    _free(doing, license_)
    Question(doing, license_, None, activation=activation).event(
        Happened.SEAT_CREDITED, activation, device=name(doing, activation)
    )


def _free(doing: Doing, license_: License) -> None:
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
