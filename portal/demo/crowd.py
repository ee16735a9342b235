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
from portal.demo.history import Calendar
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
)


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


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the ledger and its event, under the rules of its day."""

    at: datetime
    operation: str
    kind: Happened
    life: Life
    activation: int
    version: int


def settle_in(lot: Lot, crowd: Crowd) -> None:
    """Write devices, seats, ledger and events of the whole crowd, and count the seats."""
    db, lives = lot.on.db, list(_lives(lot.on, crowd))
    devices = list(db.scalars(insert(Device).returning(Device.id, sort_by_parameter_order=True), _devices(lot, lives)))
    rows = _activations(lot, lives, devices)
    activations = list(db.scalars(insert(Activation).returning(Activation.id, sort_by_parameter_order=True), rows))
    deeds = _deeds(lot, lives, activations)
    db.execute(insert(Operation), _operations(lot, deeds))
    db.execute(insert(Event), _events(lot, deeds))
    db.execute(
        update(License)
        .where(License.id == lot.license.id)
        .values(used=License.used + crowd.active, seen_at=max(life.seen_at for life in lives))
        .execution_options(synchronize_session=False)
    )
    db.refresh(lot.license)


def _lives(on: Calendar, crowd: Crowd) -> Iterator[Life]:
    dice = Random("brandt")  # the same crowd each time

    def working_day(ago: int) -> datetime:
        return on.day(-ago, f"{dice.randrange(7, 19):02d}:{dice.randrange(60):02d}")

    for number in range(crowd.active + crowd.returned):
        name = f"WS-{1001 + number}" if number % 4 else f"LT-{301 + number // 4:04d}"
        since, ended = working_day(dice.randrange(60, crowd.since)), None
        ago = dice.choice((0, 0, 0, 0, 1, 1, 2, 5, 11, 22))
        seen = working_day(ago) if ago else on.ago(minutes=dice.randrange(2, 500))
        if number >= crowd.active:
            seen = ended = since + timedelta(days=dice.randrange(20, 58), minutes=7)
        yield Life(pc(name), new_id(since), since, seen, ended)


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


def _deeds(lot: Lot, lives: list[Life], activations: list[int]) -> list[Deed]:
    """What was done, in the order of time."""
    article = lot.on.db.get_one(Article, lot.license.article_id)
    versions = lot.on.db.execute(
        select(RuleVersion.published_at, RuleVersion.id)
        .where(RuleVersion.rule_set_id == article.rule_set_id)
        .order_by(RuleVersion.number)
    ).all()
    done = [
        (at, operation, kind, life, activation)
        for life, activation in zip(lives, activations, strict=True)
        for at, operation, kind in (
            (life.started_at, "activate", Happened.DEVICE_ACTIVATED),
            (life.ended_at, "return", Happened.DEVICE_RETURNED),
        )
        if at is not None
    ]
    return [
        Deed(*deed, version=[version for since, version in versions if since <= deed[0]][-1])
        for deed in sorted(done, key=lambda deed: deed[0])
    ]


def _operations(lot: Lot, deeds: list[Deed]) -> list[dict[str, Any]]:
    article = lot.on.db.get_one(Article, lot.license.article_id)
    return [
        {
            "license_id": lot.license.id,
            "group_id": lot.license.group_id,
            "product_id": article.product_id,
            "article_id": article.id,
            "at": deed.at,
            "operation": deed.operation,
            "line": deed.life.line,
            "components": deed.life.machine.parts if deed.operation == "activate" else None,
            "evidence": "online_ack",
            "actor": lot.program.kind,
            "rule_version_id": deed.version,
        }
        for deed in deeds
    ]


def _events(lot: Lot, deeds: list[Deed]) -> list[dict[str, Any]]:
    return [
        {
            "public_id": new_id(deed.at),
            "at": deed.at,
            "kind": deed.kind.value,
            "outcome": "done",
            "actor_kind": lot.program.kind,
            "group_id": lot.license.group_id,
            "license_id": lot.license.id,
            "activation_id": deed.activation,
            "rule_version_id": deed.version,
            "details": {"device": deed.life.machine.name},
        }
        for deed in deeds
    ]
