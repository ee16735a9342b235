"""What a desk has to know of whoever asks: who it is, and what they asked and were granted before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.access import Actor, on_desk
from portal.models import Article, Conflict, Group, License, Operation, Product, Request, User

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request of the same customer."""

    id: UUID
    kind: str
    state: str
    product: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Granted:
    """What the customer got beyond the rules."""

    at: datetime
    operation: str
    amount: int
    reason: str | None
    product: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Who asks, and the history of their group."""

    group: str
    is_person: bool
    person: str | None
    email: str | None
    is_proven: bool  # the address is an account's, whose mailbox has answered
    licenses: int
    cases: int
    requests: tuple[Earlier, ...]
    granted: tuple[Granted, ...]


def customer(db: Session, actor: Actor, request: Request, group: Group) -> Customer:
    """The history of the group that a request came from, as far as the actor's desk sees it."""
    person = db.get(User, request.user_id) if request.user_id else None
    mine = Request.group_id == group.id
    if request.user_id is None:
        mine = and_(mine, Request.ticket_id == request.ticket_id)
    requests = db.execute(
        select(Request.public_id, Request.kind, Request.state, Product.name, Request.created_at)
        .outerjoin(Product, Product.id == Request.product_id)
        .where(on_desk(actor), mine, Request.id != request.id)
        .order_by(Request.created_at.desc(), Request.id.desc())
        .limit(SHOWN)
    )
    # Licenses that nobody registered lie in one pool and belong to strangers: only the one that it is about counts.
    theirs = License.group_id == group.id if request.user_id else License.id == request.license_id
    granted = db.execute(
        select(Operation.at, Operation.grants, Operation.amount, Operation.reason, Product.name)
        .join(License, License.id == Operation.license_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .where(theirs, Operation.operation == "override")
        .order_by(Operation.at.desc(), Operation.id.desc())
        .limit(SHOWN)
    )
    cases = select(func.count()).select_from(Conflict).join(License, License.id == Conflict.license_id)
    return Customer(
        group=group.name,
        is_person=group.is_person,
        person=person.name if person else None,
        email=person.email if person else request.contact,
        is_proven=person is not None and person.verified_at is not None,
        licenses=db.execute(select(func.count()).select_from(License).where(theirs)).scalar_one(),
        cases=db.execute(cases.where(theirs, Conflict.closed_at.is_(None))).scalar_one(),
        requests=tuple(Earlier(*row) for row in requests),
        granted=tuple(Granted(*row) for row in granted),
    )
