"""The queue of a desk: what people ask, the oldest that waits first, narrowed as the reader asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, desks, on_desk
from portal.models import (
    COUNTS,
    WAITING,
    Article,
    Group,
    Membership,
    Product,
    Request,
    RequestKind,
    RequestState,
    RuleSet,
    User,
)
from portal.reports.filters import page_of, pattern_of

SIZE = 30
FETCHED = 1000  # rows that are in memory at once
KINDS = (RequestKind.EXCEPTION, RequestKind.SUPPORT, RequestKind.DEMO, RequestKind.EMERGENCY)
STATES = ("waiting", *(str(state) for state in RequestState), "all")
AGES = {"day": timedelta(days=1), "week": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for; anything unknown means what waits, from all and for everybody."""

    search: str = ""
    kind: str = ""
    state: str = "waiting"
    product: str = ""
    assigned: str = ""
    age: str = ""
    page: int = 1

    @property
    def query(self) -> dict[str, str]:
        """The same as an address says it."""
        names = ("search", "kind", "state", "product", "assigned", "age")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Line:
    """One request in the queue."""

    id: UUID
    kind: str
    state: str
    words: str
    rule_code: str | None
    created_at: datetime
    answered_at: datetime | None
    product: str | None
    group: str
    person: str | None
    contact: str | None
    assigned_to: str | None
    desk: str


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of it."""

    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int
    query: dict[str, str]
    products: tuple[tuple[str, str], ...]  # that were ever asked about here


def wanted(query: dict[str, str]) -> Wanted:
    """Read the filters of an address; nonsense is nothing asked for."""
    kind, state = query.get("kind", ""), query.get("state", "")
    assigned, age = query.get("assigned", ""), query.get("age", "")
    return Wanted(
        search=query.get("search", "").strip()[:200],
        kind=kind if kind in KINDS else "",
        state=state if state in STATES else "waiting",
        product=query.get("product", "")[:100],
        assigned=assigned if assigned in ("me", "nobody") else "",
        age=age if age in AGES else "",
        page=page_of(query),
    )


def queue(db: Session, actor: Actor, asked: Wanted, now: datetime) -> Queue:
    """One page of what lies on the actor's desks; the number of statements is always the same."""
    where = _where(actor, asked, now)
    total = db.execute(_joined(select(func.count())).where(*where)).scalar_one()
    pages = max(1, -(-total // SIZE))
    page = min(asked.page, pages)
    rows = db.execute(_lines(asked, where).limit(SIZE).offset((page - 1) * SIZE))
    return Queue(tuple(Line(*row) for row in rows), total, page, pages, asked.query, _products(db, actor))


def everything(db: Session, actor: Actor, asked: Wanted, now: datetime) -> Iterator[Line]:
    """All of it, in the same order, for a spreadsheet."""
    rows = db.execute(_lines(asked, _where(actor, asked, now)).execution_options(yield_per=FETCHED))
    return (Line(*row) for row in rows)


def _lines(asked: Wanted, where: list[ColumnElement[bool]]) -> Select[Any]:
    assignee, desk = aliased(User), aliased(Group)
    columns = select(
        Request.public_id, Request.kind, Request.state, Request.words, Request.rule_code, Request.created_at,
        Request.answered_at, Product.name, Group.name, User.name, Request.contact, assignee.name, desk.name,
    )  # fmt: skip
    joined = _joined(columns).outerjoin(assignee, assignee.id == Request.assigned_to_id)
    return joined.join(desk, desk.id == Request.desk_group_id).where(*where).order_by(*_order(asked))


def _order(asked: Wanted) -> tuple[Any, ...]:
    """What waits has waited longest first; what is over was answered last first."""
    if asked.state in ("waiting", RequestState.OPEN, RequestState.ASKED_BACK):
        # What the person has to answer is not for the desk to do now.
        return case((Request.state == RequestState.OPEN, 0), else_=1), Request.created_at, Request.id
    return Request.created_at.desc(), Request.id.desc()


def _products(db: Session, actor: Actor) -> tuple[tuple[str, str], ...]:
    found = (
        select(Product.code, Product.name)
        .join(Request, Request.product_id == Product.id)
        .where(on_desk(actor))
        .distinct()
        .order_by(Product.name, Product.code)
    )
    return tuple((code, name) for code, name in db.execute(found))


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Request)
        .join(Group, Group.id == Request.group_id)
        .outerjoin(User, User.id == Request.user_id)
        .outerjoin(Product, Product.id == Request.product_id)
    )


def _where(actor: Actor, asked: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found = [on_desk(actor)]
    if asked.state == "waiting":
        found.append(Request.state.in_(WAITING))
    elif asked.state != "all":
        found.append(Request.state == asked.state)
    if asked.kind:
        found.append(Request.kind == asked.kind)
    if asked.product:
        found.append(Product.code == asked.product)
    if asked.assigned:
        found.append(Request.assigned_to_id == (actor.user_id if asked.assigned == "me" else None))
    if asked.age:
        found.append(Request.created_at <= now - AGES[asked.age])
    if asked.search:
        pattern = pattern_of(asked.search)
        told = (User.name, User.email, Group.name, Request.contact, Request.words)
        found.append(or_(*(func.lower(column).like(pattern, escape="\\") for column in told)))
    return found


def staff(db: Session, actor: Actor, desk: Group) -> tuple[tuple[UUID, str], ...]:
    """Who may be asked to look after what lies on this desk: its people, and those above that the actor is one of."""
    mine = [place.group_id for place in desks(actor) if desk.path.startswith(place.path)]
    rows = db.execute(
        select(User.public_id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.group_id.in_([desk.id, *mine]), COUNTS, User.disabled_at.is_(None))
        .distinct()
        .order_by(User.name, User.public_id)
    )
    return tuple((public_id, name) for public_id, name in rows)


def assigned_to(db: Session, request: Request) -> tuple[UUID, str] | None:
    """Who looks after it."""
    wanted = select(User.public_id, User.name).where(User.id == request.assigned_to_id)
    row = db.execute(wanted).first()
    return (row[0], row[1]) if row else None


def product_name(db: Session, product_id: int) -> str:
    return db.execute(select(Product.name).where(Product.id == product_id)).scalar_one()


def rule_set_of(db: Session, article_id: int) -> UUID:
    """The rule set that an article follows."""
    followed = select(RuleSet.public_id).join(Article, Article.rule_set_id == RuleSet.id)
    return db.execute(followed.where(Article.id == article_id)).scalar_one()
