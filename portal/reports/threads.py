"""What was said about a request, as its reader may see it, and what one person asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, notes_read_by, own_requests
from portal.models import Article, Attachment, Group, License, Message, Product, Request, Side, User

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Filed:
    """A file that came with a message."""

    id: UUID
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `by` is None where the reader does not learn who it was."""

    side: str
    words: str
    at: datetime
    by: str | None = None
    group: str | None = None  # whose desk says it
    files: tuple[Filed, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """A question of one's own, as lists and its page show it."""

    id: UUID
    kind: str
    state: str
    words: str
    created_at: datetime
    answered_at: datetime | None
    product: str | None
    license: UUID | None
    rule_code: str | None


def own(db: Session, actor: Actor, request: Request | None = None) -> tuple[Own, ...]:
    """What the actor asked, the latest first; or this one request."""
    query = (
        select(
            Request.public_id, Request.kind, Request.state, Request.words, Request.created_at, Request.answered_at,
            Product.name, License.public_id, Request.rule_code,
        )
        .outerjoin(Product, Product.id == Request.product_id)
        .outerjoin(License, License.id == Request.license_id)
        .where(own_requests(actor))
        .order_by(Request.created_at.desc(), Request.id.desc())
        .limit(SHOWN)
    )  # fmt: skip
    if request is not None:
        query = query.where(Request.id == request.id)
    return tuple(Own(*row) for row in db.execute(query))


def for_person(db: Session, request: Request) -> tuple[Said, ...]:
    """What was said to and by the person: nothing that the desk says among itself, and no names of who works there."""
    return _said(db, request, Message.side != Side.INTERNAL, names_staff=False)


def for_desk(db: Session, actor: Actor, request: Request) -> tuple[Said, ...]:
    """All that a desk reads of it."""
    return _said(db, request, notes_read_by(actor), names_staff=True)


def _said(db: Session, request: Request, which: ColumnElement[bool], *, names_staff: bool) -> tuple[Said, ...]:
    desk = aliased(Group)
    rows = db.execute(
        select(Message.id, Message.side, Message.words, Message.at, User.name, desk.name)
        .outerjoin(User, User.id == Message.author_id)
        .outerjoin(desk, desk.id == Message.group_id)
        .where(Message.request_id == request.id, which)
        .order_by(Message.at, Message.id)
    ).all()
    files: dict[int, list[Filed]] = {}
    for message, public_id, name, size in db.execute(
        select(Attachment.message_id, Attachment.public_id, Attachment.name, Attachment.size)
        .where(Attachment.message_id.in_([row[0] for row in rows]))
        .order_by(Attachment.id)
    ):
        files.setdefault(message, []).append(Filed(public_id, name, size))
    said = tuple(
        Said(side, words, at, name if names_staff or side == Side.PERSON else None, group, tuple(files.get(id_, ())))
        for id_, side, words, at, name, group in rows
    )
    # What was asked elsewhere than at the desk begins with its own words.
    begun = any(one.side == Side.PERSON for one in said)
    return said if begun or not request.words else (Said(Side.PERSON, request.words, request.created_at), *said)


def product_of(db: Session, license_: License) -> str:
    """The name of the product of a license."""
    named = select(Product.name).join(Article, Article.product_id == Product.id)
    return db.execute(named.where(Article.id == license_.article_id)).scalar_one()
