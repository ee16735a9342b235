"""Losses: a PC is gone with all of its licenses; what the rules say of each, one report for all, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select

from portal import audit, rules
from portal.actions import activations, ledger, letters, seats
from portal.actions.devices import name_of
from portal.actions.doing import Doing, Moment
from portal.actions.ledger import Question
from portal.audit import Happened
from portal.db import new_id
from portal.models import (
    Activation,
    ActivationState,
    Device,
    License,
    Loss,
    LossActivation,
    LossKind,
    Operation,
    WaitingDevice,
)
from portal.rules import Decision, Entry

GOOD_FOR = timedelta(hours=24)  # how long a loss can be taken back
# What people say happened, and what the rules call it.
REASONS = {LossKind.LOST: "lost", LossKind.STOLEN: "lost", LossKind.BROKEN: "hardware_failure"}

Held = Sequence[tuple[License, Activation]]


@dataclass(frozen=True, slots=True)
class Said:
    """What the rules say of one license on the PC, for each reason that people can give."""

    license: License
    activation: Activation
    product: str
    decisions: Mapping[str, Decision]

    def decision(self, kind: LossKind) -> Decision:
        return self.decisions[REASONS[kind]]

    @property
    def depends(self) -> bool:
        """Whether it matters what happened to the PC."""
        return len({(one.allowed, one.code) for one in self.decisions.values()}) > 1


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of a report; `code` where nothing did."""

    loss: Loss | None
    code: str = ""
    again: bool = False


def preview(doing: Doing, held: Held) -> list[Said]:
    """What the rules say of each license, in turn: where a budget is shared, the first of them use it up."""
    pending: dict[str, list[Entry]] = {reason: [] for reason in set(REASONS.values())}
    found = []
    for license_, activation in held:
        decisions, product = {}, ""
        for reason, before in pending.items():
            question = _question(doing, license_, activation, reason)
            product = question.in_force.product
            case = question.case("rehost")
            if ledger.reaches_further(license_, question.in_force):
                shared = (one for one in before if one.group == case.license.group)
                case = replace(case, ledger=(*case.ledger, *shared))
            decision = decisions[reason] = rules.decide(question.in_force.rules, case)
            if decision.allowed:
                before.append(_entry(question, case, decision))
        found.append(Said(license_, activation, product, decisions))
    return found


def report(doing: Doing, device: Device, kind: LossKind, held: Held) -> Reported:
    """The PC is gone: every license on it that the rules let go moves on, to the PC that waits for it or to the next
    one that asks. The licenses must be locked, in the order of `held`.

    Pressed twice it is reported once: what the rules refused the first time, and refuse still, is no new loss.
    """
    running = [(license_, one) for license_, one in held if _still_runs(doing, one)]
    said = preview(doing, running)
    before = _latest(doing, device)
    if before is not None and not any(one.decision(kind).allowed for one in said):
        return Reported(before, again=True)
    if not running:
        return Reported(None, "device_not_in_use")
    loss = Loss(
        public_id=new_id(doing.now),
        group_id=device.group_id,
        device_id=device.id,
        user_id=doing.actor.user_id,
        kind=kind,
        reported_at=doing.now,
    )
    doing.db.add(loss)
    doing.db.flush()
    # One mail tells of all of it.
    quietly = Moment(doing.db, doing.actor, doing.now, doing.vault)
    for license_, activation in running:
        _move(quietly, loss, license_, activation, device)
    audit.record(
        doing.db, doing.now, doing.actor, Happened.DEVICE_LOST,
        group_id=device.group_id, device=name_of(doing, device.id), loss=kind.value,
    )  # fmt: skip
    letters.lost(doing, loss, name_of(doing, device.id), running)
    return Reported(loss)


def undo(doing: Doing, loss: Loss, moved: Sequence[tuple[License, LossActivation]]) -> str:
    """The PC turned up again: each seat that nobody has touched goes back, and what it cost is given back. The
    licenses must be locked. Returns the code of what stands in the way, or ""."""
    doing.db.refresh(loss, with_for_update=True)
    if loss.undone_at is not None:
        return ""
    if loss.reported_at + GOOD_FOR <= doing.now:
        return "undo_too_late"
    back = [(license_, row) for license_, row in moved if is_untouched(_successor(doing, row))]
    if not back:
        return "undo_in_use"
    loss.undone_at = doing.now
    for license_, row in back:
        _take_back(doing, license_, row)
    return ""


def is_untouched(successor: Activation | None) -> bool:
    """Whether no program has begun on the seat, and no file was written for it."""
    return (
        successor is not None
        and successor.ended_at is None
        and successor.state == ActivationState.PENDING
        and successor.confirmed_at is None
        and successor.seq == 0
    )


def _question(doing: Doing, license_: License, activation: Activation, reason: str) -> Question:
    return Question(doing, license_, None, activation=activation, reason=reason, evidence="declaration")


def _entry(question: Question, case: rules.Case, decision: Decision) -> Entry:
    """The move as the ledger will have it."""
    facts = case.license
    return Entry(
        at=case.now,
        operation=decision.as_ or "rehost",
        activation=case.activation,
        evidence=question.evidence,
        reason=question.reason,
        license=facts.id,
        product=facts.product,
        article=facts.article,
        group=facts.group,
        user=case.actor.user,
    )


def _still_runs(doing: Doing, activation: Activation) -> bool:
    doing.db.refresh(activation, with_for_update=True)
    return activation.ended_at is None


def _latest(doing: Doing, device: Device) -> Loss | None:
    return doing.db.execute(
        select(Loss)
        .where(Loss.device_id == device.id, Loss.undone_at.is_(None), Loss.reported_at > doing.now - GOOD_FOR)
        .order_by(Loss.id.desc())
        .limit(1)
    ).scalar()


def _move(doing: Doing, loss: Loss, license_: License, activation: Activation, device: Device) -> None:
    state = activation.state
    waiting = _waiting(doing, license_, activation, device)
    outcome = activations.reactivate(doing, license_, activation, waiting, reason=REASONS[LossKind(loss.kind)])
    row = LossActivation(
        loss_id=loss.id, activation_id=activation.id, state=state, code=outcome.decision.code
    )  # fmt: skip
    if outcome.allowed and outcome.activation is not None:
        row.replaced_by_id = outcome.activation.id
        row.operation_id = doing.db.execute(
            select(func.max(Operation.id)).where(Operation.line == activation.line)
        ).scalar()
    doing.db.add(row)
    doing.db.flush()


def _waiting(doing: Doing, license_: License, activation: Activation, device: Device) -> WaitingDevice | None:
    """The PC that waits for this very seat, the latest one."""
    return doing.db.execute(
        select(WaitingDevice)
        .where(
            WaitingDevice.license_id == license_.id,
            WaitingDevice.assignment_id == activation.assignment_id,
            WaitingDevice.device_id != device.id,
            WaitingDevice.ended_at.is_(None),
            WaitingDevice.until > doing.now,
        )
        .order_by(WaitingDevice.asked_at.desc(), WaitingDevice.id.desc())
        .limit(1)
    ).scalar()


def _successor(doing: Doing, row: LossActivation) -> Activation | None:
    if row.replaced_by_id is None:
        return None
    return doing.db.get_one(Activation, row.replaced_by_id, with_for_update=True, populate_existing=True)


def _take_back(doing: Doing, license_: License, row: LossActivation) -> None:
    """The old generation runs on. The one that never did leaves its line, so that no block list names it."""
    successor, old = _successor(doing, row), doing.db.get_one(Activation, row.activation_id, with_for_update=True)
    if successor is None:
        raise ValueError("only what was replaced comes back")
    successor.state, successor.ended_at, successor.line = ActivationState.REVOKED, doing.now, new_id(doing.now)
    doing.db.flush()
    old.state, old.ended_at = row.state, None
    if row.operation_id is not None:
        doing.db.get_one(Operation, row.operation_id).undone_at = doing.now
    doing.db.flush()
    Question(doing, license_, None, activation=old).event(
        Happened.DEVICE_FOUND, old, device=seats.name(doing, old)
    )
