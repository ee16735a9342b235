"""Rules that hurt: what people wanted to do and were refused, by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from portal.models import Article, Event, License, Product

MOST = 50  # rows


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing that was refused for one reason: how often, to how many licenses, and how often in each month."""

    kind: str
    code: str
    product: str
    times: int
    licenses: int
    by_month: tuple[int, ...]


def hindrances(db: Session, kinds: Sequence[str], months: Sequence[datetime]) -> list[Hindrance]:
    """Refusals of licenses' operations, the most frequent first. `months` are beginnings; the last one is the end."""
    within = [
        func.sum(case(((Event.at >= begin) & (Event.at < end), 1), else_=0))
        for begin, end in zip(months, months[1:], strict=False)
    ]
    times = func.count()
    rows = db.execute(
        select(Event.kind, Event.code, Product.name, times, func.count(Event.license_id.distinct()), *within)
        .join(License, License.id == Event.license_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .where(
            Event.outcome == "refused",
            Event.code.is_not(None),
            Event.kind.in_(kinds),
            Event.at >= months[0],
            Event.at < months[-1],
        )
        .group_by(Event.kind, Event.code, Product.name)
        .order_by(times.desc(), Product.name, Event.code, Event.kind)
        .limit(MOST)
    )
    return [
        Hindrance(kind, code, product, many, licenses, tuple(by_month))
        for kind, code, product, many, licenses, *by_month in rows
    ]
