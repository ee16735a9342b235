"""Returns: asking for a seat back, giving it back, checking in, and freeing what nobody uses any more."""

from __future__ import annotations

from datetime import datetime

from portal.actions import ledger, seats
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.actions.seats import Outcome
from portal.audit import Happened
from portal.models import Activation, ActivationState, Assignment, License, LicenseState
from portal.rules import Decision


def ask_return(doing: Doing, license_: License, activation: Activation) -> Outcome:
    """Ask the program to give its seat back: done when it confirms, never by the click alone."""
    doing.db.refresh(activation, with_for_update=True)
    if activation.state == ActivationState.RETURNING:
        return Outcome(ledger.nothing_to_decide(), activation, again=True)
    if activation.ended_at is not None:
        return Outcome(ledger.gone(True))
    question = Question(doing, license_, None, activation=activation, evidence="online_ack")
    decision = question.decide("return")
    device = seats.name(doing, activation)
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
    if was_taken_back(doing, activation):
        return Outcome(Decision(outcome="deny", code="seat_taken_back"), activation)
    activation.state = ActivationState.ACTIVE if activation.confirmed_at else ActivationState.PENDING
    activation.return_asked_at = None
    Question(doing, license_, None, activation=activation).event(
        Happened.RETURN_CANCELLED, activation, device=seats.name(doing, activation)
    )
    return Outcome(ledger.nothing_to_decide(), activation)


def give_back(doing: Doing, license_: License, activation: Activation) -> Outcome:
    """The program gives its seat back, by itself or because it was asked to. The license must be locked."""
    doing.db.refresh(activation, with_for_update=True)
    if activation.ended_at is not None:
        return Outcome(ledger.gone(True))
    question = Question(doing, license_, None, activation=activation, evidence="online_ack")
    decision = question.decide("return")
    # Whether it may be taken away was decided when it was.
    is_due = license_.state == LicenseState.RECALLED or was_taken_back(doing, activation)
    if not decision.allowed and not is_due:
        question.refused(Happened.DEVICE_RETURNED, decision, activation, device=seats.name(doing, activation))
        return Outcome(decision, activation)
    return _returned(doing, license_, activation, question, ledger.nothing_to_decide() if is_due else decision)


def check_in(doing: Doing, license_: License, activation: Activation) -> bool:
    """A program shows itself: hand-overs and returns are confirmed, a recalled license is taken away.

    Returns whether the activation is still live. The license must be locked.
    """
    doing.db.refresh(activation, with_for_update=True)
    if activation.ended_at is not None:
        return False
    if license_.state == LicenseState.RECALLED:
        seats.end(doing, license_, activation, ActivationState.REVOKED)
        Question(doing, license_, None, activation=activation).event(
            Happened.DEVICE_BLOCKED, activation, device=seats.name(doing, activation)
        )
        if license_.used == 0:
            license_.state = LicenseState.REVOKED
        return False
    if activation.state == ActivationState.RETURNING:
        return not give_back(doing, license_, activation).allowed
    seats.confirm(doing, license_, activation)
    return True


def was_taken_back(doing: Doing, activation: Activation) -> bool:
    """Whether the person whose seat this is does not have it any more."""
    if activation.assignment_id is None:
        return False
    return doing.db.get_one(Assignment, activation.assignment_id).ended_at is not None


def lapse(doing: Doing, license_: License, activation: Activation, at: datetime) -> None:
    """Its lease ran out long enough ago that no program can run on it: the seat is free again."""
    question = Question(doing, license_, None, activation=activation)
    question.done("lapse", activation, at=at)
    seats.end(doing, license_, activation, ActivationState.LAPSED)
    question.event(Happened.DEVICE_LAPSED, activation, device=seats.name(doing, activation))


def _returned(
    doing: Doing, license_: License, activation: Activation, question: Question, decision: Decision
) -> Outcome:
    name = seats.name(doing, activation)
    question.done("return", activation)
    seats.end(doing, license_, activation, ActivationState.RETURNED, seats.free_from(question, activation))
    question.event(Happened.DEVICE_RETURNED, activation, device=name)
    return Outcome(decision, activation)


def returned_with_proof(doing: Doing, license_: License, activation: Activation) -> Outcome:
    """A receipt proved that a return was run on the device. The rules were asked when the return was asked for."""
    question = Question(doing, license_, None, activation=activation, evidence="receipt")
    return _returned(doing, license_, activation, question, ledger.nothing_to_decide())
