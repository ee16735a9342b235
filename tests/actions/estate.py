"""A small estate, written row by row: groups, people, articles, tickets and what has happened with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.actions import activations, rule_sets, tickets
from portal.actions.devices import Machine
from portal.actions.doing import Moment
from portal.actions.seats import Outcome
from portal.db import new_id
from portal.doors import sessions
from portal.files.vault import Vault
from portal.models import Article, Group, License, Membership, Product, RuleSet, RuleVersion, Ticket, User
from portal.rules.presets import preset_text

VENDOR = Actor(kind="vendor")
DEFAULT = preset_text("seed_default")
LONG_AGO = timedelta(days=400)  # long enough for the first saved move of the default rules


def pc(number: int | str, **more: object) -> Machine:
    """A PC that shares no component with any other number."""
    parts = {"board": f"B-{number}", "disk": f"D-{number}", "mac": f"M-{number}"}
    return Machine(**{"fingerprint": f"fp-{number}", "components": parts, "name": f"DESK-{number}", **more})


@dataclass(frozen=True)
class Minted:
    """A ticket in writing, and the license it carries."""

    ticket: Ticket
    license: License
    code: str


@dataclass
class Estate:
    """Writes into one transaction. `now` is the moment of whatever is written next."""

    db: Session
    vault: Vault
    now: datetime

    def doing(self, actor: Actor = VENDOR, **ago: float) -> Moment:
        """A moment, now or `days=3` ago; what was done before it is written, as if it were a request of its own."""
        self.db.flush()
        return Moment(self.db, actor, self.now - timedelta(**ago), self.vault)

    def group(self, name: str = "Beispiel GmbH", parent: Group | None = None, kind: str = "customer") -> Group:
        group = Group(
            public_id=new_id(self.now), parent_id=parent.id if parent else None, path=f"new {name}", kind=kind,
            name=name, is_person=False, created_at=self.now,
        )  # fmt: skip
        self.db.add(group)
        self.db.flush()
        group.path = f"{parent.path if parent else '/'}{group.id}/"
        self.db.flush()
        return group

    def user(self, name: str, group: Group, role: str = "member") -> User:
        user = User(
            public_id=new_id(self.now), email=f"{name.lower()}@example.com", name=name, created_at=self.now,
            verified_at=self.now,
        )  # fmt: skip
        self.db.add(user)
        self.db.flush()
        self.db.add(
            Membership(
                public_id=new_id(self.now), user_id=user.id, group_id=group.id, role=role,
                created_at=self.now, accepted_at=self.now,
            )
        )  # fmt: skip
        self.db.flush()
        return user

    def session(self, user: User) -> str:
        """A session of this person; returns the token for the cookie."""
        token = sessions.open_for_user(self.db, user, self.now, agent="tests", address="192.0.2.1")
        self.db.flush()
        return token

    def actor(self, user: User) -> Actor:
        return sessions.actor_of(self.db, self.session(user), self.now)

    def rules(self, toml: str = DEFAULT) -> RuleVersion:
        return rule_sets.publish(self.db, self.now, toml)

    def article(self, sku: str = "CADPRO-1", rules: str = DEFAULT, **more: object) -> Article:
        """An article of CAD Pro; publishes its rules unless that very text is in force."""
        product = self.db.execute(select(Product).where(Product.code == "CADPRO")).scalar()
        if product is None:
            product = Product(public_id=new_id(self.now), code="CADPRO", name="CAD Pro", created_at=self.now)
            self.db.add(product)
        version = self.rules(rules)
        self.db.flush()
        article = Article(
            **{"public_id": new_id(self.now), "sku": sku, "product_id": product.id, "model": "perpetual"}
            | {"rule_set_id": version.rule_set_id, "name": "CAD Pro", "quantity": 1, "features": ["MILL5"]}
            | {"created_at": self.now}
            | more
        )  # fmt: skip
        self.db.add(article)
        self.db.flush()
        return article

    def mint(self, article: Article, group: Group, **more: object) -> Minted:
        return Minted(*tickets.mint(self.doing(), article, group, **more))

    def own(self, article: Article, owner: User, group: Group, **more: object) -> Minted:
        """A ticket that this person registered into a group of theirs."""
        minted = self.mint(article, group, **more)
        tickets.register(self.doing(self.actor(owner)), minted.ticket, group)
        return minted

    def run_on(self, license_: License, machine: Machine, **ago: float) -> Outcome:
        """The program on this PC asks for a seat, now or `days=400` ago."""
        found = self.db.get_one(License, license_.id)
        return activations.activate(self.doing(program(found), **ago), found, machine)

    def version_in_force(self, article: Article) -> int:
        return self.db.execute(
            select(RuleVersion.id)
            .join(RuleSet, RuleSet.id == RuleVersion.rule_set_id)
            .where(RuleSet.id == article.rule_set_id)
            .order_by(RuleVersion.number.desc())
            .limit(1)
        ).scalar_one()

    def later(self, **by: float) -> Estate:
        return replace(self, now=self.now + timedelta(**by))


def program(license_: License) -> Actor:
    """The program that presents this license's key."""
    return Actor(kind="program", license_id=license_.id)


def holder(minted: Minted) -> Actor:
    """Whoever came in with this ticket."""
    return Actor(kind="ticket", ticket_ids=(minted.ticket.id,))
