"""The world of the demo as a whole: building it, and reading what of it there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.actions.tickets import code_of
from portal.brand.stationery import Stationery
from portal.demo import groups, people, products
from portal.demo.history import Calendar, Cast, Stage
from portal.demo.orders import ORDERS
from portal.demo.stories import (
    brandt,
    colleagues,
    company,
    customers,
    demos,
    desk,
    emergencies,
    eve,
    loose,
    questions,
    refusals,
    rules,
)
from portal.doors import passwords
from portal.files.keyring import Keyring
from portal.files.vault import Vault
from portal.models import Article, Group, License, LicenseKey, LicenseState, Mail, Product, Ticket, User

STORIES = (rules, eve, loose, customers, brandt, colleagues, company, desk, emergencies, demos, questions, refusals)
OVER = (LicenseState.RECALLED, LicenseState.REVOKED, LicenseState.MERGED)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a part, who can sign in with these."""

    key: str
    id: int
    public_id: UUID
    name: str
    email: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A group of the tree; `path` begins with that of the group above."""

    key: str
    id: int
    public_id: UUID
    name: str
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Holding:
    """A license and how many seats it has."""

    key: str
    id: int
    public_id: UUID
    state: str
    quantity: int
    used: int
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A ticket; `state` is issued, registered or revoked, `free_seats` what programs could take right now."""

    key: str
    id: int
    public_id: UUID
    code: str
    product: str
    product_name: str
    state: str
    free_seats: int
    shows: str


@dataclass(frozen=True, slots=True)
class World:
    """Everybody and everything that is known by name. A ticket and its license go by the same name."""

    people: Mapping[str, Person]
    groups: Mapping[str, Branch]
    tickets: Mapping[str, Paper]
    licenses: Mapping[str, Holding]


def build(
    db: Session, keys: Keyring, now: datetime, stationery: Stationery | None = None, url: str = "http://127.0.0.1:8000"
) -> World:
    """Fill an empty database with years of history up to `now`, a moment in UTC and whole seconds.

    The same each time but for ids and tickets. On `stationery` the mails of the last weeks are written, which no mail
    server is to see any more; `url` is the portal that license files name. Nothing is committed, and the database is
    not marked as a demo.
    """
    calendar, vault = Calendar(now), keys.vault
    founded = calendar.month(-48)
    homes = groups.found(db, founded)
    users = people.move_in(db, homes, founded)
    first = products.publish_first_rules(db, calendar.month(-47), users["vera"])
    articles = products.stock(db, calendar.month(-47), first)
    products.delegate(db, calendar.month(-36), articles, users["vera"], users["rhea"])
    stage = Stage(db, vault, now, Cast(users, people.actors(users, homes), homes, articles), stationery, keys, url)
    stage.play(story(stage) for file in STORIES for story in file.STORIES)
    db.execute(update(Mail).values(state="sent", sent_at=Mail.created_at))
    db.execute(update(Mail).where(Mail.is_secret).values(body=None))
    return read(db, vault, now)


def read(db: Session, vault: Vault, now: datetime) -> World:
    """The world as it stands now; what is gone, or does not open any door any more, is left out.

    Raises Unreadable where the tickets were sealed with other keys.
    """
    papers, owned = _tickets(db, vault, now)
    return World(people=_people(db), groups=_groups(db), tickets=papers, licenses=owned)


def _people(db: Session) -> dict[str, Person]:
    parts = {part.email: part for part in (*people.PARTS, *people.NEIGHBORS)}
    found = {user.email: user for user in db.scalars(select(User).where(User.email.in_(parts)))}
    return {
        part.key: Person(part.key, user.id, user.public_id, user.name, email, people.password(part.key), part.role)
        for email, part in parts.items()
        if (user := found.get(email)) and user.disabled_at is None and passwords.is_demo(user.password_hash)
    }


def _groups(db: Session) -> dict[str, Branch]:
    plans = {plan.number: plan for plan in groups.GROUPS}
    found = {group.external_id: group for group in db.scalars(select(Group).where(Group.external_id.in_(plans)))}
    return {
        plan.key: Branch(plan.key, group.id, group.public_id, group.name, group.kind, group.path)
        for number, plan in plans.items()
        if (group := found.get(number))
    }


def _tickets(db: Session, vault: Vault, now: datetime) -> tuple[dict[str, Paper], dict[str, Holding]]:
    rows = db.execute(
        select(Ticket, License, Product)
        .join(LicenseKey, LicenseKey.ticket_id == Ticket.id)
        .join(License, License.id == LicenseKey.license_id)
        .join(Article, Article.id == License.article_id)
        .join(Product, Product.id == Article.product_id)
        .where(Ticket.order_number.in_([order.number for order in ORDERS]))
        .order_by(Ticket.id.desc())  # should an order number be used again, the ticket of the story counts
    )
    found = {ticket.order_number: (ticket, license_, product) for ticket, license_, product in rows}
    papers, owned = {}, {}
    for order in ORDERS:
        if order.number not in found:
            continue
        ticket, license_, product = found[order.number]
        papers[order.key] = Paper(
            order.key, ticket.id, ticket.public_id, code_of(vault, ticket),
            product.code, product.name, _state(ticket), _free_seats(license_, now), order.shows,
        )  # fmt: skip
        owned[order.key] = Holding(
            order.key, license_.id, license_.public_id, license_.state, license_.quantity, license_.used,
            license_.ends_at,
        )  # fmt: skip
    return papers, owned


def _state(ticket: Ticket) -> str:
    if ticket.revoked_at is not None:
        return "revoked"
    return "issued" if ticket.registered_at is None else "registered"


def _free_seats(license_: License, now: datetime) -> int:
    is_over = license_.state in OVER or (license_.ends_at is not None and license_.ends_at <= now)
    kept = license_.assigned - license_.used_assigned  # for people whose programs come with keys of their own
    return 0 if is_over else max(0, license_.quantity - license_.used - kept)
