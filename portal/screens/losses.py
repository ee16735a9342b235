"""The dialogue about a PC that is gone, and the page of what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.access import held_on
from portal.actions import emergencies, losses
from portal.actions.ledger import Question
from portal.actions.losses import Said
from portal.models import (
    Activation,
    ActivationState,
    Article,
    Device,
    License,
    Loss,
    LossActivation,
    LossKind,
    Product,
)
from portal.rules import Decision
from portal.web import Answer, Visit, page
from portal.web.pages import problem
from portal.words import refusals


@dataclass(frozen=True, slots=True)
class Line:
    """One license on the PC: what the rules say of it, as headings; without one they let it go."""

    license: UUID
    product: str
    refusals: tuple[tuple[LossKind, str], ...]  # for which kinds of loss it stays, and why
    is_free: bool  # whatever happened, it moves on


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one license: `state` is moved, kept, runs, stays, back or over."""

    license: UUID
    product: str
    state: str
    device: str | None = None  # the PC that has its seat now
    heading: str = ""  # why it stays
    sentence: str = ""
    may_take_emergency: bool = False


def dialogue(visit: Visit, device: Device, *, status: int = 200, code: str = "") -> Answer:
    """One dialogue for the whole PC."""
    visit.place = f"/devices/{device.public_id}/loss"
    held = held_on(visit.db, visit.actor, device)
    said = losses.preview(visit, held)
    lines = [_line(visit, one) for one in said]
    errors = {field: problem(visit, error, {})[1] for field, error in visit.form.errors.items()}
    return page(
        visit, "losses/new.html", status=status, part="losses/_dialogue.html",
        device=device, name=device.called, lines=lines,
        seen_at=max((one.seen_at for _, one in held if one.seen_at is not None), default=None),
        form=dict(visit.form.values), errors=errors, problem=problem(visit, code, {}) if code else None,
    )  # fmt: skip


def outcome(
    visit: Visit, loss: Loss, moved: list[tuple[License, LossActivation]], *, status: int = 200, code: str = ""
) -> Answer:
    """What came of each license, and until when it can be undone."""
    visit.place = f"/losses/{loss.public_id}"
    until = loss.reported_at + losses.GOOD_FOR
    results = [_result(visit, loss, license_, row) for license_, row in moved]
    return page(
        visit, "losses/show.html", status=status, part="losses/_outcome.html",
        loss=loss, name=device_name(visit, loss), results=results, until=until,
        may_undo=_may_undo(visit, loss, moved, until), problem=problem(visit, code, {}) if code else None,
    )  # fmt: skip


def device_name(visit: Visit, loss: Loss) -> str:
    return visit.db.get_one(Device, loss.device_id).called


def _line(visit: Visit, said: Said) -> Line:
    refused = tuple(
        (kind, _heading(visit, decision, said.product)[0])
        for kind in LossKind
        if not (decision := said.decision(kind)).allowed
    )
    return Line(said.license.public_id, said.product, refused if said.depends else refused[:1], not refused)


def _heading(visit: Visit, decision: Decision, product: str) -> tuple[str, str]:
    facts: dict[str, Any] = {**refusals.facts(decision), "operation": "rehost", "product": product}
    return problem(visit, decision.code, facts)


def _result(visit: Visit, loss: Loss, license_: License, row: LossActivation) -> Result:
    product = visit.db.get_one(Product, visit.db.get_one(Article, license_.article_id).product_id).name
    old = visit.db.get_one(Activation, row.activation_id)
    if row.replaced_by_id is None:
        return _stays(visit, loss, license_, old, product)
    if old.ended_at is None:
        return Result(license_.public_id, product, "back")
    new = visit.db.get_one(Activation, row.replaced_by_id)
    if new.ended_at is not None:
        return Result(license_.public_id, product, "over")
    device = visit.db.get_one(Device, new.device_id).called if new.device_id is not None else None
    if new.state == ActivationState.PENDING:
        return Result(license_.public_id, product, "moved" if device else "kept", device)
    return Result(license_.public_id, product, "runs", device)


def _stays(visit: Visit, loss: Loss, license_: License, old: Activation, product: str) -> Result:
    if old.ended_at is not None or loss.undone_at is not None:
        return Result(license_.public_id, product, "over" if old.ended_at is not None else "back")
    question = Question(
        visit, license_, None, activation=old, reason=losses.REASONS[LossKind(loss.kind)], evidence="declaration"
    )
    decision = question.decide("rehost")
    heading, sentence = ("", "") if decision.allowed else _heading(visit, decision, product)
    return Result(
        license_.public_id, product, "stays", None, heading, sentence, emergencies.decide(question).allowed
    )  # fmt: skip


def _may_undo(visit: Visit, loss: Loss, moved: list[tuple[License, LossActivation]], until: datetime) -> bool:
    if loss.undone_at is not None or until <= visit.now:
        return False
    ids = [row.replaced_by_id for _, row in moved if row.replaced_by_id is not None]
    return any(losses.is_untouched(visit.db.get_one(Activation, id_)) for id_ in ids)
