"""The many PCs of a large pool, written at once: what their programs and the portal would have recorded one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from portal.actions import rule_sets, seats
from portal.actions.devices import Machine
from portal.audit import Happened
from portal.db import new_id
from portal.demo.deeds import Lot
from portal.demo.machines import pc
from portal.models import (
    Activation,
    ActivationState,
    Article,
    Device,
    Event,
    License,
    Operation,
    RuleVersion,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many PCs use the pool now, how many gave their seats back, and since how many days it is in use."""

    active: int
    returned: int
    since: int


@dataclass(frozen=True, slots=True)
class Life:
    """One PC's time with the license; `ended_at` is None while it runs."""

    machine: Machine
    line: UUID
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None


def settle_in(lot: Lot, crowd: Crowd) -> None:
    """Write devices, seats, ledger and events of the whole crowd, and count the seats."""
    db, lives = lot.on.db, list(_lives(lot.on.now, crowd))
    devices = list(db.scalars(insert(Device).returning(Device.id, sort_by_parameter_order=True), _devices(lot, lives)))
    rows = _activations(lot, lives, devices)
    activations = list(db.scalars(insert(Activation).returning(Activation.id, sort_by_parameter_order=True), rows))
    deeds = _deeds(lot, lives, activations)
    db.execute(insert(Operation), [operation for operation, _ in deeds])
    db.execute(insert(Event), [event for _, event in deeds])
    db.execute(
        update(License)
        .where(License.id == lot.license.id)
        .values(used=License.used + crowd.active, seen_at=max(life.seen_at for life in lives))
        .execution_options(synchronize_session=False)
    )
    db.refresh(lot.license)


def _lives(now: datetime, crowd: Crowd) -> Iterator[Life]:
    dice = Random("brandt")  # the same crowd each time
    for number in range(crowd.active + crowd.returned):
        is_active = number < crowd.active
        name = f"WS-{1001 + number}" if number % 4 else f"LT-{301 + number // 4:04d}"
        # A working day lies between ten and eighteen hours back, wherever the clock stands now.
        since = now - timedelta(days=dice.randrange(60, crowd.since), minutes=dice.randrange(600, 1080))
        last = timedelta(days=dice.choice((0, 0, 0, 0, 1, 1, 2, 5, 11, 22)), minutes=dice.randrange(2, 500))
        until = None if is_active else since + timedelta(days=dice.randrange(20, 58), minutes=7)
        line = new_id(since)
        yield Life(pc(name), line, since, now - last if until is None else until, until)


def _devices(lot: Lot, lives: list[Life]) -> list[dict[str, Any]]:
    return [
        {
            "public_id": new_id(life.started_at),
            "group_id": lot.license.group_id,
            "kind": "computer",
            "fingerprint": life.machine.fingerprint,
            "components": life.machine.parts,
            "name": life.machine.name,
            "platform": life.machine.platform,
            "created_at": life.started_at,
            "seen_at": life.seen_at,
        }
        for life in lives
    ]


def _activations(lot: Lot, lives: list[Life], devices: list[int]) -> list[dict[str, Any]]:
    in_force = rule_sets.in_force(lot.on.db, lot.license.article_id)
    return [
        {
            "public_id": new_id(life.started_at),
            "license_id": lot.license.id,
            "device_id": device,
            "line": life.line,
            "generation": 1,
            "state": ActivationState.RETURNED if life.ended_at else ActivationState.ACTIVE,
            "how": "online",
            "started_at": life.started_at,
            "confirmed_at": life.started_at,
            "seen_at": life.seen_at,
            "lease_until": seats.lease_end(in_force, life.seen_at, lot.license.ends_at),
            "ended_at": life.ended_at,
        }
        for life, device in zip(lives, devices, strict=True)
    ]


def _deeds(lot: Lot, lives: list[Life], activations: list[int]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Per deed its entry of the ledger and its event, in the order of time and under the rules of its day."""
    done = [
        (at, operation, kind, life, activation)
        for life, activation in zip(lives, activations, strict=True)
        for at, operation, kind in (
            (life.started_at, "activate", Happened.DEVICE_ACTIVATED),
            (life.ended_at, "return", Happened.DEVICE_RETURNED),
        )
        if at is not None
    ]
    article = lot.on.db.get_one(Article, lot.license.article_id)
    versions = lot.on.db.execute(
        select(RuleVersion.id, RuleVersion.published_at)
        .where(RuleVersion.rule_set_id == article.rule_set_id)
        .order_by(RuleVersion.number)
    ).all()
    rows = []
    for at, operation, kind, life, activation in sorted(done, key=lambda deed: deed[0]):
        version = max((one for one in versions if one.published_at <= at), key=lambda one: one.published_at).id
        entry = {
            "license_id": lot.license.id,
            "group_id": lot.license.group_id,
            "product_id": article.product_id,
            "article_id": article.id,
            "at": at,
            "operation": operation,
            "line": life.line,
            "components": life.machine.parts if operation == "activate" else None,
            "evidence": "online_ack",
            "actor": "program",
            "rule_version_id": version,
        }
        event = {
            "public_id": new_id(at),
            "at": at,
            "kind": kind.value,
            "outcome": "done",
            "actor_kind": "program",
            "group_id": lot.license.group_id,
            "license_id": lot.license.id,
            "activation_id": activation,
            "rule_version_id": version,
            "details": {"device": life.machine.name},
        }
        rows.append((entry, event))
    return rows
