"""The cases that a desk is to look at: what a device says and what the portal knows do not fit together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, cases_on_desk
from portal.models import Activation, Article, Conflict, Device, Group, License, Product, User

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One case, with the words of whoever closed it."""

    id: UUID
    reason: str
    times: int
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    words: str | None
    closed_by: str | None
    license: UUID
    product: str
    group: str
    device: str | None


def cases(db: Session, actor: Actor, *, is_open: bool) -> tuple[Found, ...]:
    """The open ones, the oldest first; or those that were closed last."""
    closer = aliased(User)
    rows = db.execute(
        select(
            Conflict.public_id, Conflict.reason, Conflict.times, Conflict.opened_at, Conflict.last_at,
            Conflict.closed_at, Conflict.words, closer.name, License.public_id, Product.name, Group.name, Device.name,
        )
        .join(License, License.id == Conflict.license_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .join(Group, Group.id == License.group_id)
        .outerjoin(Activation, Activation.id == Conflict.activation_id)
        .outerjoin(Device, Device.id == Activation.device_id)
        .outerjoin(closer, closer.id == Conflict.closed_by_id)
        .where(cases_on_desk(actor), Conflict.closed_at.is_(None) if is_open else Conflict.closed_at.is_not(None))
        .order_by(Conflict.opened_at if is_open else Conflict.closed_at.desc(), Conflict.id)
        .limit(SHOWN)
    )  # fmt: skip
    return tuple(Found(*row) for row in rows)
