"""Transfers as pages show them: what is under way to and from PCs without a network, and what did not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from portal.access import Actor, Permission, may, owned, visible, visible_in_part, visible_whole, within
from portal.models import Activation, Article, Conflict, Device, License, Product, Transfer
from portal.models import TransferKind as Kind

MOST = 100
CASES_SHOWN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Carried:
    """One transfer. `closed` is None while its receipt is missing."""

    id: UUID
    kind: str  # "activation" | "return"
    license: UUID
    product: str
    device: str
    created_at: datetime
    not_after: datetime | None
    closed: str | None
    is_live: bool  # the activation it is about still holds its seat
    has_key: bool  # the program made a device key, so its receipts are signed


@dataclass(frozen=True, slots=True)
class Case:
    """Something that came in and did not fit; nothing was changed by it."""

    id: UUID
    device: str | None
    reason: str
    times: int
    last_at: datetime


def under_way(db: Session, actor: Actor) -> tuple[Carried, ...]:
    """The transfers that this reader can continue, the newest first; of several files for one PC the last."""
    reach = visible(actor)
    if actor.kind == "user" and actor.places:
        own = and_(visible_in_part(actor), within(actor, Activation.assignment_id))
        reach = or_(visible_whole(actor), own)
    rows = db.execute(_open().where(reach).order_by(Transfer.id.desc()).limit(MOST)).all()
    usable: dict[int, bool] = {}
    for row in rows:
        if row.License.id not in usable:
            usable[row.License.id] = may(actor, Permission.USE, owned(db, row.License, actor))
    return tuple(_carried(row) for row in rows if usable[row.License.id])


def one(db: Session, transfer: Transfer) -> Carried:
    return _carried(db.execute(_joined().where(Transfer.id == transfer.id)).one())


def by_activation(db: Session, ids: Iterable[int]) -> dict[int, UUID]:
    """The transfer that is under way for each of these activations, a return before a file."""
    rows = db.execute(
        _open().where(Transfer.activation_id.in_(list(ids))).order_by(Transfer.kind == Kind.RETURN, Transfer.id)
    )
    return {row.Transfer.activation_id: row.Transfer.public_id for row in rows}


def cases(
    db: Session, license_: License, now: datetime, only: Callable[[Any], ColumnElement[bool]] | None = None
) -> tuple[Case, ...]:
    """What did not fit lately, the latest first."""
    rows = db.execute(
        select(Conflict, Device)
        .outerjoin(Activation, Activation.id == Conflict.activation_id)
        .outerjoin(Device, Device.id == Activation.device_id)
        .where(
            Conflict.license_id == license_.id, Conflict.closed_at.is_(None), Conflict.last_at > now - CASES_SHOWN,
            only(Activation.assignment_id) if only is not None else true(),
        )
        .order_by(Conflict.last_at.desc(), Conflict.id.desc())
        .limit(MOST)
    )
    return tuple(
        Case(found.public_id, device and device.called, found.reason, found.times, found.last_at)
        for found, device in rows
    )


def _joined() -> Select[Any]:
    return (
        select(Transfer, License, Product.name, Activation, Device)
        .join(License, License.id == Transfer.license_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .join(Activation, Activation.id == Transfer.activation_id)
        .join(Device, Device.id == Activation.device_id)
    )


def _open() -> Select[Any]:
    is_last = or_(Transfer.kind == Kind.RETURN, Transfer.seq == Activation.seq)
    return _joined().where(Transfer.closed_at.is_(None), Activation.ended_at.is_(None), is_last)


def _carried(row: Any) -> Carried:
    transfer, activation = row.Transfer, row.Activation
    return Carried(
        id=transfer.public_id,
        kind=transfer.kind,
        license=row.License.public_id,
        product=row.name,
        device=row.Device.called,
        created_at=transfer.created_at,
        not_after=transfer.not_after,
        closed=transfer.closed,
        is_live=activation.ended_at is None,
        has_key=activation.device_key is not None,
    )
