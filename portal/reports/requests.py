"""Requests: what a person may ask for, what they asked for, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Place, below, ids_of
from portal.models import (
    Article,
    Assignment,
    Group,
    GroupKind,
    License,
    LicenseState,
    Product,
    Request,
    RequestKind,
    RequestState,
    Role,
    StandingRule,
    User,
)

SHOWN = 50
INSIDE = (GroupKind.CUSTOMER, GroupKind.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that a person may ask a group of theirs for, and how they stand with it."""

    product: UUID
    name: str
    group: UUID
    group_name: str
    license: UUID | None = None  # where they have a seat already
    request: UUID | None = None  # what they asked and nobody has answered
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its reader sees it. `free` says how many seats its group could give now."""

    id: UUID
    state: str
    person: str
    email: str
    product: str
    group: str
    words: str
    answer: str
    answered_by: str | None
    created_at: datetime
    answered_at: datetime | None
    free: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A product of a group's pool, with the answer in advance if there is one."""

    product: UUID
    name: str
    free: int
    keep_free: int
    is_on: bool


def open_pool(now: datetime) -> ColumnElement[bool]:
    """Licenses whose seats can be given to people: nobody's own, not withdrawn, not over."""
    return and_(
        License.user_id.is_(None),
        License.stands_for_id.is_(None),
        License.state.in_((LicenseState.ISSUED, LicenseState.REGISTERED)),
        or_(License.ends_at.is_(None), License.ends_at > now),
    )


def offers(db: Session, actor: Actor, now: datetime) -> tuple[Offer, ...]:
    """What a member may ask for: each product of the pools of their groups, asked of the closest group."""
    places = sorted(asking_places(actor), key=lambda place: -len(place.path))
    above = {place.group_id: ids_of(place.path) for place in places}
    rows = db.execute(
        select(License.group_id, Product.id, Product.public_id, Product.name)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .join(Group, Group.id == License.group_id)
        .where(
            License.group_id.in_({group for groups in above.values() for group in groups}),
            Group.kind.in_(INSIDE),
            open_pool(now),
        )
        .distinct()
        .order_by(Product.name, Product.id)
    ).all()
    held, waiting = _held(db, actor, rows), _waiting(db, actor)
    found: dict[int, Offer] = {}
    for place in places:
        for group_id, product_id, public_id, name in rows:
            if group_id in above[place.group_id] and product_id not in found:
                asked = waiting.get(product_id, (None, None))
                found[product_id] = Offer(
                    public_id, name, place.public_id, place.name, held.get(product_id), asked[0], asked[1]
                )
    return tuple(sorted(found.values(), key=lambda offer: offer.name.lower()))


def asking_places(actor: Actor) -> list[Place]:
    """Where a person asks for seats, or answers: whoever lives alone has nobody to ask. One may look at one alone."""
    places = [actor.acting] if actor.acting else actor.places
    return [place for place in places if place.is_inside_customer and not place.is_person]


def _held(db: Session, actor: Actor, rows: Iterable[tuple[int, int, UUID, str]]) -> dict[int, UUID]:
    """Of these products, the license in which the person has a seat."""
    held = (
        select(Article.product_id, License.public_id)
        .join(License, License.article_id == Article.id)
        .join(Assignment, Assignment.license_id == License.id)
        .where(
            Assignment.user_id == actor.user_id,
            Assignment.ended_at.is_(None),
            Article.product_id.in_({row[1] for row in rows}),
        )
    )
    return {product: license_ for product, license_ in db.execute(held)}


def _waiting(db: Session, actor: Actor) -> dict[int, tuple[UUID, datetime]]:
    wanted = select(Request.product_id, Request.public_id, Request.created_at).where(
        Request.user_id == actor.user_id, Request.kind == RequestKind.SEAT, Request.state == RequestState.OPEN
    )
    return {product: (public_id, at) for product, public_id, at in db.execute(wanted)}


def mine(db: Session, actor: Actor) -> tuple[Asked, ...]:
    """What a person asked for, the latest first."""
    return tuple(one for one, *_ in _asked(db, Request.user_id == actor.user_id, newest_first=True))


def waiting(db: Session, actor: Actor, path: str, now: datetime) -> tuple[Asked, ...]:
    """The requests of a subtree that nobody has answered, the oldest first, each with the seats that are free."""
    found = _asked(db, and_(below(path), Request.state == RequestState.OPEN), newest_first=False)
    chains = {one.id: ids_of(where) for one, where, _ in found}
    groups = {group for chain in chains.values() for group in chain}
    free, kept = free_seats(db, _own(db, actor, groups), now), kept_seats(db, groups, now)
    return tuple(
        replace(
            one,
            free=sum(free.get((group, product), 0) + kept.get((group, product), 0) for group in chains[one.id]),
        )
        for one, _, product in found
    )


def answered(db: Session, path: str) -> tuple[Asked, ...]:
    """The latest answers of a subtree."""
    which = and_(below(path), Request.state != RequestState.OPEN)
    return tuple(one for one, *_ in _asked(db, which, newest_first=True))


def standing(db: Session, path: str, now: datetime) -> tuple[Standing, ...]:
    """Every product that people below may be given from the pools of this group, with its rule."""
    group_id = ids_of(path)[-1]
    free = free_seats(db, [group_id], now)
    rules = {
        rule.product_id: rule
        for rule in db.execute(select(StandingRule).where(StandingRule.group_id == group_id)).scalars()
    }
    names = db.execute(
        select(Product.id, Product.public_id, Product.name)
        .where(Product.id.in_({product for _, product in free} | set(rules)))
        .order_by(Product.name, Product.id)
    )
    return tuple(
        Standing(
            public_id,
            name,
            free.get((group_id, id_), 0),
            rules[id_].keep_free if id_ in rules else 0,
            rules[id_].is_on if id_ in rules else False,
        )
        for id_, public_id, name in names
    )


def free_seats(db: Session, groups: Iterable[int], now: datetime) -> dict[tuple[int, int], int]:
    """Per group and product, the seats of its pools that are neither kept for anybody nor in use."""
    free = func.sum(License.quantity - License.assigned - (License.used - License.used_assigned))
    rows = db.execute(
        select(License.group_id, Article.product_id, free)
        .join(Article, Article.id == License.article_id)
        .join(Group, Group.id == License.group_id)
        .where(License.group_id.in_(set(groups)), Group.kind.in_(INSIDE), open_pool(now))
        .group_by(License.group_id, Article.product_id)
    )
    return {(group, product): max(0, int(number)) for group, product, number in rows}


def kept_seats(db: Session, groups: Iterable[int], now: datetime) -> dict[tuple[int, int], int]:
    """Per department and product, the seats that are kept for it and were not handed on."""
    rows = db.execute(
        select(Assignment.group_id, Article.product_id, func.sum(Assignment.seats - Assignment.used))
        .join(License, License.id == Assignment.license_id)
        .join(Article, Article.id == License.article_id)
        .where(Assignment.group_id.in_(set(groups)), Assignment.ended_at.is_(None), open_pool(now))
        .group_by(Assignment.group_id, Article.product_id)
    )
    return {(group, product): int(number) for group, product, number in rows}


def _own(db: Session, actor: Actor, groups: Iterable[int]) -> list[int]:
    """Of these groups, those whose pools the actor gives from: an admin of a department has only what it has."""
    trees = [place.path for place in actor.places if place.role == Role.ADMIN]
    if not trees:
        return []
    wanted = select(Group.id).where(Group.id.in_(set(groups)), or_(*map(below, trees)))
    return list(db.execute(wanted).scalars())


def _asked(
    db: Session, which: ColumnElement[bool], *, newest_first: bool
) -> list[tuple[Asked, str, int]]:
    """Requests, each with the path of its group and the number of its product."""
    answering = aliased(User)
    order = (Request.created_at.desc(), Request.id.desc()) if newest_first else (Request.created_at, Request.id)
    rows = db.execute(
        select(
            Request.public_id, Request.state, User.name, User.signs_in_as, Product.name, Group.name, Request.words,
            Request.answer, answering.name, Request.created_at, Request.answered_at, Group.path, Request.product_id,
        )
        .join(User, User.id == Request.user_id)
        .join(Product, Product.id == Request.product_id)
        .join(Group, Group.id == Request.group_id)
        .outerjoin(answering, answering.id == Request.answered_by_id)
        .where(Request.kind == RequestKind.SEAT, which)
        .order_by(*order)
        .limit(SHOWN)
    )  # fmt: skip
    return [(Asked(*row[:11]), row[11], row[12]) for row in rows]
