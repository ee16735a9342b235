"""Before the click: what an action on a license would come to, so that its page can say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from portal import rules
from portal.actions import kept_seats
from portal.actions.doing import Doing
from portal.actions.ledger import Question
from portal.models import Activation, Assignment, Device, License, WaitingDevice
from portal.reports.shapes import Event, Panel, Row, Seat, State
from portal.reports.sheet import is_over
from portal.rules import Decision

RUNNING = (State.ACTIVE, State.TRANSFER, State.RETURNING)


def panel(
    doing: Doing, license_: License, row: Row, seats: Sequence[Seat], events: Sequence[Event], *, gone: UUID | None,
    may_use: bool,
) -> Panel | None:  # fmt: skip
    """The one decision that the page of a license offers now; `gone` is the seat whose PC the reader says is gone."""
    if not may_use or is_over(license_, doing.now):
        return None
    target = next((seat for seat in seats if seat.state is State.WAITING), None)
    live = [seat for seat in seats if seat.state in RUNNING]
    chosen = next((seat for seat in live if seat.id == gone), None)
    if target is not None and chosen is None and _is_free_for(doing, license_, target):
        return _give(doing, license_, target)
    if chosen is None and target is not None and len(live) == 1:
        if live[0].state is State.RETURNING:  # no move is needed once the program there has confirmed
            return Panel("returning", activation=live[0].id, gone=live[0])
        chosen = live[0]
    if chosen is not None:
        return _move(doing, license_, chosen, target, events)
    if target is not None and live:
        return Panel("move", target=target, choices=tuple(live))
    return _quiet(row, seats, live)


def _is_free_for(doing: Doing, license_: License, target: Seat) -> bool:
    """Whether the waiting device would find a seat: one of its person's own, or one that is kept for nobody."""
    own = doing.db.execute(
        select(Assignment)
        .join(WaitingDevice, WaitingDevice.assignment_id == Assignment.id)
        .where(WaitingDevice.public_id == target.id)
    ).scalar()
    return own.used < own.seats if own is not None else kept_seats.is_open(license_)


def _quiet(row: Row, seats: Sequence[Seat], live: Sequence[Seat]) -> Panel | None:
    """Nothing is waiting: say what is under way, or how to begin."""
    if kept := next((seat for seat in seats if seat.state is State.KEPT), None):
        return Panel("kept", activation=kept.id, target=kept)
    if handed := next((seat for seat in live if seat.state is State.TRANSFER), None):
        kind = "receipt" if handed.transfer else "kept"
        return Panel(kind, activation=handed.id, target=handed, transfer=handed.transfer)
    if returning := next((seat for seat in live if seat.state is State.RETURNING), None):
        return Panel("returning", activation=returning.id, gone=returning, transfer=returning.transfer)
    return Panel("activate") if row.used == 0 else None


def _give(doing: Doing, license_: License, target: Seat) -> Panel:
    decision = Question(doing, license_, _components(doing, license_, target)).decide("activate")
    shown = Panel("give" if decision.allowed else "refused", target=target)
    return _told(shown, decision)


def _move(doing: Doing, license_: License, gone: Seat, target: Seat | None, events: Sequence[Event]) -> Panel:
    activation = doing.db.execute(select(Activation).where(Activation.public_id == gone.id)).scalar_one()
    components = _components(doing, license_, target) if target else None
    question = Question(doing, license_, components, activation=activation, evidence="declaration")
    decision = question.decide("rehost")
    shown = Panel(
        "move" if decision.allowed else "refused",
        activation=gone.id,
        gone=replace(gone, this_is_gone=True),
        target=target,
        last_move=next((event for event in events if event.kind == "device.moved" and event.outcome == "done"), None),
    )
    return _told(_counted(shown, question, decision), decision)


def _told(shown: Panel, decision: Decision) -> Panel:
    return replace(
        shown,
        outcome=decision.outcome,
        code=decision.code,
        rule=decision.rule,
        params=dict(decision.params),
        next_allowed_at=decision.next_allowed_at,
        alternatives=decision.alternatives,
    )


def _counted(shown: Panel, question: Question, decision: Decision) -> Panel:
    """How many moves are left before this one: those of the scarcest allowance."""
    if not decision.remaining:
        return shown
    name = min(decision.remaining, key=lambda one: decision.remaining[one])
    told = rules.explain(question.in_force.rules, question.case("rehost"))
    said = next((one.params for one in told if one.code == "allowance" and one.params["rule"] == name), {})
    return replace(shown, allowance=name, left=decision.remaining[name], of=said.get("total"), next_at=said.get("next"))


def _components(doing: Doing, license_: License, target: Seat) -> dict[str, str]:
    return dict(
        doing.db.execute(
            select(Device.components)
            .join(WaitingDevice, WaitingDevice.device_id == Device.id)
            .where(WaitingDevice.public_id == target.id, WaitingDevice.license_id == license_.id)
        ).scalar_one()
    )
