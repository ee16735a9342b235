"""Activations: taking a seat, moving it from a lost PC, asking for it back and giving it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from portal.actions import devices, ledger, terms
from portal.actions.devices import Machine
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.rule_sets import InForce
from portal.audit import Happened
from portal.db import new_id
from portal.models import Activation, ActivationState, Device, License, LicenseState, Operation, WaitingDevice
from portal.rules import Decision


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


def live(doing: Doing, license_: License) -> list[Activation]:
    """The seats that are taken, oldest first."""
    return list(
        doing.db.execute(
            select(Activation)
            .where(Activation.license_id == license_.id, Activation.ended_at.is_(None))
            .order_by(Activation.started_at, Activation.id)
        ).scalars()
    )


def activate(doing: Doing, license_: License, machine: Machine, *, how: str = "online") -> Outcome:
    """A program asks for a seat on its device. The license must be locked.

    A seat that was kept for this device, or for whichever asks next, is handed over; a device that matches a live
    activation by the rules' tolerance is repaired; else a free seat is taken, or the device waits.
    """
    for activation in live(doing, license_):
        device = activation.device_id and doing.db.get_one(Device, activation.device_id)
        if device and device.fingerprint == machine.fingerprint:
            confirm(doing, license_, activation)
            return Outcome(ledger.nothing_to_decide(), activation, again=True)
    kept = next((one for one in live(doing, license_) if one.device_id is None), None)
    if kept is not None:
        return Outcome(ledger.nothing_to_decide(), _hand_over(doing, license_, kept, machine))
    question = Question(doing, license_, machine.parts, evidence="online_ack" if how == "online" else "receipt")
    if _may_be_repair(doing, license_):
        repair = question.decide("repair")
        if repair.as_ == "repair":
            return _repair(doing, license_, machine, question, repair)
    decision = question.decide("activate")
    if decision.allowed and _take_seat(doing, license_, question):
        return Outcome(decision, _activated(doing, license_, machine, question, how))
    if decision.allowed:
        decision = ledger.lost_the_race(decision)
    waiting = devices.wait(doing, license_, machine) if decision.code == "seats_exhausted" else None
    if waiting is None:
        question.refused(Happened.DEVICE_ACTIVATED, decision, device=machine.name)
    return Outcome(decision, waiting=waiting)


def give(doing: Doing, license_: License, waiting: WaitingDevice) -> Outcome:
    """Hand a free seat to a waiting device: its program starts at its next check."""
    device = doing.db.get_one(Device, waiting.device_id)
    question = Question(doing, license_, device.components)
    if not _still_waits(doing, waiting):
        current = _live_on(doing, license_, device)
        return Outcome(ledger.gone(current is None), current, again=current is not None)
    decision = question.decide("activate")
    if decision.allowed and not _take_seat(doing, license_, question):
        decision = ledger.lost_the_race(decision)
    if not decision.allowed:
        question.refused(Happened.DEVICE_ACTIVATED, decision, device=device.name)
        return Outcome(decision)
    activation = _begin(doing, license_, new_id(doing.now), 1, device, ActivationState.PENDING)
    question.done("activate", activation)
    terms.begin(doing.db, license_, doing.now)
    devices.stop_waiting(doing, license_, device)
    question.event(Happened.DEVICE_ACTIVATED, activation, device=device.name, given=True)
    return Outcome(decision, activation)


def reactivate(
    doing: Doing, license_: License, activation: Activation, waiting: WaitingDevice | None, *, reason: str
) -> Outcome:
    """The old PC is gone: its seat goes to the waiting device, or is kept for the next one that asks.

    The person's word is the evidence. The old generation is blocked from its next check on. Pressed twice, it happens
    once.
    """
    doing.db.refresh(activation, with_for_update=True)
    if activation.ended_at is not None:
        follower = _follower(doing, activation)
        return Outcome(ledger.gone(follower is None), follower, again=follower is not None)
    if waiting is not None and not _still_waits(doing, waiting):
        return Outcome(ledger.gone(True))
    target = doing.db.get_one(Device, waiting.device_id) if waiting else None
    question = Question(
        doing,
        license_,
        target.components if target else None,
        activation=activation,
        reason=reason,
        evidence="declaration",
    )
    decision = question.decide("rehost")
    old = doing.db.get_one(Device, activation.device_id) if activation.device_id else None
    names = {"from_device": old and old.name, "device": target and target.name, "reason": reason}
    if not decision.allowed:
        question.refused(Happened.DEVICE_MOVED, decision, activation, **names)
        return Outcome(decision, activation)
    new = _next_generation(doing, license_, activation, target)
    question.done(decision.as_ or "rehost", new)
    if target is not None:
        devices.stop_waiting(doing, license_, target)
    kind = Happened.DEVICE_REPAIRED if decision.as_ == "repair" else Happened.DEVICE_MOVED
    question.event(kind, new, generation=new.generation, **names)
    return Outcome(decision, new)


def ask_return(doing: Doing, license_: License, activation: Activation) -> Outcome:
    """Ask the program to give its seat back: done when it confirms, never by the click alone."""
    doing.db.refresh(activation, with_for_update=True)
    if activation.state == ActivationState.RETURNING:
        return Outcome(ledger.nothing_to_decide(), activation, again=True)
    if activation.ended_at is not None:
        return Outcome(ledger.gone(True))
    question = Question(doing, license_, None, activation=activation, evidence="online_ack")
    decision = question.decide("return")
    device = _name(doing, activation)
    if not decision.allowed:
        question.refused(Happened.RETURN_ASKED, decision, activation, device=device)
        return Outcome(decision, activation)
    activation.state = ActivationState.RETURNING
    activation.return_asked_at = doing.now
    question.event(Happened.RETURN_ASKED, activation, device=device)
    if activation.device_id is None:  # a seat kept for nobody yet has no program that could confirm
        return _returned(doing, license_, activation, question, decision)
    return Outcome(decision, activation)


def cancel_return(doing: Doing, license_: License, activation: Activation) -> Outcome:
    """Keep the seat after all, as long as the program has not confirmed."""
    doing.db.refresh(activation, with_for_update=True)
    if activation.ended_at is not None:
        return Outcome(ledger.gone(True))
    if activation.state != ActivationState.RETURNING:
        return Outcome(ledger.nothing_to_decide(), activation, again=True)
    activation.state = ActivationState.ACTIVE if activation.confirmed_at else ActivationState.PENDING
    activation.return_asked_at = None
    Question(doing, license_, None, activation=activation).event(
        Happened.RETURN_CANCELLED, activation, device=_name(doing, activation)
    )
    return Outcome(ledger.nothing_to_decide(), activation)


def give_back(doing: Doing, license_: License, activation: Activation) -> Outcome:
    """The program gives its seat back, by itself or because it was asked to. The license must be locked."""
    doing.db.refresh(activation, with_for_update=True)
    if activation.ended_at is not None:
        return Outcome(ledger.gone(True))
    question = Question(doing, license_, None, activation=activation, evidence="online_ack")
    decision = question.decide("return")
    if not decision.allowed and license_.state != LicenseState.RECALLED:
        question.refused(Happened.DEVICE_RETURNED, decision, activation, device=_name(doing, activation))
        return Outcome(decision, activation)
    return _returned(doing, license_, activation, question, decision)


def check_in(doing: Doing, license_: License, activation: Activation) -> bool:
    """A program shows itself: hand-overs and returns are confirmed, a recalled license is taken away.

    Returns whether the activation is still live. The license must be locked.
    """
    doing.db.refresh(activation, with_for_update=True)
    if activation.ended_at is not None:
        return False
    if license_.state == LicenseState.RECALLED:
        _end(doing, license_, activation, ActivationState.REVOKED)
        Question(doing, license_, None, activation=activation).event(
            Happened.DEVICE_BLOCKED, activation, device=_name(doing, activation)
        )
        if license_.used == 0:
            license_.state = LicenseState.REVOKED
        return False
    if activation.state == ActivationState.RETURNING:
        return not give_back(doing, license_, activation).allowed
    confirm(doing, license_, activation)
    return True


def confirm(doing: Doing, license_: License, activation: Activation) -> None:
    """The program on the device speaks: what was pending is in force, and it was seen now."""
    if activation.state == ActivationState.PENDING:
        activation.state = ActivationState.ACTIVE
        activation.confirmed_at = doing.now
        Question(doing, license_, None, activation=activation).event(
            Happened.DEVICE_CONFIRMED, activation, device=_name(doing, activation)
        )
    activation.seen_at = doing.now
    license_.seen_at = doing.now


def lapse(doing: Doing, license_: License, activation: Activation, at: datetime) -> None:
    """Its lease ran out long enough ago that no program can run on it: the seat is free again."""
    question = Question(doing, license_, None, activation=activation)
    question.done("lapse", activation, at=at)
    _end(doing, license_, activation, ActivationState.LAPSED)
    question.event(Happened.DEVICE_LAPSED, activation, device=_name(doing, activation))


def extend_lease(activation: Activation, until: datetime | None) -> None:
    """A file is good until then; a shorter one never shortens what an earlier one promised."""
    if until is None or (activation.lease_until is not None and activation.lease_until >= until):
        return
    activation.lease_until = until


def _take_seat(doing: Doing, license_: License, question: Question) -> bool:
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


def _activated(doing: Doing, license_: License, machine: Machine, question: Question, how: str) -> Activation:
    device = devices.meet(doing, license_, machine)
    activation = _begin(doing, license_, new_id(doing.now), 1, device, ActivationState.ACTIVE, how)
    question.done("activate", activation)
    terms.begin(doing.db, license_, doing.now)
    devices.stop_waiting(doing, license_, device)
    question.event(Happened.DEVICE_ACTIVATED, activation, device=device.name)
    return activation


def _hand_over(doing: Doing, license_: License, kept: Activation, machine: Machine) -> Activation:
    """The seat was kept for the next device that asks: this is it."""
    device = devices.meet(doing, license_, machine)
    kept.device_id = device.id
    # The ledger learns on which device the move ended; until now nobody knew.
    newest = doing.db.execute(
        select(Operation).where(Operation.line == kept.line).order_by(Operation.at.desc(), Operation.id.desc()).limit(1)
    ).scalar()
    if newest is not None and newest.components is None:
        newest.components = machine.parts
    confirm(doing, license_, kept)
    devices.stop_waiting(doing, license_, device)
    return kept


def _repair(doing: Doing, license_: License, machine: Machine, question: Question, decision: Decision) -> Outcome:
    line = decision.activation
    activation = next(one for one in live(doing, license_) if str(one.line) == line)
    if not decision.allowed:
        question.refused(Happened.DEVICE_REPAIRED, decision, activation, device=machine.name)
        return Outcome(decision, activation)
    device = devices.meet(doing, license_, machine)
    new = _next_generation(doing, license_, activation, device)
    new.state = ActivationState.ACTIVE
    new.confirmed_at = new.seen_at = doing.now
    license_.seen_at = doing.now
    question.done("repair", new)
    question.event(Happened.DEVICE_REPAIRED, new, device=device.name, generation=new.generation)
    return Outcome(decision, new)


def _returned(
    doing: Doing, license_: License, activation: Activation, question: Question, decision: Decision
) -> Outcome:
    name = _name(doing, activation)
    question.done("return", activation)
    _end(doing, license_, activation, ActivationState.RETURNED)
    question.event(Happened.DEVICE_RETURNED, activation, device=name)
    return Outcome(decision, activation)


def _begin(
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


def _next_generation(doing: Doing, license_: License, old: Activation, device: Device | None) -> Activation:
    old.state = ActivationState.REPLACED
    old.ended_at = doing.now
    doing.db.flush()
    return _begin(doing, license_, old.line, old.generation + 1, device, ActivationState.PENDING)


def _end(doing: Doing, license_: License, activation: Activation, state: ActivationState) -> None:
    activation.state = state
    activation.ended_at = doing.now
    doing.db.execute(
        update(License)
        .where(License.id == license_.id, License.used > 0)
        .values(used=License.used - 1)
        .execution_options(synchronize_session=False)
    )
    doing.db.flush()
    doing.db.refresh(license_)


def _still_waits(doing: Doing, waiting: WaitingDevice) -> bool:
    doing.db.refresh(waiting, with_for_update=True)
    return waiting.ended_at is None and waiting.until > doing.now


def _live_on(doing: Doing, license_: License, device: Device) -> Activation | None:
    return next((one for one in live(doing, license_) if one.device_id == device.id), None)


def _follower(doing: Doing, activation: Activation) -> Activation | None:
    """The live generation that took over from this one."""
    return doing.db.execute(
        select(Activation).where(
            Activation.license_id == activation.license_id,
            Activation.line == activation.line,
            Activation.ended_at.is_(None),
        )
    ).scalar()


def _name(doing: Doing, activation: Activation) -> str | None:
    return doing.db.get_one(Device, activation.device_id).name if activation.device_id else None


def _may_be_repair(doing: Doing, license_: License) -> bool:
    return license_.used > 0


def lease_end(in_force: InForce, now: datetime, ends_at: datetime | None) -> datetime | None:
    """Until when a file handed out now is good: the lease, but never beyond the license's own end; None is forever."""
    ttl = in_force.rules.lease.ttl
    until = ttl.after(now, in_force.rules.zone) if ttl else None
    return min((moment for moment in (until, ends_at) if moment), default=None)
