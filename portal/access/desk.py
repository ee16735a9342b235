"""The desk: whose questions the vendor's and a dealer's people see and answer, and the finders of what lies on it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access.actors import Actor, Forbidden, NotFound, Place
from portal.access.trees import below
from portal.models import (
    Attachment,
    CannedWords,
    Conflict,
    Group,
    GroupKind,
    License,
    Message,
    Request,
    RequestKind,
    Side,
)

STAFFED = (GroupKind.VENDOR, GroupKind.RESELLER)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on the desk, the group it came from, and the group whose desk is to answer."""

    request: Request
    group: Group
    desk: Group


def desks(actor: Actor) -> tuple[Place, ...]:
    """Where the actor works at a desk; without one, none of this exists for them."""
    return tuple(place for place in actor.places if place.kind in STAFFED) if actor.kind == "user" else ()


def enter(actor: Actor) -> None:
    """Let in whoever works at a desk."""
    if not desks(actor):
        raise NotFound


def on_desk(actor: Actor) -> ColumnElement[bool]:
    """The requests that the actor's desks see: all that came from below. Every list starts here."""
    places = desks(actor)
    if not places:
        return false()
    chosen = [place for place in places if place.group_id == actor.acting_id]
    theirs = select(Group.id).where(or_(*(below(place.path) for place in chosen or places)))
    return and_(Request.kind != RequestKind.SEAT, Request.group_id.in_(theirs))


def cases_on_desk(actor: Actor) -> ColumnElement[bool]:
    """The cases of licenses below the actor's desks, as a condition on Conflict."""
    if not (places := desks(actor)):
        return false()
    theirs = select(License.id).join(Group, Group.id == License.group_id)
    return Conflict.license_id.in_(theirs.where(or_(*(below(place.path) for place in places))))


def may_answer(actor: Actor, desk: Group) -> bool:
    """Whether it is theirs to answer: a dealer sees what its customers ask the vendor, and leaves the answer to him."""
    return any(desk.path.startswith(place.path) for place in desks(actor))


def may_grant(actor: Actor, desk: Group) -> bool:
    """Whether they may give more than the rules do: that is for whoever decides for the vendor."""
    return may_answer(actor, desk) and actor.writes_rules


def desk_of(actor: Actor, desk: Group) -> Place:
    """As which of their desks the actor speaks here: the closest to the one that is to answer."""
    return max(desks(actor), key=lambda place: (desk.path.startswith(place.path), len(place.path)))


def notes_read_by(actor: Actor) -> ColumnElement[bool]:
    """The messages that an actor at a desk reads: all but what those above say among themselves."""
    own = select(Group.id).where(or_(false(), *(below(place.path) for place in desks(actor))))
    return or_(Message.side != Side.INTERNAL, Message.group_id.in_(own))


def desk_request_for(db: Session, actor: Actor, request_id: UUID, *, answers: bool = False) -> Asked:
    """A request that lies on the actor's desk; with `answers` one that is theirs to answer."""
    enter(actor)
    whole = aliased(Group)
    row = db.execute(
        select(Request, Group, whole)
        .join(Group, Group.id == Request.group_id)
        .join(whole, whole.id == Request.desk_group_id)
        .where(Request.public_id == request_id, Request.kind != RequestKind.SEAT)
    ).first()
    if row is None or not any(row[1].path.startswith(place.path) for place in desks(actor)):
        raise NotFound
    if answers and not may_answer(actor, row[2]):
        raise Forbidden
    return Asked(*row)


def own_requests(actor: Actor) -> ColumnElement[bool]:
    """What the actor asked a desk: as a person, or with a ticket."""
    ways: list[ColumnElement[bool]] = []
    if actor.kind == "user":
        ways.append(Request.user_id == actor.user_id)
    if actor.kind == "ticket":
        ways.append(and_(Request.user_id.is_(None), Request.ticket_id.in_(actor.ticket_ids)))
    return and_(Request.kind != RequestKind.SEAT, or_(false(), *ways))


def own_request_for(db: Session, actor: Actor, request_id: UUID) -> Request:
    """What the actor asked a desk; nobody else's is found so."""
    request = db.execute(select(Request).where(Request.public_id == request_id, own_requests(actor))).scalar()
    if request is None:
        raise NotFound
    return request


def attachment_for(db: Session, actor: Actor, attachment_id: UUID) -> Attachment:
    """A file that came with a message that the actor reads: on their own request, or on their desk."""
    attachment = db.execute(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .join(Request, Request.id == Message.request_id)
        .join(Group, Group.id == Request.group_id)
        .where(
            Attachment.public_id == attachment_id,
            or_(
                and_(own_requests(actor), Message.side != Side.INTERNAL),
                and_(_below_desks(actor), notes_read_by(actor)),
            ),
        )
    ).scalar()
    if attachment is None:
        raise NotFound
    return attachment


def _below_desks(actor: Actor) -> ColumnElement[bool]:
    return or_(false(), *(below(place.path) for place in desks(actor)))


def case_for(db: Session, actor: Actor, case_id: UUID) -> Conflict:
    """A case of a license below the actor's desk."""
    enter(actor)
    case = db.execute(select(Conflict).where(Conflict.public_id == case_id, cases_on_desk(actor))).scalar()
    if case is None:
        raise NotFound
    return case


def canned_for(db: Session, actor: Actor, words_id: UUID) -> CannedWords:
    """Words that a desk of the actor's keeps at hand."""
    enter(actor)
    mine = [place.group_id for place in desks(actor)]
    words = db.execute(
        select(CannedWords).where(CannedWords.public_id == words_id, CannedWords.group_id.in_(mine))
    ).scalar()
    if words is None:
        raise NotFound
    return words
