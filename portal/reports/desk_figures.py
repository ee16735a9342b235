"""What people ask for: by month, by product, by the rule that refused them, and how long they wait for an answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, on_desk
from portal.models import Product, Request, RequestState

MONTHS = 12
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Count:
    """One line of a table: how often something was asked for, how often given, and how long the answer took."""

    name: str
    asked: int
    granted: int
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A year of a desk."""

    since: date
    total: int
    waiting: int
    median: timedelta | None
    by_kind: tuple[Count, ...]
    by_month: tuple[Count, ...]
    by_product: tuple[Count, ...]
    by_rule: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: str
    state: str
    month: str
    product: str
    rule: str
    took: timedelta | None


def figures(db: Session, actor: Actor, now: datetime, zone: ZoneInfo) -> Figures:
    """The last twelve months of the actor's desks, the running one included."""
    today = now.astimezone(zone).date()
    number = today.year * 12 + today.month - MONTHS
    since = date(number // 12, number % 12 + 1, 1)
    begin = datetime(since.year, since.month, 1, tzinfo=zone)
    rows = db.execute(
        select(
            Request.kind, Request.state, Request.created_at, Request.answered_at, Product.name, Request.rule_code,
            Request.rule,
        )
        .outerjoin(Product, Product.id == Request.product_id)
        .where(on_desk(actor), Request.created_at >= begin)
        .limit(MOST)
    )  # fmt: skip
    found = [
        _Asked(
            kind, state, created.astimezone(zone).strftime("%Y-%m"), product or "",
            " · ".join(filter(None, (code, rule))),
            answered - created if answered and state != RequestState.WITHDRAWN else None,
        )
        for kind, state, created, answered, product, code, rule in rows
    ]  # fmt: skip
    return Figures(
        since=since,
        total=len(found),
        waiting=sum(one.state in (RequestState.OPEN, RequestState.ASKED_BACK) for one in found),
        median=_median(found),
        by_kind=_by(found, "kind"),
        by_month=tuple(sorted(_by(found, "month"), key=lambda one: one.name, reverse=True)),
        by_product=_by(found, "product"),
        by_rule=_by([one for one in found if one.rule], "rule"),
    )


def _by(found: list[_Asked], what: str) -> tuple[Count, ...]:
    """The most asked first."""
    sorted_out: defaultdict[str, list[_Asked]] = defaultdict(list)
    for one in found:
        sorted_out[getattr(one, what)].append(one)
    order = Counter({name: len(those) for name, those in sorted_out.items()}).most_common()
    return tuple(
        Count(
            name, asked, sum(one.state == RequestState.GRANTED for one in sorted_out[name]), _median(sorted_out[name])
        )
        for name, asked in order
    )


def _median(found: list[_Asked]) -> timedelta | None:
    took = [one.took for one in found if one.took is not None]
    return median(took) if took else None
