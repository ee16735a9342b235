"""Seats over time: how many of a group's seats ran on a PC at the end of each month, per product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from portal.access import below
from portal.models import Activation, Article, Group, License, Product


@dataclass(frozen=True, slots=True)
class Use:
    """One product: the seats that were in use at each moment."""

    product: str
    in_use: tuple[int, ...]


def seats_over_time(db: Session, path: str, moments: Sequence[datetime]) -> list[Use]:
    """Per product of the group and all below it, in one statement. A PC counts from its activation until its end."""
    used = [
        func.sum(
            case(
                (
                    and_(
                        Activation.started_at < moment,
                        or_(Activation.ended_at.is_(None), Activation.ended_at >= moment),
                    ),
                    1,
                ),
                else_=0,
            )
        )
        for moment in moments
    ]
    rows = db.execute(
        select(Product.name, *used)
        .select_from(Activation)
        .join(License, License.id == Activation.license_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .join(Group, Group.id == License.group_id)
        .where(below(path), or_(Activation.ended_at.is_(None), Activation.ended_at >= moments[0]))
        .group_by(Product.name)
        .order_by(Product.name)
    )
    return [Use(name, tuple(map(int, counts))) for name, *counts in rows]
