"""What the portal does by itself: seal the audit trail, free lapsed seats, forget what has served its purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.actions import hints, invitations, ledger, links, returns, seats
from portal.actions.doing import Moment
from portal.actions.ledger import Question
from portal.doors import limits, sessions
from portal.files.vault import Vault
from portal.jobs import answers, mail, queue
from portal.jobs.worker import Kind
from portal.models import Activation, License, Operation

PORTAL = Actor(kind="portal")
BATCH = 200


def seal(db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    audit.seal(db, now, vault.lookup)


def tidy(db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    sessions.forget_old(db, now)
    limits.forget_old(db, now)
    links.forget_old(db, now)
    answers.forget_old(db, now)
    invitations.forget_old(db, now)
    queue.forget_done(db, now)
    mail.give_up(db, now)
    hints.fill(db, vault)


def lapse(db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    """Free the seats whose lease and grace ran out: no program runs on them any more.

    A seat that was asked for back counts as returned with its lease, as the page promised.
    """
    doing = Moment(db, PORTAL, now, vault)
    late = db.execute(
        select(Activation.id, Activation.license_id)
        .where(Activation.ended_at.is_(None), Activation.lease_until.is_not(None), Activation.lease_until <= now)
        .order_by(Activation.license_id, Activation.id)
        .limit(BATCH)
    ).all()
    for activation_id, license_id in late:
        license_, in_force = ledger.hold(db, license_id)
        activation = db.get_one(Activation, activation_id, populate_existing=True)
        grace = in_force.rules.lease.grace
        until = activation.lease_until
        if activation.ended_at is not None or until is None:
            continue
        end = grace.after(until, in_force.rules.zone) if grace else until
        if end <= now:
            returns.lapse(doing, license_, activation, end)


def credit(db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    """Free the seats of returned activations whose moment has come, by the rules of today."""
    doing = Moment(db, PORTAL, now, vault)
    due = db.execute(
        select(Activation.id, Activation.license_id)
        .where(Activation.held_until.is_not(None), Activation.held_until <= now)
        .order_by(Activation.license_id, Activation.id)
        .limit(BATCH)
    ).all()
    for activation_id, license_id in due:
        license_, _ = ledger.hold(db, license_id)
        activation = db.get_one(Activation, activation_id, populate_existing=True)
        if activation.held_until is None or activation.held_until > now:
            continue
        free_from = seats.free_from(_return_of(doing, license_, activation), activation)
        if free_from is not None and free_from > now:
            activation.held_until = min(free_from, seats.NEVER)
        else:
            seats.credit(doing, license_, activation)


def _return_of(doing: Moment, license_: License, activation: Activation) -> Question:
    """The question whose evidence is that of the recorded return."""
    evidence = doing.db.execute(
        select(Operation.evidence)
        .where(Operation.line == activation.line, Operation.operation == "return")
        .order_by(Operation.id.desc())
        .limit(1)
    ).scalar()
    return Question(doing, license_, None, activation=activation, evidence=evidence)


CHORES = {
    "seal": Kind(seal, timedelta(minutes=1)),
    "tidy": Kind(tidy, timedelta(hours=1)),
    "lapse": Kind(lapse, timedelta(minutes=30)),
    "credit": Kind(credit, timedelta(minutes=10)),
}
