"""What the portal does by itself: seal the audit trail, free lapsed seats, forget what has served its purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.actions import ledger, returns, rule_sets
from portal.actions.doing import Moment
from portal.doors import limits, sessions
from portal.files.vault import Vault
from portal.jobs import answers
from portal.jobs.worker import Kind
from portal.models import Activation, License

PORTAL = Actor(kind="portal")
BATCH = 200


def seal(db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    audit.seal(db, now, vault.lookup)


def tidy(db: Session, now: datetime, vault: Vault, _: Mapping[str, Any]) -> None:
    sessions.forget_old(db, now)
    limits.forget_old(db, now)
    answers.forget_old(db, now)


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
        license_ = db.get_one(License, license_id)
        in_force = rule_sets.in_force(db, license_.article_id)
        ledger.hold(db, license_)
        activation = db.get_one(Activation, activation_id, populate_existing=True)
        grace = in_force.rules.lease.grace
        until = activation.lease_until
        if activation.ended_at is not None or until is None:
            continue
        end = grace.after(until, in_force.rules.zone) if grace else until
        if end <= now:
            returns.lapse(doing, license_, activation, end)


CHORES = {
    "seal": Kind(seal, timedelta(minutes=1)),
    "tidy": Kind(tidy, timedelta(hours=1)),
    "lapse": Kind(lapse, timedelta(minutes=30)),
}
