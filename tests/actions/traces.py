"""What verbs leave behind, read back from the database: events, ledger, seats, and everything at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import (
    Activation,
    Conflict,
    Device,
    Event,
    Group,
    License,
    Operation,
    Term,
    Ticket,
    Transfer,
    WaitingDevice,
)

STATE = (Group, Ticket, License, Term, Device, WaitingDevice, Activation, Operation, Transfer, Conflict)


def everything(db: Session) -> dict[str, list[tuple[Any, ...]]]:
    """All rows but events, as they are in the database now."""
    db.flush()
    return {
        table.__tablename__: [tuple(row) for row in db.execute(select(*table.__table__.columns).order_by(table.id))]
        for table in STATE
    }


def events(db: Session, since: int = 0) -> list[Event]:
    db.flush()
    return list(db.execute(select(Event).where(Event.id > since).order_by(Event.id)).scalars())


def last_event(db: Session) -> Event:
    return events(db)[-1]


def told(event: Event) -> tuple[str, str, str | None, str]:
    """Kind, outcome, code and who."""
    return event.kind, event.outcome, event.code, event.actor_kind


def newest(db: Session) -> int:
    db.flush()
    return db.execute(select(func.coalesce(func.max(Event.id), 0))).scalar_one()


def ledger(db: Session, license_: License) -> list[Operation]:
    db.flush()
    wanted = select(Operation).where(Operation.license_id == license_.id).order_by(Operation.at, Operation.id)
    return list(db.execute(wanted).scalars())


def hold_counters(db: Session) -> None:
    """`used` is the number of seats in use, for every license: of live activations, and of ended ones not credited."""
    db.flush()
    holding = Activation.ended_at.is_(None) | Activation.held_until.is_not(None)
    counted = select(func.count()).where(Activation.license_id == License.id, holding)
    wrong = db.execute(select(License.id, License.used).where(License.used != counted.scalar_subquery()))
    assert not wrong.all()
