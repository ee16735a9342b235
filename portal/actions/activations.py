"""Activations: taking a seat, giving one to a waiting device, and moving one from a PC that is gone."""

from __future__ import annotations

from sqlalchemy import select

from portal.actions import demo_devices, devices, kept_seats, ledger, letters, returns, seats, subscriptions, terms
from portal.actions.devices import Machine
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.rule_sets import InForce
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.db import new_id
from portal.models import (
    Activation,
    ActivationState,
    Assignment,
    Device,
    License,
    LicenseState,
    Model,
    Operation,
    WaitingDevice,
)
from portal.rules import Decision


def activate(
    doing: Doing, license_: License, machine: Machine, *, how: str = "online", in_force: InForce | None = None,
    through: Assignment | None = None,
) -> Outcome:  # fmt: skip
    """A program asks for a seat on its device. The license must be locked; `in_force` are the rules, if at hand.

    A seat that was kept for this device, or for whichever asks next, is handed over; a device that matches a live
    activation by the rules' tolerance is repaired; else a free seat is taken, or the device waits. With a person's
    own key, which comes `through` an assignment, all of this is about that person's seats.
    """
    evidence = "online_ack" if how == "online" else "receipt"
    question = Question(doing, license_, machine.parts, evidence=evidence, in_force=in_force)
    own = seats.on_device(doing, license_, machine.fingerprint)
    if own is not None:
        return _runs_already(doing, license_, *own, question, how, through)
    if through is not None and through.ended_at is not None:
        return _kept_away(question, "seat_taken_back", machine)
    known = devices.known(doing, license_, machine)
    if known is not None and devices.is_stolen(doing, known):
        return _kept_away(question, "device_stolen", machine)
    if question.in_force.model == Model.DEMO and not demo_devices.may_run(doing, license_, machine, question.in_force):
        return _kept_away(question, "demo_device_had", machine)
    if known is not None and through is None:
        gone_on = demo_devices.go_on(doing, license_, known, question, how)
        if gone_on is not None:
            return gone_on
    kept = seats.kept_for_next(doing, license_, through)
    if kept is not None and not _is_over(doing, license_):
        return _hand_over(doing, license_, kept, machine, how)
    if _may_be_repair(doing, license_):
        repair = question.decide("repair")
        if repair.as_ == "repair" and _is_in_reach(doing, license_, repair, through):
            return _repaired(doing, license_, machine, question, repair, how, through)
    decision = question.decide("activate")
    if decision.allowed and decision.as_ == "prolong":
        outcome = subscriptions.prolong(doing, license_, machine, question, decision, how, through)
        if not outcome.allowed:
            question.refused(Happened.DEVICE_ACTIVATED, outcome.decision, device=machine.name)
        return outcome
    is_first = license_.seen_at is None
    if decision.allowed and seats.take(doing, license_, question, through, how=how):
        return _activated(doing, license_, machine, question, decision, how, through, known, is_first=is_first)
    if decision.allowed:
        decision = ledger.lost_the_race(decision)
    waiting = devices.wait(doing, license_, machine, through) if decision.code == "seats_exhausted" else None
    if waiting is None:
        question.refused(Happened.DEVICE_ACTIVATED, decision, device=machine.name)
    return Outcome(decision, waiting=waiting)


def set_up_again(doing: Doing, license_: License, own: Activation, machine: Machine, *, how: str) -> Outcome:
    """The device of this activation has lost what it kept of it, and asks anew: a repair, as far as the rules go."""
    evidence = "online_ack" if how == "online" else "receipt"
    question = Question(doing, license_, machine.parts, activation=own, evidence=evidence)
    return _repaired(doing, license_, machine, question, question.decide("repair"), how)


def give(doing: Doing, license_: License, waiting: WaitingDevice) -> Outcome:
    """Hand a free seat to a waiting device: its program starts at its next check."""
    device = doing.db.get_one(Device, waiting.device_id)
    question = Question(doing, license_, device.components)
    if not _still_waits(doing, waiting):
        current = _live_on(doing, license_, device)
        return Outcome(ledger.gone(current is None), current, again=current is not None)
    through = _assignment_of(doing, waiting)
    decision = question.decide("activate")
    if decision.allowed and decision.as_ == "prolong":
        outcome = subscriptions.prolong(
            doing, license_, devices.machine_of(device), question, decision, through=through
        )
        if not outcome.allowed:
            question.refused(Happened.DEVICE_ACTIVATED, outcome.decision, device=device.name)
        return outcome
    if decision.allowed and not seats.take(doing, license_, question, through):
        decision = ledger.lost_the_race(decision)
    if not decision.allowed:
        question.refused(Happened.DEVICE_ACTIVATED, decision, device=device.name)
        return Outcome(decision)
    activation = seats.begin(
        doing, license_, new_id(doing.now), 1, device, ActivationState.PENDING, assignment_id=waiting.assignment_id
    )
    question.done("activate", activation)
    terms.begin(doing.db, license_, doing.now)
    devices.stop_waiting(doing, license_, device)
    question.event(Happened.DEVICE_ACTIVATED, activation, device=device.name, given=True)
    letters.activated(doing, license_, activation, question.in_force.product)
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
    through = _assignment_of(doing, waiting) if waiting else None
    question = Question(
        doing,
        license_,
        target.components if target else None,
        activation=activation,
        reason=reason,
        evidence="declaration",
    )
    decision = question.decide("rehost")
    if decision.allowed and through is not None and not _has_room(through, activation):
        decision = ledger.lost_the_race(decision)
    old = doing.db.get_one(Device, activation.device_id) if activation.device_id else None
    names = {"from_device": old and old.name, "device": target and target.name, "reason": reason}
    if not decision.allowed:
        question.refused(Happened.DEVICE_MOVED, decision, activation, **names)
        return Outcome(decision, activation)
    new = seats.next_generation(doing, license_, activation, target)
    if through is not None:
        kept_seats.adopt(doing, license_, new, through, overage=question.overage())
    question.done(decision.as_ or "rehost", new)
    if target is not None:
        devices.stop_waiting(doing, license_, target)
    kind = Happened.DEVICE_REPAIRED if decision.as_ == "repair" else Happened.DEVICE_MOVED
    question.event(kind, new, generation=new.generation, **names)
    if decision.as_ == "repair":
        letters.set_up_again(doing, license_, new)
    else:
        letters.moved(doing, license_, activation, new, reason)
    return Outcome(decision, new)


def _runs_already(
    doing: Doing, license_: License, own: Activation, device: Device, question: Question, how: str,
    through: Assignment | None,
) -> Outcome:  # fmt: skip
    """This very device holds a seat. With another person's key it becomes one of theirs, if they have one left."""
    if through is not None and own.assignment_id != through.id:
        if through.ended_at is not None:
            return _kept_away(question, "seat_taken_back", None)
        if not kept_seats.adopt(doing, license_, own, through, overage=question.overage()):
            decision = ledger.lost_the_race(ledger.nothing_to_decide())
            question.refused(Happened.DEVICE_ACTIVATED, decision, own, device=device.name)
            return Outcome(decision)
        if own.state == ActivationState.RETURNING:  # it was asked back from somebody else
            own.state = ActivationState.ACTIVE if own.confirmed_at else ActivationState.PENDING
            own.return_asked_at = None
        question.event(Happened.DEVICE_ACTIVATED, own, device=device.name)
    confirmed = how == "online" and seats.confirm(doing, license_, own)
    return Outcome(ledger.nothing_to_decide(), own, again=True, device=device, confirmed=confirmed)


def _kept_away(question: Question, code: str, machine: Machine | None) -> Outcome:
    """Whatever the rules say: the seat that this key was for is not the person's any more, or the PC is not."""
    decision = Decision(outcome="deny", code=code)
    question.refused(Happened.DEVICE_ACTIVATED, decision, device=machine.name if machine else None)
    return Outcome(decision)


def _is_in_reach(doing: Doing, license_: License, repair: Decision, through: Assignment | None) -> bool:
    """Whether a key may touch the seat that a device resembles: a person's own, one of the pool, or one that was taken
    back; another person's PC is not set up again with it."""
    found = next(one for one in seats.live(doing, license_) if str(one.line) == repair.activation)
    if through is None or found.assignment_id in (None, through.id):
        return True
    return returns.was_taken_back(doing, found)


def _has_room(through: Assignment, activation: Activation) -> bool:
    """Whether the person whose PC waits has a seat left for it, or it is their own that moves."""
    is_own = activation.assignment_id == through.id
    return is_own or (through.ended_at is None and through.used < through.seats)


def _assignment_of(doing: Doing, waiting: WaitingDevice) -> Assignment | None:
    return doing.db.get_one(Assignment, waiting.assignment_id) if waiting.assignment_id else None


def _activated(
    doing: Doing, license_: License, machine: Machine, question: Question, decision: Decision, how: str,
    through: Assignment | None, known: Device | None, *, is_first: bool,
) -> Outcome:  # fmt: skip
    device = devices.meet_again(doing, known, machine) if known else devices.meet_first(doing, license_, machine)
    activation = seats.begin(
        doing, license_, new_id(doing.now), 1, device, seats.first_state(how), how,
        assignment_id=through.id if through else None,
    )  # fmt: skip
    question.done("activate", activation)
    terms.begin(doing.db, license_, doing.now)
    devices.stop_waiting(doing, license_, device)
    question.event(Happened.DEVICE_ACTIVATED, activation, device=device.name, first=is_first or None)
    # A PC that was never seen cannot have had the license before.
    tell = letters.activated if known else letters.handed_over
    tell(doing, license_, activation, question.in_force.product)
    return Outcome(decision, activation, device=device)


def _hand_over(doing: Doing, license_: License, kept: Activation, machine: Machine, how: str) -> Outcome:
    """The seat was kept for the next device that asks: this is it."""
    device = devices.meet(doing, license_, machine)
    kept.device_id, kept.how = device.id, how
    # The ledger learns on which device the move ended; until now nobody knew.
    newest = doing.db.execute(
        select(Operation).where(Operation.line == kept.line).order_by(Operation.at.desc(), Operation.id.desc()).limit(1)
    ).scalar()
    if newest is not None and newest.components is None:
        newest.components = machine.parts
    if how == "online":
        seats.confirm(doing, license_, kept)
    devices.stop_waiting(doing, license_, device)
    letters.handed_over(doing, license_, kept)
    return Outcome(ledger.nothing_to_decide(), kept, device=device)


def _repaired(
    doing: Doing, license_: License, machine: Machine, question: Question, decision: Decision, how: str,
    through: Assignment | None = None,
) -> Outcome:  # fmt: skip
    line = decision.activation
    activation = next(one for one in seats.live(doing, license_) if str(one.line) == line)
    if not decision.allowed:
        question.refused(Happened.DEVICE_REPAIRED, decision, activation, device=machine.name)
        return Outcome(decision, activation)
    device = devices.meet(doing, license_, machine)
    new = seats.next_generation(doing, license_, activation, device, seats.first_state(how), how)
    if through is not None:
        kept_seats.adopt(doing, license_, new, through, overage=question.overage())
    question.done(decision.as_ or "repair", new)
    question.event(Happened.DEVICE_REPAIRED, new, device=device.name, generation=new.generation)
    letters.set_up_again(doing, license_, new)
    return Outcome(decision, new, device=device)


def _still_waits(doing: Doing, waiting: WaitingDevice) -> bool:
    doing.db.refresh(waiting, with_for_update=True)
    return waiting.ended_at is None and waiting.until > doing.now


def _live_on(doing: Doing, license_: License, device: Device) -> Activation | None:
    return next((one for one in seats.live(doing, license_) if one.device_id == device.id), None)


def _follower(doing: Doing, activation: Activation) -> Activation | None:
    """The live generation that took over from this one."""
    return doing.db.execute(
        select(Activation).where(
            Activation.license_id == activation.license_id,
            Activation.line == activation.line,
            Activation.ended_at.is_(None),
        )
    ).scalar()


def _is_over(doing: Doing, license_: License) -> bool:
    """A kept seat was decided about before the license ended or was taken away; afterwards nobody starts on it."""
    is_withdrawn = license_.state in (LicenseState.RECALLED, LicenseState.REVOKED, LicenseState.MERGED)
    return is_withdrawn or (license_.ends_at is not None and license_.ends_at <= doing.now)


def _may_be_repair(doing: Doing, license_: License) -> bool:
    return license_.used > 0
